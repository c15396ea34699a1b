"""A forest of what happened before in circumstances that look alike: the whole spread of demand,
not only its mean, read straight from history.

Targets are demand over the series' size, rows a sample of (series, origin, step ahead) in which
all series count alike. Trees split where the *distributions* differ (extremely randomised trees,
Geurts, Ernst and Wehenkel 2006; quantiles from leaves as Meinshausen 2006): the shares of rows at
or below each value are averaged over the trees, so quantiles never cross.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import ExtraTreesRegressor

from forecasting.features import Rows, feature_matrix
from forecasting.intervals import PATH_LEVELS, filled
from forecasting.models.contract import presentable
from forecasting.models.study import Studies, Study, recency, with_origins
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MIN_ROWS = 200
LARGE_PANEL, MORE_TREES = 800, 1.6  # enough series to share the cost
LEAST_SAMPLE, LARGEST_SAMPLE = 12_000, 30_000
SPLIT_LEVELS = (0.1, 0.35, 0.6, 0.85, 0.96)
GRID_LEVELS = tuple(np.concatenate([np.linspace(0.0, 0.9, 46), np.linspace(0.91, 1.0, 19)]))


@dataclass
class Lookalike:
    """Mean and spread of demand by likeness; `horizon` is the farthest step it learns."""

    horizon: int
    trees: int = 16
    least_leaf: int = 60
    column_share: float = 0.33
    rows_per_series: int = 30
    recency_years: float = 1.5
    max_ratio: float = 30.0
    seed: int = 0
    name: str = "lookalike"
    studies: Studies = field(default_factory=Studies, repr=False)
    study_: Study | None = field(default=None, init=False)
    forest_: Any = field(default=None, init=False)
    grid_: Floats = field(default_factory=lambda: np.empty(0), init=False)
    shares_: list[npt.NDArray[np.float32]] = field(default_factory=list, init=False)
    means_: list[Floats] = field(default_factory=list, init=False)

    def fit(self, panel: Panel) -> Self:
        self.study_ = self.studies.study(panel)
        self.forest_, self.shares_, self.means_ = None, [], []
        lookback = self.studies.lookback(self.study_, panel, 0)
        rows = self._sample(panel, lookback.size)
        if len(rows.series) < MIN_ROWS:
            return self
        size = lookback.size[rows.series, rows.last]
        ratios = panel.y[rows.series, rows.target] / size
        steady = np.minimum(lookback.panel.y[rows.series, rows.target] / size, self.max_ratio)
        cuts = np.unique(np.quantile(ratios, SPLIT_LEVELS))
        below = (ratios[:, None] <= cuts[None, :]).astype(np.float32)
        matrix = filled(feature_matrix(lookback, rows))
        self.forest_ = ExtraTreesRegressor(
            n_estimators=round(self.trees * (MORE_TREES if panel.count >= LARGE_PANEL else 1.0)),
            min_samples_leaf=self.least_leaf,
            max_features=self.column_share,
            random_state=self.seed,
            n_jobs=1,
        ).fit(matrix, below if below.shape[1] > 1 else below[:, 0])
        self.grid_ = np.unique(np.quantile(ratios, GRID_LEVELS))
        leaves = self.forest_.apply(matrix)
        for place in range(leaves.shape[1]):
            self._read_tree(leaves[:, place], place, ratios, steady)
        return self

    def _read_tree(self, leaf: Ints, place: int, ratios: Floats, steady: Floats) -> None:
        """Of each leaf of one tree: the share of rows at or below each grid value, and the mean."""
        nodes, width = self.forest_.estimators_[place].tree_.node_count, len(self.grid_)
        at = np.minimum(np.searchsorted(self.grid_, ratios), width - 1)
        count = np.bincount(leaf * width + at, minlength=nodes * width).reshape(nodes, width)
        total = np.maximum(count.sum(axis=1), 1)
        self.shares_.append((np.cumsum(count, axis=1) / total[:, None]).astype(np.float32))
        self.means_.append(np.bincount(leaf, steady, minlength=nodes) / total)

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        return self.predict_spread(panel, horizon, origins)[0]

    def predict_spread(
        self, panel: Panel, horizon: int, origins: Sequence[int]
    ) -> tuple[Floats, Floats]:
        """Means [origins, series, horizon] and quantiles [..., PATH_LEVELS] of demand."""
        assert self.study_ is not None, "fit comes before predict"
        shape = (len(origins), panel.count, horizon)
        means, quantiles = [], []
        for asked in self.studies.ahead(self.study_, panel, horizon, origins):
            mean, spread = self._of_rows(filled(asked.matrix))
            means.append(mean * asked.size)
            quantiles.append(spread * asked.size[:, None])
        said = presentable(np.concatenate(means).reshape(shape))
        return said, presentable(np.concatenate(quantiles).reshape(*shape, len(PATH_LEVELS)))

    def _of_rows(self, matrix: npt.NDArray[np.float32]) -> tuple[Floats, Floats]:
        """Mean [N] and quantiles [N, P] over the size; 1 where nothing was learned."""
        if self.forest_ is None:
            return np.ones(len(matrix)), np.ones((len(matrix), len(PATH_LEVELS)))
        leaves = self.forest_.apply(matrix)
        share = np.zeros((len(matrix), len(self.grid_)), dtype=np.float32)
        mean = np.zeros(len(matrix))
        for place in range(leaves.shape[1]):
            share += self.shares_[place][leaves[:, place]]
            mean += self.means_[place][leaves[:, place]]
        trees = leaves.shape[1]
        return mean / trees, quantiles_of(share / np.float32(trees), self.grid_)

    def _sample(self, panel: Panel, size: Floats) -> Rows:
        """A seeded sample of what could have been forecast, recent periods more often.

        Not from the first periods of a series, of which hardly anything is known.
        """
        random = np.random.default_rng(self.seed)
        series, target = np.nonzero(~np.isnan(panel.y))
        settled = target >= panel.frequency.level_window
        if settled.sum() >= MIN_ROWS:
            series, target = series[settled], target[settled]
        if len(series) == 0:
            return Rows(series, target, target, self.horizon)
        weight = recency(panel, target, self.recency_years)
        wanted = max(LEAST_SAMPLE, min(LARGEST_SAMPLE, self.rows_per_series * panel.count))
        wanted = min(wanted, len(series) * self.horizon)
        picked = np.sort(random.choice(len(series), wanted, p=weight / weight.sum()))
        return with_origins(series[picked], target[picked], size, self.horizon, random)


def quantiles_of(share: npt.NDArray[np.float32], grid: Floats) -> Floats:
    """[N, P] quantiles at PATH_LEVELS of distributions given by their `share` [N, G] of values at
    or below `grid` [G]; straight between two grid values.
    """
    rows = np.arange(len(share))
    out = np.empty((len(share), len(PATH_LEVELS)))
    for place, level in enumerate(PATH_LEVELS):
        high = np.minimum((share < level - 1e-6).sum(axis=1), len(grid) - 1)
        low = np.maximum(high - 1, 0)
        under = np.where(high > 0, share[rows, low], 0.0)
        gap = np.maximum(share[rows, high] - under, 1e-9)
        part = np.where(high > 0, np.clip((level - under) / gap, 0.0, 1.0), 1.0)
        out[:, place] = grid[low] + part * (grid[high] - grid[low])
    return np.maximum.accumulate(out, axis=1)
