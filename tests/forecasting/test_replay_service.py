"""A replay orders what Replenish would have ordered: the same units from the same totals."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.courses import course_levels
from forecasting.need import LEVELS, Cover, needs_of
from forecasting.order_cost import Way
from forecasting.policy import TotalDemand, paying_level, replenish_policy
from forecasting.projection import Arrival
from forecasting.replay_service import Totals, service_orders, totals_of
from forecasting.simulate import Review, Terms
from forecasting.situation import Situation, StockNow

TODAY = date(2026, 3, 2)
LEAD, GAP = 9, 4


def totals(pace: float, width: float, horizon: int) -> Totals:
    """One series; every course sells in its own steady pace, the mean between them."""
    courses = pace * (1 + width * (course_levels(LEVELS) - 0.5))
    paths = np.repeat(courses[None, :, None], horizon, axis=2)
    return totals_of(np.full((1, horizon), pace), paths, np.array([0.9525]))


@given(
    pace=st.floats(0.02, 20),
    width=st.floats(0, 1.9),
    stock=st.integers(0, 300),
    coming=st.lists(st.integers(0, 120), min_size=LEAD, max_size=LEAD),
    moq=st.sampled_from([0, 1, 24]),
    pack=st.sampled_from([1, 6]),
)
@settings(max_examples=150, deadline=None)
def test_the_replay_and_the_plan_ask_for_the_same_units(
    pace: float, width: float, stock: int, coming: list[int], moq: int, pack: int
) -> None:
    known = totals(pace, width, LEAD + 2 * GAP)
    terms = Terms(LEAD, GAP, moq=float(moq), pack=float(pack))
    arriving = np.array([[*coming, 0.0]])
    review = Review(0, np.array([float(stock)]), arriving)
    [ordered] = service_orders(review, known, np.array([0.9525]), terms)
    demand = TotalDemand(
        days=np.arange(1.0, LEAD + 2 * GAP + 1),
        levels=course_levels(LEVELS),
        mean=known.mean[0],
        quantiles=known.courses[:, 0].T,
    )
    worth = stock + sum(coming)
    situation = Situation(
        1, 1, TODAY, TODAY, demand,
        StockNow(on_hand=stock, available=stock, inventory_position=worth),
        tuple(Arrival(TODAY + timedelta(days=day), units, "")
              for day, units in enumerate(coming) if units),
    )  # fmt: skip
    policy = replenish_policy(
        demand, lead_time_days=LEAD, lead_time_spread_days=0, review_days=GAP, service_level=0.9525
    )
    cover = Cover(policy, TODAY + timedelta(days=LEAD), Way((LEAD,), GAP))
    [need] = needs_of(situation, [cover])
    wanted = -(-max(need.units, moq, 1) // pack) * pack if need.due else 0
    assert ordered == wanted


def test_the_level_that_pays_is_the_critical_ratio_within_what_forecasts_can_tell() -> None:
    margin, holding = np.array([9.0, 1.0, 50.0, 0.0]), np.array([1.0, 9.0, 0.01, 0.0])
    assert paying_level(margin, holding) == pytest.approx([0.9, 0.5, 0.99, 0.5])
