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
from forecasting.models.steadied import Steadied

BASELINE = "seasonal_naive"
BLEND = "blend"
# Learns the middle, which is nothing at all for a rare seller: fit for the blend, never alone.
SUPPORT = frozenset({"boosted_middle"})
TRIAL_BAGS = 1


def candidate_models(horizon: int, seed: int, *, for_trial: bool = False) -> list[Model]:
    """Fresh, unfitted candidates; the baseline that must be beaten comes first.

    A trial makes do with fewer bags: it asks how the candidates compare and how they err.
    """
    bags = TRIAL_BAGS if for_trial else None
    cheap = (MovingAverage(), Smoothing(), Theta(), YearAgo(), CrostonSba(), Tsb())
    return [
        SeasonalNaive(),
        *[Steadied(model) for model in cheap],
        Boosted(horizon=horizon, seed=seed, bags=bags),
        Boosted(
            horizon=horizon,
            seed=seed + 100,
            loss="absolute_error",
            bags=bags,
            lean=True,
            trees=60,
            rate=0.15,
            name="boosted_middle",
        ),
    ]
