"""The list of models that compete for every series; one line per candidate, nothing else."""

from forecasting.models.boosted import Boosted
from forecasting.models.contract import Model
from forecasting.models.intermittent import CrostonSba, Tsb
from forecasting.models.statistical import (
    MovingAverage,
    SeasonalNaive,
    Smoothing,
    Theta,
    YearAgo,
)

BASELINE = "seasonal_naive"
BLEND = "blend"


def candidate_models(horizon: int, seed: int) -> list[Model]:
    """Fresh, unfitted candidates; the baseline that must be beaten comes first."""
    return [
        SeasonalNaive(),
        MovingAverage(),
        Smoothing(),
        Theta(),
        YearAgo(),
        CrostonSba(),
        Tsb(),
        Boosted(horizon=horizon, seed=seed),
    ]
