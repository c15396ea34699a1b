"""The contract of every forecasting model, kept by one test for all of them.

Parameters live in the constructor only; `fit` learns from a panel and keeps what it learned in
attributes ending in `_`; `predict` forecasts all series at once from the ends asked for. What a
model says at an origin depends on nothing after it: predicting at origin `t` of a longer panel
equals predicting at the end of `panel.until(t)`.
"""

from collections.abc import Sequence
from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]


class Model(Protocol):
    """Mean demand of each of the next periods, for every series of a panel."""

    @property
    def name(self) -> str: ...

    def fit(self, panel: Panel) -> Self:
        """Learn from everything the panel holds; return self."""
        ...

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        """[origins, series, horizon] means, finite and never negative.

        `origins` count periods seen: `t` forecasts periods t … t + horizon - 1 (from 0). The
        panel may be longer than the one fitted, has the same series, and reaches `horizon`
        periods with its covariates beyond the last origin.
        """
        ...


@runtime_checkable
class SpreadModel(Model, Protocol):
    """A model that also tells how demand may spread around its mean."""

    def predict_spread(
        self, panel: Panel, horizon: int, origins: Sequence[int]
    ) -> tuple[Floats, Floats]:
        """What `predict` says, and quantiles [origins, series, horizon, levels of a path]."""
        ...


def said_by(
    model: Model, panel: Panel, horizon: int, origins: Sequence[int]
) -> tuple[Floats, Floats | None]:
    """Means of a fitted model, and its quantiles where it has any."""
    if isinstance(model, SpreadModel):
        return model.predict_spread(panel, horizon, origins)
    return model.predict(panel, horizon, origins), None


def level_ahead(level: Floats, horizon: int, origins: Sequence[int]) -> Floats:
    """The last level [S, T] seen at each origin, said of every period ahead."""
    ends = level[:, np.asarray(origins) - 1].T
    return presentable(np.repeat(ends[:, :, None], horizon, axis=2))


def presentable(forecast: Floats) -> Floats:
    """A forecast as the contract wants it: holes and negatives are no demand."""
    return np.maximum(np.nan_to_num(forecast, nan=0.0, posinf=0.0, neginf=0.0), 0.0)
