"""Causal arithmetic on [series x period] arrays with holes: every output column t uses columns
up to and including t only. Decides nothing about demand; it only averages, counts and looks back.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TINY = 1e-12


def rolling_sum(values: Floats, window: int) -> Floats:
    """Sum of the last `window` columns (fewer at the start); `values` without NaN."""
    total = np.cumsum(values, axis=1)
    if window >= values.shape[1]:
        return total
    out = total.copy()
    out[:, window:] -= total[:, :-window]
    return out


def rolling_mean(y: Floats, window: int) -> Floats:
    """Mean of what was seen in the last `window` columns; NaN where nothing was."""
    seen = ~np.isnan(y)
    return ratio(rolling_sum(np.where(seen, y, 0.0), window), rolling_sum(seen * 1.0, window), 0.5)


def ratio(top: Floats, bottom: Floats, least: float = TINY) -> Floats:
    """top / bottom, NaN where the bottom is below `least`."""
    out = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom >= least)
    return out


def carried(values: Floats) -> Floats:
    """Each hole filled with the last value seen before it; leading holes stay."""
    at = np.where(np.isnan(values), 0, np.arange(values.shape[1])[None, :])
    at = np.maximum.accumulate(at, axis=1)
    return np.take_along_axis(values, at, axis=1)


def since_last(event: npt.NDArray[np.bool_]) -> Floats:
    """Columns since the event last held (0 = now); NaN where it never did."""
    place = np.arange(event.shape[1])[None, :]
    last = np.maximum.accumulate(np.where(event, place, -1), axis=1)
    return np.where(last >= 0, place - last, np.nan).astype(np.float64)


def gather(values: Floats, rows: Ints, columns: Ints) -> Floats:
    """values[rows, columns]; NaN where the column lies outside the array."""
    at_rows, at_columns = np.broadcast_arrays(rows, columns)
    inside = (at_columns >= 0) & (at_columns < values.shape[1])
    if inside.all():
        return np.asarray(values[at_rows, at_columns])
    out = np.full(at_rows.shape, np.nan)
    out[inside] = values[at_rows[inside], at_columns[inside]]
    return out


def row_quantile(values: Floats, share: float) -> Floats:
    """[S] quantile of what each row holds, holes left out; NaN where a row holds nothing."""
    count = (~np.isnan(values)).sum(axis=1)
    ordered = np.sort(values, axis=1)  # holes come last
    place = share * np.maximum(count - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    rows = np.arange(len(values))
    first, second = ordered[rows, low], ordered[rows, high]
    return np.asarray(np.where(count > 0, first + (place - low) * (second - first), np.nan))


def is_whole(values: Floats) -> bool:
    """Whether something was seen and all of it are whole numbers; holes do not count."""
    seen = values[~np.isnan(values)]
    return len(seen) > 0 and bool(np.all(seen == np.round(seen)))
