"""What an order of a given size is expected to cost, over equally likely courses of demand.

An order serves what would be lost without it from the day it arrives (lost sales): after t days
max(0, quantity - lost(t)) of its units still lie on the shelf. From that follow holding, over-age,
lost sales until the next order can arrive, and both meanings of service. Chooses nothing; no random
numbers, so that the same numbers cost the same tomorrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from forecasting.expiry import DatedLot, spoiled_totals
from forecasting.policy import TotalDemand, quantile_rows
from forecasting.projection import Arrival, coming_by_day, lost_so_far

Floats = npt.NDArray[np.float64]

# So many equally likely courses: course i follows the quantile (i + 1/2) / COURSES of the total.
COURSES = 40
# Units that are not sold within a year of their arrival are counted as lying there for a year.
SHELF_DAYS = 365
# What is not sold by then will not be: fashion, boxes and patience do not last longer.
LOST_AFTER_DAYS = 730
UNIT = 1e-6


@dataclass(frozen=True, slots=True)
class Courses:
    """Courses of demand [C] carried forward without a new order; [C, H + 1] after so many days.

    `total`: demand in all; `lost`: of it not served; `stock`: left at the end of the day; `owed`
    [H + 1]: promised to customers and still not there.
    """

    total: Floats
    lost: Floats
    stock: Floats
    owed: Floats


@dataclass(frozen=True, slots=True)
class Ages:
    """From how many days on a unit costs more: shelf life, and the fee cliffs of a warehouse."""

    shelf_life_days: int | None = None
    aged_after_days: int | None = None
    low_cover_days: int | None = None


NO_AGES = Ages()


@dataclass(frozen=True, slots=True)
class Way:
    """Equally likely days (from the first day of demand) on which goods arrive, and how long they
    must last: `gap_days` until an order of the next review arrives.
    """

    arrivals: tuple[int, ...]
    gap_days: int


@dataclass(frozen=True, slots=True)
class OrderCost:
    """Expected units and days of one order of one size; money is put on it elsewhere.

    `shelf_days`: of a unit, mean. `lost_before`: until the goods arrive; `lost_after`: from then
    until the next order can; `served`: what of it this order serves. `expired`: units beyond shelf
    life; `unsold`: LOST_AFTER_DAYS after arrival. `aged_months`: unit-months beyond the fee cliff.
    `low_units`: units sold on days of low cover.
    """

    shelf_days: float
    lost_before: float
    lost_after: float
    served: float
    expired: float
    aged_months: float
    low_units: float
    cycle_service: float
    fill_rate: float | None
    unsold: float = 0.0


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
    count: int = COURSES,
    lots: Sequence[DatedLot] = (),
) -> Courses:
    """Demand of each of `count` courses, and what is lost of it when nothing new is ordered.

    Closed form of `projection.project_stock`: with X(t) = stock + arrivals - demand, lost(t) is the
    deepest X fell below zero. Customers who wait are served from arrivals first.
    """
    total = running_totals(demand, course_levels(count), horizon_days)
    coming = coming_by_day(starts_on, arrivals, horizon_days)
    came = np.concatenate([[0.0], np.cumsum(coming)])
    supply = (sellable + came)[None, :]
    if lots:
        supply = supply - spoiled_totals(lots, total, starts_on)
    free = np.maximum(0.0, supply) - total
    lost = lost_so_far(free)
    return Courses(total, lost, free + lost, np.maximum(0.0, -(sellable + came)))


def running_totals(demand: TotalDemand, levels: Floats, horizon_days: int) -> Floats:
    """[L, H + 1] the quantiles of total demand after 0 .. H days, never falling."""
    grid = np.concatenate([[0.0], demand.days])
    rows = np.maximum.accumulate(quantile_rows(demand.levels, demand.quantiles, levels), axis=0)
    line = np.concatenate([np.zeros((len(levels), 1)), rows.T], axis=1)
    steps = np.arange(horizon_days + 1, dtype=np.float64)
    right = np.clip(np.searchsorted(grid, steps, side="right"), 1, len(grid) - 1)
    part = (steps - grid[right - 1]) / (grid[right] - grid[right - 1])
    running = line[:, right - 1] + part * (line[:, right] - line[:, right - 1])
    beyond = steps > grid[-1]
    running[:, beyond] = line[:, -1:] * steps[beyond] / grid[-1]
    return np.asarray(running)


def order_costs(
    courses: Courses, way: Way, quantities: Sequence[int], *, ages: Ages = NO_AGES
) -> list[OrderCost]:
    """The expected cost of each quantity by one way."""
    asked = np.asarray(quantities, dtype=np.float64)
    parts = [_all(courses, arrival, way.gap_days, asked, ages) for arrival in way.arrivals]
    table = sum(parts[1:], parts[0]) / len(parts)
    return [_named(row) for row in table]


def needed_until(courses: Courses, way: Way, end: int) -> float:
    """Units that would be lost without an order from the arrival by this way until day `end`.

    A spread of the arrival moves the end by as much, so that ways are compared over equal times.
    """
    middle = round(float(np.mean(way.arrivals)))
    found = []
    for arrival in way.arrivals:
        last = min(courses.lost.shape[1] - 1, max(arrival, end + arrival - middle))
        found.append((courses.lost[:, last] - courses.lost[:, arrival]).mean())
        found[-1] += courses.owed[arrival]
    return float(np.mean(found))


def _all(courses: Courses, arrival: int, gap: int, quantities: Floats, ages: Ages) -> Floats:
    """[Q, 10] the numbers of each quantity that arrives on one day, as in `_named`.

    An order of the next review may come years later: what is not sold by LOST_AFTER_DAYS is not.
    """
    gap = min(gap, LOST_AFTER_DAYS)
    count, end = len(courses.lost), arrival + gap
    begin = courses.lost[:, arrival]
    later = courses.lost[:, arrival : arrival + LOST_AFTER_DAYS + 1] - begin[:, None]
    later += courses.owed[arrival]
    asked = later[:, : SHELF_DAYS + 1]
    lost = np.maximum(0.0, later[:, gap] - quantities[:, None])
    # Customers who still wait are served first, and are asked for like everybody else.
    demanded = (courses.total[:, end] - courses.total[:, arrival]).sum() / count
    demanded += courses.owed[arrival]
    found = np.zeros((len(quantities), 10))
    found[:, 0] = _unit_days(asked, quantities, 1) / quantities
    found[:, 1] = begin.sum() / count
    found[:, 2] = lost.sum(axis=1) / count
    found[:, 3] = np.minimum(later[:, gap], quantities[:, None]).sum(axis=1) / count
    if ages.shelf_life_days is not None and ages.shelf_life_days <= SHELF_DAYS:
        left = quantities[:, None] - asked[:, ages.shelf_life_days]
        found[:, 4] = np.maximum(0.0, left).sum(axis=1) / count
    if ages.aged_after_days is not None:
        found[:, 5] = _unit_days(asked, quantities, ages.aged_after_days + 1) / 30
    if ages.low_cover_days is not None:
        cover = ages.low_cover_days
        found[:, 6] = _sold_low(courses, arrival, gap, later, quantities, cover)
    found[:, 7] = (lost <= UNIT).sum(axis=1) / count
    found[:, 8] = demanded
    found[:, 9] = np.maximum(0.0, quantities[:, None] - later[:, -1]).sum(axis=1) / count
    return found


def _unit_days(asked: Floats, quantities: Floats, first: int) -> Floats:
    """[Q] mean over the courses of the sum over days >= `first` of max(0, quantity - asked).

    What is asked for never falls, so a quantity lies there for its first k days: k is looked up in
    all courses at once, each lifted above the one before it.
    """
    count, days = asked.shape
    lift = np.arange(count) * (max(float(asked[:, -1].max()), float(quantities.max())) + 1.0)
    wanted = quantities[:, None] + lift
    place = np.searchsorted((asked + lift[:, None]).ravel(), wanted.ravel())
    until = place.reshape(wanted.shape) - np.arange(count) * days
    until = np.maximum(until, first)
    running = np.concatenate([np.zeros((count, 1)), np.cumsum(asked, axis=1)], axis=1)
    taken = running[np.arange(count), until] - running[:, first]
    return np.asarray((quantities[:, None] * (until - first) - taken).sum(axis=1) / count)


def _sold_low(
    courses: Courses, arrival: int, gap: int, asked: Floats, quantities: Floats, cover: int
) -> Floats:
    """[Q] units sold in the cycle on days that end with less than `cover` days of mean demand."""
    days = slice(arrival + 1, arrival + gap + 1)
    pace = (courses.total[:, arrival + gap] - courses.total[:, arrival]).mean() / gap
    size = quantities[:, None, None]
    left = courses.stock[:, days] + np.maximum(0.0, size - asked[:, 1 : gap + 1])
    wanted = np.diff(courses.total[:, arrival : arrival + gap + 1], axis=1)
    missed = np.diff(np.maximum(0.0, asked[:, : gap + 1] - size), axis=2)
    low = left < cover * pace
    return np.asarray(((wanted - missed) * low).sum(axis=(1, 2)) / len(courses.lost))


def _named(row: Floats) -> OrderCost:
    shelf, before, after, served, expired, months, low, cycle, demanded, unsold = row.tolist()
    return OrderCost(
        shelf_days=shelf,
        lost_before=before,
        lost_after=after,
        served=served,
        expired=expired,
        aged_months=months,
        low_units=low,
        cycle_service=cycle,
        fill_rate=None if demanded <= UNIT else max(0.0, 1.0 - after / demanded),
        unsold=unsold,
    )
