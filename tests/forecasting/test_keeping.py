"""Goods that expire, many shelves at once: the same units as the rules of one shelf."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.courses import COURSES, Courses, course_levels
from forecasting.covers import Cycle, Totals, reaching, totals_of
from forecasting.expiry import DatedLot
from forecasting.keeping import Keeping, ageing_spoils, worth_having
from forecasting.need import LEVELS
from forecasting.needs import spoils_of
from forecasting.order_cost import Way
from forecasting.projection import lost_so_far
from forecasting.sold_in_time import Gain, in_time
from tests.examples import examples

TODAY = date(2026, 3, 2)
LEAD, GAP = 6, 3


def totals(pace: float, width: float, horizon: int) -> Totals:
    """One series; every course sells in its own steady pace."""
    courses = pace * (1 + width * (course_levels(LEVELS) - 0.5))
    paths = np.repeat(courses[None, :, None], horizon, axis=2)
    return totals_of(np.full((1, horizon), pace), paths, np.array([0.95]))


def a_cycle(late: int) -> Cycle:
    leads = [[LEAD - 2, LEAD, LEAD, LEAD, LEAD + late]]
    return Cycle(*(np.array(each) for each in ([LEAD], leads, [GAP], [GAP])))


@given(
    pace=st.floats(0.02, 12),
    width=st.floats(0, 1.9),
    stock=st.integers(-20, 90),
    coming=st.lists(st.integers(0, 40), min_size=LEAD, max_size=LEAD),
    late=st.integers(0, 5),
    keeps=st.integers(1, 60),
    gain=st.sampled_from([0.0, 0.4, 3.0]),
)
@settings(max_examples=examples(150), deadline=None)
def test_what_is_worth_having_is_what_the_plan_says_of_one_order(
    pace: float, width: float, stock: int, coming: list[int], late: int, keeps: int, gain: float
) -> None:
    cycle = a_cycle(late)
    last = int(cycle.last.max())
    known = totals(pace, width, cycle.reach)
    came = np.cumsum([*coming, *[0] * (last - LEAD)])
    supply = (stock + came)[None, :].astype(float)
    none = np.zeros(1, dtype=np.int64)
    kept = Keeping(np.array([keeps]), np.array([gain]), np.zeros((1, last + keeps + 1)))
    found = worth_having(supply, known, none, cycle, kept)

    # The courses of a plan, told through the whole life of the order.
    days = last + keeps + 10
    far = reaching(known, days).courses[2::5, 0]
    total = np.concatenate([np.zeros((COURSES, 1)), far], axis=1)
    whole = np.array([stock, *supply[0], *[supply[0, -1]] * (days - last)], dtype=float)
    lost = lost_so_far(np.maximum(0.0, whole[1:]) - total[:, 1:])
    lost = np.concatenate([np.zeros((COURSES, 1)), lost], axis=1)
    empty = np.zeros(0)
    courses = Courses(total, lost, empty, np.maximum(0.0, -whole), empty, empty, empty)
    way = Way(tuple(cycle.leads[0].tolist()), GAP, LEAD)
    assert found[0] == in_time(courses, way, keeps, Gain(gain, assumed=False)).units


@given(
    pace=st.floats(0.02, 12),
    width=st.floats(0, 1.9),
    lots=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 60)), max_size=4),
)
@settings(max_examples=examples(100), deadline=None)
def test_trap_44_what_spoils_of_goods_that_age_is_what_spoils_of_dated_lots(
    pace: float, width: float, lots: list[tuple[int, int]]
) -> None:
    cycle = a_cycle(2)
    known, of = totals(pace, width, cycle.reach), np.zeros(1, dtype=np.int64)
    dated = tuple(DatedLot(TODAY + timedelta(days=day), units) for day, units in sorted(lots))
    wanted = spoils_of([dated], of, known, cycle, TODAY)
    ends = np.zeros((1, cycle.reach + 1))
    for day, units in lots:
        ends[0, min(day + 1, cycle.reach + 1) :] += units
    found = ageing_spoils(ends, of, known, cycle)
    for name in ("mean", "high", "courses", "expiring"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)


def test_beyond_what_is_known_demand_goes_on_at_its_pace() -> None:
    known = totals(3.0, 0.5, 10)
    longer = reaching(known, 25)
    assert reaching(known, 10) is known
    np.testing.assert_allclose(longer.mean[0], 3.0 * np.arange(1, 26))
    np.testing.assert_allclose(longer.courses[:, 0, 24], 2.5 * known.courses[:, 0, 9])
    np.testing.assert_array_equal(longer.high[:, :10], known.high)
