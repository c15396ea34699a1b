"""What an order is expected to cost: against carrying every course forward day by day."""

from datetime import date, timedelta
from decimal import Decimal
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.courses import course_levels, courses_of, running_totals
from forecasting.options import options_of
from forecasting.order_cost import (
    LOST_AFTER_DAYS,
    SHELF_DAYS,
    Ages,
    Way,
    needed_until,
    order_costs,
)
from forecasting.projection import Arrival
from forecasting.quantiles import quantile_of
from forecasting.supplier_choice import hundredths
from tests.examples import examples
from tests.golden.sheets import SETTINGS, read_sheet, settings_of, situation_of, steady_demand

START = date(2026, 3, 2)
FBA = Ages(shelf_life_days=60, aged_after_days=90, low_cover_days=28)


def carried(
    demand: np.ndarray, stock: float, coming: dict[int, float]
) -> tuple[list[float], list[float]]:
    """Stock and lost units at the end of each day, one day after the other."""
    level, left, lost = float(stock), [], []
    for day, wanted in enumerate(demand.tolist()):
        level += coming.get(day, 0.0)
        served = min(wanted, max(0.0, level))
        level -= served
        left.append(max(0.0, level))
        lost.append(wanted - served)
    return left, lost


@settings(max_examples=examples(30), deadline=None)
@given(
    per_day=st.floats(0.1, 20),
    high=st.floats(100, 300),
    stock=st.integers(-20, 400),
    inbound=st.lists(st.tuples(st.integers(-5, 80), st.integers(1, 200)), max_size=3),
    arrival=st.integers(0, 60),
    gap=st.integers(1, 30),
    quantity=st.integers(1, 800),
)
def test_the_closed_form_is_what_day_by_day_carrying_finds(
    per_day: float,
    high: float,
    stock: int,
    inbound: list[tuple[int, int]],
    arrival: int,
    gap: int,
    quantity: int,
) -> None:
    """Without customers waiting when the goods arrive: then their units are served first."""
    demand, horizon = steady_demand(per_day, high), arrival + gap + LOST_AFTER_DAYS + 1
    arrivals = [Arrival(START + timedelta(days=day), units, "PO") for day, units in inbound]
    coming: dict[int, float] = {}
    for day, units in inbound:
        coming[max(0, day)] = coming.get(max(0, day), 0.0) + units
    courses = courses_of(
        demand, sellable=stock, arrivals=arrivals, starts_on=START, horizon_days=horizon
    )
    [cost] = order_costs(courses, Way((arrival,), gap, arrival), [quantity])
    if courses.owed[arrival] > 0:
        return
    before, after, shelf, clean = [], [], [], []
    for level in course_levels():
        days = np.diff(running_totals(demand, np.array([level]), horizon)[0])
        plain, _ = carried(days, stock, coming)
        with_it = dict(coming)
        with_it[arrival] = with_it.get(arrival, 0.0) + quantity
        left, lost = carried(days, stock, with_it)
        before.append(sum(lost[:arrival]))
        after.append(sum(lost[arrival : arrival + gap]))
        extra = np.array(left) - np.array(plain)
        shelf.append(extra[arrival : arrival + SHELF_DAYS].sum() / quantity)
        clean.append(after[-1] <= 1e-6)
    assert cost.lost_before == pytest.approx(np.mean(before), abs=1e-6)
    assert cost.lost_after == pytest.approx(np.mean(after), abs=1e-6)
    assert cost.shelf_days == pytest.approx(np.mean(shelf), abs=1e-6)
    assert cost.cycle_service == pytest.approx(np.mean(clean))
    assert needed_until(courses, Way((arrival,), gap, arrival), arrival + gap) >= 0


def test_courses_follow_the_quantiles_of_the_total() -> None:
    demand = steady_demand(10, 140)
    totals = running_totals(demand, course_levels(), 300)
    place = list(demand.days).index(28.0)
    for level, course in zip(course_levels(), totals, strict=True):
        wanted = quantile_of(demand.levels, demand.quantiles[place], level)
        assert course[28] == pytest.approx(wanted)
    assert (np.diff(totals, axis=1) >= 0).all()


def test_a_spread_of_the_lead_time_is_the_mean_over_its_arrivals() -> None:
    courses = courses_of(
        steady_demand(10, 140), sellable=300, arrivals=(), starts_on=START, horizon_days=780
    )
    both = order_costs(courses, Way((20, 40), 7, 30), [100])[0]
    early, late = (order_costs(courses, Way((day,), 7, day), [100])[0] for day in (20, 40))
    assert both.lost_before == pytest.approx((early.lost_before + late.lost_before) / 2)
    assert both.shelf_days == pytest.approx((early.shelf_days + late.shelf_days) / 2)


def test_units_beyond_an_age_are_counted() -> None:
    """400 at 10 a day, none before: the last is sold on day 40; after 30 days 100 are there."""
    courses = courses_of(
        steady_demand(10), sellable=0, arrivals=(), starts_on=START, horizon_days=740
    )
    ages = Ages(shelf_life_days=30, aged_after_days=30, low_cover_days=28)
    [cost] = order_costs(courses, Way((0,), 7, 0), [400], ages=ages)
    assert cost.expired == pytest.approx(100)
    # 90 + 80 + ... + 0 unit-days after day 30, in months of 30 days.
    assert cost.aged_months == pytest.approx(450 / 30)
    # Cover falls below 28 days (280 units) after 12 days, so never in the first week.
    assert cost.low_units == 0
    [scarce] = order_costs(courses, Way((0,), 7, 0), [290], ages=ages)
    assert scarce.low_units == pytest.approx(60)  # day 1 ends with 280: enough


def test_nothing_is_never_shown_as_minus_nothing() -> None:
    """Differences of running totals may end a hair below zero; a trace says 0.0 all the same."""
    assert [str(hundredths(units)) for units in (-1e-12, -0.0, 0.0, 1.005)] == [
        "0.0", "0.0", "0.0", "1.0"
    ]  # fmt: skip


def test_holding_and_handling_balance_at_wilsons_lot() -> None:
    """Of all quantities, the unit costs least at sqrt(2 K D / h): the lot of the textbook."""
    sheet = read_sheet("21_least_cost_orders_fewer_times", "input")
    situation, plan = situation_of(sheet), settings_of(sheet)
    known = {option.quantity.ordered: option.unit_total for option in options_of(situation, plan)}
    lot = sqrt(2 * float(SETTINGS.costs.order_line_cost) * 3650 / (5 * 0.25))
    best = min(known, key=lambda quantity: known[quantity] or Decimal(0))
    assert best == min(known, key=lambda quantity: abs(quantity - lot))
    assert best == pytest.approx(lot, rel=0.05)


def test_customers_who_wait_are_part_of_what_an_order_is_asked_for() -> None:
    courses = courses_of(
        steady_demand(1), sellable=-500, arrivals=[], starts_on=START, horizon_days=900
    )
    [cost] = order_costs(courses, Way((30,), 10, 30), [459])
    # 500 wait and ten more come: 459 of 510 are served.
    assert cost.lost_after == pytest.approx(51)
    assert cost.fill_rate == pytest.approx(0.9)
