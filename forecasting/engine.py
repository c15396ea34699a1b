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
    asleep_in,
    choose_champions,
    horizon_loss,
    run_trial,
    saw_one_year,
    score_trial,
)
from forecasting.candidates import (
    BLEND,
    KIN_SEASON,
    LOOKALIKE,
    SUPPORT,
    UPGRADED,
    candidate_models,
)
from forecasting.covariates import covariates_of, plan_covariates
from forecasting.frequency import Days
from forecasting.incumbency import keep_incumbents
from forecasting.intervals import PATH_LEVELS
from forecasting.losses import LEVELS
from forecasting.models.contract import Model, said_by
from forecasting.panel import Bools, Panel
from forecasting.paths import Donors, donors_of, sample_paths
from forecasting.sight import Sight, with_path_totals
from forecasting.stacking import (
    Weights,
    lean_to_middle,
    learn_weights,
    segments_of,
    trust_of,
)
from forecasting.upgrade import Upgrade, prophet_upgrade

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

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
    plan, tried = _candidates(panel, horizon, seed, models)
    trial = run_trial(now, horizon, tried)
    weights = _weighed(trial, segment)
    ahead, likes = _said_ahead(_needed(plan, weights), now, horizon)
    trial, ahead = _blended(trial, ahead, weights)
    upgrade = prophet_upgrade(now, horizon, trial, ahead, value, seconds=prophet_seconds, seed=seed)
    trial, ahead, champions = _decide(trial, ahead, segment, upgrade, incumbents)
    said = _of_champions(trial.forecasts, champions) if trial.origins else None
    asleep = asleep_in(trial, now, segment)
    final = with_analogues(now, _said_in_sleep(ahead, champions, asleep, segment))
    shut = now.closed_ahead(now.length, horizon)
    final = np.where(shut, 0.0, final)
    covariates = covariates_of(plan_covariates(now), now)
    steps = _step_grid(horizon, total_steps)
    sight = Sight(now, covariates, trial, said, ahead, final, likes, segment % 2, asleep, seed)
    spread = sight.period_quantiles()
    donors = donors_of(trial.actual, spread[0], segment, seed=seed)
    totals = sight.total_quantiles(steps)
    table = with_path_totals(totals, spread[1], segment, asleep, donors, steps, seed=seed)
    places = [PATH_LEVELS.index(level) for level in LEVELS]
    return PanelForecast(
        ids=panel.ids,
        days=now.days[now.length : now.length + horizon],
        mean=np.where(shut, 0.0, _leaned(trial, champions, likes, final, segment)),
        quantiles=_in_units(now, spread[1][:, :, places]),
        champions=champions,
        scores=score_trial(trial, now),
        losses=_losses(trial),
        weights=weights,
        segment=segment,
        total_steps=steps,
        total_table=np.maximum.accumulate(table[:, :, places], axis=1),
        spread_table=spread[1],
        donors=donors,
    )


def _candidates(
    panel: Panel, horizon: int, seed: int, models: Sequence[Model] | None
) -> tuple[list[Model], list[Model]]:
    """Those that forecast, and the same made small for the trial; `models` stand for both."""
    priced, daily = bool(panel.on_trial), panel.frequency.is_daily
    plan = tried = models
    if models is None:
        plan = candidate_models(horizon, seed, priced=priced)
        tried = candidate_models(horizon, seed, for_trial=True, daily=daily, priced=priced)
    out = set() if saw_one_year(panel, horizon) else {KIN_SEASON}
    return [one for one in plan or () if one.name not in out], [
        one for one in tried or () if one.name not in out
    ]


def _losses(trial: Trial) -> dict[str, Floats]:
    if not trial.origins:
        return {}
    return {name: horizon_loss(trial, said) for name, said in trial.forecasts.items()}


def _said_ahead(
    plan: Sequence[Model], now: Panel, horizon: int
) -> tuple[dict[str, Floats], Floats | None]:
    """What every candidate says of the future [1, S, H], and the spread [S, H, P] of the one that
    tells it.
    """
    ahead: dict[str, Floats] = {}
    likes: Floats | None = None
    for model in plan:
        ahead[model.name], told = said_by(model.fit(now), now, horizon, [now.length])
        likes = likes if told is None else told[0]
    return ahead, likes


