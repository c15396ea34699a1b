"""Paths of demand for rare sellers: hidden states of selling, learned from all series together.

Every series is at any time in one of a few states; a state says how likely each count is and what
follows it. A path starts in a state drawn from what the series' own past makes likely and goes on
from there, so that a slow seller stays slow on it, a dead one stays dead, and totals are as wide
as what is not known. Decides only the paths of whole, small demand; knows no calendar, no season.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.filters import is_whole
from forecasting.simulate import Floats

Ints = npt.NDArray[np.int64]

STATES = 8
MOST = 40  # counts from here on are one symbol, drawn from those really seen
UNSEEN = MOST + 1
RARE_SHARE = 0.99  # panels of which this share of periods stays below MOST are rare sellers
FIRST_ROUNDS, MORE_ROUNDS = 40, 6  # of learning: from nothing, and with a few periods more
STAY_AT_FIRST = 0.9
SLOWEST, FASTEST = 0.03, 8.0  # units per period of the states learning begins with
LEAST_WEIGHT = 1e-3


@dataclass(frozen=True, slots=True)
class States:
    """`first` [G] where series begin, `next` [G, G] what follows, `count` [G, MOST + 1] how
    likely each count is; `large` the counts of MOST and more that were seen.
    """

    first: Floats
    next: Floats
    count: Floats
    large: Floats


def are_rare(seen: Floats) -> bool:
    """Whether demand [S, T] is whole and small: then counts, not amounts, describe it."""
    return is_whole(seen) and bool(np.nanquantile(seen, RARE_SHARE) < MOST)


def learn_states(seen: Floats, before: States | None = None) -> States:
    """The states that make the past [S, T] most likely; `before`: learned from less of it."""
    symbols = _symbols(seen)
    states = before or _to_begin_with()
    for _ in range(FIRST_ROUNDS if before is None else MORE_ROUNDS):
        states = _learned_once(symbols, states)
    large = seen[seen >= MOST]
    return States(states.first, states.next, states.count, large)


def state_paths(states: States, seen: Floats, count: int, horizon: int, *, seed: int) -> Floats:
    """[S, count, horizon] demand after the past [S, T]."""
    random = np.random.default_rng(seed)
    likely = _forward(_symbols(seen), states)[0][-1]
    even = (np.arange(count) + random.random((len(seen), count))) / count
    state = _drawn(np.cumsum(likely, axis=1)[:, None, :], even)
    follows, counts = np.cumsum(states.next, axis=1), np.cumsum(states.count, axis=1)
    paths: Floats = np.empty((len(seen), count, horizon), dtype=np.float32)
    for step in range(horizon):
        state = _drawn(follows[state], random.random(state.shape))
        chance = random.random(state.shape)
        asked = np.zeros(state.shape)
        for each, edges in enumerate(counts):
            here = state == each
            asked[here] = np.minimum(np.searchsorted(edges, chance[here], side="right"), MOST)
        top = asked == MOST
        if len(states.large):
            asked[top] = random.choice(states.large, int(top.sum()))
        paths[:, :, step] = asked
    return paths


def _symbols(seen: Floats) -> Ints:
    """[T, S] the count of each period, MOST for more, UNSEEN for none."""
    capped = np.minimum(np.nan_to_num(seen), MOST)
    return np.asarray(np.where(np.isnan(seen), UNSEEN, capped).T, dtype=np.int64)


def _to_begin_with() -> States:
    """Poisson counts of evenly spread rates that mostly stay as they are."""
    rates = np.geomspace(SLOWEST, FASTEST, STATES)[:, None]
    counts = np.arange(MOST + 1)
    logs = counts * np.log(rates) - rates - np.cumsum(np.log(np.maximum(counts, 1)))
    count = np.exp(logs) + 1e-6
    stay = np.full((STATES, STATES), (1 - STAY_AT_FIRST) / STATES)
    stay += STAY_AT_FIRST * np.eye(STATES)
    return States(
        np.full(STATES, 1 / STATES), stay, count / count.sum(axis=1, keepdims=True), np.empty(0)
    )


def _forward(symbols: Ints, states: States) -> tuple[Floats, Floats, Floats]:
    """[T, S, G] how likely each state is after each period, the likelihood [T, S] of each
    period given those before it, and that of its count in each state [T, S, G].
    """
    told = np.vstack([states.count.T, np.ones((1, STATES))])[symbols]
    after, chance = np.empty(told.shape), np.empty(symbols.shape)
    likely = np.repeat(states.first[None], symbols.shape[1], axis=0)
    for period in range(len(symbols)):
        likely = (likely @ states.next if period else likely) * told[period]
        chance[period] = likely.sum(axis=1)
        likely = likely / chance[period][:, None]
        after[period] = likely
    return after, chance, told


def _learned_once(symbols: Ints, states: States) -> States:
    """One round of expectation and maximisation (Baum and Welch) over all series."""
    after, chance, told = _forward(symbols, states)
    moved = np.zeros((STATES, STATES))
    later = np.ones(after.shape[1:])
    for period in range(len(symbols) - 1, -1, -1):
        if period:
            ahead = told[period] * later / chance[period][:, None]
            moved += states.next * (after[period - 1].T @ ahead)
        after[period] *= later
        if period:
            later = ahead @ states.next.T
    weight = [
        np.bincount(symbols.ravel(), after[:, :, each].ravel(), UNSEEN + 1)[: MOST + 1]
        for each in range(STATES)
    ]
    overall = np.sum(weight, axis=0) / max(float(np.sum(weight)), 1.0)
    count = np.asarray(weight) + LEAST_WEIGHT * (overall + LEAST_WEIGHT)
    follows = moved + LEAST_WEIGHT + 0.5 * np.eye(STATES)
    first = after[0].sum(axis=0) + 0.1
    return States(
        first / first.sum(),
        follows / follows.sum(axis=1, keepdims=True),
        count / count.sum(axis=1, keepdims=True),
        states.large,
    )


def _drawn(edges: Floats, chance: Floats) -> Ints:
    """Where `chance` falls among cumulated shares."""
    return np.asarray((chance[..., None] > edges[..., :-1]).sum(axis=-1), dtype=np.int64)
