"""Decides how far demand may stray from its forecast: quantiles of the ratio demand / forecast,
pooled over out-of-sample forecasts that look alike (level, step ahead, sparsity, promotion state).

A forest splits past forecasts where their *distributions* of ratios differ; the quantiles of the
leaves are averaged, so they never cross and are never negative. Totals over several periods have
a forest of their own, because quantiles do not add up.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammainccinv
from scipy.stats import gamma
from sklearn.ensemble import ExtraTreesRegressor

from forecasting.losses import LEVELS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TREES = 12
MAX_SHARED = 1.5  # a common error beyond this factor is a fault, not a surprise
LEAST_LEAF = 80
LEAST_EVENTS = 20
ALIKE_POWER = 0.75  # rows of overlapping horizons are alike, not the same
MAX_ROWS = 16_000
LEAST_ROWS = 60
SPLIT_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.92, 0.98)
MANY_COUNTS = 1_000  # of which chance alone moves five in a hundred
PRIOR_SPREAD = 0.8  # coefficient of variation assumed before anything was measured
PATH_LEVELS = (0.005, *LEVELS, 0.995)


@dataclass(frozen=True, slots=True)
class RatioQuantiles:
    """Quantiles of demand / forecast given features of the forecast; `tables` one per tree."""

    levels: tuple[float, ...]
    forest: Any
    tables: tuple[Floats, ...]

    def at(self, features: Floats, base: Floats) -> Floats:
        """[N, levels] demand quantiles of forecasts `base` [N]; monotone and not negative."""
        if self.forest is None:
            return _prior_quantiles(base, self.levels)
        leaves = self.forest.apply(filled(features))
        ratios = np.zeros((len(base), len(self.levels)))
        for place, table in enumerate(self.tables):
            ratios += table[leaves[:, place]]
        ratios /= len(self.tables)
        return np.maximum.accumulate(np.maximum(ratios * base[:, None], 0.0), axis=1)


def learn_ratios(
    features: Floats,
    base: Floats,
    actual: Floats,
    *,
    seed: int,
    alike: float = 1.0,
    trees: int = TREES,
    levels: tuple[float, ...] = PATH_LEVELS,
) -> RatioQuantiles:
    """Learn from [N] out-of-sample forecasts `base` and what happened (NaN: not seen).

    `alike`: how many rows tell of the same event (overlapping horizons of one series); leaves
    grow with it, or they would hold one surprise many times and look sure of it. What a few series
    taught is split once at most.
    """
    usable = ~np.isnan(actual) & (base > 0)
    rows = np.flatnonzero(usable)
    if len(rows) < LEAST_ROWS:
        return RatioQuantiles(levels, None, ())
    random = np.random.default_rng(seed)
    if len(rows) > MAX_ROWS:
        alike *= MAX_ROWS / len(rows)
        rows = np.sort(random.choice(rows, MAX_ROWS, replace=False))
    ratios = actual[rows] / base[rows]
    cuts = np.unique(np.quantile(ratios, SPLIT_LEVELS))
    below = (ratios[:, None] <= cuts[None, :]).astype(np.float32)
    wanted = max(LEAST_LEAF, LEAST_EVENTS * max(alike, 1.0) ** ALIKE_POWER)
    least = int(min(wanted, len(rows) // 2))
    forest = ExtraTreesRegressor(
        n_estimators=trees,
        min_samples_leaf=least,
        max_features=0.6,
        random_state=seed,
        n_jobs=1,
    )
    matrix = filled(features[rows])
    forest.fit(matrix, below if below.shape[1] > 1 else below[:, 0])
    leaves = forest.apply(matrix)
    tables = tuple(
        _leaf_quantiles(
            leaves[:, place], ratios, forest.estimators_[place].tree_.node_count, levels
        )
        for place in range(trees)
    )
    return RatioQuantiles(levels, forest, tables)


def mirrored(base: Floats, actual: Floats, *, seed: int) -> Floats:
    """Actuals [O, S, …] with the error common to all series of an origin turned round for half
    of the series: one shared surprise says how wide to be, not in which direction.
    """
    random = np.random.default_rng(seed)
    turned = random.random(actual.shape[1]) < 0.5
    out = actual.copy()
    for origin in range(len(actual)):
        judged = ~np.isnan(actual[origin])
        said = float(base[origin][judged].sum())
        came = float(actual[origin][judged].sum())
        if said > 0 and came > 0:
            shared = float(np.clip(came / said, 1.0 / MAX_SHARED, MAX_SHARED))
            out[origin, turned] = actual[origin, turned] / shared**2
    return out


def with_other_surprises(
    said: Floats, actual: Floats, unseen: npt.NDArray[np.bool_], steps: Ints, *, seed: int
) -> Floats:
    """Running totals [O, S, K] of `actual` [O, S, H] whose surprise common to all series is drawn
    anew for each series from all windows of the same length, either way round.

    A trial has few origins, so a two-day total has met few shared surprises; but every horizon
    holds many windows of two days. `unseen` [O, S, H]: periods that are not known.
    """
    random = np.random.default_rng(seed)
    judged = np.where(unseen, 0.0, 1.0)
    told = np.cumsum((said * judged).sum(axis=1), axis=1)
    came = np.cumsum((actual * judged).sum(axis=1), axis=1)
    totals = np.cumsum(actual, axis=2)[:, :, steps - 1]
    told, came = (np.hstack([np.zeros((len(one), 1)), one]) for one in (told, came))
    for place, step in enumerate(steps):
        windows_told = told[:, step:] - told[:, :-step]
        windows_came = came[:, step:] - came[:, :-step]
        usable = (windows_told > 0) & (windows_came > 0)
        if not usable.any():
            continue
        shared = np.clip(
            windows_came / np.where(usable, windows_told, 1.0), 1.0 / MAX_SHARED, MAX_SHARED
        )
        pool = np.log(shared[usable])
        drawn = random.choice(pool, totals.shape[:2]) * random.choice([-1.0, 1.0], totals.shape[:2])
        own = np.where(usable[:, 0], np.log(np.where(usable[:, 0], shared[:, 0], 1.0)), 0.0)
        totals[:, :, place] *= np.exp(drawn - own[:, None])
    return totals


def no_surer_than_chance(table: Floats, mean: Floats) -> Floats:
    """Quantiles [..., PATH_LEVELS] of counts, no narrower than Poisson's of this `mean` [...].

    Customers who come on their own are the most regular that counted demand can be; a trial that
    says less spread met too few of them. Of `MANY_COUNTS` and more chance alone is no spread.
    """
    out = table.copy()
    counted = (mean > 0) & (mean < MANY_COUNTS)
    for place, (level, most) in enumerate(zip(PATH_LEVELS, _largest_means(), strict=True)):
        chance = np.searchsorted(most, mean[counted])
        bound = np.minimum if level < 0.5 else np.maximum
        out[counted, place] = bound(out[counted, place], chance)
    return out


@lru_cache(maxsize=1)
def _largest_means() -> tuple[Floats, ...]:
    """Per level p and count k the largest mean whose Poisson quantile at p is still k.

    P(X <= k) is the upper regularised gamma function Q(k + 1, mean), which falls with the mean.
    """
    counts = np.arange(MANY_COUNTS + 7 * int(MANY_COUNTS**0.5))
    return tuple(gammainccinv(counts + 1.0, level) for level in PATH_LEVELS)


def _leaf_quantiles(leaf: Ints, ratios: Floats, nodes: int, levels: tuple[float, ...]) -> Floats:
    """[nodes, levels] quantiles of the ratios in each leaf, by position level · (n + 1) - 1."""
    order = np.lexsort((ratios, leaf))
    ordered, homes = ratios[order], leaf[order]
    counts = np.bincount(homes, minlength=nodes)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    place = np.asarray(levels)[None, :] * (counts[:, None] + 1) - 1
    place = np.clip(place, 0, np.maximum(counts[:, None] - 1, 0))
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(counts[:, None] - 1, 0))
    last = len(ordered) - 1
    first = ordered[np.minimum(starts[:, None] + low, last)]
    second = ordered[np.minimum(starts[:, None] + high, last)]
    return np.asarray(first + (place - low) * (second - first))


def _prior_quantiles(base: Floats, levels: tuple[float, ...]) -> Floats:
    """Before any error is known: gamma with variance mean + (PRIOR_SPREAD · mean)²."""
    mean = np.maximum(base, 0.0)[:, None]
    safe = np.where(mean > 0, mean, 1.0)
    variance = safe + (PRIOR_SPREAD * safe) ** 2
    values = gamma.ppf(np.asarray(levels)[None, :], safe**2 / variance, scale=variance / safe)
    return np.where(mean > 0, values, 0.0)


def filled(features: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    return np.asarray(
        np.clip(np.nan_to_num(features, nan=-1.0, posinf=1e6, neginf=-1e6), -1e6, 1e6),
        dtype=np.float32,
    )
