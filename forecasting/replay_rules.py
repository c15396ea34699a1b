"""The rules that a company's past is played again by, and what their orders are worth in a budget.

Ours: what Replenish would have ordered on the forecast that was possible then. The other: minimum
and maximum as kept in a spreadsheet. Periods are weeks; a rule knows no later demand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.covers import Cycle, by_hand, levels_of, reaching, totals_of
from forecasting.keeping import Keeping, ageing_spoils, furthest
from forecasting.needs import Shelves, asked_of
from forecasting.past import Chosen
from forecasting.replay_orders import worth_of
from forecasting.replay_together import Moment, Wish
from forecasting.simulate import Floats, Review, Terms
from forecasting.simulate_rules import levels

Ints = npt.NDArray[np.int64]
# At a review: what ordering [S] units is worth, in any measure that all groups share.
WorthOf = Callable[[Floats], Floats]
Value = Callable[[Review], WorthOf]
# By the week of the window in which it was made: mean and paths.
Forecasts = Mapping[int, tuple[Floats, Floats]]

FORECAST_EVERY = 4
MOST_KEPT_WEEKS = 52  # what keeps longer is limited by other reasons before
# The rule of a spreadsheet: minimum = lead time + 30 days, maximum 60 days more, of the last 90.
MEAN_WEEKS, MINIMUM_WEEKS, MAXIMUM_WEEKS = 13, 30 / 7, 60 / 7


@dataclass(frozen=True, slots=True)
class Ours:
    """Series [S] as Replenish orders them: `lead` periods planned, one of `leads` [S, J] by chance;
    to the service `level` [S] and what is `chosen`; `keeps` periods, and the `gain` of a unit that
    sells per its cost.
    """

    lead: int
    leads: Ints
    level: Floats
    chosen: Chosen
    keeps: Ints
    gain: Floats

    def select(self, rows: Ints) -> "Ours":
        """Some of the series."""
        return Ours(self.lead, self.leads[rows], self.level[rows], self.chosen.select(rows),
                    self.keeps[rows], self.gain[rows])  # fmt: skip


def our_rule(outlooks: Forecasts, rows: Ints, ours: Ours) -> Callable[[Moment], Wish]:
    """Orders to the service levels, each series at its own reviews."""

    def rule(moment: Moment) -> Wish:
        units, pace, most = np.zeros((3, len(rows)))
        review = ours.chosen.review
        due = np.flatnonzero(ours.chosen.buying & (moment.period % review == 0))
        if len(due):
            found = _wish(outlooks, rows[due], moment, due, ours.select(due))
            units[due], pace[due], most[due] = found.units, found.pace, found.most
        return Wish(units, pace, most)

    return rule


def _wish(outlooks: Forecasts, rows: Ints, moment: Moment, due: Ints, ours: Ours) -> Wish:
    """What the series that are `due` of a moment need."""
    chosen = ours.chosen
    planned = np.full(len(rows), ours.lead)
    cycle = Cycle(planned, ours.leads, chosen.review, chosen.review)
    seen = _seen(outlooks, rows, moment.period, cycle.reach)
    totals = reaching(totals_of(*seen, ours.level), cycle.reach)
    levels = by_hand(levels_of(totals, cycle), chosen.minimum, chosen.maximum)
    shelves = Shelves(np.arange(len(rows)), moment.on_hand[due], moment.arriving[due],
                      moment.position[due])  # fmt: skip
    expire = ours.keeps <= MOST_KEPT_WEEKS
    units, most = np.zeros(len(rows)), np.full(len(rows), np.inf)
    for some in (np.flatnonzero(~expire), np.flatnonzero(expire)):
        if not len(some):
            continue
        spoils, keeping = None, None
        if expire[some[0]]:
            keeps = ours.keeps[some]
            end = max(cycle.reach, furthest(cycle.select(some), keeps))
            dated = moment.dated(end)[due[some]]
            spoils = ageing_spoils(dated[:, : cycle.reach + 1], some, totals, cycle)
            keeping = Keeping(keeps, ours.gain[some], dated)
        asked = asked_of(shelves.select(some), totals, levels, cycle, spoils, keeping)
        units[some], most[some] = asked.units, asked.most
    pace = totals.mean[np.arange(len(rows)), cycle.through - 1] / cycle.through
    return Wish(units, pace, np.where(np.isnan(chosen.maximum), most, -np.inf))


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


def minmax_rule(mean: Floats, lead: int, keeps: Ints) -> Callable[[Moment], Wish]:
    """Minimum and maximum in days of the mean [S, W] of the last 90 days; whoever keeps such a
    sheet knows how long goods `keeps` [S] and orders no more than sell by then at that pace.
    """
    minimum = np.ceil(mean * (lead + MINIMUM_WEEKS))
    maximum = minimum + np.ceil(mean * MAXIMUM_WEEKS)
    most = np.ceil(mean * (lead + keeps[:, None]))
    rule = levels(np.minimum(minimum, most), np.minimum(maximum, most))

    def wish(moment: Moment) -> Wish:
        return Wish(rule(moment), mean[:, moment.period], np.full(len(mean), np.inf))

    return wish


def least_cover(mean: Floats) -> Value:
    """A spreadsheet knows no return: what has the fewest weeks of cover comes first."""

    def value(review: Review) -> WorthOf:
        cover = review.position / np.maximum(mean[:, review.period], 1e-9)
        return lambda quantity: np.asarray(quantity / (1.0 + np.maximum(cover, 0.0)))

    return value
