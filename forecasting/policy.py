"""Decides how much cover a SKU needs: safety stock, reorder point and order-up-to from quantiles.

The variable that matters is the total demand over the protection interval (lead time + review
period). Quantiles of totals are taken as the forecast gives them, never added up from days, and
the spread of the lead time is a mixture over a few lead times. Never reads stock, never orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Standard-normal values in the middle of five equal slices, stretched so that the five points keep
# the variance of the lead time exactly: mean of their squares = 1.
LEAD_TIME_SLICES = (-1.463366, -0.598798, 0.0, 0.598798, 1.463366)
# How finely a distribution is cut where an expectation over it is needed (fill rate).
SLICES = 1000
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
        """Mean and quantiles of the total of `days` days, in a straight line between the steps.

        Beyond the last step the total goes on at the average pace of the whole horizon.
        """
        grid, means, rows = self.days, self.mean, self.quantiles
        right = int(np.searchsorted(grid, days, side="right"))
        if right in (0, len(grid)):
            place = max(0, right - 1)
            scale = days / float(grid[place])
            return float(means[place] * scale), rows[place] * scale
        part = (days - grid[right - 1]) / (grid[right] - grid[right - 1])
        mean = means[right - 1] + part * (means[right] - means[right - 1])
        return float(mean), rows[right - 1] + part * (rows[right] - rows[right - 1])

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
class Rule:
    """What a person set by hand for one SKU and warehouse; every part that is set wins."""

    service_level: float | None = None
    review_days: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    buying: bool = True


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
    points = lead_times or lead_time_points(lead_time_days, lead_time_spread_days)
    intervals = tuple(days + gap for days in points)
    mean, quantile = mixture(demand, intervals, level)
    safety = max(0.0, quantile - mean)
    after, _ = demand.at(lead_time_days + gap + review)
    through, _ = demand.at(lead_time_days + gap)
    reorder = _units(mean + safety)
    up_to = max(reorder, _units(mean + safety + after - through))
    most = max(reorder, up_to) if rule.maximum is None else rule.maximum
    minimum = min(reorder, most) if rule.minimum is None else rule.minimum
    maximum = max(minimum, most)
    manual = tuple(
        name
        for name in ("service_level", "review_days", "minimum", "maximum")
        if getattr(rule, name) is not None
    )
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
        fill_rate=fill_rate(demand, intervals, gap, minimum),
        manual=manual,
        computed_reorder_point=reorder,
        computed_order_up_to=up_to,
        protection_days=lead_time_days + gap,
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


def mixture(demand: TotalDemand, intervals: Sequence[int], level: float) -> tuple[float, float]:
    """Mean and quantile of total demand over an interval that is one of `intervals` by chance.

    Law of total probability: F(x) is the average of the F_j(x); its inverse is the quantile.
    """
    totals = [demand.at(days) for days in intervals]
    mean = float(np.mean([total for total, _ in totals]))
    if len(set(intervals)) == 1:
        return mean, quantile_of(demand.levels, totals[0][1], level)
    ends = [_with_tails(demand.levels, row) for _, row in totals]
    rising = np.arange(len(ends[0][0])) * 1e-9  # atoms (many zeros) become steep, not ambiguous
    points = np.unique(np.concatenate([row + rising for _, row in ends]))
    share = np.mean([np.interp(points, row + rising, levels) for levels, row in ends], axis=0)
    return mean, float(np.interp(level, share, points))


def quantile_of(levels: Floats, quantiles: Floats, level: float) -> float:
    """The quantile at any level, in a straight line between and beyond the given ones."""
    all_levels, row = _with_tails(levels, quantiles)
    return float(np.interp(level, all_levels, row))


def quantile_rows(levels: Floats, quantiles: Floats, wanted: Floats) -> Floats:
    """[K, W] of every row of `quantiles` [K, Q] the quantiles at `wanted` levels.

    Levels 0 and 1 are added by going on in a straight line, never below zero.
    """
    rows = np.maximum.accumulate(quantiles, axis=1)
    low = rows[:, :1] - (rows[:, 1:2] - rows[:, :1]) * levels[0] / (levels[1] - levels[0])
    top = (rows[:, -1:] - rows[:, -2:-1]) * (1 - levels[-1]) / (levels[-1] - levels[-2])
    table = np.concatenate([np.maximum(0.0, low), rows, rows[:, -1:] + top], axis=1)
    all_levels = np.concatenate([[0.0], levels, [1.0]])
    right = np.clip(np.searchsorted(all_levels, wanted), 1, len(all_levels) - 1)
    part = (wanted - all_levels[right - 1]) / (all_levels[right] - all_levels[right - 1])
    return np.asarray(table[:, right - 1] + part * (table[:, right] - table[:, right - 1]))


def mean_of(levels: Floats, quantiles: Floats) -> float:
    """The mean of the distribution that the quantiles describe (its quantile function averaged)."""
    all_levels, row = _with_tails(levels, quantiles)
    return float(np.trapezoid(row, all_levels))


def expected_shortage(demand: TotalDemand, intervals: Sequence[int], supply: float) -> float:
    """E max(0, D - supply): units that this supply cannot serve, averaged over the slices."""
    middles = (np.arange(SLICES) + 0.5) / SLICES
    parts = []
    for days in intervals:
        levels, row = _with_tails(demand.levels, demand.at(days)[1])
        parts.append(np.maximum(np.interp(middles, levels, row) - supply, 0.0).mean())
    return float(np.mean(parts))


def fill_rate(
    demand: TotalDemand, intervals: Sequence[int], review_days: int, supply: float
) -> float | None:
    """Expected share of units served when each cycle begins with `supply` in position.

    Johnson, Lee, Davis and Hall (1995): 1 - (E short over L + R - E short over L) / E demand over
    R. None where no demand is expected. This is not the cycle service level, which is the chance
    that a cycle has no stock-out at all.
    """
    lead_times = [max(0, days - review_days) for days in intervals]
    cycle = float(
        np.mean(
            [
                demand.at(days)[0] - demand.at(lead)[0]
                for days, lead in zip(intervals, lead_times, strict=True)
            ]
        )
    )
    if cycle <= ROUNDING:
        return None
    short = expected_shortage(demand, intervals, supply)
    before = expected_shortage(demand, lead_times, supply)
    return float(min(1.0, max(0.0, 1.0 - (short - before) / cycle)))


def _with_tails(levels: Floats, quantiles: Floats) -> tuple[Floats, Floats]:
    """Levels 0 and 1 added by going on in a straight line, never below zero."""
    row = np.maximum.accumulate(quantiles)
    low = row[0] - (row[1] - row[0]) * levels[0] / (levels[1] - levels[0])
    high = row[-1] + (row[-1] - row[-2]) * (1 - levels[-1]) / (levels[-1] - levels[-2])
    return (
        np.concatenate([[0.0], levels, [1.0]]),
        np.concatenate([[max(0.0, low)], row, [high]]),
    )
