"""What is asked for after an order has been placed: nothing by the same way, and what follows said.

The promise of the list: who approves what it asks for is not asked again for the same.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.situation import Draft, PlanSettings, Situation
from forecasting.suggest import ordered, plan_pair
from inventory_core.vocabulary import OrderRule
from tests.examples import examples
from tests.golden.sheets import SETTINGS, read_sheet, situation_of

LEAST_COST = replace(SETTINGS, order_rule=OrderRule.LEAST_COST)


def a_sheet(**changes: Any) -> dict[str, Any]:
    """Five a day, uncertain; by sea in 40 days, by air in 10, each sooner or later than planned."""
    sea = {"days": 40, "spread_days": 6.0, "unit_freight": "0.50"}
    air = {"days": 10, "spread_days": 3.0, "unit_freight": "2.00", "ship_method": "air"}
    offer = {"supplier": "Ningbo", "prices": [[1, "10.00"]], "way": [sea, air]}
    sheet = {
        "as_of": date(2026, 3, 2),
        "demand": {"per_day": 5.0, "high": 160.0},
        "stock": {"on_hand": 150},
        "offer": [offer],
        "selling_price": "30.00",
    }
    return sheet | changes


def drafts(situation: Situation, plan: PlanSettings, *, most: int = 4) -> list[Draft]:
    """What is asked for, one after the other, when everything is ordered at once."""
    found = []
    while len(found) < most and (draft := plan_pair(situation, plan).draft) is not None:
        found.append(draft)
        situation = ordered(situation, draft)
    return found


@given(
    per_day=st.floats(0.2, 40.0),
    high=st.integers(110, 400),
    weeks=st.integers(0, 12),
    moq=st.sampled_from([1, 10, 60, 500]),
    spread=st.floats(0.0, 12.0),
)
@settings(max_examples=examples(60), deadline=None)
def test_trap_45_what_was_ordered_is_not_asked_for_again_by_the_same_way(
    per_day: float, high: int, weeks: int, moq: int, spread: float
) -> None:
    sheet = a_sheet(
        demand={"per_day": per_day, "high": float(high)},
        stock={"on_hand": int(per_day * 7 * weeks)},
    )
    sheet["offer"][0]["moq"] = moq
    for way in sheet["offer"][0]["way"]:
        way["spread_days"] = min(spread, way["days"] / 2)
    asked = drafts(situation_of(sheet), SETTINGS)
    ways = [draft.ship_method for draft in asked]
    assert len(ways) == len(set(ways))
    for draft, later in zip_longest(asked, asked[1:]):
        told = draft.trace["follows"]
        assert (told is None) == (later is None)
        if later is not None:
            assert (told["quantity"], told["ship_method"]) == (later.quantity, later.ship_method)


def test_air_until_the_ship_comes_says_how_much_follows_by_sea() -> None:
    first, second = drafts(situation_of(a_sheet(stock={"on_hand": 20})), SETTINGS)
    assert (first.ship_method, second.ship_method) == ("air", "sea")
    assert first.trace["follows"] == {
        "quantity": second.quantity,
        "supplier": "Ningbo",
        "ship_method": "sea",
        "arrives_on": "2026-04-11",
        "amount_base": str(second.amount_base),
    }
    assert second.trace["follows"] is None


@pytest.mark.parametrize(
    ("price", "asked"),
    [("30.00", True), ("11.00", False)],
)
def test_least_cost_asks_for_nothing_that_loses_money(price: str, asked: bool) -> None:
    """One sold in ten weeks, and no fewer than sixty at once: most of them never sell."""
    sheet = a_sheet(demand={"per_day": 0.1, "high": 300.0}, stock={"on_hand": 0})
    sheet["offer"][0] |= {"moq": 60}
    sheet["selling_price"] = price
    situation = situation_of(sheet)
    assert (plan_pair(situation, LEAST_COST).draft is not None) == asked
    # A promise is kept, and the list says what it costs.
    promised = plan_pair(situation, SETTINGS).draft
    assert promised is not None
    brings = Decimal(promised.trace["order_cost"]["brings"])
    assert (brings > 0) == asked
    assert (promised.trace["reason"]["code"] == "loses_money") == (not asked)


def test_a_minimum_by_hand_is_kept_though_it_loses_money() -> None:
    sheet = a_sheet(demand={"per_day": 0.1, "high": 300.0}, stock={"on_hand": 0})
    sheet["offer"][0] |= {"moq": 60}
    sheet |= {"selling_price": "11.00", "rule": {"minimum": 5}}
    assert plan_pair(situation_of(sheet), LEAST_COST).draft is not None


def test_least_cost_waits_where_the_order_serves_hardly_anything_before_the_next() -> None:
    """The golden sheet of a least-cost order, with ever more in stock: first asked for, then not,
    and where it is not the gain of ordering now is not above zero.
    """
    found = []
    for on_hand in range(0, 400, 20):
        situation = situation_of(a_sheet(stock={"on_hand": on_hand}))
        draft = plan_pair(situation, LEAST_COST).draft
        found.append(draft is not None)
        if draft is not None:
            assert Decimal(draft.trace["order_cost"]["gain"]) > 0
    assert found == sorted(found, reverse=True)
    assert found[0]
    assert not found[-1]


def test_what_will_never_sell_counts_against_a_large_order() -> None:
    case = situation_of(read_sheet("04_price_break_taken", "input"))
    draft = plan_pair(replace(case, selling_price_base=Decimal(90)), SETTINGS).draft
    assert draft is not None
    for row in draft.trace["order_cost"]["candidates"]:
        never = max(Decimal(0), Decimal(row["unsold_units"]) - Decimal(row["expired_units"]))
        usual = Decimal(draft.trace["order_cost"]["usual_unit"])
        assert Decimal(row["left_over"]) == (never * usual).quantize(Decimal("0.01"))
