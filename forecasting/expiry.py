"""Lots that will not be sold before they expire: first expired, first out, on every course.

Decides how many units leave the shelf unsold, and on which day: what has expired is no supply, and
what will outlast its sale is one until then. Goods without a day, and those still on their way,
count as sold after all that has one. Orders nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DatedLot:
    """Free units that can be sold until the end of `expires_on`."""

    expires_on: date
    quantity: int


def spoiled_totals(lots: Sequence[DatedLot], totals: Floats, starts_on: date) -> Floats:
    """[.., H + 1] units gone unsold by the end of 0 .. H days, for running totals of demand.

    With Q the units that expire by a day and D the demand through it, W = max(W before, Q - D):
    an earlier lot that is gone cannot serve, and a later one does not serve while it is there.
    """
    gone = np.zeros_like(totals)
    wasted, dated = np.zeros(totals.shape[:-1]), 0
    for lot in sorted(lots, key=lambda one: one.expires_on):
        dated += lot.quantity
        passed = max(0, (lot.expires_on - starts_on).days + 1)
        if passed + 1 >= totals.shape[-1]:
            break
        wasted = np.maximum(wasted, dated - totals[..., passed])
        gone[..., passed + 1 :] = wasted[..., None]
    return gone


def spoils_by_day(
    lots: Sequence[DatedLot], demand: Floats, starts_on: date
) -> list[tuple[date, float]]:
    """(first day on which they cannot be sold, units) of what outlasts this demand by day."""
    totals = np.concatenate([[0.0], np.cumsum(demand)])
    steps = np.diff(spoiled_totals(lots, totals, starts_on))
    return [
        (starts_on + timedelta(days=int(day)), float(steps[day])) for day in np.flatnonzero(steps)
    ]


def free_lots(lots: Sequence[DatedLot], promised: int) -> tuple[DatedLot, ...]:
    """What is left of lots when promised units have left, the first expired first."""
    left: list[DatedLot] = []
    for lot in sorted(lots, key=lambda one: one.expires_on):
        taken = min(promised, lot.quantity)
        promised -= taken
        if lot.quantity > taken:
            left.append(DatedLot(lot.expires_on, lot.quantity - taken))
    return tuple(left)
