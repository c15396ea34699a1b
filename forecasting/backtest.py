"""Rolling-origin backtest: what each candidate would have said, what happened, who is champion.

A candidate is fitted once on what was known at the first origin and speaks from every origin
with what was known there. Decides origins, champions and scores; the losses live in `losses.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.candidates import BASELINE, BLEND, RARE_ONLY, SUPPORT
from forecasting.losses import (
    LEVELS,
    bias,
    rmsse,
    step_scale,
    total_wape,
    wape,
    weighted_quantile_loss,
)
from forecasting.models.contract import Model, said_by
from forecasting.panel import Bools, Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TRIAL_ORIGINS = 8
SHORT_HORIZONS = 3  # a history of fewer horizons at the first origin is short
SHORT_REFITS = 3
KNOWN_AFTER = 4  # this part of a second year tells what was usual a year before
SLEEPS_BELOW = 0.25  # of the pace of its season, what sells before it is asleep
CHAMPION_PRIOR = 8.0  # origins' worth of trust in the segment against the series' own record
LEAST_RELATIVE = 1e-9  # a perfect score is measured too
BLEND_ADVANTAGE = 0.7  # a single candidate must be this much better than the blend
LEVEL_BINS = 12


@dataclass(frozen=True, slots=True)
class Trial:
    """Out-of-sample forecasts: `actual` and each of `forecasts` are [O, S, H], NaN unknown.

    `spread` [O, S, H, P]: quantiles of the model that tells them, None without one.
    """

    origins: tuple[int, ...]
    actual: Floats
    forecasts: Mapping[str, Floats]
    size: Floats
    spread: Floats | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How one candidate did over a trial; lower is better, bias near 0."""

    name: str
    wape: float
    rmsse: float
    wql: float
    total_wape: float
    bias: float


def outer_cutoffs(length: int, *, horizon: int, step: int, origins: int) -> list[int]:
    """Cutoffs as periods seen: the last lies `horizon` before the end, others `step` apart."""
    cutoffs = [length - horizon - back * step for back in range(origins)]
    return sorted(cutoff for cutoff in cutoffs if cutoff > 0)


