"""Cold start: what a series without any history of its own will sell, judged by its likes.

Decides only for series of which nothing was ever seen; they take the early sales of series with
the same attributes. A series that was offered and sold nothing is no cold start: it sells nothing.
"""

import numpy as np
import numpy.typing as npt

from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]

EARLY_CYCLES = 2
LEAST_LIKES = 3
ANALOGUE = "analogue"


def with_analogues(panel: Panel, forecast: Floats) -> Floats:
    """`forecast` [S, H] with the rows of unseen, never offered series taken from their likes."""
    unseen = ~panel.offered & np.isnan(panel.y).all(axis=1)
    if not unseen.any() or not (~unseen).any():
        return forecast
    early = _early_level(panel)
    out = forecast.copy()
    for row in np.flatnonzero(unseen):
        out[row] = _likes_level(panel, early, int(row))
    return out


def _early_level(panel: Panel) -> Floats:
    """[S] mean of the first periods after the first sale; NaN where nothing was seen."""
    age = np.cumsum(~np.isnan(panel.y), axis=1)
    young = (age <= EARLY_CYCLES * panel.frequency.level_window) & ~np.isnan(panel.y)
    count = young.sum(axis=1)
    total = np.where(young, panel.y, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _likes_level(panel: Panel, early: Floats, row: int) -> float:
    """Median early level of the series that share most attributes with `row`."""
    shared = np.zeros(panel.count)
    for values in panel.static.values():
        shared += values == values[row]
    known = np.isfinite(early)
    for least in range(int(shared[known].max(initial=0)), -1, -1):
        likes = early[known & (shared >= least)]
        if len(likes) >= LEAST_LIKES or least == 0:
            return float(np.median(likes)) if len(likes) else 0.0
    return 0.0
