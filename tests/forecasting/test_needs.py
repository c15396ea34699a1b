"""A replay and a what-if order what Replenish would have ordered: the same units from one rule."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.courses import course_levels
from forecasting.covers import (
    Cycle,
    Totals,
    by_hand,
    levels_of,
    mixed_quantiles,
    totals_of,
)
from forecasting.expiry import DatedLot
from forecasting.need import LEVELS, Cover, expiring_units, needs_of
from forecasting.needs import Shelves, list_orders, spoils_of
from forecasting.order_cost import Way
from forecasting.policy import Rule, TotalDemand, paying_level, replenish_policy
from forecasting.projection import Arrival
from forecasting.quantiles import mixed_quantile
from forecasting.simulate import Terms
from forecasting.situation import Situation, StockNow
from tests.examples import examples

TODAY = date(2026, 3, 2)
LEAD, GAP, REVIEW = 9, 4, 3
LEVEL = 0.9525


def totals(pace: float, width: float, horizon: int) -> Totals:
    """One series; every course sells in its own steady pace, the mean between them."""
    courses = pace * (1 + width * (course_levels(LEVELS) - 0.5))
    paths = np.repeat(courses[None, :, None], horizon, axis=2)
    return totals_of(np.full((1, horizon), pace), paths, np.array([LEVEL]))


def demand_of(known: Totals) -> TotalDemand:
    return TotalDemand(
        days=np.arange(1.0, known.mean.shape[1] + 1),
        levels=course_levels(len(known.courses)),
        mean=known.mean[0],
        quantiles=known.courses[:, 0].T,
    )


@given(
    pace=st.floats(0.02, 20),
    width=st.floats(0, 1.9),
    stock=st.integers(-40, 300),
    coming=st.lists(st.integers(0, 120), min_size=LEAD, max_size=LEAD),
    early=st.integers(0, LEAD),
    late=st.integers(0, 6),
    lots=st.lists(st.tuples(st.integers(0, 25), st.integers(1, 80)), max_size=3),
    rule=st.sampled_from([Rule(), Rule(minimum=60), Rule(maximum=40), Rule(minimum=9, maximum=90)]),
    moq=st.sampled_from([0, 1, 24]),
    pack=st.sampled_from([1, 6]),
)
@settings(max_examples=examples(100), deadline=None)
def test_replay_what_if_and_plan_ask_for_the_same_units(
    pace: float, width: float, stock: int, coming: list[int], early: int, late: int,
    lots: list[tuple[int, int]], rule: Rule, moq: int, pack: int,
) -> None:  # fmt: skip
    leads = tuple(sorted({LEAD - early, LEAD, LEAD + late}))
    cycle = Cycle(*(np.array([each]) for each in (LEAD, leads, GAP, REVIEW)))
    known = totals(pace, width, cycle.reach)
    dated = tuple(
        DatedLot(TODAY + timedelta(days=day), units)
        for day, units in sorted(lots)
        if sum(one for _, one in lots) <= stock
    )
    worth = stock + sum(coming)
    situation = Situation(
        1, 1, TODAY, TODAY, demand_of(known),
        StockNow(on_hand=stock, available=stock, inventory_position=worth),
        tuple(Arrival(TODAY + timedelta(days=day), units, "")
              for day, units in enumerate(coming) if units),
        lots=dated, rule=rule,
    )  # fmt: skip
    policy = replenish_policy(
        situation.demand, lead_time_days=LEAD, lead_time_spread_days=0, review_days=REVIEW,
        service_level=LEVEL, gap_days=GAP, lead_times=leads, rule=rule,
    )  # fmt: skip
    cover = Cover(policy, TODAY + timedelta(days=LEAD), Way(leads, GAP, LEAD))
    [need] = needs_of(situation, [cover])
    wanted = -(-max(need.units, moq, 1) // pack) * pack if need.due else 0

    nothing = float("nan")
    levels = by_hand(
        levels_of(known, cycle),
        np.array([nothing if rule.minimum is None else rule.minimum]),
        np.array([nothing if rule.maximum is None else rule.maximum]),
    )
    assert (levels.reorder[0], levels.up_to[0]) == (policy.reorder_point, policy.order_up_to)
    shelves = Shelves(
        np.array([0]), np.array([float(stock)]), np.array([[*coming, *[0.0] * 20]]),
        np.array([float(worth)]),
    )  # fmt: skip
    spoils = spoils_of([dated], shelves.of, known, cycle, TODAY) if dated else None
    if spoils is not None:
        assert spoils.expiring[0] == expiring_units(situation, policy)
    terms = Terms(LEAD, REVIEW, moq=float(moq), pack=float(pack))
    [ordered] = list_orders(shelves, known, levels, cycle, terms, spoils)
    assert ordered == wanted


def test_what_is_asked_in_company_is_answered_as_if_alone() -> None:
    random = np.random.default_rng(3)
    count, shelves_each = 40, 30
    cycle = Cycle(
        lead=random.integers(0, 12, count),
        leads=random.integers(0, 15, (count, 5)),
        gap=random.integers(1, 9, count),
        review=random.integers(1, 6, count),
    )
    paths = random.poisson(random.uniform(0.1, 6, (count, 1, 1)), (count, 90, cycle.reach))
    known = totals_of(paths.mean(axis=1), paths.astype(float), np.full(count, LEVEL))
    of = np.repeat(np.arange(count), shelves_each)
    stock = random.integers(-5, 60, len(of)).astype(float)
    arriving = random.poisson(0.4, (len(of), int(cycle.last.max()) + 1)) * 8.0
    shelves = Shelves(of, stock, arriving, stock + arriving.sum(axis=1))
    terms = Terms(0, 1, moq=6.0)
    together = list_orders(shelves, known, levels_of(known, cycle), cycle, terms)
    for row in range(0, len(of), 7):
        one = np.array([of[row]])
        alone = Totals(known.mean[one], known.courses[:, one], known.high[one], known.level[one])
        shelf = replace(shelves.select(np.array([row])), of=np.array([0]))
        mine = cycle.select(one)
        assert list_orders(shelf, alone, levels_of(alone, mine), mine, terms) == together[row]
    assert 0 < (together > 0).mean() < 1


def test_a_mixture_of_many_is_the_mixture_of_each() -> None:
    random = np.random.default_rng(5)
    paths = random.poisson(random.uniform(0.05, 4, (30, 1, 1)), (30, 60, 20)).astype(float)
    known = totals_of(paths.mean(axis=1), paths, np.full(30, 0.95))
    ends = (6, 8, 9, 11, 15)
    rows = np.stack([known.courses[:, :, end - 1].T for end in ends], axis=1)
    for level in (0.5, 0.95, 0.99):
        found = mixed_quantiles(rows, np.full(30, level))
        for row in range(30):
            one = mixed_quantile(course_levels(LEVELS), rows[row], level)
            assert found[row] == pytest.approx(one, abs=1e-6)


def test_courses_are_the_quantiles_that_numpy_finds() -> None:
    paths = np.random.default_rng(6).poisson(1.5, (4, 33, 5)).astype(float)
    known = totals_of(paths.mean(axis=1), paths, np.full(4, 0.95))
    wanted = np.quantile(np.cumsum(paths, axis=2), course_levels(LEVELS), axis=1)
    np.testing.assert_allclose(known.courses, wanted, atol=1e-9)


def test_the_level_that_pays_is_the_critical_ratio_within_what_forecasts_can_tell() -> None:
    margin, holding = np.array([9.0, 1.0, 50.0, 0.0]), np.array([1.0, 9.0, 0.01, 0.0])
    assert paying_level(margin, holding) == pytest.approx([0.9, 0.5, 0.99, 0.5])
