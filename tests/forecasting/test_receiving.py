"""What a site is given and what is bought beside it are one plan: ten a day for sure, by hand."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from forecasting.projection import Arrival
from forecasting.replenish import Plan, plan_of
from forecasting.situation import Situation, StockNow
from inventory_core.planning.counted_on import CountedOn
from tests.forecasting.planning_together import HUB, facts_of, lane
from tests.golden.sheets import SETTINGS, read_sheet, situation_of


def a_site(units: int, **changes: Any) -> Situation:
    """Reorder point 370, up to 440, goods of today after 30 days at 5.00; sold for 20.00."""
    found = situation_of(read_sheet("01_reorder_point_reached", "input"))
    stock = StockNow(on_hand=units, available=units, inventory_position=units)
    return replace(found, **{"stock": stock, "inbound": (), "warehouse_code": "US", **changes})


def planned(site: Situation, hub: int, freight: str = "0.5", **book: Any) -> Plan:
    facts = facts_of([site], SETTINGS, hub=hub, lanes=[lane(HUB, 100, "sea", 10, freight)])
    return plan_of(replace(facts, book=replace(facts.book, **book)))


def test_goods_of_a_hub_bring_what_need_not_be_bought() -> None:
    plan = planned(a_site(360), 60)
    [send] = plan.transfers
    assert plan.pairs[0].draft is None
    receiver = send.trace["receiver"]
    # 360 last longer than the 30 days of an order: no sale is saved, but 60 × 5.00 are.
    assert (receiver["avoided"], receiver["goods_saved"]) == (0, "300.00")
    assert send.trace["net"] == "270.00"
    assert send.trace["bought"] == {"alone": 80, "beside": 0}


def test_trap_47_goods_of_a_hub_that_cost_more_to_send_than_to_buy_stay_there() -> None:
    plan = planned(a_site(360), 60, freight="6")
    assert plan.transfers == ()
    [pair] = plan.pairs
    assert pair.draft is not None
    assert pair.draft.quantity == 80
    assert pair.draft.trace["left_at_hub"] == [{"from": "HUB", "quantity": 60}]


def test_trap_48_a_dated_gap_is_closed_from_the_hub_though_enough_is_on_order() -> None:
    """50 last five days, 600 come on day 25: goods of the hub serve from day 10, fifteen days."""
    site = a_site(50)
    coming = (Arrival(site.as_of + timedelta(days=25), 600, "PO-1"),)
    stock = replace(site.stock, on_order=600, inventory_position=650)
    plan = planned(replace(site, inbound=coming, stock=stock), 500)
    [send] = plan.transfers
    assert (send.quantity, send.trace["quantity"]["because"]) == (150, "gap")
    assert plan.pairs[0].draft is None


def test_trap_48_what_an_approved_purchase_counted_on_stays_on_the_list() -> None:
    site = a_site(360)
    coming = (Arrival(site.as_of + timedelta(days=30), 20, "PO-1"),)
    stock = replace(site.stock, on_order=20, inventory_position=380)
    above = replace(site, inbound=coming, stock=stock)
    assert planned(above, 60).transfers == ()
    counted = {(1, 100): [CountedOn(HUB, "sea", 60)]}
    [send] = planned(above, 60, counted=counted).transfers
    assert (send.quantity, send.trace["quantity"]["because"]) == (60, "counted")
    assert Decimal(send.trace["net"]) == 270


def test_what_lies_there_in_too_large_numbers_is_not_bought() -> None:
    """1,900 are more than half a year sells; a minimum set by hand is kept all the same."""
    site = a_site(1900)
    owed = replace(site.stock, inventory_position=300)
    low = replace(site, stock=owed)
    assert planned(low, 0).pairs[0].draft is None
    by_hand = replace(low, rule=replace(low.rule, minimum=400, maximum=500))
    assert planned(by_hand, 0).pairs[0].draft is not None
