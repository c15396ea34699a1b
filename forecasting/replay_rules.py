"""The rules that a company's past is played again by, and what their orders are worth in a budget.

Ours: what Replenish would have ordered on the forecast that was possible then. The other: minimum
and maximum as kept in a spreadsheet. Periods are weeks; a rule knows no later demand.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from forecasting.covers import Cycle, levels_of, totals_of
from forecasting.needs import Shelves, list_orders
from forecasting.replay_budget import Value, WorthOf
from forecasting.replay_orders import worth_of
from forecasting.simulate import Floats, Review, Rule, Terms
from forecasting.simulate_rules import levels

Ints = npt.NDArray[np.int64]
# By the week of the window in which it was made: mean and paths.
Forecasts = Mapping[int, tuple[Floats, Floats]]

FORECAST_EVERY = 4
# The rule of a spreadsheet: minimum = lead time + 30 days, maximum 60 days more, of the last 90.
MEAN_WEEKS, MINIMUM_WEEKS, MAXIMUM_WEEKS = 13, 30 / 7, 60 / 7


def our_rule(outlooks: Forecasts, rows: Ints, terms: Terms, leads: Ints, level: Floats) -> Rule:
    """Orders to the service levels [S], by lead times that are one of `leads` [S, J] by chance."""
    planned, review_weeks = np.full(len(rows), terms.lead), np.full(len(rows), terms.review)
    cycle = Cycle(planned, leads, review_weeks, review_weeks)

    def rule(review: Review) -> Floats:
        totals = totals_of(*_seen(outlooks, rows, review.period, cycle.reach), level)
        shelves = Shelves(np.arange(len(rows)), review.on_hand, review.arriving, review.position)
        return list_orders(shelves, totals, levels_of(totals, cycle), cycle, terms)

    return rule


def our_value(
    outlooks: Forecasts, rows: Ints, terms: Terms, price: Floats, holding: Floats
) -> Value:
    """What an order is expected to save; `holding` [S] money for a unit and week."""

    def value(review: Review) -> WorthOf:
        _, seen = _seen(outlooks, rows, review.period, terms.lead + terms.review)
        worth = worth_of(review, seen, np.ones(seen.shape[:2]), terms, price, later=False)
        return lambda quantity: np.asarray(worth.of(quantity) * holding)

    return value


def _seen(outlooks: Forecasts, rows: Ints, period: int, reach: int) -> tuple[Floats, Floats]:
    """Mean and paths known then, of so many periods from this one on."""
    since = period % FORECAST_EVERY
    mean, paths = outlooks[period - since]
    ahead = slice(since, since + reach)
    return mean[rows, ahead], paths[rows, :, ahead]


def recent_mean(known: Floats, first: int) -> Floats:
    """[S, W] before each week of the window the mean of the last 90 days; `known` [S, first + W]"""
    weeks = known.shape[1] - first
    return np.stack(
        [known[:, max(0, first + week - MEAN_WEEKS) : first + week].mean(axis=1)
         for week in range(weeks)],
        axis=1,
    )  # fmt: skip


def minmax_rule(mean: Floats, lead: int) -> Rule:
    """Minimum and maximum in days of the mean [S, W] of the last 90 days."""
    minimum = np.ceil(mean * (lead + MINIMUM_WEEKS))
    return levels(minimum, minimum + np.ceil(mean * MAXIMUM_WEEKS))


def least_cover(mean: Floats) -> Value:
    """A spreadsheet knows no return: what has the fewest weeks of cover comes first."""

    def value(review: Review) -> WorthOf:
        cover = review.position / np.maximum(mean[:, review.period], 1e-9)
        return lambda quantity: np.asarray(quantity / (1.0 + np.maximum(cover, 0.0)))

    return value
