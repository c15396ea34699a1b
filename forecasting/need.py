"""Decides how many units an order of today must bring, and whether any are needed by it at all.

Up to order-up-to, less what is lost anyway before it arrives. Never more than can still be asked
of it: between its arrival and that of the next order an empty shelf cannot get emptier, and goods
that come in between serve too. Due where the shelf is empty in that time more often than the
service level allows: an earlier gap is one that no order of today can close. Chooses no supplier
and rounds no carton.
"""

from dataclasses import dataclass
from datetime import date
from math import ceil, floor

import numpy as np

from forecasting.expiry import spoiled_totals, spoils_by_day
from forecasting.order_cost import Way, courses_of
from forecasting.policy import ROUNDING, Floats, Policy
from forecasting.projection import EMPTY, Projection, coming_by_day, project_stock
from forecasting.situation import Situation

EXTRA_HORIZON_DAYS = 60
LEVELS = 200  # of demand, equally likely, of which those that empty the shelf are counted


@dataclass(frozen=True, slots=True)
class Need:
    """Units needed of an order of today by one way.

    `to_level`: order-up-to less the position and what is lost anyway; `most_asked`: what can be
    asked of it at most, None where that does not limit it (set by hand, or not `below`); `chance`:
    that the shelf is empty without it between its arrival and the next; `below`: the position has
    come down to the reorder point and is short of order-up-to; `due`: and it can serve.
    """

    to_level: int
    most_asked: int | None
    chance: float
    below: bool
    due: bool

    @property
    def units(self) -> int:
        """The smaller of both."""
        return self.to_level if self.most_asked is None else min(self.to_level, self.most_asked)


def need_of(situation: Situation, policy: Policy, arrives: date, way: Way) -> Need:
    """What is needed by a way whose goods are planned to arrive on `arrives`; `way` knows when else
    they may, and those of the next review, until when they must last.
    """
    position = situation.stock.inventory_position - expiring_units(situation, policy)
    to_level = units_to_level(situation, policy, arrives)
    if to_level <= 0 or position > policy.reorder_point:
        return Need(to_level, None, 0.0, below=False, due=False)
    chance = chance_of_empty(situation, way)
    due = chance >= 1 - policy.service_level - ROUNDING
    if {"minimum", "maximum"} & set(policy.manual):
        return Need(to_level, None, chance, below=True, due=due or "minimum" in policy.manual)
    most = most_asked(situation, policy, arrives, way)
    return Need(to_level, most, chance, below=True, due=due)


def units_to_level(situation: Situation, policy: Policy, arrives: date) -> int:
    """Order-up-to less the position, without what expires and what is lost before `arrives`."""
    position = situation.stock.inventory_position - expiring_units(situation, policy)
    return policy.order_up_to - position - lost_units(situation, policy, arrives)


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


def lost_units(situation: Situation, policy: Policy, arrives: date) -> int:
    """Whole units of expected demand that no order can serve any more."""
    return floor(expected_stock(situation, policy).lost_before(arrives) + ROUNDING)


def chance_of_empty(situation: Situation, way: Way) -> float:
    """How likely a day without stock is between the arrival by `way` and the next, if nothing new
    is ordered: over equally likely arrivals and levels of demand.
    """
    courses = courses_of(
        situation.demand,
        sellable=situation.stock.sellable,
        arrivals=situation.inbound,
        starts_on=situation.starts_on,
        horizon_days=max(way.arrivals) + way.gap_days,
        lots=situation.lots,
        count=LEVELS,
    )
    empty = courses.stock < EMPTY
    found = [empty[:, day + 1 : day + way.gap_days + 1].any(axis=1).mean() for day in way.arrivals]
    return float(np.mean(found))


def most_asked(situation: Situation, policy: Policy, arrives: date, way: Way) -> int:
    """Whole units that high demand asks for beyond what is there, from the arrival until late goods
    of the next review; and the mean of one more review, which order-up-to holds beyond.
    """
    begin = max(0, (arrives - situation.starts_on).days)
    end = max(begin, *way.arrivals) + way.gap_days
    days = max(end, policy.protection_days + policy.review_days)
    mean = _running(situation.demand.path(days))
    high = _running(situation.demand.path(days, policy.service_level))
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
    stock = cautious_stock(situation, policy).stock
    left = float(stock[begin - 1]) if begin else max(0.0, there)
    through = policy.protection_days
    more = float(mean[through + policy.review_days] - mean[through])
    return ceil(max(0.0, float(asked.max()) - left) + max(0.0, -there) + more - ROUNDING)


def _running(demand: Floats) -> Floats:
    """[H + 1] the total after 0 .. H days."""
    return np.concatenate([[0.0], np.cumsum(demand)])