def trial_origins(panel: Panel, horizon: int) -> tuple[int, ...]:
    """Origins inside the history from which the candidates are tried, earliest first.

    The window they span covers the horizon and a season where the history is long enough; a short
    history tries with part of the horizon, from its second half.
    """
    length = panel.length
    if length < 2:
        return ()
    reach = min(horizon, max(1, length // 3))
    last = length - reach
    span = max(reach, panel.frequency.level_window)
    earliest = min(last, max(1, -(-length // 2), last - span))
    room = last - earliest
    stride = max(1, room // max(TRIAL_ORIGINS - 1, 1))
    count = min(TRIAL_ORIGINS, 1 + room // stride)
    if panel.frequency.is_daily and stride % 7 == 0:
        stride -= 1
    return tuple(last - stride * back for back in range(count - 1, -1, -1))


def saw_one_year(panel: Panel, horizon: int) -> bool:
    """Whether the history holds a year, and its trial begins before what was usual a year before
    is known: whoever forecasts by the year before has no chance to show it. Days have their week,
    and a year of them is no season smoothed over it.
    """
    year, origins = panel.frequency.year, trial_origins(panel, horizon)
    known_from = year + year // KNOWN_AFTER
    return (
        bool(origins)
        and not panel.frequency.is_daily
        and panel.length >= year
        and origins[0] < known_from
    )


def refits(origins: Sequence[int], horizon: int) -> list[tuple[int, ...]]:
    """The origins in groups; models are fitted anew at the first of each group.

    One fit serves all where it has most of the history; a short history is worth several, since
    each period more teaches much.
    """
    groups = SHORT_REFITS if origins[0] < SHORT_HORIZONS * horizon else 1
    size = -(-len(origins) // groups)
    return [tuple(origins[start : start + size]) for start in range(0, len(origins), size)]


def run_trial(panel: Panel, horizon: int, models: Sequence[Model]) -> Trial:
    """Let each model forecast from all origins with what was known there."""
    origins = trial_origins(panel, horizon)
    actual = np.full((len(origins), panel.count, horizon), np.nan)
    for place, origin in enumerate(origins):
        seen = panel.y[:, origin : origin + horizon]
        actual[place, :, : seen.shape[1]] = seen
    parts: dict[str, list[Floats]] = {model.name: [] for model in models} if origins else {}
    spreads: list[Floats] = []
    for group in refits(origins, horizon) if origins else ():
        past = panel.until(group[0])  # one panel for all: what is learned of it is shared
        for model in models:
            said, spread = said_by(model.fit(past), panel, horizon, group)
            parts[model.name].append(said)
            spreads += [] if spread is None else [spread]
    forecasts = {name: np.concatenate(said) for name, said in parts.items()}
    first = panel.y[:, : max(origins[0], 1)] if origins else panel.y
    seen_mean = np.where(np.isnan(first), 0.0, first).sum(axis=1)
    count = (~np.isnan(first)).sum(axis=1)
    size = np.where(count > 0, seen_mean / np.maximum(count, 1), np.nan)
    return Trial(origins, actual, forecasts, size, np.concatenate(spreads) if spreads else None)


def asleep_in(trial: Trial, panel: Panel, segment: Ints) -> Bools:
    """[S] rare sellers out of season: nothing sold in the whole trial, but a year before what is
    ahead, and little in the year before that trial. What sold all year and then stopped has died.

    Their errors know only that nothing came; what is ahead is left to the lookalikes.
    """
    if not trial.origins:
        return np.zeros(panel.count, dtype=bool)
    y, year, horizon = np.nan_to_num(panel.y), panel.frequency.year, trial.actual.shape[2]
    begin = panel.length - year
    season = y[:, max(begin, 0) : max(begin + horizon, 0)].sum(axis=1) / horizon
    first = trial.origins[0] - year
    before = y[:, max(first, 0) : max(begin, 0)].sum(axis=1) / max(begin - first, 1)
    awake = (np.nan_to_num(trial.actual) > 0).any(axis=(0, 2))
    slept = (first >= 0) & (before <= SLEEPS_BELOW * season)
    return np.asarray((segment % 2 == 1) & ~awake & (season > 0) & slept)


def choose_champions(trial: Trial, segment: Ints) -> tuple[str, ...]:
    """[S] the candidate with the least loss at the horizon, shrunk to its segment's record.

    The loss is the absolute error of the horizon's total (a third) and of its periods, against
    the baseline's; nobody who does not beat the baseline becomes champion. Rare sellers keep the
    blend: by such errors nothing is better than to say nothing.
    """
    names = list(trial.forecasts)
    own = np.stack([horizon_loss(trial, trial.forecasts[name]) for name in names], axis=1)
    known = np.isfinite(own).all(axis=1)
    base = names.index(BASELINE)
    advantage = np.array([_advantage(name) for name in names])
    champions = np.full(len(segment), names.index(BLEND))
    pooled = _relative(own[known].sum(axis=0), base)
    for code in np.unique(segment[segment % 2 == 0]):
        rows = (segment == code) & known
        if not rows.any():
            champions[segment == code] = int(np.argmin(pooled * advantage))
            continue
        of_segment = _relative(own[rows].sum(axis=0), base)
        trust = len(trial.origins) / (len(trial.origins) + CHAMPION_PRIOR)
        relative = np.stack([_relative(row, base) for row in own[rows]])
        shrunk = trust * np.minimum(relative, 5.0) + (1.0 - trust) * of_segment
        champions[rows] = np.argmin(shrunk * advantage, axis=1)
        unknown = (segment == code) & ~known
        champions[unknown] = int(np.argmin(of_segment * advantage))
    return tuple(names[place] for place in champions)


def _advantage(name: str) -> float:
    if name in SUPPORT | RARE_ONLY:
        return np.inf  # part of the blend, never alone
    return BLEND_ADVANTAGE if name == BLEND else 1.0


def horizon_loss(trial: Trial, forecast: Floats) -> Floats:
    """[S] a third the error of totals, two thirds that of periods; NaN where unjudged."""
    judged = ~np.isnan(trial.actual)
    error = np.where(judged, trial.actual - forecast, 0.0)
    count = judged.sum(axis=(0, 2))
    totals = np.abs(error.sum(axis=2)).sum(axis=0)
    periods = np.abs(error).sum(axis=(0, 2))
    loss = (totals / 3.0 + periods / 1.5) / np.maximum(count, 1)
    return np.asarray(np.where(count > 0, loss, np.nan))


def score_trial(trial: Trial, panel: Panel) -> tuple[Score, ...]:
    """One score per candidate, best horizon total first."""
    if not trial.origins:
        return ()
    scale = step_scale(panel.y[:, : trial.origins[0]], squared=True)
    scores = [
        score_forecast(name, trial.actual, forecast, scale)
        for name, forecast in trial.forecasts.items()
    ]
    return tuple(sorted(scores, key=lambda score: np.nan_to_num(score.total_wape, nan=9e9)))


def score_forecast(name: str, actual: Floats, forecast: Floats, scale: Floats) -> Score:
    """Scores of means [O, S, H]; their quantiles are pooled ratios by level, cross-fitted."""
    origins, series, horizon = actual.shape
    flat = actual.reshape(origins * series, horizon)
    means = forecast.reshape(origins * series, horizon)
    usable = np.where(scale > 0, scale, np.nan)
    return Score(
        name=name,
        wape=wape(actual, forecast),
        rmsse=rmsse(flat, means, np.tile(usable, origins)),
        wql=weighted_quantile_loss(actual, pooled_quantiles(actual, forecast)),
        total_wape=total_wape(actual, forecast),
        bias=bias(actual, forecast),
    )


def pooled_quantiles(actual: Floats, forecast: Floats) -> Floats:
    """[O, S, H, levels] plain quantiles of actual / forecast by forecast level.

    Learned on every other series and used on the rest, so that nothing is scored on itself.
    """
    out = np.zeros((*actual.shape, len(LEVELS)))
    half = np.arange(actual.shape[1]) % 2
    if actual.shape[1] < 2:
        half = np.zeros(actual.shape[1], dtype=np.int64)
    for side in np.unique(half):
        learn = half != side if len(np.unique(half)) > 1 else half == side
        quantiles = level_quantiles(actual[:, learn], forecast[:, learn], forecast[:, half == side])
        out[:, half == side] = quantiles
    return out


def level_quantiles(actual: Floats, forecast: Floats, asked: Floats) -> Floats:
    """Quantiles for forecasts `asked` from ratios of past ones in the same bin of level."""
    usable = ~np.isnan(actual) & (forecast > 0)
    if not usable.any():
        return np.repeat(asked[..., None], len(LEVELS), axis=-1)
    ratios, levels = actual[usable] / forecast[usable], forecast[usable]
    bins = max(1, min(LEVEL_BINS, len(levels) // 100))
    edges = np.quantile(levels, np.linspace(0, 1, bins + 1)[1:-1])
    home, wanted = np.searchsorted(edges, levels), np.searchsorted(edges, asked)
    table = np.zeros((bins, len(LEVELS)))
    everywhere = np.quantile(ratios, LEVELS)
    for place in range(bins):
        mine = ratios[home == place]
        table[place] = np.quantile(mine, LEVELS) if len(mine) >= 20 else everywhere
    return np.asarray(table[wanted] * asked[..., None])


def _relative(losses: Floats, base: int) -> Floats:
    if losses[base] > 0:
        return np.asarray(np.maximum(losses / losses[base], LEAST_RELATIVE))
    return np.where(losses > losses[base], 5.0, 1.0)
