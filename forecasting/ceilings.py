"""How much demand is still believable. Decides an upper bound for quantiles, series by series.

Quantiles are learned from ratios pooled over series that look alike; a few pooled ratios of tiny
forecasts could put a thousand units over a series that never sold twenty. No quantile exceeds both
twice the most that was ever sold in as many periods and a wide multiple of the forecast itself.
"""

import numpy as np

from forecasting.panel import Floats, Ints, Panel

TIMES_SEEN = 2.0
TIMES_FORECAST = 4.0


def believable(panel: Panel, base: Floats, steps: Ints) -> Floats:
    """[S, K] bound for totals over `steps` [K] periods, given their forecasts `base` [S, K].

    The forecast's own part is 4 m + 4 √m + 1: four standard deviations of a count of mean m above
    four times that mean, so that rare sellers keep room for the first surprise.
    """
    expected = np.maximum(base, 0.0)
    from_forecast = TIMES_FORECAST * (expected + np.sqrt(expected)) + 1.0
    most = most_in(panel, np.unique(steps))
    from_history = TIMES_SEEN * most[:, np.searchsorted(np.unique(steps), steps)]
    return np.asarray(np.maximum(from_forecast, from_history))


def most_in(panel: Panel, steps: Ints) -> Floats:
    """[S, K] the largest total of `steps` successive periods in the history; unseen counts 0."""
    sums = np.hstack([np.zeros((panel.count, 1)), np.cumsum(np.nan_to_num(panel.y), axis=1)])
    columns = []
    for step in steps:
        reach = min(int(step), panel.length)
        columns.append((sums[:, reach:] - sums[:, :-reach]).max(axis=1))
    return np.stack(columns, axis=1)
