"""Lead times learned from what really happened, by supplier, warehouse and ship method.

An order teaches one ratio: days it took by days it should have taken, closures of the calendars
included, so that a holiday is never counted twice. Few orders count little: the ratios of a way are
mixed with those of the supplier into the same country, and these with what was stated, as if it had
been seen PRIOR_ORDERS times. Decides no order; parts of a way are not observed one by one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from forecasting.lead_time import Learned, Route, arrives_on
from forecasting.policy import LEAD_TIME_SLICES
from inventory_core.catalog.calendars import Leg

Floats = npt.NDArray[np.float64]
Key = tuple[int, int, str]  # supplier, warehouse, ship method

PRIOR_ORDERS = 4
# A single order that took more than so many times as long was something else (a dispute, a typo).
LEAST_RATIO, MOST_RATIO = 0.25, 3.0
SHOWN_ORDERS = 12
MOST_OF_SUPPLIER = 40
SLICE_ENDS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Taken:
    """One order: the days it should have taken by its terms and calendars, and those it took."""

    supplier_id: int
    warehouse_id: int
    country: str
    ship_method: str
    ordered_on: date
    stated_days: float
    days: float

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


NOTHING = LeadTimes()


def lead_times_of(taken: Sequence[Taken], countries: Mapping[int, str]) -> LeadTimes:
    """Orders by way, the latest first, and by supplier into a country (warehouse 0)."""
    by_way: dict[Key, list[Taken]] = defaultdict(list)
    pooled: dict[tuple[int, str, str], list[Taken]] = defaultdict(list)
    for one in sorted(taken, key=lambda item: (item.ordered_on, item.days), reverse=True):
        by_way[one.supplier_id, one.warehouse_id, one.ship_method].append(one)
        pooled[one.supplier_id, one.country, one.ship_method].append(one)
    by_country: dict[Key, tuple[Taken, ...]] = {}
    for place, country in countries.items():
        for (supplier_id, where, method), items in pooled.items():
            if where == country:
                by_country[supplier_id, place, method] = tuple(items[:MOST_OF_SUPPLIER])
    return LeadTimes({key: tuple(items) for key, items in by_way.items()}, by_country, countries)


def learned_route(
    route: Route, known: LeadTimes, *, supplier_id: int, warehouse_id: int, as_of: date
) -> Route:
    """The route as it really goes: legs as much longer or shorter, and its spread as it was."""
    key = (supplier_id, warehouse_id, route.ship_method)
    own, pool = known.by_way.get(key, ()), known.by_country.get(key, ())
    stated_days = (arrives_on(route, as_of) - as_of).days
    if not pool or stated_days <= 0:
        return route
    found = learn(own, pool, spread=route.spread_days / stated_days)
    return replace(
        route,
        legs=scaled_legs(route.legs, found.ratio),
        spread_days=round(found.spread * stated_days, 2),
        offsets=tuple(round((part - found.ratio) * stated_days, 1) for part in found.slices),
        learned=replace(
            found,
            stated_leg_days=tuple(leg.days for leg in route.legs),
            stated_days=stated_days,
            stated_spread_days=route.spread_days,
        ),
    )


def learn(own: Sequence[Taken], pool: Sequence[Taken], *, spread: float) -> Learned:
    """The mixture (k · (k · stated + supplier's) / (k + m) + own) / (k + n), k = PRIOR_ORDERS.

    `spread`: stated deviation as a share of the stated days. Every part is a sample of ratios, so
    that a long tail of late orders stays one.
    """
    ratios = tuple(one.ratio for one in own)
    others = tuple(one.ratio for one in pool)
    stated = tuple(round(max(0.0, 1 + spread * z), 3) for z in LEAD_TIME_SLICES)
    weight = len(ratios) / (len(ratios) + PRIOR_ORDERS)
    of_pool = len(others) / (len(others) + PRIOR_ORDERS)
    values = np.array([*ratios, *others, *stated])
    weights = np.concatenate(
        [
            np.full(len(ratios), weight / max(1, len(ratios))),
            np.full(len(others), (1 - weight) * of_pool / max(1, len(others))),
            np.full(len(stated), (1 - weight) * (1 - of_pool) / len(stated)),
        ]
    )
    mean = float(weights @ values)
    deviation = float(np.sqrt(weights @ (values - mean) ** 2))
    last = (own or pool)[:SHOWN_ORDERS]
    return Learned(
        ratios=ratios,
        of_supplier=others,
        stated=stated,
        weight=round(weight, 3),
        ratio=round(mean, 4),
        spread=round(deviation, 4),
        slices=_slices(values, weights, mean, deviation),
        last_days=tuple(round(one.days, 1) for one in last),
    )


def scaled_legs(legs: Sequence[Leg], ratio: float) -> tuple[Leg, ...]:
    """Every leg `ratio` times as long, in whole days that add up to the rounded whole."""
    found, stated, given = [], 0, 0
    for leg in legs:
        stated += leg.days
        until = round(stated * ratio)
        found.append(replace(leg, days=until - given))
        given = until
    return tuple(found)


def _slices(values: Floats, weights: Floats, mean: float, deviation: float) -> tuple[float, ...]:
    """The means of five equal slices of the sample, stretched to its whole deviation."""
    order = np.argsort(values, kind="stable")
    share = np.concatenate([[0.0], np.cumsum(weights[order])])
    running = np.concatenate([[0.0], np.cumsum((weights * values)[order])])
    points = np.diff(np.interp(SLICE_ENDS, share, running)) * (len(SLICE_ENDS) - 1)
    scale = float(points.std())
    stretched = mean + (points - points.mean()) * (deviation / scale if scale > 0 else 0.0)
    return tuple(round(float(point), 4) for point in stretched)
