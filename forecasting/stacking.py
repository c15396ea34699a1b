"""Decides how much each candidate counts: non-negative weights per segment of similar series,
drawn to equal weights among the candidates that earn a place. Fits no model itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PLACE_MARGIN = 1.10  # a candidate within this factor of the best squared error earns a place
SHRINKAGE = 0.15  # pull to equal weights, as a share of the mean squared forecast
LEAST_ROWS = 400
SPARSE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights [segments, candidates] (each row sums to 1) and the segment of each series."""

    names: tuple[str, ...]
    segment: Ints
    table: Floats

    def blend(self, forecasts: Mapping[str, Floats]) -> Floats:
        """The weighted mean of forecasts shaped [..., S, H]."""
        by_series = self.table[self.segment]
        parts = (
            by_series[:, place, None] * forecasts[name] for place, name in enumerate(self.names)
        )
        return np.asarray(sum(parts), dtype=np.float64)


def segments_of(panel: Panel) -> Ints:
    """[S] segment by share of zeros, length of life and, within those, volume."""
    seen = ~np.isnan(panel.y)
    count = np.maximum(seen.sum(axis=1), 1)
    zero_share = ((panel.y <= 0) & seen).sum(axis=1) / count
    mean = np.where(seen, panel.y, 0.0).sum(axis=1) / count
    sparse = (zero_share > SPARSE_SHARE).astype(np.int64)
    young = (count < 2 * panel.frequency.level_window).astype(np.int64)
    large = np.zeros(panel.count, dtype=np.int64)
    for kind in (0, 1):
        rows = sparse == kind
        if rows.any():
            large[rows] = mean[rows] > np.median(mean[rows])
    return np.asarray(sparse + 2 * young + 4 * large, dtype=np.int64)


def learn_weights(
    actual: Floats, forecasts: Mapping[str, Floats], size: Floats, segment: Ints
) -> Weights:
    """Weights from out-of-sample forecasts; actual and each forecast are [O, S, H], size [S]."""
    names = tuple(forecasts)
    codes = np.unique(segment)
    table = np.empty((int(codes.max()) + 1, len(names)))
    every = _weigh(actual, forecasts, size, np.ones(len(segment), dtype=bool))
    table[:] = every
    for code in codes:
        rows = segment == code
        count = int((~np.isnan(actual[:, rows])).sum())
        if count >= LEAST_ROWS:
            trust = count / (count + 10.0 * LEAST_ROWS)
            own = _weigh(actual, forecasts, size, rows)
            table[code] = trust * own + (1.0 - trust) * every
    return Weights(names=names, segment=segment, table=table)


def _weigh(
    actual: Floats, forecasts: Mapping[str, Floats], size: Floats, rows: npt.NDArray[np.bool_]
) -> Floats:
    scale = np.where(np.nan_to_num(size[rows]) > 0, size[rows], np.nan)[None, :, None]
    y = (actual[:, rows] / scale).reshape(-1)
    x = np.stack([(values[:, rows] / scale).reshape(-1) for values in forecasts.values()])
    judged = ~np.isnan(y) & ~np.isnan(x).any(axis=0)
    if judged.sum() < 10:
        return np.full(len(x), 1.0 / len(x))
    y, x = y[judged], x[:, judged]
    cap = max(10.0, float(np.quantile(y, 0.999)))
    y = np.minimum(y, cap)
    errors = ((x - y) ** 2).mean(axis=1)
    placed = np.flatnonzero(errors <= PLACE_MARGIN * errors.min())
    weights = np.zeros(len(x))
    weights[placed] = _solve(x[placed], y, placed)
    return weights


def _solve(x: Floats, y: Floats, placed: Sequence[int] | Ints) -> Floats:
    """Non-negative least squares around equal weights, then scaled to sum 1."""
    count = len(placed)
    if count == 1:
        return np.ones(1)
    gram = x @ x.T / x.shape[1]
    pull = SHRINKAGE * float(np.trace(gram)) / count
    root = np.linalg.cholesky(gram + pull * np.eye(count))
    goal = x @ y / x.shape[1] + pull / count
    weights, _ = nnls(root.T, np.linalg.solve(root, goal))
    total = float(weights.sum())
    return np.asarray(weights / total if total > 0 else np.full(count, 1.0 / count))
