"""The losses by which forecasts are judged, one small function each; NaN actuals are not judged.

Symbols: `y` actual, `mean` and `quantiles` forecast, `scale` [S] of each series from its past.
Definitions are those of the M5 and of common practice; a test holds them against an independent
scorer. Nothing here decides what to do about a loss.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVELS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)
SCORED_LEVELS = LEVELS[1:]


def wape(y: Floats, mean: Floats) -> float:
    """sum |y - f| / sum |y|."""
    return _part(np.nansum(np.abs(y - mean)), np.nansum(np.abs(y)))


def bias(y: Floats, mean: Floats) -> float:
    """sum (f - y) / sum |y|: positive when too much was forecast."""
    return _part(np.nansum(mean - y), np.nansum(np.abs(y)))


def total_wape(y: Floats, mean: Floats) -> float:
    """WAPE of the sums over the last axis, over the judged periods only."""
    judged = ~np.isnan(y)
    error = np.where(judged, y - mean, 0.0).sum(axis=-1)
    return _part(np.abs(error).sum(), np.nansum(np.abs(y)))


def pinball(y: Floats, quantile: Floats, level: float) -> Floats:
    """max(level · d, (level - 1) · d) with d = y - q, elementwise."""
    error = y - quantile
    return np.maximum(level * error, (level - 1.0) * error)


def weighted_quantile_loss(
    y: Floats, quantiles: Floats, levels: tuple[float, ...] = LEVELS
) -> float:
    """Mean over the scored levels of 2 · sum pinball / sum |y|; quantiles [..., levels]."""
    total = np.nansum(np.abs(y))
    losses = [
        2.0 * np.nansum(pinball(y, quantiles[..., place], level))
        for place, level in enumerate(levels)
        if level in SCORED_LEVELS
    ]
    return _part(float(np.mean(losses)), total)


def rmsse(y: Floats, mean: Floats, scale: Floats) -> float:
    """sqrt(mean (y - f)² / scale²) per series, then averaged; y and mean [S, H]."""
    with np.errstate(invalid="ignore", divide="ignore"):
        per_series = np.sqrt(_row_mean((y - mean) ** 2)) / scale
    return _average(per_series)


def mase(y: Floats, mean: Floats, scale: Floats) -> float:
    """mean |y - f| / scale per series, then averaged; y and mean [S, H]."""
    with np.errstate(invalid="ignore", divide="ignore"):
        per_series = _row_mean(np.abs(y - mean)) / scale
    return _average(per_series)


def scaled_pinball_loss(
    y: Floats, quantiles: Floats, scale: Floats, levels: tuple[float, ...] = LEVELS
) -> float:
    """Mean pinball over scored levels / scale per series, then averaged; quantiles [S, H, Q]."""
    scored = [place for place, level in enumerate(levels) if level in SCORED_LEVELS]
    losses = [pinball(y, quantiles[..., place], levels[place]) for place in scored]
    with np.errstate(invalid="ignore", divide="ignore"):
        per_series = _row_mean(np.mean(losses, axis=0)) / scale
    return _average(per_series)


def coverage(y: Floats, low: Floats, high: Floats) -> float:
    """Share of judged periods with low ≤ y ≤ high."""
    judged = ~np.isnan(y)
    inside = (y >= low - 1e-9) & (y <= high + 1e-9)
    return _part(float((inside & judged).sum()), float(judged.sum()))


def step_scale(y: Floats, *, squared: bool) -> Floats:
    """[S] root mean square (or mean absolute) change from one period to the next."""
    change = np.diff(y, axis=1)
    return np.sqrt(_row_mean(change**2)) if squared else _row_mean(np.abs(change))


def season_scale(y: Floats, season: int) -> Floats:
    """[S] mean absolute change over a season; over one period where the past is too short."""
    first = np.where((~np.isnan(y)).any(axis=1), np.argmax(~np.isnan(y), axis=1), y.shape[1])
    long_enough = y.shape[1] - first > season + 1
    short = _row_mean(np.abs(np.diff(y, axis=1)))
    if y.shape[1] <= season:
        return short
    return np.where(long_enough, _row_mean(np.abs(y[:, season:] - y[:, :-season])), short)


def _row_mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _average(per_series: Floats) -> float:
    usable = np.isfinite(per_series)
    return float(per_series[usable].mean()) if usable.any() else float("nan")


def _part(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom > 0 else float("nan")
