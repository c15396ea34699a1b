"""The rule of Replenish in a replay: what `policy` and `need` decide, for many series at once.

Decides orders to a promised service level, or to the level that pays for itself, from paths of
demand cut into equally likely courses. Periods are weeks; knows no calendar, no second supplier and
no spread of the lead time. A test holds it to the same units as the plan itself.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.courses import course_levels
from forecasting.need import LEVELS
from forecasting.policy import NOTHING_NEEDED, ROUNDING
from forecasting.projection import EMPTY, lost_so_far
from forecasting.simulate import EXACT, Floats, Review, Terms


@dataclass(frozen=True, slots=True)
class Totals:
    """Running totals of demand before one review: `mean` [S, H], `courses` [LEVELS, S, H] equally
    likely, rising; `high` [S, H] at each series' service level. H ≥ lead + 2 · review.
    """

    mean: Floats
    courses: Floats
    high: Floats


def totals_of(mean: Floats, paths: Floats, level: Floats) -> Totals:
    """Of `mean` [S, H] and `paths` [S, K, H] by period, for service levels [S]."""
    courses = np.quantile(np.cumsum(paths, axis=2), course_levels(LEVELS), axis=1)
    place = np.clip(level * LEVELS - 0.5, 0.0, LEVELS - 1.0)
    low = np.minimum(place.astype(int), LEVELS - 2)
    part, rows = (place - low)[:, None], np.arange(len(level))
    high = courses[low, rows] * (1 - part) + courses[low + 1, rows] * part
    return Totals(np.cumsum(mean, axis=1), courses, high)


def service_orders(review: Review, totals: Totals, level: Floats, terms: Terms) -> Floats:
    """[S] what Replenish would order: to order-up-to, no more than an order can be asked for."""
    lead, end = terms.lead, terms.lead + terms.review
    mean, high = _from_nothing(totals.mean), _from_nothing(totals.high)
    spread = np.maximum(0.0, high - mean)
    coming = np.zeros((len(mean), end))
    known = review.arriving[:, :end]
    coming[:, : known.shape[1]] = known
    supply = review.on_hand[:, None] + np.cumsum(coming, axis=1)
    more = mean[:, end + terms.review] - mean[:, end]
    reorder = _units(mean[:, end] + spread[:, end])
    up_to = np.maximum(reorder, _units(mean[:, end] + spread[:, end] + more))
    free = supply - totals.mean[:, :end]
    lost = lost_so_far(free)[:, lead - 1] if lead else np.zeros(len(mean))
    to_level = up_to - review.position - np.floor(lost + ROUNDING)
    # The most that can be asked between the arrival and the next one.
    left = review.on_hand
    if lead:
        free = supply - totals.high[:, :end]
        left = (free + lost_so_far(free))[:, lead - 1]
    wider = np.sqrt(np.maximum(0.0, spread[:, lead + 1 : end + 1] ** 2 - spread[:, [lead]] ** 2))
    came = np.cumsum(coming[:, lead:], axis=1)
    asked = mean[:, lead + 1 : end + 1] - mean[:, [lead]] + wider - came
    most = np.ceil(np.maximum(0.0, asked.max(axis=1) - left) + more - ROUNDING)
    due = (to_level > 0) & (review.position <= reorder)
    due &= _chance_of_empty(supply, totals.courses, lead, end) >= 1 - level - ROUNDING
    units = np.maximum(np.minimum(to_level, most), np.maximum(terms.moq, 1.0))
    lots = np.ceil(np.round(units / terms.pack, EXACT)) * terms.pack
    return np.where(due, lots, 0.0)


def _chance_of_empty(supply: Floats, courses: Floats, lead: int, end: int) -> Floats:
    """[S] share of courses with an empty shelf at the end of a period between both arrivals."""
    free = supply[None] - courses[:, :, :end]
    stock = free + lost_so_far(free)
    return np.asarray((stock[:, :, lead:] < EMPTY).any(axis=2).mean(axis=0))


def _from_nothing(totals: Floats) -> Floats:
    return np.concatenate([np.zeros((len(totals), 1)), totals], axis=1)


def _units(needed: Floats) -> Floats:
    return np.where(needed < NOTHING_NEEDED, 0.0, np.ceil(needed - ROUNDING))
