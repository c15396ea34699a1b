"""Where Prophet has a say: sums whose year their noisy members cannot show, within a budget."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting import upgrade
from forecasting.engine import PanelForecast, forecast_panel
from forecasting.frequency import frequency_of
from forecasting.models.contract import Model
from forecasting.models.prophet_model import ProphetModel
from forecasting.models.statistical import MovingAverage, SeasonalNaive
from forecasting.panel import Floats, Panel
from tests.forecasting.panels import plain_panel

HORIZON = 8
LENGTH = 140
PRICE = upgrade.price_of(LENGTH)


def rare_sellers(swing: float, *, series: int = 60, seed: int = 4) -> tuple[Panel, Floats]:
    """Weekly series that rarely sell, with a common year; what they sell on average ahead."""
    random = np.random.default_rng(seed)
    year = 1.0 + swing * np.sin(2 * np.pi * np.arange(LENGTH + HORIZON) / 52.0)
    size = random.uniform(0.45, 0.55, series)
    values = random.poisson(size[:, None] * year[None, :]).astype(float)
    values[:, 0] = 1.0
    panel = months(plain_panel(values, freq="W").until(LENGTH))
    mean = np.repeat(size[:, None], HORIZON, axis=1) * year[None, LENGTH:]
    order = [int(name[1:]) for name in panel.ids]
    return panel, mean[order]


def months(panel: Panel) -> Panel:
    """A cycle of four weeks, so that no candidate knows the year."""
    return replace(panel, frequency=frequency_of("W", 4))


def forecast(panel: Panel, seconds: float) -> PanelForecast:
    models: list[Model] = [SeasonalNaive(), MovingAverage()]
    return forecast_panel(panel, HORIZON, models=models, prophet_seconds=seconds)


@pytest.mark.slow
def test_a_sum_lends_its_members_the_year_that_none_of_them_shows() -> None:
    panel, mean = rare_sellers(0.9)
    plain, lent = forecast(panel, 0.0), forecast(panel, 2 * PRICE)
    assert set(lent.champions) == {"prophet_blend"}
    missed = np.abs(plain.mean.sum(axis=1) - mean.sum(axis=1)).sum()
    assert np.abs(lent.mean.sum(axis=1) - mean.sum(axis=1)).sum() < 0.9 * missed


@pytest.mark.slow
def test_where_no_year_is_common_nothing_moves() -> None:
    panel, _ = rare_sellers(0.0)
    plain, lent = forecast(panel, 0.0), forecast(panel, 20 * PRICE)
    assert "prophet_blend" not in lent.champions
    np.testing.assert_array_equal(lent.mean, plain.mean)
    np.testing.assert_array_equal(lent.quantiles, plain.quantiles)
    np.testing.assert_array_equal(lent.total_table, plain.total_table)


@pytest.mark.slow
def test_members_keep_their_shape_and_share_one_factor() -> None:
    panel, _ = rare_sellers(0.9)
    plain, lent = forecast(panel, 0.0).mean, forecast(panel, 2 * PRICE).mean
    sells = plain.min(axis=1) > 0
    factors = lent[sells] / plain[sells]
    np.testing.assert_allclose(factors, np.repeat(factors[:, :1], HORIZON, axis=1), rtol=1e-9)
    common = np.median(factors)
    assert abs(common - 1.0) > 0.02
    # The budget's second place went to one series of its own.
    assert np.isclose(factors[:, 0], common, rtol=1e-9).sum() >= len(factors) - 1


@pytest.mark.slow
def test_a_second_run_says_the_same() -> None:
    panel, _ = rare_sellers(0.9, series=12)
    first, second = forecast(panel, 3 * PRICE), forecast(panel, 3 * PRICE)
    assert "prophet_blend" in first.champions
    assert first.champions == second.champions
    np.testing.assert_array_equal(first.quantiles, second.quantiles)


@pytest.mark.slow
@pytest.mark.parametrize("affordable", [0, 1, 5])
def test_fits_are_never_more_than_the_budget_pays_for(
    monkeypatch: pytest.MonkeyPatch, affordable: int
) -> None:
    fits: list[int] = []

    class Counted(ProphetModel):
        def around(self, panel: Panel, horizon: int, origin: int, *, back: int = 0) -> Floats:
            fits.append(panel.count)
            return super().around(panel, horizon, origin, back=back)

    monkeypatch.setattr(upgrade, "ProphetModel", Counted)
    values = np.random.default_rng(1).poisson(
        6.0 + 5.0 * np.sin(np.arange(LENGTH) / 8.3), (40, LENGTH)
    )
    forecast(plain_panel(values.astype(float), freq="W"), (affordable + 0.5) * PRICE)
    assert sum(fits) <= 4 * affordable
    assert bool(fits) == (affordable > 0)
