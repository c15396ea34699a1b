"""Lead times learned from what really happened, by supplier, warehouse and ship method.

An order teaches one ratio: days it took by days it should have taken, closures of the calendars
included, so that a holiday is never counted twice. Few orders count little: the ratios of a way are
mixed with those of the supplier into the same country, and these with what was stated, as if it had
been seen PRIOR_ORDERS times; of production, what the supplier's other ways showed goes before what
was stated (`factory_learning`). An order that has not come teaches that it takes at least so long.
How the whole divides into legs is learned in `leg_learning`. Decides no order.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate, islice
from typing import TypeVar

from forecasting.factory_learning import (
    PRODUCTION,
    learn_factory,
    leg_priors,
    stated_ratios,
)
from forecasting.lead_time import Learned, LearnedFactory, Route, arrives_on
from forecasting.leg_learning import LegTaken, learn_legs
from forecasting.mixture import mixture
from inventory_core.catalog.calendars import Leg

Key = tuple[int, int, str]  # supplier, warehouse, ship method
Seen = TypeVar("Seen", "Taken", LegTaken)

# A single order that took more than so many times as long was something else (a dispute, a typo).
LEAST_RATIO, MOST_RATIO = 0.25, 3.0
SHOWN_ORDERS = 12
MOST_OF_SUPPLIER = 40
MOST_LEGS_OF_SUPPLIER = 5 * MOST_OF_SUPPLIER


@dataclass(frozen=True, slots=True)
class Taken:
    """One order: the days it should have taken by its terms and calendars, and those it took.

    `come`: False for an order that is still open; `days` are then what it takes at the least.
    """

    supplier_id: int
    warehouse_id: int
    country: str
    ship_method: str
    ordered_on: date
    stated_days: float
    days: float
    come: bool = True

    @property
    def ratio(self) -> float:
        """Days taken for each day stated."""
        found = self.days / max(1.0, self.stated_days)
        return round(min(MOST_RATIO, max(LEAST_RATIO, found)), 3)


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """What is known of every way; empty where nothing has been received yet."""

    by_way: Mapping[Key, tuple[Taken, ...]] = field(default_factory=dict)
    by_country: Mapping[Key, tuple[Taken, ...]] = field(default_factory=dict)
    countries: Mapping[int, str] = field(default_factory=dict)
    legs_by_way: Mapping[Key, tuple[LegTaken, ...]] = field(default_factory=dict)
    legs_by_country: Mapping[Key, tuple[LegTaken, ...]] = field(default_factory=dict)
    production: Mapping[int, tuple[LegTaken, ...]] = field(default_factory=dict)

    def production_elsewhere(self, key: Key) -> tuple[LegTaken, ...]:
        """Production of this supplier's orders that went other ways: by another ship method or
        into another country. The latest first, not many.
        """
        supplier_id, place, method = key
        way = self.countries.get(place, ""), method
        seen = self.production.get(supplier_id, ())
        others = (one for one in seen if (one.country, one.ship_method) != way)
        return tuple(islice(others, MOST_OF_SUPPLIER))


NOTHING = LeadTimes()


def lead_times_of(
    taken: Sequence[Taken], countries: Mapping[int, str], legs: Sequence[LegTaken] = ()
) -> LeadTimes:
    """Orders by way, the latest first, and by supplier into a country (warehouse 0)."""
    latest = sorted(taken, key=lambda item: (item.ordered_on, item.days), reverse=True)
    parts = sorted(legs, key=lambda item: (item.ordered_on, item.days), reverse=True)
    made: dict[int, list[LegTaken]] = defaultdict(list)
    for one in parts:
        if one.kind == PRODUCTION and one.alone:
            made[one.supplier_id].append(one)
    return LeadTimes(
        *_by_way(latest, countries, MOST_OF_SUPPLIER),
        countries,
        *_by_way(parts, countries, MOST_LEGS_OF_SUPPLIER),
        {supplier_id: tuple(items) for supplier_id, items in made.items()},
    )


def _by_way(
    seen: Sequence[Seen], countries: Mapping[int, str], most: int
) -> tuple[dict[Key, tuple[Seen, ...]], dict[Key, tuple[Seen, ...]]]:
    by_way: dict[Key, list[Seen]] = defaultdict(list)
    pooled: dict[tuple[int, str, str], list[Seen]] = defaultdict(list)
    for one in seen:
        by_way[one.supplier_id, one.warehouse_id, one.ship_method].append(one)
        pooled[one.supplier_id, one.country, one.ship_method].append(one)
    by_country = {
        (supplier_id, place, method): tuple(items[:most])
        for place, country in countries.items()
        for (supplier_id, where, method), items in pooled.items()
        if where == country
    }
    return {key: tuple(items) for key, items in by_way.items()}, by_country


def learned_route(
    route: Route, known: LeadTimes, *, supplier_id: int, warehouse_id: int, as_of: date
) -> Route:
    """The route as it really goes: legs as much longer or shorter, and its spread as it was."""
    key = (supplier_id, warehouse_id, route.ship_method)
    own, pool = known.by_way.get(key, ()), known.by_country.get(key, ())
    stated_days = (arrives_on(route, as_of) - as_of).days
    if stated_days <= 0:
        return route
    spread = route.spread_days / stated_days
    factory = learn_factory(route.legs, known.production_elsewhere(key), spread=spread)
    if not pool and factory is None:
        return route
    found = learn(own, pool, spread=spread, factory=factory)
    if not (found.last_days or found.open_ratios or found.open_of_supplier or factory):
        return route
    priors = [found.slices] * len(route.legs)
    if factory is not None:
        priors = leg_priors(route.legs, factory, ratio=found.ratio, slices=found.slices)
    legs = learn_legs(
        route.legs,
        known.legs_by_way.get(key, ()),
        known.legs_by_country.get(key, ()),
        ratio=found.ratio,
        priors=priors,
        factory=factory,
    )
    ratios = [leg.ratio for leg in legs] or [found.ratio] * len(route.legs)
    return replace(
        route,
        legs=scaled_legs(route.legs, ratios, whole=found.ratio),
        spread_days=round(found.spread * stated_days, 2),
        offsets=tuple(round((part - found.ratio) * stated_days, 1) for part in found.slices),
        learned=replace(
            found,
            stated_leg_days=tuple(leg.days for leg in route.legs),
            stated_days=stated_days,
            stated_spread_days=route.spread_days,
            legs=legs,
        ),
    )


def learn(
    own: Sequence[Taken],
    pool: Sequence[Taken],
    *,
    spread: float,
    factory: LearnedFactory | None = None,
) -> Learned:
    """The mixture of the way's own orders, the supplier's into that country, and what was stated.

    `spread`: stated deviation as a share of the stated days. Every part is a sample of ratios, so
    that a long tail of late orders stays one. An open order counts once it is later than the
    earliest that came or could be expected: before, it says nothing.
    """
    stated = stated_ratios(spread, factory)
    ratios, others = _come(own), _come(pool)
    least = min(stated + ratios + others)
    still_open, open_others = _open(own, least), _open(pool, least)
    found = mixture(ratios, others, stated, still_open, open_others)
    last = [one for one in own if one.come] or [one for one in pool if one.come]
    return Learned(
        ratios=ratios,
        of_supplier=others,
        stated=stated,
        weight=found.weight,
        ratio=found.ratio,
        spread=found.spread,
        slices=found.slices,
        last_days=tuple(round(one.days, 1) for one in last[:SHOWN_ORDERS]),
        open_ratios=still_open,
        open_of_supplier=open_others,
        factory=factory,
    )


def _come(orders: Sequence[Taken]) -> tuple[float, ...]:
    return tuple(one.ratio for one in orders if one.come)


def _open(orders: Sequence[Taken], least: float) -> tuple[float, ...]:
    """What open orders take at the least; one open for far too long was forgotten, not late."""
    return tuple(
        one.ratio
        for one in orders
        if not one.come and one.ratio > least and one.days < MOST_RATIO * one.stated_days
    )


def scaled_legs(legs: Sequence[Leg], ratios: Sequence[float], *, whole: float) -> tuple[Leg, ...]:
    """Every leg by its ratio longer, in whole days that add up to the rounded `whole`."""
    until = [
        round(days)
        for days in accumulate(leg.days * part for leg, part in zip(legs, ratios, strict=True))
    ]
    if until:
        until[-1] = round(sum(leg.days for leg in legs) * whole)
    found, given = [], 0
    for leg, end in zip(legs, until, strict=True):
        found.append(replace(leg, days=max(0, end - given)))
        given = max(given, end)
    return tuple(found)
