"""The list of models that compete for every series; one line per candidate, nothing else."""

from dataclasses import replace

from forecasting.models.boosted import Boosted
from forecasting.models.contract import Model
from forecasting.models.hearing import Hearing
from forecasting.models.intermittent import CrostonSba, Tsb
from forecasting.models.kin_season import KinSeason
from forecasting.models.lookalike import Lookalike
from forecasting.models.statistical import (
    MovingAverage,
    SeasonalNaive,
    Smoothing,
    Theta,
    YearAgo,
)
from forecasting.models.steadied import Steadied
from forecasting.models.study import Studies

BASELINE = "seasonal_naive"
BLEND = "blend"
LOOKALIKE = "lookalike"
UPGRADED = "prophet_blend"  # the blend where Prophet has a say in how much a horizon brings
# Learns the middle, which is nothing at all for a rare seller: fit for the blend, never alone.
# The other hears the price paid, which says little by itself of what comes.
SUPPORT = frozenset({"boosted_middle", "boosted_priced"})
# What a few series are forecast by, whose own trial says little: of steady ones what many series
# taught (the model that learns from all, beside two that know a week's shape); of rare ones means
# of what was sold, since in their trial whoever says zero looks good.
FEW_STEADY = {"boosted": 0.6, "theta": 0.2, LOOKALIKE: 0.2}
FEW_RARE = {"moving_average": 0.25, "smoothing": 0.25, "croston_sba": 0.25, "tsb": 0.25}
# candidate → the twin it must beat, and how clearly, to be heard at all: a trial is short.
MUST_BEAT = {"boosted_priced": ("boosted", 0.97)}
# Tried with fewer bags than it forecasts with: its trial makes it look worse than it is.
TRIED_SMALLER = frozenset({"boosted"})
# Knows the shape of rare demand; where many series sell often, what was announced says more.
RARE_ONLY = frozenset({LOOKALIKE})
# Made for histories that hold one year whose trial does not know it yet (see `saw_one_year`).
KIN_SEASON = "kin_season"
# Say a level; theta believes half of one season for all. The season of kin says the same and more.
SEASONLESS = frozenset({"moving_average", "smoothing", "theta", "croston_sba", "tsb"})
TRIAL_BAGS, DAILY_TRIAL_BAGS = 1, 2
TRIAL_TREES, TREES = 5, 10  # of the forest of lookalikes


def candidate_models(
    horizon: int,
    seed: int,
    *,
    for_trial: bool = False,
    daily: bool = False,
    priced: bool = False,
) -> list[Model]:
    """Fresh, unfitted candidates; the baseline that must be beaten comes first.

    A trial makes do with fewer bags and trees: it asks how the candidates compare and how they err.
    `priced`: the panel has a price on trial.
    """
    few = DAILY_TRIAL_BAGS if daily else TRIAL_BAGS
    studies = Studies()
    boosted = Boosted(horizon=horizon, seed=seed, bags=few if for_trial else None)
    hearing: list[Model] = [Hearing(boosted, "boosted_priced")] if priced else []
    cheap = (MovingAverage(), Smoothing(), Theta(), YearAgo(), KinSeason(), CrostonSba(), Tsb())
    return [
        SeasonalNaive(),
        *[Steadied(model, studies) for model in cheap],
        replace(boosted, studies=studies),
        *hearing,
        Boosted(
            horizon=horizon,
            seed=seed + 100,
            loss="absolute_error",
            bags=TRIAL_BAGS if for_trial else None,
            lean=True,
            trees=40,
            rate=0.2,
            name="boosted_middle",
            studies=studies,
        ),
        Lookalike(
            horizon=horizon,
            seed=seed,
            trees=TRIAL_TREES if for_trial else TREES,
            studies=studies,
        ),
    ]
