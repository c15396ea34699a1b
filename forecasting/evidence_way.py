"""Writes down the way of the goods for the trace: legs, calendars, what was stated and learned.

Decides only names and which closures are kept, so that every date of a draft can be counted out on
paper.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from forecasting.lateness import Lateness
from forecasting.lead_time import LearnedFactory, Route
from forecasting.mixture import PRIOR_ORDERS
from forecasting.situation import Situation
from forecasting.supplier_choice import Choice, Option
from inventory_core.catalog.calendars import (
    ALWAYS,
    EVERY_WEEKDAY,
    Calendar,
    closures_on_the_way,
)

ONE_DAY = timedelta(days=1)


def lead_time_of(
    situation: Situation,
    choice: Choice,
    *,
    late: Lateness,
    faster: Option | None,
) -> dict[str, Any]:
    """The way taken from order to shelf, with the calendars of every way that is shown."""
    taken, today = choice.taken, situation.as_of
    route, latest = taken.way.route, late.latest_on
    first = today - timedelta(days=max(late.days, late.days_if_high))
    met = closures_on_the_way(today, route.legs)
    later = closures_on_the_way(late.order_by_on, route.legs) if late.order_by_on else []
    shown = [one for one in (taken, choice.runner_up, faster) if one is not None]
    return {
        "ship_method": route.ship_method,
        "legs": legs_of(route),
        "office_calendar": _name(route.office),
        "calendars": _calendars(shown, first, _last(situation, shown, late)),
        "closures": _spans(met),
        "closures_if_later": _spans([span for span in later if span not in met]),
        "days": route.days,
        "days_with_closures": (taken.arrives_on - today).days,
        "gap_days": taken.arrival.gap_days,
        "spread_days": round(route.spread_days, 2),
        "offsets": list(route.offsets),
        "learned": learned_facts(route),
        "arrives_on": taken.arrives_on.isoformat(),
        "latest_order_on": None if latest is None else latest.isoformat(),
    }


def _spans(spans: Iterable[tuple[date, date]]) -> list[list[str]]:
    return [[first_on.isoformat(), last_on.isoformat()] for first_on, last_on in spans]


def legs_of(route: Route) -> list[dict[str, Any]]:
    """Kind, days and calendar of each leg, and the country for which it was stated."""
    return [
        {
            "kind": leg.kind,
            "days": leg.days,
            "calendar": _name(leg.calendar) if leg.calendar else None,
        }
        | ({"stated_for": leg.stated_for} if leg.stated_for else {})
        for leg in route.legs
    ]


def inbound_of(situation: Situation) -> list[dict[str, Any]]:
    """What is counted as coming, each with the day of its papers where another one is expected, and
    with the warehouse that has yet to send it.
    """
    return [
        {"on": item.on_day.isoformat(), "quantity": item.quantity, "document": item.document}
        | ({"said_on": item.said_on.isoformat()} if item.said_on else {})
        | ({"send_from": item.send_from, "suggested": item.suggested} if item.send_from else {})
        for item in situation.inbound
    ]


def _last(situation: Situation, shown: Iterable[Option], late: Lateness) -> date:
    """The last day that any date of the draft is counted through."""
    days = [late.short_on or situation.as_of]
    for one in shown:
        days.append(one.arrives_on + timedelta(days=one.arrival.gap_days))
        if one.way.route.learned is not None:
            days.append(situation.as_of + timedelta(days=one.way.route.learned.stated_days))
    return max(days)


def _calendars(shown: Iterable[Option], first: date, last: date) -> dict[str, Any]:
    """Weekdays worked (Monday = 1) and the days that differ, of every calendar on these ways."""
    found: dict[str, Any] = {}
    for one in shown:
        route = one.way.route
        for calendar in (route.office, *(leg.calendar or ALWAYS for leg in route.legs)):
            found[_name(calendar)] = {
                "weekdays": sorted(calendar.work_weekdays or EVERY_WEEKDAY),
                "closed": _runs(calendar.closed_days - calendar.opened_days, first, last),
                "opened": _runs(calendar.opened_days, first, last),
            }
    return found


def _name(calendar: Calendar) -> str:
    """The code, with the weekdays worked where those are not all: one code can have both."""
    weekdays = calendar.work_weekdays or EVERY_WEEKDAY
    if weekdays == EVERY_WEEKDAY:
        return calendar.code
    return f"{calendar.code} {''.join(str(day) for day in sorted(weekdays))}"


def _runs(days: frozenset[date], first: date, last: date) -> list[list[str]]:
    """Days between two days as runs of first and last day."""
    runs: list[list[date]] = []
    for day in sorted(day for day in days if first <= day <= last):
        if runs and runs[-1][1] + ONE_DAY == day:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return [[start.isoformat(), end.isoformat()] for start, end in runs]


def learned_facts(route: Route) -> dict[str, Any] | None:
    """Stated against learned: what was seen, how much it counts, and what follows."""
    found = route.learned
    if found is None:
        return None
    return {
        "orders": len(found.ratios),
        "orders_of_supplier": len(found.of_supplier),
        "prior_orders": PRIOR_ORDERS,
        "weight": found.weight,
        "last_days": list(found.last_days),
        "stated_leg_days": list(found.stated_leg_days),
        "stated_days": found.stated_days,
        "stated_spread_days": round(found.stated_spread_days, 2),
        "ratios": list(found.ratios),
        "ratios_of_supplier": list(found.of_supplier),
        "stated_ratios": list(found.stated),
        "ratio": found.ratio,
        "spread": found.spread,
        "slices": list(found.slices),
        "open_ratios": list(found.open_ratios),
        "open_ratios_of_supplier": list(found.open_of_supplier),
        "legs": [
            {
                "kind": leg.kind,
                "stated_days": leg.stated_days,
                "orders": leg.orders,
                "mean_days": leg.mean_days,
                "mean_stated": leg.mean_stated,
                "ratio": leg.ratio,
                "elsewhere": leg.elsewhere,
            }
            for leg in found.legs
        ],
        "factory": _factory(found.factory),
    }


def _factory(found: LearnedFactory | None) -> dict[str, Any] | None:
    """What orders by other ways taught of production."""
    if found is None:
        return None
    return {
        "ratios": list(found.ratios),
        "ship_methods": list(found.ship_methods),
        "orders": found.orders,
        "mean_days": found.mean_days,
        "mean_stated": found.mean_stated,
        "ratio": found.ratio,
        "slices": list(found.slices),
    }
