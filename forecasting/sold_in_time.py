"""Goods with a shelf life: how many units of an order are worth having before they expire.

Decides the most that an order of today may bring. A unit that sells in time with four chances in
five is ordered as promised; a further one only by marginal money (newsvendor): while its margin
times the chance that it is needed before the next order's goods is no less than its landed cost
times the chance that it expires. What lies there and what comes meanwhile sells first, as
everywhere: an order serves what would be lost without it. Rounds no carton and heeds no MOQ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.courses import Courses
from forecasting.order_cost import SHELF_DAYS, Way

Floats = npt.NDArray[np.float64]

# Up to this chance to expire a unit is ordered whatever it earns.
RISK_TAKEN = 0.2
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Gain:
    """The margin of a unit per landed cost; `assumed` where no price or landed cost is known."""

    per_cost: float
    assumed: bool


@dataclass(frozen=True, slots=True)
class InTime:
    """What of an order is worth having, of goods that keep `days` after their arrival; why."""

    days: int
    units: int
    gain: Gain


def keeping_days(shelf_life_days: int | None) -> int | None:
    """The shelf life where it can limit an order: beyond a year other reasons do so before."""
    known = shelf_life_days is not None and shelf_life_days <= SHELF_DAYS
    return shelf_life_days if known else None


def gain_of(price: Decimal | None, landed: Decimal | None, margin_share: Decimal) -> Gain:
    """By selling price and landed cost, else the share that the company takes for it."""
    if price is None or not landed:
        return Gain(float(margin_share), assumed=True)
    return Gain(round(float(max(Decimal(0), price - landed) / landed), 4), assumed=False)


def in_time(courses: Courses, way: Way, days: int, gain: Gain) -> InTime:
    """The units of an order by this way that are worth having."""
    return InTime(days, _worth_having(courses, way, days, gain.per_cost), gain)


def _worth_having(courses: Courses, way: Way, days: int, gain: float) -> int:
    """The last whole unit that is worth it: each is needed less likely than the one before it, and
    expires more likely.
    """
    sold = _asked_in(courses, way, days)
    needed = _asked_in(courses, way, min(days, way.gap_days))
    least, above = 0, ceil(float(sold.max())) + 1
    while above - least > 1:
        unit = (least + above) // 2
        expires = float(np.clip(unit - sold, 0.0, 1.0).mean())
        serves = 1.0 - float(np.clip(unit - needed, 0.0, 1.0).mean())
        worth = expires <= max(RISK_TAKEN, gain * serves) + ROUNDING
        least, above = (unit, above) if worth else (least, unit)
    return least


def in_time_again(trace: Mapping[str, Any], quantity: int, courses: Courses) -> dict[str, Any]:
    """The evidence of a draft for another quantity: how much of that is expected to expire."""
    told, weighed = trace["in_time"], trace["order_cost"]["candidates"][0]
    way = Way(tuple(weighed["arrival_days"]), weighed["gap_days"], weighed["planned_day"])
    left = np.maximum(0.0, quantity - _asked_in(courses, way, told["days"]))
    return {**told, "expires": round(float(left.mean()), 2)}


def _asked_in(courses: Courses, way: Way, days: int) -> Floats:
    """[C, J] units asked of an order in its first so many days, by course and arrival."""
    arrivals = np.array(way.arrivals)
    last = np.minimum(arrivals + days, courses.lost.shape[1] - 1)
    return np.asarray(courses.lost[:, last] - courses.lost[:, arrivals] + courses.owed[arrivals])
