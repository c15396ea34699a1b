"""What the list would order at the reviews to come, from stock as it has become on each course.

The same rule (`covers`, `needs`) on each pair's usual way and the calendars of that day, whatever
hurry today's order is in. Expects what today's forecast says of those days: a total keeps the
relative spread of its length, and what a course has shown so far teaches nothing. Decides no order
of today and chooses no supplier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import numpy as np
import numpy.typing as npt

from forecasting.buyer import KEEPS_ALWAYS, Buyer, buyer_of
from forecasting.courses import course_levels, running_totals
from forecasting.covers import Cycle, Totals, by_hand, levels_of
from forecasting.expiry import DatedLot, free_lots
from forecasting.joint_least import reach_together
from forecasting.keeping import Keeping, furthest
from forecasting.lead_time import LEADS, Route, arrives_on, lead_times, sliced
from forecasting.need import LEVELS
from forecasting.needs import Asked, Shelves, asked_of, spoils_of
from forecasting.situation import Planned, Situation
from inventory_core.planning.plan_costs import ASSUMED_COSTS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PAIRS_AT_ONCE = 100  # so that memory does not grow with the company


@dataclass(frozen=True, slots=True)
class Stand:
    """The stock of each pair and course [S, C] before a review: `stock`, below zero while customers
    wait, `position`, `sold` since the planning day; `coming` [S, C, D] by day.
    """

    stock: Floats
    position: Floats
    sold: Floats
    coming: Floats


@dataclass(frozen=True, slots=True)
class Reviews:
    """The days on which any pair is reviewed, with what its way takes from then (all pairs [S]).

    What is expected: `mean` [S, days + R + 1] from the planning day on; of a total of 1 .. R days
    `whole` [S, R] its mean and `high` [S, R] its quantile at the service level.
    """

    buyer: Buyer
    cycles: Mapping[int, Cycle]
    mean: Floats
    whole: Floats
    high: Floats

    @property
    def last_day(self) -> int:
        """The last day that any order looks at."""
        return int(self.mean.shape[1]) - 1


def reviews_of(
    pairs: Sequence[Planned], days: int, margin_share: Decimal = ASSUMED_COSTS.margin_share
) -> Reviews:
    """All reviews of so many days after the planning day."""
    buyer = buyer_of(pairs, margin_share)
    lead, gap = (np.ones((days, len(pairs)), dtype=np.int64) for _ in range(2))
    leads = np.ones((days, len(pairs), LEADS), dtype=np.int64)
    for row in np.flatnonzero(buyer.buying).tolist():
        review, route = int(buyer.review[row]), pairs[row].usual.way.route
        placed = range(review, days + review, review)
        taken = [_days_on_the_way(route, pairs[row].situation.as_of, day) for day in placed]
        for day, one, following in zip(placed, taken, taken[1:], strict=False):
            lead[day, row], leads[day, row] = one, sliced(lead_times(route, one))
            gap[day, row] = max(review, review + following - one)
    cycles = {
        day: Cycle(lead[day], leads[day], gap[day], buyer.review)
        for day in range(1, days)
        if len(buyer.due(day))
    }
    reach = max((one.reach for one in cycles.values()), default=1)
    demands = [one.situation.demand for one in pairs]
    mean = [_running_mean(one.situation, days + reach) for one in pairs]
    whole = [np.cumsum(one.path(reach)) for one in demands]
    high = [
        np.cumsum(one.path(reach, float(at))) for one, at in zip(demands, buyer.level, strict=True)
    ]
    shape = (len(pairs), -1)
    return Reviews(buyer, cycles, *(np.array(each).reshape(shape) for each in (mean, whole, high)))


def _days_on_the_way(route: Route, as_of: date, day: int) -> int:
    placed = as_of + timedelta(days=day)
    return (arrives_on(route, placed) - placed).days


def days_passed(here: Situation, days: int) -> Ints:
    """[days + 1] days of its demand that have passed 0, 1, … days after the planning day.

    Demand may begin before the planning day, or after it.
    """
    return np.maximum(0, np.arange(days + 1) + (here.as_of - here.starts_on).days)


def _running_mean(here: Situation, days: int) -> Floats:
    """[days + 1] mean demand after 0, 1, … days from the planning day on."""
    index = days_passed(here, days)
    running = np.concatenate([[0.0], np.cumsum(here.demand.path(int(index[-1])))])
    return np.asarray(running[index] - running[index[0]])


def orders_on(day: int, reviews: Reviews, stand: Stand) -> Floats:
    """[S, C] units that the list would order on a day of review; 0 where none is."""
    units, most = np.zeros(stand.stock.shape), np.full(stand.stock.shape, np.inf)
    due, buyer = _near(day, reviews, stand), reviews.buyer
    for begin in range(0, len(due), PAIRS_AT_ONCE):
        rows = due[begin : begin + PAIRS_AT_ONCE]
        asked = _orders(day, rows, reviews, stand)
        units[rows], most[rows] = (
            each.reshape(len(rows), -1) for each in (asked.units, asked.most)
        )
    if not len(due):
        return units
    through = reviews.cycles[day].through[due]
    pace = (reviews.mean[due, day + through] - reviews.mean[due, day]) / through
    most[~np.isnan(buyer.maximum)] = -np.inf  # a maximum by hand is not passed for an MOQ of others
    count, courses = len(due), stand.stock.shape[1]
    each = np.repeat(due, courses)
    units[due] = reach_together(
        units[due].ravel(),
        buyer.step[each],
        buyer.moq[each],
        buyer.production[each] * courses + np.tile(np.arange(courses), count),
        np.repeat(pace, courses),
        most[due].ravel(),
    ).reshape(count, courses)
    return units


def _near(day: int, reviews: Reviews, stand: Stand) -> Ints:
    """The pairs of a review that can have come down to their reorder point on any course: it is no
    higher than high demand until the latest goods of the next review, or what a person set.
    """
    buyer = reviews.buyer
    rows = buyer.due(day)
    cycle = reviews.cycles[day].select(rows)
    ends = (cycle.leads + cycle.gap[:, None]).max(axis=1)
    moved = _moved(day, rows, reviews, int(ends.max(initial=1)))
    highest = np.maximum(moved.high, moved.mean)[np.arange(len(rows)), ends - 1] + 1
    set_by_hand = np.maximum(np.nan_to_num(buyer.minimum[rows]), np.nan_to_num(buyer.maximum[rows]))
    lots = [sum(lot.quantity for lot in buyer.pairs[row].situation.lots) for row in rows]
    lowest = stand.position[rows].min(axis=1) - np.array(lots)
    return np.asarray(rows[lowest <= np.maximum(highest, set_by_hand)])


def _orders(day: int, rows: Ints, reviews: Reviews, stand: Stand) -> Asked:
    """What each pair and course needs, pair by pair, whatever the supplier's terms."""
    buyer, cycle = reviews.buyer, reviews.cycles[day].select(rows)
    totals = _totals(day, rows, reviews, cycle.reach)
    levels = by_hand(levels_of(totals, cycle), buyer.minimum[rows], buyer.maximum[rows])
    count, courses = len(rows), stand.stock.shape[1]
    of = np.repeat(np.arange(count), courses)
    shelves = Shelves(
        of,
        stand.stock[rows].ravel(),
        stand.coming[rows, :, day:].reshape(len(of), -1),
        stand.position[rows].ravel(),
    )
    lots = _lots_left(day, [buyer.pairs[row] for row in rows], stand.sold[rows], cycle.reach)
    dated = np.array([sum(lot.quantity for lot in mine) for mine in lots])
    spoiling = (dated > 0) & (shelves.position - dated <= levels.reorder[of])
    expire = (buyer.keeps[rows] < KEEPS_ALWAYS)[of]
    units, most = np.zeros(len(of)), np.full(len(of), np.inf)
    for lots_spoil, new_expire in product((False, True), repeat=2):
        some = np.flatnonzero((spoiling == lots_spoil) & (expire == new_expire))
        if not len(some):
            continue
        spoils, keeping = None, None
        if lots_spoil:
            today = buyer.pairs[0].situation.as_of + timedelta(days=day)
            spoils = spoils_of([lots[shelf] for shelf in some], of[some], totals, cycle, today)
        if new_expire:
            mine = rows[of[some]]
            end = furthest(cycle.select(of[some]), buyer.keeps[mine])
            left = _dated_left(day, mine, stand.sold[rows].ravel()[some], reviews, end)
            keeping = Keeping(buyer.keeps[mine], buyer.gain[mine], left)
        asked = asked_of(shelves.select(some), totals, levels, cycle, spoils, keeping)
        units[some], most[some] = asked.units, asked.most
    return Asked(units, most)


