"""Every number on the card of a suggestion, worked out from its trace and held against it."""

from collections.abc import Mapping
from datetime import date
from math import floor
from typing import Any

import pytest

from tests.forecasting.pocket import (
    DAY,
    DUST,
    EMPTY,
    Calendars,
    D,
    Demand,
    day,
    inbound_by_day,
    lead_points,
    learned_numbers,
    lots_by_day,
    mean,
    sellable_of,
    stock_by_day,
    whole,
)
from tests.forecasting.pocket_closures import check_closures
from tests.forecasting.pocket_cost_checks import MILLIONTH, check_choice, check_costs, check_money
from tests.forecasting.pocket_courses import Courses, most_asked
from tests.forecasting.pocket_ways import check_factory


def check_card(row: Mapping[str, Any], trace: dict[str, Any]) -> None:
    """All parts of the card; `row` is the suggestion as it is kept."""
    check_changes(trace)
    check_way(trace)
    check_cover(trace)
    check_quantity(row, trace)
    check_dates(row, trace)
    check_money(row, trace)
    check_costs(row, trace)
    check_choice(trace)


def check_changes(trace: dict[str, Any]) -> None:
    """What people changed: of a market or a channel only what is sold there moves."""
    for one in trace["run"].get("overrides", ()):
        before, after = D(str(one["units_before"])), D(str(one["units_after"]))
        if one["units_per_day"] is not None:
            first = max(day(one["first_on"]), day(trace["as_of"]))
            days = (day(one["last_on"]) - first).days + 1
            assert after == pytest.approx(D(str(one["units_per_day"])) * days, abs=D("0.001"))
            continue
        moved = before if one["part_units"] is None else D(str(one["part_units"]))
        assert 0 <= moved <= before
        wanted = before + moved * D(str(one["change_percent"])) / 100
        assert after == pytest.approx(wanted, abs=D("0.007"))


def check_way(trace: dict[str, Any]) -> None:
    """Arrival, the days until the next goods, and what was learned of the way."""
    lead, today = trace["lead_time"], day(trace["as_of"])
    calendars = Calendars(lead["calendars"])
    arrives = calendars.arrives(today, lead["legs"])
    assert day(lead["arrives_on"]) == arrives
    assert lead["days_with_closures"] == (arrives - today).days
    check_closures(lead, calendars, today)
    review = trace["policy"]["review_days"]
    following = calendars.arrives(today + review * DAY, lead["legs"])
    assert lead["gap_days"] == max(review, (following - arrives).days)
    found = lead["learned"]
    if found is None:
        return
    numbers = learned_numbers(found)
    assert found["weight"] == pytest.approx(numbers["weight"], abs=0.0006)
    assert found["ratio"] == pytest.approx(numbers["ratio"], abs=0.0001)
    assert found["spread"] == pytest.approx(numbers["spread"], abs=0.0001)
    assert found["slices"] == pytest.approx(numbers["slices"], abs=0.0002)
    legs = [
        {**leg, "days": days}
        for leg, days in zip(lead["legs"], found["stated_leg_days"], strict=True)
    ]
    check_factory(found, lead["legs"])
    assert found["stated_days"] == (calendars.arrives(today, legs) - today).days
    assert lead["days"] == round(sum(found["stated_leg_days"]) * found["ratio"])
    spread = found["spread"] * found["stated_days"]
    assert lead["spread_days"] == pytest.approx(spread, abs=0.01)
    offsets = [(part - found["ratio"]) * found["stated_days"] for part in found["slices"]]
    assert lead["offsets"] == pytest.approx(offsets, abs=0.06)


def check_cover(trace: dict[str, Any]) -> None:
    """Demand over the protection interval, safety stock, reorder point, order-up-to, fill rate."""
    policy, lead, demand = trace["policy"], trace["lead_time"], Demand(trace["demand"])
    check_level(trace)
    gap, review = lead["gap_days"], policy["review_days"]
    assert policy["lead_time_days"] == lead["days_with_closures"]
    assert policy["protection_days"] == policy["lead_time_days"] + gap
    assert policy["intervals"] == [days + gap for days in lead_points(lead)]
    expected = mean(demand.mean(days) for days in policy["intervals"])
    quantile = demand.mixed(policy["intervals"], policy["service_level"])
    assert policy["demand_mean"] == pytest.approx(expected, abs=0.001)
    assert policy["demand_quantile"] == pytest.approx(quantile, abs=0.001)
    safety = max(0.0, quantile - expected)
    assert policy["computed_reorder_point"] == whole(expected + safety, least=0.5)
    assert policy["safety_stock"] == min(policy["computed_reorder_point"], whole(safety))
    through = policy["protection_days"]
    more = demand.mean(through + review) - demand.mean(through)
    assert policy["computed_order_up_to"] == max(
        policy["computed_reorder_point"], whole(expected + safety + more, least=0.5)
    )
    if not {"minimum", "maximum"} & set(policy["manual"]):
        assert policy["reorder_point"] == policy["computed_reorder_point"]
        assert policy["order_up_to"] == policy["computed_order_up_to"]
    if policy["fill_rate"] is not None:
        leads = [max(0, days - gap) for days in policy["intervals"]]
        cycle = expected - mean(demand.mean(days) for days in leads)
        supply = policy["reorder_point"]
        short = demand.short(policy["intervals"], supply) - demand.short(leads, supply)
        rate = min(1.0, max(0.0, 1 - short / cycle))
        assert policy["fill_rate"] == pytest.approx(rate, abs=0.0002)


