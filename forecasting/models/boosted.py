"""One gradient-boosted model for all series and all horizons at once (direct, global).

Targets are demand over the series' size at the origin, rows are a capped sample of (series, origin,
step ahead) weighted towards recent periods and larger series, one-off bulk orders cut down. Several
small models on samples of their own are averaged: cheaper than one large model and steadier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from forecasting.covariates import CovariatePlan, Covariates, covariates_of, plan_covariates
from forecasting.feasts import felt_feasts
from forecasting.features import (
    Lookback,
    Rows,
    categorical_names,
    feature_matrix,
    feature_names,
    lookback_of,
)
from forecasting.filters import gather
from forecasting.models.contract import presentable
from forecasting.one_offs import Usual, usual_of, without_one_offs
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MIN_ROWS = 50
FEW_BAGS, MANY_BAGS = 3, 6
SMALL_PANEL, LARGE_PANEL = 450, 800  # little work anyway; enough series to share the cost
PREDICT_CHUNK = 400_000


@dataclass
class Boosted:
    """Direct multi-horizon HistGradientBoosting; `horizon` is the farthest step it learns.

    `loss`: "poisson" learns the mean, "absolute_error" the middle of what may come; `bags` models
    are averaged (None: as many as the size of the panel allows; `lean` takes a third of them).
    """

    horizon: int
    loss: str = "poisson"
    bags: int | None = None
    lean: bool = False
    trees: int = 100
    rate: float = 0.1
    leaves: int = 31
    least_leaf: int = 30
    penalty: float = 5.0
    column_share: float = 0.5
    max_rows: int = 15_000
    size_power: float = 0.5
    recency_years: float = 1.5
    max_ratio: float = 30.0
    seed: int = 0
    name: str = "boosted"
    trees_: list[Any] = field(default_factory=list, init=False)
    usual_: Usual | None = field(default=None, init=False)
    columns_: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64), init=False)
    feasts_: tuple[str, ...] = field(default=(), init=False)
    plan_: CovariatePlan | None = field(default=None, init=False)

    def fit(self, panel: Panel) -> Self:
        self.plan_ = plan_covariates(panel.reaching(0))
        self.usual_ = usual_of(panel)
        steady, covariates = self._steady(panel.reaching(0))
        self.feasts_ = felt_feasts(panel)
        lookback = lookback_of(steady, covariates, self.feasts_)
        self.trees_ = []
        for bag in range(self.bags or self._bags_for(panel)):
            rows = self._sample(steady, lookback.size, seed=self.seed + bag)
            if len(rows.series) < MIN_ROWS:
                break
            target = steady.y[rows.series, rows.target] / lookback.size[rows.series, rows.last]
            target = np.minimum(target, self.max_ratio)
            if target.sum() <= 0:
                break
            matrix = feature_matrix(lookback, rows)
            if bag == 0:
                self.columns_ = np.flatnonzero(_varies(matrix))
            names = feature_names(lookback)
            tree = self._tree([names[place] for place in self.columns_], panel, bag)
            with _one_thread():
                tree.fit(matrix[:, self.columns_], target)
            self.trees_.append(tree)
        return self

    def _bags_for(self, panel: Panel) -> int:
        large = panel.count >= LARGE_PANEL
        small = panel.count < SMALL_PANEL and not panel.frequency.is_daily
        bags = MANY_BAGS if large or small else FEW_BAGS
        return bags // 3 if self.lean else bags

    def _tree(self, names: Sequence[str], panel: Panel, bag: int) -> Any:
        kinds = categorical_names(panel)
        return HistGradientBoostingRegressor(
            loss=self.loss,
            max_iter=self.trees,
            learning_rate=self.rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.least_leaf,
            l2_regularization=self.penalty,
            max_features=self.column_share,
            max_bins=127,
            early_stopping=False,
            categorical_features=[name in kinds for name in names],
            random_state=self.seed + bag,
        )

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        shape = (len(origins), panel.count, horizon)
        assert self.plan_ is not None, "fit comes before predict"
        steady, covariates = self._steady(
            panel.reaching(max(0, max(origins) + horizon - panel.length))
        )
        lookback = lookback_of(steady, covariates, self.feasts_)
        last = np.asarray(origins, dtype=np.int64)[:, None, None] - 1
        ahead = np.arange(1, horizon + 1)[None, None, :]
        series, lasts, targets = (
            np.broadcast_to(values, shape).reshape(-1)
            for values in (np.arange(panel.count)[None, :, None], last, last + ahead)
        )
        out = np.empty(len(series))
        for start in range(0, len(series), PREDICT_CHUNK):
            part = slice(start, start + PREDICT_CHUNK)
            out[part] = self._predict_rows(
                lookback, Rows(series[part], lasts[part], targets[part], horizon)
            )
        return presentable(out.reshape(shape))

    def _steady(self, panel: Panel) -> tuple[Panel, Covariates]:
        assert self.plan_ is not None, "the plan comes first"
        assert self.usual_ is not None, "what is usual comes first"
        return without_one_offs(panel, self.usual_), covariates_of(self.plan_, panel)

    def _predict_rows(self, lookback: Lookback, rows: Rows) -> Floats:
        size = np.nan_to_num(gather(lookback.size, rows.series, rows.last))
        if not self.trees_:
            return size
        known = size > 0
        out = np.zeros(len(size))
        if known.any():
            some = Rows(rows.series[known], rows.last[known], rows.target[known], rows.farthest)
            matrix = feature_matrix(lookback, some)[:, self.columns_]
            with _one_thread():
                said = sum(tree.predict(matrix) for tree in self.trees_)
            out[known] = said * size[known] / len(self.trees_)
        return out

    def _sample(self, panel: Panel, size: Floats, *, seed: int) -> Rows:
        """A random, seeded sample of what could have been forecast within the panel.

        Weights enter as chances to be drawn, so that the trees need none.
        """
        random = np.random.default_rng(seed)
        series, target = np.nonzero(~np.isnan(panel.y) & ~np.isnan(size))
        repeat = min(-(-self.max_rows // max(len(series), 1)), self.horizon)
        age = (panel.length - target) / (panel.frequency.year * self.recency_years)
        weight = 0.5**age * size[series, target] ** self.size_power
        wanted = min(self.max_rows, repeat * len(series))
        arrival = random.exponential(size=(repeat, len(series))) / weight[None, :]
        picked = np.argpartition(arrival.reshape(-1), max(wanted - 1, 0))[:wanted]
        picked = np.sort(picked) % max(len(series), 1)
        series, target = series[picked], target[picked]
        last = target - random.integers(1, self.horizon + 1, len(target))
        good = last >= 0
        good[good] = ~np.isnan(size[series[good], last[good]])
        return Rows(series[good], last[good], target[good], self.horizon)


def _one_thread() -> Any:
    """Trees on one thread: a second one waits by spinning and, on a busy machine, costs up to six
    times the CPU it saves; sums added in one order also keep a second run equal to the first.
    """
    return threadpool_limits(limits=1, user_api="openmp")


def _varies(matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Columns with at least two different values."""
    low = np.fmin.reduce(matrix, axis=0)
    high = np.fmax.reduce(matrix, axis=0)
    return np.asarray(~np.isnan(low) & (high > low))
