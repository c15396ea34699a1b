"""When open orders come: their last milestone, and what the legs that are left have taken before.

Decides the expected day and the days between which four of five would fall. An order without a
milestone keeps the day of its papers until that day has passed; then it is expected as late as
such orders were that had not come by then either (what has no lead times to learn from:
`book.not_yet_here`). Writes nothing.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from forecasting.delivered import read_lead_times
from forecasting.lead_time import Route, stated_route
from forecasting.lead_time_learning import learned_route
from forecasting.leg_learning import ends_of
from forecasting.policy import LEAD_TIME_SLICES
from inventory_core.catalog.calendars import arrival_on
from inventory_core.db.engine import Reading
from inventory_core.trade.arrival_outlooks import (
    ArrivalOutlook,
    SentOrder,
    doubtful_orders,
    orders_placed_since,
    way_of_order,
)
from inventory_core.trade.milestones import Days, Subject, milestones_of
from inventory_core.trade.offer_terms import offers_by_id
from inventory_core.vocabulary import OfferId

Floats = npt.NDArray[np.float64]
LOW, HIGH = 0.1, 0.9


def arrivals_of_plan(conn: Reading, *, as_of: date, today: date) -> list[ArrivalOutlook]:
    """All outlooks that a plan of the day `as_of` leaves behind: where that is long ago, orders
    placed since are expected as of today, because what is seen of them happens in our days.
    """
    since = orders_placed_since(conn, as_of)
    newer = expected_arrivals(conn, as_of=today, order_ids=since) if since else []
    known = (*expected_arrivals(conn, as_of=as_of), *newer)
    return list({one.purchase_order_id: one for one in known}.values())


def expected_arrivals(
    conn: Reading, *, as_of: date, order_ids: Sequence[int] | None = None
) -> list[ArrivalOutlook]:
    """The outlook of every open order (or of some) with a milestone or overdue, on a day."""
    orders = doubtful_orders(conn, as_of=as_of, order_ids=order_ids)
    if not orders:
        return []
    countries = {order.warehouse_id: order.country for order in orders}
    known = read_lead_times(conn, {order.supplier_id for order in orders}, countries, as_of=as_of)
    offers = offers_by_id(conn, [order.offer_id for order in orders], as_of)
    terms = {int(key): offer for key, offer in offers.items()}
    seen = milestones_of(
        conn, Subject.PURCHASE_ORDER, [order.purchase_order_id for order in orders]
    )
    found = []
    for order in orders:
        route = learned_route(
            stated_route(terms[order.offer_id], order.ship_method, order.country),
            known,
            supplier_id=order.supplier_id,
            warehouse_id=order.warehouse_id,
            as_of=as_of,
        )
        days = seen.get(order.purchase_order_id, {})
        past = {kind: day for kind, day in days.items() if day <= as_of}
        outlook = outlook_from(route, order, past, as_of)
        if outlook is not None:
            found.append(outlook)
    return found


def learned_way(conn: Reading, order_id: int, *, as_of: date) -> Route | None:
    """The way of one order as it was learned; None where its lines name no offer."""
    order = way_of_order(conn, order_id)
    if order is None:
        return None
    countries = {order.warehouse_id: order.country}
    offer = offers_by_id(conn, [order.offer_id], as_of)[OfferId(order.offer_id)]
    return learned_route(
        stated_route(offer, order.ship_method, order.country),
        read_lead_times(conn, {order.supplier_id}, countries, as_of=as_of),
        supplier_id=order.supplier_id,
        warehouse_id=order.warehouse_id,
        as_of=as_of,
    )


def outlook_from(route: Route, order: SentOrder, seen: Days, as_of: date) -> ArrivalOutlook | None:
    """The end of the last leg that is known, and the learned legs after it; of an overdue order
    without one, the whole way. None where the papers still say the most.
    """
    ends = ends_of(route.legs, seen)
    done = max((place for place, end in enumerate(ends) if end is not None), default=None)
    if done is not None:
        start = ends[done] or as_of
        rest = route.legs[done + 1 :]
        first, after = rest[:1], rest[1:]
        spread = [_offsets(route, place) for place in range(done + 1, len(route.legs))]
    elif order.due_on is not None and order.due_on < as_of:
        start, first, after = order.ordered_on, route.legs, ()
        spread = [_whole_offsets(route)]
    else:
        return None
    later = _still_possible((arrival_on(start, first) - start).days, spread[0], start, as_of)
    through = start + timedelta(days=round(float(later.mean())))
    expected = max(as_of, arrival_on(through, after))
    around = later - later.mean()
    for part in spread[1:]:
        around = np.add.outer(around, np.array(part)).ravel()
    low, high = np.quantile(around, (LOW, HIGH))
    milestone, milestone_on = list(seen.items())[-1] if seen else (None, None)
    earliest = max(as_of, milestone_on or as_of, expected + timedelta(days=round(float(low))))
    return ArrivalOutlook(
        purchase_order_id=order.purchase_order_id,
        expected_on=expected,
        earliest_on=min(earliest, expected),
        latest_on=max(expected, expected + timedelta(days=round(float(high)))),
        milestone=milestone,
        milestone_on=milestone_on,
    )


def _still_possible(days: int, offsets: Sequence[float], start: date, as_of: date) -> Floats:
    """Equally likely days from `start`, of those planned and the differences seen before, that
    have not passed. Where all have, nothing tells how late it gets: a further wait as long as the
    usual spread, at least a day, whoever has waited how long (an exponential tail).
    """
    so_far = max(0, (as_of - start).days)
    all_days = days + np.array(offsets)
    later = all_days[all_days > so_far]
    return later if len(later) else np.array([so_far + max(1.0, float(np.std(offsets)))])


def _offsets(route: Route, place: int) -> tuple[float, ...]:
    """Equally likely differences of one leg from its planned days.

    Where its own were not learned, its share of the whole's: variances of independent legs add up,
    so a leg of a part of the days has the root of that part of the spread.
    """
    leg, learned = route.legs[place], route.learned
    if learned is not None and learned.legs:
        own = learned.legs[place]
        return tuple((part - own.ratio) * own.stated_days for part in own.slices)
    share = (leg.days / max(1, route.days)) ** 0.5
    return tuple(offset * share for offset in _whole_offsets(route))


def _whole_offsets(route: Route) -> tuple[float, ...]:
    """The same of the whole way: as it was learned, else spread as it is stated."""
    return route.offsets or tuple(route.spread_days * z for z in LEAD_TIME_SLICES)
