"""Units beyond the need: what they truly cost to hold, how far ahead they may be bought, and what
is said where a supplier's minimum is not reached."""

from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.limits import Cap, Floor, Item, Level, choose_levels, keeps, worth
from forecasting.limits_ladder import ladder_of
from forecasting.limits_topping import MOST_AHEAD_DAYS
from forecasting.policy import Rule
from forecasting.situation import Planned, StockNow
from tests.examples import examples
from tests.forecasting.test_limiting import a_draft, a_use, limited, quantities
from tests.golden.sheets import SETTINGS, steady_demand

HELD = 5.0 * float(SETTINGS.holding_rate_year) / 365


def lying(quantity: int) -> float:
    """Unit-days of an order of the sheet: ten a day, 60 older units are sold first; a unit that is
    not sold within a year is counted as lying for a year."""
    return sum(max(0, quantity - max(0, 10 * day - 60)) for day in range(1, 366))


def slow(sku_id: int = 1, **changes: Any) -> Planned:
    """Half a unit a day, 10 there: lost sales apart it needs 7, for 35."""
    stock = StockNow(on_hand=10, available=10, inventory_position=10)
    return a_draft(sku_id, demand=steady_demand(0.5), stock=stock, **changes)


def test_trap_64_what_is_forced_is_held_until_it_is_sold() -> None:
    """The next order would bring these units when they are needed: what they serve later is not
    their merit, and every day until then costs."""
    ladder = ladder_of(a_draft(1), SETTINGS, None)
    needed = ladder.wanted
    assert needed.quantity == 80
    for extra in (10, 150, 600):
        more = ladder.at(80 + extra)
        cost = (lying(80 + extra) - lying(80)) * HELD
        assert more.value == pytest.approx(needed.value - cost, abs=0.02)
    # 600 units for 60 days lie 44 days on the mean, not two weeks.
    assert (lying(680) - lying(80)) / 600 == pytest.approx(43.5, abs=0.1)


def test_what_will_never_sell_is_lost_with_all_it_cost() -> None:
    ladder = ladder_of(a_draft(1), SETTINGS, None)
    left = 8_080 - (10 * 730 - 60)
    cost = (lying(8_080) - lying(80)) * HELD + left * 5.0
    assert ladder.at(8_080).value == pytest.approx(ladder.wanted.value - cost, abs=0.5)


def test_a_cheaper_price_of_more_units_is_earned_on_all_of_them() -> None:
    [offer] = a_draft(1).situation.offers
    breaks = replace(offer, prices=((1, Decimal(5)), (100, Decimal(4))))
    one = replace(a_draft(1), situation=replace(a_draft(1).situation, offers=(breaks,)))
    ladder = ladder_of(one, SETTINGS, None)
    held = HELD * 4 / 5
    needed = 80 * (20 - 4) - 80 * min(lying(80) / 80, ladder.way.gap_days) * held
    cost = (lying(100) - lying(80)) * held
    assert ladder.at(100).value == pytest.approx(needed - cost, abs=0.02)


def test_trap_64_no_order_is_topped_up_beyond_sixty_days_of_demand() -> None:
    """7 units for 35 are needed. A minimum of 180 is reached with 29 more, 58 days ahead; for one
    of 300 they would lie for three months: it is not reached, and what is missing is said."""
    near = limited([slow(minimum=Decimal(180))])
    assert quantities(near) == [36]
    assert near.report is not None
    [told] = near.report["changed"]
    assert (told["code"], told["extra_days"]) == ("minimum_reached", 58)
    assert told["extra_value"] < 0
    far = limited([slow(minimum=Decimal(300))])
    assert quantities(far) == [0]
    assert far.report is not None
    [left] = far.report["changed"]
    assert (left["code"], left["wanted"], left["lacks"]) == ("minimum_far", 7, 265.0)
    assert left["reached"] == 35 + MOST_AHEAD_DAYS / 2 * 5
    assert left["ahead_days"] == MOST_AHEAD_DAYS


def test_an_order_that_costs_more_to_fill_than_it_brings_is_left_out() -> None:
    """At a selling price of 5.10 seven units earn 0.70: less than 29 more cost to hold."""
    found = limited([slow(minimum=Decimal(180), price="5.10")])
    assert quantities(found) == [0]
    assert found.report is not None
    [left] = found.report["changed"]
    assert (left["code"], left["far"], left["lacks"]) == ("minimum", False, 145.0)
    assert left["value_topped"] < 0


