"""How orders are chosen in a replay, and how that is settled on the history before it.

Four choices, each by simulated cost per unit sold before the window: whose paths of demand to
believe (the engine's own, look-alikes', those of hidden states, or several together), how strongly
cost per unit sold leans to slow movers (`power`), whether what is left after a cycle is followed
further, and per segment a factor on the price of a lost sale that makes up for what a single
review cannot see. Thin segments lean on all others.
Nothing of the window is looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.replay_orders import best_orders, path_weights
from forecasting.simulate import Floats, Opening, Played, Review, Rule, Terms, play

Ints = npt.NDArray[np.int64]

FACTORS = (0.15, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
USUAL_SOURCES = ("own", "borrowed")
# Hidden states never alone: a thin history cannot tell that one source is all that is needed.
OTHER_SOURCES = (("own",), ("own", "borrowed", "states"))
USUAL_FACTOR = 0.7
SEGMENTS = 4
PRIOR_SERIES = 300.0  # weight of all series in the score of a segment
CAP_SHARE = 0.99  # dearer series than this share count as much as the one there


@dataclass(frozen=True, slots=True)
class Outlook:
    """What was expected before one review: `mean` [S, H] and `paths` source → [S, K, H]."""

    mean: Floats
    paths: Mapping[str, Floats]

    def paths_of(self, sources: Sequence[str]) -> Floats:
        """[S, K, H] the paths of several sources; one that had nothing to say is left out."""
        said = [self.paths[name] for name in sources if name in self.paths]
        return said[0] if len(said) == 1 else np.concatenate(said, axis=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """How orders are chosen. `sources` of paths; `factors` on the stockout price by segment of
    expected demand; `later`: stock that the following cycles would not want goes on costing.
    """

    sources: tuple[str, ...]
    power: float
    later: bool
    edges: Floats
    factors: Floats

    def factor_of(self, outlook: Outlook, cover: int) -> Floats:
        """[S] the factor of each series by its expected demand over `cover` periods."""
        home = np.searchsorted(self.edges, outlook.mean[:, :cover].sum(axis=1))
        return np.asarray(self.factors[home])


def ordering(outlooks: Mapping[int, Outlook], choice: Choice, terms: Terms, demand: Floats) -> Rule:
    """The rule that orders by `choice` on what was known: outlook and past demand at each review.

    `demand` [S, T] is read up to the review's period only.
    """

    def rule(review: Review) -> Floats:
        outlook = outlooks[review.period]
        sold = demand[:, terms.lead : max(terms.lead, review.period)].sum(axis=1)
        return order_now(review, outlook, choice, terms, sold)

    return rule


def order_now(
    review: Review, outlook: Outlook, choice: Choice, terms: Terms, sold: Floats
) -> Floats:
    """[S] one review's orders; `sold` [S] demand since costs began to count."""
    paths = outlook.paths_of(choice.sources)
    weights = path_weights(paths, sold, power=choice.power, lead=terms.lead)
    price = terms.stockout * choice.factor_of(outlook, terms.lead + terms.review)
    return best_orders(review, paths, weights, terms, price, later=choice.later)


def settle_choice(
    outlooks: Mapping[int, Outlook],
    demand: Floats,
    terms: Terms,
    opening: Opening,
    *,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Choice:
    """The choice of least cost per unit sold over `demand` [S, T] of the past, T before the
    window: one question after the other, each keeping what was best so far. `told` gets how many
    simulations are done, of how many.
    """
    edges = segment_edges(outlooks[min(outlooks)], terms)
    start = usual_choice(outlooks[min(outlooks)], terms)
    questions = _questions(outlooks[min(outlooks)])
    total = len(FACTORS) * (1 + sum(len(question) for question in questions))
    done = 0

    def tried(one: Choice) -> tuple[float, Choice]:
        nonlocal done
        home = np.searchsorted(edges, _expected(outlooks[min(outlooks)], terms))
        costs = []
        for factor in FACTORS:
            same = replace(one, factors=np.full(SEGMENTS, factor))
            costs.append(cost_per_unit(play_choice(outlooks, demand, terms, opening, same)))
            done += 1
            told(done, total)
        factors, score = _factors(np.stack(costs, axis=1), home)
        return score, replace(one, factors=factors)

    best = tried(start)
    for question in questions:
        others = [tried(replace(best[1], **change)) for change in question]
        best = min([best, *others], key=lambda scored: scored[0])
    return best[1]


def _questions(outlook: Outlook) -> tuple[tuple[dict[str, Any], ...], ...]:
    """What else may be chosen, where each source of paths had something to say."""
    others = [sources for sources in OTHER_SOURCES if set(sources) <= set(outlook.paths)]
    return (
        ({"later": False},),
        tuple({"sources": sources} for sources in others),
        ({"power": 1.5}, {"power": 0.0}),
    )


def usual_choice(outlook: Outlook, terms: Terms) -> Choice:
    """What is chosen where the history is too short to settle anything."""
    edges = segment_edges(outlook, terms)
    return Choice(USUAL_SOURCES, 1.0, True, edges, np.full(SEGMENTS, USUAL_FACTOR))


def segment_edges(outlook: Outlook, terms: Terms) -> Floats:
    """Quartiles of expected demand over lead + review."""
    shares = np.linspace(0, 1, SEGMENTS + 1)[1:-1]
    return np.asarray(np.quantile(_expected(outlook, terms), shares))


def _expected(outlook: Outlook, terms: Terms) -> Floats:
    return np.asarray(outlook.mean[:, : terms.lead + terms.review].sum(axis=1))


def play_choice(
    outlooks: Mapping[int, Outlook],
    demand: Floats,
    terms: Terms,
    opening: Opening,
    choice: Choice,
) -> Played:
    """The recursion under one choice."""
    return play(demand, terms, opening, ordering(outlooks, choice, terms, demand))


def cost_per_unit(played: Played) -> Floats:
    """[S] cost per unit of demand; NaN where nothing was asked for."""
    asked = played.demand[:, played.charged_from :].sum(axis=1)
    return np.where(asked > 0, played.cost / np.where(asked > 0, asked, 1.0), np.nan)


def _factors(costs: Floats, home: Ints) -> tuple[Floats, float]:
    """Of costs [S, factors] the best factor per segment, and the score reached with them."""
    judged = ~np.isnan(costs[:, 0])
    if not judged.any():
        return np.full(SEGMENTS, 1.0), float("inf")
    cap = np.quantile(costs[judged].min(axis=1), CAP_SHARE)
    limited = np.minimum(costs, np.maximum(cap, 1e-12))
    over_all = limited[judged].mean(axis=0)
    chosen = np.empty(SEGMENTS)
    total = 0.0
    for segment in range(SEGMENTS):
        rows = judged & (home == segment)
        pooled = limited[rows].sum(axis=0) + PRIOR_SERIES * over_all
        place = _valley(pooled)
        chosen[segment] = FACTORS[place]
        total += float(limited[rows, place].sum())
    return chosen, total / float(judged.sum())


def _valley(scores: Sequence[float] | Floats) -> int:
    """The least score after smoothing with the neighbours: a lone dip is chance."""
    padded = np.pad(np.asarray(scores, dtype=np.float64), 1, mode="edge")
    return int(np.argmin(0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]))
