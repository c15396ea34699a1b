"""What an order of a given size is expected to cost, over equally likely courses of demand.

An order serves what would be lost without it from the day it arrives (lost sales): after t days
max(0, quantity - lost(t)) of its units still lie on the shelf. From that follow holding, over-age,
lost sales until the next order can arrive, and both meanings of service. Chooses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.courses import Courses

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Units that are not sold within a year of their arrival are counted as lying there for a year.
SHELF_DAYS = 365
# What is not sold by then will not be: fashion, boxes and patience do not last longer.
LOST_AFTER_DAYS = 730
UNIT = 1e-6


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
    must last: `gap_days` until an order of the next review arrives. `planned`: the day to count on.
    """

    arrivals: tuple[int, ...]
    gap_days: int
    planned: int

    @property
    def counted_on(self) -> tuple[int, ...]:
        """The same days, none before the planned one. Whether an order is due must not rest on
        its luck: a second one would always seem to be, as it might overtake the first.
        """
        return tuple(max(day, self.planned) for day in self.arrivals)


@dataclass(frozen=True, slots=True)
class OrderCost:
    """Expected units and days of one order of one size; money is put on it elsewhere.

    `shelf_days`: of a unit, mean. `lost_before`: until the goods arrive; `lost_after`: from then
    until the next order can; `served`: what this order serves until then if it comes as
    planned. `expired`: units beyond shelf
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


@dataclass(frozen=True, slots=True)
class _Orders:
    """Orders [N] weighed at once: `size` units each, there on day `arrival`, to last `gap` days.

    `begin` [N, C]: lost before they arrive; `owed` [N]: to customers who wait then.
    """

    courses: Courses
    size: Floats
    arrival: Ints
    gap: Ints
    begin: Floats
    owed: Floats

    def asked(self, days: Ints | int) -> Floats:
        """[N, C] units asked of each order in its first so many days: customers who still wait are
        served first, and are asked for like everybody else.
        """
        return _after(self.courses.lost, self.arrival, days) - self.begin + self.owed[:, None]


def _after(table: Floats, arrival: Ints, days: Ints | int) -> Floats:
    """[N, C] of a table [C, H + 1] of courses, so many days after each arrival [N]."""
    last = np.minimum(arrival + days, table.shape[1] - 1)
    return np.ascontiguousarray(table[:, last].T)


def order_costs(
    courses: Courses, way: Way, quantities: Sequence[int], *, ages: Ages = NO_AGES
) -> list[OrderCost]:
    """The expected cost of each quantity by one way."""
    return costs_by_way(courses, [(way, quantities)], ages=ages)[0]


def costs_by_way(
    courses: Courses, asked: Sequence[tuple[Way, Sequence[int]]], *, ages: Ages = NO_AGES
) -> list[list[OrderCost]]:
    """The expected cost of each quantity by each way: the mean over its equally likely arrivals.

    An order of the next review may come years later: what is not sold by LOST_AFTER_DAYS is not.
    """
    rows = [
        (units, day, way.planned, min(way.gap_days, LOST_AFTER_DAYS))
        for way, quantities in asked
        for day in way.arrivals
        for units in quantities
    ]
    size, arrival, planned, gap = np.array(rows).T
    found = _weighed(_orders(courses, size, arrival, gap), ages)
    found[:, 3] = _served(_orders(courses, size, planned, gap))
    costs, first = [], 0
    for way, quantities in asked:
        shape = (len(way.arrivals), len(quantities), -1)
        end = first + len(way.arrivals) * len(quantities)
        costs.append([_named(row) for row in found[first:end].reshape(shape).mean(axis=0)])
        first = end
    return costs


def _orders(courses: Courses, size: Ints, arrival: Ints, gap: Ints) -> _Orders:
    begin, owed = _after(courses.lost, arrival, 0), courses.owed[arrival]
    return _Orders(courses, size.astype(np.float64), arrival, gap, begin, owed)


def _served(orders: _Orders) -> Floats:
    """[N] units of each order that its first gap asks for."""
    asked = np.minimum(orders.asked(orders.gap), orders.size[:, None])
    return np.asarray(asked.sum(axis=1) / orders.begin.shape[1])


def needed_until(courses: Courses, way: Way, end: int) -> float:
    """Units that would be lost without an order from the arrival by this way until day `end`.

    A spread of the arrival moves the end by as much, so that ways are compared over equal times.
    """
    arrivals = np.array(way.arrivals)
    last = np.maximum(arrivals, end + arrivals - round(float(np.mean(arrivals))))
    last = np.minimum(last, courses.lost.shape[1] - 1)
    lost = courses.lost[:, last] - courses.lost[:, arrivals]
    return float((lost.mean(axis=0) + courses.owed[arrivals]).mean())


def _weighed(orders: _Orders, ages: Ages) -> Floats:
    """[N, 10] the numbers of each order, as in `_named`, but what it serves."""
    courses, count, size = orders.courses, orders.begin.shape[1], orders.size[:, None]
    later = orders.asked(orders.gap)
    lost = np.maximum(0.0, later - size)
    total = _after(courses.total, orders.arrival, orders.gap)
    demanded = total - _after(courses.total, orders.arrival, 0)
    until = _sold_by(orders)
    found = np.zeros((len(size), 10))
    found[:, 0] = _unit_days(orders, until, 1) / orders.size
    found[:, 1] = orders.begin.sum(axis=1) / count
    found[:, 2] = lost.sum(axis=1) / count
    if ages.shelf_life_days is not None and ages.shelf_life_days <= SHELF_DAYS:
        left = np.maximum(0.0, size - orders.asked(ages.shelf_life_days))
        found[:, 4] = left.sum(axis=1) / count
    if ages.aged_after_days is not None:
        found[:, 5] = _unit_days(orders, until, ages.aged_after_days + 1) / 30
    if ages.low_cover_days is not None:
        found[:, 6] = _sold_low(orders, ages.low_cover_days)
    found[:, 7] = (lost <= UNIT).sum(axis=1) / count
    found[:, 8] = demanded.sum(axis=1) / count + orders.owed
    found[:, 9] = np.maximum(0.0, size - orders.asked(LOST_AFTER_DAYS)).sum(axis=1) / count
    return found


def _sold_by(orders: _Orders) -> Ints:
    """[N, C] the day by which as much is asked of an order as it has, SHELF_DAYS at the most after
    its arrival. What is asked for never falls, so that this day is looked up.
    """
    courses = orders.courses
    wanted = orders.size[:, None] + orders.begin - orders.owed[:, None] + courses.lift
    place = np.searchsorted(courses.piled, wanted.ravel()).reshape(wanted.shape)
    day = place - np.arange(len(courses.lost)) * courses.lost.shape[1]
    return np.asarray(np.minimum(day, orders.arrival[:, None] + SHELF_DAYS + 1))


def _unit_days(orders: _Orders, until: Ints, first: int) -> Floats:
    """[N] mean over the courses of the sum over days >= `first` of max(0, quantity - asked)."""
    sums, course = orders.courses.lost_days, np.arange(until.shape[1])
    start = orders.arrival[:, None] + first
    end = np.maximum(until, start)
    days = end - start
    held = orders.size[:, None] + orders.begin - orders.owed[:, None]
    lost = sums[course, end] - sums[course, start]
    return np.asarray((held * days - lost).sum(axis=1) / len(course))


def _sold_low(orders: _Orders, cover: int) -> Floats:
    """[N] units sold in the cycle on days that end with less than `cover` days of mean demand."""
    courses, gap = orders.courses, orders.gap
    days = orders.arrival[:, None] + np.minimum(np.arange(gap.max() + 1), gap[:, None])
    lost, total, stock = (
        np.ascontiguousarray(table[:, days].swapaxes(0, 1))
        for table in (courses.lost, courses.total, courses.stock)
    )
    pace = (total[:, :, -1] - total[:, :, 0]).mean(axis=1) / gap
    asked = lost - orders.begin[:, :, None] + orders.owed[:, None, None]
    short = asked - orders.size[:, None, None]
    left = stock[:, :, 1:] + np.maximum(0.0, -short[:, :, 1:])
    low = left < (cover * pace)[:, None, None]
    sold = np.diff(total, axis=2) - np.diff(np.maximum(0.0, short), axis=2)
    return np.asarray((sold * low).sum(axis=(1, 2)) / len(courses.lost))


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
