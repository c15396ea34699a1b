"""Two sites order a SKU from one supplier: its MOQ and price are theirs together, by hand."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from forecasting.replenish import Plan, plan_of
from forecasting.situation import Situation, StockNow
from inventory_core.planning.plan_limits import PlanLimit, Use
from inventory_core.planning.rejections import Rejected
from tests.forecasting.planning_together import facts_of
from tests.forecasting.test_limiting import a_budget
from tests.golden.sheets import SETTINGS, read_sheet, situation_of, steady_demand

FEW, MANY = Decimal(5), Decimal("4.5")


def a_site(place: int, units: int, **terms: Any) -> Situation:
    """Ten a day, filled up to 440 after 30 days: it lacks 440 less `units`. Sold for 20.00."""
    found = situation_of(read_sheet("01_reorder_point_reached", "input"))
    [offer] = found.offers
    return replace(
        found,
        warehouse_id=place,
        warehouse_code=f"W{place}",
        stock=StockNow(on_hand=units, available=units, inventory_position=units),
        offers=(replace(offer, **terms),),
    )


def planned(*sites: Situation, held: tuple[Use, ...] = (), **shared: Any) -> Plan:
    facts = facts_of(sites, SETTINGS, hub=0, lanes=())
    listed = {(use.sku_id, use.warehouse_id): use for use in held}
    return plan_of(replace(facts, shared=replace(facts.shared, held=listed, **shared)))


def ordered(plan: Plan) -> list[tuple[int, Decimal | None]]:
    return [(d.quantity, d.unit_price) if (d := one.draft) else (0, None) for one in plan.pairs]


def test_trap_42_what_the_moq_asks_beyond_the_needs_is_bought_once_and_split_by_days() -> None:
    # 80 and 90 are needed and 300 are made: both buy 65 more, six and a half days ahead.
    plan = planned(a_site(100, 360, moq=300), a_site(101, 350, moq=300))
    assert ordered(plan) == [(145, FEW), (155, FEW)]
    first, second = (one.draft.trace for one in plan.pairs if one.draft)
    assert first["together"] == {"sites": [{"warehouse": "W101", "quantity": 155}], "unsent": 0}
    assert second["together"] == {"sites": [{"warehouse": "W100", "quantity": 145}], "unsent": 0}
    assert first["quantity"]["forced_days"] == second["quantity"]["forced_days"] == 6.5


def test_needs_that_reach_the_moq_together_are_bought_as_they_are_needed() -> None:
    plan = planned(a_site(100, 360, moq=120), a_site(101, 350, moq=120))
    assert ordered(plan) == [(80, FEW), (90, FEW)]


def test_an_order_of_one_site_alone_takes_the_whole_moq() -> None:
    plan = planned(a_site(100, 360, moq=300), a_site(101, 430, moq=300))
    assert ordered(plan) == [(300, FEW), (0, None)]
    assert plan.pairs[0].draft is not None
    assert "together" not in plan.pairs[0].draft.trace


def test_the_price_is_that_of_all_units() -> None:
    prices = ((1, FEW), (160, MANY))
    plan = planned(a_site(100, 360, prices=prices), a_site(101, 350, prices=prices))
    assert ordered(plan) == [(80, MANY), (90, MANY)]


def test_all_go_up_to_a_lower_price_where_it_pays_for_all_and_not_for_one() -> None:
    prices = ((1, FEW), (200, MANY))
    plan = planned(a_site(100, 360, prices=prices), a_site(101, 350, prices=prices))
    assert ordered(plan) == [(95, MANY), (105, MANY)]
    gains = {one.draft.trace["joint_price"]["gain"] for one in plan.pairs if one.draft}
    # 200 × 0.50 saved; 30 units are bought a day and a half ahead, which costs little.
    [gain] = map(float, gains)
    assert 98 < gain < 100
    dear = replace(SETTINGS, holding_rate_year=Decimal(40))
    facts = facts_of([one.situation for one in plan.pairs], dear, hub=0, lanes=())
    bare = tuple(
        replace(one, offers=(replace(one.offers[0], others=0, reach=0),))
        for one in facts.situations
    )
    assert ordered(plan_of(replace(facts, situations=bare))) == [(80, FEW), (90, FEW)]


def test_what_is_not_sent_yet_is_made_with_the_next_order() -> None:
    terms = {"moq": 300, "unsent": 250}
    assert ordered(planned(a_site(100, 360, **terms))) == [(80, FEW)]
    assert ordered(planned(a_site(100, 430, **terms))) == [(0, None)]
    few = planned(a_site(100, 360, moq=300, unsent=190))
    assert ordered(few) == [(110, FEW)]
    assert few.pairs[0].draft is not None
    assert few.pairs[0].draft.trace["together"] == {"sites": [], "unsent": 190}


def test_what_somebody_rejected_reaches_nothing() -> None:
    no = Rejected(buys=frozenset({(1, 101)}))
    plan = planned(a_site(100, 360, moq=300), a_site(101, 350, moq=300), rejected=no)
    assert ordered(plan) == [(300, FEW), (300, FEW)]


def test_a_budget_leaves_both_or_none_of_what_is_made_together() -> None:
    sites = a_site(100, 360, moq=300), a_site(101, 350, moq=300)
    assert ordered(planned(*sites, limits=[a_budget(1500)])) == [(145, FEW), (155, FEW)]
    assert ordered(planned(*sites, limits=[a_budget(1499)])) == [(0, None), (0, None)]


def test_where_together_is_too_dear_each_is_tried_by_itself() -> None:
    prices = ((100, FEW), (200, MANY))
    sites = [a_site(p, u, moq=100, prices=prices) for p, u in ((100, 360), (101, 350))]
    # 200 at 4.50 are 900, 170 at 5.00 are 850; the MOQ is 100.
    assert ordered(planned(*sites, limits=[a_budget(900)])) == [(95, MANY), (105, MANY)]
    assert ordered(planned(*sites, limits=[a_budget(899)])) == [(80, FEW), (90, FEW)]
    assert ordered(planned(*sites, limits=[a_budget(500)])) == [(40, FEW), (60, FEW)]


def test_a_click_changes_nothing_that_the_list_says_and_is_still_best() -> None:
    """The list says 200 and 100: any split of 300 is made at once, and none is better alone."""
    sites = a_site(100, 360, moq=300), a_site(101, 350, moq=300)
    listed = tuple(
        Use(1, 1, place, "sea", "USD", units, Decimal(5 * units), Decimal(0), Decimal(0))
        for place, units in ((100, 200), (101, 100))
    )
    assert ordered(planned(*sites, held=listed)) == [(200, FEW), (100, FEW)]


def test_an_order_that_a_minimum_sends_elsewhere_leaves_the_other_its_own_moq() -> None:
    limits: list[PlanLimit] = []
    terms = {"moq": 850, "order_minimum": Decimal(3500), "minimum_currency": "USD"}
    poor = a_site(100, 360, **terms)
    [offer] = poor.offers
    other = replace(offer, offer_id=2, supplier_id=2, moq=1, order_minimum=None, preferred=False)
    rich = replace(a_site(101, 3600, **terms), demand=steady_demand(100))
    # Together 80 and 800 are made; 800 at 5.00 reach the minimum of one order, 80 do not.
    plan = planned(replace(poor, offers=(offer, other)), rich, limits=limits)
    drafts = [one.draft for one in plan.pairs]
    assert [(d.supplier_id, d.quantity) for d in drafts if d] == [(2, 80), (1, 850)]
