"""From receipts of the book to what orders should have taken and took. Decides nothing: the terms
of each offer and its calendars say how long an order of that day should have been on its way.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from forecasting.lead_time_learning import LeadTimes, Taken, lead_times_of
from inventory_core.db.engine import Reading
from inventory_core.trade.deliveries import DeliveredLine, delivered_lines
from inventory_core.trade.offer_terms import Offer, offer_arrival_on, offers_by_id


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
    stated: dict[tuple[object, ...], int] = {}
    taken = [_taken(order, known, stated) for order in by_order.values()]
    return lead_times_of(taken, countries)


def _taken(
    lines: list[DeliveredLine],
    known: Mapping[int, Offer],
    stated: dict[tuple[object, ...], int],
) -> Taken:
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
    )


def _stated(line: DeliveredLine, offer: Offer, stated: dict[tuple[object, ...], int]) -> int:
    """Days that the terms gave an order of that day, closures included."""
    calendar = offer.calendar.code if offer.calendar else ""
    terms = (offer.lead_time_days, calendar, offer.legs, line.ship_method, line.ordered_on)
    if terms not in stated:
        arrives = offer_arrival_on(offer, line.ordered_on, line.ship_method)
        stated[terms] = (arrives - line.ordered_on).days
    return stated[terms]
