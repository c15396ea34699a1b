"""The course that series share once each one's size is taken out of it.

Decides what is common to series of which some are young, some closed at times and some gone:
demand is the size of a series times the course of its group, both learned from what was seen, so
that a birth, a closed period or an end moves neither. Forecasts nothing.
"""

import numpy as np
import numpy.typing as npt

from forecasting.panel import Bools, Floats, Panel

ROUNDS = 20
ENDED_WINDOWS = 2  # without a sale for longer than so many level windows, a series has ended


def lives_of(panel: Panel) -> Bools:
    """[S, T]: from the first sale to the last, and to the end where a series has not ended."""
    sold = np.nan_to_num(panel.y) > 0
    column = np.arange(panel.length)[None, :]
    first = np.where(sold, column, panel.length).min(axis=1, keepdims=True)
    last = np.where(sold, column, -1).max(axis=1, keepdims=True)
    silent = panel.length - 1 - last > ENDED_WINDOWS * panel.frequency.level_window
    return np.asarray((column >= first) & (~silent | (column <= last)))


def common_course(y: Floats, used: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Course [T] (mean near 1, NaN where nothing was used) and size [S] in units a period.

    The likeliest factors of Poisson demand with mean size · course in the `used` cells of `y`
    [S, T], by iterative proportional fitting (Deming and Stephan 1940).
    """
    demand, use = np.where(used, y, 0.0), used.astype(np.float64)
    of_period, of_series = demand.sum(axis=0), demand.sum(axis=1)
    size = _part(of_series, use.sum(axis=1))
    course = np.ones(y.shape[1])
    for _ in range(ROUNDS):
        course = _part(of_period, size @ use)
        size = _part(of_series, use @ course)
    return np.where(size @ use > 0, course, np.nan), size


def _part(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
