"""The way from order to shelf as planning uses it: legs by one ship method, with their spread.

Decides nothing about calendars (`inventory_core.catalog.calendars` does); puts a route, the spread
of its lead time and the office that takes orders into one record. Chooses no supplier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from forecasting.policy import LEAD_TIME_SLICES, lead_time_points
from inventory_core.catalog import calendars
from inventory_core.catalog.calendars import ALWAYS, Calendar, Leg, arrival_on
from inventory_core.trade.offer_terms import Offer, way

LEADS = len(LEAD_TIME_SLICES)


@dataclass(frozen=True, slots=True)
class LearnedLeg:
    """What milestones taught of one leg: `slices` are equally likely ratios around `ratio`.

    Over its latest `orders` it took `mean_days` where `mean_stated` were stated; 0 orders: nobody
    recorded when it ended, and it is as much longer as the whole way. `elsewhere`: those orders
    went other ways; only of production.
    """

    kind: str
    stated_days: int
    orders: int
    mean_days: float
    mean_stated: float
    ratio: float
    slices: tuple[float, ...]
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class LearnedFactory:
    """What orders by other ways taught of a supplier's production: their `ratios`, and the mixture
    with what is stated. `share`: of production in the stated days of the way.

    These `orders`, by these ship methods, took `mean_days` where `mean_stated` were stated.
    """

    ratios: tuple[float, ...]
    ship_methods: tuple[str, ...]
    orders: int
    mean_days: float
    mean_stated: float
    share: float
    ratio: float
    slices: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What orders of one way taught: ratios of days taken to days stated, closures included.

    `ratio` and `spread`: mean and deviation of the mixture of the way's own `ratios`, those of the
    supplier into the same country, and the `stated` ones; `slices`: five equally likely ratios with
    them. `weight`: of the own orders. `last_days`: what the latest orders took. `stated_*`: what
    the route said before. `open_*`: orders that have not come, with what they took at the least.
    `legs`: where milestones say how the whole divides. `factory`: what changed the `stated` ones.
    """

    ratios: tuple[float, ...]
    of_supplier: tuple[float, ...]
    stated: tuple[float, ...]
    weight: float
    ratio: float
    spread: float
    slices: tuple[float, ...]
    last_days: tuple[float, ...]
    stated_leg_days: tuple[int, ...] = ()
    stated_days: int = 0
    stated_spread_days: float = 0.0
    open_ratios: tuple[float, ...] = ()
    open_of_supplier: tuple[float, ...] = ()
    legs: tuple[LearnedLeg, ...] = ()
    factory: LearnedFactory | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """All legs of one ship method, in order. `spread_days`: standard deviation of their sum.

    `offsets`: equally likely differences from the planned days, where they were learned.
    """

    ship_method: str
    legs: tuple[Leg, ...]
    spread_days: float = 0.0
    office: Calendar = ALWAYS
    offsets: tuple[float, ...] = ()
    learned: Learned | None = None

    @property
    def days(self) -> int:
        """Working and travelling days, closures and weekends not counted."""
        return sum(leg.days for leg in self.legs)


def stated_route(offer: Offer, method: str, country: str) -> Route:
    """The way of an offer into a country by a ship method as its terms state it."""
    legs = [leg for leg in offer.legs_into(country) if leg.ship_method == method]
    stated = sqrt(sum(float(leg.spread_days) ** 2 for leg in legs))
    return Route(
        ship_method=method,
        legs=tuple(way(offer, method, country=country)),
        spread_days=stated or float(offer.lead_time_spread_days),
        office=offer.calendar or ALWAYS,
    )


def lead_times(route: Route, days: int) -> tuple[int, ...]:
    """Equally likely lead times around `days`: as learned, else spread like a normal one."""
    if route.offsets:
        return tuple(max(0, round(days + offset)) for offset in route.offsets)
    return lead_time_points(days, route.spread_days)


def sliced(points: Sequence[int]) -> list[int]:
    """The same chances in LEADS equal slices: certain days are as many equal ones."""
    return [points[part * len(points) // LEADS] for part in range(LEADS)]


def arrives_on(route: Route, ordered_on: date) -> date:
    """Day on which goods are available when the order goes out on `ordered_on`."""
    return arrival_on(ordered_on, route.legs)


def latest_order_on(route: Route, needed_on: date) -> date:
    """The last working day on which an order still arrives on `needed_on` or before."""
    return calendars.latest_order_on(needed_on, route.legs, order_calendar=route.office)
