"""One purse for all orders of a review: what is bought, in which steps, and never beyond it."""

import numpy as np

from forecasting.past import KEEPS_ALWAYS
from forecasting.replay_budget import Purse
from forecasting.replay_together import Group, Moment, Supply, Wish, play_together
from forecasting.simulate import Floats, Opening

COST = np.array([2.0, 5.0, 1.0])


def a_group(rows: list[int], wanted: list[float], value: list[float]) -> Group:
    """Wants the same at every review; a unit is worth `value`."""

    def rule(moment: Moment) -> Wish:
        return Wish(np.array(wanted), np.ones(len(rows)), np.full(len(rows), np.inf))

    count = len(rows)
    opening = Opening(np.zeros(count), np.zeros((count, 1)))
    return Group(np.array(rows), 1, opening, rule, lambda _: lambda units: units * np.array(value))


def ordered(
    budget: float, *groups: Group, moq: float = 0.0, pack: float = 1.0,
    made: tuple[int, ...] = (0, 1, 2),
) -> Floats:  # fmt: skip
    count = sum(len(group.rows) for group in groups)
    keeps = np.full(count, KEEPS_ALWAYS)
    production = np.array(made[:count], dtype=np.int64)
    supply = Supply(np.full(count, pack), np.full(count, moq), production, keeps)
    purse = Purse(budget, COST, groups, supply)
    demand = np.zeros((count, 3))
    late = np.zeros((count, 3), dtype=np.int64)
    return play_together(demand, groups, supply, late, purse.share).ordered


def test_enough_cash_buys_what_is_asked_for() -> None:
    found = ordered(100.0, a_group([0, 1], [10, 10], [1, 1]), a_group([2], [30], [1]))
    assert found[:, 0].tolist() == [10, 10, 30]


def test_the_best_return_per_unit_of_cash_comes_first_across_groups() -> None:
    # Per unit of cash: 1 / 2, 4 / 5, and 0.2 / 1.
    found = ordered(60.0, a_group([0], [9], [1]), a_group([1, 2], [10, 30], [4, 0.2]))
    assert found[1, 0] == 10
    # What is left buys of the next as many as one of its steps allows, then of the last.
    assert (found[0, 0], found[2, 0]) == (5, 0)
    assert ((found * COST[:, None]).sum(axis=0) <= 60.0).all()


def test_an_order_is_cut_in_whole_packs_and_not_below_its_least() -> None:
    found = ordered(50.0, a_group([0], [60], [1]), moq=12.0, pack=12.0)
    assert found[:, 0].tolist() == [24]
    assert ordered(20.0, a_group([0], [60], [1]), moq=12.0, pack=12.0).sum() == 0


def test_trap_42_sites_that_reach_an_moq_together_are_cut_together_and_not_below_it() -> None:
    # The first and the third make 40 together; 20 and 60 are asked for, at 2 and 1: 100 in all.
    pair = (a_group([0, 2], [20, 60], [1, 1]), a_group([1], [0], [0]))
    shared = (0, 1, 0)
    rich = ordered(100.0, *pair, moq=40.0, made=shared)
    assert rich[:, 0].tolist() == [20, 0, 60]
    cut = ordered(90.0, *pair, moq=40.0, made=shared)
    assert 40 <= cut[:, 0].sum() < 80
    assert (cut[[0, 2], 0] > 0).all()
    assert (cut * COST[:, None]).sum(axis=0).max() <= 90.0
    # For less than 40 of both nobody makes any.
    assert ordered(40.0, *pair, moq=40.0, made=shared).sum() == 0
