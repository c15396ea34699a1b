"""Decides how much cover a SKU needs: safety stock, reorder point and order-up-to from quantiles.

The variable that matters is the total demand over the protection interval (lead time + review
period). Quantiles of totals are taken as the forecast gives them, never added up from days, and
the spread of the lead time is a mixture over a few lead times. Never reads stock, never orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil

import numpy as np
import numpy.typing as npt

from forecasting.quantiles import mixed_quantile, quantile_rows, shortages

Floats = npt.NDArray[np.float64]

# Standard-normal values in the middle of five equal slices, stretched so that the five points keep
# the variance of the lead time exactly: mean of their squares = 1.
LEAD_TIME_SLICES = (-1.463366, -0.598798, 0.0, 0.598798, 1.463366)
# Below this a difference of units is rounding of floats, not demand.
ROUNDING = 1e-6
# A level that pays is kept between these: forecasts know little of rarer courses.
LEAST_LEVEL, LARGEST_LEVEL = 0.5, 0.99
# Less than half a unit of demand until the next goods, even if it is high, is no need.
NOTHING_NEEDED = 0.5


@dataclass(frozen=True, slots=True)
class TotalDemand:
    """Demand of the first `days[k]` days from today: its mean and its quantiles at `levels`.

    `days` rises; `mean` [K]; `quantiles` [K, Q], never negative, rising in both directions.
    """

    days: Floats
    levels: Floats
    mean: Floats
    quantiles: Floats

    def at(self, days: float) -> tuple[float, Floats]:
        """Mean and quantiles of the total of `days` days."""
        means, rows = self.at_each((days,))
        return float(means[0]), rows[0]

    def at_each(self, days: Sequence[float]) -> tuple[Floats, Floats]:
        """[N] means and [N, Q] quantiles of the totals of so many days each, in a straight line
        between the steps.

        Beyond the last step the total goes on at the average pace of the whole horizon.
        """
        asked, grid = np.asarray(days, dtype=np.float64), np.concatenate([[0.0], self.days])
        right = np.minimum(np.searchsorted(grid, asked, side="right"), len(grid) - 1)
        part = (asked - grid[right - 1]) / (grid[right] - grid[right - 1])
        known = np.column_stack([self.mean, self.quantiles])
        steps = np.concatenate([np.zeros((1, known.shape[1])), known])
        found = steps[right - 1] + part[:, None] * (steps[right] - steps[right - 1])
        beyond = asked >= grid[-1]
        found[beyond] = steps[-1] * (asked[beyond] / grid[-1])[:, None]
        return found[:, 0], found[:, 1:]

    def path(self, horizon_days: int, level: float | None = None) -> Floats:
        """[H] demand of each single day whose running total is the mean, or one quantile."""
        grid = np.concatenate([[0.0], self.days])
        totals = self.mean if level is None else self.quantile_by_step(level)
        line = np.concatenate([[0.0], np.maximum.accumulate(totals)])
        steps = np.arange(horizon_days + 1, dtype=np.float64)
        running = np.interp(steps, grid, line)
        beyond = steps > grid[-1]
        running[beyond] = line[-1] * steps[beyond] / grid[-1]
        return np.diff(running)

    def quantile_by_step(self, level: float) -> Floats:
        """[K] the quantile of the running total at each step."""
        return quantile_rows(self.levels, self.quantiles, np.array([level]))[:, 0]


@dataclass(frozen=True, slots=True)
class Paying:
    """Why a service level pays: the margin of a unit, and keeping one until the next goods."""

    margin: Decimal
    holding: Decimal

    @property
    def level(self) -> float:
        """The level, as it is shown."""
        both = np.array([float(self.margin)]), np.array([float(self.holding)])
        return round(float(paying_level(*both)[0]), 4)


@dataclass(frozen=True, slots=True)
class Policy:
    """What cover one SKU at one warehouse needs, and the numbers that led there.

    `paying`: why the service level is what it is, where nobody promised one.
    """

    lead_time_days: int
    review_days: int
    service_level: float
    intervals: tuple[int, ...]
    demand_mean: float
    demand_quantile: float
    safety_stock: int
    reorder_point: int
    order_up_to: int
    fill_rate: float | None
    manual: tuple[str, ...] = ()
    computed_reorder_point: int = 0
    computed_order_up_to: int = 0
    protection_days: int = 0
    paying: Paying | None = None

    @property
    def per_day(self) -> float:
        """Mean demand of one day of the protection interval, from the mean as it is shown."""
        mean_days = sum(self.intervals) / len(self.intervals)
        return round(self.demand_mean, 3) / max(1.0, mean_days)


@dataclass(frozen=True, slots=True)
class ByClass:
    """The class of a SKU, since when, and which class ("A" or "AX") sets a part of its rule; ""
    where none does or a person set that part.
    """

    name: str
    since_on: date
    service_level: str = ""
    review_days: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What was promised for one SKU and warehouse instead of the company's own: every part that a
    person set by hand wins, then that of its class. `by_class` None: the SKU has no class.
    """

    service_level: float | None = None
    review_days: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    buying: bool = True
    by_class: ByClass | None = None

    @property
    def by_hand(self) -> tuple[str, ...]:
        """Names of the parts that a person set."""
        parts = ("service_level", "review_days", "minimum", "maximum")
        return tuple(
            name
            for name in parts
            if getattr(self, name) is not None and not getattr(self.by_class, name, "")
        )


