"""One gradient-boosted model for all series and all horizons at once (direct, global).

Targets are demand over the series' size at the origin, rows are a capped sample of (series, origin,
step ahead) weighted towards recent periods and larger series, one-off bulk orders cut down. Several
small models on samples of their own are averaged: cheaper than one large model and steadier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import ThreadpoolController

from forecasting.features import Rows, categorical_names, feature_matrix, feature_names
from forecasting.models.contract import presentable
from forecasting.models.study import Asked, Studies, Study, recency, with_origins
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MIN_ROWS = 50
FEW_BAGS, DAILY_BAGS, MANY_BAGS = 2, 3, 6
MORE_FOR_DAYS, SMALLER_FOR_DAYS = 1.6, 0.8  # trees and steps: there is more to learn from
SMALL_PANEL, LARGE_PANEL = 450, 800  # little work anyway; enough series to share the cost
IN_BETWEEN = 0.75  # trees, each with a larger step, where neither holds


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
    trees: int = 60
    rate: float = 0.15
    leaves: int = 31
    least_leaf: int = 30
    penalty: float = 5.0
    column_share: float = 0.5
    max_rows: int = 15_000
    size_power: float = 0.25
    recency_years: float = 1.5
    max_ratio: float = 30.0
    seed: int = 0
    name: str = "boosted"
    studies: Studies = field(default_factory=Studies, repr=False)
    trees_: list[Any] = field(default_factory=list, init=False)
    columns_: Ints = field(
        default_factory=lambda: np.empty(0, dtype=np.int64), init=False, compare=False
    )
    study_: Study | None = field(default=None, init=False)

    def fit(self, panel: Panel) -> Self:
        self.study_ = self.studies.study(panel)
        lookback = self.studies.lookback(self.study_, panel, 0)
        self.trees_ = []
        for bag in range(self.bags or self._bags_for(panel)):
            rows = self._sample(lookback.panel, lookback.size, seed=self.seed + bag)
            if len(rows.series) < MIN_ROWS:
                break
            target = lookback.panel.y[rows.series, rows.target]
            target = np.minimum(target / lookback.size[rows.series, rows.last], self.max_ratio)
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
        if panel.frequency.is_daily:
            bags = MANY_BAGS if panel.count >= LARGE_PANEL else DAILY_BAGS
        else:
            bags = FEW_BAGS if _in_between(panel) else MANY_BAGS
        return max(1, bags // 3) if self.lean else bags

    def _tree(self, names: Sequence[str], panel: Panel, bag: int) -> Any:
        kinds = categorical_names(panel)
        trees, rate = self.trees * 1.0, self.rate
        if panel.frequency.is_daily:
            trees, rate = trees * MORE_FOR_DAYS, rate * SMALLER_FOR_DAYS
        elif _in_between(panel):
            trees, rate = trees * IN_BETWEEN, rate / IN_BETWEEN
        return HistGradientBoostingRegressor(
            loss=self.loss,
            max_iter=round(trees),
            learning_rate=rate,
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
        assert self.study_ is not None, "fit comes before predict"
        parts = self.studies.ahead(self.study_, panel, horizon, origins)
        said = np.concatenate([self._of_rows(asked) for asked in parts])
        return presentable(said.reshape(len(origins), panel.count, horizon))

    def _of_rows(self, asked: Asked) -> Floats:
        if not self.trees_:
            return asked.size
        matrix = asked.matrix[:, self.columns_]
        with _one_thread():
            said = sum(tree.predict(matrix) for tree in self.trees_)
        return np.asarray(said * asked.size / len(self.trees_))

    def _sample(self, panel: Panel, size: Floats, *, seed: int) -> Rows:
        """A random, seeded sample of what could have been forecast within the panel.

        Weights enter as chances to be drawn, so that the trees need none.
        """
        random = np.random.default_rng(seed)
        series, target = np.nonzero(~np.isnan(panel.y) & ~np.isnan(size))
        repeat = min(-(-self.max_rows // max(len(series), 1)), self.horizon)
        weight = (
            recency(panel, target, self.recency_years) * size[series, target] ** self.size_power
        )
        wanted = min(self.max_rows, repeat * len(series))
        arrival = random.exponential(size=(repeat, len(series))) / weight[None, :]
        picked = np.argpartition(arrival.reshape(-1), max(wanted - 1, 0))[:wanted]
        picked = np.sort(picked) % max(len(series), 1)
        return with_origins(series[picked], target[picked], size, self.horizon, random)


def _in_between(panel: Panel) -> bool:
    return not panel.frequency.is_daily and SMALL_PANEL <= panel.count < LARGE_PANEL


def _one_thread() -> Any:
    """Trees on one thread: a second one waits by spinning and, on a busy machine, costs up to six
    times the CPU it saves; sums added in one order also keep a second run equal to the first.
    """
    return _pools().limit(limits=1, user_api="openmp")


@cache
def _pools() -> ThreadpoolController:
    """Looked for once: walking through all loaded libraries took a sixth of a small plan."""
    return ThreadpoolController()


def _varies(matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Columns with at least two different values."""
    low = np.fmin.reduce(matrix, axis=0)
    high = np.fmax.reduce(matrix, axis=0)
    return np.asarray(~np.isnan(low) & (high > low))
