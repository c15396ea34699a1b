"""Decides what to buy: how much, from whom, by which day, and why. Pure: records in, records out.

Acts where the inventory position has come down to the reorder point, and fills up to order-up-to.
Demand that no order can still serve (lost before goods arrive) is not bought for. Every confirmed
inbound counts once in the position, whatever its date; dates decide only when stock runs out.
"""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor

from forecasting.evidence import trace_of
from forecasting.lead_time import Route, arrives_on, latest_order_on
from forecasting.policy import Policy, expected_shortage, replenish_policy
from forecasting.projection import Projection, project_stock
from forecasting.situation import Draft, Planned, PlanSettings, Situation
from forecasting.supplier_choice import (
    MOST_COVER_DAYS,
    Choice,
    OfferRoute,
    OfferTerms,
    Option,
    Quantity,
    choose_option,
    holding_unit_cost,
    landed_unit_cost,
    quantities_worth_asking,
)
from inventory_core.catalog.calendars import Leg

CENT = Decimal("0.01")
EXTRA_HORIZON_DAYS = 60
NO_OFFER = OfferTerms(
    offer_id=0,
    version=0,
    supplier_id=0,
    supplier="",
    currency="",
    moq=1,
    order_multiple=1,
    prices=(),
    routes=(),
)


def plan_pair(situation: Situation, settings: PlanSettings) -> Planned:
    """The policy of one SKU at one warehouse, and a draft where it is time to buy."""
    options = _options(situation, settings)
    choice = choose_option(options, saving_limit_percent=settings.saving_limit_percent)
    assert choice is not None, "a SKU without offers is planned with an assumed lead time"
    taken = choice.taken
    offer_id = taken.offer.offer_id or None
    buying = situation.sku_state == "active" and situation.rule.buying
    position = situation.stock.inventory_position
    needed = taken.policy.order_up_to - position - _lost_units(situation, taken)
    if not buying or position > taken.policy.reorder_point or needed <= 0:
        return Planned(situation, taken.policy, offer_id, None)
    return Planned(situation, taken.policy, offer_id, _draft(situation, settings, choice, options))


def _options(situation: Situation, settings: PlanSettings) -> list[Option]:
    """Every offer by every route at every quantity worth asking for."""
    ways = [(offer, way) for offer in situation.offers for way in offer.routes]
    if not ways:
        leg = Leg("production", settings.assumed_lead_time_days)
        route = Route("sea", (leg,), settings.assumed_lead_time_spread_days)
        ways = [(NO_OFFER, OfferRoute(route))]
    found: list[Option] = []
    for offer, way in ways:
        found.extend(_options_of(situation, settings, offer, way))
    return found


def _options_of(
    situation: Situation, settings: PlanSettings, offer: OfferTerms, way: OfferRoute
) -> list[Option]:
    arrival = arrives_on(way.route, situation.as_of)
    policy = replenish_policy(
        situation.demand,
        lead_time_days=(arrival - situation.as_of).days,
        lead_time_spread_days=way.route.spread_days,
        review_days=settings.review_days,
        service_level=settings.service_level,
        rule=situation.rule,
    )
    lost = floor(_expected(situation, policy).lost_before(arrival))
    needed = policy.order_up_to - situation.stock.inventory_position - lost
    if needed <= 0 or situation.stock.inventory_position > policy.reorder_point:
        # Nothing is needed by this way; it is still compared at an order of one review period.
        needed = max(1, ceil(_per_day(policy) * policy.review_days))
    asked = quantities_worth_asking(needed, offer, situation.carton_quantity)
    options = [
        _option(situation, settings, offer, way, policy, arrival, quantity) for quantity in asked
    ]
    return [options[0], *(option for option in options[1:] if _keeps(option, situation))]


