"""Losses against hand-counted cases and against the independent scorer where it is present."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.frequency import frequency_of
from forecasting.losses import (
    LEVELS,
    bias,
    coverage,
    mase,
    pinball,
    rmsse,
    scaled_pinball_loss,
    season_scale,
    step_scale,
    total_wape,
    wape,
    weighted_quantile_loss,
)
from forecasting.rolling import forecast_frame, roll
from tests.forecasting.panels import demand_frame, demand_panel

SCORER = Path(os.environ.get("YIBEN_SCORER", "../shared/score/evaluate.py")).resolve()


def test_losses_of_a_case_counted_by_hand() -> None:
    y = np.array([[4.0, np.nan, 2.0], [0.0, 10.0, 4.0]])
    mean = np.array([[2.0, 50.0, 4.0], [0.0, 8.0, 8.0]])
    assert wape(y, mean) == pytest.approx(10 / 20)
    assert bias(y, mean) == pytest.approx(2 / 20)
    assert total_wape(y, mean) == pytest.approx((0 + 2) / 20)
    assert rmsse(y, mean, np.array([2.0, np.nan])) == pytest.approx(1.0)
    assert mase(y, mean, np.array([2.0, 1.0])) == pytest.approx((1.0 + 2.0) / 2)
    assert coverage(y, mean - 2, mean + 2) == pytest.approx(4 / 5)


def test_pinball_weighs_the_two_sides_by_the_level() -> None:
    np.testing.assert_allclose(
        pinball(np.array([10.0, 0.0]), np.array([4.0, 4.0]), 0.9), [5.4, 0.4]
    )


def test_an_exact_forecast_loses_nothing_and_an_empty_one_has_no_value() -> None:
    y = np.array([[1.0, 2.0]])
    assert weighted_quantile_loss(y, np.repeat(y[..., None], len(LEVELS), axis=-1)) == 0.0
    assert np.isnan(wape(np.full((1, 2), np.nan), y))


@pytest.mark.skipif(not SCORER.is_file(), reason=f"the independent scorer {SCORER} is not here")
@pytest.mark.slow
def test_losses_equal_the_independent_scorer(tmp_path: Path) -> None:
    frame, panel = demand_frame(series=9, periods=120), demand_panel(series=9, periods=120)
    cutoff, horizon = panel.length - 14, 14
    rounds = list(roll(panel, horizon, step=14, origins=1, rows=np.arange(9)))
    forecast_frame(rounds, np.arange(9), panel.ids).to_parquet(tmp_path / "said.parquet")
    frame.to_parquet(tmp_path / "actual.parquet")
    command = [sys.executable, str(SCORER), "--actuals", str(tmp_path / "actual.parquet")]
    command += ["--forecasts", str(tmp_path / "said.parquet"), "--season", "7", "--mask", "open"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    for name, value in rounds[0].ours.items():
        assert value == pytest.approx(told[name], abs=2e-5), name
    actual, past = panel.y[:, cutoff:], panel.y[:, :cutoff]
    spl = scaled_pinball_loss(actual, rounds[0].forecast.quantiles, step_scale(past, squared=False))
    assert spl == pytest.approx(told["SPL"], abs=2e-5)
    assert told["crossing"] == 0
    assert told["negative_mean"] == 0


def test_the_scale_of_a_series_too_short_for_its_season_is_its_step() -> None:
    y = np.array([[1.0, 3.0, 2.0, 6.0]])
    assert season_scale(y, frequency_of("D").season)[0] == pytest.approx((2 + 1 + 4) / 3)
    assert season_scale(y, 2)[0] == pytest.approx((1 + 3) / 2)
    assert pd.notna(step_scale(y, squared=True)[0])
