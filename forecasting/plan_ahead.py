"""Where a plan leads: its orders and those of the reviews after it, over equally likely courses.

Stock of every SKU and warehouse is carried forward day by day under lost sales; at each review an
order is placed by the plan's own reorder point, order-up-to, MOQ and step, for what can still be
served. Decides no order of today. Left out: what hubs hold beyond today's transfers, company limits
in later weeks, and the spread of the lead time. A course keeps its rank all the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.courses import course_levels, running_totals
from forecasting.projection import lost_so_far
from forecasting.replenish import Plan
from forecasting.situation import Planned
from forecasting.supplier_terms import landed_unit_cost, step_of

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

COURSES = 20
WEEKS = 13
DAYS = 7


@dataclass(frozen=True, slots=True)
class Ahead:
    """Expected over the courses, base currency: `cash` of orders placed and `value` in stock at the
    end, [W] by week; by pair [S] `asked`, `lost` units and the `margin` lost with them.
    """

    cash: Floats
    value: Floats
    asked: Floats
    lost: Floats
    margin: Floats


@dataclass(frozen=True, slots=True)
class _Terms:
    """What later orders of each pair [S] go by; money in the base currency, 0 where unknown."""

    reorder_point: Floats
    order_up_to: Floats
    lead: npt.NDArray[np.int64]
    gap: npt.NDArray[np.int64]
    review: npt.NDArray[np.int64]
    moq: Floats
    step: Floats
    price: Floats
    landed: Floats
    margin: Floats
    buying: Bools


def play_ahead(
    plan: Plan, *, review_days: int, budget: float | None = None, weeks: int = WEEKS
) -> Ahead:
    """Play so many weeks. `budget`: cash for the orders of each review period of `review_days`."""
    pairs, days = plan.pairs, weeks * DAYS
    terms = _terms(pairs)
    wanted = _wanted(pairs, days)
    stock, position, coming = _opening(plan, days)
    cash, value = np.zeros(weeks), np.zeros(weeks)
    lost = np.zeros(len(pairs))
    spent = _todays_cash(plan)
    cash[0] = spent
    for day in range(days):
        if day and day % review_days == 0:
            spent = 0.0
        due = terms.buying & (day % terms.review == 0) & (day > 0)
        if due.any():
            orders = _orders(day, due, terms, stock, position, coming, wanted)
            if budget is not None:
                orders = _within(orders, max(0.0, budget - spent), terms)
            asked = float((orders.units.mean(axis=1) * terms.price).sum())
            spent += asked
            cash[day // DAYS] += asked
            position += orders.units
            _put(coming, day + terms.lead, orders.units)
        stock += coming[:, :, day]
        sold = np.minimum(np.maximum(stock, 0.0), wanted[:, :, day])
        lost += (wanted[:, :, day] - sold).mean(axis=1)
        stock -= sold
        position -= sold
        if day % DAYS == DAYS - 1:
            value[day // DAYS] = (np.maximum(stock, 0.0).mean(axis=1) * terms.landed).sum()
    asked_units = wanted.sum(axis=2).mean(axis=1)
    return Ahead(cash, value, asked_units, lost, lost * terms.margin)


@dataclass(frozen=True, slots=True)
class _Orders:
    """`units` [S, C] ordered at one review, and [S] of them what would be lost without them."""

    units: Floats
    saved: Floats


def _orders(
    day: int, due: Bools, terms: _Terms, stock: Floats, position: Floats, coming: Floats,
    wanted: Floats,
) -> _Orders:  # fmt: skip
    """Up to order-up-to, less what will be lost before goods of today can arrive."""
    before, until = _lost_by(day, terms, stock, coming, wanted)
    needed = terms.order_up_to[:, None] - position - np.floor(before)[:, None]
    wants = due[:, None] & (position <= terms.reorder_point[:, None]) & (needed > 0)
    least = np.maximum(needed, terms.moq[:, None])
    units = np.ceil(least / terms.step[:, None]) * terms.step[:, None]
    return _Orders(np.where(wants, units, 0.0), np.maximum(until - before, 0.0))


def _lost_by(
    day: int, terms: _Terms, stock: Floats, coming: Floats, wanted: Floats
) -> tuple[Floats, Floats]:
    """[S] units expected to be lost without a new order until its goods arrive, and until those of
    the review after it would.
    """
    supply = stock.mean(axis=1)[:, None] + np.cumsum(coming[:, :, day:].mean(axis=1), axis=1)
    free = supply - np.cumsum(wanted[:, :, day:].mean(axis=1), axis=1)
    lost = lost_so_far(free)
    rows, last = np.arange(len(lost)), lost.shape[1] - 1
    before = np.where(terms.lead > 0, lost[rows, np.clip(terms.lead - 1, 0, last)], 0.0)
    return before, lost[rows, np.clip(terms.lead + terms.gap - 1, 0, last)]


def _within(orders: _Orders, left: float, terms: _Terms) -> _Orders:
    """Orders in order of margin saved per unit of cash, each whole while the cash lasts."""
    units = orders.units.mean(axis=1)
    cost = units * terms.price
    if cost.sum() <= left:
        return orders
    worth = np.minimum(units, orders.saved) * terms.margin
    returns = np.where(cost > 0, worth / np.maximum(cost, 1e-9), np.inf)
    ranked = np.argsort(-returns, kind="stable")
    kept = np.zeros(len(cost), dtype=bool)
    for place in ranked:
        if cost[place] <= left:
            kept[place] = True
            left -= float(cost[place])
    return _Orders(np.where(kept[:, None], orders.units, 0.0), orders.saved)


def _put(coming: Floats, days: npt.NDArray[np.int64], units: Floats) -> None:
    rows = np.flatnonzero(days < coming.shape[2])
    coming[rows, :, days[rows]] += units[rows]


def _wanted(pairs: Sequence[Planned], days: int) -> Floats:
    """[S, C, D] demand of each day from the planning day on."""
    out = np.zeros((len(pairs), COURSES, days))
    levels = course_levels(COURSES)
    for row, one in enumerate(pairs):
        here = one.situation
        # Demand may begin before the planning day, or after it.
        index = np.maximum(0, np.arange(days + 1) + (here.as_of - here.starts_on).days)
        totals = running_totals(here.demand, levels, int(index[-1]))
        out[row] = np.diff(totals[:, index], axis=1)
    return out


def _opening(plan: Plan, days: int) -> tuple[Floats, Floats, Floats]:
    """Stock [S, C], position [S, C] and arrivals [S, C, D], with the orders of today."""
    given: dict[tuple[int, int], int] = {}
    for send in plan.transfers:
        if send.from_warehouse_id is not None:
            giver = (send.sku_id, send.from_warehouse_id)
            given[giver] = given.get(giver, 0) + send.quantity
    stock, position = np.zeros((2, len(plan.pairs)))
    coming = np.zeros((len(plan.pairs), COURSES, days))
    for row, one in enumerate(plan.pairs):
        here, draft = one.situation, one.draft
        gone = given.get((here.sku_id, here.warehouse_id), 0)
        stock[row] = here.stock.sellable - gone
        position[row] = here.stock.inventory_position - gone
        arrivals = [(one.on_day, one.quantity) for one in here.inbound]
        if draft is not None and draft.arrives_on is not None:
            position[row] += draft.quantity
            arrivals.append((draft.arrives_on, draft.quantity))
        for on_day, quantity in arrivals:
            day = max(0, (on_day - here.as_of).days)
            if day < days:
                coming[row, :, day] += quantity
    repeated = [np.repeat(each[:, None], COURSES, axis=1) for each in (stock, position)]
    return repeated[0], repeated[1], coming


def _todays_cash(plan: Plan) -> float:
    drafts = [one.draft for one in plan.pairs if one.draft is not None]
    return float(sum(draft.amount_base or 0 for draft in drafts))


def _terms(pairs: Sequence[Planned]) -> _Terms:
    rows = np.array([_pair_terms(one) for one in pairs], dtype=np.float64).reshape(len(pairs), 11)
    whole = rows[:, 2:5].astype(np.int64)
    return _Terms(
        reorder_point=rows[:, 0],
        order_up_to=rows[:, 1],
        lead=whole[:, 0],
        gap=whole[:, 1],
        review=whole[:, 2],
        moq=rows[:, 5],
        step=rows[:, 6],
        price=rows[:, 7],
        landed=rows[:, 8],
        margin=rows[:, 9],
        buying=rows[:, 10] > 0,
    )


def _pair_terms(one: Planned) -> tuple[float, ...]:
    here, policy = one.situation, one.policy
    offer = next((o for o in here.offers if o.offer_id == one.offer_id), None)
    moq, step, price, landed = 1, 1, 0.0, 0.0
    if offer is not None:
        moq = offer.moq
        step = step_of(offer, here.carton_quantity)
        quantity = one.draft.quantity if one.draft else max(offer.moq, policy.order_up_to)
        reached = offer.price_at(quantity)
        rate = next((r.rate for r in here.rates if r.currency == offer.currency), None)
        method = one.draft.ship_method if one.draft else offer.routes[0].route.ship_method
        way = next((w for w in offer.routes if w.route.ship_method == method), offer.routes[0])
        if reached is not None and rate is not None:
            price = float(reached[1] * rate)
            landed = float(landed_unit_cost(offer, way, reached[1], here.rates) or price)
    selling = here.selling_price_base
    margin = 0.0 if selling is None else max(0.0, float(selling) - landed)
    buying = here.sku_state == "active" and here.rule.buying and policy.order_up_to > 0
    return (
        policy.reorder_point, policy.order_up_to, policy.lead_time_days,
        policy.protection_days - policy.lead_time_days, policy.review_days,
        moq, step, price, landed, margin, float(buying),
    )  # fmt: skip