def test_nothing_is_topped_up_beyond_a_maximum_set_by_hand() -> None:
    found = limited([slow(minimum=Decimal(180), rule=Rule(maximum=22))])
    assert quantities(found) == [0]


def test_what_is_out_of_reach_at_one_supplier_says_so_where_it_is_bought_instead() -> None:
    first = slow(minimum=Decimal(300))
    [offer] = first.situation.offers
    second = replace(offer, offer_id=2, supplier_id=2, supplier="Yiwu", order_minimum=None)
    pairs = [replace(first, situation=replace(first.situation, offers=(offer, second)))]
    draft = limited(pairs).pairs[0].draft
    assert draft is not None
    assert draft.supplier_id == 2
    assert draft.trace["passed_over"]["lacks"] == 265.0


def test_trap_45_a_click_on_a_part_of_an_order_weighs_the_whole_no_more() -> None:
    """Alone the slow one, sold at a loss, would not pay its order; with the fast one it does."""
    minimum = Decimal(680)
    pairs = [slow(1, minimum=minimum, price="4.00"), a_draft(2, minimum=minimum)]
    whole = limited(pairs)
    first, second = (one.draft for one in whole.pairs)
    assert first is not None
    assert second is not None
    assert first.quantity + second.quantity > 87, "topped up together"
    assert whole.report is not None
    assert {one["code"] for one in whole.report["changed"]} == {"minimum_reached"}
    topped = [first, second]
    for place, draft in enumerate(topped):
        uses = [
            a_use(one.sku_id, 0, quantity=one.quantity, limits=one.trace.get("limits"))
            for one in topped
        ]
        uses = [
            replace(use, amount=one.amount_base or Decimal(0))
            for use, one in zip(uses, topped, strict=True)
        ]
        click = limited([pairs[place]], held=[uses[place]], others=[uses[1 - place]])
        assert quantities(click) == [draft.quantity]


@st.composite
def _forced(draw: st.DrawFn) -> tuple[list[Item], list[Cap], list[Floor]]:
    """Drafts with quantities beyond their need, which a minimum may force at their true value."""
    items = []
    for _ in range(draw(st.integers(1, 4))):
        cost = value = 0.0
        levels = []
        forced = draw(st.integers(0, 1))
        for number in range(1 + draw(st.integers(0, 1)) + forced):
            cost += draw(st.integers(1, 100))
            value += draw(st.integers(-60 if number else 1, 80))
            levels.append(Level(10 * (number + 1), cost, value))
        items.append(Item(tuple(levels), forced, forced))
    everything = tuple(range(len(items)))
    caps = [Cap("budget", "cost", float(draw(st.integers(0, 400))), everything)]
    return items, caps, [Floor("supplier", float(draw(st.integers(1, 250))), everything)]


@given(problem=_forced())
@settings(max_examples=examples(80), deadline=None)
def test_with_forced_quantities_the_solution_is_as_good_as_trying_everything(
    problem: tuple[list[Item], list[Cap], list[Floor]],
) -> None:
    items, caps, floors = problem
    chosen = choose_levels(items, caps, floors)
    assert keeps(items, chosen.levels, caps, floors)
    if chosen.how == "unlimited":
        return
    best = max(
        worth(items, levels)
        for levels in product(*(range(-1, len(item.levels)) for item in items))
        if keeps(items, list(levels), caps, floors)
    )
    assert worth(items, chosen.levels) >= best - 2e-4 * abs(best) - 1e-6


def test_a_budget_weighs_a_forced_order_by_what_it_truly_brings() -> None:
    """50 worth of need, but 45 of it go into holding what its minimum forces; the other brings 20
    for the same cash."""
    forced = Item((Level(5, 50, 50.0), Level(10, 100, 5.0)), 1, 1)
    plain = Item((Level(10, 100, 20.0),))
    caps = [Cap("month", "cost", 100.0, (0, 1))]
    chosen = choose_levels([forced, plain], caps, [Floor("supplier", 100.0, (0,))])
    assert chosen.levels == (-1, 0)
