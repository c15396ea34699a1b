"""Means that forget: of [series x period] arrays with holes, a column's weight halving as it ages.

Decides nothing about demand. Apart from `filters`, which screens need too: they have no use for
`scipy.signal`, and it takes long to load.
"""

import numpy as np
from scipy.signal import lfilter

from forecasting.filters import Floats, ratio


def decayed_mean(y: Floats, half_life: float, weight: Floats | None = None) -> Floats:
    """Mean with weights halving every `half_life` columns; holes have no weight.

    This is simple exponential smoothing with alpha = 1 - 0.5^(1/half_life), started without bias.
    """
    keep = 0.5 ** (1.0 / half_life)
    seen = ~np.isnan(y) * (1.0 if weight is None else weight)
    top = lfilter([1.0], [1.0, -keep], np.nan_to_num(y) * seen, axis=1)
    bottom = lfilter([1.0], [1.0, -keep], seen, axis=1)
    return ratio(top, bottom, 1e-9)


def same_phase_decayed(y: Floats, season: int, half_life: float) -> Floats:
    """Decayed mean over the same phase of the cycle; `half_life` counts cycles."""
    out = np.full(y.shape, np.nan)
    for phase in range(min(season, y.shape[1])):
        out[:, phase::season] = decayed_mean(y[:, phase::season], half_life)
    return out