def _dated_left(day: int, rows: Ints, sold: Floats, reviews: Reviews, end: int) -> Floats:
    """[N, end + 1] units of today's lots that can be sold no longer than 0 .. `end` days from `day`
    on, of shelves of the pairs `rows` [N] that have sold so many since.
    """
    found = np.zeros((len(rows), end + 1))
    for place, (row, units) in enumerate(zip(rows.tolist(), sold.tolist(), strict=True)):
        here = reviews.buyer.pairs[row].situation
        today = here.as_of + timedelta(days=day)
        for lot in free_lots(here.lots, int(units)) if here.lots else ():
            if lot.expires_on >= today:
                found[place, min(end, (lot.expires_on - today).days) + 1 :] += lot.quantity
    return found


def _lots_left(
    day: int, pairs: Sequence[Planned], sold: Floats, reach: int
) -> list[tuple[DatedLot, ...]]:
    """Of each pair and course the lots not sold yet that expire within the next `reach` days."""
    found: list[tuple[DatedLot, ...]] = []
    for one, units in zip(pairs, sold, strict=True):
        lots, today = one.situation.lots, one.situation.as_of + timedelta(days=day)
        end = today + timedelta(days=reach)
        if not lots:
            found += [()] * len(units)
            continue
        for gone in units.astype(int).tolist():
            left = free_lots(lots, gone)
            found.append(tuple(lot for lot in left if today <= lot.expires_on < end))
    return found


