"""Whatever several sites order of one SKU from one supplier, they reach its terms together."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forecasting.replenish import Plan, PlanFacts, plan_of
from forecasting.situation import Draft, Situation
from forecasting.supplier_terms import OfferTerms, step_of
from inventory_core.planning.plan_limits import Use
from tests.examples import examples
from tests.forecasting.planning_together import approved, facts_of
from tests.golden.sheets import SETTINGS
from tests.properties.any_company import SETTINGS_OF_ANY
from tests.properties.test_approving_in_any_order import SITES, sellers

WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
PRICES = (
    ((1, "5"),),
    ((1, "5"), (100, "4.5")),
    ((10, "5"), (40, "4.9"), (300, "4")),
    ((200, "5"), (900, "3")),
)


@st.composite
def productions(draw: st.DrawFn) -> PlanFacts:
    """One SKU at two or three sites, all from one offer with an MOQ and price breaks."""
    sites: list[Situation] = []
    prices = tuple((start, Decimal(price)) for start, price in draw(st.sampled_from(PRICES)))
    moq = max(prices[0][0], draw(st.sampled_from((1, 40, 300, 1000))))
    unsent = draw(st.sampled_from((0, 0, 30, 400)))
    for place in SITES[: draw(st.integers(2, 3))]:
        one = draw(sellers())
        [offer] = sites[0].offers if sites else one.offers
        offer = replace(offer, moq=moq, prices=prices, unsent=unsent)
        carton = sites[0].carton_quantity if sites else one.carton_quantity
        named: dict[str, Any] = {"warehouse_id": place, "warehouse_code": f"W{place}"}
        sites.append(replace(one, offers=(offer,), carton_quantity=carton, **named))
    return facts_of(sites, draw(SETTINGS_OF_ANY), hub=0, lanes=())


def _bought(plan: Plan) -> dict[int, Draft]:
    return {one.draft.warehouse_id: one.draft for one in plan.pairs if one.draft is not None}


def _clicked(facts: PlanFacts, draft: Draft, listed: Mapping[int, Draft]) -> PlanFacts:
    """After the approval: the order is in the book, the others are on the list."""
    held = {
        (one.sku_id, place): Use(
            one.sku_id, one.supplier_id, place, one.ship_method, one.currency, one.quantity,
            one.amount_base or Decimal(0), Decimal(0), Decimal(0),
        )
        for place, one in listed.items()
    }  # fmt: skip
    after = approved(facts, draft)
    return replace(after, shared=replace(after.shared, held=held))


def _terms(facts: PlanFacts) -> OfferTerms:
    return facts.situations[0].offers[0]


@given(facts=productions())
@settings(max_examples=examples(100), phases=WITHOUT_SHRINKING)
def test_trap_42_the_orders_of_all_sites_reach_the_moq_together_at_the_price_of_all(
    facts: PlanFacts,
) -> None:
    bought, offer = _bought(plan_of(facts)), _terms(facts)
    total = sum(one.quantity for one in bought.values())
    together = total + offer.unsent
    step = step_of(offer, facts.situations[0].carton_quantity)
    assert not bought or together >= offer.moq
    for draft in bought.values():
        assert draft.quantity % step == 0
        assert draft.unit_price == max((s, price) for s, price in offer.prices if s <= together)[1]
        quantity = draft.trace["quantity"]
        joint = len(bought) > 1 and (offer.moq > step or len(offer.prices) > 1)
        others = total - draft.quantity if joint else 0
        assert quantity["beside"] == others + offer.unsent
        if quantity["beside"]:
            told = draft.trace["together"]
            assert sum(one["quantity"] for one in told["sites"]) == others
            assert told["unsent"] == offer.unsent


@given(facts=productions(), order=st.randoms(use_true_random=False))
@settings(max_examples=examples(100), phases=WITHOUT_SHRINKING)
def test_approving_one_order_leaves_those_that_go_with_it(facts: PlanFacts, order: Any) -> None:
    listed = _bought(plan_of(facts))
    while listed:
        draft = listed.pop(order.choice(sorted(listed)))
        facts = _clicked(facts, draft, listed)
        again = _bought(plan_of(facts))
        if draft.warehouse_id in again:
            return  # what is asked for after an approval is another matter (`follows`)
        for place, one in listed.items():
            found = again[place]
            assert (found.quantity, found.unit_price) == (one.quantity, one.unit_price)


@given(facts=productions())
@settings(max_examples=examples(60), phases=WITHOUT_SHRINKING)
def test_what_the_moq_asks_for_is_split_so_that_all_buy_as_far_ahead(facts: PlanFacts) -> None:
    facts = replace(facts, settings=SETTINGS)
    plan, offer = plan_of(facts), _terms(facts)
    bought = _bought(plan).values()
    step = step_of(offer, facts.situations[0].carton_quantity)
    total = sum(one.quantity for one in bought) + offer.unsent
    if len(bought) < 2 or not offer.moq <= total < offer.moq + step:
        return
    ahead, steps = [], []
    for one in plan.pairs:
        if one.draft is None or one.draft.ship_method != one.usual.way.route.ship_method:
            return  # goods in a hurry are filled up last
        quantity = one.draft.trace["quantity"]
        ahead.append(quantity["forced"] / one.policy.per_day)
        steps.append(step / one.policy.per_day)
    # A step more is given to whoever is least ahead; what was forced by its own step stays.
    for mine, one_step in zip(ahead, steps, strict=True):
        assert mine - one_step <= min(ahead) + max(steps) + 1e-9
