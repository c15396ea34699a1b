"""Decides where Prophet's budget is spent: the series of highest value that sell often enough,
as many as the budget pays for, and only if a trial shows that mixing it in lowers their loss.

The budget is turned into a number of fits by a fixed price, so that a second run does the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.backtest import Trial, horizon_loss
from forecasting.candidates import BLEND
from forecasting.models.prophet_model import ProphetModel
from forecasting.panel import Panel
from forecasting.stacking import SPARSE_SHARE, learn_weights, segments_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SECONDS_PER_FIT = 0.08
SECONDS_PER_PERIOD = 0.0002
MUST_GAIN = 0.98  # loss of the mix against the blend's on the same series
SHARE = 0.25  # half of the say lost where the trial had been lucky, a quarter gains as much


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Prophet's say for some rows: in one origin of the trial [n, H] and ahead [n, H]."""

    name: str
    rows: Ints
    origin: int
    tried: Floats
    ahead: Floats

    def mixed_trial(self, blend: Floats) -> tuple[Floats, frozenset[int]]:
        """The blend [O, S, H] with Prophet mixed in where it spoke, and those rows."""
        mixed = blend.copy()
        mixed[self.origin, self.rows] = _mix(blend[self.origin, self.rows], self.tried)
        return mixed, frozenset(int(row) for row in self.rows)

    def mixed_ahead(self, blend: Floats) -> Floats:
        mixed = blend.copy()
        mixed[0, self.rows] = _mix(blend[0, self.rows], self.ahead)
        return mixed


def prophet_upgrade(
    panel: Panel,
    horizon: int,
    trial: Trial,
    value: Floats | None,
    *,
    seconds: float,
    seed: int,
) -> Upgrade | None:
    """Try Prophet on what the budget allows; None where it does not pay."""
    rows = _worth_trying(panel, value, seconds)
    if len(rows) == 0 or not trial.origins:
        return None
    place = len(trial.origins) - 1
    some = panel.select(rows)
    past = trial.origins[place]
    model = ProphetModel(seed=seed).fit(some.until(past))
    tried = model.predict(some, horizon, [past])[0]
    weights = learn_weights(trial.actual, trial.forecasts, trial.size, segments_of(panel))
    blend = weights.blend(trial.forecasts)[place : place + 1, rows]
    of_rows = Trial(
        (past,), trial.actual[place : place + 1, rows], {BLEND: blend}, trial.size[rows]
    )
    before = horizon_loss(of_rows, blend) / trial.size[rows]
    after = horizon_loss(of_rows, _mix(blend[0], tried)[None]) / trial.size[rows]
    if not np.nansum(after) < MUST_GAIN * np.nansum(before):
        return None
    ahead = model.fit(some).predict(some, horizon, [panel.length])[0]
    return Upgrade("prophet_blend", rows, place, tried, ahead)


def _worth_trying(panel: Panel, value: Floats | None, seconds: float) -> Ints:
    price = 2.0 * (SECONDS_PER_FIT + SECONDS_PER_PERIOD * panel.length)
    affordable = int(seconds / price)
    if affordable == 0:
        return np.empty(0, dtype=np.int64)
    seen = ~np.isnan(panel.y)
    count = seen.sum(axis=1)
    zero_share = ((panel.y <= 0) & seen).sum(axis=1) / np.maximum(count, 1)
    worth = np.nansum(panel.y, axis=1) if value is None else np.nan_to_num(value)
    fit = (zero_share < SPARSE_SHARE) & (count >= panel.frequency.year // 2) & (worth > 0)
    ranked = np.argsort(-np.where(fit, worth, -1.0), kind="stable")
    return np.sort(ranked[: min(affordable, int(fit.sum()))])


def _mix(blend: Floats, prophet: Floats) -> Floats:
    return (1.0 - SHARE) * blend + SHARE * prophet
