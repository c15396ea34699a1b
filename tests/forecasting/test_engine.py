"""The whole engine on panels of every shape: quantiles in order, nothing from the future."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from forecasting.engine import PanelForecast, forecast_panel
from forecasting.frames import panel_of
from forecasting.frequency import frequency_of
from forecasting.losses import LEVELS
from forecasting.models.boosted import Boosted
from forecasting.models.contract import Model
from forecasting.models.statistical import MovingAverage, SeasonalNaive, Smoothing, Theta
from forecasting.panel import Panel
from tests.forecasting.panels import demand_panel, plain_panel


def quick(horizon: int) -> list[Model]:
    return [
        SeasonalNaive(),
        MovingAverage(),
        Smoothing(),
        Theta(),
        Boosted(horizon=horizon, trees=10, bags=1, max_rows=3_000),
    ]


def run(panel: Panel, horizon: int = 8, *, seed: int = 0) -> PanelForecast:
    return forecast_panel(panel, horizon, models=quick(horizon), total_steps=[3], seed=seed)


@pytest.fixture(scope="module")
def said() -> PanelForecast:
    """A forecast that tests only look at."""
    return run(demand_panel(periods=200))


def test_quantiles_of_periods_and_totals_never_cross_and_are_never_negative(
    said: PanelForecast,
) -> None:
    for table in (said.quantiles, *(said.totals(steps) for steps in range(1, 9))):
        assert (table >= 0).all()
        assert (np.diff(table, axis=-1) >= 0).all()
    rising = np.stack([said.totals(steps) for steps in range(1, 9)])
    assert (np.diff(rising, axis=0) >= -1e-9).all(), "more periods, more demand"
    assert said.quantiles.shape == (12, 8, len(LEVELS))


def test_trap_36_changing_what_happened_after_the_cutoff_changes_nothing() -> None:
    panel = demand_panel(series=6, periods=120)
    later = panel.y.copy()
    later[:, 100:] = np.random.default_rng(1).random(later[:, 100:].shape) * 900
    shocked = replace(panel, y=later)
    first, second = run(panel.until(100)), run(shocked.until(100))
    np.testing.assert_array_equal(first.mean, second.mean)
    np.testing.assert_array_equal(first.quantiles, second.quantiles)
    np.testing.assert_array_equal(first.total_table, second.total_table)
    assert first.scores == second.scores


def test_the_same_panel_and_seed_give_the_same_numbers() -> None:
    panel = demand_panel(series=5, periods=90)
    first, second = run(panel, seed=4), run(panel, seed=4)
    np.testing.assert_array_equal(first.quantiles, second.quantiles)
    np.testing.assert_array_equal(first.paths([1, 3], 30), second.paths([1, 3], 30))


def test_announced_closed_periods_are_forecast_at_zero() -> None:
    panel = demand_panel(series=6, periods=120)
    said = run(panel.until(panel.length - 8))
    shut = panel.closed_ahead(panel.length - 8, 8)
    assert shut.any()
    assert (said.mean[shut] == 0).all()
    assert (said.quantiles[shut] == 0).all()


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(np.array([[5.0]]), id="one observation"),
        pytest.param(np.array([[5.0, 6.0, 4.0]]), id="three periods"),
        pytest.param(np.zeros((3, 60)) + np.eye(3, 60), id="one sale each"),
        pytest.param(np.full((1, 80), 3.0), id="one constant series"),
        pytest.param(np.vstack([np.zeros(60), np.full(60, 2.0)]), id="a series of zeros"),
        pytest.param(np.vstack([np.full(60, np.nan), np.full(60, 2.0)]), id="a series never seen"),
        pytest.param(np.full((2, 50), 3e12), id="huge values"),
        pytest.param(np.full((2, 50), 1e-6) * [[1.0], [1e12]], id="sizes twelve powers apart"),
    ],
)
def test_odd_panels_are_forecast(values: np.ndarray) -> None:
    panel = plain_panel(values)
    said = run(panel, 5)
    for table in (said.mean, said.quantiles, said.total_table, said.paths([0], 10)):
        assert np.isfinite(table).all()
        assert (table >= 0).all()
    highest = np.nan_to_num(values).max()
    assert said.mean.max() <= 3 * highest + 1e-9


def test_a_series_of_zeros_is_forecast_at_zero() -> None:
    said = run(plain_panel(np.vstack([np.zeros(60), np.full(60, 2.0)])), 5)
    assert said.mean[0].sum() == 0
    assert said.quantiles[0].sum() == 0


@pytest.mark.parametrize(("freq", "periods"), [("W-THU", 90), ("MS", 40)])
def test_weeks_and_months_are_forecast(freq: str, periods: int) -> None:
    panel = demand_panel(series=5, periods=periods, freq=freq)
    said = run(panel, 4)
    assert len(said.days) == 4
    assert (said.days > panel.days[panel.length - 1]).all()


def test_forecasts_scale_with_the_unit() -> None:
    panel = demand_panel(series=5, periods=90)
    large = replace(panel, y=panel.y * 1024.0)
    cheap = [SeasonalNaive(), MovingAverage(), Smoothing(), Theta()]
    first = forecast_panel(panel, 5, models=cheap)
    second = forecast_panel(
        large, 5, models=[SeasonalNaive(), MovingAverage(), Smoothing(), Theta()]
    )
    np.testing.assert_allclose(second.mean, first.mean * 1024.0, rtol=1e-9)


def test_joint_paths_keep_the_quantiles_and_hang_together(said: PanelForecast) -> None:
    rows = np.arange(12)
    paths = said.paths(rows, 400, seed=2)
    assert paths.shape == (12, 400, 8)
    median = np.quantile(paths, 0.5, axis=1)
    upper = said.quantiles[:, :, LEVELS.index(0.9)] + 0.5  # rounded to whole units; paths are not
    assert (median <= upper).mean() > 0.95
    inside = (paths <= upper[:, None, :]).mean()
    assert 0.8 < inside < 0.97
    np.testing.assert_array_equal(said.paths([3], 50, seed=1), said.paths([3], 50, seed=1))


def test_totals_are_narrower_than_the_sum_of_quantiles(said: PanelForecast) -> None:
    top = LEVELS.index(0.95)
    sums = said.quantiles[:, :8, top].sum(axis=1)
    assert said.totals(8)[:, top].sum() < sums.sum()


@pytest.mark.parametrize("rate", [0.3, 3.0])
def test_totals_of_one_item_are_no_surer_than_chance(rate: float) -> None:
    """Customers who come on their own are the most regular that counted demand can be."""
    sold = np.random.default_rng(6).poisson(rate, (1, 40)).astype(float)
    said = run(plain_panel(sold, freq="MS"), 8)
    low, high = LEVELS.index(0.05), LEVELS.index(0.95)
    for steps in (2, 4, 8):
        mean = said.mean[0, :steps].sum()
        assert said.totals(steps)[0, low] <= poisson.ppf(0.05, mean)
        assert said.totals(steps)[0, high] >= poisson.ppf(0.95, mean)


def test_a_series_never_on_offer_takes_the_early_sales_of_its_likes() -> None:
    panel = demand_panel(series=10, periods=90)
    y = panel.y.copy()
    y[4] = np.nan
    known = {name: values.copy() for name, values in panel.known.items()}
    offered = panel.offered_from.copy()
    offered[4] = 10_000
    said = run(replace(panel, y=y, known=known, offered_from=offered), 5)
    assert said.mean[4].min() > 0


def test_trap_33_sparse_series_are_never_forecast_negative_and_scores_are_finite() -> None:
    random = np.random.default_rng(0)
    values = random.poisson(0.15, (20, 150)).astype(float)
    said = run(plain_panel(values), 7)
    assert (said.mean >= 0).all()
    assert said.mean.mean() == pytest.approx(0.15, abs=0.08)
    assert all(np.isfinite(score.rmsse) for score in said.scores)


def test_trap_30_a_moving_feast_is_learned_by_its_distance_not_its_day_of_year() -> None:
    random = np.random.default_rng(5)
    days = np.arange("2021-06-01", "2024-03-20", dtype="datetime64[D]")
    feasts = np.array(["2022-02-01", "2023-01-22", "2024-02-10"], dtype="datetime64[D]")
    level = np.full(len(days), 40.0)
    for feast in feasts:
        level[(days >= feast - 7) & (days < feast)] = 120.0
    values = random.poisson(level, (12, len(days))).astype(float)
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat([f"S{row}" for row in range(12)], len(days)),
            "ds": np.tile(days, 12),
            "y": values.reshape(-1),
        }
    )
    panel = panel_of(frame, frequency_of("D"))
    cutoff = int(np.flatnonzero(days == feasts[2] - 14)[0])
    model = Boosted(horizon=28, trees=60, max_rows=15_000).fit(panel.until(cutoff))
    said = model.predict(panel.until(cutoff), 28, [cutoff])[0].mean(axis=0)
    ahead = days[cutoff : cutoff + 28]
    before_feast = (ahead >= feasts[2] - 7) & (ahead < feasts[2])
    assert said[before_feast].mean() > 1.8 * said[~before_feast].mean()


@pytest.mark.slow
def test_where_demand_answers_to_prices_a_price_on_trial_makes_totals_better() -> None:
    random = np.random.default_rng(5)
    jumps = np.where(random.random((24, 98)) < 1 / 12, random.normal(0, 0.2, (24, 98)), 0.0)
    price = np.clip(10.0 * np.exp(np.cumsum(jumps, axis=1)), 4.0, 25.0)
    mean = np.exp(random.normal(3.0, 0.7, (24, 1))) * (price / 10.0) ** -2.0
    whole = plain_panel(random.poisson(mean).astype(float), freq="W-SUN")
    rows = [int(name[1:]) for name in whole.ids]
    panel = replace(whole, on_trial={"price": price[rows]}).until(90)
    heard, deaf = (forecast_panel(one, 8) for one in (panel, replace(panel, on_trial={})))
    assert heard.weights is not None
    assert heard.weights.counts("boosted_priced")
    missed = [
        np.abs(whole.y[:, 90:].sum(axis=1) - one.mean.sum(axis=1)).sum() for one in (heard, deaf)
    ]
    assert missed[0] < 0.95 * missed[1]


def test_lumpy_sellers_among_steady_ones_are_forecast_near_what_they_sell() -> None:
    random = np.random.default_rng(1)
    demand = random.poisson(random.uniform(1, 8, (12, 1)), (12, 80)).astype(float)
    demand[3], demand[4] = 0.0, 0.0
    demand[3, 5::7], demand[4, 8::14] = 40.0, 40.0
    panel = plain_panel(demand, freq="W-SUN")
    made = forecast_panel(panel, 8)
    for name, row in (("S3", 3), ("S4", 4)):
        place = panel.ids.index(name)
        pace = demand[row].mean()
        assert 0.7 * pace < made.mean[place].mean() < 1.4 * pace
        high = made.totals(8)[place, LEVELS.index(0.95)]
        assert high > 8 * made.mean[place].mean() / 2, "what may come in eight weeks is no trifle"


@pytest.mark.parametrize("series", [3, 40])
def test_trap_30_goods_out_of_season_are_known_to_come_back(series: int) -> None:
    """Sold in five weeks of the year only: the trial before the season sees nothing at all."""
    demand = np.zeros((series, 148))
    season = np.isin(np.arange(148) % 52, range(44, 49))
    random = np.random.default_rng(2)
    demand[:, season] = random.poisson(12.0, (series, int(season.sum())))
    panel = plain_panel(demand, freq="W-SUN").until(148)
    made = forecast_panel(panel, 8)
    came = 60.0
    assert made.mean[:, :5].sum() > 0.5 * came * series
    assert made.mean[:, 5:].sum() < 0.1 * came * series
    totals = made.totals(8)
    assert (totals[:, LEVELS.index(0.5)] > 0.6 * came).mean() > 0.9
    assert (totals[:, LEVELS.index(0.95)] > 0.9 * came).mean() > 0.9


def test_goods_that_are_gone_for_more_than_a_year_are_not_taken_for_seasonal() -> None:
    demand = np.zeros((4, 160))
    demand[:, 0:60] = np.random.default_rng(2).poisson(0.3, (4, 60))
    made = forecast_panel(plain_panel(demand, freq="W-SUN"), 8)
    assert made.mean.sum() < 0.1 * 0.3 * 8 * 4
