"""The blend: weights that earn their place, and how far rare sellers lean to their middle."""

import numpy as np
import pytest

from forecasting.stacking import LEANS, lean_to_middle, learn_weights

RARE = np.ones(40, dtype=bool)


def _rare_demand(rate: float) -> np.ndarray:
    return np.random.default_rng(4).poisson(rate, (6, 40, 5)).astype(float)


def test_where_demand_fades_the_forecast_leans_to_its_middle() -> None:
    fading = _rare_demand(0.15)
    said, nothing = np.full(fading.shape, 0.3), np.zeros(fading.shape)
    assert lean_to_middle(fading, said, nothing, np.full(40, 0.3), RARE) == LEANS[-1]


def test_where_demand_keeps_up_nothing_is_taken_off() -> None:
    steady = _rare_demand(0.3)
    said, nothing = np.full(steady.shape, 0.28), np.zeros(steady.shape)
    assert lean_to_middle(steady, said, nothing, np.full(40, 0.3), RARE) == 0.0


def test_without_rare_sellers_nothing_leans() -> None:
    steady = _rare_demand(0.3)
    said = np.full(steady.shape, 0.3)
    assert lean_to_middle(steady, said, said, np.full(40, 0.3), ~RARE) == 0.0


@pytest.mark.parametrize(("series", "flattered"), [(2, 0.1), (15, 0.55), (30, 1.0)])
def test_a_few_rare_sellers_are_forecast_by_what_they_sold_not_by_who_says_zero(
    series: int, flattered: float
) -> None:
    actual = np.random.default_rng(4).poisson(0.1, (8, series, 6)).astype(float)
    said = {name: np.full(actual.shape, 0.8) for name in ("tsb", "croston_sba")}
    said["boosted"] = np.zeros(actual.shape)
    segment = np.ones(series, dtype=np.int64)
    weights = learn_weights(actual, said, np.full(series, 0.8), segment)
    zero = weights.table[1, weights.names.index("boosted")]
    assert zero <= flattered
    assert zero > flattered / 2
    assert weights.table[1].sum() == pytest.approx(1.0)


def test_a_few_rare_sellers_are_forecast_by_who_knows_their_day_where_the_trial_shows_it() -> None:
    """Seven on every seventh day: flat forecasts of many rare sellers know no weekday."""
    actual = np.zeros((8, 3, 14))
    actual[:, :, 6::7] = 7.0
    said = {name: np.full(actual.shape, 0.9) for name in ("tsb", "croston_sba")}
    said |= {"boosted": 0.95 * actual, "smoothing": np.zeros(actual.shape)}
    weights = learn_weights(actual, said, np.ones(3), np.ones(3, dtype=np.int64))
    assert weights.table[1, weights.names.index("boosted")] == pytest.approx(1.0)


def test_who_says_zero_is_not_believed_for_a_trial_in_which_nothing_was_sold() -> None:
    said = {name: np.full((8, 3, 6), 0.8) for name in ("tsb", "croston_sba")}
    said["boosted"] = np.zeros((8, 3, 6))
    weights = learn_weights(np.zeros((8, 3, 6)), said, np.ones(3), np.ones(3, dtype=np.int64))
    assert weights.table[1, weights.names.index("boosted")] <= 0.1


@pytest.mark.parametrize(("noise", "heard"), [(0.9, True), (0.99, False)])
def test_prices_are_heard_only_where_the_trial_is_clearly_better_for_it(
    noise: float, heard: bool
) -> None:
    random = np.random.default_rng(8)
    actual = random.normal(20.0, 1.0, (8, 60, 6))
    wrong = random.normal(0.0, 1.0, actual.shape)
    said = {"boosted": actual + wrong, "boosted_priced": actual + noise * wrong}
    segment = np.zeros(60, dtype=np.int64)
    weights = learn_weights(actual, said, np.full(60, 20.0), segment)
    assert weights.counts("boosted_priced") == heard


def test_a_candidate_tried_smaller_than_it_is_keeps_its_place() -> None:
    random = np.random.default_rng(8)
    actual = random.normal(20.0, 1.0, (8, 60, 6))
    names = {
        "theta": actual + random.normal(0.0, 1.0, actual.shape),
        "boosted": actual + random.normal(0.0, 1.12, actual.shape),
        "moving_average": actual + random.normal(0.0, 1.6, actual.shape),
    }
    weights = learn_weights(actual, names, np.full(60, 20.0), np.zeros(60, dtype=np.int64))
    found = dict(zip(weights.names, weights.table[0], strict=True))
    assert found["boosted"] > 0.25
    assert found["moving_average"] == 0.0


def test_a_candidate_that_repeats_another_counts_once() -> None:
    random = np.random.default_rng(8)
    actual = random.normal(20.0, 1.0, (8, 60, 6))
    level = actual + random.normal(0.0, 1.0, actual.shape)
    names = {
        "moving_average": level,
        "theta": actual + random.normal(0.0, 1.0, actual.shape),
        "year_ago": level,
    }
    weights = learn_weights(actual, names, np.full(60, 20.0), np.zeros(60, dtype=np.int64))
    found = dict(zip(weights.names, weights.table[0], strict=True))
    assert not weights.counts("year_ago")
    assert found["moving_average"] == pytest.approx(found["theta"], abs=0.1)
    without = {name: said for name, said in names.items() if name != "year_ago"}
    assert (weights.blend(without) == weights.blend(names)).all()


@pytest.mark.parametrize(("series", "learned"), [(1, 0.275), (15, 0.625), (30, 1.0), (90, 1.0)])
def test_weights_of_a_few_steady_series_are_drawn_to_what_many_series_taught(
    series: int, learned: float
) -> None:
    random = np.random.default_rng(8)
    actual = random.normal(20.0, 1.0, (8, series, 6))
    names = {
        "moving_average": actual,  # right by chance: the others do not earn a place
        "theta": actual + random.normal(0.0, 1.0, actual.shape),
        "boosted": actual + random.normal(0.0, 1.0, actual.shape),
    }
    segment = np.zeros(series, dtype=np.int64)
    weights = learn_weights(actual, names, np.full(series, 20.0), segment)
    found = dict(zip(weights.names, weights.table[0], strict=True))
    assert found["moving_average"] == pytest.approx(learned)
    assert found["boosted"] == pytest.approx(3 * found["theta"])
    assert weights.table[0].sum() == pytest.approx(1.0)


@pytest.mark.parametrize(("noise", "first"), [(0.95, True), (1.0, True), (1.5, False)])
def test_who_knows_the_season_speaks_for_those_who_do_not_unless_the_trial_is_against_it(
    noise: float, first: bool
) -> None:
    """In quiet months level and season say the same: equal weights would halve the season."""
    random = np.random.default_rng(8)
    actual = random.normal(20.0, 1.0, (8, 60, 6))
    wrong = random.normal(0.0, 1.0, actual.shape)
    names = {
        "moving_average": actual + wrong,
        "tsb": actual + 0.9 * wrong + random.normal(0.0, 0.4, actual.shape),
        "boosted": actual + random.normal(0.0, 1.0, actual.shape),
        "kin_season": actual + noise * wrong,
    }
    weights = learn_weights(actual, names, np.full(60, 20.0), np.zeros(60, dtype=np.int64))
    assert weights.counts("kin_season") == first
    assert (weights.counts("moving_average") or weights.counts("tsb")) != first
    assert weights.counts("boosted")
    assert weights.table[0].sum() == pytest.approx(1.0)
