"""Decides where Prophet's budget is spent: first on sums of series that move together, whose year
and feasts all members borrow, then on the series of highest value that sell often enough. It has a
say only where several origins of a trial agree that it pays, and only on how much a horizon brings.

The budget is turned into a number of fits by a fixed price, so that a second run does the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from forecasting.amounts import lent_factors
from forecasting.backtest import Trial, horizon_loss
from forecasting.candidates import BLEND, UPGRADED
from forecasting.kin import groupings
from forecasting.models.prophet_model import ProphetModel
from forecasting.panel import Panel
from forecasting.stacking import SPARSE_SHARE
from forecasting.sum_panel import sums_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SECONDS_PER_FIT = 0.05
SECONDS_PER_PERIOD = 0.0001
SHORT_PERIODS = 100  # below it Prophet fits by Newton's method,
SECONDS_PER_SHORT_FIT = 0.25  # which takes longer
SUMS_SHARE = 0.5  # of the budget, at most; what they leave is for single series
TRIED_ORIGINS = 3  # all must gain: one window's luck is not skill
MUST_GAIN = 0.99  # loss with Prophet's say against the blend's, mean of the origins


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Prophet's say as factors on the blend: `tried` place of an origin → [S], `ahead` [S]; 1
    where it has none. `name`: of the candidate that the blend becomes.
    """

    tried: Mapping[int, Floats]
    ahead: Floats
    name: str = UPGRADED

    def mixed_trial(self, blend: Floats) -> tuple[Floats, frozenset[int]]:
        """The blend [O, S, H] with Prophet's say where it spoke, and those rows."""
        mixed = blend.copy()
        for place, factors in self.tried.items():
            mixed[place] *= factors[:, None]
        return mixed, frozenset(int(row) for row in np.flatnonzero(self.ahead != 1.0))

    def mixed_ahead(self, blend: Floats) -> Floats:
        return blend * self.ahead[None, :, None]


def prophet_upgrade(
    panel: Panel,
    horizon: int,
    trial: Trial,
    ahead: Mapping[str, Floats],
    value: Floats | None,
    *,
    seconds: float,
    seed: int,
) -> Upgrade | None:
    """Try Prophet on what the budget allows; None where it does not pay.

    `trial` and `ahead` name → [1, S, H] hold what the blend says.
    """
    count = len(trial.origins)
    affordable = int(seconds / price_of(panel.length))
    if affordable == 0 or count < TRIED_ORIGINS or BLEND not in trial.forecasts:
        return None
    places = tuple(int(place) for place in np.linspace(0, count - 1, TRIED_ORIGINS))
    say = _Say(panel, horizon, trial, ahead[BLEND][0], places, seed)
    found = Upgrade(dict.fromkeys(places, np.ones(panel.count)), np.ones(panel.count))
    most = int(SUMS_SHARE * affordable)
    early = panel.until(trial.origins[0])
    for groups in groupings(early, most) if most else ():
        if len(groups) > most:
            break
        affordable, most = affordable - len(groups), most - len(groups)
        more = say.where_it_pays(groups, found)
        if more is not None:
            found = more
            break
    single = tuple(np.array([row]) for row in _worth_trying(panel, value, affordable))
    found = (say.where_it_pays(single, found) if single else None) or found
    return None if (found.ahead == 1.0).all() else found


def price_of(length: int) -> float:
    """CPU seconds, of the solver's process too, to try one sum or series and to forecast it."""
    each = SECONDS_PER_FIT + SECONDS_PER_PERIOD * length
    return (TRIED_ORIGINS + 1) * (SECONDS_PER_SHORT_FIT if length < SHORT_PERIODS else each)


@dataclass(frozen=True, slots=True)
class _Say:
    """What Prophet says of groups of series, at the tried `places` of the trial and ahead."""

    panel: Panel
    horizon: int
    trial: Trial
    ahead: Floats
    places: tuple[int, ...]
    seed: int
    models: dict[int, ProphetModel] = field(default_factory=dict)

    def where_it_pays(self, groups: Sequence[Ints], so_far: Upgrade) -> Upgrade | None:
        """`so_far` with the say on `groups` added, None where the trial does not show a gain."""
        rows = np.concatenate(groups)
        tried: dict[int, Floats] = {}
        kept: list[float] = []
        for place in self.places:
            blend = self.trial.forecasts[BLEND][place] * so_far.tried[place][:, None]
            factors = self._factors(groups, self.trial.origins[place], blend)
            before = self._loss(place, blend, rows)
            after = self._loss(place, blend * factors[:, None], rows)
            kept.append(after / before if before > 0 else 1.0)
            tried[place] = so_far.tried[place] * factors
            if kept[-1] >= 1.0:
                return None
        if float(np.mean(kept)) >= MUST_GAIN:
            return None
        blend = self.ahead * so_far.ahead[:, None]
        factors = self._factors(groups, self.panel.length, blend)
        return Upgrade(tried, so_far.ahead * factors)

    def _factors(self, groups: Sequence[Ints], origin: int, blend: Floats) -> Floats:
        past = self.panel.until(origin)
        if origin not in self.models:
            self.models[origin] = ProphetModel(seed=self.seed).fit(past)
        sums = sums_of(past, groups)
        back = min(origin, past.frequency.level_window)
        said = self.models[origin].around(sums.panel, self.horizon, origin, back=back)
        return lent_factors(sums, said, blend, past.closed_ahead(origin, self.horizon))

    def _loss(self, place: int, said: Floats, rows: Ints) -> float:
        """Loss of `said` [S, H] over the sizes of the series."""
        one = slice(place, place + 1)
        size = self.trial.size[rows]
        part = Trial((self.trial.origins[place],), self.trial.actual[one, rows], {}, size)
        loss = horizon_loss(part, said[None, rows])
        known = size > 0
        return float(np.nansum(loss[known] / size[known]))


def _worth_trying(panel: Panel, value: Floats | None, affordable: int) -> Ints:
    seen = ~np.isnan(panel.y)
    count = seen.sum(axis=1)
    zero_share = ((panel.y <= 0) & seen).sum(axis=1) / np.maximum(count, 1)
    worth = np.nansum(panel.y, axis=1) if value is None else np.nan_to_num(value)
    fit = (zero_share < SPARSE_SHARE) & (count >= panel.frequency.year // 2) & (worth > 0)
    ranked = np.argsort(-np.where(fit, worth, -1.0), kind="stable")
    return np.sort(ranked[: min(affordable, int(fit.sum()))])
