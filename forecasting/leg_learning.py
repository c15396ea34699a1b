"""Single legs of a way: what milestones say each took, and what is left of an open order.

A milestone ends the leg of its name; where it is missing, the next one ends several legs at once,
and all of them take that ratio. The whole is known from more orders than its parts, so legs only
divide it: their learned days always add up to the learned whole. Learns no whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from forecasting.lead_time import LearnedFactory, LearnedLeg
from forecasting.mixture import mixture
from inventory_core.catalog.calendars import Leg, arrival_on
from inventory_core.vocabulary import LegKind, Milestone

RANK = {kind.value: place for place, kind in enumerate(LegKind)}
MILESTONES = tuple(Milestone)
LEAST_RATIO, MOST_RATIO = 0.25, 4.0
SHOWN_ORDERS = 12


@dataclass(frozen=True, slots=True)
class LegTaken:
    """One leg of one order: the days its terms and calendars gave it, and those it took.

    `alone`: a milestone of its own says so; else it shares the ratio of the legs after it.
    """

    supplier_id: int
    warehouse_id: int
    country: str
    ship_method: str
    ordered_on: date
    kind: str
    stated_days: float
    days: float
    alone: bool = True

    @property
    def ratio(self) -> float:
        """Days taken for each day stated."""
        found = self.days / max(1.0, self.stated_days)
        return round(min(MOST_RATIO, max(LEAST_RATIO, found)), 3)


def ends_of(legs: Sequence[Leg], seen: Mapping[Milestone, date]) -> list[date | None]:
    """The day on which each leg ended, None where no milestone says so; the last never has one.

    A way whose legs do not follow the usual order has no ends that could be told.
    """
    ranks = [RANK[leg.kind] for leg in legs if leg.kind in RANK]
    if len(ranks) < len(legs) or any(a >= b for a, b in pairwise(ranks)):
        return [None] * len(legs)
    ends: list[date | None] = []
    for rank, following in pairwise(ranks):
        between = [seen[kind] for kind in MILESTONES[rank:following] if kind in seen]
        ends.append(between[0] if between else None)
    return [*ends, None]


def spans_of(
    legs: Sequence[Leg],
    ordered_on: date,
    seen: Mapping[Milestone, date],
    came_on: date | None,
) -> list[tuple[str, float, float]]:
    """(kind, days stated, days taken) of every leg that has ended; nothing without milestones.

    An order that came into the book after its first milestone does not say when it began.
    """
    ends = ends_of(legs, seen)
    if not any(ends) or min(seen.values()) < ordered_on:
        return []
    ends[-1] = came_on
    found: list[tuple[str, float, float]] = []
    start, waiting = ordered_on, []
    for leg, end in zip(legs, ends, strict=True):
        waiting.append(leg)
        if end is None:
            continue
        stated = [
            (arrival_on(start, waiting[: place + 1]) - arrival_on(start, waiting[:place])).days
            for place in range(len(waiting))
        ]
        taken = max(0, (end - start).days)
        ratio = taken / max(1, sum(stated))
        found += [
            (one.kind, float(days), taken if len(waiting) == 1 else days * ratio)
            for one, days in zip(waiting, stated, strict=True)
            if days
        ]
        start, waiting = max(start, end), []
    return found


def learn_legs(
    legs: Sequence[Leg],
    own: Sequence[LegTaken],
    group: Sequence[LegTaken],
    *,
    ratio: float,
    priors: Sequence[tuple[float, ...]],
    factory: LearnedFactory | None = None,
) -> tuple[LearnedLeg, ...]:
    """Each leg's ratio with its prior, those of the whole way or of what `factory` taught; () where
    no leg of it was ever seen.
    """
    kinds = {leg.kind for leg in legs}
    if factory is None and not any(one.kind in kinds for one in group):
        return ()
    found = []
    for leg, prior in zip(legs, priors, strict=True):
        mine = [one for one in own if one.kind == leg.kind]
        others = [one for one in group if one.kind == leg.kind]
        learned = mixture(
            tuple(one.ratio for one in mine), tuple(one.ratio for one in others), prior
        )
        last = (mine or others)[:SHOWN_ORDERS]
        count = max(1, len(last))
        found.append(
            LearnedLeg(
                kind=leg.kind,
                stated_days=leg.days,
                orders=len(last),
                mean_days=round(sum(one.days for one in last) / count, 1),
                mean_stated=round(sum(one.stated_days for one in last) / count, 1),
                ratio=learned.ratio,
                slices=learned.slices,
            )
        )
    if factory is not None:
        found = [_of_factory(one, factory) for one in found]
    return _adding_up(found, ratio)


def _of_factory(leg: LearnedLeg, factory: LearnedFactory) -> LearnedLeg:
    """Production that no order of this way showed was seen on other ways."""
    if leg.orders or leg.kind != LegKind.PRODUCTION.value:
        return leg
    return replace(
        leg,
        orders=factory.orders,
        mean_days=factory.mean_days,
        mean_stated=factory.mean_stated,
        elsewhere=True,
    )


def _adding_up(legs: Sequence[LearnedLeg], ratio: float) -> tuple[LearnedLeg, ...]:
    """The legs, each by one factor longer or shorter, so that together they take the whole."""
    whole = ratio * sum(leg.stated_days for leg in legs)
    parts = sum(leg.ratio * leg.stated_days for leg in legs)
    factor = whole / parts if parts > 0 else 1.0
    return tuple(
        replace(
            leg,
            ratio=round(leg.ratio * factor, 4),
            slices=tuple(round(part * factor, 4) for part in leg.slices),
        )
        for leg in legs
    )
