"""How far demand may stray from its forecast, period by period and in total.

Decides which errors of the trial speak for which forecast and how much is left to lookalikes and
to joint paths; makes no forecast. Unseen periods count as forecast in totals, closed ones as none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.backtest import Trial
from forecasting.ceilings import believable
from forecasting.covariates import Covariates
from forecasting.intervals import (
    PATH_LEVELS,
    RatioQuantiles,
    learn_ratios,
    mirrored,
    no_surer_than_chance,
    with_other_surprises,
)
from forecasting.panel import Bools, Panel
from forecasting.paths import Donors, sample_paths
from forecasting.resemblance import (
    base_of,
    period_features,
    running_totals,
    sizes_at,
    total_features,
)
from forecasting.silence import shares_by_silence, silence_of, with_silence
from forecasting.spread_mixing import learn_shares, mixed

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EARLY_TREES = 6  # enough to compare by
MIN_SEEN_FOR_TOTAL = 0.75  # share of a total's periods that must have been seen to be learned from
PATHS_FOR_TOTALS = 100


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything the error quantiles are learned from and applied to."""

    panel: Panel
    covariates: Covariates
    trial: Trial
    said: Floats | None
    ahead: Mapping[str, Floats]
    final: Floats
    likes: Floats | None
    kind: Ints
    asleep: Bools
    seed: int

    def period_quantiles(self) -> tuple[Floats, Floats]:
        """Quantiles at PATH_LEVELS of the trial [O, S, H, P] and of the forecast [S, H, P]."""
        ratios = RatioQuantiles(PATH_LEVELS, None, ())
        tried = np.zeros((0, *self.final.shape, len(PATH_LEVELS)))
        shares: Floats | None = None
        if self.said is not None:
            base = base_of(self.panel, self.said, self.trial.origins)
            features = period_features(
                self.panel, self.covariates, self.trial.origins, base, self._others(self.trial)
            )
            actual = mirrored(base, self.trial.actual, seed=self.seed)
            ratios = learn_ratios(
                features,
                base.reshape(-1),
                actual.reshape(-1),
                seed=self.seed,
                alike=len(self.trial.origins),
            )
            tried = ratios.at(features, base.reshape(-1)).reshape(*base.shape, -1)
            shares = self._shares(features, base, actual)
        origin = [self.panel.length]
        base = base_of(self.panel, self.final[None], origin)
        features = period_features(
            self.panel, self.covariates, origin, base, self._others(self.ahead)
        )
        now = ratios.at(features, base.reshape(-1)).reshape(*self.final.shape, -1)
        if shares is not None and self.likes is not None and self.trial.spread is not None:
            tried = mixed(tried, self.trial.spread, shares)
            now = mixed(now, self.likes, shares)
        each = np.ones(self.final.shape[1], dtype=np.int64)
        now = np.minimum(now, believable(self.panel, base[0], each)[:, :, None])
        shut = self.panel.closed_ahead(self.panel.length, self.final.shape[1])
        return tried, np.where(shut[:, :, None], 0.0, now)

    def _shares(self, features: Floats, base: Floats, actual: Floats) -> Floats | None:
        """[S] share of the lookalikes, measured on the later half of the trial's periods against
        errors of the earlier half: all series share the surprises of a period.
        """
        if self.trial.spread is None:
            return None
        step = np.arange(base.shape[2])
        period = np.asarray(self.trial.origins)[:, None, None] + step + np.zeros(base.shape)
        judged = ~np.isnan(self.trial.actual)
        later = period >= np.median(period[judged]) if judged.any() else judged
        early = learn_ratios(
            features,
            base.reshape(-1),
            np.where(later, np.nan, actual).reshape(-1),
            seed=self.seed,
            alike=len(self.trial.origins) / 2.0,
            trees=EARLY_TREES,
        )
        said = early.at(features, base.reshape(-1)).reshape(*base.shape, -1)
        came = np.where(later, self.trial.actual, np.nan)
        shares = learn_shares(came, said, self.trial.spread, self.trial.size, self.kind)
        return np.where(self.asleep, 1.0, shares)

    def total_quantiles(self, steps: Ints) -> Floats:
        """[S, K, P] quantiles of running totals."""
        ratios, shares = RatioQuantiles(PATH_LEVELS, None, ()), None
        if self.said is not None:
            open_said, actual = self._filled_totals(steps)
            features = total_features(
                self.panel,
                self.covariates,
                self.trial.origins,
                open_said,
                steps,
                self._others(self.trial),
            )
            ratios = learn_ratios(
                features,
                open_said.reshape(-1),
                actual.reshape(-1),
                seed=self.seed + 1,
                alike=len(self.trial.origins) * len(steps) / 2.0,
            )
            shares = self._shares_by_silence(ratios, features, open_said, actual)
        origin = [self.panel.length]
        shut = self.panel.closed_ahead(self.panel.length, self.final.shape[1])
        base = np.where(shut, 0.0, base_of(self.panel, self.final[None], origin)[0])
        total = running_totals(base[None], steps)
        features = total_features(
            self.panel, self.covariates, origin, total, steps, self._others(self.ahead)
        )
        table = ratios.at(features, total.reshape(-1)).reshape(self.panel.count, len(steps), -1)
        if shares is not None:
            table = with_silence(table, silence_of(self.panel, np.asarray(origin))[0], shares)
        if self.panel.whole:
            said = running_totals(np.where(shut, 0.0, self.final)[None], steps)[0]
            table = no_surer_than_chance(table, said)
        return np.minimum(table, believable(self.panel, total[0], steps)[:, :, None])

    def _shares_by_silence(
        self, ratios: RatioQuantiles, features: Floats, said: Floats, actual: Floats
    ) -> Floats:
        """The part of what was awaited by the last step that came, by silence at the origin."""
        origins, each = self.trial.origins, actual.shape[2]
        return shares_by_silence(
            silence_of(self.panel, np.asarray(origins)).reshape(-1),
            ratios.at(features[each - 1 :: each], said[:, :, -1].reshape(-1)),
            actual[:, :, -1].reshape(-1),
            np.nan_to_num(sizes_at(self.panel, origins)).reshape(-1),
        )

    def _filled_totals(self, steps: Ints) -> tuple[Floats, Floats]:
        """Forecast and actual totals [O, S, K] of the trial; unseen periods as forecast."""
        assert self.said is not None
        origins, horizon = self.trial.origins, self.said.shape[2]
        shut = np.stack([self.panel.closed_ahead(origin, horizon) for origin in origins])
        base = np.where(shut, 0.0, base_of(self.panel, self.said, origins))
        unseen = np.isnan(self.trial.actual) & ~shut
        filled = np.where(shut, 0.0, np.where(unseen, base, self.trial.actual))
        missing = running_totals(unseen.astype(np.float64), steps) / steps
        ends = np.asarray(origins)[:, None, None] + steps[None, None, :]
        usable = (missing <= 1.0 - MIN_SEEN_FOR_TOTAL) & (ends <= self.panel.length)
        totals = with_other_surprises(base, filled, unseen, steps, seed=self.seed)
        return running_totals(base, steps), np.where(usable, totals, np.nan)

    def _others(self, source: Trial | Mapping[str, Floats]) -> dict[str, Floats]:
        """The candidates whose disagreement tells how sure a forecast can be."""
        forecasts = source.forecasts if isinstance(source, Trial) else source
        names = ("boosted", "theta", "smoothing", "year_ago")
        return {name: forecasts[name] for name in names if name in forecasts}


def with_path_totals(
    table: Floats,
    spread: Floats,
    segment: Ints,
    asleep: Bools,
    donors: Donors,
    steps: Ints,
    *,
    seed: int,
) -> Floats:
    """Quantiles of totals [S, K, P], half of them of sums of joint paths where series sell often.

    A trial meets few surprises of two days and many of one: paths carry the spread of single
    periods into short totals. Rare sellers keep theirs, since paths hardly ever die out; those
    `asleep` in the trial have none of their own and take those of the paths.
    """
    rows = np.flatnonzero((segment % 2 == 0) | asleep)
    if len(rows) == 0 or len(donors.ranks) == 0:
        return table
    paths = sample_paths(spread[rows], segment[rows], donors, PATHS_FOR_TOTALS, seed=seed)
    sums = np.quantile(running_totals(paths, steps), PATH_LEVELS, axis=1)
    share = np.where(asleep[rows], 1.0, 0.5)[:, None, None]
    out = table.copy()
    out[rows] = (1.0 - share) * table[rows] + share * sums.transpose(1, 2, 0)
    return out
