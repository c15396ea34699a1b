"""What a replay orders by beside demand: rules of today, shelf life, an MOQ of several sites."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting.past import KEEPS_ALWAYS, Past
from forecasting.replay_history import LEAST_HISTORY_WEEKS, replay_history
from tests.forecasting.panels import plain_panel
from tests.forecasting.test_replay_history import USUAL, exact_forecasts, steady


def chosen(past: Past, **parts: list[float]) -> Past:
    """The same under rules of today; what is left out nobody set."""
    found = {name: np.array(values) for name, values in parts.items()}
    return replace(past, chosen=replace(past.chosen, **found))


def singly(weeks: int) -> Past:
    """Both series are sold one by one and come a week later, for certain."""
    past = steady(LEAST_HISTORY_WEEKS + weeks, lead=1)
    return replace(past, moq=np.zeros(2), pack=np.ones(2), arrived=past.arrived * 0.0)


def test_rules_by_hand_hold_in_our_plans_and_in_no_other() -> None:
    past = singly(20)
    known = exact_forecasts(past)
    usual = replay_history(past, USUAL, known)
    ruled = chosen(past, maximum=[np.nan, 8.0], buying=[True, True])
    stopped = chosen(past, buying=[False, True])
    for changed, fill in ((ruled, 1.0), (stopped, (30 + 20 * 4) / (20 * 14))):
        found = replay_history(changed, USUAL, known)
        assert (found.minmax, found.actual) == (usual.minmax, usual.actual)
        assert found.ours.fill_rate == found.paying.fill_rate == pytest.approx(fill)
    # Order-up-to 12 for a week under way and one more; 8 by hand: 4 less lie there, at 5.00.
    by_week = replay_history(ruled, USUAL, known).ours.value_by_week
    assert by_week[-1] == pytest.approx(usual.ours.value_by_week[-1] - 4 * 5.0)
    least = replay_history(chosen(past, minimum=[np.nan, 40.0]), USUAL, known).ours
    assert least.value_by_week[-1] > by_week[-1] + 5 * 25


def test_a_series_is_reviewed_at_its_own_period() -> None:
    """Every fourth week 10 a week are ordered for four weeks at once; the other week by week."""
    past = singly(24)
    known = exact_forecasts(past)
    weekly = replay_history(past, USUAL, known).ours
    rare = replay_history(chosen(past, review=[4, 1]), USUAL, known).ours
    assert rare.fill_rate == weekly.fill_rate == pytest.approx(1.0)
    # On hand at the ends of four weeks 40, 30, 20, 10 where it was 10 or less: 2.00 a unit.
    last = np.array(rare.value_by_week[-8:]) - np.array(weekly.value_by_week[-8:])
    assert sorted(last[:4].tolist()) == sorted(last[4:].tolist())
    assert np.ptp(last) == pytest.approx(30 * 2.0)


def test_a_level_by_hand_or_class_is_kept_under_both_of_our_rules() -> None:
    past = singly(20)
    random = np.random.default_rng(3)
    known = {
        week: (mean, np.round(mean[:, None, :] * random.uniform(0.4, 1.6, (2, 60, mean.shape[1]))))
        for week, (mean, _) in exact_forecasts(past).items()
    }
    plain = replay_history(past, USUAL, known)
    same = replay_history(chosen(past, level=[0.95, np.nan]), USUAL, known)
    assert same.ours == plain.ours, "the level that is promised anyway"
    both = replay_history(chosen(past, level=[0.8, 0.8]), USUAL, known)
    assert both.ours == both.paying
    assert both.ours == replay_history(past, replace(USUAL, service_level=0.8), known).ours


def test_trap_44_what_expires_is_a_loss_and_dead_and_no_plan_orders_it() -> None:
    """Nothing is sold of the second series: 30 units at 5.00 lie there and keep five weeks."""
    past = singly(20)
    asked = past.asked * [[1.0], [0.0]]
    still = replace(past, asked=asked, served=asked, panel=plain_panel(asked, freq="W-SUN"),
                    stock=np.full(asked.shape, 30.0))  # fmt: skip
    known = exact_forecasts(still)
    fresh = replay_history(still, USUAL, known)
    ageing = replay_history(replace(still, keeps=np.array([KEEPS_ALWAYS, 5])), USUAL, known)
    for name in ("ours", "paying", "minmax", "actual"):
        before, after = getattr(fresh, name), getattr(ageing, name)
        assert (before.expired_cost, after.expired_cost) == (0.0, pytest.approx(150.0))
        # What lay there unsold was dead; gone unsold it is, too.
        assert before.dead_value == pytest.approx(150.0)
        assert after.dead_value == pytest.approx(150.0)
        assert after.cost_by_week[3] == before.cost_by_week[3]
        rest = after.holding_cost + after.stockout_cost + after.expired_cost
        assert after.cost_by_week[-1] == pytest.approx(rest)
    assert ageing.ours.value_by_week[4] == pytest.approx(fresh.ours.value_by_week[4] - 150.0)


def test_an_order_brings_no_more_than_sells_before_it_expires() -> None:
    """A minimum of 100 by hand is more than two weeks of 10 can sell."""
    past = chosen(singly(24), minimum=[100.0, np.nan], maximum=[100.0, np.nan])
    known = exact_forecasts(past)
    whole = replay_history(past, USUAL, known).ours
    short = replay_history(replace(past, keeps=np.array([2, KEEPS_ALWAYS])), USUAL, known).ours
    assert whole.value_by_week[-1] > 150.0
    assert short.value_by_week[-1] < 60.0
    assert short.fill_rate == pytest.approx(1.0)
    # Of the opening 30 ten are not sold within two weeks; nothing that is ordered expires.
    assert short.expired_cost == pytest.approx(10 * 2.0)


def test_trap_42_sites_of_one_sku_reach_the_moq_together() -> None:
    past = replace(singly(24), moq=np.array([14.0, 14.0]), cost=np.full(2, 2.0))
    known = exact_forecasts(past)
    alone = replay_history(past, USUAL, known)
    together = replay_history(replace(past, production=np.zeros(2, np.int64)), USUAL, known)
    free = replay_history(replace(past, moq=np.zeros(2)), USUAL, known)
    # 10 and 4 a week are 14: together both buy what sells, alone each holds what it forces.
    assert together.ours.fill_rate == alone.ours.fill_rate == pytest.approx(1.0)
    assert together.ours.value_by_week[-8:] == free.ours.value_by_week[-8:]
    assert np.mean(alone.ours.value_by_week[-8:]) > np.mean(together.ours.value_by_week[-8:])
