"""How fast a series sells on a day with stock. Decides what the lacking days of a week would sell.

A week that its own sale ended looks faster than the series is: seven days at the pace of the three
it lasted make a rare seller a good one. So its own pace is believed as far as its sales carry, and
the weeks before for the rest: what is filled in is units over all days in stock, and the sum of
demand over the sum of days stays what it is in truth, however a stock-out came about. Reads nothing
of later weeks.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Weeks after which an earlier week says half as much.
HALF_LIFE_WEEKS = 13.0
# How far weeks of one series differ beside chance, as a share of its pace squared.
SPREAD = 0.5


def selling_pace(sold: Floats, selling: Floats, *, half_life: float = HALF_LIFE_WEEKS) -> Floats:
    """[S, weeks] units a day with stock, from units [S, weeks] sold on `selling` days of each week;
    likewise of days, with a `half_life` in days.

    With a Poisson number of sales the own pace of a week strays by pace / days, the true one from
    week to week by SPREAD * pace squared: the weeks before are worth 1 / (SPREAD * pace) days, and
    never more than there were (credibility: Buehlmann 1967).
    """
    units, days = _before(sold, half_life), _before(selling, half_life)
    pace = units / np.maximum(days, 1e-9)
    least = 1.0 / np.maximum(days, 1e-9)  # nothing sold yet says less than one unit
    trust = np.minimum(1.0 / (SPREAD * np.maximum(pace, least)), days)
    return np.asarray((sold + trust * pace) / np.maximum(selling + trust, 1e-9))


def _before(values: Floats, half_life: float) -> Floats:
    """[S, periods] the sum of all earlier ones, half as much after each half life."""
    kept = 0.5 ** (1.0 / half_life)
    found = np.zeros(values.shape)
    for week in range(1, values.shape[1]):
        found[:, week] = kept * (found[:, week - 1] + values[:, week - 1])
    return found
