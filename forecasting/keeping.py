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
CELLS = 40_000  # shelves times periods worked on at once, so that memory does not grow with them
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
    that sells per its cost; `dated` [N, F + 1]: of what lies there the units that can be sold no
    longer than 0 .. F periods, F as `furthest` says.
    """

    periods: Ints
    gain: Floats
    dated: Floats

    def select(self, rows: Ints) -> "Keeping":
        """Of some of the shelves."""
        return Keeping(self.periods[rows], self.gain[rows], self.dated[rows])


def furthest(each: Cycle, periods: Ints) -> int:
    """Until the last goods of an order of now have expired."""
    return int((each.leads.max(axis=1) + periods).max(initial=0))


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


def worth_having(supply: Floats, totals: Totals, of: Ints, each: Cycle, keeping: Keeping) -> Floats:
    """[N] the units of an order of now that are worth having before they expire.

    A unit that sells in time with four chances in five is; a further one while what it earns times
    its chance to be needed is no less than its cost times its chance to expire (`sold_in_time`).
    """
    found, end = np.zeros(len(of)), furthest(each, keeping.periods)
    block = max(1, CELLS // max(1, end))
    for begin in range(0, len(of), block):
        rows = np.arange(begin, min(len(of), begin + block))
        some = each.select(rows), keeping.select(rows)
        found[rows] = _worth_having(supply[rows], totals, of[rows], *some, end)
    return found


def _worth_having(
    supply: Floats, totals: Totals, of: Ints, each: Cycle, keeping: Keeping, end: int
) -> Floats:
    whole = np.pad(supply, ((0, 0), (0, max(0, end - supply.shape[1]))), mode="edge")[:, :end]
    lost = _lost(whole, _longer(totals.courses[WEIGHED][:, of], end), keeping.dated[:, :end])
    every, arrivals = np.arange(len(of))[:, None], each.leads
    before = lost[:, every, arrivals]
    owed = np.maximum(0.0, -whole)[every, np.maximum(arrivals - 1, 0)]

    def asked(days: Ints) -> Floats:
        """[COURSES, N, J] asked of the order in its first so many periods."""
        return np.asarray(lost[:, every, arrivals + days[:, None]] - before + owed)

    return _last_worth(
        asked(keeping.periods), asked(np.minimum(keeping.periods, each.gap)), keeping.gain
    )


def _last_worth(sold: Floats, needed: Floats, gain: Floats) -> Floats:
    """[N] the last whole unit that is worth it: each is needed less likely than the one before it,
    and expires more likely.
    """
    least, above = np.zeros(len(gain)), np.ceil(sold.max(axis=(0, 2))) + 1
    while (above - least > 1).any():
        unit = np.floor((least + above) / 2)
        expires = np.clip(unit[:, None] - sold, 0.0, 1.0).mean(axis=(0, 2))
        serves = 1.0 - np.clip(unit[:, None] - needed, 0.0, 1.0).mean(axis=(0, 2))
        worth = expires <= np.maximum(RISK_TAKEN, gain * serves) + ROUNDING
        open_still = above - least > 1
        least = np.where(open_still & worth, unit, least)
        above = np.where(open_still & ~worth, unit, above)
    return least


def _longer(courses: Floats, end: int) -> Floats:
    """[COURSES, N, end] beyond what is known at its pace."""
    known = courses.shape[2]
    more = np.arange(known + 1, end + 1) / known
    return np.concatenate([courses[:, :, :end], courses[:, :, -1:] * more], axis=2)


def _lost(supply: Floats, courses: Floats, dated: Floats) -> Floats:
    """[COURSES, N, end + 1] lost after 0 .. end periods without an order."""
    outlasts = dated + np.zeros_like(courses)
    outlasts[:, :, 1:] -= courses[:, :, :-1]
    gone = np.maximum.accumulate(np.maximum(0.0, outlasts), axis=2)
    lost = lost_so_far(np.maximum(0.0, supply - gone) - courses)
    return np.concatenate([np.zeros((*lost.shape[:2], 1)), lost], axis=2)
