"""From receipts and milestones of the book to what orders should have taken and took.

Decides nothing: the terms of each offer and its calendars say how long an order of that day, and
each leg of it, should have been on its way. What happened on the planning day counts from the next.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from forecasting.lead_time_learning import LeadTimes, Taken, lead_times_of
from forecasting.leg_learning import LegTaken, ends_of, spans_of
from inventory_core.catalog.calendars import Leg, arrival_on
from inventory_core.db.engine import Reading
from inventory_core.trade.deliveries import DeliveredLine, delivered_lines
from inventory_core.trade.milestones import Days, Subject, milestones_of
from inventory_core.trade.offer_terms import Offer, offer_arrival_on, offers_by_id, way

# An open order is known to take at least its way so far and this share of what is stated for the
# legs that are left: goods do not jump over them.
REST_AT_LEAST = 0.8
Stated = dict[tuple[object, ...], int]


def read_lead_times(
    conn: Reading, supplier_ids: Collection[int], countries: Mapping[int, str], *, as_of: date
) -> LeadTimes:
    """What is known of the lead times of these suppliers on a day; `countries` by warehouse."""
    if not supplier_ids:
        return LeadTimes()
    lines = delivered_lines(conn, supplier_ids, as_of=as_of)
    found = offers_by_id(conn, sorted({line.offer_id for line in lines}), as_of)
    known: dict[int, Offer] = {int(offer_id): offer for offer_id, offer in found.items()}
    by_order: dict[int, list[DeliveredLine]] = defaultdict(list)
    for line in lines:
        if line.offer_id in known:
            by_order[line.purchase_order_id].append(line)
    seen = milestones_of(conn, Subject.PURCHASE_ORDER, list(by_order))
    stated: Stated = {}
    taken: list[Taken] = []
    legs: list[LegTaken] = []
    for order_id, order in by_order.items():
        days = {kind: day for kind, day in seen.get(order_id, {}).items() if day < as_of}
        come = [line for line in order if line.come]
        one = _taken(come or order, known, stated)
        if not come:
            one = _at_the_least(one, _way(order, known), days, as_of)
        taken.append(one)
        if days:
            legs += _legs(one, _way(come or order, known), days)
    return lead_times_of(taken, countries, legs)


def _taken(lines: Sequence[DeliveredLine], known: Mapping[int, Offer], stated: Stated) -> Taken:
    """One order: means over its units."""
    first, units = lines[0], sum(line.units for line in lines)
    days = sum(line.days * line.units for line in lines) / units
    asked = sum(_stated(line, known[line.offer_id], stated) * line.units for line in lines) / units
    return Taken(
        supplier_id=first.supplier_id,
        warehouse_id=first.warehouse_id,
        country=first.country,
        ship_method=first.ship_method,
        ordered_on=first.ordered_on,
        stated_days=round(asked, 2),
        days=round(days, 2),
        come=first.come,
    )


def _stated(line: DeliveredLine, offer: Offer, stated: Stated) -> int:
    """Days that the terms gave an order of that day, closures included."""
    calendar = offer.calendar.code if offer.calendar else ""
    way_asked = (line.ship_method, line.country, line.ordered_on)
    terms = (offer.lead_time_days, calendar, offer.legs, *way_asked)
    if terms not in stated:
        arrives = offer_arrival_on(offer, line.ordered_on, line.ship_method, country=line.country)
        stated[terms] = (arrives - line.ordered_on).days
    return stated[terms]


def _way(lines: Sequence[DeliveredLine], known: Mapping[int, Offer]) -> list[Leg]:
    """The legs that most units of an order go by: milestones are those of the whole order."""
    most = max(lines, key=lambda line: (line.units, -line.offer_id))
    return way(known[most.offer_id], most.ship_method, country=most.country)


def _at_the_least(one: Taken, legs: Sequence[Leg], days: Days, as_of: date) -> Taken:
    """An open order by its last known leg and the least that the rest takes."""
    ends = ends_of(legs, days)
    done = max((place for place, end in enumerate(ends) if end is not None), default=None)
    if done is None:
        return one
    reached = ends[done] or as_of
    rest = (arrival_on(reached, legs[done + 1 :]) - reached).days * REST_AT_LEAST
    least = (reached - one.ordered_on).days + rest
    return replace(one, days=round(max(one.days, least), 2))


def _legs(one: Taken, legs: Sequence[Leg], days: Days) -> list[LegTaken]:
    came_on = one.ordered_on + timedelta(days=round(one.days)) if one.come else None
    ended = {leg.kind for leg, end in zip(legs, ends_of(legs, days), strict=True) if end}
    return [
        LegTaken(
            supplier_id=one.supplier_id,
            warehouse_id=one.warehouse_id,
            country=one.country,
            ship_method=one.ship_method,
            ordered_on=one.ordered_on,
            kind=kind,
            stated_days=asked,
            days=taken,
            alone=kind in ended,
        )
        for kind, asked, taken in spans_of(legs, one.ordered_on, days, came_on)
    ]