def _option(
    situation: Situation,
    settings: PlanSettings,
    offer: OfferTerms,
    way: OfferRoute,
    policy: Policy,
    arrival: date,
    quantity: Quantity,
) -> Option:
    reached = offer.price_at(quantity.ordered)
    landed = holding = None
    if reached is not None:
        landed = landed_unit_cost(offer, way, reached[1], situation.rates)
    if landed is not None:
        holding = holding_unit_cost(
            landed,
            ordered=quantity.ordered,
            policy=policy,
            holding_rate_year=settings.holding_rate_year,
        )
    per_day = _per_day(policy)
    return Option(
        offer=offer,
        way=way,
        policy=policy,
        arrives_on=arrival,
        quantity=quantity,
        break_from=reached[0] if reached else 0,
        unit_price=reached[1] if reached else None,
        unit_landed=landed,
        unit_holding=holding,
        cover_days=quantity.ordered / per_day if per_day > 0 else None,
        rates=situation.rates,
    )


def _keeps(option: Option, situation: Situation) -> bool:
    """Whether goods bought for a better price would be sold before they age."""
    limit = min(MOST_COVER_DAYS, situation.shelf_life_days or MOST_COVER_DAYS)
    return option.cover_days is not None and option.cover_days <= limit


def _horizon(situation: Situation, policy: Policy) -> int:
    known = int(situation.demand.days[-1])
    return max(known, policy.lead_time_days + 2 * policy.review_days + EXTRA_HORIZON_DAYS)


def _expected(situation: Situation, policy: Policy) -> Projection:
    """Stock as it is expected to go without a new order (running totals of the mean)."""
    demand = situation.demand.path(_horizon(situation, policy))
    return project_stock(situation.starts_on, situation.stock.sellable, demand, situation.inbound)


def _cautious(situation: Situation, policy: Policy) -> Projection:
    """The same when demand is as high as the service level guards against."""
    demand = situation.demand.path(_horizon(situation, policy), policy.service_level)
    return project_stock(situation.starts_on, situation.stock.sellable, demand, situation.inbound)


def _lost_units(situation: Situation, option: Option) -> int:
    return floor(_expected(situation, option.policy).lost_before(option.arrives_on))


def _draft(
    situation: Situation, settings: PlanSettings, choice: Choice, options: list[Option]
) -> Draft:
    taken = choice.taken
    policy, offer, quantity = taken.policy, taken.offer, taken.quantity
    expected, cautious = _expected(situation, policy), _cautious(situation, policy)
    runs_out = cautious.empty_on()
    latest = latest_order_on(taken.way.route, runs_out) if runs_out else None
    late = max(0, (situation.as_of - latest).days) if latest else 0
    faster = _faster(taken, options) if late else None
    per_day = _per_day(policy)
    at_risk = expected_shortage(
        situation.demand, policy.intervals, max(0, situation.stock.inventory_position)
    )
    price = situation.selling_price_base
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
        value_at_risk_base=None
        if price is None
        else _cents(price * Decimal(str(round(at_risk, 4)))),
        order_by_on=latest if latest and not late else None,
        days_late=late,
        arrives_on=taken.arrives_on,
        runs_out_on=runs_out,
        days_of_cover=round(max(0, situation.stock.sellable) / per_day, 1) if per_day > 0 else None,
        assumed=_assumed(situation, offer),
        trace={},
    )
    trace = trace_of(
        situation, settings, choice, draft,
        expected=expected, cautious=cautious, latest=latest, faster=faster, at_risk=at_risk,
    )  # fmt: skip
    return replace(draft, trace=trace)


def _per_day(policy: Policy) -> float:
    return policy.demand_mean / max(1, policy.lead_time_days + policy.review_days)


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
    return _cents(taken.unit_price * taken.quantity.ordered * rate)


def _assumed(situation: Situation, offer: OfferTerms) -> tuple[str, ...]:
    if not offer.offer_id:
        return ("lead_time",) if situation.stock_known else ("lead_time", "stock")
    return offer.assumed if situation.stock_known else (*offer.assumed, "stock")


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
