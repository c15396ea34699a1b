"""Shared limits, against trying everything; and what a person would expect of a short budget."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.limits import Cap, Floor, Item, Level, choose_levels, fill_by_rank, keeps, worth
from forecasting.limits_ties import in_order
from tests.examples import examples


def an_item(*levels: tuple[int, float, float], volume: float = 0.0) -> Item:
    """Levels as (quantity, cost, value); each unit takes `volume`."""
    return Item(tuple(Level(q, cost, value, q * volume, q * 1.0) for q, cost, value in levels))


def best_of_all(items: list[Item], caps: list[Cap], floors: list[Floor]) -> float:
    """The greatest sum there is, by trying every combination."""
    return max(
        worth(items, levels)
        for levels in product(*(range(-1, len(item.levels)) for item in items))
        if keeps(items, list(levels), caps, floors)
    )


def test_without_a_limit_everything_that_is_wanted_is_ordered() -> None:
    items = [an_item((10, 100, 50)), an_item((5, 50, -20), (8, 80, -40))]
    chosen = choose_levels(items, [Cap("year", "cost", 180.0, (0, 1))])
    assert (chosen.levels, chosen.how) == ((0, 1), "unlimited")


def test_trap_49_a_short_budget_goes_to_what_brings_most_for_its_cash() -> None:
    items = [
        an_item((10, 100, 30)),
        an_item((10, 100, 90)),
        an_item((10, 100, 60)),
    ]
    chosen = choose_levels(items, [Cap("month", "cost", 200.0, (0, 1, 2))])
    assert chosen.levels == (-1, 0, 0)
    assert chosen.ranks == (3, 1, 2)
    assert chosen.how == "optimal"
    assert chosen.shadows[0] == 0.3  # 100 more would bring 30


def test_trap_49_the_least_order_comes_before_the_rest_of_a_better_one() -> None:
    rich = an_item((10, 100, 100), (20, 200, 110))
    poor = an_item((10, 100, 40))
    chosen = choose_levels([rich, poor], [Cap("month", "cost", 200.0, (0, 1))])
    assert chosen.levels == (0, 0)


def test_trap_42_a_container_fills_by_return_and_not_by_equal_parts() -> None:
    items = [
        an_item((10, 100, 80), (20, 200, 130), volume=1.0),
        an_item((10, 100, 20), (20, 200, 30), volume=1.0),
    ]
    caps = [Cap("40HQ", "volume", 30.0, (0, 1)), Cap("40HQ", "weight", 1000.0, (0, 1))]
    assert choose_levels(items, caps).levels == (1, 0)


def test_trap_42_an_order_reaches_the_suppliers_minimum_or_is_not_placed() -> None:
    items = [an_item((10, 100, 30)), an_item((10, 100, 20)), an_item((9, 150, 90))]
    floor = Floor("Ningbo", 200.0, (0, 1))
    within = choose_levels(items, [Cap("month", "cost", 350.0, (0, 1, 2))], [floor])
    assert within.levels == (0, 0, 0)
    tight = choose_levels(items, [Cap("month", "cost", 300.0, (0, 1, 2))], [floor])
    assert tight.levels == (-1, -1, 0)


@st.composite
def _problems(draw: st.DrawFn) -> tuple[list[Item], list[Cap], list[Floor]]:
    items = []
    for _ in range(draw(st.integers(1, 5))):
        count = draw(st.integers(1, 3))
        quantity, cost, value, levels = 0, 0.0, 0.0, []
        for _ in range(count):
            quantity += draw(st.integers(1, 10))
            cost += draw(st.integers(1, 100))
            value += draw(st.integers(-30, 80))
            levels.append((quantity, cost, value))
        items.append(an_item(*levels, volume=draw(st.integers(1, 5))))
    everything = tuple(range(len(items)))
    caps = [Cap("budget", "cost", float(draw(st.integers(0, 400))), everything)]
    if draw(st.booleans()):
        some = tuple(place for place in everything if draw(st.booleans()))
        caps.append(Cap("box", "volume", float(draw(st.integers(1, 60))), some))
    floors = []
    if draw(st.booleans()):
        some = tuple(place for place in everything if draw(st.booleans()))
        floors = [Floor("supplier", float(draw(st.integers(1, 250))), some)] if some else []
    return items, caps, floors


@given(problem=_problems())
@settings(max_examples=examples(80), deadline=None)
def test_the_solution_is_as_good_as_trying_everything(
    problem: tuple[list[Item], list[Cap], list[Floor]],
) -> None:
    items, caps, floors = problem
    chosen = choose_levels(items, caps, floors)
    assert keeps(items, chosen.levels, caps, floors)
    best = best_of_all(items, caps, floors)
    if chosen.how == "unlimited":
        assert worth(items, chosen.levels) >= best - 1e-6
    else:
        assert chosen.how == "optimal"
        assert worth(items, chosen.levels) >= best - 2e-4 * abs(best) - 1e-6
    again = choose_levels(items, caps, floors)
    assert again == chosen


@given(problem=_problems())
@settings(max_examples=examples(60), deadline=None)
def test_filling_by_rank_keeps_every_limit_too(
    problem: tuple[list[Item], list[Cap], list[Floor]],
) -> None:
    items, caps, floors = problem
    levels = fill_by_rank(items, caps, floors)
    assert keeps(items, levels, caps, floors)
    assert worth(items, levels) >= 0


@given(problem=_problems())
@settings(max_examples=examples(60), deadline=None)
def test_drafts_that_are_alike_get_the_larger_quantity_in_the_order_of_the_list(
    problem: tuple[list[Item], list[Cap], list[Floor]],
) -> None:
    """Every draft twice: a solver may give the larger part to either, the list does not."""
    items, caps, floors = problem
    count, twins = len(items), [*items, *items]

    def both(members: tuple[int, ...]) -> tuple[int, ...]:
        return (*members, *(place + count for place in members))

    caps = [replace(cap, members=both(cap.members)) for cap in caps]
    floors = [replace(floor, members=both(floor.members)) for floor in floors]
    chosen = choose_levels(twins, caps, floors)
    found = in_order(twins, chosen.levels, caps, floors)
    assert all(found[place] >= found[place + count] for place in range(count))
    swapped = [*chosen.levels[count:], *chosen.levels[:count]]
    assert in_order(twins, swapped, caps, floors) == found
    assert keeps(twins, found, caps, floors)
    assert worth(twins, found) == pytest.approx(worth(twins, chosen.levels))
