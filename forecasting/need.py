"""Decides how many units an order of today must bring, and whether any are needed by it at all.

Up to order-up-to, less what is lost anyway before it arrives. Never more than can still be asked
of it: between its arrival and that of the next order an empty shelf cannot get emptier, and goods
that come in between serve too. Due where the shelf is empty in that time more often than the
service level allows: an earlier gap is one that no order of today can close. Chooses no supplier
and rounds no carton.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from forecasting.courses import came_by, carried_stock, course_levels, running_totals
from forecasting.expiry import spoiled_totals, spoils_by_day
from forecasting.order_cost import Way
from forecasting.policy import ROUNDING, Floats, Policy
from forecasting.projection import EMPTY, Projection, coming_by_day, project_stock
from forecasting.situation import Situation
from forecasting.sold_in_time import InTime

Bools = npt.NDArray[np.bool_]

EXTRA_HORIZON_DAYS = 60
LEVELS = 200  # of demand, equally likely, of which those that empty the shelf are counted


@dataclass(frozen=True, slots=True)
class Need:
    """Units needed of an order of today by one way.

    `to_level`: order-up-to less the position and what is lost anyway; `most_asked`: what can be
    asked of it at most, None where that does not limit it (set by hand, or not `below`);
    `chance`: that the shelf is empty without it between its arrival and the next; `below`: the
    position has come down to the reorder point and is short of order-up-to; `due`: and it can
    serve; `in_time`: what is worth having before it expires, None where that does not limit it.
    """

    to_level: int
    most_asked: int | None = None
    chance: float = 0.0
    below: bool = False
    due: bool = False
    in_time: InTime | None = None

    @property
    def units(self) -> int:
        """The least of these bounds."""
        most = self.to_level if self.most_asked is None else min(self.to_level, self.most_asked)
        return most if self.in_time is None else min(most, self.in_time.units)


@dataclass(frozen=True, slots=True)
class Cover:
    """What an order by one way has to cover, from the day it is planned to arrive; `way` knows when
    else it may, and how long it must last.
    """

    policy: Policy
    arrives_on: date
    way: Way


def needs_of(situation: Situation, covers: Sequence[Cover]) -> list[Need]:
    """What is needed by each way. Stock is carried forward once for all of them, and over courses
    only where it has come down.
    """
    arrivals = [_days_until(situation, one.arrives_on) for one in covers]
    lost = _project(situation, situation.demand.path(max(arrivals))).lost
    needs = [
        Need(_to_level(situation, one.policy, float(lost[:days].sum())))
        for one, days in zip(covers, arrivals, strict=True)
    ]
    low = [
        place
        for place, (one, need) in enumerate(zip(covers, needs, strict=True))
        if need.to_level > 0 and _position(situation, one.policy) <= one.policy.reorder_point
    ]
    if low:
        last = max(max(covers[place].way.arrivals) + covers[place].way.gap_days for place in low)
        empty = _empty_days(situation, last)
        for place in low:
            one, level = covers[place], needs[place].to_level
            needs[place] = _need(situation, one, level, _chance_of_empty(empty, one.way))
    return needs


def _need(situation: Situation, cover: Cover, to_level: int, chance: float) -> Need:
    """The need by a way of a SKU that has come down to its reorder point."""
    policy = cover.policy
    due = chance >= 1 - policy.service_level - ROUNDING
    if {"minimum", "maximum"} & set(policy.manual):
        return Need(to_level, None, chance, below=True, due=due or "minimum" in policy.manual)
    return Need(to_level, most_asked(situation, cover), chance, below=True, due=due)


def units_to_level(situation: Situation, policy: Policy, arrives: date) -> int:
    """Order-up-to less the position, without what expires and what is lost before `arrives`."""
    demand = situation.demand.path(_days_until(situation, arrives))
    return _to_level(situation, policy, float(_project(situation, demand).lost.sum()))


def _to_level(situation: Situation, policy: Policy, lost: float) -> int:
    """`lost` in whole units: expected demand that no order can serve any more."""
    return policy.order_up_to - _position(situation, policy) - floor(lost + ROUNDING)


def _position(situation: Situation, policy: Policy) -> int:
    return situation.stock.inventory_position - expiring_units(situation, policy)


def _days_until(situation: Situation, day: date) -> int:
    return max(0, (day - situation.starts_on).days)


def expected_stock(situation: Situation, policy: Policy) -> Projection:
    """Stock as it is expected to go without a new order (running totals of the mean)."""
    return _project(situation, situation.demand.path(horizon_of(situation, policy)))


def cautious_stock(situation: Situation, policy: Policy) -> Projection:
    """Stock without a new order when demand is as high as the service level guards against."""
    days = horizon_of(situation, policy)
    return _project(situation, situation.demand.path(days, policy.service_level))


def _project(situation: Situation, demand: Floats) -> Projection:
    stock = situation.stock.sellable
    return project_stock(situation.starts_on, stock, demand, situation.inbound, situation.lots)


def horizon_of(situation: Situation, policy: Policy) -> int:
    """Days that stock is carried forward: all that is forecast, and well beyond the arrival."""
    longest = policy.protection_days + policy.review_days + EXTRA_HORIZON_DAYS
    return max(int(situation.demand.days[-1]), longest)


def days_of_cover(situation: Situation, policy: Policy) -> float | None:
    """Days that what can be sold now lasts at the mean; None where nothing is asked for."""
    per_day = policy.per_day
    return round(max(0, situation.stock.sellable) / per_day, 1) if per_day > 0 else None


def expiring_units(situation: Situation, policy: Policy) -> int:
    """Whole units that expire unsold while an order of now must last: they are no cover for it."""
    if not situation.lots:
        return 0
    demand = situation.demand.path(policy.protection_days)
    spoiled = spoils_by_day(situation.lots, demand, situation.starts_on)
    return floor(sum(units for _, units in spoiled) + ROUNDING)


def _empty_days(situation: Situation, days: int) -> Bools:
    """[LEVELS, days + 1] whether nothing is left after 0 .. days, for equally likely courses of
    demand, if nothing new is ordered.
    """
    total = running_totals(situation.demand, course_levels(LEVELS), days)
    came = came_by(situation.starts_on, situation.inbound, days)
    supply = situation.stock.sellable + came
    _, stock = carried_stock(total, supply, situation.lots, situation.starts_on)
    return np.asarray(stock < EMPTY)


def _chance_of_empty(empty: Bools, way: Way) -> float:
    """How likely a day without stock is between the arrival by `way`, as planned or late, and the
    next: over equally likely arrivals and levels of demand.
    """
    last = way.gap_days
    found = [empty[:, day + 1 : day + last + 1].any(axis=1).mean() for day in way.counted_on]
    return float(np.mean(found))


def most_asked(situation: Situation, cover: Cover) -> int:
    """Whole units that high demand asks for beyond what is there, from the arrival until late goods
    of the next review; and the mean of one more review, which order-up-to holds beyond.
    """
    policy, way = cover.policy, cover.way
    begin = _days_until(situation, cover.arrives_on)
    end = max(begin, *way.arrivals) + way.gap_days
    days = max(end, policy.protection_days + policy.review_days)
    by_day = situation.demand.path(days, policy.service_level)
    mean, high = _running(situation.demand.path(days)), _running(by_day)
    spread = np.maximum(0.0, high - mean)
    # Of the spread until a day only the part is open that was not there at the arrival.
    later = slice(begin + 1, end + 1)
    wider = np.sqrt(np.maximum(0.0, spread[later] ** 2 - spread[begin] ** 2))
    coming = coming_by_day(situation.starts_on, situation.inbound, end)
    asked = mean[later] - mean[begin] + wider - np.cumsum(coming[begin:])
    if situation.lots:
        spoiled = spoiled_totals(situation.lots, high, situation.starts_on)
        asked += spoiled[later] - spoiled[begin]
    there = situation.stock.sellable + float(coming[:begin].sum())
    left = max(0.0, there)
    if begin:
        left = float(_project(situation, by_day[:begin]).stock[-1])
    through = policy.protection_days
    more = float(mean[through + policy.review_days] - mean[through])
    return ceil(max(0.0, float(asked.max()) - left) + max(0.0, -there) + more - ROUNDING)


def _running(demand: Floats) -> Floats:
    """[H + 1] the total after 0 .. H days."""
    return np.concatenate([[0.0], np.cumsum(demand)])
