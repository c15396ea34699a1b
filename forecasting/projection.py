"""Decides how stock is carried forward day by day when what cannot be served is lost.

stock(t) = max(0, stock(t - 1) + arrivals(t) - demand(t)), in closed form. Day 0 is the planning
day; what is expected on or before it and has not come is counted as coming on day 0, once. Lots
leave unsold on the day after they expire. Plans no orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from forecasting.expiry import DatedLot, spoiled_totals

Floats = npt.NDArray[np.float64]

EMPTY = 0.5 - 1e-6  # less than half a unit, a millionth forgiven, is nothing to sell


@dataclass(frozen=True, slots=True)
class Arrival:
    """A dated quantity that comes: a purchase order or a transfer, or units of another warehouse
    that a plan counts on.

    `said_on`: the day of its papers, where the plan expects another one. `send_from`: units that
    nobody has sent yet, and from where; `suggested`: the plan asks to send them now.
    """

    on_day: date
    quantity: int
    document: str
    said_on: date | None = None
    send_from: str | None = None
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Projection:
    """End-of-day stock and lost units for each day from `starts_on`."""

    starts_on: date
    stock: Floats
    lost: Floats

    def empty_on(self, *, reached: date | None = None) -> date | None:
        """First day that ends with nothing left; None within the horizon.

        With `reached`: the first such day of the gap in which goods of that day arrive, or of the
        next one after it; earlier gaps are closed by then.
        """
        empty = self.stock < EMPTY
        first = 0
        if reached is not None:
            before = ~empty[: max(0, (reached - self.starts_on).days)]
            first = int(np.flatnonzero(before)[-1]) + 1 if before.any() else 0
        found = np.flatnonzero(empty[first:])
        return self.starts_on + timedelta(days=first + int(found[0])) if len(found) else None

    def lost_before(self, day: date) -> float:
        """Units lost before goods that arrive on `day` can be sold."""
        days = max(0, (day - self.starts_on).days)
        return float(self.lost[:days].sum())


def project_stock(
    starts_on: date,
    stock_now: float,
    demand: Floats,
    arrivals: Sequence[Arrival],
    lots: Sequence[DatedLot] = (),
) -> Projection:
    """Stock of every day of `demand` [H] under lost sales; `stock_now` may be below zero (owed)."""
    coming = coming_by_day(starts_on, arrivals, len(demand))
    # What is owed to customers is served first; it is waited for, so it is never lost. With X the
    # supply less all demand, what is lost so far is the deepest that X has fallen below zero.
    totals = np.cumsum(demand)
    supply = stock_now + np.cumsum(coming)
    if lots:
        supply -= spoiled_totals(lots, np.concatenate([[0.0], totals]), starts_on)[1:]
    free = np.maximum(0.0, supply) - totals
    lost = lost_so_far(free)
    return Projection(starts_on, free + lost, np.diff(lost, prepend=0.0))


def lost_so_far(free: Floats) -> Floats:
    """[.., T] units lost by each period, of supply less all demand so far: its deepest fall below
    zero.
    """
    return np.maximum(0.0, np.maximum.accumulate(-free, axis=-1)) if free.size else free


def coming_by_day(starts_on: date, arrivals: Sequence[Arrival], days: int) -> Floats:
    """[days] units that arrive on each day; what is overdue comes on the first."""
    coming = np.zeros(days)
    for arrival in arrivals:
        day = max(0, (arrival.on_day - starts_on).days)
        if day < days:
            coming[day] += arrival.quantity
    return coming
