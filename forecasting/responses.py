"""How demand answered before to what is announced for a period: by series and by kind of series.

A *state* is what was announced (flags set, and how deep a price lies under its usual one). Decides
which states there are; the answers are ratios of demand to the series' size, read at the origin.
"""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from forecasting.covariates import Covariates
from forecasting.decay import decayed_mean
from forecasting.filters import carried, gather, ratio, rolling_mean
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DEPTHS = (0.6, 0.7, 0.8, 0.88, 0.95, 1.03, 1.12)  # price against its usual one
MAX_KINDS = 3
HALF_LIFE_WINDOWS = 6.0


def response_columns(
    covariates: Covariates, panel: Panel, size: Floats, series: Ints, last: Ints, target: Ints
) -> dict[str, Floats]:
    """Demand over size under the target's state so far; `size` [S, T]; nothing without a state."""
    if not covariates.state_flags:
        return {}
    state = _states(covariates, panel)
    before = np.hstack([np.full((panel.count, 1), np.nan), size[:, :-1]])
    answer = ratio(panel.y, before, 1e-9)
    wanted = state[series, target]
    columns: dict[str, Floats] = {}
    if _priced(covariates, panel):
        columns["answer_own"] = _own(answer, state, panel, wanted, series, last)
    for kind in _kinds(panel):
        columns[f"answer_{kind}"] = _pooled(
            answer, state, panel, panel.static[kind], wanted, series, last
        )
    return columns


def _priced(covariates: Covariates, panel: Panel) -> list[str]:
    """Amounts that are never zero: prices, not discounts or flags."""
    length = panel.length
    return [
        name
        for name in covariates.amounts
        if name not in covariates.flags and np.nanmin(panel.known[name][:, :length]) > 0
    ][:1]


def _kinds(panel: Panel) -> list[str]:
    """Categories that put several series together."""
    found = []
    for name in sorted(panel.categorical):
        kinds = len(np.unique(panel.static[name]))
        if 2 * kinds <= panel.count:
            found.append((kinds, name))
    return [name for _, name in sorted(found, reverse=True)[:MAX_KINDS]]


def _states(covariates: Covariates, panel: Panel) -> Ints:
    """[S, T + F] the announced state; where prices are known, with the depth of the price."""
    state = covariates.state
    for name in _priced(covariates, panel):
        values = panel.known[name]
        history = values[:, : panel.length]
        usual = carried(rolling_mean(history, 2 * panel.frequency.level_window))
        usual = np.hstack([usual[:, :1], usual])[:, : panel.length]
        beyond = np.repeat(usual[:, -1:], values.shape[1] - panel.length, axis=1)
        depth = np.nan_to_num(ratio(values, np.hstack([usual, beyond]), 1e-9), nan=1.0)
        state = np.searchsorted(DEPTHS, depth) + (len(DEPTHS) + 1) * state
    return np.asarray(state, dtype=np.int64)


def _own(
    answer: Floats, state: Ints, panel: Panel, wanted: Ints, series: Ints, last: Ints
) -> Floats:
    out = np.full(len(wanted), np.nan)
    half_life = HALF_LIFE_WINDOWS * panel.frequency.level_window
    for key in np.unique(wanted):
        rows = wanted == key
        held = np.where(state[:, : panel.length] == key, answer, np.nan)
        out[rows] = gather(decayed_mean(held, half_life), series[rows], last[rows])
    return out


def _pooled(
    answer: Floats,
    state: Ints,
    panel: Panel,
    kind: Floats,
    wanted: Ints,
    series: Ints,
    last: Ints,
) -> Floats:
    names, codes = np.unique(np.nan_to_num(kind, nan=-1.0), return_inverse=True)
    member = csr_array(
        (np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(len(names), len(codes))
    )
    out = np.full(len(wanted), np.nan)
    half_life = HALF_LIFE_WINDOWS * panel.frequency.level_window
    for key in np.unique(wanted):
        held = (state[:, : panel.length] == key) & ~np.isnan(answer)
        count = member @ held.astype(np.float64)
        total = member @ np.where(held, answer, 0.0)
        mean = decayed_mean(ratio(total, count, 0.5), half_life, weight=count)
        rows = wanted == key
        out[rows] = gather(mean, codes[series[rows]], last[rows])
    return out


def closed_columns(
    panel: Panel, target: Ints, series: Ints, ahead: Ints, farthest: int
) -> dict[str, Floats]:
    """Announced closures beside the target: buyers come before one and again after it."""
    if panel.closed is None:
        return {}
    shut = panel.closed.astype(np.float64)
    columns = {"closed_before": gather(shut, series, target - 1)}
    columns["closed_after"] = gather(shut, series, target + 1)
    running = np.hstack([np.zeros((panel.count, 1)), np.cumsum(shut, axis=1)])
    week = panel.frequency.season
    start = np.maximum(target - week, 0)
    columns["closed_lately"] = running[series, target] - running[series, start]
    end = np.minimum(target + 1 + 3, shut.shape[1])
    columns["closed_soon"] = running[series, end] - running[series, target + 1]
    known = ahead < farthest
    for name in ("closed_after", "closed_soon"):
        columns[name] = np.where(known, columns[name], np.nan)
    return columns
