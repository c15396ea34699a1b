"""Paths of rare sellers from hidden states: they keep a series' own pace, its end and its doubt."""

import numpy as np
import pytest

from forecasting.replay_states import MOST, are_rare, learn_states, state_paths

SLOW, FAST, DEAD = slice(0, 100), slice(100, 200), slice(200, 300)
MONTHS, DIED = 40, 20


@pytest.fixture(scope="module")
def past() -> np.ndarray:
    random = np.random.default_rng(3)
    rates = np.repeat([0.2, 3.0, 1.5], 100)[:, None]
    seen = random.poisson(rates, (300, MONTHS)).astype(float)
    seen[DEAD, DIED:] = 0.0
    return seen


def test_a_series_goes_on_at_its_own_pace_and_a_dead_one_stays_dead(past: np.ndarray) -> None:
    paths = state_paths(learn_states(past), past, 100, 6, seed=1)
    assert paths.shape == (300, 100, 6)
    assert paths[SLOW].mean() == pytest.approx(0.2, abs=0.08)
    assert paths[FAST].mean() == pytest.approx(3.0, abs=0.3)
    assert paths[DEAD].mean() < 0.05


def test_months_that_nobody_saw_are_not_taken_for_months_without_demand(past: np.ndarray) -> None:
    hidden = past.copy()
    hidden[FAST, 30:] = np.nan
    states = learn_states(hidden)
    assert state_paths(states, hidden, 100, 3, seed=1)[FAST].mean() > 2.0
    quiet = np.nan_to_num(hidden)
    assert state_paths(states, quiet, 100, 3, seed=1)[FAST].mean() < 0.5


def test_what_is_not_known_of_a_pace_makes_totals_wider_than_chance_alone() -> None:
    random = np.random.default_rng(4)
    rates = random.choice([0.3, 4.0], (400, 1))
    seen = random.poisson(rates, (400, 30)).astype(float)
    new = np.vstack([seen, np.full((1, 30), np.nan)])
    totals = state_paths(learn_states(seen), new, 400, 6, seed=2)[-1].sum(axis=1)
    assert totals.var() > 3 * totals.mean()


def test_counts_beyond_the_last_symbol_are_drawn_from_those_really_seen(past: np.ndarray) -> None:
    spiky = past.copy()
    spiky[FAST, ::5] = MOST + 37
    paths = state_paths(learn_states(spiky), spiky, 60, 10, seed=1)
    assert set(np.unique(paths[paths >= MOST])) == {MOST + 37}


def test_learning_more_months_goes_on_from_what_was_learned(past: np.ndarray) -> None:
    states = learn_states(past, learn_states(past[:, :30]))
    paths = state_paths(states, past, 100, 6, seed=1)
    np.testing.assert_array_equal(paths, state_paths(states, past, 100, 6, seed=1))
    assert paths[SLOW].mean() == pytest.approx(0.2, abs=0.08)
    for rows in (states.next, states.count, states.first[None]):
        np.testing.assert_allclose(rows.sum(axis=1), 1.0)


def test_only_whole_and_small_demand_is_counted(past: np.ndarray) -> None:
    assert are_rare(past)
    assert not are_rare(past + 0.5)
    assert not are_rare(past * 100)
    assert not are_rare(np.full((2, 5), np.nan))
