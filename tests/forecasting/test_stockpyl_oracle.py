"""The simulator and the order of least expected cost against stockpyl's exact figures.

Only where the assumptions agree: backorders, stationary demand, no packs. Chance is seeded; the
tolerances are the Monte Carlo error, or the error of cutting time into periods where said.
"""

import numpy as np
import pytest
from stockpyl.eoq import economic_order_quantity
from stockpyl.newsvendor import (
    newsvendor_normal,
    newsvendor_normal_cost,
    newsvendor_poisson,
    newsvendor_poisson_cost,
)
from stockpyl.rq import r_q_cost_poisson, r_q_poisson_exact
from stockpyl.ss import s_s_cost_discrete, s_s_discrete_exact

from forecasting.replay_orders import best_orders
from forecasting.simulate import Opening, Played, Review, Rule, Terms, play
from forecasting.simulate_rules import fixed_quantity, levels

WARM = 50


def run(demand: np.ndarray, terms: Terms, rule: Rule, on_hand: float) -> Played:
    rows = len(demand)
    opening = Opening(np.full(rows, on_hand), np.zeros((rows, terms.lead)))
    return play(demand, terms, opening, rule)


def mean_cost(played: Played, warm: int = WARM) -> tuple[float, float]:
    """Cost per period and its standard error over the rows."""
    rows = played.cost_by_period[:, warm:].mean(axis=1)
    return float(rows.mean()), float(rows.std(ddof=1) / np.sqrt(len(rows)))


def flat(value: float, demand: np.ndarray) -> np.ndarray:
    return np.full(demand.shape, float(value))


@pytest.mark.parametrize(("holding", "stockout", "mean"), [(1.0, 4.0, 20.0), (0.18, 0.7, 7.0)])
def test_newsvendor_poisson_order_is_the_exact_base_stock(
    holding: float, stockout: float, mean: float
) -> None:
    exact, _ = newsvendor_poisson(holding, stockout, mean)
    paths = np.random.default_rng(1).poisson(mean, (1, 60_000, 1)).astype(float)
    terms = Terms(0, 1, holding, stockout)
    empty = Review(0, np.zeros(1), np.zeros((1, 1)))
    order = best_orders(empty, paths, np.ones((1, 60_000)), terms, np.array([stockout]))
    assert order[0] == exact


def test_newsvendor_normal_order_is_the_critical_quantile() -> None:
    exact, _ = newsvendor_normal(0.18, 0.7, 5_000, 800)
    paths = np.random.default_rng(2).normal(5_000, 800, (1, 60_000, 1))
    empty = Review(0, np.zeros(1), np.zeros((1, 1)))
    order = best_orders(empty, paths, np.ones((1, 60_000)), Terms(0, 1, 0.18, 0.7), np.array([0.7]))
    # Standard error of an empirical quantile at 0.8: sd * sqrt(0.8 * 0.2 / n) / density.
    assert order[0] == pytest.approx(exact, abs=4 * 800 * 0.4 / np.sqrt(60_000) / 0.28)


@pytest.mark.parametrize("level", [18, 24, 30])
def test_base_stock_cost_of_poisson_demand_is_exact(level: int) -> None:
    exact = newsvendor_poisson_cost(level, 1.0, 4.0, 20.0)
    demand = np.random.default_rng(3).poisson(20.0, (200, 500)).astype(float)
    terms = Terms(0, 1, 1.0, 4.0, backorders=True)
    cost, error = mean_cost(
        run(demand, terms, levels(flat(level, demand), flat(level, demand)), level)
    )
    assert cost == pytest.approx(exact, abs=4 * error)


def test_base_stock_with_a_lead_time_covers_lead_and_review() -> None:
    lead, level = 3, 225.0
    exact = newsvendor_normal_cost(level, 1.0, 9.0, 50.0, 8.0, lead_time=lead)
    demand = np.random.default_rng(4).normal(50.0, 8.0, (400, 400))
    terms = Terms(lead, 1, 1.0, 9.0, backorders=True)
    # The simulated buyer orders whole units: half a unit of the level at most.
    cost, error = mean_cost(
        run(demand, terms, levels(flat(level, demand), flat(level, demand)), level)
    )
    assert cost == pytest.approx(exact, abs=4 * error + 0.5)


def test_reorder_point_and_order_up_to_cost_what_they_cost_exactly() -> None:
    low, high, _ = s_s_discrete_exact(1.0, 4.0, 5.0, True, 6.0)
    demand = np.random.default_rng(5).poisson(6.0, (200, 600)).astype(float)
    terms = Terms(0, 1, 1.0, 4.0, order_cost=5.0, backorders=True)
    for shift in (0, 3):
        pair = low + shift, high + shift
        exact = s_s_cost_discrete(*pair, 1.0, 4.0, 5.0, True, 6.0)
        rule = levels(flat(pair[0], demand), flat(pair[1], demand))
        cost, error = mean_cost(run(demand, terms, rule, pair[1]))
        assert cost == pytest.approx(exact, abs=4 * error)


def test_reorder_point_and_fixed_quantity_cost_what_they_cost_exactly() -> None:
    rate, lead, slices = 4.0, 1.0, 40
    point, quantity, _ = r_q_poisson_exact(2.0, 9.0, 12.0, rate, lead)
    exact = r_q_cost_poisson(point, quantity, 2.0, 9.0, 12.0, rate, lead)
    demand = np.random.default_rng(6).poisson(rate / slices, (300, 1_600)).astype(float)
    terms = Terms(int(lead * slices), 1, 2.0 / slices, 9.0 / slices, 12.0, backorders=True)
    rule = fixed_quantity(flat(point, demand), flat(quantity, demand))
    cost, error = mean_cost(run(demand, terms, rule, point + quantity), warm=300)
    # Continuous review against a look every fortieth of a period: 2 %.
    assert cost * slices == pytest.approx(exact, abs=4 * error * slices + 0.02 * exact)


def test_the_cheapest_lot_under_constant_demand_costs_the_economic_lot() -> None:
    best, exact = economic_order_quantity(200.0, 0.05, 10.0)
    lots = np.arange(150.0, 451.0, 10.0)
    demand = np.full((len(lots), 4_000), 10.0)
    terms = Terms(0, 1, 0.05, 1e6, order_cost=200.0, backorders=True)
    rule = fixed_quantity(flat(9.0, demand), np.repeat(lots[:, None], 4_000, axis=1))
    # Stock is counted at the end of a period; on its way down it was half a period's more.
    costs = run(demand, terms, rule, 0.0).cost / 4_000 + 0.05 * 10.0 / 2
    cheapest = int(np.argmin(costs))
    assert abs(lots[cheapest] - best) <= 20
    assert costs[cheapest] == pytest.approx(exact, rel=0.01)
