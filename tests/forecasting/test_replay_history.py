"""A past that is played again: the same demand for all, and figures worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting.past import KEEPS_ALWAYS, Chosen, Past
from forecasting.replay_history import (
    LEAST_HISTORY_WEEKS,
    WhatIf,
    first_week,
    forecasts_then,
    replay_history,
)
from forecasting.replay_past import unconstrained
from forecasting.replay_rules import Forecasts
from inventory_core.errors import Refused
from tests.forecasting.panels import plain_panel

USUAL = WhatIf(service_level=0.95, holding_rate_year=0.52, dead_days=28)


def steady(weeks: int, *, lead: int = 2) -> Past:
    """Two series that sell 10 and 4 a week for ever, supplied in hundreds and one by one."""
    asked = np.repeat([[10.0], [4.0]], weeks, axis=1)
    return Past(
        panel=plain_panel(asked, freq="W-SUN"),
        asked=asked,
        served=asked * 0.5,
        stock=np.full(asked.shape, 30.0),
        arrived=asked * 0.5,
        lead=np.array([lead, lead]),
        leads=np.full((2, 5), lead),
        ship=np.arange(2),
        moq=np.array([100.0, 0.0]),
        pack=np.array([100.0, 1.0]),
        cost=np.array([2.0, 5.0]),
        price=np.array([5.0, 8.0]),
        production=np.arange(2),
        keeps=np.full(2, KEEPS_ALWAYS),
        chosen=Chosen.nothing(2),
    )


def exact_forecasts(past: Past, reach: int = 16) -> Forecasts:
    """What a forecaster would say who knows that nothing ever changes."""
    first = first_week(past)
    paths = np.repeat(past.asked[:, :1], reach, axis=1)
    return {
        week: (paths, np.repeat(paths[:, None, :], 5, axis=1))
        for week in range(0, past.panel.length - first, 4)
    }


def test_what_happened_is_judged_by_hand() -> None:
    past = steady(LEAST_HISTORY_WEEKS + 10)
    actual = replay_history(past, USUAL, exact_forecasts(past)).actual
    assert actual is not None
    assert actual.fill_rate == pytest.approx(0.5)
    # 30 units each at 2 and at 5: 210, a hundredth of it a week.
    assert actual.stock_value == pytest.approx(210.0)
    assert actual.holding_cost == pytest.approx(10 * 2.10)
    # Five and two units a week were not served: 25 + 16 a week, margin 15 + 6.
    assert actual.lost_sales == pytest.approx(10 * (5 * 5.0 + 2 * 8.0))
    assert actual.stockout_cost == pytest.approx(10 * (5 * 3.0 + 2 * 3.0))
    assert actual.turnover_year == pytest.approx((5 * 2.0 + 2 * 5.0) * 52 / 210.0)
    assert actual.cost_by_week[-1] == pytest.approx(actual.holding_cost + actual.stockout_cost)
    assert actual.dead_value == 0.0


def test_a_lead_time_longer_than_the_window_is_played_too() -> None:
    past = steady(LEAST_HISTORY_WEEKS + 10, lead=12)
    compared = replay_history(past, USUAL, exact_forecasts(past, reach=30))
    # 30 on hand and half of the demand coming for ten weeks: no order could change that.
    assert compared.ours.fill_rate == compared.minmax.fill_rate
    shorter = replay_history(steady(LEAST_HISTORY_WEEKS + 10), USUAL, exact_forecasts(past))
    assert (compared.ours.fill_rate or 0) < (shorter.ours.fill_rate or 0)
    for budget in (None, 100.0):
        longer = replace(USUAL, lead_days=70, budget=budget)
        played = replay_history(steady(LEAST_HISTORY_WEEKS + 10), longer,
                                exact_forecasts(past, reach=30))  # fmt: skip
        assert played.ours.fill_rate == pytest.approx(compared.ours.fill_rate, abs=0.2)


def test_orders_keep_to_moq_and_serve_what_they_know() -> None:
    past = steady(LEAST_HISTORY_WEEKS + 20)
    compared = replay_history(past, USUAL, exact_forecasts(past))
    for plan in (compared.ours, compared.minmax):
        assert plan.fill_rate == pytest.approx(1.0)
    # One series comes in hundreds, the other as it sells: a plan that knows demand holds little.
    assert compared.ours.stock_value < compared.minmax.stock_value


def test_a_port_delay_and_a_shock_cost_and_have_nothing_real_beside_them() -> None:
    past = steady(LEAST_HISTORY_WEEKS + 24)
    known = exact_forecasts(past)
    usual = replay_history(past, USUAL, known)
    for change in ({"port_days": 28}, {"demand": 0.5}):
        changed = replay_history(past, replace(USUAL, **change), known)
        assert changed.actual is None
        assert changed.ours.fill_rate is not None
        assert usual.ours.fill_rate is not None
        assert changed.ours.fill_rate < usual.ours.fill_rate
    longer = replay_history(past, replace(USUAL, lead_days=14), known)
    assert longer.ours.fill_rate == pytest.approx(1.0)


def test_late_goods_cost_every_plan_and_the_one_that_expects_them_less() -> None:
    past = steady(LEAST_HISTORY_WEEKS + 52)
    known = exact_forecasts(past)
    punctual = replay_history(past, USUAL, known)
    spread = replace(past, leads=np.tile([1, 1, 2, 2, 9], (2, 1)))
    late = replay_history(spread, USUAL, known)
    assert punctual.ours.fill_rate == punctual.minmax.fill_rate == pytest.approx(1.0)
    assert late.minmax.fill_rate is not None
    assert late.ours.fill_rate is not None
    assert late.minmax.fill_rate < late.ours.fill_rate < 1.0
    assert late.ours.stock_value > punctual.ours.stock_value
    assert late.actual == punctual.actual, "what happened was late enough"
    assert replay_history(spread, USUAL, known) == late


def test_orders_that_travel_together_are_late_together() -> None:
    """Two series that are the same in everything, on one ship and on two."""
    past = steady(LEAST_HISTORY_WEEKS + 52).best_sellers(1)
    past = replace(past, leads=np.array([[1, 1, 2, 2, 9]]))
    rows = np.zeros(2, dtype=np.int64)
    twins = replace(past.select(rows), ship=np.array([0, 0]))
    known = exact_forecasts(past)
    both = {week: (mean[rows], paths[rows]) for week, (mean, paths) in known.items()}
    alone = replay_history(past, USUAL, known)
    together = replay_history(twins, USUAL, both)
    apart = replay_history(replace(twins, ship=np.array([0, 1])), USUAL, both)
    doubled = [2 * value for value in alone.ours.value_by_week]
    assert list(together.ours.value_by_week) == doubled
    assert together.ours.fill_rate == alone.ours.fill_rate
    assert list(apart.ours.value_by_week) != doubled


def test_a_budget_that_never_bites_changes_no_number() -> None:
    past = steady(LEAST_HISTORY_WEEKS + 24, lead=3)
    mixed = replace(past, lead=np.array([1, 3]), leads=np.array([[1, 1, 2], [2, 3, 4]]))
    known = exact_forecasts(mixed)
    free = replay_history(mixed, replace(USUAL, port_days=21), known)
    rich = replay_history(mixed, replace(USUAL, port_days=21, budget=1e9), known)
    assert rich == free


def test_a_budget_goes_to_what_brings_most_and_no_week_spends_more() -> None:
    # 10 a week at 2.00 and 4 a week at 5.00; the second earns 30 a unit, the first 3.
    past = steady(LEAST_HISTORY_WEEKS + 30)
    past = replace(past, moq=np.zeros(2), pack=np.ones(2), price=np.array([5.0, 35.0]))
    known = exact_forecasts(past)
    usual = replay_history(past, USUAL, known)
    assert usual.ours.fill_rate == pytest.approx(1.0)
    tight = replay_history(past, replace(USUAL, budget=20.0), known)
    assert tight.actual is None
    # 20.00 a week buy the four that earn most; little of the ten is served after the opening.
    assert tight.ours.fill_rate is not None
    assert tight.minmax.fill_rate is not None
    assert 4 / 14 < tight.ours.fill_rate < 0.6
    assert tight.ours.stockout_cost < tight.minmax.stockout_cost


def test_the_best_sellers_are_those_that_sold_for_most() -> None:
    past = steady(40)  # 25 a week and 16 a week
    some = past.best_sellers(1)
    assert some.panel.ids == past.panel.ids[:1]
    assert (some.asked == 10).all()
    assert (some.moq.tolist(), some.leads.shape) == ([100.0], (1, 5))
    cheaper = replace(past, price=np.array([3.0, 8.0]))
    assert cheaper.best_sellers(1).panel.ids == past.panel.ids[1:]
    assert past.best_sellers(9).panel.ids == past.panel.ids


def test_too_short_a_past_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        first_week(steady(LEAST_HISTORY_WEEKS + 3))
    assert refusal.value.code == "replay_past_too_short"


def test_weeks_without_stock_ask_for_the_pace_of_the_weeks_before() -> None:
    y = np.array([[np.nan, 4.0, 6.0, np.nan, 8.0, np.nan]])
    assert unconstrained(y).tolist() == [[0, 4, 6, 5, 8, 6]]


@pytest.mark.slow
def test_forecasts_of_then_do_not_know_what_came_later() -> None:
    past = steady(LEAST_HISTORY_WEEKS + 8)
    random = np.random.default_rng(4)
    asked = random.poisson(6.0, (8, past.panel.length)).astype(float)
    before = replace(past, panel=plain_panel(asked, freq="W-SUN"))
    changed = asked.copy()
    changed[:, LEAST_HISTORY_WEEKS + 4 :] *= 5
    after = replace(past, panel=plain_panel(changed, freq="W-SUN"))
    one, other = forecasts_then(before), forecasts_then(after)
    for week in (0, 4):
        np.testing.assert_array_equal(one[week][0], other[week][0])
        np.testing.assert_array_equal(one[week][1], other[week][1])
