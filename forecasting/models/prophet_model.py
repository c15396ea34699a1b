"""Prophet behind the contract: one fit per series and origin, so only for the few that pay.

Decides nothing about which series are worth it. Means only, no sampling (spread is learned from
real errors, see `intervals.py`); multiplicative seasons, announced flags as regressors.
"""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from prophet import Prophet

from forecasting.covariates import CovariatePlan, plan_covariates
from forecasting.models.contract import presentable
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]

LEAST_SEEN = 20
MAX_FITS = 2_000


@dataclass
class ProphetModel:
    """Prophet with its defaults but multiplicative seasons; `seed` fixes the optimiser's start."""

    seed: int = 0
    changepoint_scale: float = 0.05
    regressors: bool = True
    name: str = "prophet"
    plan_: CovariatePlan | None = field(default=None, init=False)

    def fit(self, panel: Panel) -> Self:
        self.plan_ = plan_covariates(panel.reaching(0))
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        assert self.plan_ is not None, "fit comes before predict"
        assert panel.count * len(origins) <= MAX_FITS, "too many series for Prophet"
        reaching = panel.reaching(max(0, max(origins) + horizon - panel.length))
        names = self.plan_.state_flags if self.regressors else ()
        out = np.zeros((len(origins), panel.count, horizon))
        for place, origin in enumerate(origins):
            for row in range(panel.count):
                out[place, row] = self._one(reaching, row, origin, horizon, names)
        return presentable(out)

    def _one(
        self, panel: Panel, row: int, origin: int, horizon: int, names: Sequence[str]
    ) -> Floats:
        seen = np.flatnonzero(~np.isnan(panel.y[row, :origin]))
        if len(seen) == 0:
            return np.zeros(horizon)
        mean = float(panel.y[row, seen].mean())
        if len(seen) < LEAST_SEEN or mean <= 0:
            return np.full(horizon, mean)
        names = [name for name in names if np.ptp(panel.known[name][row, seen]) > 0]
        frame = _frame(panel, row, seen, names).assign(y=panel.y[row, seen])
        model = self._model(panel, names, len(seen))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(frame, seed=self.seed)
            ahead = _frame(panel, row, np.arange(origin, origin + horizon), names)
            said = model.predict(ahead)["yhat"].to_numpy(dtype=np.float64)
        # A straight line far beyond what was ever seen is a fault of the trend, not a forecast.
        return np.asarray(np.clip(said, 0.0, 3.0 * float(panel.y[row, seen].max())))

    def _model(self, panel: Panel, names: Sequence[str], seen: int) -> Any:
        for logger in ("prophet", "cmdstanpy"):
            logging.getLogger(logger).disabled = True  # levels are set anew by each fit
        daily = panel.frequency.is_daily
        model = Prophet(
            growth="linear",
            seasonality_mode="multiplicative",
            changepoint_prior_scale=self.changepoint_scale,
            yearly_seasonality=bool(seen >= 1.5 * panel.frequency.year),
            weekly_seasonality=daily,
            daily_seasonality=False,
            uncertainty_samples=0,
        )
        for name in names:
            model.add_regressor(name)
        return model


def _frame(
    panel: Panel, row: int, columns: npt.NDArray[np.int64], names: Sequence[str]
) -> pd.DataFrame:
    frame = pd.DataFrame({"ds": panel.days[columns].astype("datetime64[ns]")})
    for name in names:
        values = np.nan_to_num(panel.known[name][row, columns])
        frame[name] = values
    return frame
