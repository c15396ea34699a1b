"""What shared limits do to drafts: short budgets, containers, supplier minimums, and clicks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from forecasting.limiting import Limited, limit_plan
from forecasting.limits_room import Shared
from forecasting.policy import Rule
from forecasting.situation import Planned
from forecasting.suggest import plan_pair
from forecasting.supplier_terms import Rate
from inventory_core.planning.plan_limits import PlanLimit, Use
from inventory_core.vocabulary import PlanLimitKind
from tests.golden.sheets import SETTINGS, read_sheet, situation_of

SHEET = "01_reorder_point_reached"
AS_OF = date(2026, 3, 2)
SIZES = dict.fromkeys(range(1, 50), (0.01, 2.0))


def a_draft(sku_id: int, **changes: Any) -> Planned:
    """One SKU that lacks 80 units at 5.00; `minimum` is its supplier's, `price` its own."""
    minimum = changes.pop("minimum", None)
    price = changes.pop("price", 20)
    situation = situation_of(read_sheet(SHEET, "input"))
    [offer] = [replace(one, order_minimum=minimum) for one in situation.offers[:1]]
    return plan_pair(
        replace(
            situation,
            sku_id=sku_id,
            sku_code=f"S{sku_id}",
            offers=(offer,),
            selling_price_base=Decimal(price),
            **changes,
        ),
        SETTINGS,
    )


def a_limit(**facts: Any) -> PlanLimit:
    none = dict.fromkeys(PlanLimit.__dataclass_fields__)
    return PlanLimit(**{**none, "id": 1, "version": 1, "active": True, "fill": False, **facts})


def a_budget(amount: int, **facts: Any) -> PlanLimit:
    return a_limit(
        kind=PlanLimitKind.BUDGET,
        name="March",
        amount=Decimal(amount),
        currency="USD",
        starts_on=AS_OF,
        ends_on=AS_OF + timedelta(days=30),
        **facts,
    )


def a_container(volume: float, *, fill: bool = False, containers: int = 1) -> PlanLimit:
    return a_limit(
        kind=PlanLimitKind.CONTAINER,
        name="20GP",
        supplier_id=1,
        ship_method="sea",
        volume_m3=Decimal(str(volume)),
        weight_kg=Decimal(9999),
        containers=containers,
        fill=fill,
    )


def limited(
    pairs: Sequence[Planned],
    *limits: PlanLimit,
    ordered: Sequence[Use] = (),
    others: Sequence[Use] = (),
    held: Sequence[Use] = (),
) -> Limited:
    kept = {(use.sku_id, use.warehouse_id): use for use in held}
    return limit_plan(pairs, Shared(AS_OF, limits, ordered, others, kept), SETTINGS, sizes=SIZES)


def quantities(found: Limited) -> list[int]:
    return [one.draft.quantity if one.draft else 0 for one in found.pairs]


def a_use(sku_id: int, amount: int, **facts: Any) -> Use:
    base = Use(sku_id, 1, 100, "sea", "USD", 80, Decimal(amount), Decimal("0.8"), Decimal(160))
    return replace(base, **facts)


def test_without_limits_the_plan_is_the_same_object_by_object() -> None:
    pairs = [a_draft(1), a_draft(2)]
    found = limited(pairs)
    assert found.pairs == tuple(pairs)
    assert found.report is None


def test_a_limit_that_does_not_bite_changes_nothing_and_is_reported() -> None:
    pairs = [a_draft(1), a_draft(2)]
    found = limited(pairs, a_budget(100_000))
    assert [one.draft for one in found.pairs] == [one.draft for one in pairs]
    assert found.report is not None
    assert found.report["changed"] == []
    assert found.report["limits"][0]["planned"] == sum(
        float(one.draft.amount_base or 0) for one in pairs if one.draft
    )


def test_trap_49_a_short_budget_cuts_what_brings_least_and_says_so() -> None:
    pairs = [a_draft(1, price=8), a_draft(2, price=40), a_draft(3, price=20)]
    whole = [one.draft.amount_base for one in pairs if one.draft]
    budget = int(sum(amount for amount in whole if amount)) * 2 // 3
    found = limited(pairs, a_budget(budget))
    assert quantities(found)[1:] == [80, 80]
    assert quantities(found)[0] < 80
    assert found.report is not None
    [cut] = found.report["changed"]
    assert (cut["sku"], cut["code"], cut["limit"]) == ("S1", "budget", "March")
    assert (cut["rank"], cut["of"], cut["wanted"]) == (3, 3, 80)
    assert found.report["limits"][0]["more_brings"] > 0
    spent = sum(float(one.draft.amount_base or 0) for one in found.pairs if one.draft)
    assert spent <= budget