def _totals(day: int, rows: Ints, reviews: Reviews, reach: int) -> Totals:
    """Totals of the `reach` days from `day` on."""
    moved = _moved(day, rows, reviews, reach)
    levels, courses = course_levels(LEVELS), np.empty((LEVELS, len(rows), reach))
    for place, row in enumerate(rows):
        demand = reviews.buyer.pairs[row].situation.demand
        courses[:, place] = running_totals(demand, levels, reach)[:, 1:]
    courses *= moved.factor
    courses += moved.certain
    np.maximum.accumulate(courses, axis=2, out=courses)
    return Totals(moved.mean, courses, moved.high, reviews.buyer.level[rows])


@dataclass(frozen=True, slots=True)
class _Moved:
    """Totals from a later day on, each [S, R]: mean and high; those from today are multiplied by
    `factor`, so that each keeps the relative spread of its length, or `certain` without one.
    """

    mean: Floats
    high: Floats
    factor: Floats
    certain: Floats


def _moved(day: int, rows: Ints, reviews: Reviews, reach: int) -> _Moved:
    mean, whole = reviews.mean[rows], reviews.whole[rows, :reach]
    ahead = mean[:, day + 1 : day + reach + 1] - mean[:, [day]]
    some = whole > 0
    factor = ahead / np.where(some, whole, np.inf)
    certain = np.where(some, 0.0, ahead)
    high = reviews.high[rows, :reach] * factor + certain
    return _Moved(ahead, np.maximum.accumulate(high, axis=1), factor, certain)
