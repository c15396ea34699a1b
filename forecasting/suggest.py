"""Decides what to buy: how much, from whom, by which day, and why. Pure: records in, records out.

Acts where the inventory position has come down to the reorder point and an order of today can
still help. How much: what is needed (`need`), or what is expected to cost least, as the company
chose. Demand that no order can still serve (lost before goods arrive) is not bought for. Every
confirmed inbound counts once in the position, whatever its date; dates decide when stock runs out,
and which gaps an order can close.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from forecasting.evidence import follow_up, trace_of
from forecasting.lateness import lateness
from forecasting.need import cautious_stock, days_of_cover, expected_stock, expiring_units
from forecasting.options import options_of
from forecasting.policy import expected_shortage
from forecasting.projection import EMPTY, Arrival, Projection
from forecasting.situation import Draft, Planned, PlanSettings, Situation, Usual
from forecasting.supplier_choice import Choice, Option, cents, choose_option, weigh_options
from forecasting.supplier_terms import OfferTerms
from forecasting.waiting import brought_by, gain_of_ordering


def plan_pair(situation: Situation, settings: PlanSettings) -> Planned:
    """The policy of one SKU at one warehouse, and a draft where it is time to buy, which says what
    is due at once when it has been ordered.
    """
    return tell_follow_up(plan_now(situation, settings), settings)


def tell_follow_up(planned: Planned, settings: PlanSettings) -> Planned:
    """The draft says what is due once it is ordered: often goods by sea after those by air."""
    if planned.draft is None:
        return planned
    follows = plan_now(ordered(planned.situation, planned.draft), settings).draft
    trace = {**planned.draft.trace, "follows": follow_up(follows)}
    return replace(planned, draft=replace(planned.draft, trace=trace))


def ordered(situation: Situation, draft: Draft) -> Situation:
    """The same once the draft has been ordered: its units are inbound, in the position, and in the
    supplier's production.
    """
    stock, units = situation.stock, draft.quantity
    assert draft.arrives_on is not None, "an order arrives"
    return replace(
        situation,
        offers=tuple(
            replace(one, unsent=one.unsent + units) if one.offer_id == draft.offer_id else one
            for one in situation.offers
        ),
        inbound=(*situation.inbound, Arrival(draft.arrives_on, units, "")),
        stock=replace(
            stock,
            on_order=stock.on_order + units,
            inventory_position=stock.inventory_position + units,
        ),
    )


def plan_now(situation: Situation, settings: PlanSettings) -> Planned:
    """The policy of one SKU at one warehouse, and a draft where it is time to buy.

    First the usual way to have the SKU is chosen, by the cost of a unit. Where stock has come down
    to its reorder point, all ways by which an order of today still helps are weighed by what they
    are expected to cost now; if the usual one does not, waiting for it is weighed with them.
    """
    options = options_of(situation, settings)
    limit = settings.saving_limit_percent
    usual = choose_option(options, saving_limit_percent=limit).taken
    usually = Usual(usual.offer, usual.way, usual.policy, usual.need.chance)
    buying = situation.sku_state == "active" and situation.rule.buying
    wanting = buying and usual.need.below
    asked = [option for option in options if option.need.due] if wanting else []
    if asked and not usual.need.due:
        asked.append(usual)
    asked = _worth_it(asked, situation, settings)
    offer = usual.offer.offer_id or None
    nothing = Planned(situation, usual.policy, offer, None, wanting, usually)
    if not any(option.need.due for option in asked):
        return nothing
    weighed = weigh_options(asked, situation.selling_price_base)
    choice = choose_option(weighed, saving_limit_percent=limit)
    if not choice.taken.need.due:
        return nothing
    taken = choice.taken
    draft = _draft(situation, settings, choice, options)
    return Planned(situation, taken.policy, taken.offer.offer_id or None, draft, wanting, usually)


def _worth_it(
    options: Sequence[Option], situation: Situation, settings: PlanSettings
) -> list[Option]:
    """Without those that cost more than waiting, or more than they ever bring, where least cost
    decides; a level or a minimum set by hand is kept at any cost.
    """
    if not any(option.policy.paying for option in options):
        return list(options)
    rate, price = settings.holding_rate_year, situation.selling_price_base
    return [
        option
        for option in weigh_options(options, price)
        if not option.policy.paying
        or "minimum" in option.policy.manual
        or not option.need.due
        or all(
            gain is None or gain > 0
            for gain in (gain_of_ordering(option, rate), brought_by(option, price))
        )
    ]


def _draft(
    situation: Situation, settings: PlanSettings, choice: Choice, options: Sequence[Option]
) -> Draft:
    taken = choice.taken
    policy, offer, quantity = taken.policy, taken.offer, taken.quantity
    expected, cautious = expected_stock(situation, policy), cautious_stock(situation, policy)
    late = lateness(
        taken.way.route, taken.arrives_on, situation.as_of, expected=expected, cautious=cautious
    )
    hurried = late.days or late.days_if_high
    faster = _faster(taken, _in_the_gap(choice, options, cautious)) if hurried else None
    cover = situation.stock.inventory_position - expiring_units(situation, policy)
    at_risk = expected_shortage(situation.demand, policy.intervals, max(0, cover))
    draft = Draft(
        kind="buy",
        state="open" if offer.offer_id else "needs_supplier",
        sku_id=situation.sku_id,
        warehouse_id=situation.warehouse_id,
        quantity=quantity.ordered,
        supplier_id=offer.supplier_id or None,
        offer_id=offer.offer_id or None,
        ship_method=taken.way.route.ship_method,
        unit_price=taken.unit_price,
        currency=offer.currency or None,
        amount_base=_amount(situation, taken),
        value_at_risk_base=_value_at_risk(situation, at_risk),
        order_by_on=late.order_by_on,
        days_late=late.days,
        arrives_on=taken.arrives_on,
        runs_out_on=late.runs_out_on,
        days_of_cover=days_of_cover(situation, policy),
        assumed=_assumed(situation, offer),
        trace={},
    )
    trace = trace_of(
        situation, settings, choice, draft,
        expected=expected, cautious=cautious, late=late, faster=faster, at_risk=at_risk,
    )  # fmt: skip
    return replace(draft, trace=trace)


def _value_at_risk(situation: Situation, units: float) -> Decimal | None:
    price = situation.selling_price_base
    return None if price is None else cents(price * Decimal(str(round(units, 2))))


def _in_the_gap(choice: Choice, options: Sequence[Option], cautious: Projection) -> list[Option]:
    """Ways that were weighed, and those by which nothing is due (what is inbound counts for them)
    though their goods would come to an empty shelf.
    """
    found = list(choice.weighed)
    for option in options:
        day = max(0, (option.arrives_on - cautious.starts_on).days)
        if not option.need.due and day < len(cautious.stock) and cautious.stock[day] < EMPTY:
            found.append(option)
    return found


def _faster(taken: Option, options: list[Option]) -> Option | None:
    """The route that arrives first, where it arrives before the one taken."""
    earlier = [option for option in options if option.arrives_on < taken.arrives_on]
    if not earlier:
        return None
    return min(
        earlier,
        key=lambda option: (
            option.arrives_on,
            option.offer.supplier_id != taken.offer.supplier_id,
            option.unit_total is None,
            option.unit_total or Decimal(0),
            option.offer.offer_id,
        ),
    )


def _amount(situation: Situation, taken: Option) -> Decimal | None:
    """Purchase value of the whole quantity in the base currency; None without price or rate."""
    rate = next(
        (item.rate for item in situation.rates if item.currency == taken.offer.currency), None
    )
    if taken.unit_price is None or rate is None:
        return None
    return cents(taken.unit_price * taken.quantity.ordered * rate)


def _assumed(situation: Situation, offer: OfferTerms) -> tuple[str, ...]:
    return (
        *(offer.assumed if offer.offer_id else ("lead_time",)),
        *(() if situation.stock_known else ("stock",)),
        *(("demand",) if situation.judged_by_likes else ()),
    )
