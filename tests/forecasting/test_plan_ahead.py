"""A plan played forward: ten a day for sure, worked out by hand, and the same under a scenario."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from forecasting.book import Book
from forecasting.expiry import DatedLot
from forecasting.limits_room import Shared
from forecasting.plan_ahead import play_ahead
from forecasting.plan_comparison import Comparison, compare
from forecasting.projection import Arrival
from forecasting.replenish import PlanFacts, plan_of
from forecasting.scenario import under
from forecasting.situation import Situation
from inventory_core.catalog.calendars import Calendar, Leg
from inventory_core.office.company import Company
from inventory_core.planning.lanes import Lane
from inventory_core.planning.scenarios import Scenario
from inventory_core.stock.balances import Inbound, Position
from tests.golden.sheets import SETTINGS, read_sheet, situation_of

# 360 units, reorder point 370, order-up-to 440, 30 days, reviews every 7, at 5.00, sold for 20.00.
SHEET = "01_reorder_point_reached"
AS_OF = date(2026, 3, 2)


def a_situation(sku_id: int = 1, **changes: Any) -> Situation:
    found = situation_of(read_sheet(SHEET, "input"))
    return replace(found, sku_id=sku_id, sku_code=f"S{sku_id}", warehouse_code="US", **changes)


def facts_of(*situations: Situation, inbound: dict[Any, Any] | None = None) -> PlanFacts:
    skus = {one.sku_id: {"volume_cm3": None, "weight_grams": None} for one in situations}
    book = Book(
        company=Company(name="Seller"),
        positions={},
        inbound=inbound or {},
        offers={},
        rates=situations[0].rates,
        rules={},
        skus=skus,
        warehouses={100: "US", 101: "UK"},
        hubs=frozenset(),
    )
    shared = Shared(as_of=AS_OF, limits=[], ordered=[], others=[], held={})
    return PlanFacts(AS_OF, book, situations, shared, SETTINGS)


def compared(scenario: Scenario, *situations: Situation) -> Comparison:
    return compare(facts_of(*situations), scenario)


def test_reviews_order_what_was_sold_and_stock_follows_by_hand() -> None:
    ahead = play_ahead(plan_of(facts_of(a_situation())), review_days=7)
    # 80 today, then what a week sold: 70 at every review, at 5.00.
    np.testing.assert_allclose(ahead.cash, [400, *[350] * 12])
    # After 13 weeks: 360 - 910 + 80 of today + 8 orders of 70 that have come by day 86.
    assert ahead.value[-1] == pytest.approx((360 - 910 + 80 + 8 * 70) * 5)
    assert ahead.asked[0] == pytest.approx(910)
    assert ahead.lost[0] == 0


def test_later_reviews_order_whole_pallets_as_the_plan_does() -> None:
    [offer] = a_situation().offers
    pallets = a_situation(offers=(replace(offer, pallet_quantity=200),))
    plan = plan_of(facts_of(pallets))
    assert [one.draft.quantity for one in plan.pairs if one.draft] == [200]
    ahead = play_ahead(plan, review_days=7)
    # At 560 the position lies above 370 for two reviews; at the third a pallet follows.
    np.testing.assert_allclose(ahead.cash, [1000, 0, 0] * 4 + [1000])


def test_what_cannot_be_served_is_lost_with_its_margin_and_is_not_bought_for() -> None:
    short = a_situation(stock=replace(a_situation().stock, available=100, inventory_position=100))
    plan = plan_of(facts_of(short))
    # 100 last ten days, goods come on day 30: 200 units are lost, at a margin of 15 each.
    [one] = plan.pairs
    assert one.draft is not None
    assert one.draft.quantity == 440 - 100 - 200
    ahead = play_ahead(plan, review_days=7)
    assert ahead.lost[0] == pytest.approx(200)
    assert ahead.margin[0] == pytest.approx(200 * 15)
    # The next review buys a week, not the demand that was lost meanwhile.
    assert ahead.cash[1] == pytest.approx(350)


def test_trap_41_lots_leave_when_they_expire_and_what_they_leave_open_is_bought() -> None:
    lots = (DatedLot(AS_OF + timedelta(days=9), 360),)
    whole = play_ahead(plan_of(facts_of(a_situation())), review_days=7)
    ahead = play_ahead(plan_of(facts_of(a_situation(lots=lots))), review_days=7)
    # 100 are sold in the ten days that are left; the next goods come on day 30.
    assert ahead.lost[0] == pytest.approx(200)
    assert whole.lost[0] == 0
    assert ahead.value[1] == 0
    # 440 less the 100 that will sell and the 200 that are lost anyway, then what each week sells.
    np.testing.assert_allclose(ahead.cash[:3], [140 * 5, 350, 350])


def test_orders_come_as_late_as_lead_times_spread() -> None:
    [offer] = a_situation().offers
    [way] = offer.routes
    route = replace(way.route, offsets=(-20.0, -10.0, 0.0, 10.0, 20.0))
    doubtful = a_situation(offers=(replace(offer, routes=(replace(way, route=route),)),))
    ahead = play_ahead(plan_of(facts_of(doubtful)), review_days=7)
    # The reorder point holds more, but what is ordered today may come when the shelf is empty.
    assert 0 < ahead.lost[0] < 0.05 * ahead.asked[0]
    again = play_ahead(plan_of(facts_of(doubtful)), review_days=7)
    assert (again.lost[0], again.cash.tolist()) == (ahead.lost[0], ahead.cash.tolist())


def test_a_factory_that_will_shut_is_ordered_for_before() -> None:
    [offer] = a_situation().offers
    [way] = offer.routes
    shut = frozenset(AS_OF + timedelta(days=day) for day in range(40, 61))
    calendar = Calendar("CN", frozenset(range(1, 8)), shut)
    route = replace(way.route, legs=(Leg("production", 30, calendar),))
    closing = a_situation(offers=(replace(offer, routes=(replace(way, route=route),)),))
    ahead = play_ahead(plan_of(facts_of(closing)), review_days=7)
    # Goods of day 7 still come on day 37 and must last until those of day 14, on day 65.
    np.testing.assert_allclose(ahead.cash[:3], [400, 5 * (70 + 210), 350])
    assert ahead.lost[0] == 0


def a_hurry() -> Situation:
    """By sea or by air, and 60 left."""
    [offer] = a_situation().offers
    [sea] = offer.routes
    air = replace(
        sea, route=replace(sea.route, ship_method="air", legs=(Leg("production", 5),)),
        unit_freight=Decimal(4), freight_currency="USD",
    )  # fmt: skip
    here = a_situation(offers=(replace(offer, routes=(sea, air)),))
    return replace(here, stock=replace(here.stock, available=60, inventory_position=60))


def test_what_is_urgent_today_does_not_make_later_orders_fly() -> None:
    short = a_hurry()
    plan = plan_of(facts_of(short))
    [one] = plan.pairs
    assert one.draft is not None
    assert (one.draft.ship_method, one.usual.way.route.ship_method) == ("air", "sea")
    ahead = play_ahead(plan, review_days=7)
    # 60 and the 130 that fly last until day 19; goods of the next review come by sea on day 37.
    assert ahead.lost[0] == pytest.approx(180)


def test_trap_48_what_is_on_its_way_to_a_hub_for_a_planned_transfer_is_given_once() -> None:
    here = a_situation()
    coming = {(1, 50): [Inbound(1, 50, AS_OF + timedelta(days=5), 500, "purchase", "PO-1", 1,
                                "sent", "sea")]}  # fmt: skip
    facts = facts_of(here, inbound=coming)

    def upstream(planned_out: int) -> int:
        hub = Position(
            sku_id=1, warehouse_id=50, on_hand=0, reserved=0, held=0, available=0, in_transit=0,
            on_order=500, backordered=0, inventory_position=500 - planned_out,
            planned_out=planned_out,
        )  # fmt: skip
        book = replace(
            facts.book,
            positions={(1, 50): hub},
            hubs=frozenset({50}),
            warehouses={100: "US", 50: "HUB"},
            lanes=[Lane(50, 100, "sea", 10, currency="USD", unit_freight=Decimal(0))],
        )
        [one] = plan_of(replace(facts, book=book)).pairs
        return one.situation.stock.upstream

    assert upstream(0) == 80
    # All 500 go to another site, which counts them in its own position.
    assert upstream(500) == 0
    assert upstream(450) == 50


def test_a_scenario_without_effect_differs_in_nothing() -> None:
    # Demand is certain: no service level asks for more.
    found = compared(Scenario(service_level=Decimal("0.99")), a_situation())
    assert found.differences == ()
    assert found.current == found.changed


def test_more_demand_and_longer_ways_order_more_and_say_why() -> None:
    more = compared(Scenario(demand_factor=Decimal("1.1")), a_situation())
    [told] = more.differences
    # Order-up-to 44 days of 11; 360 last 32 days, so nothing is lost before day 30.
    assert (told["before"]["quantity"], told["after"]["quantity"]) == (80, 484 - 360)
    assert told["why"]["code"] == "levels"
    assert (told["why"]["before"], told["why"]["after"]) == (440, 484)
    longer = compared(Scenario(lead_factor=Decimal("1.5")), a_situation())
    [told] = longer.differences
    # 45 days away: 590 wanted, 90 of them lost before goods come.
    assert told["after"]["quantity"] == 590 - 360 - 90
    assert told["after"]["arrives_on"] == (AS_OF + timedelta(days=45)).isoformat()
    assert longer.changed.at_risk == pytest.approx(90)
    assert longer.changed.margin == pytest.approx(90 * 15)


def test_a_port_delay_touches_what_goes_by_sea_and_nothing_else() -> None:
    coming = {
        (1, 100): [
            Inbound(1, 100, AS_OF + timedelta(days=5), 40, "purchase", "PO-1", 1, "sent", "sea"),
            Inbound(1, 100, AS_OF - timedelta(days=3), 30, "purchase", "PO-2", 2, "sent", "sea"),
            Inbound(1, 100, AS_OF + timedelta(days=6), 20, "purchase", "PO-3", 3, "sent", "air"),
        ]
    }
    facts = under(facts_of(a_situation(), inbound=coming), Scenario(delay_days=14))
    [here] = facts.situations
    assert here.inbound == (
        Arrival(AS_OF + timedelta(days=19), 40, "PO-1"),
        Arrival(AS_OF + timedelta(days=14), 30, "PO-2"),
        Arrival(AS_OF + timedelta(days=6), 20, "PO-3"),
    )
    [offer] = here.offers
    assert [leg.days for leg in offer.routes[0].route.legs] == [30, 14]


def test_a_budget_goes_to_what_brings_most_and_holds_in_every_later_period() -> None:
    dear = a_situation(1)
    cheap = a_situation(2, selling_price_base=Decimal(6))
    found = compared(Scenario(budget=Decimal(400)), dear, cheap)
    assert found.current.order_cash == 800
    assert found.changed.order_cash <= 400
    assert max(found.changed.cash_by_week) <= 400
    [told] = [one for one in found.differences if one["sku"] == "S2"]
    assert told["why"] == {"code": "budget", "units": 80}
    # Later weeks serve the one with the better margin; the other runs dry.
    kept = {one["sku"]: one["at_risk"] for one in found.differences}
    assert kept["S2"] > 100
    assert kept.get("S1", 0) == 0
    assert found.changed.orders == 1


def test_an_order_that_is_no_longer_due_says_so() -> None:
    less = compared(Scenario(demand_factor=Decimal("0.9")), a_situation())
    [told] = less.differences
    assert told["after"] is None
    assert told["cash"] == -400
    assert told["why"] == {"code": "not_due", "position": 360, "before": 370, "after": 333}


def test_an_order_that_only_a_higher_level_asks_for_tells_the_chance() -> None:
    sure = a_situation()
    spread = np.linspace(0.8, 1.2, len(sure.demand.levels))
    doubtful = a_situation(
        demand=replace(sure.demand, quantiles=np.outer(sure.demand.mean, spread)),
        stock=replace(sure.stock, available=320, inventory_position=416),
        inbound=(Arrival(AS_OF + timedelta(days=29), 96, "PO-1"),),
    )
    found = compared(Scenario(service_level=Decimal("0.99")), doubtful)
    [told] = found.differences
    # 416 is at or below both reorder points; goods on their way leave 3 % of cases empty.
    assert (told["before"], told["after"]["quantity"]) == (None, 108)
    assert told["why"] == {"code": "emptier", "chance": 0.03, "allowed": 0.01}
    less = compare(under(facts_of(doubtful), Scenario(service_level=Decimal("0.99"))),
                   Scenario(service_level=Decimal("0.95")))  # fmt: skip
    assert less.differences[0]["why"] == {"code": "fuller", "chance": 0.03, "allowed": 0.05}


def test_what_is_no_longer_sent_from_the_hub_is_listed_too() -> None:
    at_hub = Position(1, 50, 60, 0, 0, 60, 0, 0, 0, 60)
    facts = facts_of(a_situation())
    book = replace(
        facts.book,
        positions={(1, 50): at_hub},
        hubs=frozenset({50}),
        warehouses={100: "US", 50: "SZ-HUB"},
        lanes=[Lane(50, 100, "sea", 27, unit_freight=Decimal("0.5"), currency="USD")],
    )
    found = compare(replace(facts, book=book), Scenario(demand_factor=Decimal("0.9")))
    [told] = found.differences
    # 360 and 60 from the hub are above the reorder point of 370: nothing is bought either way.
    assert (told["before"], told["after"]) == (None, None)
    [sent] = told["sent_before"]
    assert (sent["quantity"], sent["from"], sent["ship_method"]) == (60, "SZ-HUB", "sea")
    assert sent["arrives_on"] == (AS_OF + timedelta(days=27)).isoformat()
    assert told["sent_after"] == []
    # Demand of nine a day is not due at a position of 360.
    assert told["why"] == {"code": "sent", "before": 60, "after": 0}
