"""What makes two forecasts alike, so that the error of one may speak for the other.

Columns for the interval forests: level, level against the series' size, step ahead, sparsity,
spread, age, disagreement of the candidates and the announced state. All known at the origin.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from forecasting.covariates import Covariates
from forecasting.decay import decayed_mean
from forecasting.features import series_size
from forecasting.filters import ratio, rolling_mean, since_last
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FLOOR_SHARE = 0.02  # of the series' size: a forecast near zero still leaves room for a sale


def base_of(panel: Panel, forecast: Floats, origins: Sequence[int]) -> Floats:
    """[O, S, H] the forecast with a floor under it, the denominator of the ratios."""
    size = sizes_at(panel, origins)
    return np.maximum(forecast, FLOOR_SHARE * np.nan_to_num(size)[:, :, None])


def sizes_at(panel: Panel, origins: Sequence[int]) -> Floats:
    """[O, S] size of each series at each origin; NaN before its first sale."""
    return series_size(panel)[:, np.asarray(origins) - 1].T


def period_features(
    panel: Panel,
    covariates: Covariates,
    origins: Sequence[int],
    base: Floats,
    candidates: Mapping[str, Floats],
) -> Floats:
    """[O · S · H, columns] for forecasts of single periods, `base` [O, S, H]."""
    shape = base.shape
    ahead = np.arange(1, shape[2] + 1)
    target = np.asarray(origins)[:, None] - 1 + ahead[None, :]
    size = sizes_at(panel, origins)[:, :, None]
    columns: list[Floats] = [
        np.log(np.maximum(base, 1e-9)),
        ratio(base, np.broadcast_to(size, shape), 1e-9),
        np.broadcast_to(ahead[None, None, :] * 1.0, shape),
        _disagreement(candidates, base),
    ]
    columns += [np.broadcast_to(trait[:, :, None], shape) for trait in _traits(panel, origins)]
    columns += [values[:, target].transpose(1, 0, 2) for values in _announced(covariates, panel)]
    if panel.frequency.season <= 12:
        phase = (target % panel.frequency.season) * 1.0
        columns.append(np.broadcast_to(phase[:, None, :], shape))
    return np.stack([column.reshape(-1) for column in columns], axis=1)


def total_features(
    panel: Panel,
    covariates: Covariates,
    origins: Sequence[int],
    total: Floats,
    steps: Ints,
    candidates: Mapping[str, Floats],
) -> Floats:
    """[O · S · K, columns] for totals over the first `steps` [K] periods, `total` [O, S, K]."""
    shape = total.shape
    size = sizes_at(panel, origins)[:, :, None]
    sums = {name: running_totals(values, steps) for name, values in candidates.items()}
    columns: list[Floats] = [
        np.log(np.maximum(total, 1e-9)),
        ratio(total, np.broadcast_to(size * steps, shape), 1e-9),
        np.broadcast_to(steps[None, None, :] * 1.0, shape),
        _disagreement(sums, total),
    ]
    columns += [np.broadcast_to(trait[:, :, None], shape) for trait in _traits(panel, origins)]
    horizon = int(steps.max())
    target = np.asarray(origins)[:, None] - 1 + np.arange(1, horizon + 1)[None, :]
    for values in _announced(covariates, panel):
        ahead = values[:, target].transpose(1, 0, 2)
        columns.append(running_totals(ahead, steps) / steps)
    return np.stack([column.reshape(-1) for column in columns], axis=1)


def running_totals(values: Floats, steps: Ints) -> Floats:
    """[..., K] sums of the first `steps` entries of the last axis."""
    return np.asarray(np.cumsum(values, axis=-1)[..., steps - 1])


def _traits(panel: Panel, origins: Sequence[int]) -> list[Floats]:
    """Each [O, S]: how sparse, how uneven, how old, how long since the last sale."""
    y, wide = panel.y, panel.frequency.level_window
    at = np.asarray(origins) - 1
    size = series_size(panel)
    seen = ~np.isnan(y)
    zero = np.where(seen, (y <= 0) * 1.0, np.nan)
    level = decayed_mean(y, panel.frequency.half_lives[1])
    change = np.hstack([np.full((len(y), 1), np.nan), np.abs(y[:, 1:] - level[:, :-1])])
    traits = [
        decayed_mean(zero, 2.0 * wide),
        ratio(decayed_mean(change, 2.0 * wide), size, 1e-9),
        ratio(np.sqrt(np.maximum(decayed_mean(change**2, 4.0 * wide), 0.0)), size, 1e-9),
        ratio(rolling_mean(y, wide), size, 1e-9),
        np.log1p(np.cumsum(seen, axis=1)),
        np.log1p(since_last(np.nan_to_num(y) > 0)),
    ]
    return [trait[:, at].T for trait in traits]


def _disagreement(candidates: Mapping[str, Floats], base: Floats) -> Floats:
    if len(candidates) < 2:
        return np.zeros(base.shape)
    spread = np.std(np.stack(list(candidates.values())), axis=0)
    return np.minimum(ratio(spread, base, 1e-12), 10.0)


def _announced(covariates: Covariates, panel: Panel) -> list[Floats]:
    """Each [S, T + F]: the flags of the state, and amounts against what is usual."""
    columns = [
        ((covariates.state >> bit) & 1).astype(np.float64)
        for bit in range(len(covariates.state_flags))
    ]
    for name in covariates.amounts[:2]:
        values = panel.known[name]
        usual = covariates.usual[name]
        beyond = np.repeat(usual[:, -1:], values.shape[1] - usual.shape[1], axis=1)
        if usual.shape[1] > values.shape[1]:
            usual = usual[:, : values.shape[1]]
        columns.append(ratio(values, np.hstack([usual, beyond]), 1e-9))
    return columns
