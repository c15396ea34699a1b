"""A model that is shown demand without its one-off bulk orders. Decides nothing itself.

What counts as one-off is learned at fit and kept, so that what is said at an origin does not depend
on anything later.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from forecasting.models.contract import Model
from forecasting.models.study import Studies
from forecasting.one_offs import Usual
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]


@dataclass
class Steadied:
    """`model` on a panel whose one-off peaks are cut to the most that the series usually sells."""

    model: Model
    studies: Studies = field(default_factory=Studies, repr=False)
    usual_: Usual | None = field(default=None, init=False)
    fitted_: Model | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.model.name

    def fit(self, panel: Panel) -> Self:
        self.usual_ = self.studies.usual(panel)
        self.fitted_ = deepcopy(self.model).fit(self.studies.steady(panel, self.usual_))
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        assert self.usual_ is not None, "fit comes before predict"
        assert self.fitted_ is not None, "fit comes before predict"
        return self.fitted_.predict(self.studies.steady(panel, self.usual_), horizon, origins)
