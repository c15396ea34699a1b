"""The order of least expected cost: hand-worked, and against trying every quantity."""

import numpy as np
import pytest

from forecasting.replay_orders import best_orders, path_weights, worth_of
from forecasting.simulate import Opening, Review, Rule, Terms, play


def review(on_hand: list[float], lead: int) -> Review:
    return Review(0, np.array(on_hand), np.zeros((len(on_hand), lead + 1)))


def even(paths: np.ndarray) -> np.ndarray:
    return np.ones(paths.shape[:2])


def test_one_period_orders_the_critical_quantile() -> None:
    paths = np.arange(1.0, 101.0).reshape(1, 100, 1)
    terms = Terms(lead=0, review=1, holding=1.0, stockout=4.0)
    price = np.array([4.0])
    assert best_orders(review([0], 0), paths, even(paths), terms, price)[0] == 80
    assert best_orders(review([30], 0), paths, even(paths), terms, price)[0] == 50
    assert best_orders(review([90], 0), paths, even(paths), terms, price)[0] == 0


@pytest.mark.parametrize(("lead", "cycle"), [(0, 1), (2, 1), (3, 4)])
def test_no_other_quantity_costs_less_on_the_same_paths(lead: int, cycle: int) -> None:
    random = np.random.default_rng(5)
    paths = random.poisson(1.5, (3, 60, lead + cycle)).astype(float)
    terms = Terms(lead, cycle, holding=1.0, stockout=6.0)
    now = review([0, 3, 7], lead)
    chosen = best_orders(now, paths, even(paths), terms, np.full(3, 6.0), later=False)
    for row in range(3):
        demand = paths[row]
        costs = []
        for quantity in range(40):
            opening = Opening(np.full(60, now.on_hand[row]), np.zeros((60, lead)))
            played = play(demand, terms, opening, _once(float(quantity)))
            costs.append(played.cost.mean())
        assert costs[int(chosen[row])] == pytest.approx(min(costs))


def test_saving_by_a_quantity_is_what_the_simulation_saves() -> None:
    random = np.random.default_rng(8)
    paths = random.poisson(2.0, (1, 50, 4)).astype(float)
    terms = Terms(2, 2, holding=1.0, stockout=9.0)
    now = review([3], 2)
    worth = worth_of(now, paths, even(paths), terms, np.array([9.0]), later=False)

    def cost(quantity: float) -> float:
        opening = Opening(np.full(50, 3.0), np.zeros((50, 2)))
        return float(play(paths[0], terms, opening, _once(quantity)).cost.mean())

    for quantity in (1.0, 4.0, 11.0):
        saved = worth.of(np.array([quantity]))[0]
        assert saved == pytest.approx(cost(0.0) - cost(quantity))


def test_moq_and_pack_take_the_better_of_what_can_be_ordered() -> None:
    paths = np.full((3, 10, 1), 5.0)
    terms = Terms(lead=0, review=1, holding=1.0, stockout=4.0, moq=np.array([6.0, 40.0, 0.0]),
                  pack=np.array([6.0, 1.0, 4.0]))  # fmt: skip
    orders = best_orders(review([0, 0, 0], 0), paths, even(paths), terms, np.full(3, 4.0))
    # Six cost one unit held; forty would cost more than they save; of four and eight eight is
    # better (three held, 3) than four (one lost, 4).
    assert orders.tolist() == [6, 0, 8]


def test_what_the_next_cycle_does_not_want_is_not_bought_for_a_peak() -> None:
    peak = np.array([[[10.0, 0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, 0.0]]]).reshape(1, 2, 4)
    terms = Terms(lead=0, review=1, holding=1.0, stockout=3.0)
    now, price = review([0], 0), np.array([3.0])
    assert best_orders(now, peak, even(peak), terms, price, later=False)[0] == 10
    assert best_orders(now, peak, even(peak), terms, price, later=True)[0] == 0


def test_cost_per_unit_sold_leans_to_paths_that_sell_little() -> None:
    paths = np.array([[[0.0, 1.0], [0.0, 4.0], [0.0, 0.0]]])
    weights = path_weights(paths, np.array([0.0]), power=1.0, lead=1)
    assert weights[0, 0] == pytest.approx(4 * weights[0, 1], rel=1e-6)
    assert weights[0, 2] < 1e-6
    assert path_weights(paths, np.array([0.0]), power=0.0, lead=1).tolist() == [[1, 1, 1]]


def _once(quantity: float) -> Rule:
    def rule(review: Review) -> np.ndarray:
        first = review.period == 0
        return np.full(len(review.on_hand), quantity if first else 0.0)

    return rule