def test_a_cut_draft_says_its_own_sum_at_its_own_price() -> None:
    pairs = [a_draft(1), a_draft(2, price=40)]
    found = limited(pairs, a_budget(600))
    cut = next(one.draft for one in found.pairs if one.draft and "limits" in one.draft.trace)
    facts, told = cut.trace["quantity"], cut.trace["limits"]
    assert facts["ordered"] == cut.quantity == facts["needed"] + facts["forced"]
    assert told["units"] == cut.quantity - told["wanted"] < 0
    assert cut.unit_price is not None
    assert cut.amount_base == cut.unit_price * cut.quantity


def test_a_budget_never_cuts_an_order_to_fewer_units_than_the_supplier_has_priced() -> None:
    [offer] = [replace(one, prices=((60, Decimal(5)),)) for one in a_draft(1).situation.offers]
    pairs = [plan_pair(replace(a_draft(1).situation, offers=(offer,)), SETTINGS)]
    assert quantities(limited(pairs, a_budget(302))) == [60]
    assert quantities(limited(pairs, a_budget(290))) == [0]


def test_what_was_ordered_in_the_period_is_taken_off_the_budget() -> None:
    pairs = [a_draft(1)]
    before = a_use(9, 300, ordered_on=AS_OF)
    earlier = a_use(9, 9_000, ordered_on=AS_OF - timedelta(days=90))
    assert quantities(limited(pairs, a_budget(700), ordered=[before, earlier])) == [80]
    assert quantities(limited(pairs, a_budget(500), ordered=[before]))[0] < 80


def test_trap_42_a_container_is_filled_with_the_units_that_bring_most() -> None:
    pairs = [a_draft(1, price=40), a_draft(2, price=12)]
    found = limited(pairs, a_container(2.0, fill=True))
    first, second = quantities(found)
    assert (first + second) * 0.01 == 2.0
    assert first > second
    assert found.report is not None
    assert {one["code"] for one in found.report["changed"]} == {"container_filled"}
    assert quantities(limited(pairs, a_container(2.0))) == [80, 80]


def test_three_orders_that_fill_a_container_to_the_last_litre_begin_no_other() -> None:
    # As floats 0.8 three times is a trifle more than 2.4.
    pairs = [a_draft(sku, price=40) for sku in (1, 2, 3)]
    found = limited(pairs, a_container(2.4, fill=True, containers=2))
    assert quantities(found) == [80, 80, 80]


def test_a_container_that_is_too_small_takes_what_brings_most() -> None:
    pairs = [a_draft(1, price=40), a_draft(2, price=12)]
    found = limited(pairs, a_container(1.0))
    first, second = quantities(found)
    assert first == 80
    assert second < 80
    assert found.report is not None
    assert found.report["changed"][0]["code"] == "container"


def test_trap_42_a_supplier_minimum_is_reached_with_the_units_that_bring_most() -> None:
    amount = Decimal(80 * 5 * 2 + 40)
    pairs = [a_draft(1, price=40, minimum=amount), a_draft(2, price=12, minimum=amount)]
    found = limited(pairs)
    total = sum(one.draft.amount_base or 0 for one in found.pairs if one.draft)
    assert total >= amount
    assert found.report is not None
    assert {one["code"] for one in found.report["changed"]} == {"minimum_reached"}
    assert sum(one["units"] for one in found.report["changed"]) < 20


def test_trap_42_an_order_whose_minimum_is_out_of_reach_is_left_out_and_named() -> None:
    pairs = [a_draft(1, minimum=Decimal(90_000)), a_draft(2)]
    found = limited(pairs)
    assert quantities(found) == [0, 80]
    assert found.report is not None
    [left] = found.report["changed"]
    assert (left["code"], left["quantity"], left["wanted"]) == ("minimum_far", 0, 80)


