"""Equally likely courses of demand, and what becomes of stock on each when nothing new is ordered.

Decides that a course keeps its rank all the way: course i follows one quantile of the running
total. Stock is carried forward under lost sales, in closed form. Weighs no order; no random
numbers, so that the same facts give the same courses tomorrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from forecasting.expiry import DatedLot, spoiled_totals
from forecasting.policy import TotalDemand
from forecasting.projection import Arrival, coming_by_day
from forecasting.quantiles import quantile_rows

Floats = npt.NDArray[np.float64]

# So many equally likely courses: course i follows the quantile (i + 1/2) / COURSES of the total.
COURSES = 40


@dataclass(frozen=True, slots=True)
class Courses:
    """Courses of demand [C] carried forward without a new order; [C, H + 1] after so many days.

    `total`: demand in all; `lost`: of it not served; `stock`: left at the end of the day; `owed`
    [H + 1]: promised to customers and still not there. `lost_days` [C, H + 2]: `lost` summed over
    all days before; `piled` [C · (H + 1)]: `lost` of all courses in one rising row, each lifted by
    `lift` [C] above the one before it, so that units are looked up in all of them at once.
    """

    total: Floats
    lost: Floats
    stock: Floats
    owed: Floats
    lost_days: Floats
    piled: Floats
    lift: Floats


def course_levels(count: int = COURSES) -> Floats:
    """The middle of each of `count` equal slices of chance."""
    return (np.arange(count) + 0.5) / count


def courses_of(
    demand: TotalDemand,
    *,
    sellable: int,
    arrivals: Sequence[Arrival],
    starts_on: date,
    horizon_days: int,
    lots: Sequence[DatedLot] = (),
) -> Courses:
    """Demand of each course, and what is lost of it when nothing new is ordered.

    Customers who wait are served from arrivals first.
    """
    total = running_totals(demand, course_levels(), horizon_days)
    supply = sellable + came_by(starts_on, arrivals, horizon_days)
    lost, stock = carried_stock(total, supply, lots, starts_on)
    lift = np.arange(COURSES, dtype=np.float64) * (float(lost[:, -1].max()) + 1.0)
    return Courses(
        total=total,
        lost=lost,
        stock=stock,
        owed=np.maximum(0.0, -supply),
        lost_days=np.concatenate([np.zeros((COURSES, 1)), np.cumsum(lost, axis=1)], axis=1),
        piled=(lost + lift[:, None]).ravel(),
        lift=lift,
    )


def came_by(starts_on: date, arrivals: Sequence[Arrival], days: int) -> Floats:
    """[days + 1] units that have arrived after 0 .. days."""
    return np.concatenate([[0.0], np.cumsum(coming_by_day(starts_on, arrivals, days))])


def carried_stock(
    total: Floats, supply: Floats, lots: Sequence[DatedLot], starts_on: date
) -> tuple[Floats, Floats]:
    """[C, H + 1] lost so far and left, of demand so far `total` and `supply` [H + 1] so far.

    Closed form of `projection.project_stock`: with X(t) = stock + arrivals - demand, lost(t) is the
    deepest X fell below zero. Between two arrivals X only falls, so that it is the deepest of now
    and of the last day before an arrival.
    """
    served = supply[None, :]
    if lots:
        served = served - spoiled_totals(lots, total, starts_on)
    free = np.maximum(0.0, served) - total
    lost = np.maximum(0.0, -free)
    come = np.flatnonzero(np.diff(supply)) + 1
    for first, end in pairwise([*come.tolist(), len(supply)]):
        np.maximum(lost[:, first:end], lost[:, first - 1 : first], out=lost[:, first:end])
    return lost, free + lost


def running_totals(demand: TotalDemand, levels: Floats, horizon_days: int) -> Floats:
    """[L, H + 1] the quantiles of total demand after 0 .. H days, never falling."""
    grid = np.concatenate([[0.0], demand.days])
    rows = np.maximum.accumulate(quantile_rows(demand.levels, demand.quantiles, levels), axis=0)
    line = np.concatenate([np.zeros((len(levels), 1)), rows.T], axis=1)
    steps = np.arange(horizon_days + 1, dtype=np.float64)
    within = int(np.searchsorted(steps, grid[-1], side="right"))
    near, beyond = steps[:within], steps[within:]
    left = np.clip(np.searchsorted(grid, near, side="right"), 1, len(grid) - 1) - 1
    part = (near - grid[left]) / np.diff(grid)[left]
    running = np.empty((len(levels), horizon_days + 1))
    running[:, :within] = line.take(left, axis=1) + part * np.diff(line, axis=1).take(left, axis=1)
    running[:, within:] = line[:, -1:] * beyond / grid[-1]
    return running
