"""What holds in every plan of every company, however odd its data."""

import json
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forecasting.lead_time import arrives_on
from forecasting.limiting import limit_plan
from forecasting.limits_room import Shared
from forecasting.limits_topping import MOST_AHEAD_DAYS
from forecasting.situation import Draft, PlanSettings, Situation
from forecasting.suggest import plan_pair
from forecasting.supplier_terms import OfferTerms, step_of
from inventory_core.catalog.calendars import is_working
from inventory_core.planning.plan_limits import PlanLimit
from inventory_core.vocabulary import PlanLimitKind
from tests.examples import examples
from tests.forecasting.pocket_checks import check_card
from tests.properties.any_company import AS_OF, RATES, SETTINGS_OF_ANY, SIZE, situations

CENT = Decimal("0.01")
# Making a failing case smaller takes minutes; as it is drawn it can be read too.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


def offer_of(situation: Situation, draft: Draft) -> OfferTerms | None:
    return next((one for one in situation.offers if one.offer_id == draft.offer_id), None)


def holds(situation: Situation, draft: Draft) -> None:
    """The terms of the offer, its calendars and the money of one draft."""
    assert draft.quantity > 0
    assert situation.sku_state == "active"
    assert situation.rule.buying
    offer = offer_of(situation, draft)
    if offer is None:
        assert draft.state == "needs_supplier"
        assert situation.offers == ()
        return
    assert draft.quantity % step_of(offer, situation.carton_quantity) == 0
    assert draft.quantity % offer.order_multiple == 0
    assert draft.quantity >= offer.moq
    way = next(one for one in offer.routes if one.route.ship_method == draft.ship_method)
    assert draft.arrives_on == arrives_on(way.route, AS_OF)
    if draft.order_by_on is not None:
        assert draft.order_by_on >= AS_OF
        assert is_working(way.route.office, draft.order_by_on)
        short_on = date.fromisoformat(draft.trace["projection"]["short_on"])
        assert draft.runs_out_on == short_on
        assert arrives_on(way.route, draft.order_by_on) <= short_on
    reached = offer.price_at(draft.quantity)
    rate = next((one.rate for one in RATES if one.currency == offer.currency), None)
    assert draft.unit_price == (reached[1] if reached else None)
    known = reached is not None and rate is not None
    assert (draft.amount_base is not None) == known
    if reached is not None and rate is not None:
        whole = reached[1] * draft.quantity * rate
        assert abs((draft.amount_base or 0) - whole) <= CENT / 2


@given(situations(), SETTINGS_OF_ANY)
@settings(max_examples=examples(60), deadline=None, phases=WITHOUT_SHRINKING)
def test_every_draft_keeps_its_offer_and_its_card_can_be_worked_out_by_hand(
    situation: Situation, company: PlanSettings
) -> None:
    planned = plan_pair(situation, company)
    policy, rule = planned.policy, situation.rule
    assert 0 <= policy.reorder_point <= policy.order_up_to
    if rule.maximum is not None:
        assert policy.order_up_to == rule.maximum
    draft = planned.draft
    assert plan_pair(situation, company) == planned
    if draft is None:
        return
    holds(situation, draft)
    if rule.maximum is not None:
        offer = offer_of(situation, draft)
        least = max(draft.trace["quantity"]["needed"], offer.moq if offer else 1)
        assert draft.quantity < least + draft.trace["quantity"]["step"]
    row = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
    check_card(row, json.loads(json.dumps(draft.trace)))


def a_limit(name: str, **facts: object) -> PlanLimit:
    none = dict.fromkeys(PlanLimit.__dataclass_fields__)
    fixed = {"id": 1, "version": 1, "active": True, "fill": False, "name": name}
    return PlanLimit(**{**none, **fixed, **facts})  # type: ignore[arg-type]


@st.composite
def limits(draw: st.DrawFn) -> list[PlanLimit]:
    """A budget, a container, both or neither; a budget may be spent already."""
    found = []
    if draw(st.booleans()):
        found.append(
            a_limit(
                "budget",
                kind=PlanLimitKind.BUDGET,
                amount=Decimal(draw(st.sampled_from((0, 50, 700, 9_000, 10**6)))),
                currency=draw(st.sampled_from(("USD", "CNY"))),
                starts_on=AS_OF,
                ends_on=AS_OF + timedelta(days=30),
            )
        )
    if draw(st.booleans()):
        found.append(
            a_limit(
                "box",
                kind=PlanLimitKind.CONTAINER,
                supplier_id=1,
                ship_method="sea",
                volume_m3=Decimal(draw(st.sampled_from((1, 13, 68)))),
                weight_kg=Decimal(draw(st.sampled_from((100, 26_000)))),
                containers=draw(st.integers(1, 3)),
                fill=draw(st.booleans()),
            )
        )
    return found


@given(
    st.integers(1, 4).flatmap(lambda n: st.tuples(*(situations(sku + 1) for sku in range(n)))),
    SETTINGS_OF_ANY,
    limits(),
)
@settings(max_examples=examples(30), deadline=None, phases=WITHOUT_SHRINKING)
def test_under_limits_the_whole_fits_and_every_part_keeps_its_offer(
    found: tuple[Situation, ...], company: PlanSettings, limits: list[PlanLimit]
) -> None:
    pairs = [plan_pair(one, company) for one in found]
    sizes = {one.sku_id: SIZE for one in found}
    shared = Shared(AS_OF, limits, (), (), {})
    limited = limit_plan(pairs, shared, company, sizes=sizes)
    assert limit_plan(pairs, shared, company, sizes=sizes) == limited
    drafts = [(one.situation, one.draft) for one in limited.pairs if one.draft is not None]
    for situation, draft in drafts:
        holds(situation, draft)
        told = draft.trace.get("limits", {})
        assert told.get("extra_days", 0) <= MOST_AHEAD_DAYS
    rates = {rate.currency: rate.rate for rate in RATES}
    weighed = [(here, one) for here, one in drafts if one.amount_base]
    for limit in limits:
        mine = [
            one
            for _, one in weighed
            if limit.covers(one.supplier_id, one.warehouse_id, one.ship_method)
        ]
        if limit.kind is PlanLimitKind.BUDGET:
            room = (limit.amount or 0) * rates[limit.currency or ""]
            assert sum(one.amount_base or 0 for one in mine) <= room + CENT / 2
        else:
            boxes = limit.containers or 1
            units = sum(one.quantity for one in mine)
            assert units * SIZE[0] <= float(limit.volume_m3 or 0) * boxes + 1e-6
            assert units * SIZE[1] <= float(limit.weight_kg or 0) * boxes + 1e-6
    reached: dict[tuple[int | None, str | None, str], Decimal] = {}
    for _, one in weighed:
        order = one.supplier_id, one.currency, one.ship_method
        reached[order] = reached.get(order, Decimal(0)) + (one.amount_base or 0)
    for situation, one in weighed:
        offer = offer_of(situation, one)
        assert offer is not None
        # One supplier names one minimum; where random offers disagree, nothing is asserted.
        if len({o.order_minimum for here in found for o in here.offers}) > 1:
            continue
        rate = rates.get(offer.minimum_currency)
        if offer.order_minimum and rate:
            least = offer.order_minimum * rate
            assert reached[one.supplier_id, one.currency, one.ship_method] >= least - CENT