def _weighed(trial: Trial, segment: Ints) -> Weights | None:
    """How the candidates are blended; None where nothing could be tried."""
    if not trial.origins or np.isnan(trial.actual).all():
        return None
    return learn_weights(trial.actual, trial.forecasts, trial.size, segment)


def _needed(plan: Sequence[Model], weights: Weights | None) -> list[Model]:
    """Without those that only support the blend, where the blend does without them."""
    if weights is None:
        return list(plan)
    return [one for one in plan if one.name not in SUPPORT or weights.counts(one.name)]


def _blended(
    trial: Trial, ahead: dict[str, Floats], weights: Weights | None
) -> tuple[Trial, dict[str, Floats]]:
    """Both with the blend of the candidates as one more."""
    if weights is None:
        return trial, ahead
    tried = {**trial.forecasts, BLEND: weights.blend(trial.forecasts)}
    return replace(trial, forecasts=tried), {**ahead, BLEND: weights.blend(ahead)}


def _decide(
    trial: Trial,
    ahead: dict[str, Floats],
    segment: Ints,
    upgrade: Upgrade | None,
    incumbents: Sequence[str] | None,
) -> tuple[Trial, dict[str, Floats], tuple[str, ...]]:
    """Name a champion for every series; where Prophet has a say, that is the upgraded blend."""
    if BLEND not in trial.forecasts:
        return trial, ahead, (next(reversed(ahead)),) * len(segment)
    champions = choose_champions(trial, segment)
    if upgrade is not None:
        mixed, rows = upgrade.mixed_trial(trial.forecasts[BLEND])
        trial = replace(trial, forecasts={**trial.forecasts, upgrade.name: mixed})
        ahead = {**ahead, upgrade.name: upgrade.mixed_ahead(ahead[BLEND])}
        champions = tuple(
            upgrade.name if row in rows else name for row, name in enumerate(champions)
        )
    if incumbents is not None:
        champions = keep_incumbents(champions, incumbents, _losses(trial))
    return trial, ahead, champions


def _leaned(
    trial: Trial,
    champions: Sequence[str],
    likes: Floats | None,
    final: Floats,
    segment: Ints,
) -> Floats:
    """[S, H] the forecast, of rare sellers drawn to the middle of what may come where that pays.

    Quantiles are learned around the forecast as it was: they know the middle already.
    """
    if likes is None or trial.spread is None or BLEND not in trial.forecasts:
        return final
    rare = (segment % 2 == 1) & np.isin(champions, (BLEND, UPGRADED))
    place = PATH_LEVELS.index(0.5)
    share = lean_to_middle(
        trial.actual, trial.forecasts[BLEND], trial.spread[..., place], trial.size, rare
    )
    part = np.where(rare, share, 0.0)[:, None]
    return np.asarray((1.0 - part) * final + part * likes[:, :, place])


def _said_in_sleep(
    ahead: Mapping[str, Floats], champions: Sequence[str], asleep: Bools, segment: Ints
) -> Floats:
    """[S, H] each series as its champion says; of a few rare sellers the blend of one `asleep`
    gives way to the lookalikes: no trial saw it sell, and what many taught knows no season.
    """
    final = _of_champions(ahead, champions)[0]
    few = 1.0 - trust_of(int((segment % 2 == 1).sum()), 1)
    if LOOKALIKE in ahead and few > 0:
        rows = asleep & np.isin(champions, (BLEND, UPGRADED))
        final[rows] = (1.0 - few) * final[rows] + few * ahead[LOOKALIKE][0][rows]
    return np.asarray(final)


def _of_champions(forecasts: Mapping[str, Floats], champions: Sequence[str]) -> Floats:
    """[O, S, H] each series as its champion says."""
    out = np.empty(next(iter(forecasts.values())).shape)
    names = np.asarray(champions)
    for name in set(champions):
        rows = names == name
        out[:, rows] = forecasts[name][:, rows]
    return out


def _in_units(panel: Panel, quantiles: Floats) -> Floats:
    """Whole units where demand has only ever come in whole units: nobody buys half of one.

    Totals stay as they are: plans take their mean from them, and rounded ones hold too much.
    """
    return np.round(quantiles) if panel.whole else quantiles


def _step_grid(horizon: int, asked: Sequence[int]) -> Ints:
    inside = {step for step in (*STEP_GRID, *asked, horizon) if 1 <= step <= horizon}
    return np.asarray(sorted(inside), dtype=np.int64)
