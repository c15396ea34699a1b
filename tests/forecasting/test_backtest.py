"""Origins, champions, weights, feasts, intervals: decisions on cases with a known answer."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecasting.backtest import Trial, choose_champions, outer_cutoffs, trial_origins
from forecasting.feasts import calendar_by_country, felt_feasts, with_feasts
from forecasting.intervals import learn_ratios, mirrored
from forecasting.stacking import learn_weights, segments_of
from inventory_core.catalog.sale_event_dates import PRIME_DAYS
from inventory_core.catalog.sale_events import Feast
from tests.forecasting.panels import plain_panel

RANDOM = np.random.default_rng(0)


def test_the_last_cutoff_lies_a_horizon_before_the_end_and_others_a_step_apart() -> None:
    assert outer_cutoffs(100, horizon=28, step=7, origins=3) == [58, 65, 72]
    assert outer_cutoffs(30, horizon=28, step=7, origins=3) == [2]


@pytest.mark.parametrize("length", [1, 2, 3, 5, 12, 40, 90, 500])
@pytest.mark.parametrize("horizon", [1, 8, 28, 90])
def test_trial_origins_lie_inside_the_history_in_order(length: int, horizon: int) -> None:
    origins = trial_origins(plain_panel(np.ones((1, length))), horizon)
    assert list(origins) == sorted(set(origins))
    assert all(1 <= origin < length for origin in origins)
    if length >= 3 * horizon:
        assert max(origins) + horizon <= length


def trial_of(actual: np.ndarray, **forecasts: np.ndarray) -> Trial:
    origins = tuple(range(10, 10 + len(actual)))
    return Trial(origins, actual, forecasts, np.nanmean(actual, axis=(0, 2)))


def test_weights_go_to_the_candidate_that_is_right_and_sum_to_one() -> None:
    actual = RANDOM.poisson(20, (4, 40, 10)).astype(float) * np.linspace(1, 3, 10)
    noise = RANDOM.normal(0, 30, actual.shape)
    right, wrong = actual + RANDOM.normal(0, 3, actual.shape), actual + noise
    segment = np.zeros(40, dtype=np.int64)
    weights = learn_weights(actual, {"right": right, "wrong": wrong}, np.full(40, 40.0), segment)
    assert weights.table.sum(axis=1) == pytest.approx(1.0)
    assert (weights.table >= 0).all()
    assert weights.table[0, 0] > 0.9


def test_equally_good_candidates_share_the_weight() -> None:
    actual = np.full((4, 60, 8), 50.0)
    first, second = (actual + RANDOM.normal(0, 5, actual.shape) for _ in range(2))
    weights = learn_weights(
        actual, {"a": first, "b": second}, np.full(60, 50.0), np.zeros(60, dtype=np.int64)
    )
    np.testing.assert_allclose(weights.table[0], 0.5, atol=0.05)


def test_a_champion_must_beat_the_baseline() -> None:
    actual = np.full((4, 30, 6), 10.0)
    bad = actual + 5.0
    trial = trial_of(actual, seasonal_naive=actual + 1.0, theta=bad, blend=bad)
    champions = choose_champions(trial, np.zeros(30, dtype=np.int64))
    assert set(champions) == {"seasonal_naive"}


def test_the_middle_of_what_never_sold_is_no_champion() -> None:
    nothing = np.zeros((4, 30, 6))
    little = nothing + 0.2
    trial = trial_of(nothing, seasonal_naive=little, boosted_middle=nothing, blend=little)
    assert set(choose_champions(trial, np.zeros(30, dtype=np.int64))) == {"blend"}


def test_the_blend_wins_ties() -> None:
    actual = np.full((4, 30, 6), 10.0)
    near = actual + 1.0
    trial = trial_of(actual, seasonal_naive=actual + 3.0, theta=near, blend=near)
    assert set(choose_champions(trial, np.zeros(30, dtype=np.int64))) == {"blend"}


def test_learned_quantiles_cover_what_they_say_and_know_their_kind() -> None:
    count = 12_000
    base = RANDOM.uniform(5, 50, count)
    wild = RANDOM.random(count) < 0.5
    actual = base * np.exp(RANDOM.normal(0, np.where(wild, 0.8, 0.1)))
    noise = RANDOM.random((count, 3))
    features = np.column_stack([np.log(base), wild, noise])
    learned = learn_ratios(features[::2], base[::2], actual[::2], seed=1)
    said = learned.at(features[1::2], base[1::2])
    low, high = learned.levels.index(0.05), learned.levels.index(0.95)
    rest = actual[1::2]
    inside = (rest >= said[:, low]) & (rest <= said[:, high])
    for kind in (True, False):
        assert inside[wild[1::2] == kind].mean() == pytest.approx(0.9, abs=0.04)
    assert (np.diff(said, axis=1) >= 0).all()


def test_what_a_few_series_met_many_times_over_is_not_taken_for_certain() -> None:
    random = np.random.default_rng(4)
    surprises = random.lognormal(0.0, 0.4, 12)  # each told by twenty overlapping totals
    features = random.normal(size=(12, 4)).repeat(20, axis=0)
    learned = learn_ratios(features, np.ones(240), surprises.repeat(20), seed=1, alike=20.0)
    fresh = random.lognormal(0.0, 0.4, 4000)
    quantiles = learned.at(random.normal(size=(4000, 4)), np.ones(4000))
    low, high = (quantiles[:, learned.levels.index(level)] for level in (0.05, 0.95))
    assert np.mean((low <= fresh) & (fresh <= high)) > 0.8


def test_without_past_errors_a_wide_prior_is_used() -> None:
    learned = learn_ratios(np.zeros((3, 2)), np.ones(3), np.ones(3), seed=0)
    said = learned.at(np.zeros((2, 2)), np.array([0.0, 20.0]))
    assert (said[0] == 0).all()
    middle = learned.levels.index(0.5)
    assert 10 < said[1, middle] < 20
    assert said[1, -1] > 40


def test_an_error_shared_by_all_widens_without_shifting() -> None:
    base = np.full((1, 200, 5), 10.0)
    actual = base * 1.2
    turned = mirrored(base, actual, seed=0)
    assert sorted(set(np.round(turned.reshape(-1), 6))) == [pytest.approx(8.333333), 12.0]


def test_segments_tell_sparse_from_steady_and_young_from_old() -> None:
    values = np.vstack([np.full((2, 200), 9.0), np.zeros((2, 200))])
    values[2:, ::20] = 1.0
    values[1, :190] = np.nan
    codes = segments_of(plain_panel(values))
    assert codes[0] & 1 == 0
    assert codes[2] & 1 == 1
    assert codes[1] & 2 == 2


def test_only_feasts_that_moved_demand_before_are_kept() -> None:
    days = np.arange("2021-01-01", "2023-12-20", dtype="datetime64[D]")
    y = np.full((4, len(days)), 30.0)
    for feast in np.array(["2021-04-04", "2022-04-17", "2023-04-09"], dtype="datetime64[D]"):
        y[:, (days >= feast - 7) & (days < feast)] = 60.0
    panel = plain_panel(y)
    panel = replace(panel, days=days)
    assert felt_feasts(panel) == {"": ("feast_easter",)}


def test_trap_30_a_feast_of_one_country_counts_there_and_nowhere_else() -> None:
    days = np.arange("2022-01-01", "2023-12-20", dtype="datetime64[D]")
    diwali = (date(2022, 10, 24), date(2023, 11, 12))
    y = np.full((6, len(days)), 30.0)
    for feast in np.array(diwali, dtype="datetime64[D]"):
        y[:3, (days >= feast - 7) & (days < feast)] = 60.0
    panel = replace(
        plain_panel(y),
        days=days,
        events=(Feast("own_diwali", diwali, "IN"),),
        country=("IN",) * 3 + ("US",) * 3,
    )
    assert felt_feasts(panel) == {"": (), "IN": ("feast_own_diwali",)}
    calendar, place = calendar_by_country(panel, felt_feasts(panel))
    away = calendar["feast_own_diwali"][place]
    assert (away[:3, days == np.datetime64("2023-11-10")] == -2).all()
    assert np.isnan(away[3:]).all()
    assert felt_feasts(panel.select(np.array([3, 4]))) == {"": ()}


def test_trap_30_a_date_for_one_country_moves_a_known_feast_there_alone() -> None:
    days = np.arange("2023-01-01", "2025-12-20", dtype="datetime64[D]")
    japan = tuple(date(year, 5, 20) for year in (2023, 2024, 2025))
    y = np.full((4, len(days)), 30.0)
    for feast in np.array(["2023-07-11", "2024-07-16", "2025-07-08"], dtype="datetime64[D]"):
        y[:2, (days >= feast) & (days < feast + 4)] = 90.0
    for feast in np.array(japan, dtype="datetime64[D]"):
        y[2:, (days >= feast) & (days < feast + 4)] = 90.0
    panel = replace(
        plain_panel(y),
        days=days,
        events=(Feast("prime_day", japan, "JP"),),
        country=("US", "US", "JP", "JP"),
    )
    calendar, place = calendar_by_country(panel, felt_feasts(panel))
    starts = [list(days[row == 0]) for row in calendar["feast_prime_day"][place]]
    assert starts[0] == starts[1] == [np.datetime64(day) for day in PRIME_DAYS[8:11]]
    assert starts[2] == starts[3] == [np.datetime64(day) for day in japan]


def test_near_a_moving_feast_the_day_of_the_year_says_nothing() -> None:
    calendar = {"of_year": np.arange(4.0), "feast_easter": np.array([np.nan, -9.0, -1.0, 0.0])}
    kept = with_feasts(calendar, ("feast_easter",))
    np.testing.assert_array_equal(kept["of_year"], [0.0, 1.0, np.nan, np.nan])
    assert "feast_easter" not in with_feasts(calendar, ())
