"""A few own ratios, those of a wider group, and a prior, mixed into one sample.

Decides how much each counts: (k · (k · prior + group's) / (k + m) + own) / (k + n) with
k = PRIOR_ORDERS. What has not ended yet is known only to exceed a ratio: its weight goes to
everything larger, as Efron (1967) redistributes a censored observation to the right. Knows no
order and no leg.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ratios = tuple[float, ...]

PRIOR_ORDERS = 4
SLICE_ENDS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Mixture:
    """Mean and deviation of the sample, five equal slices with them, and the weight of the own."""

    weight: float
    ratio: float
    spread: float
    slices: Ratios


@lru_cache(maxsize=4096)
def mixture(
    own: Ratios, group: Ratios, prior: Ratios, own_open: Ratios = (), group_open: Ratios = ()
) -> Mixture:
    """The mixture of ended and open observations with their prior."""
    n, m = len(own) + len(own_open), len(group) + len(group_open)
    weight, of_group = n / (n + PRIOR_ORDERS), m / (m + PRIOR_ORDERS)
    values = np.array([*own, *own_open, *group, *group_open, *prior])
    weights = np.concatenate(
        [
            np.full(n, weight / max(1, n)),
            np.full(m, (1 - weight) * of_group / max(1, m)),
            np.full(len(prior), (1 - weight) * (1 - of_group) / len(prior)),
        ]
    )
    still_open = np.zeros(len(values), dtype=bool)
    still_open[len(own) : n] = True
    still_open[n + len(group) : n + m] = True
    for bound in np.unique(values[still_open]):
        larger, here = values > bound, still_open & (values == bound)
        room = weights[larger].sum()
        if room > 0:
            weights[larger] *= 1 + weights[here].sum() / room
            weights[here] = 0.0
    mean = float(weights @ values)
    deviation = float(np.sqrt(weights @ (values - mean) ** 2))
    return Mixture(
        weight=round(weight, 3),
        ratio=round(mean, 4),
        spread=round(deviation, 4),
        slices=_slices(values, weights, mean, deviation),
    )


def _slices(values: Floats, weights: Floats, mean: float, deviation: float) -> Ratios:
    """The means of five equal slices of the sample, stretched to its whole deviation."""
    order = np.argsort(values, kind="stable")
    share = np.concatenate([[0.0], np.cumsum(weights[order])])
    running = np.concatenate([[0.0], np.cumsum((weights * values)[order])])
    points = np.diff(np.interp(SLICE_ENDS, share, running)) * (len(SLICE_ENDS) - 1)
    scale = float(points.std())
    stretched = mean + (points - points.mean()) * (deviation / scale if scale > 0 else 0.0)
    return tuple(round(float(point), 4) for point in stretched)
