"""The cover of many series at once: reorder point and order-up-to, as `policy` sets them for one.

Decides them from running totals of demand and equally likely lead times, for a replay or a what-if.
Periods are days or weeks, as the caller counts them. Knows no stock: `needs` does.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.courses import course_levels
from forecasting.need import LEVELS
from forecasting.policy import NOTHING_NEEDED, ROUNDING
from forecasting.simulate import Floats

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

HALVINGS = 40  # of the range in which a quantile lies, down to far less than a unit


@dataclass(frozen=True, slots=True)
class Totals:
    """Running totals of demand from one review on: `mean` [S, H], `courses` [LEVELS, S, H] equally
    likely, rising; `high` [S, H] at each series' service level `level` [S].
    """

    mean: Floats
    courses: Floats
    high: Floats
    level: Floats


@dataclass(frozen=True, slots=True)
class Cycle:
    """Periods of an order, by series: `lead` [S] planned to its arrival, `leads` [S, J] equally
    likely ones, `gap` [S] from its arrival to that of the next review's order, which is placed
    `review` [S] periods after this one.
    """

    lead: Ints
    leads: Ints
    gap: Ints
    review: Ints

    @property
    def through(self) -> Ints:
        """[S] until goods of the next review, as planned."""
        return self.lead + self.gap

    @property
    def last(self) -> Ints:
        """[S] until late goods of the next review."""
        return np.asarray(np.maximum(self.lead, self.leads.max(axis=1)) + self.gap)

    @property
    def reach(self) -> int:
        """Periods of demand that the rule looks at."""
        return int(max((self.through + self.review).max(), self.last.max()))

    def select(self, rows: Ints) -> "Cycle":
        """Of some series, or of a shelf of each."""
        return Cycle(self.lead[rows], self.leads[rows], self.gap[rows], self.review[rows])


@dataclass(frozen=True, slots=True)
class Levels:
    """[S] reorder point and order-up-to; `capped`: an order may not bring more than can be asked of
    it, `floored`: it is due whatever the chance (not so where a person set a minimum or maximum).
    """

    reorder: Floats
    up_to: Floats
    capped: Bools
    floored: Bools


def totals_of(mean: Floats, paths: Floats, level: Floats) -> Totals:
    """Of `mean` [S, H] and `paths` [S, K, H] by period, for service levels [S]."""
    courses = _quantiles(np.cumsum(paths, axis=2), course_levels(LEVELS))
    place = np.clip(level * LEVELS - 0.5, 0.0, LEVELS - 1.0)
    low = np.minimum(place.astype(int), LEVELS - 2)
    part, rows = (place - low)[:, None], np.arange(len(level))
    high = courses[low, rows] * (1 - part) + courses[low + 1, rows] * part
    return Totals(np.cumsum(mean, axis=1), courses, high, level)


def reaching(totals: Totals, reach: int) -> Totals:
    """The same for so many periods, beyond what is known at its mean pace, as in a plan."""
    known = totals.mean.shape[1]
    if known >= reach:
        return totals
    more = np.arange(known + 1, reach + 1) / known

    def longer(values: Floats) -> Floats:
        return np.concatenate([values, values[..., -1:] * more], axis=-1)

    return Totals(longer(totals.mean), longer(totals.courses), longer(totals.high), totals.level)


def _quantiles(values: Floats, levels: Floats) -> Floats:
    """[L, S, H] of values [S, K, H], in a line between neighbours: as numpy does, which for so many
    levels takes five times as long.
    """
    ranked = np.sort(values, axis=1).transpose(1, 0, 2)
    place = levels * (len(ranked) - 1)
    low = np.minimum(place.astype(int), len(ranked) - 2)
    return np.asarray(ranked[low] + (place - low)[:, None, None] * np.diff(ranked, axis=0)[low])


def levels_of(totals: Totals, cycle: Cycle) -> Levels:
    """Reorder point and order-up-to as `policy.replenish_policy` sets them."""
    every = np.arange(len(cycle.lead))
    ends = cycle.leads + cycle.gap[:, None]
    mean = totals.mean[every[:, None], ends - 1].mean(axis=1)
    quantile = totals.high[every, ends[:, 0] - 1]
    spread = np.flatnonzero((ends != ends[:, :1]).any(axis=1))
    if len(spread):
        rows = totals.courses[:, spread[:, None], ends[spread] - 1].transpose(1, 2, 0)
        quantile[spread] = mixed_quantiles(rows, totals.level[spread])
    through = totals.mean[every, cycle.through - 1]
    more = totals.mean[every, cycle.through + cycle.review - 1] - through
    cover = mean + np.maximum(0.0, quantile - mean)
    reorder = _units(cover)
    yes = np.ones(len(every), dtype=bool)
    return Levels(reorder, np.maximum(reorder, _units(cover + more)), yes, ~yes)


def by_hand(levels: Levels, minimum: Floats, maximum: Floats) -> Levels:
    """The same where a person set a minimum or a maximum [S], NaN where nobody did."""
    some_least, some_most = ~np.isnan(minimum), ~np.isnan(maximum)
    most = np.where(some_most, maximum, np.maximum(levels.reorder, levels.up_to))
    least = np.where(some_least, minimum, np.minimum(levels.reorder, most))
    return Levels(least, np.maximum(least, most), ~(some_least | some_most), some_least)


def mixed_quantiles(rows: Floats, level: Floats) -> Floats:
    """[S] the quantile at `level` [S] of a demand that follows one of `rows` [S, J, L] by chance,
    each at course_levels(L): where the average of their distributions reaches it.
    """
    known = np.concatenate([[0.0], course_levels(rows.shape[2]), [1.0]])
    # Levels 0 and 1 go on in a straight line, by half a step.
    low = np.maximum(0.0, rows[..., :1] - (rows[..., 1:2] - rows[..., :1]) / 2)
    top = rows[..., -1:] + (rows[..., -1:] - rows[..., -2:-1]) / 2
    line = np.concatenate([low, rows, top], axis=2)
    below, above = line[..., 0].min(axis=1), line[..., -1].max(axis=1)
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        enough = _share_until(line, known, middle) >= level
        below, above = np.where(enough, below, middle), np.where(enough, middle, above)
    return np.asarray(above)


def _share_until(line: Floats, known: Floats, units: Floats) -> Floats:
    """[S] chance of no more than `units` [S], by `line` [S, J, L + 2] at the `known` levels."""
    reached = (line <= units[:, None, None]).sum(axis=2)
    right = np.clip(reached, 1, line.shape[2] - 1)
    ends = [np.take_along_axis(line, (right - back)[..., None], axis=2)[..., 0] for back in (1, 0)]
    width = np.maximum(ends[1] - ends[0], 1e-12)
    part = np.clip((units[:, None] - ends[0]) / width, 0.0, 1.0)
    return np.asarray((known[right - 1] + part * (known[right] - known[right - 1])).mean(axis=1))


def _units(needed: Floats) -> Floats:
    return np.where(needed < NOTHING_NEEDED, 0.0, np.ceil(needed - ROUNDING))
