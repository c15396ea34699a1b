"""Reads distributions that are told by quantiles at a few levels: between and beyond them.

Decides that between two levels a quantile lies on a straight line, that beyond the outer ones the
line goes on to levels 0 and 1, and that none is below zero. Rows are many distributions at once.
Knows no days and no stock.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# How finely a distribution is cut where an expectation over it is needed.
SLICES = 1000


def quantile_of(levels: Floats, quantiles: Floats, level: float) -> float:
    """The quantile at any level of one distribution [Q]."""
    all_levels, [row] = _with_tails(levels, quantiles[None])
    return float(np.interp(level, all_levels, row))


def quantile_rows(levels: Floats, quantiles: Floats, wanted: Floats) -> Floats:
    """[K, W] of every row of `quantiles` [K, Q] the quantiles at `wanted` levels."""
    all_levels, table = _with_tails(levels, quantiles)
    right = np.clip(np.searchsorted(all_levels, wanted), 1, len(all_levels) - 1)
    part = (wanted - all_levels[right - 1]) / (all_levels[right] - all_levels[right - 1])
    return np.asarray(table[:, right - 1] + part * (table[:, right] - table[:, right - 1]))


def mean_of(levels: Floats, quantiles: Floats) -> float:
    """The mean of one distribution (its quantile function averaged)."""
    return float(means_of(levels, quantiles[None])[0])


def means_of(levels: Floats, quantiles: Floats) -> Floats:
    """[N] the means of distributions [N, Q]."""
    all_levels, rows = _with_tails(levels, quantiles)
    return np.asarray(np.trapezoid(rows, all_levels, axis=1))


def mixed_quantile(levels: Floats, quantiles: Floats, level: float) -> float:
    """The quantile of what is one of these distributions [N, Q] by equal chance.

    Law of total probability: F(x) is the average of the F_j(x); its inverse is the quantile.
    """
    if len(quantiles) == 1:
        return quantile_of(levels, quantiles[0], level)
    all_levels, table = _with_tails(levels, quantiles)
    table += np.arange(len(all_levels)) * 1e-9  # atoms (many zeros) become steep, not ambiguous
    points = np.unique(table)
    share = np.mean([np.interp(points, row, all_levels) for row in table], axis=0)
    return float(np.interp(level, share, points))


def shortages(levels: Floats, quantiles: Floats, supply: float) -> Floats:
    """[N] E max(0, D - supply) of each distribution [N, Q], averaged over equal slices of it."""
    all_levels, table = _with_tails(levels, quantiles)
    short = np.zeros((len(table), SLICES))
    more = (table > supply).any(axis=0)
    if more.any():
        # Slices below these are served in full, whichever distribution it is.
        middles = (np.arange(SLICES) + 0.5) / SLICES
        right = np.searchsorted(all_levels, middles)
        first = int(np.searchsorted(right, np.argmax(more)))
        left = right[first:] - 1
        rise = np.diff(table, axis=1) / np.diff(all_levels)
        asked = rise.take(left, axis=1) * (middles[first:] - all_levels[left])
        asked += table.take(left, axis=1)
        short[:, first:] = np.maximum(0.0, asked - supply)
    return np.asarray(short.mean(axis=1))


def _with_tails(levels: Floats, quantiles: Floats) -> tuple[Floats, Floats]:
    """The levels with 0 and 1, and rows [K, Q] that never fall over all of them [K, Q + 2]."""
    rows = np.maximum.accumulate(quantiles, axis=1)
    low = rows[:, :1] - (rows[:, 1:2] - rows[:, :1]) * levels[0] / (levels[1] - levels[0])
    top = (rows[:, -1:] - rows[:, -2:-1]) * (1 - levels[-1]) / (levels[-1] - levels[-2])
    table = np.concatenate([np.maximum(0.0, low), rows, rows[:, -1:] + top], axis=1)
    return np.concatenate([[0.0], levels, [1.0]]), table
