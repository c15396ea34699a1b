"""Sparse demand: how often and how much, smoothed apart (Croston-SBA and TSB), all series at once.

Croston with the Syntetos-Boylan correction: size / interval · (1 - alpha / 2), both updated when
demand occurs; an interval still open counts once it is far longer than usual, or an item that died
would be forecast as it lived for ever. TSB (Teunter, Syntetos, Babai): probability · size, the
probability updated every period, so a dying item is forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from forecasting.decay import decayed_mean
from forecasting.models.contract import level_ahead
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]

PATIENCE = 3.0  # intervals: one in twenty is longer by chance (exp(-3))


@dataclass
class CrostonSba:
    """Croston's rate with the Syntetos-Boylan correction for its upward bias."""

    alpha: float = 0.1
    name: str = "croston_sba"

    def fit(self, panel: Panel) -> Self:
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        size, interval = demand_states(panel.y, self.alpha)
        rate = (1.0 - self.alpha / 2.0) * size / interval
        return level_ahead(rate, horizon, origins)


@dataclass
class Tsb:
    """Probability of demand times its size; the probability falls while nothing sells."""

    alpha: float = 0.1
    name: str = "tsb"

    def fit(self, panel: Panel) -> Self:
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        size, _ = demand_states(panel.y, self.alpha)
        sold = np.where(np.isnan(panel.y), np.nan, (panel.y > 0) * 1.0)
        chance = decayed_mean(sold, 2.0 * panel.frequency.half_lives[1])
        return level_ahead(chance * size, horizon, origins)


def demand_states(y: Floats, alpha: float) -> tuple[Floats, Floats]:
    """[S, T] smoothed size of demand and interval between demands, in periods seen; one still open
    counts where it is longer than `PATIENCE` usual ones.

    Means of what came so far until 1 / alpha events are known, exponential afterwards.
    """
    series, length = y.shape
    size, interval = np.full(series, np.nan), np.full(series, np.nan)
    events, waited = np.zeros(series), np.zeros(series)
    sizes, intervals = np.empty((series, length)), np.empty((series, length))
    for column in range(length):
        value = y[:, column]
        waited += ~np.isnan(value)
        sold = value > 0
        if sold.any():
            events[sold] += 1
            gain = np.maximum(alpha, 1.0 / events[sold])
            old_size, old_interval = np.nan_to_num(size[sold]), np.nan_to_num(interval[sold])
            size[sold] = old_size + gain * (value[sold] - old_size)
            interval[sold] = old_interval + gain * (waited[sold] - old_interval)
            waited[sold] = 0.0
        sizes[:, column], intervals[:, column] = size, np.fmax(interval, waited / PATIENCE)
    return sizes, intervals
