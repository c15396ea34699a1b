"""Rolls a history through a window: at each review forecast on what was known, then order.

Everything that is chosen (`replay_choice.py`) is settled on periods before the window; in the
window only data roll. Decides which periods are used for settling and how often models are fitted
again; never reads demand of a period before that period is over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from forecasting.engine import PanelForecast, forecast_panel
from forecasting.filters import is_whole
from forecasting.panel import Panel
from forecasting.replay_analogues import analogue_paths
from forecasting.replay_choice import (
    Choice,
    Outlook,
    order_now,
    settle_choice,
    usual_choice,
)
from forecasting.replay_states import States, are_rare, learn_states, state_paths
from forecasting.simulate import Floats, Played, Review, Terms, play
from forecasting.simulate_rules import run_down, usual_opening
from inventory_core.errors import Invalid

PATHS = 100  # own paths, and as many borrowed ones
MAX_FITS = 60  # fits in the window; with more reviews a fit serves several
MAX_FITTED_CELLS = 2_000_000  # series × periods × fits: long daily panels are fitted less often
MAX_SETTLING_REVIEWS = 20
SETTLING_SHARE = 3  # at most a third of the history before the window is used for settling
LEAST_SEEN = 8  # periods that a forecast begins with

Told = Callable[[str, int, int], None]  # stage, done, of how many


@dataclass(frozen=True, slots=True)
class History:
    """What a replay runs on. `asked` [S, T]: demand by which it is judged, 0 where nothing was
    seen; `seen` [S, T]: the same with NaN there, from which the starting stock is taken.
    """

    panel: Panel
    asked: Floats
    seen: Floats


@dataclass(frozen=True, slots=True)
class Replay:
    """A window replayed. At `reviews` (periods of the window): `expected` [n, S, lead] demand
    until the arrival and `target` [n, S] stock wanted then.
    """

    choice: Choice
    settled: bool
    played: Played
    reviews: tuple[int, ...]
    expected: Floats
    target: Floats


def replay(
    history: History,
    start: int,
    terms: Terms,
    *,
    seed: int = 0,
    opening_window: int = 12,
    told: Told = lambda stage, done, total: None,
) -> Replay:
    """Replay the periods from column `start` on under orders of least expected cost."""
    panel = history.panel
    if start < LEAST_SEEN + terms.lead + terms.review:
        raise Invalid("replay_history_too_short", periods=start)
    if start + terms.lead >= panel.length:
        raise Invalid("replay_window_too_short", periods=panel.length - start, lead=terms.lead)
    choice = _settled(history, start, terms, seed, opening_window, told)
    settled = choice is not None
    window = history.asked[:, start:]
    opening = usual_opening(history.seen[:, :start], terms, window=opening_window)
    reviews = tuple(range(0, panel.length - start, terms.review))
    outlooks = _outlooks(history, start, reviews, terms, seed)
    expected: list[Floats] = []
    target: list[Floats] = []

    def rule(review: Review) -> Floats:
        nonlocal choice
        outlook = next(outlooks)
        choice = choice or usual_choice(outlook, terms)
        sold = window[:, terms.lead : max(terms.lead, review.period)].sum(axis=1)
        orders = order_now(review, outlook, choice, terms, sold)
        ahead = outlook.mean[:, : terms.lead]
        expected.append(ahead)
        target.append(orders + run_down(review, ahead))
        told("window", len(target), len(reviews))
        return orders

    played = play(window, terms, opening, rule)
    assert choice is not None, "the window has at least one review"
    return Replay(choice, settled, played, reviews, np.stack(expected), np.stack(target))


def _settled(
    history: History,
    start: int,
    terms: Terms,
    seed: int,
    opening_window: int,
    told: Told,
) -> Choice | None:
    """The choice of least cost on the periods before the window; None where they are too few."""
    panel = history.panel
    room = min(start // SETTLING_SHARE, panel.length - start)
    room = min(room // terms.review, MAX_SETTLING_REVIEWS) * terms.review
    first = start - room
    if room <= 2 * terms.lead or first < LEAST_SEEN:
        return None
    reviews = tuple(range(0, room, terms.review))
    outlooks: dict[int, Outlook] = {}
    source = _outlooks(history, first, reviews, terms, seed)
    for review, outlook in zip(reviews, source, strict=True):
        outlooks[review] = outlook
        told("history", len(outlooks), len(reviews))
    opening = usual_opening(history.seen[:, :first], terms, window=opening_window)
    demand = history.asked[:, first:start]
    return settle_choice(outlooks, demand, terms, opening, told=partial(told, "choice"))


def _outlooks(
    history: History, first: int, reviews: tuple[int, ...], terms: Terms, seed: int
) -> Iterator[Outlook]:
    """What was expected before each review, in turn; a fit serves several where there are many."""
    panel, cover = history.panel, terms.lead + terms.review
    horizon, whole = 2 * cover, is_whole(history.asked)
    fits = min(MAX_FITS, max(1, MAX_FITTED_CELLS // (panel.count * panel.length)))
    every = -(-len(reviews) // fits)
    by_states = are_rare(history.seen[:, :first])
    forecast: PanelForecast | None = None
    states: States | None = None
    own = np.zeros(0)
    for place, review in enumerate(reviews):
        since = place % every * terms.review
        known, seen = panel.until(first + review), history.seen[:, : first + review]
        if forecast is None or since == 0:
            reach = horizon + (every - 1) * terms.review
            forecast = forecast_panel(known, reach, seed=seed)
            own = forecast.paths(range(panel.count), PATHS, seed=seed + place).astype(np.float32)
            own = np.round(own) if whole else own
        paths = {"own": own[:, :, since : since + horizon]}
        borrowed = analogue_paths(known, horizon, PATHS, cover=cover, seed=seed)
        if borrowed.shape[1]:
            paths["borrowed"] = borrowed
        if by_states:
            states = learn_states(seen, states)
            paths["states"] = state_paths(states, seen, PATHS, horizon, seed=seed + place)
        yield Outlook(forecast.mean[:, since : since + horizon], paths)
