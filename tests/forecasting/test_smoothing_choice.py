"""How fast a level forgets: a long history speaks for itself, a short one listens to the panel."""

from dataclasses import replace

import numpy as np

from forecasting.models.statistical import Smoothing
from forecasting.panel import Panel
from tests.forecasting.panels import plain_panel

LENGTH = 400


def _panel_of_steady_series_and_one(other: np.ndarray) -> Panel:
    random = np.random.default_rng(5)
    steady = random.poisson(20.0, (30, LENGTH)).astype(float)
    return plain_panel(np.vstack([other, steady]))


def _jumps() -> np.ndarray:
    """A level that moves every two weeks and is sold exactly: only a short memory keeps up."""
    levels = np.random.default_rng(6).uniform(5.0, 60.0, LENGTH // 14 + 1)
    return np.repeat(np.round(levels), 14)[:LENGTH]


def test_a_long_history_of_its_own_decides() -> None:
    panel = _panel_of_steady_series_and_one(_jumps())
    half_lives = Smoothing().fit(panel).half_life_
    assert half_lives[0] == min(panel.frequency.half_lives)
    assert np.median(half_lives[1:]) == max(panel.frequency.half_lives)


def test_a_short_history_forgets_as_the_others_do() -> None:
    panel = _panel_of_steady_series_and_one(_jumps())
    short = panel.y.copy()
    short[0, :-20] = np.nan
    half_lives = Smoothing().fit(replace(panel, y=short)).half_life_
    assert half_lives[0] == max(panel.frequency.half_lives)
