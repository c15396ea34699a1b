"""How much to order today: the quantity of least expected cost over paths of demand.

Each path runs the stock down to the arrival of today's order, lost sales lost; a further unit is
worth ordering while what it saves, weighted over the paths, exceeds what holding it costs until
it is sold or until the next order could bring it. Decides the quantity; knows no forecast.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.simulate import EXACT, Floats, Review, Terms


@dataclass(frozen=True, slots=True)
class Worth:
    """Where the worth of further units falls: at `edges` [S, N] (units ordered, ascending) it
    falls by `falls` [S, N], starting from `start` [S] per unit.
    """

    edges: Floats
    falls: Floats
    start: Floats

    def best(self) -> Floats:
        """[S] the quantity up to which each unit is worth more than it costs."""
        fallen = np.cumsum(self.falls, axis=1)
        last = (fallen < self.start[:, None] - 1e-12).sum(axis=1)
        place = np.minimum(last, self.edges.shape[1] - 1)
        return np.asarray(np.maximum(self.edges[np.arange(len(place)), place], 0.0))

    def of(self, quantity: Floats) -> Floats:
        """[S] expected saving by ordering `quantity` instead of nothing."""
        beyond = np.maximum(quantity[:, None] - np.maximum(self.edges, 0.0), 0.0)
        return np.asarray(self.start * quantity - (self.falls * beyond).sum(axis=1))


def best_orders(
    review: Review,
    paths: Floats,
    weights: Floats,
    terms: Terms,
    price: Floats,
    *,
    later: bool = True,
) -> Floats:
    """[S] the order before the review's period for demand `paths` [S, K, ≥ lead + review].

    `weights` [S, K] of the paths (any positive scale); `price` [S] what a lost unit counts;
    `later`: what the following cycles would not want goes on costing.
    """
    worth = worth_of(review, paths, weights, terms, price, later=later)
    wanted = worth.best()
    pack, least = np.asarray(terms.pack, dtype=np.float64), np.asarray(terms.moq)
    if np.all(pack == 1.0) and np.all(least == 0.0):
        return np.asarray(np.round(wanted))
    low = np.maximum(np.floor(np.round(wanted / pack, EXACT)), np.ceil(least / pack)) * pack
    choices = (np.zeros(len(wanted)), low + np.zeros(len(wanted)), low + pack)
    # A lot is judged by this cycle alone: put off, it would be held a cycle later all the same.
    plain = worth_of(review, paths, weights, terms, price, later=False) if later else worth
    saved = np.stack([plain.of(choice) for choice in choices], axis=1)
    best = np.argmax(saved, axis=1)
    return np.asarray(np.stack(choices, axis=1)[np.arange(len(wanted)), best])


def worth_of(
    review: Review, paths: Floats, weights: Floats, terms: Terms, price: Floats, *, later: bool
) -> Worth:
    """The z-th unit beyond the stock of the arrival saves `price` on a path where the demand
    until the next arrival reaches it, and costs `holding` at the end of each period before.
    """
    stock = run_down_paths(review, paths, terms.lead)
    asked = np.cumsum(paths[:, :, terms.lead :], axis=2)
    cycle = asked[:, :, : terms.review]
    if later:
        cycle = np.concatenate([cycle, _not_wanted_later(asked, terms, price)], axis=2)
    edges = (cycle - stock[:, :, None]).reshape(len(stock), -1)
    share = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    falls = np.repeat((share * terms.holding)[:, :, None], cycle.shape[2], axis=2)
    falls[:, :, terms.review :] *= terms.review
    falls[:, :, terms.review - 1] += share * price[:, None]
    order = np.argsort(edges, axis=1, kind="stable")
    return Worth(
        np.take_along_axis(edges, order, axis=1),
        np.take_along_axis(falls.reshape(edges.shape), order, axis=1),
        price,
    )


def _not_wanted_later(asked: Floats, terms: Terms, price: Floats) -> Floats:
    """[S, K, cycles] demand summed to the end of a cycle plus what the next cycle should begin
    with: a unit beyond it is left over, not a unit less to order, and goes on costing.
    """
    ends = range(terms.review - 1, asked.shape[2] - terms.review, terms.review)
    out = []
    level = price / (price + terms.holding * terms.review)
    for end in ends:
        following = np.sort(asked[:, :, end + terms.review] - asked[:, :, end], axis=1)
        place = np.minimum((level * following.shape[1]).astype(int), following.shape[1] - 1)
        wanted = following[np.arange(len(place)), place]
        out.append(asked[:, :, end] + wanted[:, None])
    return np.stack(out, axis=2) if out else asked[:, :, :0]


def run_down_paths(review: Review, paths: Floats, lead: int) -> Floats:
    """[S, K] stock at the arrival of today's order on each path, before the order itself."""
    stock = np.repeat(review.on_hand[:, None], paths.shape[1], axis=1)
    for ahead in range(lead):
        stock = np.maximum(stock + review.arriving[:, ahead, None] - paths[:, :, ahead], 0.0)
    return np.asarray(stock + review.arriving[:, lead, None])


def path_weights(paths: Floats, sold: Floats, *, power: float, lead: int) -> Floats:
    """[S, K] weight of each path when cost is judged per unit sold: 1 / demand^power, where
    demand counts what was sold since the start (`sold` [S]) and what the path will ask for.

    A path on which nothing ever sells has no cost per unit: it hardly counts. Power 0 is plain
    expected cost.
    """
    if power == 0.0:
        return np.ones(paths.shape[:2])
    asked = paths[:, :, lead:].sum(axis=2) + sold[:, None]
    return np.where(asked > 0, np.maximum(asked, 1.0) ** -power, 0.0) + 1e-9
