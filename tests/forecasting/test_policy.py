"""Cover from quantiles: against normal theory, by simulation, and at the edges."""

from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.policy import (
    Rule,
    TotalDemand,
    expected_shortage,
    fill_rate,
    lead_time_points,
    replenish_policy,
)
from forecasting.quantiles import mixed_quantile, quantile_of
from tests.golden.sheets import steady_demand

LEVELS = np.array([0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5])
LEVELS = np.unique(np.concatenate([LEVELS, 1 - LEVELS]))
DAYS = np.arange(7.0, 183.0, 7.0)


def normal_demand(per_day: float, sigma_day: float) -> TotalDemand:
    """Independent normal days: totals have mean m·d and deviation s·sqrt(d)."""
    z = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    mean = per_day * DAYS
    quantiles = mean[:, None] + sigma_day * np.sqrt(DAYS)[:, None] * z[None, :]
    return TotalDemand(DAYS, LEVELS, mean, np.maximum(quantiles, 0))


def test_safety_stock_is_z_sigma_root_of_the_interval_for_normal_demand() -> None:
    policy = replenish_policy(
        normal_demand(20, 6),
        lead_time_days=28, lead_time_spread_days=0, review_days=7, service_level=0.95,
    )  # fmt: skip
    expected = NormalDist().inv_cdf(0.95) * 6 * sqrt(35)
    assert policy.safety_stock == pytest.approx(expected, abs=1)
    assert policy.reorder_point == pytest.approx(700 + expected, abs=1)
    assert policy.order_up_to == policy.reorder_point + 140


def test_a_spread_of_the_lead_time_gives_the_textbook_deviation() -> None:
    """Deviation of demand over a random lead time: sqrt(L·s² + m²·sL²)."""
    policy = replenish_policy(
        normal_demand(20, 6),
        lead_time_days=56, lead_time_spread_days=5, review_days=7, service_level=0.95,
    )  # fmt: skip
    sigma = sqrt(63 * 36 + 400 * 25)
    assert policy.demand_mean == pytest.approx(20 * 63, rel=0.01)
    # Five points are a rough lead-time distribution: within a tenth of the exact normal value.
    assert policy.safety_stock == pytest.approx(1.645 * sigma, rel=0.1)


def test_lead_time_points_keep_mean_and_deviation() -> None:
    points = lead_time_points(60, 10)
    assert np.mean(points) == pytest.approx(60, abs=0.5)
    assert np.std(points) == pytest.approx(10, abs=0.5)
    assert lead_time_points(60, 0) == (60,)
    assert min(lead_time_points(5, 20)) == 0


def test_expected_shortage_is_the_normal_loss() -> None:
    demand, supply = normal_demand(20, 6), 760.0
    sigma = 6 * sqrt(35)
    k = (supply - 700) / sigma
    normal = NormalDist()
    loss = sigma * (normal.pdf(k) - k * (1 - normal.cdf(k)))
    assert expected_shortage(demand, (35,), supply) == pytest.approx(loss, rel=0.05)


def test_fill_rate_is_what_a_simulation_of_the_policy_finds() -> None:
    """Order up to S every 7 days, lead time 28, backorders: the served share of 200,000 days."""
    demand, level = normal_demand(20, 12), 735
    found = fill_rate(demand.levels, *demand.at_each((35, 28)), level)
    random = np.random.default_rng(3)
    days = np.maximum(random.normal(20, 12, 200_000), 0)
    stock, position, pipeline, short = float(level), float(level), {}, 0.0
    for today, wanted in enumerate(days):
        stock += pipeline.pop(today, 0.0)
        short += max(0.0, min(wanted, wanted - stock)) if stock > 0 else wanted
        stock -= wanted
        position -= wanted
        if today % 7 == 6:
            pipeline[today + 29] = level - position
            position = float(level)
    assert found == pytest.approx(1 - short / days.sum(), abs=0.015)


def test_cycle_service_and_fill_rate_are_two_numbers() -> None:
    policy = replenish_policy(
        normal_demand(20, 6),
        lead_time_days=28, lead_time_spread_days=0, review_days=7, service_level=0.9,
    )  # fmt: skip
    assert policy.service_level == 0.9
    assert policy.fill_rate is not None
    assert policy.fill_rate > 0.95


