"""Prophet behind the contract: one fit per series and origin, so only for the few that pay.

Decides nothing about which series are worth it. Means only, no sampling (spread is learned from
real errors, see `intervals.py`); multiplicative seasons, announced flags and the days beside moving
feasts that showed in demand before as regressors.
"""

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from prophet import Prophet

from forecasting.covariates import CovariatePlan, plan_covariates
from forecasting.feasts import calendar_by_country, felt_feasts
from forecasting.models.contract import presentable
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_SEEN = 24  # of 20 months with a year in them a fit takes seconds instead of a tenth
MAX_FITS = 2_000
FEAST_SCALE = 0.5  # prior: a feast seen twice must not explain what the year explains
# Days from the feast (of a week or month, from its middle) that sell alike: before it, and at it.
BESIDE = {"D": ((-14, -8), (-7, -1), (0, 6)), "W": ((-10, -4), (-3, 3)), "M": ((-15, 15),)}


@dataclass
class ProphetModel:
    """Prophet with its defaults but multiplicative seasons; `seed` fixes the optimiser's start."""

    seed: int = 0
    changepoint_scale: float = 0.05
    regressors: bool = True
    name: str = "prophet"
    plan_: CovariatePlan | None = field(default=None, init=False)
    feasts_: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False)

    def fit(self, panel: Panel) -> Self:
        self.plan_ = plan_covariates(panel.reaching(0))
        self.feasts_ = felt_feasts(panel.reaching(0))
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        assert self.plan_ is not None, "fit comes before predict"
        out = np.stack([self.around(panel, horizon, origin) for origin in origins])
        usual = np.stack([_usual(panel.y[:, :origin]) for origin in origins])
        return presentable(np.where(np.isnan(out), usual[:, :, None], out))

    def around(self, panel: Panel, horizon: int, origin: int, *, back: int = 0) -> Floats:
        """[series, back + horizon]: the fit of the last `back` periods before `origin` and what
        follows; NaN for a series of which Prophet knows too little to speak.
        """
        assert self.plan_ is not None, "fit comes before predict"
        assert panel.count <= MAX_FITS, "too many series for Prophet"
        reaching = panel.reaching(max(0, origin + horizon - panel.length))
        told: dict[str, Floats] = {}
        if self.regressors:
            told = {name: np.nan_to_num(reaching.known[name]) for name in self.plan_.state_flags}
            told.update(_beside_feasts(reaching, self.feasts_))
        out = np.full((panel.count, back + horizon), np.nan)
        asked = np.arange(origin - back, origin + horizon)
        for row in range(panel.count):
            mine = {name: values[row] for name, values in told.items()}
            out[row] = self._one(reaching, row, origin, asked, mine)
        return out

    def _one(
        self, panel: Panel, row: int, origin: int, asked: Ints, told: Mapping[str, Floats]
    ) -> Floats:
        seen = np.flatnonzero(~np.isnan(panel.y[row, :origin]))
        if len(seen) < LEAST_SEEN or not panel.y[row, seen].mean() > 0:
            return np.full(len(asked), np.nan)
        told = {name: values for name, values in told.items() if np.ptp(values[seen]) > 0}
        frame = _frame(panel, seen, told).assign(y=panel.y[row, seen])
        model = self._model(panel, told, len(seen))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(frame, seed=self.seed)
            said = model.predict(_frame(panel, asked, told))["yhat"].to_numpy(dtype=np.float64)
        # A straight line far beyond what was ever seen is a fault of the trend, not a forecast.
        return np.asarray(np.clip(said, 0.0, 3.0 * float(panel.y[row, seen].max())))

    def _model(self, panel: Panel, told: Mapping[str, Floats], seen: int) -> Any:
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
        for name in told:
            scale = FEAST_SCALE if name.startswith("feast_") else None
            model.add_regressor(name, prior_scale=scale)
        return model


def _beside_feasts(panel: Panel, feasts: Mapping[str, Sequence[str]]) -> dict[str, Floats]:
    """name → [S, T + F] 1 on the periods beside a feast, each span of them on its own."""
    columns, of_row = calendar_by_country(panel, feasts)
    return {
        f"{name}_{low}": ((columns[name] >= low) & (columns[name] <= high)).astype(np.float64)[
            of_row
        ]
        for name in columns
        if name.startswith("feast_")
        for low, high in BESIDE[panel.frequency.code[0]]
    }


def _usual(y: Floats) -> Floats:
    """[S] mean of what was seen, 0 where nothing was."""
    return np.asarray(np.nansum(y, axis=1) / np.maximum((~np.isnan(y)).sum(axis=1), 1))


def _frame(panel: Panel, columns: Ints, told: Mapping[str, Floats]) -> pd.DataFrame:
    frame = pd.DataFrame({"ds": panel.days[columns].astype("datetime64[ns]")})
    return frame.assign(**{name: values[columns] for name, values in told.items()})
