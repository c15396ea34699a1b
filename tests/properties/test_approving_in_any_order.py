"""One plan of a SKU: whoever is said yes to first, nothing that it stood on goes away."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forecasting.lead_time import Route
from forecasting.projection import Arrival
from forecasting.replenish import Plan, PlanFacts, plan_of
from forecasting.situation import Draft, PlanSettings, Situation, StockNow
from inventory_core.catalog.calendars import Leg
from tests.examples import examples
from tests.forecasting.planning_together import HUB, approved, facts_of, free_at_hub, lane
from tests.forecasting.pocket_transfer import check_transfer
from tests.golden.sheets import read_sheet, situation_of, steady_demand
from tests.properties.any_company import AS_OF, SETTINGS_OF_ANY, situations

WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
SITES = (100, 101, 102)
SPREADS = st.sampled_from((0.0, 4.0))
FLYING = st.sampled_from((Decimal(1), Decimal(6)))


@st.composite
def sellers(draw: st.DrawFn) -> Situation:
    """Steady demand, an offer by sea and perhaps by air; anything from empty to far too much."""
    pace = draw(st.sampled_from((0.5, 3.0, 10.0)))
    days = draw(st.sampled_from((0, 0, 4, 15, 30, 45, 200)))
    lying = int(pace * days) + draw(st.integers(0, 5))
    coming = draw(st.sampled_from((0, 0, 0, int(pace * 30) + 1, int(pace * 90) + 1)))
    on_day = AS_OF + timedelta(days=draw(st.integers(1, 60)))
    sea, moq = draw(st.integers(20, 60)), draw(st.sampled_from((1, 1, 40, 300)))
    base = situation_of(read_sheet("01_reorder_point_reached", "input"))
    [offer] = base.offers
    [way] = offer.routes
    ways = [replace(way, route=Route("sea", (Leg("production", sea),), draw(SPREADS)))]
    if draw(st.booleans()):
        fast = Route("air", (Leg("production", draw(st.integers(4, 15))),), draw(SPREADS))
        ways.append(replace(way, route=fast, unit_freight=draw(FLYING), freight_currency="USD"))
    return replace(
        base,
        demand=steady_demand(pace, draw(st.sampled_from((110.0, 160.0, 250.0)))),
        stock=StockNow(
            on_hand=lying, available=lying, on_order=coming, inventory_position=lying + coming
        ),
        inbound=(Arrival(on_day, coming, "PO-1"),) if coming else (),
        offers=(replace(offer, moq=moq, routes=tuple(ways)),),
        carton_quantity=draw(st.sampled_from((None, 1, 12, 50))),
    )


@st.composite
def companies(draw: st.DrawFn) -> PlanFacts:
    """A SKU at up to three sites, units at a hub, and ways from it to some of them."""
    kind = draw(st.sampled_from((sellers, sellers, sellers, situations)))
    sites: list[Situation] = []
    for place in SITES[: draw(st.integers(1, 3))]:
        one = draw(kind())
        facts: dict[str, Any] = {"warehouse_id": place, "warehouse_code": f"W{place}"}
        first = sites[0] if sites else one
        sites.append(replace(one, offers=first.offers, sku_state=first.sku_state, **facts))
    lanes = []
    for site in sites:
        for method in draw(st.sampled_from((("sea", "air"), ("sea",), ("air",), ()))):
            days = draw(st.integers(0, 9) if method == "air" else st.integers(5, 50))
            freight = draw(st.sampled_from(("0.1", "0.5", "4", "30")))
            lanes.append(lane(HUB, site.warehouse_id, method, days, freight))
    if len(sites) > 1 and draw(st.booleans()):
        lanes.append(lane(SITES[1], SITES[0], "truck", draw(st.integers(1, 9))))
    chosen: PlanSettings = draw(SETTINGS_OF_ANY)
    hub = draw(st.sampled_from((0, 7, 40, 90, 400, 2000)))
    return facts_of(sites, chosen, hub=hub, lanes=lanes)


def _key(draft: Draft) -> tuple[str, int, int]:
    return draft.kind, draft.warehouse_id, draft.from_warehouse_id or 0


def _numbers(draft: Draft) -> tuple[object, ...]:
    return draft.quantity, draft.supplier_id, draft.ship_method


def _list(plan: Plan) -> dict[tuple[str, int, int], Draft]:
    return {_key(draft): draft for draft in plan.drafts()}


@given(facts=companies(), order=st.randoms(use_true_random=False))
@settings(max_examples=examples(100), phases=WITHOUT_SHRINKING)
def test_trap_48_approving_in_any_order_withdraws_nothing_and_brings_no_new_transfer(
    facts: PlanFacts, order: Any
) -> None:
    listed = _list(plan_of(facts))
    done: set[tuple[str, int, int]] = set()
    while listed:
        key = order.choice(sorted(listed))
        facts = approved(facts, listed.pop(key))
        done.add(key)
        again = _list(plan_of(facts))
        if any(k[0] == "buy" for k in done & again.keys()):
            return  # whether an approved purchase is asked for once more is no matter of transfers
        assert {k: _numbers(one) for k, one in again.items()} == {
            k: _numbers(one) for k, one in listed.items()
        }, (key, done)
        listed = again


@given(facts=companies())
@settings(max_examples=examples(100), phases=WITHOUT_SHRINKING)
def test_trap_48_nothing_is_bought_while_a_hub_of_the_site_has_units_that_pay(
    facts: PlanFacts,
) -> None:
    plan = plan_of(facts)
    left = free_at_hub(facts, plan)
    served = {one.to_warehouse_id for one in facts.book.lanes if one.from_warehouse_id == HUB}
    for item in plan.pairs:
        if item.draft is not None and item.situation.warehouse_id in served and left > 0:
            assert item.draft.trace["left_at_hub"] == [{"from": "HUB", "quantity": left}]


@given(facts=companies())
@settings(max_examples=examples(60), phases=WITHOUT_SHRINKING)
def test_every_sum_of_a_transfer_can_be_worked_out_by_hand(facts: PlanFacts) -> None:
    plan = plan_of(facts)
    bought = {item.situation.warehouse_id: item.draft for item in plan.pairs if item.draft}
    for draft in plan.transfers:
        row = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
        check_transfer(row, json.loads(json.dumps(draft.trace)))
        beside = bought.get(draft.warehouse_id)
        assert draft.trace["bought"]["beside"] == (beside.quantity if beside else 0)
        if beside is not None and beside.arrives_on is not None:
            told = draft.trace["receiver"]["order_arrives_on"]
            assert told == beside.arrives_on.isoformat()
            if draft.trace["quantity"]["because"] == "level":
                up_to = draft.trace["quantity"]["order_up_to"]
                assert up_to == beside.trace["policy"]["order_up_to"]
