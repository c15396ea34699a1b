"""The honest baselines, all series at once: what was sold a cycle ago, on average, lately.

Each is cheap enough for every series of every run; none of them looks at covariates. Sparse
demand has its own file, `intermittent.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from forecasting.decay import decayed_mean
from forecasting.filters import carried, gather, ratio, rolling_mean
from forecasting.models.contract import level_ahead, presentable
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PRIOR_CYCLES = 3.0
PRIOR_WINDOWS = 5.0  # level windows of its own history that count as much as the whole panel
LEAST_INDEX = 0.05
MOST_TOLD = 5.0  # errors that many times as large tell no more


@dataclass
class SeasonalNaive:
    """The last value seen in the same phase of the season: the baseline that must be beaten."""

    name: str = "seasonal_naive"

    def fit(self, panel: Panel) -> Self:
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        season = panel.frequency.season
        last = np.full(panel.y.shape, np.nan)
        for phase in range(min(season, panel.length)):
            last[:, phase::season] = carried(panel.y[:, phase::season])
        level = decayed_mean(panel.y, panel.frequency.half_lives[1])
        rows = np.arange(panel.count)[:, None]
        out = np.empty((len(origins), panel.count, horizon))
        for place, origin in enumerate(origins):
            back = origin - 1 + phase_steps(horizon, season)
            values = gather(last, rows, back[None, :])
            out[place] = np.where(np.isnan(values), level[:, [origin - 1]], values)
        return presentable(out)


@dataclass
class MovingAverage:
    """The mean of the last periods seen; `window` 0 takes the frequency's own."""

    window: int = 0
    name: str = "moving_average"

    def fit(self, panel: Panel) -> Self:
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        window = self.window or panel.frequency.level_window
        mean = carried(rolling_mean(panel.y, window))
        return level_ahead(mean, horizon, origins)


@dataclass
class Smoothing:
    """Simple exponential smoothing; the half-life by its errors ahead, its own and the panel's."""

    ahead: tuple[int, ...] = (1, 4)
    name: str = "smoothing"
    half_life_: Floats = field(default_factory=lambda: np.empty(0), init=False, compare=False)

    def fit(self, panel: Panel) -> Self:
        grid = panel.frequency.half_lives
        losses = [_errors_ahead(panel.y, decayed_mean(panel.y, half), self.ahead) for half in grid]
        self.half_life_ = np.asarray(grid)[_least(np.stack(losses), panel)]
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        return level_ahead(_by_series(panel.y, self.half_life_), horizon, origins)


@dataclass
class Theta:
    """Level with damped drift on deseasonalised demand, reseasonalised.

    The level is a decayed mean; the drift is the slope between a fast and a slow decayed mean,
    of which the share `drift_` (0, one half as in the theta method, or 1) is continued, damped.
    """

    damping: float = 0.9
    shares: tuple[float, ...] = (0.0, 0.5, 1.0)
    ahead: tuple[int, ...] = (1, 4)
    name: str = "theta"
    half_life_: Floats = field(default_factory=lambda: np.empty(0), init=False, compare=False)
    share_: Floats = field(default_factory=lambda: np.empty(0), init=False, compare=False)

    def fit(self, panel: Panel) -> Self:
        flat = panel.y / _spread_profile(seasonal_profile(panel, panel.length), panel.length)
        ways, losses = [], []
        for half in panel.frequency.half_lives:
            level = decayed_mean(flat, half)
            drift = _drift(flat, level, half)
            for share in self.shares:
                ways.append((half, share))
                losses.append(_errors_ahead(flat, level, self.ahead, share * drift, self.damping))
        self.half_life_, self.share_ = np.asarray(ways)[_least(np.stack(losses), panel)].T
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        steps = np.cumsum(self.damping ** np.arange(1, horizon + 1))
        out = np.empty((len(origins), panel.count, horizon))
        for place, origin in enumerate(origins):
            profile = seasonal_profile(panel, origin)
            flat = panel.y[:, :origin] / _spread_profile(profile, origin)
            level = np.empty(panel.count)
            drift = np.empty(panel.count)
            for half in np.unique(self.half_life_):
                rows = self.half_life_ == half
                means = decayed_mean(flat[rows], float(half))
                level[rows] = means[:, -1]
                drift[rows] = _drift(flat[rows], means, float(half))[:, -1]
            path = level[:, None] + (self.share_ * np.nan_to_num(drift))[:, None] * steps
            phases = (origin + np.arange(horizon)) % profile.shape[1]
            out[place] = np.maximum(path, 0.25 * level[:, None]) * profile[:, phases]
        return presentable(out)