def check_level(trace: dict[str, Any]) -> None:
    """A level that nobody promised is the one that pays: margin / (margin + keeping a unit)."""
    paying, cost = trace["policy"]["paying"], trace["cost"]
    if paying is None:
        return
    margin, holding = D(paying["margin"]), D(paying["holding"])
    keeping = D(cost["unit_landed"]) * D(cost["holding_rate_year"]) * trace["lead_time"]["gap_days"]
    if cost["price_from_quantity"] == trace["offer"]["prices"][0][0]:
        assert margin == max(D(0), D(trace["risk"]["unit_price_base"]) - D(cost["unit_landed"]))
        assert holding == pytest.approx(keeping / 365, abs=MILLIONTH)
    ratio = margin / (margin + holding) if margin + holding else D(0)
    level = min(0.99, max(0.5, float(ratio)))
    assert trace["policy"]["service_level"] == pytest.approx(level, abs=0.00006)


def check_quantity(row: Mapping[str, Any], trace: dict[str, Any]) -> None:
    """Position, what is lost anyway, the need, the real quantity and what it forces."""
    position, quantity = trace["position"], trace["quantity"]
    assert position["available"] == position["on_hand"] - position["reserved"] - position["held"]
    coming = sum(item["quantity"] for item in trace["inbound"])
    worth = sellable_of(trace) + coming
    assert position["inventory_position"] == worth == quantity["inventory_position"]
    lost = trace["projection"]["lost_before_arrival"]
    assert quantity["lost_before_arrival"] == floor(lost + 0.0005)
    assert quantity["expiring"] == _expiring(trace, trace["policy"]["protection_days"])
    worth -= quantity["expiring"]
    to_level = trace["policy"]["order_up_to"] - worth - quantity["lost_before_arrival"]
    needed = quantity["to_level"]
    assert needed == to_level
    if {"minimum", "maximum"} & set(trace["policy"]["manual"]):
        assert quantity["most_asked"] is None
    else:
        assert quantity["most_asked"] == most_asked(trace)
        needed = min(needed, quantity["most_asked"])
    if trace["in_time"] is not None:
        needed = min(needed, _in_time(trace))
    assert quantity["needed"] == needed
    step, ordered = quantity["step"], quantity["ordered"]
    limited, costs = "limits" in trace, trace["order_cost"]
    assert ordered == row["quantity"]
    assert limited or ordered == costs["candidates"][0]["quantity"]
    assert ordered % step == 0
    assert step % quantity["order_multiple"] == 0
    if quantity["pallet_quantity"]:
        assert step == quantity["pallet_quantity"]
    else:
        assert step % (quantity["carton_quantity"] or 1) == 0
    beside, reach = quantity["beside"], max(quantity["moq"], quantity["reach"])
    assert beside == _beside(trace)
    if quantity.get("alone"):
        beside = 0  # the sites found no agreement: only the price is that of all
    assert ordered + beside >= quantity["moq"]
    if costs["rule"] == "service_level" and not limited:
        least = max(quantity["needed"], reach - beside, 1)
        least = -(-least // step) * step
        breaks = [s for s, _ in trace["offer"]["prices"] if s > least and not beside]
        assert ordered in (least, *(-(-start // step) * step for start in breaks))
    assert quantity["forced"] == ordered - quantity["needed"]
    per_day = trace["policy"]["demand_mean"] / mean(trace["policy"]["intervals"])
    if per_day > 0:
        assert quantity["forced_days"] == pytest.approx(quantity["forced"] / per_day, abs=0.051)
        assert quantity["cover_days"] == pytest.approx(ordered / per_day, abs=0.051)
        sellable = max(0, sellable_of(trace))
        assert row["days_of_cover"] == pytest.approx(sellable / per_day, abs=0.051)


def _beside(trace: dict[str, Any]) -> int:
    """Units that reach MOQ and price with this order: of other sites, and not sent yet."""
    together = trace.get("together")
    if together is None:
        return 0
    return together["unsent"] + sum(one["quantity"] for one in together["sites"])


def _in_time(trace: dict[str, Any]) -> int:
    """What is worth having before it expires: what a unit earns, and the courses of demand."""
    told, weighed = trace["in_time"], trace["order_cost"]["candidates"][0]
    assert told["days"] == trace["order_cost"]["shelf_life_days"]
    price = trace["risk"]["unit_price_base"]
    known = price is not None and weighed["unit_landed"] is not None
    assert told["gain_assumed"] is not known
    if known and trace["cost"]["price_from_quantity"] == trace["offer"]["prices"][0][0]:
        margin = max(D(0), D(price) - D(weighed["unit_landed"]))
        assert told["gain"] == pytest.approx(float(margin / D(weighed["unit_landed"])), abs=0.0001)
    horizon = max(weighed["arrival_days"]) + max(told["days"], weighed["gap_days"])
    courses = Courses(trace, horizon)
    units = courses.in_time(weighed, trace)
    assert told["units"] == units
    ordered = trace["quantity"]["ordered"]
    expires = courses.expiring(ordered, weighed, told["days"])
    assert told["expires"] == pytest.approx(expires, abs=0.006)
    if ordered == weighed["quantity"]:
        assert float(weighed["expired_units"]) == pytest.approx(expires, abs=0.006)
    return units


def _expiring(trace: dict[str, Any], days: int) -> int:
    """Whole units that are on the shelf after their last day, in so many days of mean demand."""
    totals, gone = Demand(trace["demand"]).course(None, days), dict[int, float]()
    stock_by_day(sellable_of(trace), totals, inbound_by_day(trace), lots_by_day(trace), gone)
    return floor(sum(gone.values()) + DUST)


def check_dates(row: Mapping[str, Any], trace: dict[str, Any]) -> None:
    """The day that stock ends, as expected and if demand is high, and the stock in the picture."""
    policy, lead = trace["policy"], trace["lead_time"]
    demand, starts = Demand(trace["demand"]), day(trace["starts_on"])
    shown, sellable, lots = trace["projection"], sellable_of(trace), lots_by_day(trace)
    horizon = max(demand.days[-1], policy["protection_days"] + policy["review_days"] + 60)
    runs_out = {}
    for name, level in (("expected", None), ("cautious", policy["service_level"])):
        totals = demand.course(level, horizon)
        spoiled: dict[int, float] = {}
        left, gone = stock_by_day(sellable, totals, inbound_by_day(trace), lots, spoiled)
        out = next((step for step, units in enumerate(left) if units < EMPTY), None)
        ends = None if out is None else starts + out * DAY
        assert shown[f"{name}_empty_on"] == (ends and ends.isoformat())
        assert shown[name] == pytest.approx(left[:: shown["step_days"]], abs=0.051)
        step = max(0, (day(lead["arrives_on"]) - starts).days)
        while step and left[step - 1] < EMPTY:
            step -= 1
        found = next((at for at in range(step, horizon) if left[at] < EMPTY), None)
        runs_out[name] = None if found is None else starts + found * DAY
        if name == "expected":
            days = max(0, (day(lead["arrives_on"]) - starts).days)
            assert shown["lost_before_arrival"] == pytest.approx(gone[days], abs=0.001)
            told = dict((trace["lots"] or {"spoils": []})["spoils"])
            found = {(starts + step * DAY).isoformat(): units for step, units in spoiled.items()}
            assert told == pytest.approx(found, abs=0.006)
    ends_on, short_on = runs_out["expected"], runs_out["cautious"]
    assert shown["ends_on"] == (ends_on and ends_on.isoformat())
    assert shown["short_on"] == (short_on and short_on.isoformat())
    check_lateness(row, trace, ends_on, short_on)


def check_lateness(
    row: Mapping[str, Any], trace: dict[str, Any], ends_on: date | None, short_on: date | None
) -> None:
    """Latest order date, the two grades of late, and the reason."""
    lead, told, today = trace["lead_time"], trace["reason"], day(trace["as_of"])
    calendars = Calendars(lead["calendars"])

    def latest(needed: date | None) -> date | None:
        if needed is None:
            return None
        return calendars.latest(needed, lead["legs"], lead["office_calendar"])

    def days_ago(on: date | None) -> int:
        return 0 if on is None else max(0, (today - on).days)

    arrives, last = day(lead["arrives_on"]), latest(short_on)
    assert row["arrives_on"] == arrives
    assert lead["latest_order_on"] == (last and last.isoformat())
    late, if_high = 0, days_ago(last)
    if ends_on is not None and ends_on < arrives:
        late = days_ago(latest(ends_on))
        assert late > 0
    assert row["days_late"] == told["days_late"] == late
    assert told["days_late_if_high"] == if_high
    assert row["order_by_on"] == (None if late or if_high else last)
    assert row["runs_out_on"] == (ends_on if late else short_on)
    if told["code"] == "loses_money":
        return  # held against the sum of its money with the other costs
    if sellable_of(trace) <= 0:
        assert told["code"] == "out_of_stock"
    elif late:
        assert told["code"] == "runs_out_before_arrival"
    elif if_high:
        assert told["code"] == "may_run_out_before_arrival"
