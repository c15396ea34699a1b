"""A model that also hears what is on trial in a panel, such as the price paid. Decides nothing.

Beside its deaf twin it is one more candidate of the blend: what it hears counts for as much as it
helped in the trial.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from forecasting.models.contract import Model
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]


@dataclass
class Hearing:
    """`model` on a panel whose columns on trial are columns of its past."""

    model: Model
    name: str
    fitted_: Model | None = field(default=None, init=False)

    def fit(self, panel: Panel) -> Self:
        self.fitted_ = deepcopy(self.model).fit(panel.with_trial())
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        assert self.fitted_ is not None, "fit comes before predict"
        return self.fitted_.predict(panel.with_trial(), horizon, origins)
