"""Decides how far quantiles learned from a forecast's own errors give way to quantiles read from
what happened in lookalike circumstances.

Errors know the forecast (a promotion, a season) and say little about rare demand; lookalikes know
the shape of demand and little of what was announced. Which is worth more is measured on the trial,
apart for rare and for frequent sellers. Quantiles are averaged level by level, so they keep order.
"""

import numpy as np

from forecasting.intervals import PATH_LEVELS
from forecasting.losses import LEVELS
from forecasting.panel import Floats, Ints

SHARES = tuple(np.linspace(0.0, 1.0, 11))
MAX_ROWS = 20_000
LEAST_ROWS = 200
# To half and half: loss of a share as far from it as can be, times four. Rare sales tell less.
PULL, RARE_PULL = 0.1, 0.3


def learn_shares(
    actual: Floats, of_errors: Floats, of_likes: Floats, size: Floats, kind: Ints
) -> Floats:
    """[S] share of the lookalikes; actual [O, S, H], both quantiles [O, S, H, P], size, kind [S]:
    1 for rare sellers.

    The share of least pinball loss, in units and over the size of the series alike, of forecasts
    that neither side had learned from; drawn to half and half, since a trial has few periods.
    """
    shares = np.zeros(len(kind))
    for code in np.unique(kind):
        mine = (kind == code) & (np.nan_to_num(size) > 0)
        origin, series, step = np.nonzero(~np.isnan(actual) & mine[None, :, None])
        if len(origin) < LEAST_ROWS:
            continue
        if len(origin) > MAX_ROWS:
            some = np.linspace(0, len(origin) - 1, MAX_ROWS).astype(np.int64)
            origin, series, step = origin[some], series[some], step[some]
        picked = (origin, series, step)
        losses = _losses(actual[picked], of_errors[picked], of_likes[picked], size[series])
        pull = RARE_PULL if code else PULL
        pulled = losses + pull * (np.asarray(SHARES) - 0.5) ** 2
        shares[kind == code] = SHARES[int(np.argmin(pulled))]
    return shares


def mixed(of_errors: Floats, of_likes: Floats, shares: Floats) -> Floats:
    """Quantiles [..., S, H, P] of both, `shares` [S] of the lookalikes."""
    part = shares[:, None, None]
    return np.asarray((1.0 - part) * of_errors + part * of_likes)


def _losses(y: Floats, of_errors: Floats, of_likes: Floats, size: Floats) -> Floats:
    """[SHARES] mean of the pinball loss in units and over size, each against share 0."""
    places = [PATH_LEVELS.index(level) for level in LEVELS]
    levels = np.asarray(LEVELS)[None, :]
    weights = np.stack([np.ones(len(y)), 1.0 / size], axis=1)
    found = []
    for share in SHARES:
        quantiles = (1.0 - share) * of_errors[:, places] + share * of_likes[:, places]
        miss = y[:, None] - quantiles
        pinball = np.maximum(levels * miss, (levels - 1.0) * miss).sum(axis=1)
        found.append(pinball @ weights)
    table = np.asarray(found)
    return np.asarray((table / np.maximum(table[0], 1e-12)).mean(axis=1))
