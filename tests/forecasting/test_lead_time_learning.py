"""Lead times as they really were: few orders count little, and a holiday is counted once."""

from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.lead_time import Route, arrives_on, lead_times
from forecasting.lead_time_learning import (
    LeadTimes,
    Taken,
    lead_times_of,
    learn,
    learned_route,
    scaled_legs,
)
from forecasting.mixture import PRIOR_ORDERS
from forecasting.policy import replenish_policy
from inventory_core.catalog.calendars import Calendar, Leg, arrival_on
from tests.golden.sheets import steady_demand

MONDAY = date(2026, 3, 2)
ROUTE = Route("sea", (Leg("production", 30), Leg("transport", 15)), 5.0)
SHUT = frozenset(date(2026, 2, 10) + timedelta(days=step) for step in range(27))
FACTORY = Calendar("factory", frozenset(range(1, 8)), SHUT)


def taken(days: float, *, stated: float = 45, number: int = 0, warehouse: int = 1) -> Taken:
    ordered_on = date(2025, 1, 6) + timedelta(weeks=number)
    return Taken(7, warehouse, "US", "sea", ordered_on, stated, days)


def known(*orders: Taken) -> LeadTimes:
    return lead_times_of(orders, {1: "US", 2: "US", 3: "CN"})


def learned(times: LeadTimes, warehouse: int = 1, route: Route = ROUTE) -> Route:
    return learned_route(route, times, supplier_id=7, warehouse_id=warehouse, as_of=MONDAY)


def test_many_orders_say_how_long_it_takes() -> None:
    times = known(*(taken(54 + 9 * (number % 2 * 2 - 1), number=number) for number in range(40)))
    found = learned(times)
    assert found.learned is not None
    assert found.learned.weight == pytest.approx(40 / 44, abs=0.001)
    assert (arrives_on(found, MONDAY) - MONDAY).days == pytest.approx(54, abs=1)
    assert found.spread_days == pytest.approx(9, abs=0.6)
    points = lead_times(found, 54)
    assert np.mean(points) == pytest.approx(54, abs=1)
    assert np.std(points) == pytest.approx(9, abs=1)


def test_a_single_late_order_moves_little() -> None:
    found = learned(known(taken(90)))
    days = (arrives_on(found, MONDAY) - MONDAY).days
    # Its own ratio of 2 counts a fifth, the supplier's (the same order) a fifth of the rest.
    share = 1 / (1 + PRIOR_ORDERS)
    assert days == round(45 * (1 + share + (1 - share) * share))


def test_a_warehouse_without_orders_borrows_from_its_country_only() -> None:
    times = known(*(taken(60, number=number, warehouse=2) for number in range(12)))
    near, far = learned(times, warehouse=1), learned(times, warehouse=3)
    assert 45 < (arrives_on(near, MONDAY) - MONDAY).days < 60
    assert far is ROUTE


def test_trap_39_a_long_tail_stays_in_the_lead_times() -> None:
    """Nine orders on time and one in ten a month late, as in a port that jams: the mean of legs
    does not show it, the equally likely lead times do."""
    orders = [taken(75 if number % 10 == 9 else 45, number=number) for number in range(24)]
    found = learned(known(*orders), route=Route("sea", ROUTE.legs, 0.0))
    points = lead_times(found, (arrives_on(found, MONDAY) - MONDAY).days)
    late, early = points[-1] - points[2], points[2] - points[0]
    assert late > 3 * early
    assert late >= 7
    # 200 units more in one case of five, beyond the mean of all cases.
    plain, careful = (
        replenish_policy(
            steady_demand(10), lead_time_days=45, lead_time_spread_days=0, review_days=7,
            service_level=0.95, lead_times=times,
        )
        for times in ((45,), points)
    )  # fmt: skip
    assert plain.safety_stock == 0
    assert careful.safety_stock >= 150


def test_trap_40_an_order_over_the_holiday_teaches_no_delay() -> None:
    """Forty factory days over the shut four weeks: 27 days more, and that is no lateness."""
    legs = (Leg("production", 40, FACTORY),)
    ordered = date(2026, 1, 26)
    stated = (arrival_on(ordered, legs) - ordered).days
    assert stated == 40 + 27
    orders = [taken(stated, stated=stated, number=number) for number in range(12)]
    found = learned(known(*orders), route=Route("sea", legs, 0.0, FACTORY))
    assert found.legs == legs
    assert (arrives_on(found, MONDAY) - MONDAY).days == (arrival_on(MONDAY, legs) - MONDAY).days


def test_trap_40_a_learned_route_still_stops_for_the_holiday() -> None:
    legs = (Leg("production", 20, FACTORY), Leg("transport", 20))
    orders = [taken(50, stated=40, number=number) for number in range(24)]
    route = Route("sea", legs, 0.0, FACTORY)
    before = date(2026, 1, 26)
    found = learned_route(route, known(*orders), supplier_id=7, warehouse_id=1, as_of=MONDAY)
    days = sum(leg.days for leg in found.legs)
    assert days == pytest.approx(40 * found.learned.ratio, abs=0.5)  # type: ignore[union-attr]
    assert (arrives_on(found, before) - before).days == days + 27


def test_scaled_legs_add_up_to_the_rounded_whole() -> None:
    legs = (Leg("production", 7), Leg("quality", 2), Leg("transport", 11))
    for ratio in (0.4, 0.9, 1.0, 1.13, 1.5):
        found = scaled_legs(legs, [ratio] * 3, whole=ratio)
        assert sum(leg.days for leg in found) == round(20 * ratio)
        assert all(leg.days >= 0 for leg in found)


def test_what_was_learned_is_a_mixture_with_known_weights() -> None:
    own = [taken(days, number=number) for number, days in enumerate((45, 54))]
    found = learn(own, own, spread=0.1)
    own_part, pool_part = 2 / 6, 4 / 6 * 2 / 6
    assert found.ratio == pytest.approx((own_part + pool_part) * 1.1 + 4 / 9, abs=1e-4)
    assert np.mean(found.slices) == pytest.approx(found.ratio, abs=1e-3)
    assert np.std(found.slices) == pytest.approx(found.spread, abs=1e-3)
