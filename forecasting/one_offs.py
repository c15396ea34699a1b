"""One-off bulk orders are not the trend. Decides how much of a period's demand counts as usual.

What a series sold beyond nearly all of its periods is cut down to that level before models learn
from it; where the whole panel sells more (a season, a feast) or something was announced (a
promotion), the level rises with it. Only the models' view is cut: scores, errors and quantiles
are always taken on what was really sold.
"""

from dataclasses import dataclass, replace

import numpy as np

from forecasting.decay import decayed_mean
from forecasting.filters import ratio, row_quantile
from forecasting.panel import Bools, Floats, Panel

USUAL_SHARE = 0.98  # of all periods seen lie at or below the usual most
LEAST_SEEN = 10
FELT = 1.3  # everybody sells so many times the usual: a season, not chance
LOUDEST = 4.0  # times its mean
LEAST_OFF = 0.05  # an announcement that is nearly always there explains nothing


@dataclass(frozen=True, slots=True)
class Usual:
    """What counts as usual: the most [S] and the mean [S] of a period, flags that explain more."""

    most: Floats
    mean: Floats
    flags: tuple[str, ...]


def usual_of(panel: Panel) -> Usual:
    """Learned from the history of `panel`; no limit for a series of which too little was seen."""
    seen = ~np.isnan(panel.y)
    flags = []
    for name, values in panel.known.items():
        history = values[:, : panel.length][seen]
        off = float((history == 0).mean()) if len(history) else 1.0
        if LEAST_OFF <= off < 1.0 and np.nanmin(history) >= 0:
            flags.append(name)
    total = np.where(seen, panel.y, 0.0).sum(axis=1)
    return Usual(_usual_most(panel, seen), total / np.maximum(seen.sum(axis=1), 1), tuple(flags))


def without_one_offs(panel: Panel, usual: Usual) -> Panel:
    """The panel with demand beyond the usual most cut down to it."""
    limit = usual.most[:, None] * _everywhere_more(panel, usual.mean)[None, :]
    steady = np.minimum(panel.y, limit)
    for name in usual.flags:
        announced = np.nan_to_num(panel.known[name][:, : panel.length]) > 0
        steady = np.where(announced, panel.y, steady)
    return replace(panel, y=steady)


def _usual_most(panel: Panel, seen: Bools) -> Floats:
    sold = np.where(np.nan_to_num(panel.y) > 0, panel.y, np.nan)
    # A rare seller's own middle sale is usual, however rare a sale is.
    most = np.fmax(row_quantile(panel.y, USUAL_SHARE), row_quantile(sold, 0.5))
    sells = (~np.isnan(sold)).any(axis=1) & (seen.sum(axis=1) >= LEAST_SEEN)
    return np.where(sells, most, np.inf)


def _everywhere_more(panel: Panel, mean: Floats) -> Floats:
    """[T] how far all series together sell above their usual in a period; never below 1.

    Period by period, so that a column depends on no later one; no series is louder than so many
    times its mean, so that one large order is not everybody's season.
    """
    selling = np.flatnonzero(mean > 0)
    if len(selling) == 0:
        return np.ones(panel.length)
    share = np.minimum(panel.y[selling] / mean[selling, None], LOUDEST)
    seen = (~np.isnan(share)).sum(axis=0)
    common = ratio(np.nansum(share, axis=0), seen * 1.0, 0.5)
    usual = decayed_mean(common[None, :], 2.0 * panel.frequency.level_window)[0]
    more = np.nan_to_num(ratio(common, usual, 1e-9), nan=1.0)
    return np.asarray(np.where(more >= FELT, more, 1.0))
