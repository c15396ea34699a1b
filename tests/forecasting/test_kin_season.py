"""The season of kin: a year seen once is borrowed from those who saw it, as sales allow."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting.backtest import saw_one_year
from forecasting.engine import forecast_panel
from forecasting.models.kin_season import KinSeason, season_of_kin, yearly_growth
from forecasting.panel import Panel
from tests.forecasting.panels import plain_panel

WEEKS, AHEAD = 74, 8
PEAK = 74 - 52 + 4  # the week of the first year that repeats four weeks after the history


def curve(weeks: np.ndarray, height: float = 3.0) -> np.ndarray:
    """A season of some weeks, each year anew."""
    away = np.abs((weeks - PEAK + 26) % 52 - 26)
    return np.asarray(1.0 + height * np.exp(-0.5 * (away / 4.0) ** 2))


def season_panel(pace: float, series: int = 60, seed: int = 3) -> tuple[Panel, np.ndarray]:
    """Half of the series sell in the season, half never know it; and their true demand ahead."""
    random = np.random.default_rng(seed)
    along = np.arange(WEEKS + AHEAD)
    order = sorted(range(series), key=str)  # in which a panel lays out its ids
    kind = np.asarray(order) % 2
    truth = pace * np.where(kind[:, None] == 1, curve(along), 1.0)
    y = random.poisson(truth[:, :WEEKS]).astype(float)
    y[:, 0] = np.maximum(y[:, 0], 1.0)  # all are on sale from the first week
    panel = plain_panel(y[np.argsort(order)], freq="W-SUN")
    static = {"category": kind.astype(np.float64)}
    panel = replace(panel, static=static, categorical=frozenset(static))
    return panel, truth[:, WEEKS:]


def said(panel: Panel) -> np.ndarray:
    return KinSeason().fit(panel).predict(panel.reaching(AHEAD), AHEAD, [panel.length])[0]


@pytest.mark.parametrize(("pace", "off"), [(0.5, 0.35), (4.0, 0.1)])
def test_a_category_has_its_season_and_the_other_has_none(pace: float, off: float) -> None:
    panel, truth = season_panel(pace)
    found, kind = said(panel), panel.static["category"]
    for one in (0, 1):
        rows = kind == one
        assert found[rows].sum() == pytest.approx(truth[rows].sum(), rel=off)


def test_trap_27_who_was_out_of_stock_last_season_takes_it_from_its_kin() -> None:
    panel, truth = season_panel(2.0)
    hidden = (panel.static["category"] == 1) & (np.arange(panel.count) < 20)
    y = panel.y.copy()
    y[hidden, PEAK - 8 : PEAK + 9] = np.nan
    found = said(replace(panel, y=y))
    assert found[hidden].sum() == pytest.approx(truth[hidden].sum(), rel=0.2)


@pytest.mark.parametrize(("pace", "least", "most"), [(0.3, -0.1, 0.4), (60.0, 0.7, 1.1)])
def test_a_season_of_its_own_is_believed_as_far_as_sales_carry(
    pace: float, least: float, most: float
) -> None:
    """One of forty sells in a season that nobody else has."""
    mean = np.full((40, WEEKS), pace)
    mean[0] *= curve(np.arange(WEEKS))
    y = np.random.default_rng(3).poisson(mean).astype(float)
    factor = season_of_kin(y, np.ones(y.shape, dtype=bool), 52, [], 2)[0]
    rise = factor[PEAK - 3 : PEAK + 4].mean() / factor[:12].mean() - 1.0
    assert least <= rise / (curve(np.arange(PEAK - 3, PEAK + 4)).mean() - 1.0) <= most


def test_growth_that_all_share_goes_on() -> None:
    truth = 5.0 * np.exp(0.3 * np.arange(WEEKS + AHEAD) / 52)
    y = np.random.default_rng(3).poisson(truth[:WEEKS], (80, WEEKS)).astype(float)
    assert 0.15 < yearly_growth(y, 52) < 0.31
    assert yearly_growth(y[:, :52], 52) == 0.0
    found = said(plain_panel(y, freq="W-SUN")).mean(axis=0)
    np.testing.assert_allclose(found, truth[WEEKS:], rtol=0.08)


def test_money_has_the_season_that_pieces_have() -> None:
    panel, _ = season_panel(2.0)
    dear = said(replace(panel, y=panel.y * 1250.0))
    np.testing.assert_allclose(dear, 1250.0 * said(panel), rtol=1e-9)


@pytest.mark.parametrize(
    ("freq", "periods", "horizon", "one"),
    [
        ("W-SUN", 51, 8, False),
        ("W-SUN", 52, 8, True),
        ("W-SUN", 78, 18, True),
        ("W-SUN", 97, 8, False),
        ("MS", 14, 6, True),
        ("MS", 33, 12, False),
        ("D", 400, 28, False),
    ],
)
def test_the_season_of_kin_competes_where_the_trial_does_not_know_a_year(
    freq: str, periods: int, horizon: int, one: bool
) -> None:
    assert saw_one_year(plain_panel(np.ones((2, periods)), freq=freq), horizon) == one


def test_a_season_that_the_trial_did_not_see_is_forecast_from_the_year_before() -> None:
    """Seventeen months: the trial asks in quiet weeks, the season stands before the door."""
    panel, truth = season_panel(4.0)
    made = forecast_panel(panel, AHEAD)
    rows = panel.static["category"] == 1
    assert made.mean[rows].sum() > 0.75 * truth[rows].sum()  # 0.62 without
    assert made.mean[~rows].sum() == pytest.approx(truth[~rows].sum(), rel=0.15)