NO_RULE = Rule()


def replenish_policy(
    demand: TotalDemand,
    *,
    lead_time_days: int,
    lead_time_spread_days: float,
    review_days: int,
    service_level: float,
    rule: Rule = NO_RULE,
    gap_days: int | None = None,
    lead_times: Sequence[int] | None = None,
) -> Policy:
    """Cover for one SKU and warehouse.

    With D = demand over the protection interval: safety stock = Q(D, service level) - E(D), at
    least 0; reorder point = E(D) + safety stock; order-up-to = reorder point + mean demand of one
    more review period, so that an order is worth placing. Rounded up to whole units; less than half
    a unit in the whole interval is nothing, so that what no longer sells is not bought again. A
    maximum set by hand holds down the reorder point too.

    `gap_days`: from the arrival of an order of today to that of the next review; longer than the
    review period where a factory shuts in between. `lead_times`: equally likely ones, where they
    were learned; else they are spread like a normal distribution.
    """
    review = rule.review_days or review_days
    level = rule.service_level or service_level
    gap = max(review, gap_days or 0)
    protection = lead_time_days + gap
    points = lead_times or lead_time_points(lead_time_days, lead_time_spread_days)
    intervals = tuple(days + gap for days in points)
    # Whole intervals, the lead times in them, and the planned interval without and with a review.
    means, rows = demand.at_each((*intervals, *points, protection, protection + review))
    count, (through, after) = len(points), means[-2:].tolist()
    mean = float(means[:count].mean())
    different = count if len(set(points)) > 1 else 1
    quantile = mixed_quantile(demand.levels, rows[:different], level)
    safety = max(0.0, quantile - mean)
    reorder = _units(mean + safety)
    up_to = max(reorder, _units(mean + safety + after - through))
    most = max(reorder, up_to) if rule.maximum is None else rule.maximum
    minimum = min(reorder, most) if rule.minimum is None else rule.minimum
    maximum = max(minimum, most)
    return Policy(
        lead_time_days=lead_time_days,
        review_days=review,
        service_level=level,
        intervals=intervals,
        demand_mean=mean,
        demand_quantile=quantile,
        safety_stock=min(reorder, max(0, ceil(safety - ROUNDING))),
        reorder_point=minimum,
        order_up_to=maximum,
        fill_rate=fill_rate(demand.levels, means[:-2], rows[:-2], minimum),
        manual=rule.by_hand,
        computed_reorder_point=reorder,
        computed_order_up_to=up_to,
        protection_days=protection,
    )


def paying_level(margin: Floats, holding: Floats) -> Floats:
    """The service level that pays for itself: m / (m + h), the critical ratio of the newsvendor.

    `margin` of a unit; `holding` one unit until the next order arrives. Kept within what forecasts
    can tell: at least even, at most LARGEST_LEVEL; that also where holding costs nothing.
    """
    both = margin + holding
    ratio = np.where(both > 0, margin / np.where(both > 0, both, 1.0), 0.0)
    return np.clip(ratio, LEAST_LEVEL, LARGEST_LEVEL)


def _units(needed: float) -> int:
    return 0 if needed < NOTHING_NEEDED else ceil(needed - ROUNDING)


def lead_time_points(days: int, spread_days: float) -> tuple[int, ...]:
    """Equally likely lead times with this mean and standard deviation, in whole days."""
    if spread_days <= 0:
        return (days,)
    return tuple(max(0, round(days + spread_days * point)) for point in LEAD_TIME_SLICES)


def expected_shortage(demand: TotalDemand, intervals: Sequence[int], supply: float) -> float:
    """Units that this supply cannot serve over an interval that is one of `intervals` by chance."""
    return float(shortages(demand.levels, demand.at_each(intervals)[1], supply).mean())


def fill_rate(levels: Floats, means: Floats, quantiles: Floats, supply: float) -> float | None:
    """Expected share of units served when each cycle begins with `supply` in position; of demand
    [2N] over N equally likely protection intervals, then over their lead times.

    Johnson, Lee, Davis and Hall (1995): 1 - (E short over L + R - E short over L) / E demand over
    R. None where no demand is expected. This is not the cycle service level, which is the chance
    that a cycle has no stock-out at all.
    """
    count = len(means) // 2
    cycle = float((means[:count] - means[count:]).mean())
    if cycle <= ROUNDING:
        return None
    short = shortages(levels, quantiles, supply)
    missed = float(short[:count].mean()) - float(short[count:].mean())
    return min(1.0, max(0.0, 1.0 - missed / cycle))
