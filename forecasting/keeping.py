"""Goods that expire, on many shelves at once: what spoils there, and what of an order is worth it.

The rules of `expiry` and `sold_in_time` for a replay and a what-if, from the running totals that
`needs` decides by. Periods are days or weeks, as the caller counts them; a test holds both to the
rules of one shelf. Decides no need.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.courses import COURSES
from forecasting.covers import Cycle, Totals
from forecasting.need import LEVELS
from forecasting.policy import ROUNDING
from forecasting.projection import lost_so_far
from forecasting.simulate import Floats
from forecasting.sold_in_time import RISK_TAKEN

Ints = npt.NDArray[np.int64]

# Of the courses by which orders are due those that a plan weighs an order by: the middle of each of
# its slices of chance.
WEIGHED = slice(LEVELS // COURSES // 2, None, LEVELS // COURSES)


@dataclass(frozen=True, slots=True)
class Spoils:
    """Units gone unsold after 0 .. H periods of each demand in `Totals`, by shelf: `mean` and
    `high` [N, H + 1], `courses` [LEVELS, N, H + 1]; `expiring` [N] while an order must last.
    """

    mean: Floats
    high: Floats
    courses: Floats
    expiring: Floats

    def select(self, rows: Ints) -> "Spoils":
        """Of some of the shelves."""
        return Spoils(self.mean[rows], self.high[rows], self.courses[:, rows], self.expiring[rows])


@dataclass(frozen=True, slots=True)
class Keeping:
    """[N] how many `periods` an order's goods keep after they arrive, and the `gain` of a unit
    that sells per its cost.
    """

    periods: Ints
    gain: Floats

    def select(self, rows: Ints) -> "Keeping":
        """Of some of the shelves."""
        return Keeping(self.periods[rows], self.gain[rows])


def ageing_spoils(dated: Floats, of: Ints, totals: Totals, cycle: Cycle) -> Spoils:
    """What spoils on shelves [N] of which `dated` [N, H + 1] units can be sold no longer than 0 ..
    H periods: W = max(W before, dated - demand), the first expired first.
    """
    parts = []
    for demand in (totals.mean[of], totals.high[of], totals.courses[:, of]):
        gone = np.zeros((*demand.shape[:-1], demand.shape[-1] + 1))
        outlasts = dated[:, : demand.shape[-1]].copy() + np.zeros_like(demand)
        outlasts[..., 1:] -= demand[..., :-1]
        gone[..., 1:] = np.maximum.accumulate(np.maximum(0.0, outlasts), axis=-1)
        parts.append(gone)
    through = cycle.through[of]
    expiring = np.floor(parts[0][np.arange(len(of)), through] + ROUNDING)
    return Spoils(parts[0], parts[1], parts[2], expiring)


def worth_having(
    supply: Floats, totals: Totals, of: Ints, each: Cycle, keeping: Keeping, gone: Spoils | None
) -> Floats:
    """[N] the units of an order of now that are worth having before they expire.

    A unit that sells in time with four chances in five is; a further one while what it earns times
    its chance to be needed is no less than its cost times its chance to expire (`sold_in_time`).
    """
    lost, free, last = _courses(supply, totals, of, gone)
    every, arrivals = np.arange(len(of))[:, None], each.leads

    begin = np.minimum(arrivals, last)
    before, owed = lost[:, every, begin], _owed(supply)[every, np.maximum(begin - 1, 0)]
    pace = totals.courses[WEIGHED][:, of, last - 1] / last

    def asked(days: Ints) -> Floats:
        """[COURSES, N, J] asked of the order in its first so many periods; beyond what is known
        demand goes on at its pace, and nothing comes.
        """
        until = arrivals + days[:, None]
        later = np.maximum(0, until - last)
        further = np.where(later > 0, later * pace[:, :, None] - free[:, :, None], 0.0)
        near = lost[:, every, np.minimum(until, last)]
        return np.asarray(np.maximum(near, further) - before + owed)

    sold = asked(keeping.periods)
    needed = asked(np.minimum(keeping.periods, each.gap))
    least = np.zeros(len(of))
    above = np.ceil(sold.max(axis=(0, 2))) + 1
    while (above - least > 1).any():
        unit = np.floor((least + above) / 2)
        expires = np.clip(unit[:, None] - sold, 0.0, 1.0).mean(axis=(0, 2))
        serves = 1.0 - np.clip(unit[:, None] - needed, 0.0, 1.0).mean(axis=(0, 2))
        worth = expires <= np.maximum(RISK_TAKEN, keeping.gain * serves) + ROUNDING
        open_still = above - least > 1
        least = np.where(open_still & worth, unit, least)
        above = np.where(open_still & ~worth, unit, above)
    return least


def _owed(supply: Floats) -> Floats:
    return np.maximum(0.0, -supply)


def _courses(
    supply: Floats, totals: Totals, of: Ints, gone: Spoils | None
) -> tuple[Floats, Floats, int]:
    """[COURSES, N, last + 1] lost after 0 .. last periods without an order, [COURSES, N] what is
    free then (below zero: lost), and how far that is known.
    """
    last = supply.shape[1]
    left = np.maximum(0.0, supply)
    if gone is not None:
        left = np.maximum(0.0, supply - gone.courses[WEIGHED][:, :, 1 : last + 1])
    free = left - totals.courses[WEIGHED][:, of, :last]
    lost = np.concatenate([np.zeros((*free.shape[:2], 1)), lost_so_far(free)], axis=2)
    return lost, free[:, :, -1], last