def test_trap_33_a_sparse_item_needs_no_negative_and_no_fraction() -> None:
    days = np.array([7.0, 14.0, 21.0, 28.0, 35.0, 42.0])
    levels = np.array([0.5, 0.75, 0.9, 0.95, 0.975])
    quantiles = np.array([[0, 0, 1, 2, 3]] * 6) * np.array([[1, 1, 1, 2, 2, 2]]).T
    demand = TotalDemand(days, levels, days * 0.02, quantiles.astype(float))
    policy = replenish_policy(
        demand, lead_time_days=21, lead_time_spread_days=4, review_days=7, service_level=0.95
    )
    assert 0 < policy.safety_stock <= 6
    assert policy.reorder_point >= policy.safety_stock
    assert isinstance(policy.order_up_to, int)


def test_no_demand_needs_nothing_and_has_no_fill_rate() -> None:
    policy = replenish_policy(
        steady_demand(0), lead_time_days=30, lead_time_spread_days=5, review_days=7,
        service_level=0.95,
    )  # fmt: skip
    assert (policy.safety_stock, policy.reorder_point, policy.order_up_to) == (0, 0, 0)
    assert policy.fill_rate is None


def test_parts_set_by_hand_win_and_the_computed_ones_stay_visible() -> None:
    policy = replenish_policy(
        steady_demand(10), lead_time_days=30, lead_time_spread_days=0, review_days=7,
        service_level=0.95, rule=Rule(minimum=500, service_level=0.99),
    )  # fmt: skip
    assert (policy.reorder_point, policy.order_up_to) == (500, 500)
    assert (policy.computed_reorder_point, policy.computed_order_up_to) == (370, 440)
    assert policy.manual == ("service_level", "minimum")


def test_a_maximum_set_by_hand_holds_though_more_is_needed() -> None:
    for maximum in (0, 60, 370):
        policy = replenish_policy(
            steady_demand(10), lead_time_days=30, lead_time_spread_days=0, review_days=7,
            service_level=0.95, rule=Rule(maximum=maximum),
        )  # fmt: skip
        assert (policy.reorder_point, policy.order_up_to) == (maximum, maximum)
        assert (policy.computed_reorder_point, policy.computed_order_up_to) == (370, 440)


@given(
    per_day=st.floats(0, 500),
    high=st.floats(100, 400),
    lead=st.integers(0, 120),
    spread=st.floats(0, 30),
    review=st.integers(1, 30),
    level=st.floats(0.5, 0.995),
)
def test_more_safety_never_means_less_stock(
    per_day: float, high: float, lead: int, spread: float, review: int, level: float
) -> None:
    demand = steady_demand(per_day, high)
    given_level, stricter = (
        replenish_policy(
            demand, lead_time_days=lead, lead_time_spread_days=spread, review_days=review,
            service_level=asked,
        )
        for asked in (level, (1 + level) / 2)
    )  # fmt: skip
    assert 0 <= given_level.safety_stock <= stricter.safety_stock
    assert given_level.safety_stock <= given_level.reorder_point <= given_level.order_up_to
    _, rows = demand.at_each(given_level.intervals)
    assert mixed_quantile(demand.levels, rows, level) >= 0
    assert given_level.demand_mean >= 0


def test_quantiles_between_the_levels_lie_between_their_values() -> None:
    levels, row = np.array([0.1, 0.5, 0.9]), np.array([0.0, 10.0, 30.0])
    assert quantile_of(levels, row, 0.7) == pytest.approx(20)
    assert quantile_of(levels, row, 0.95) == pytest.approx(32.5)
    assert quantile_of(levels, row, 0.01) == 0


def test_trap_32_what_hardly_sells_any_more_is_not_bought_again() -> None:
    """One unit in forty years, nothing there: a rounded-up unit would bring a whole MOQ."""
    days = np.array([30.0, 60.0, 90.0])
    demand = TotalDemand(days, np.array([0.5, 0.95]), days * 7e-5, np.zeros((3, 2)) + 0.01)
    policy = replenish_policy(
        demand, lead_time_days=45, lead_time_spread_days=7, review_days=7, service_level=0.95
    )
    assert (policy.safety_stock, policy.reorder_point, policy.order_up_to) == (0, 0, 0)
