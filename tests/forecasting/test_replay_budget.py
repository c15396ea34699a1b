"""One purse for all orders of a review: what is bought, in which steps, and never beyond it."""

import numpy as np

from forecasting.replay_budget import Group, WorthOf, play_within
from forecasting.simulate import Floats, Opening, Review, Terms

COST = np.array([2.0, 5.0, 1.0])


def a_group(rows: list[int], wanted: list[float], value: list[float], **terms: float) -> Group:
    """Wants the same at every review; a unit is worth `value`."""

    def rule(review: Review) -> Floats:
        return np.array(wanted)

    def worth(review: Review) -> WorthOf:
        return lambda quantity: quantity * np.array(value)

    count = len(rows)
    return Group(
        np.array(rows),
        Terms(1, 1, moq=terms.get("moq", 0.0), pack=terms.get("pack", 1.0)),
        Opening(np.zeros(count), np.zeros((count, 1))),
        rule,
        worth,
    )


def ordered(budget: float, *groups: Group) -> Floats:
    demand = np.zeros((sum(len(group.rows) for group in groups), 3))
    return play_within(
        demand, groups, cost=COST, budget=budget, late=np.zeros((len(demand), 3), int)
    )[2]


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
    found = ordered(50.0, a_group([0], [60], [1], moq=12.0, pack=12.0))
    assert found[:, 0].tolist() == [24]
    assert ordered(20.0, a_group([0], [60], [1], moq=12.0, pack=12.0)).sum() == 0
