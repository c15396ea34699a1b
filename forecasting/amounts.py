"""How much a horizon brings, said of sums and lent to their members.

Decides the factor by which a member's forecast follows what is said of its sum: the horizon's
total, not its days. Which period sells more than another the members' own forecast knows better,
and a level that a sum missed lately it is not believed to meet now. Forecasts nothing.
"""

import numpy as np

from forecasting.panel import Bools, Floats
from forecasting.sum_panel import Sums

OPEN_SHARE = 0.5  # of the members' size, for a period to count
LEAST_RECENT = 3  # periods seen lately, for a level to be judged by
MOST = 2.0  # times the blend, or its inverse: beyond it somebody is wrong, not ahead
SHARE = 0.25  # half of the say lost where the trial had been lucky, a quarter gains as much


def lent_factors(sums: Sums, said: Floats, blend: Floats, shut: Bools) -> Floats:
    """[S] by how much each member's forecast is multiplied; 1 where nothing is lent.

    `said` [G, back + H]: of each sum, `back` periods before its end and H after (NaN: silent);
    `blend` [S, H] what is said of the members, `shut` [S, H] where they are closed.
    (said total / blend's total) ** SHARE, which is the weighted geometric mean of both.
    """
    horizon = blend.shape[1]
    back = said.shape[1] - horizon
    factors = np.ones(len(blend))
    for place, rows in enumerate(sums.groups):
        size = np.where(shut[rows], 0.0, sums.size[rows, None])
        stand = size.sum(axis=0)
        whole = sums.size[rows].sum()
        counts = (stand > 0) & (stand >= OPEN_SHARE * whole)
        if not counts.any() or np.isnan(said[place]).any():
            continue
        own = np.where(size > 0, blend[rows], 0.0).sum(axis=0)[counts] / stand[counts]
        level = _missed_level(sums.panel.y[place, -back:], said[place, :back])
        told = level * said[place, back:][counts] / whole
        if own.sum() > 0 and told.sum() > 0:
            ratio = np.clip(told.sum() / own.sum(), 1.0 / MOST, MOST)
            factors[rows[sums.size[rows] > 0]] = ratio**SHARE
    return factors


def _missed_level(came: Floats, fitted: Floats) -> float:
    """What came lately over what was fitted there."""
    seen = ~np.isnan(came)
    below = float(fitted[seen].sum())
    return float(came[seen].sum()) / below if seen.sum() >= LEAST_RECENT and below > 0 else 1.0