def test_trap_42_what_one_supplier_is_too_large_for_is_bought_from_another() -> None:
    first = a_draft(1, minimum=Decimal(90_000))
    [offer] = first.situation.offers
    prices = tuple((start, price * 2) for start, price in offer.prices)
    second = replace(
        offer, offer_id=2, supplier_id=2, supplier="Yiwu", prices=prices, order_minimum=None
    )
    pairs = [replace(first, situation=replace(first.situation, offers=(offer, second)))]
    found = limited(pairs)
    draft = found.pairs[0].draft
    assert draft is not None
    assert (draft.supplier_id, draft.quantity) == (2, 80)
    assert draft.trace["passed_over"]["minimum"] == "90000"
    assert found.report is not None
    assert found.report["changed"][0]["code"] == "minimum_elsewhere"


def test_a_third_supplier_takes_what_is_too_small_for_the_first_two() -> None:
    first = a_draft(1, minimum=Decimal(90_000))
    [offer] = first.situation.offers
    others = tuple(
        replace(
            offer,
            offer_id=number,
            supplier_id=number,
            supplier=name,
            prices=tuple((start, price + number) for start, price in offer.prices),
            order_minimum=minimum,
        )
        for number, name, minimum in ((2, "Yiwu", Decimal(80_000)), (3, "Canton", None))
    )
    pairs = [replace(first, situation=replace(first.situation, offers=(offer, *others)))]
    draft = limited(pairs).pairs[0].draft
    assert draft is not None
    assert (draft.supplier_id, draft.quantity) == (3, 80)


def test_a_minimum_is_read_in_the_currency_of_its_supplier() -> None:
    first = a_draft(1, minimum=Decimal(2_500))
    here = first.situation
    rates = (*here.rates, Rate("CNY", Decimal("0.14"), AS_OF))
    [offer] = here.offers
    chinese = replace(offer, minimum_currency="CNY")
    same = replace(first, situation=replace(here, offers=(chinese,), rates=rates))
    # 2,500 CNY are 350 of the 400 USD that the order comes to; 2,500 USD would be out of reach.
    assert quantities(limited([same])) == [80]
    assert quantities(limited([first])) != [80]


def test_a_container_is_not_filled_beyond_a_maximum_set_by_hand() -> None:
    pairs = [a_draft(1, price=40, rule=Rule(maximum=440)), a_draft(2, price=12)]
    first, second = quantities(limited(pairs, a_container(2.0, fill=True)))
    assert (first, second) == (80, 120)


def test_a_sku_that_is_reviewed_once_a_year_is_planned_under_a_limit_too() -> None:
    for days in (90, 183, 365):
        one = a_draft(1, rule=Rule(review_days=days))
        assert one.draft is not None
        wanted = one.draft.quantity
        assert quantities(limited([one], a_budget(1_000_000))) == [wanted]
        assert 0 < quantities(limited([one], a_budget(5 * wanted // 2)))[0] <= wanted // 2


def test_a_click_leaves_out_what_a_limit_left_out() -> None:
    pairs = [a_draft(1, price=8), a_draft(2)]
    held = a_use(2, 400)
    found = limited(pairs, a_budget(900), held=[held])
    assert quantities(found) == [0, 80]


def test_a_minimum_that_open_suggestions_and_draft_orders_reach_asks_for_nothing_more() -> None:
    pairs = [a_draft(1, minimum=Decimal(900))]
    there = [a_use(8, 300, draft=True, ordered_on=AS_OF)]
    assert quantities(limited(pairs, ordered=there, others=[a_use(9, 300)])) == [80]


def test_trap_45_a_click_keeps_the_numbers_of_the_list_while_they_still_fit() -> None:
    pairs = [a_draft(1, price=8)]
    told = {"wanted": 80, "quantity": 40, "units": -40, "code": "budget", "limit": "March"}
    held = a_use(1, 200, quantity=40, limits=told)
    others = [a_use(2, 400)]
    found = limited(pairs, a_budget(900), held=[held], others=others)
    assert quantities(found) == [40]
    assert found.pairs[0].draft is not None
    assert found.pairs[0].draft.trace["limits"] == told
    tight = limited(pairs, a_budget(500), held=[held], others=others)
    assert quantities(tight)[0] < 40


def test_planning_twice_under_limits_gives_the_same() -> None:
    pairs = [a_draft(sku, price=10 + sku) for sku in range(1, 9)]
    budget = a_budget(1_900)
    assert limited(pairs, budget, a_container(5.0)) == limited(pairs, budget, a_container(5.0))
