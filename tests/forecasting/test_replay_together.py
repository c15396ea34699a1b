"""The past played by all series at once: against plain Python, and against each by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.past import KEEPS_ALWAYS
from forecasting.replay_together import Group, Happened, Moment, Supply, Wish, play_together
from forecasting.simulate import Floats, Opening, Review, Terms, full_packs, play
from forecasting.simulate_rules import levels
from tests.examples import examples

WEEKS = 14


def a_group(
    rows: list[int], lead: int, opening: Opening, rule: Callable[[Moment], Floats]
) -> Group:
    """Orders by a rule; whoever has room has the same pace."""

    def wish(moment: Moment) -> Wish:
        units = rule(moment)
        return Wish(units, np.ones(len(units)), np.full(len(units), np.inf))

    return Group(np.array(rows), lead, opening, wish, lambda _: lambda quantity: quantity)


@dataclass
class Shelf:
    """One series in plain Python: lots as [units, last week on which they sell], oldest first."""

    lots: list[list[float]]
    keeps: int
    coming: dict[int, float] = field(default_factory=dict)

    def week(self, week: int, wanted: float) -> tuple[float, float, float]:
        """Left, sold and expired at its end."""
        self.lots.append([self.coming.get(week, 0.0), week + self.keeps - 1])
        sold = 0.0
        for lot in self.lots:
            taken = min(lot[0], wanted - sold)
            lot[0], sold = lot[0] - taken, sold + taken
        expired = sum(units for units, last in self.lots if last <= week)
        self.lots = [lot for lot in self.lots if lot[1] > week]
        return sum(units for units, _ in self.lots), sold, expired


def plain(
    demand: Floats, lead: int, orders: Floats, opening: list[int], keeps: list[int], late: Floats
) -> list[list[tuple[float, float, float]]]:
    """What becomes of given orders, series by series."""
    found = []
    for row, units in enumerate(opening):
        shelf = Shelf([[float(units), keeps[row] - 1]], keeps[row])
        weeks = []
        for week in range(demand.shape[1]):
            arrives = week + lead + int(late[row, week])
            shelf.coming[arrives] = shelf.coming.get(arrives, 0.0) + orders[row, week]
            weeks.append(shelf.week(week, float(demand[row, week])))
        found.append(weeks)
    return found


def told(happened: Happened) -> list[list[tuple[float, float, float]]]:
    rows = np.stack([happened.left, happened.sold, happened.expired], axis=2)
    return [[tuple(week) for week in row] for row in rows.tolist()]


@given(
    demand=st.lists(st.lists(st.integers(0, 9), min_size=WEEKS, max_size=WEEKS), min_size=2,
                    max_size=2),
    low=st.integers(0, 25),
    more=st.integers(1, 30),
    moq=st.sampled_from([0, 1, 40]),
    keeps=st.lists(st.integers(1, WEEKS + 3), min_size=2, max_size=2),
    opening=st.lists(st.integers(0, 30), min_size=2, max_size=2),
    lead=st.integers(1, 4),
    late=st.integers(0, 3),
)  # fmt: skip
@settings(max_examples=examples(150), deadline=None)
def test_trap_44_goods_leave_when_they_expire_and_what_is_left_follows(
    demand: list[list[int]], low: int, more: int, moq: int, keeps: list[int], opening: list[int],
    lead: int, late: int,
) -> None:  # fmt: skip
    wanted, lay = np.array(demand, dtype=float), np.array(opening, dtype=float)
    rule = levels(np.full((2, WEEKS), low), np.full((2, WEEKS), low + more))
    lives: list[list[float]] = []

    def seen(moment: Moment) -> Floats:
        dated = moment.dated(WEEKS + 5)
        lives.append((moment.on_hand - dated[:, -1]).tolist())
        assert (np.diff(dated, axis=1) >= 0).all()
        assert (dated[:, 0] == 0).all()
        return rule(moment)

    group = a_group([0, 1], lead, Opening(lay, np.zeros((2, lead))), seen)
    supply = Supply(np.ones(2), np.full(2, moq), np.zeros(2, np.int64), np.array(keeps))
    delay = np.zeros((2, WEEKS), dtype=np.int64)
    delay[1, ::3] = late
    found = play_together(wanted, [group], supply, delay)
    assert told(found) == plain(wanted, lead, found.ordered, opening, keeps, delay)
    ordered = found.ordered.sum(axis=0)
    assert ((ordered == 0) | (ordered >= moq)).all(), "both together reach the MOQ"
    assert lives == [[0.0, 0.0]] * WEEKS, "everything on hand expires within its life"


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 5),
    leads=st.lists(st.integers(1, 3), min_size=5, max_size=5),
)
@settings(max_examples=examples(60), deadline=None)
def test_with_nothing_shared_and_nothing_that_expires_each_is_played_to_the_byte_by_itself(
    seed: int, count: int, leads: list[int]
) -> None:
    random = np.random.default_rng(seed)
    demand = random.poisson(4.0, (count, WEEKS)) * random.uniform(0.1, 3.0)
    low = random.uniform(0, 20, (count, WEEKS))
    high = low + random.uniform(0, 20, (count, WEEKS))
    moq, pack = random.integers(0, 30, count) * 1.0, random.integers(1, 7, count) * 1.0
    late = random.integers(-1, 4, (count, WEEKS))
    groups, wanted = [], []
    for lead in sorted(set(leads[:count])):
        rows = [row for row in range(count) if leads[row] == lead]
        opening = Opening(random.poisson(9.0, len(rows)) * 1.0,
                          random.poisson(3.0, (len(rows), lead)) * 1.0)  # fmt: skip
        terms = Terms(lead, 1, moq=moq[rows], pack=pack[rows])
        rule = levels(low[rows], high[rows])
        wanted.append((rows, play(demand[rows], terms, opening, rule, late=late[rows])))
        groups.append(a_group(rows, lead, opening, rule))
    supply = Supply(pack, moq, np.arange(count), np.full(count, KEEPS_ALWAYS))
    found = play_together(demand, groups, supply, late)
    for rows, alone in wanted:
        for name in ("left", "sold", "ordered"):
            assert getattr(found, name)[rows].tobytes() == getattr(alone, name).tobytes(), name
    assert not found.expired.any()


def test_a_rule_knows_no_demand_of_its_week_or_later() -> None:
    asked: list[Review] = []

    def rule(moment: Moment) -> Floats:
        asked.append(moment)
        return full_packs(np.array([1.0]), Terms(1, 1))

    group = a_group([0], 1, Opening(np.array([5.0]), np.zeros((1, 1))), rule)
    supply = Supply(np.ones(1), np.zeros(1), np.zeros(1, np.int64), np.array([KEEPS_ALWAYS]))
    play_together(np.array([[2.0, 9.0]]), [group], supply, np.zeros((1, 2), np.int64))
    assert [float(one.on_hand[0]) for one in asked] == [5.0, 3.0]