@dataclass
class YearAgo:
    """Demand of the same periods last year, carried to today's level; without it, the level."""

    smooth: int = 3
    name: str = "year_ago"

    def fit(self, panel: Panel) -> Self:
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        year, width = panel.frequency.year, panel.frequency.level_window
        smooth = panel.frequency.season if panel.frequency.is_daily else 1
        level = rolling_mean(panel.y, width)
        near = rolling_mean(panel.y, smooth)
        rows = np.arange(panel.count)[:, None]
        out = np.empty((len(origins), panel.count, horizon))
        for place, origin in enumerate(origins):
            last = origin - 1
            ahead = np.arange(1, horizon + 1)
            back = last + ahead - year * np.ceil(ahead / year).astype(np.int64)
            before = gather(level, rows, np.full((1, horizon), last - year))
            now = gather(level, rows, np.full((1, horizon), last))
            growth = np.clip(ratio(now, before, 1e-9), 0.3, 3.0)
            same = gather(near, rows, np.minimum(back + smooth // 2, last)[None, :])
            out[place] = np.where(np.isnan(same * growth), now, same * growth)
        return presentable(out)


def phase_steps(horizon: int, season: int) -> Ints:
    """[H] offsets from the last seen column back to the same phase of each step ahead."""
    ahead = np.arange(1, horizon + 1)
    back: Ints = ahead - season * ((ahead + season - 1) // season)
    return back


def seasonal_profile(panel: Panel, origin: int) -> Floats:
    """[S, season] index of each phase (mean 1), own ratio shrunk to the panel's.

    Own evidence counts by the number of cycles seen against `PRIOR_CYCLES` of the panel's.
    """
    season = panel.frequency.season
    y = panel.y[:, :origin]
    level = rolling_mean(y, season)
    if origin > season:
        # The mean of a cycle around a period: known for all but the last half cycle.
        half = season // 2
        level = np.hstack([level[:, half:], np.repeat(level[:, -1:], half, axis=1)])
    seen = ~np.isnan(y) & (np.nan_to_num(level) > 0)
    share = np.where(seen, y / np.where(seen, level, 1.0), 0.0)
    top = np.zeros((panel.count, season))
    count = np.zeros((panel.count, season))
    for phase in range(min(season, origin)):
        top[:, phase] = share[:, phase::season].sum(axis=1)
        count[:, phase] = seen[:, phase::season].sum(axis=1)
    pooled = ratio(top.sum(axis=0), count.sum(axis=0), 0.5)
    pooled = np.where(np.isnan(pooled), 1.0, pooled)
    profile = (top + PRIOR_CYCLES * pooled) / (count + PRIOR_CYCLES)
    if origin < 2 * season:
        profile = 0.5 * profile + 0.5
    mean = profile.mean(axis=1, keepdims=True)
    safe = np.where(mean > 0, profile / np.where(mean > 0, mean, 1.0), 1.0)
    return np.asarray(np.maximum(safe, LEAST_INDEX))


def _spread_profile(profile: Floats, length: int) -> Floats:
    return profile[:, np.arange(length) % profile.shape[1]]


def _drift(y: Floats, level: Floats, half_life: float) -> Floats:
    """Slope per period between two decayed means: their difference over that of their ages."""
    slow = decayed_mean(y, 3.0 * half_life)
    age_fast, age_slow = (1.0 / (2.0 ** (1.0 / half) - 1.0) for half in (half_life, 3 * half_life))
    return np.asarray((level - slow) / (age_slow - age_fast))


def _by_series(y: Floats, half_life: Floats) -> Floats:
    out = np.full(y.shape, np.nan)
    for half in np.unique(half_life):
        rows = half_life == half
        out[rows] = decayed_mean(y[rows], float(half))
    return out


def _least(losses: Floats, panel: Panel) -> Ints:
    """[S] which of K ways [K, S] errs least for a series: its own errors and, the less of it was
    seen, the whole panel's. Errors are compared with those of the first way, in logarithms.
    """
    first = np.where((losses[0] > 0) & np.isfinite(losses[0]), losses[0], np.nan)
    compared = np.log(np.clip(losses / first, 1.0 / MOST_TOLD, MOST_TOLD))
    compared = np.nan_to_num(compared)
    seen = (~np.isnan(panel.y)).sum(axis=1)
    trust = seen / (seen + PRIOR_WINDOWS * panel.frequency.level_window)
    common = compared.mean(axis=1, keepdims=True)
    return np.asarray(np.argmin(trust * compared + (1.0 - trust) * common, axis=0), dtype=np.int64)


def _errors_ahead(
    y: Floats,
    level: Floats,
    ahead: tuple[int, ...],
    drift: Floats | float = 0.0,
    damping: float = 1.0,
) -> Floats:
    """[S] mean squared error over the given steps ahead; inf where none could be measured."""
    total, count = np.zeros(len(y)), np.zeros(len(y))
    for step in ahead:
        if step >= y.shape[1]:
            continue
        steps = float(np.sum(damping ** np.arange(1, step + 1)))
        error = y[:, step:] - (level + np.asarray(drift) * steps)[:, :-step]
        known = ~np.isnan(error)
        total += np.where(known, error**2, 0.0).sum(axis=1)
        count += known.sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.inf)
