"""The stock recursion: hand-worked periods, and the independent judge where it is at hand."""

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from forecasting.simulate import Opening, Played, Rule, Terms, full_packs, play, result_of
from forecasting.simulate_rules import (
    clairvoyant,
    fixed_quantity,
    levels,
    moving_average_levels,
    projected,
    usual_opening,
)

JUDGE = Path(__file__).resolve().parents[3] / "shared" / "score" / "inventory_sim.py"


def one(demand: list[float], terms: Terms, rule: Rule, on_hand: float = 0.0) -> Played:
    opening = Opening(np.array([on_hand]), np.zeros((1, terms.lead)))
    return play(np.array([demand], dtype=float), terms, opening, rule)


def flat(value: float, periods: int) -> np.ndarray:
    return np.full((1, periods), value)


def test_an_order_arrives_after_its_lead_time_and_what_is_missing_is_lost() -> None:
    terms = Terms(lead=1, review=1, holding=1.0, stockout=5.0)
    played = one([3, 3, 3], terms, levels(flat(4, 3), flat(4, 3)), on_hand=2)
    # Before period 0: position 2, order 2 for period 1. Period 0 sells 2, loses 1.
    assert played.ordered[0].tolist() == [2, 2, 2]
    assert played.sold[0].tolist() == [2, 2, 2]
    assert played.lost[0].tolist() == [1, 1, 1]
    # Period 0 cannot be changed by any order and is not charged.
    assert played.cost_by_period[0].tolist() == [0, 5, 5]


def test_goods_owed_are_delivered_later_where_customers_wait() -> None:
    terms = Terms(lead=0, review=2, holding=1.0, stockout=5.0, backorders=True)
    played = one([3, 3, 3], terms, levels(flat(4, 3), flat(4, 3)))
    assert played.left[0].tolist() == [1, -2, 1]
    assert played.cost[0] == 1 + 10 + 1


def test_an_order_is_at_least_the_moq_and_whole_packs() -> None:
    terms = Terms(lead=0, review=1, moq=10, pack=4)
    assert full_packs(np.array([0.0, 1.0, 11.0, 12.0]), terms).tolist() == [0, 12, 12, 12]


def test_reorder_point_orders_only_when_reached_and_by_whole_lots() -> None:
    terms = Terms(lead=0, review=1, order_cost=7.0)
    played = one([4, 4, 4], terms, levels(flat(3, 3), flat(10, 3)), on_hand=8)
    assert played.ordered[0].tolist() == [0, 0, 10]
    assert result_of(played).ordering == 7.0
    lots = one([4, 4, 4], terms, fixed_quantity(flat(9, 3), flat(4, 3)), on_hand=1)
    assert lots.ordered[0].tolist() == [12, 4, 4]


def test_the_projected_rule_does_not_buy_again_what_was_lost() -> None:
    terms = Terms(lead=1, review=1)
    expected = np.full((1, 1, 1), 6.0)
    played = one([6.0], terms, projected(expected, flat(5, 1)), on_hand=2)
    assert played.ordered[0].tolist() == [5]
    by_position = one([6.0], terms, levels(flat(11, 1), flat(11, 1)), on_hand=2)
    assert by_position.ordered[0].tolist() == [9]


@pytest.mark.skipif(not JUDGE.exists(), reason="the judge of shared/score is not at hand")
@pytest.mark.parametrize(("lead", "review"), [(2, 1), (0, 1), (3, 2)])
def test_figures_equal_those_of_the_independent_judge(lead: int, review: int) -> None:
    judge = _judge()
    frame = _demand()
    terms = Terms(lead=lead, review=review, holding=0.5, stockout=4.0, moq=3.0, pack=2.0)
    start, window = 20, 12
    wide = frame.pivot(index="unique_id", columns="ds", values="y").sort_index()
    dates, values = wide.columns, wide.to_numpy(float)
    random = np.random.default_rng(7)
    first = dates[start - 1 : -1]
    policy = pd.DataFrame({"unique_id": np.repeat(wide.index, len(first))})
    policy["ds"] = np.tile(first, len(wide))
    for step in range(lead):
        policy[f"m{step + 1}"] = random.gamma(2.0, 2.0, len(policy))
    policy["target"] = random.gamma(4.0, 3.0, len(policy))
    since, given = str(dates[start])[:10], {"ours": policy}
    named, sims = judge.run(frame, since, lead, review, 0.5, 4.0, given, window, 0.0, 3.0, 2.0)
    demand = values[:, start:]
    opening = usual_opening(values[:, :start], terms, window=window)
    shape = (len(wide), len(first))
    means = [policy[f"m{step + 1}"].to_numpy().reshape(shape) for step in range(lead)]
    expected = np.stack(means, axis=2) if lead else np.zeros((*shape, 0))
    average, cover = (
        moving_average_levels(values, start, demand.shape[1], terms, window=window, safety=safety)
        for safety in (True, False)
    )
    rules = {
        "ours": projected(expected, policy["target"].to_numpy().reshape(shape)),
        "MA": levels(average, average),
        "NAIVE": levels(cover, cover),
    }
    for name, rule in rules.items():
        played = play(demand, terms, opening, rule)
        np.testing.assert_allclose(played.cost, sims[name]["cost"], err_msg=name)
        ours = result_of(played)
        assert ours.norm == pytest.approx(named[name]["NORM"])
        assert ours.fill_rate == pytest.approx(named[name]["fill_rate"])
    free = replace(terms, moq=0.0, pack=1.0)
    seer = play(demand, free, opening, clairvoyant(demand, free))
    _, plain = judge.run(frame, since, lead, review, 0.5, 4.0, {}, window)
    np.testing.assert_allclose(seer.cost, plain["CLAIRVOYANT"]["cost"])


def _judge() -> ModuleType:
    spec = importlib.util.spec_from_file_location("judge", JUDGE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _demand() -> pd.DataFrame:
    random = np.random.default_rng(3)
    days = pd.date_range("2024-01-01", periods=44, freq="W-MON")
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"S{row}" for row in range(9)], len(days)),
            "ds": np.tile(days, 9),
            "y": random.poisson(np.repeat(random.gamma(2.0, 2.0, 9), len(days))).astype(float),
        }
    )
