"""An MOQ that several reach together: hand-worked, and against adding one step after the other."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.joint_least import reach_together
from tests.examples import examples


def together(
    needed: list[float], least: float, pace: list[float], *, step: float = 1, **more: list[float]
) -> list[float]:
    count = len(needed)
    most = np.array(more.get("most", [np.inf] * count))
    made = np.array(more.get("production", [0] * count), dtype=np.int64)
    return reach_together(
        np.array(needed), np.full(count, step), np.full(count, least), made, np.array(pace), most
    ).tolist()


def test_trap_42_what_is_missing_to_the_moq_goes_where_it_is_soonest_needed() -> None:
    # 30 and 10 are needed, 100 are made: 60 more, so that both buy as many days ahead.
    assert together([30, 10], 100, [4, 2]) == [70, 30]
    assert together([30, 10, 0], 100, [4, 2, 9]) == [70, 30, 0], "who needs nothing orders nothing"
    assert together([30, 10], 40, [4, 2]) == [30, 10]
    assert together([30, 10], 100, [4, 2], step=12) == [72, 36]
    # By itself everybody has the whole MOQ; two productions know nothing of each other.
    assert together([30, 10], 100, [4, 2], production=[0, 1]) == [100, 100]
    # 10 units of the first site sell in time: nothing is added there while another takes it.
    assert together([10, 10], 60, [4, 2], most=[10, np.inf]) == [10, 50]
    assert together([10, 10], 60, [4, 2], most=[10, 10]) == [37, 23]


def step_by_step(
    needed: list[float], least: float, pace: list[float], step: float, most: list[float]
) -> list[float]:
    """The same in plain words, for one production."""
    units = [-(-one // step) * step if one > 0 else 0.0 for one in needed]
    ordering = [place for place, number in enumerate(units) if number]
    while ordering and sum(units) < least:

        def ahead(place: int) -> tuple[bool, float, int]:
            after = units[place] + step
            days = (after - needed[place]) / pace[place] if pace[place] else float("inf")
            return after > most[place], days, place

        units[min(ordering, key=ahead)] += step
    return units


site = st.tuples(
    st.integers(0, 40),
    st.sampled_from([0.0, 0.25, 0.5, 2.0, 4.0]),
    st.sampled_from([0.0, 15.0, 40.0, np.inf]),
)


@given(
    productions=st.lists(
        st.tuples(st.lists(site, min_size=1, max_size=4), st.integers(0, 150)), max_size=4
    ),
    step=st.sampled_from([1.0, 6.0]),
)
@settings(max_examples=examples(150), deadline=None)
def test_many_productions_at_once_are_each_as_step_by_step(
    productions: list[tuple[list[tuple[int, float, float]], int]], step: float
) -> None:
    wanted, rows = [], []
    for number, (sites, least) in enumerate(productions):
        needed, pace, most = (list(map(float, each)) for each in zip(*sites, strict=True))
        wanted += step_by_step(needed, least, pace, step, most)
        rows += [(*one, float(least), float(number)) for one in sites]
    table = np.array(rows, dtype=float).reshape(-1, 5)
    needs, pace, most, least, made = table.T
    found = reach_together(
        needs, np.full(len(needs), step), least, made.astype(np.int64), pace, most
    )
    assert found.tolist() == wanted
