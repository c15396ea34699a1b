"""The rules by which a simulated buyer orders: levels of the position, or a target at the arrival.

Each function makes a rule from numbers that were fixed before the period they are used in; none
looks at demand to come, except `clairvoyant`, which exists to show how far any rule could get.
"""

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from forecasting.simulate import Floats, Opening, Review, Rule, Terms

LEAST_ORDER = 0.5  # less than half a unit short of a target is no reason to order


def levels(reorder_point: Floats, order_up_to: Floats) -> Rule:
    """(s, S) on the position, each [S, T]: at or below s order up to S.

    The same number twice is plain order-up-to: what has been used is ordered again.
    """

    def rule(review: Review) -> Floats:
        low, high = reorder_point[:, review.period], order_up_to[:, review.period]
        position = review.position
        due = np.where(low >= high, position < high, position <= low) & (high > position)
        return np.where(due, high - position, 0.0)

    return rule


def fixed_quantity(reorder_point: Floats, quantity: Floats) -> Rule:
    """(r, nQ) on the position, each [S, T]: at or below r order as many Q as lead above it."""

    def rule(review: Review) -> Floats:
        low, lot = reorder_point[:, review.period], quantity[:, review.period]
        lots = np.floor(np.maximum(low - review.position, 0.0) / lot) + 1
        return np.where(review.position <= low, lots * lot, 0.0)

    return rule


def projected(expected: Floats, target: Floats) -> Rule:
    """Order `target` [S, T] minus the stock expected when the order arrives.

    `expected` [S, T, lead] is demand of the periods before the arrival. Stock runs down by it and
    never below 0: what is lost is lost, and is not bought later.
    """

    def rule(review: Review) -> Floats:
        short = target[:, review.period] - run_down(review, expected[:, review.period])
        return np.where(short > LEAST_ORDER, np.round(short), 0.0)

    return rule


def run_down(review: Review, expected: Floats) -> Floats:
    """[S] stock at the arrival of today's order if demand is `expected` [S, lead] until then."""
    stock = review.on_hand
    for ahead in range(expected.shape[1]):
        stock = np.maximum(stock + review.arriving[:, ahead] - expected[:, ahead], 0.0)
    return np.asarray(stock + review.arriving[:, expected.shape[1]])


def clairvoyant(demand: Floats, terms: Terms) -> Rule:
    """Knows demand [S, T] and orders what its cycle will need: with free orders and
    stockout > review · holding no rule does better.
    """
    lead, cycle = terms.lead, terms.review

    def rule(review: Review) -> Floats:
        first = review.period + lead
        needed = demand[:, first : first + cycle].sum(axis=1)
        before = demand[:, review.period : first]
        before = np.pad(before, ((0, 0), (0, lead - before.shape[1])))
        return np.asarray(np.maximum(needed - run_down(review, before), 0.0))

    return rule


def moving_average_levels(
    history: Floats, first: int, periods: int, terms: Terms, *, window: int, safety: bool
) -> Floats:
    """[S, periods] the spreadsheet rule: mean of the last `window` periods × (lead + review), and
    with `safety` z · sd · sqrt(lead + review) on top, z of the level stockout / (stockout +
    holding). `history` [S, ≥ first + periods - 1] with NaN where nothing was seen.
    """
    cover = terms.lead + terms.review
    z = NormalDist().inv_cdf(terms.stockout / (terms.stockout + terms.holding)) if safety else 0.0
    out = np.zeros((len(history), periods))
    for period in range(periods):
        mean, spread = mean_and_spread(history[:, : first + period], window)
        out[:, period] = mean * cover + z * spread * np.sqrt(cover)
    return out


def mean_and_spread(history: Floats, window: int) -> tuple[Floats, Floats]:
    """[S] mean and sample standard deviation of the last `window` periods; 0 where unknown."""
    last: npt.NDArray[np.float64] = history[:, -window:] if history.shape[1] else history
    seen = ~np.isnan(last)
    count = seen.sum(axis=1)
    mean = np.where(seen, last, 0.0).sum(axis=1) / np.maximum(count, 1)
    squares = np.where(seen, (last - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return mean, np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), 0.0)


def usual_opening(history: Floats, terms: Terms, *, window: int) -> Opening:
    """Everyone starts alike: 1 + review periods of mean demand on hand, one in each period of
    the lead time; `history` [S, T] before the start, NaN where unseen.
    """
    mean, _ = mean_and_spread(history, window)
    arriving = np.repeat(np.round(mean)[:, None], terms.lead, axis=1)
    return Opening(np.round(mean * terms.review + mean), arriving)
