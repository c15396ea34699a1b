"""What a supplier's factory takes, learned from its orders that went any other way.

Goods are made before they travel: production of orders by sea teaches orders by air, and orders for
one country those for another. That makes the prior of a way: what was stated, with its production
leg as learned. Transport, customs and check-in stay as stated until orders of the way itself come;
the way's own orders are learned from in `lead_time_learning`.
"""

from collections.abc import Sequence
from math import sqrt

from forecasting.lead_time import LearnedFactory
from forecasting.leg_learning import LegTaken
from forecasting.mixture import mixture
from forecasting.policy import LEAD_TIME_SLICES
from inventory_core.catalog.calendars import Leg
from inventory_core.vocabulary import LegKind

PRODUCTION = LegKind.PRODUCTION.value


def learn_factory(
    legs: Sequence[Leg], elsewhere: Sequence[LegTaken], *, spread: float
) -> LearnedFactory | None:
    """Production over the orders `elsewhere`, the latest first, mixed with what is stated as every
    lead time is; None where nothing was seen or the way has no production.

    `spread`: stated deviation of the whole way as a share of its stated days.
    """
    share = production_share(legs)
    if not elsewhere or not share:
        return None
    ratios = tuple(one.ratio for one in elsewhere)
    # Variances of independent legs add up: a leg of a share of the days has that share of the
    # variance, which is more of its own days than it is of the whole.
    found = mixture((), ratios, _normal(spread / sqrt(share)))
    count = len(elsewhere)
    return LearnedFactory(
        ratios=ratios,
        ship_methods=tuple(sorted({one.ship_method for one in elsewhere})),
        orders=count,
        mean_days=round(sum(one.days for one in elsewhere) / count, 1),
        mean_stated=round(sum(one.stated_days for one in elsewhere) / count, 1),
        share=share,
        ratio=found.ratio,
        slices=found.slices,
    )


def production_share(legs: Sequence[Leg]) -> float:
    """How much of the days of a way its production is."""
    days = sum(leg.days for leg in legs)
    made = sum(leg.days for leg in legs if leg.kind == PRODUCTION)
    return made / days if days else 0.0


def stated_ratios(spread: float, factory: LearnedFactory | None) -> tuple[float, ...]:
    """Equally likely ratios of the whole way before any order of its own is counted: spread as
    stated around 1, its production as the factory's other orders took it.
    """
    if factory is None:
        return _normal(spread)
    rest = 1 - factory.share
    road = _normal(spread / sqrt(rest)) if rest > 0 else (1.0,)
    return tuple(
        round(factory.share * made + rest * gone, 3) for made in factory.slices for gone in road
    )


def leg_priors(
    legs: Sequence[Leg], factory: LearnedFactory, *, ratio: float, slices: Sequence[float]
) -> list[tuple[float, ...]]:
    """For each leg the ratios it is taken to have before its own milestones are counted: the
    factory's for production, 1 for the others, and all as much more as the learned whole asks for.
    """
    more = ratio / (factory.share * factory.ratio + 1 - factory.share)
    made = tuple(part * more for part in factory.slices)
    gone = tuple(part / ratio * more for part in slices)
    return [made if leg.kind == PRODUCTION else gone for leg in legs]


def _normal(spread: float) -> tuple[float, ...]:
    return tuple(round(max(0.0, 1 + spread * z), 3) for z in LEAD_TIME_SLICES)
