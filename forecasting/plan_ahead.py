"""Where a plan leads: its orders and those of the reviews after it, over equally likely courses.

Stock of every SKU and warehouse is carried forward day by day under lost sales, goods leave it when
they expire, and orders come as early or late as their lead times spread. At each review an order is
placed by the rule of the list (`reviews_ahead`). Decides no order of today. Left out: what hubs
hold beyond today's transfers, and company limits in later weeks. A course keeps its rank all the
way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from forecasting.buyer import Buyer
from forecasting.courses import course_levels, running_totals
from forecasting.covers import Cycle
from forecasting.expiry import spoiled_totals
from forecasting.lead_time import LEADS, lead_times, sliced
from forecasting.projection import lost_so_far
from forecasting.replenish import Plan
from forecasting.reviews_ahead import Reviews, Stand, days_passed, orders_on, reviews_of
from forecasting.situation import Draft, Planned
from inventory_core.planning.plan_costs import ASSUMED_COSTS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COURSES = 20
WEEKS = 13
DAYS = 7
LOTS_SEED = 7


@dataclass(frozen=True, slots=True)
class Ahead:
    """Expected over the courses, base currency: `cash` of orders placed and `value` in stock at the
    end, [W] by week; by pair [S] `asked`, `lost` units and the `margin` lost with them; `expired`:
    what units cost that were not sold in time.
    """

    cash: Floats
    value: Floats
    asked: Floats
    lost: Floats
    margin: Floats
    expired: float


def play_ahead(
    plan: Plan,
    *,
    review_days: int,
    budget: float | None = None,
    weeks: int = WEEKS,
    margin_share: Decimal = ASSUMED_COSTS.margin_share,
) -> Ahead:
    """Play so many weeks. `budget`: cash for the orders of each review period of `review_days`;
    `margin_share`: what a unit earns per its cost where that is not known.
    """
    pairs, days = plan.pairs, weeks * DAYS
    reviews = reviews_of(pairs, days, margin_share)
    buyer = reviews.buyer
    wanted, spoiled = _wanted(pairs, days)
    late = np.random.default_rng(LOTS_SEED)
    stand = _opening(plan, reviews.last_day, _lots(late, len(pairs)))
    ages = _Ages(stand, buyer.keeps, days)
    cash, value = np.zeros(weeks), np.zeros(weeks)
    lost = np.zeros(len(pairs))
    spent = _todays_cash(plan)
    cash[0] = spent
    for day in range(days):
        if day and day % review_days == 0:
            spent = 0.0
        if day in reviews.cycles:
            orders = _orders(day, reviews, stand, wanted)
            if budget is not None:
                orders = _within(orders, max(0.0, budget - spent), buyer)
            asked = float((orders.units.mean(axis=1) * buyer.price).sum())
            spent += asked
            cash[day // DAYS] += asked
            _place(stand, day, reviews.cycles[day], orders.units, _lots(late, len(pairs)))
        lost += _pass(stand, day, wanted, spoiled, ages)
        if day % DAYS == DAYS - 1:
            held = np.maximum(stand.stock, 0.0).mean(axis=1)
            value[day // DAYS] = (held * buyer.landed).sum()
    asked_units = wanted.sum(axis=2).mean(axis=1)
    expired = float((ages.gone.mean(axis=1) * buyer.landed).sum())
    return Ahead(cash, value, asked_units, lost, lost * buyer.margin, expired)


class _Ages:
    """What leaves unsold of goods that come after the planning day, the oldest sold first: [S, C]
    `gone` in all, lots of today among them.
    """

    def __init__(self, stand: Stand, keeps: Ints, days: int) -> None:
        self.gone = np.zeros_like(stand.stock)
        self._opening = stand.stock.copy()
        self._some = np.flatnonzero(keeps < days)
        self._keeps, shape = keeps[self._some], stand.stock[self._some].shape
        self._old, self._spoiled = np.zeros((2, *shape))

    def leave(self, stand: Stand, day: int, lots: Floats) -> Floats:
        """[S, C] what cannot be sold from this day on: of `lots` of today what outlasts its sale,
        of later goods what came so many days before.
        """
        gone = np.minimum(np.maximum(stand.stock, 0.0), lots)
        self.gone += gone
        if len(self._some):
            self._age(stand, day, gone)
        return gone

    def _age(self, stand: Stand, day: int, gone: Floats) -> None:
        rows, came = self._some, day - self._keeps
        ended = np.flatnonzero(came >= 0)
        self._old[ended] += stand.coming[rows[ended], :, came[ended]]
        left = stand.sold[rows] + self.gone[rows]
        outlasts = np.minimum(self._opening[rows] + self._old - left, self._old - self._spoiled)
        more = np.clip(outlasts, 0.0, np.maximum(stand.stock[rows] - gone[rows], 0.0))
        self._spoiled += more
        self.gone[rows] += more
        gone[rows] += more


def _pass(stand: Stand, day: int, wanted: Floats, spoiled: Floats, ages: _Ages) -> Floats:
    """One day: what has expired leaves, goods come, demand is served or lost ([S], the mean)."""
    gone = ages.leave(stand, day, spoiled[:, :, day])
    came = stand.coming[:, :, day]
    np.add(stand.stock, came - gone, out=stand.stock)
    sold = np.minimum(np.maximum(stand.stock, 0.0), wanted[:, :, day])
    np.subtract(stand.stock, sold, out=stand.stock)
    np.subtract(stand.position, sold + gone, out=stand.position)
    np.add(stand.sold, sold, out=stand.sold)
    return np.asarray((wanted[:, :, day] - sold).mean(axis=1))


def _place(stand: Stand, day: int, cycle: Cycle, units: Floats, lots: Ints) -> None:
    """Orders of a day come on one of their days [S, C], by lot."""
    np.add(stand.position, units, out=stand.position)
    arrives = day + np.take_along_axis(cycle.leads, lots, axis=1)
    row, course = np.nonzero(units)
    stand.coming[row, course, arrives[row, course]] += units[row, course]


def _lots(random: np.random.Generator, count: int) -> Ints:
    """[S, C] which of its lead times an order meets: each as often, for high demand and for low."""
    every = np.tile(np.arange(COURSES) % LEADS, (count, 1))
    return np.asarray(random.permuted(every, axis=1))


@dataclass(frozen=True, slots=True)
class _Orders:
    """`units` [S, C] ordered at one review, and [S] of them what would be lost without them."""

    units: Floats
    saved: Floats


def _orders(day: int, reviews: Reviews, stand: Stand, wanted: Floats) -> _Orders:
    units, cycle = orders_on(day, reviews, stand), reviews.cycles[day]
    ahead = stand.coming[:, :, day : wanted.shape[2]].mean(axis=1)
    supply = stand.stock.mean(axis=1)[:, None] + np.cumsum(ahead, axis=1)
    lost = lost_so_far(supply - np.cumsum(wanted[:, :, day:].mean(axis=1), axis=1))
    lost = np.concatenate([np.zeros((len(lost), 1)), lost], axis=1)
    rows, last = np.arange(len(lost)), lost.shape[1] - 1
    before, until = (lost[rows, np.minimum(at, last)] for at in (cycle.lead, cycle.through))
    return _Orders(units, np.maximum(until - before, 0.0))


def _within(orders: _Orders, left: float, buyer: Buyer) -> _Orders:
    """Orders in order of margin saved per unit of cash, each whole while the cash lasts."""
    units = orders.units.mean(axis=1)
    cost = units * buyer.price
    if cost.sum() <= left:
        return orders
    worth = np.minimum(units, orders.saved) * buyer.margin
    returns = np.where(cost > 0, worth / np.maximum(cost, 1e-9), np.inf)
    ranked = np.argsort(-returns, kind="stable")
    kept = np.zeros(len(cost), dtype=bool)
    for place in ranked:
        if cost[place] <= left:
            kept[place] = True
            left -= float(cost[place])
    return _Orders(np.where(kept[:, None], orders.units, 0.0), orders.saved)


def _wanted(pairs: Sequence[Planned], days: int) -> tuple[Floats, Floats]:
    """[S, C, D] demand of each day from the planning day on, and what expires before it."""
    wanted, spoiled = np.zeros((2, len(pairs), COURSES, days))
    levels = course_levels(COURSES)
    for row, one in enumerate(pairs):
        here = one.situation
        index = days_passed(here, days)
        totals = running_totals(here.demand, levels, int(index[-1]))[:, index]
        wanted[row] = np.diff(totals, axis=1)
        if here.lots:
            from_today = totals - totals[:, :1]
            spoiled[row] = np.diff(spoiled_totals(here.lots, from_today, here.as_of), axis=1)
    return wanted, spoiled


def _opening(plan: Plan, last_day: int, lots: Ints) -> Stand:
    """Stock, position and arrivals with the orders and transfers of today."""
    given: dict[tuple[int, int], int] = {}
    for send in plan.transfers:
        if send.from_warehouse_id is not None:
            giver = (send.sku_id, send.from_warehouse_id)
            given[giver] = given.get(giver, 0) + send.quantity
    stock, position = np.zeros((2, len(plan.pairs), COURSES))
    coming = np.zeros((len(plan.pairs), COURSES, last_day + 1))
    for row, one in enumerate(plan.pairs):
        here = one.situation
        gone = given.get((here.sku_id, here.warehouse_id), 0)
        stock[row] = here.stock.sellable - gone
        position[row] = here.stock.inventory_position - gone
        for item in here.inbound:
            day = min(last_day, max(0, (item.on_day - here.as_of).days))
            coming[row, :, day] += item.quantity
        if one.draft is not None and one.draft.arrives_on is not None:
            position[row] += one.draft.quantity
            days = np.array(_days_of(one, one.draft))[lots[row]]
            coming[row, np.arange(COURSES), np.minimum(days, last_day)] += one.draft.quantity
    return Stand(stock, position, np.zeros_like(stock), coming)


def _days_of(one: Planned, draft: Draft) -> list[int]:
    """Equally likely days on which an order of today comes."""
    assert draft.arrives_on is not None, "only what arrives is carried forward"
    here, usual = one.situation, one.usual
    offer = next((each for each in here.offers if each.offer_id == draft.offer_id), usual.offer)
    method = draft.ship_method
    ways = (each for each in offer.routes if each.route.ship_method == method)
    route = next(ways, usual.way).route
    return sliced(lead_times(route, (draft.arrives_on - here.as_of).days))


def _todays_cash(plan: Plan) -> float:
    drafts = [one.draft for one in plan.pairs if one.draft is not None]
    return float(sum(draft.amount_base or 0 for draft in drafts))
