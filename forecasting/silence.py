"""Whether what has not sold for long will sell again. Decides by how much less comes of a silent
series than its error quantiles say, from the silent series of the trial; makes no forecast. What
the trial does not show is left as it is.

Error quantiles are pooled over forecasts of a like size, most of them of series that sell: one that
died keeps their rare large totals, and plans would buy it again.
"""

import numpy as np

from forecasting.filters import ratio, since_last
from forecasting.intervals import PATH_LEVELS
from forecasting.panel import Floats, Ints, Panel
from forecasting.quantiles import means_of

# Periods without a sale, as multiples of the usual gap between two; below the first all are alike.
SILENCES = (3.0, 6.0, 12.0, 24.0)
TOLD = 4.0  # silent series whose sales came as awaited, assumed before any were seen


def silence_of(panel: Panel, origins: Ints) -> Floats:
    """[O, S] periods since the last sale at each origin, as multiples of the usual gap until then;
    NaN before the first sale.
    """
    sold = np.nan_to_num(panel.y) > 0
    seen, sales = (np.cumsum(one, axis=1).astype(np.float64) for one in (~np.isnan(panel.y), sold))
    gap = np.maximum(ratio(seen, sales, 1.0), 1.0)
    return np.asarray((since_last(sold) / gap)[:, origins - 1].T)


def shares_by_silence(silence: Floats, table: Floats, came: Floats, size: Floats) -> Floats:
    """[len(SILENCES)] the part of what was awaited that came, by silence: never more than all,
    never more after a longer silence.

    `silence` [N], `table` [N, PATH_LEVELS] the quantiles of totals that were said, `came` [N] what
    came (NaN: not seen), `size` [N] of the series, so that each has one voice.
    """
    known = ~np.isnan(came) & ~np.isnan(silence) & (size > 0)
    group = np.searchsorted(SILENCES, silence[known], side="right")
    count = len(SILENCES) + 1
    awaited = means_of(np.asarray(PATH_LEVELS), table[known]) / size[known]
    voices = np.maximum(np.bincount(group, minlength=count), 1)
    expected, found = (
        np.bincount(group, values, count) for values in (awaited, came[known] / size[known])
    )
    assumed = TOLD * expected / voices
    shares = ratio(found + assumed, expected + assumed, 1e-12)[1:]
    return np.asarray(np.minimum.accumulate(np.clip(np.nan_to_num(shares, nan=1.0), 0.0, 1.0)))


def with_silence(table: Floats, silence: Floats, shares: Floats) -> Floats:
    """Quantiles of totals [S, K, PATH_LEVELS], those of silent series scaled to what comes."""
    known = np.append(1.0, shares)
    alive = known[np.searchsorted(SILENCES, np.nan_to_num(silence), side="right")]
    return np.asarray(table * alive[:, None, None])
