"""Rolling the whole engine over a history: refit at every cutoff, forecast, compare.

Decides which forecasts and totals are written and how ours stands against the seasonal naive
baseline; the engine at a cutoff gets a panel that holds nothing later but announced covariates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.backtest import level_quantiles, outer_cutoffs, trial_origins
from forecasting.engine import PanelForecast
from forecasting.fanout import LOCAL, forecast_by_shards
from forecasting.losses import (
    LEVELS,
    bias,
    coverage,
    mase,
    rmsse,
    season_scale,
    step_scale,
    total_wape,
    wape,
    weighted_quantile_loss,
)
from forecasting.models.statistical import SeasonalNaive
from forecasting.panel import Panel
from inventory_core.errors import Invalid

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TOTAL_STEPS = (2, 4, 8)
QUANTILE_NAMES = tuple(f"q{level}" for level in LEVELS)


@dataclass(frozen=True, slots=True)
class Round:
    """One cutoff: what was forecast and how well, ours and the baseline's."""

    cutoff: np.datetime64
    forecast: PanelForecast
    ours: dict[str, float]
    baseline: dict[str, float]


def roll(
    panel: Panel,
    horizon: int,
    *,
    step: int,
    origins: int,
    rows: Ints,
    seed: int = 0,
    prophet_seconds: float = 0.0,
    engine: str = LOCAL,
) -> Iterator[Round]:
    """One round per cutoff, earliest first; scores are taken on the series `rows`.

    `engine`: where the shards of a large panel are worked; the numbers are the same from all.
    """
    cutoffs = outer_cutoffs(panel.length, horizon=horizon, step=step, origins=origins)
    if not cutoffs or cutoffs[0] < 2:
        raise Invalid(
            "history_too_short", periods=panel.length, horizon=horizon, step=step, origins=origins
        )
    for cutoff in cutoffs:
        past = panel.until(cutoff)
        forecast = forecast_by_shards(
            past,
            horizon,
            engine=engine,
            seed=seed,
            prophet_seconds=prophet_seconds,
            total_steps=total_steps(horizon),
        )
        actual = panel.y[rows, cutoff : cutoff + horizon]
        naive, spread = _baseline(past.reaching(horizon), horizon)
        before = past.y[rows]
        yield Round(
            cutoff=panel.days[cutoff - 1],
            forecast=forecast,
            ours=_scores(panel, before, actual, forecast.mean[rows], forecast.quantiles[rows]),
            baseline=_scores(panel, before, actual, naive[rows], spread[rows]),
        )


def total_steps(horizon: int) -> tuple[int, ...]:
    """The lead times for which totals are written."""
    return tuple(sorted({step for step in (*TOTAL_STEPS, horizon) if step <= horizon}))


def forecast_frame(rounds: Sequence[Round], rows: Ints, ids: Sequence[object]) -> pd.DataFrame:
    """`unique_id, ds, cutoff, mean, q…` of all rounds for the series `rows`, named `ids`."""
    parts = []
    for one in rounds:
        horizon = len(one.forecast.days)
        table = one.forecast.quantiles[rows].reshape(-1, len(LEVELS))
        part = pd.DataFrame(table, columns=list(QUANTILE_NAMES))
        part.insert(0, "mean", one.forecast.mean[rows].reshape(-1))
        part.insert(0, "cutoff", pd.Timestamp(one.cutoff))
        part.insert(0, "ds", np.tile(one.forecast.days.astype("datetime64[ns]"), len(rows)))
        part.insert(0, "unique_id", np.repeat(np.asarray(ids), horizon))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def totals_frame(rounds: Sequence[Round], rows: Ints, ids: Sequence[object]) -> pd.DataFrame:
    """`unique_id, cutoff, steps, q…`: quantiles of demand summed over the first steps."""
    parts = []
    for one in rounds:
        for steps in total_steps(len(one.forecast.days)):
            part = pd.DataFrame(one.forecast.totals(steps)[rows], columns=list(QUANTILE_NAMES))
            part.insert(0, "steps", steps)
            part.insert(0, "cutoff", pd.Timestamp(one.cutoff))
            part.insert(0, "unique_id", np.asarray(ids))
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def mean_scores(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    """The plain mean of each score over the rounds."""
    return {name: float(np.mean([score[name] for score in scores])) for name in scores[0]}


def _baseline(past: Panel, horizon: int) -> tuple[Floats, Floats]:
    """Seasonal naive with pooled ratio quantiles from the same inner origins as ours."""
    model = SeasonalNaive().fit(past)
    mean = model.predict(past, horizon, [past.length])[0]
    origins = trial_origins(past, horizon)
    if not origins:
        return mean, np.repeat(mean[..., None], len(LEVELS), axis=-1)
    tried = model.predict(past, horizon, origins)
    actual = np.full(tried.shape, np.nan)
    for place, origin in enumerate(origins):
        seen = past.y[:, origin : origin + horizon]
        actual[place, :, : seen.shape[1]] = seen
    return mean, level_quantiles(actual, tried, mean)


def _scores(
    panel: Panel, before: Floats, actual: Floats, mean: Floats, quantiles: Floats
) -> dict[str, float]:
    scale = step_scale(before, squared=True)
    season = season_scale(before, panel.frequency.season)
    return {
        "WQL": weighted_quantile_loss(actual, quantiles),
        "RMSSE": rmsse(actual, mean, np.where(scale > 0, scale, np.nan)),
        "MASE": mase(actual, mean, np.where(season > 0, season, np.nan)),
        "WAPE": wape(actual, mean),
        "TWAPE": total_wape(actual, mean),
        "BIAS": bias(actual, mean),
        "COV90": coverage(
            actual, quantiles[..., LEVELS.index(0.05)], quantiles[..., LEVELS.index(0.95)]
        ),
    }
