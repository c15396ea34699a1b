"""Units that a site loses before goods come, in ten equally likely cases, so that every sum can be
done by hand. Decides nothing about sending.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from forecasting.policy import TotalDemand
from forecasting.projection import Arrival
from forecasting.situation import Planned

Floats = npt.NDArray[np.float64]

CASES = (0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95)


@dataclass(frozen=True, slots=True)
class Lost:
    """Units lost by demand case until a day, and the demand behind them."""

    until_on: date
    demand: tuple[float, ...]
    units: tuple[float, ...]

    @property
    def expected(self) -> float:
        """Mean over the cases, in hundredths of a unit as it is shown."""
        return round(sum(self.units) / len(self.units), 2)


def lost_until(planned: Planned, until_on: date, *, changes: Sequence[Arrival] = ()) -> Lost:
    """Units lost before goods that arrive on `until_on` can be sold, case by case.

    `changes` arrive beside what is inbound already; a negative one leaves on its day.
    """
    here = planned.situation
    until = max(0, (until_on - here.starts_on).days)
    dated = [
        (max(0, (item.on_day - here.starts_on).days), item.quantity)
        for item in (*here.inbound, *changes)
    ]
    steps = sorted({day for day, _ in dated if day < until} | {until})
    grid, lines = _running(here.demand)
    level = np.full(len(CASES), float(here.stock.sellable))
    lost = np.zeros(len(CASES))
    before = np.zeros(len(CASES))
    for step in steps:
        through = _at(grid, lines, step)
        wanted = through - before
        served = np.minimum(wanted, np.maximum(0.0, level))
        lost += wanted - served
        level = level - served + sum(units for day, units in dated if day == step)
        before = through
    return Lost(until_on, _shown(before), _shown(lost))


def _running(demand: TotalDemand) -> tuple[Floats, Floats]:
    """Days from 0 on, and the running total of each case on them [case, day].

    Straight lines between the quantile levels, and beyond the outer ones, as `quantile_of` does.
    """
    rows = np.maximum.accumulate(demand.quantiles, axis=1)
    right = np.clip(np.searchsorted(demand.levels, CASES), 1, len(demand.levels) - 1)
    low, high = demand.levels[right - 1], demand.levels[right]
    part = (np.array(CASES) - low) / (high - low)
    totals = np.maximum(0.0, rows[:, right - 1] * (1 - part) + rows[:, right] * part)
    lines = np.vstack([np.zeros(len(CASES)), np.maximum.accumulate(totals, axis=0)])
    return np.concatenate([[0.0], demand.days]), lines.T


def _at(grid: Floats, lines: Floats, day: int) -> Floats:
    if day >= grid[-1]:
        return np.asarray(lines[:, -1] * day / grid[-1])
    right = int(np.searchsorted(grid, day, side="right"))
    part = (day - grid[right - 1]) / (grid[right] - grid[right - 1])
    return np.asarray(lines[:, right - 1] * (1 - part) + lines[:, right] * part)


def _shown(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in values)
