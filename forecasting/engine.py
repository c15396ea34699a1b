"""The public entry: a panel in, forecasts with their uncertainty, champions and record out.

Decides the order of work (try the candidates out of sample, weigh them, learn the errors, fit
again on everything, forecast) and nothing inside any step. Never looks past the panel's end,
except at what is announced; the same panel and seed give the same numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forecasting.analogue import with_analogues
from forecasting.backtest import (
    Score,
    Trial,
    choose_champions,
    horizon_loss,
    run_trial,
    score_trial,
)
from forecasting.candidates import BLEND, candidate_models
from forecasting.ceilings import believable
from forecasting.covariates import Covariates, covariates_of, plan_covariates
from forecasting.frequency import Days
from forecasting.incumbency import keep_incumbents
from forecasting.intervals import (
    PATH_LEVELS,
    RatioQuantiles,
    learn_ratios,
    mirrored,
    with_other_surprises,
)
from forecasting.losses import LEVELS
from forecasting.models.contract import Model
from forecasting.panel import Panel
from forecasting.paths import Donors, donors_of, sample_paths
from forecasting.resemblance import base_of, period_features, running_totals, total_features
from forecasting.stacking import Weights, learn_weights, segments_of
from forecasting.upgrade import Upgrade, prophet_upgrade

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MIN_SEEN_FOR_TOTAL = 0.75  # share of a total's periods that must have been seen to be learned from
STEP_GRID = (1, 2, 3, 4, 6, 8, 11, 14, 18, 22, 28, 35, 45, 60, 75, 90, 120, 150, 180, 270, 364)


@dataclass(frozen=True, slots=True)
class PanelForecast:
    """What will probably sell: S series, H periods ahead, Q = len(LEVELS) quantiles.

    `mean` [S, H]; `quantiles` [S, H, Q]; `champions` name per series; `scores` of the candidates
    in the trial, `losses` name → [S] error per period (units) of each series there; `weights` how
    the blend was made. Periods announced closed are 0.
    """

    ids: tuple[str, ...]
    days: Days
    mean: Floats
    quantiles: Floats
    champions: tuple[str, ...]
    scores: tuple[Score, ...]
    losses: Mapping[str, Floats]
    weights: Weights | None
    segment: Ints
    total_steps: Ints
    total_table: Floats
    spread_table: Floats
    donors: Donors

    def totals(self, steps: int) -> Floats:
        """[S, Q] quantiles of demand summed over the first `steps` periods (1 … H)."""
        assert 1 <= steps <= self.mean.shape[1], "totals reach no farther than the horizon"
        grid = self.total_steps
        high = int(np.searchsorted(grid, steps))
        if grid[high] == steps:
            return self.total_table[:, high]
        low_steps = grid[high - 1] if high else 0
        low = self.total_table[:, high - 1] if high else np.zeros_like(self.total_table[:, 0])
        share = (steps - low_steps) / (grid[high] - low_steps)
        return np.asarray(low + share * (self.total_table[:, high] - low))

    def paths(self, rows: Sequence[int] | Ints, count: int = 200, *, seed: int = 0) -> Floats:
        """[len(rows), count, H] joint paths of demand; each follows a real path of errors."""
        chosen = np.asarray(rows, dtype=np.int64)
        return sample_paths(
            self.spread_table[chosen], self.segment[chosen], self.donors, count, seed=seed
        )


def forecast_panel(
    panel: Panel,
    horizon: int,
    *,
    seed: int = 0,
    prophet_seconds: float = 0.0,
    total_steps: Sequence[int] = (),
    value: Floats | None = None,
    models: Sequence[Model] | None = None,
    incumbents: Sequence[str] | None = None,
) -> PanelForecast:
    """Forecast every series of the panel `horizon` periods beyond its history.

    `prophet_seconds` is a budget of CPU seconds, spent on the series of highest `value` (default:
    volume) and only where a trial shows that it pays. `total_steps`: sums asked for exactly;
    others are interpolated. `models` replaces the candidates (a list of unfitted models).
    `incumbents`: who had each series so far, "" if nobody; it is replaced only by a margin.
    """
    assert horizon >= 1, "a forecast reaches at least one period"
    now = panel.reaching(horizon)
    segment = segments_of(now)
    plan = list(models) if models is not None else candidate_models(horizon, seed)
    tried = plan if models is not None else candidate_models(horizon, seed, for_trial=True)
    trial = run_trial(now, horizon, tried)
    upgrade = prophet_upgrade(now, horizon, trial, value, seconds=prophet_seconds, seed=seed)
    ahead = {model.name: model.fit(now).predict(now, horizon, [now.length]) for model in plan}
    trial, ahead, weights, champions = _decide(trial, ahead, segment, upgrade, incumbents)
    said = _of_champions(trial.forecasts, champions) if trial.origins else None
    final = with_analogues(now, _of_champions(ahead, champions)[0])
    final = np.where(now.closed_ahead(now.length, horizon), 0.0, final)
    covariates = covariates_of(plan_covariates(now), now)
    steps = _step_grid(horizon, total_steps)
    sight = _Sight(now, covariates, trial, said, ahead, final, seed)
    spread = sight.period_quantiles()
    table = sight.total_quantiles(steps)
    places = [PATH_LEVELS.index(level) for level in LEVELS]
    return PanelForecast(
        ids=panel.ids,
        days=now.days[now.length : now.length + horizon],
        mean=final,
        quantiles=spread[1][:, :, places],
        champions=champions,
        scores=score_trial(trial, now),
        losses={name: horizon_loss(trial, said) for name, said in trial.forecasts.items()}
        if trial.origins
        else {},
        weights=weights,
        segment=segment,
        total_steps=steps,
        total_table=np.maximum.accumulate(table[:, :, places], axis=1),
        spread_table=spread[1],
        donors=donors_of(trial.actual, spread[0], segment, seed=seed),
    )


def _decide(
    trial: Trial,
    ahead: dict[str, Floats],
    segment: Ints,
    upgrade: Upgrade | None,
    incumbents: Sequence[str] | None,
) -> tuple[Trial, dict[str, Floats], Weights | None, tuple[str, ...]]:
    """Weigh the candidates into the blend, then name a champion for every series."""
    if not trial.origins or np.isnan(trial.actual).all():
        name = next(reversed(ahead))
        return trial, ahead, None, (name,) * len(segment)
    weights = learn_weights(trial.actual, trial.forecasts, trial.size, segment)
    tried = {**trial.forecasts, BLEND: weights.blend(trial.forecasts)}
    ahead = {**ahead, BLEND: weights.blend(ahead)}
    trial = replace(trial, forecasts=tried)
    champions = choose_champions(trial, segment)
    if upgrade is not None:
        tried[upgrade.name], rows = upgrade.mixed_trial(tried[BLEND])
        ahead[upgrade.name] = upgrade.mixed_ahead(ahead[BLEND])
        champions = tuple(
            upgrade.name if row in rows else name for row, name in enumerate(champions)
        )
    if incumbents is not None:
        losses = {name: horizon_loss(trial, said) for name, said in tried.items()}
        champions = keep_incumbents(champions, incumbents, losses)
    return trial, ahead, weights, champions


def _of_champions(forecasts: Mapping[str, Floats], champions: Sequence[str]) -> Floats:
    """[O, S, H] each series as its champion says."""
    out = np.empty(next(iter(forecasts.values())).shape)
    names = np.asarray(champions)
    for name in set(champions):
        rows = names == name
        out[:, rows] = forecasts[name][:, rows]
    return out


def _step_grid(horizon: int, asked: Sequence[int]) -> Ints:
    inside = {step for step in (*STEP_GRID, *asked, horizon) if 1 <= step <= horizon}
    return np.asarray(sorted(inside), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Sight:
    """Everything the error quantiles are learned from and applied to."""

    panel: Panel
    covariates: Covariates
    trial: Trial
    said: Floats | None
    ahead: Mapping[str, Floats]
    final: Floats
    seed: int

    def period_quantiles(self) -> tuple[Floats, Floats]:
        """Quantiles at PATH_LEVELS of the trial [O, S, H, P] and of the forecast [S, H, P]."""
        ratios = RatioQuantiles(PATH_LEVELS, None, ())
        tried = np.zeros((0, *self.final.shape, len(PATH_LEVELS)))
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
        origin = [self.panel.length]
        base = base_of(self.panel, self.final[None], origin)
        features = period_features(
            self.panel, self.covariates, origin, base, self._others(self.ahead)
        )
        now = ratios.at(features, base.reshape(-1)).reshape(*self.final.shape, -1)
        each = np.ones(self.final.shape[1], dtype=np.int64)
        now = np.minimum(now, believable(self.panel, base[0], each)[:, :, None])
        shut = self.panel.closed_ahead(self.panel.length, self.final.shape[1])
        return tried, np.where(shut[:, :, None], 0.0, now)

    def total_quantiles(self, steps: Ints) -> Floats:
        """[S, K, P] quantiles of running totals."""
        ratios = RatioQuantiles(PATH_LEVELS, None, ())
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
        origin = [self.panel.length]
        shut = self.panel.closed_ahead(self.panel.length, self.final.shape[1])
        base = np.where(shut, 0.0, base_of(self.panel, self.final[None], origin)[0])
        total = running_totals(base[None], steps)
        features = total_features(
            self.panel, self.covariates, origin, total, steps, self._others(self.ahead)
        )
        table = ratios.at(features, total.reshape(-1)).reshape(self.panel.count, len(steps), -1)
        return np.minimum(table, believable(self.panel, total[0], steps)[:, :, None])

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
