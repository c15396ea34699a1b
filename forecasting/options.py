"""The ways to have a SKU at a warehouse: each offer by each route at each real quantity.

Decides which quantities are worth asking for and puts expected units, days and costs on each
option; which of them is taken is decided elsewhere (`supplier_choice`, `suggest`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from forecasting.lead_time import Route, arrives_on, lead_times
from forecasting.need import Need, need_of
from forecasting.order_cost import (
    LOST_AFTER_DAYS,
    Ages,
    Courses,
    OrderCost,
    Way,
    courses_of,
    needed_until,
    order_costs,
)
from forecasting.policy import Paying, Policy, replenish_policy
from forecasting.situation import PlanSettings, Situation
from forecasting.supplier_choice import (
    DAYS_PER_MONTH,
    MOST_COVER_DAYS,
    PARTS_OF_NEED,
    Option,
    cents,
    holding_unit_cost,
    hundredths,
    saving_by_break,
)
from forecasting.supplier_terms import (
    UNIT_PLACES,
    OfferRoute,
    OfferTerms,
    Quantity,
    landed_unit_cost,
    quantities_worth_asking,
)
from inventory_core.catalog.calendars import Leg
from inventory_core.planning.plan_costs import PlanCosts
from inventory_core.vocabulary import OrderRule, WarehouseKind

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


@dataclass(frozen=True, slots=True)
class Path:
    """One offer by one route: its cover, its dates, what is needed by it now and asked for."""

    offer: OfferTerms
    way: OfferRoute
    policy: Policy
    arrives_on: date
    arrival: Way
    need: Need
    asked: int


def options_of(situation: Situation, settings: PlanSettings) -> list[Option]:
    """Every offer by every route at every quantity worth asking for, with what it costs."""
    paths = [_path(situation, settings, offer, way) for offer, way in _ways(situation, settings)]
    end = max(_middle(path.arrival) + path.arrival.gap_days for path in paths)
    last = max(max(path.arrival.arrivals) + path.arrival.gap_days for path in paths)
    courses = courses_of(
        situation.demand,
        sellable=situation.stock.sellable,
        arrivals=situation.inbound,
        starts_on=situation.starts_on,
        horizon_days=last + LOST_AFTER_DAYS + 1,
        lots=situation.lots,
    )
    found: list[Option] = []
    for path in paths:
        found.extend(_options(situation, settings, path, courses, end))
    return found


def _ways(situation: Situation, settings: PlanSettings) -> list[tuple[OfferTerms, OfferRoute]]:
    ways = [(offer, way) for offer in situation.offers for way in offer.routes]
    if ways:
        return ways
    leg = Leg("production", settings.assumed_lead_time_days)
    route = Route("sea", (leg,), settings.assumed_lead_time_spread_days)
    return [(NO_OFFER, OfferRoute(route))]


def _path(situation: Situation, settings: PlanSettings, offer: OfferTerms, way: OfferRoute) -> Path:
    """Lead time today, and how long an order must last until one of the next review arrives."""
    today = situation.as_of
    review = situation.rule.review_days or settings.review_days
    arrives = arrives_on(way.route, today)
    gap = max(review, (arrives_on(way.route, today + timedelta(days=review)) - arrives).days)
    lead = (arrives - today).days
    leads = lead_times(way.route, lead)
    paying = _paying(situation, settings, offer, way, gap)
    policy = replenish_policy(
        situation.demand,
        lead_time_days=lead,
        lead_time_spread_days=way.route.spread_days,
        review_days=settings.review_days,
        service_level=paying.level if paying else settings.service_level,
        rule=situation.rule,
        gap_days=gap,
        lead_times=leads,
    )
    policy = replace(policy, paying=paying)
    shift = (today - situation.starts_on).days
    arrival = Way(tuple(max(0, days + shift) for days in leads), gap)
    need = need_of(situation, policy, arrives, arrival)
    # Where nothing is needed by this way it is still compared, at an order of one review period.
    asked = need.units if need.due else max(1, ceil(policy.per_day * policy.review_days))
    return Path(offer, way, policy, arrives, arrival, need, asked)


def _paying(
    situation: Situation, settings: PlanSettings, offer: OfferTerms, way: OfferRoute, gap: int
) -> Paying | None:
    """What a lost sale costs beside keeping a unit for one cycle, where least cost decides."""
    reached, price = offer.price_at(offer.moq), situation.selling_price_base
    by_hand = situation.rule.service_level is not None
    if settings.order_rule is not OrderRule.LEAST_COST or by_hand or not reached or price is None:
        return None
    landed = landed_unit_cost(offer, way, reached[1], situation.rates)
    if landed is None:
        return None
    holding = holding_unit_cost(
        landed, waiting_days=Decimal(gap), holding_rate_year=settings.holding_rate_year
    )
    return Paying(max(Decimal(0), price - landed), holding)


def _middle(way: Way) -> int:
    return round(sum(way.arrivals) / len(way.arrivals))


def _options(
    situation: Situation, settings: PlanSettings, path: Path, courses: Courses, end: int
) -> list[Option]:
    asked = quantities_worth_asking(
        path.asked, path.offer, situation.carton_quantity, _parts(situation, settings, path)
    )
    least, *more = (_bare(situation, path, quantity) for quantity in asked)
    kept = [least, *(o for o in more if o.quantity.ordered < least.quantity.ordered
                     or _keeps(o, situation))]  # fmt: skip
    until = needed_until(courses, path.arrival, end)
    fees = settings.costs if situation.warehouse_kind == WarehouseKind.FBA else None
    ages = Ages(
        shelf_life_days=situation.shelf_life_days,
        aged_after_days=fees.aged_after_days if fees else None,
        low_cover_days=fees.low_cover_days if fees else None,
    )
    costs = order_costs(
        courses, path.arrival, [option.quantity.ordered for option in kept], ages=ages
    )
    priced = [
        _priced(
            replace(option, needed_until=until, cost=cost, compared_until=end),
            settings,
            fees,
            situation.volume_m3 or Decimal(0),
        )
        for option, cost in zip(kept, costs, strict=True)
    ]
    return _worth_their_break(priced)


def _parts(situation: Situation, settings: PlanSettings, path: Path) -> Sequence[float]:
    """Parts of the need that may be ordered: other than whole only where least cost decides."""
    known = situation.selling_price_base is not None and path.offer.prices
    if not path.need.due or not known or settings.order_rule is not OrderRule.LEAST_COST:
        return (1.0,)
    floor_set = situation.rule.service_level is not None
    return [part for part in PARTS_OF_NEED if part >= 1 or not floor_set]


def _bare(situation: Situation, path: Path, quantity: Quantity) -> Option:
    """An option with its price, before anything is known of its course."""
    reached = path.offer.price_at(quantity.ordered)
    landed = None
    if reached is not None:
        landed = landed_unit_cost(path.offer, path.way, reached[1], situation.rates)
    per_day = path.policy.per_day
    return Option(
        offer=path.offer,
        way=path.way,
        policy=path.policy,
        arrives_on=path.arrives_on,
        quantity=quantity,
        break_from=reached[0] if reached else 0,
        unit_price=reached[1] if reached else None,
        unit_landed=landed,
        cost=UNKNOWN_COST,
        arrival=path.arrival,
        cover_days=quantity.ordered / per_day if per_day > 0 else None,
        rates=situation.rates,
        need=path.need,
    )


def _keeps(option: Option, situation: Situation) -> bool:
    """Whether more than the need is allowed, and would be sold before it ages."""
    if situation.rule.maximum is not None:
        return False
    limit = min(MOST_COVER_DAYS, situation.shelf_life_days or MOST_COVER_DAYS)
    return option.cover_days is not None and option.cover_days <= limit


def _worth_their_break(options: Sequence[Option]) -> list[Option]:
    """Without price breaks that some smaller order beats on all that the larger one would sell;
    each kept order remembers the next break that was refused like this.
    """
    kept: list[Option] = []
    refused: list[Option] = []
    for option in sorted(options, key=lambda one: one.quantity.ordered):
        smaller = (one for one in kept if one.break_from < option.break_from)
        saved = (saving_by_break(option, one) for one in smaller)
        worth = all(amount is None or amount > 0 for amount in saved)
        (kept if worth else refused).append(option)
    return [replace(one, refused_break=_next_break(one, refused)) for one in kept]


def _next_break(option: Option, others: Sequence[Option]) -> Option | None:
    return next((one for one in others if one.break_from > option.break_from), None)


def _priced(
    option: Option, settings: PlanSettings, fees: PlanCosts | None, volume_m3: Decimal
) -> Option:
    """Money on expected units and days; `fees` where the warehouse charges them."""
    if option.unit_landed is None:
        return option
    cost, ordered = option.cost, option.quantity.ordered
    holding = holding_unit_cost(
        option.unit_landed,
        waiting_days=option.waiting_days,
        holding_rate_year=settings.holding_rate_year,
    )
    aged = hundredths(cost.expired) * option.unit_landed
    low = Decimal(0)
    rate = next((r.rate for r in option.rates if fees and r.currency == fees.fee_currency), None)
    if fees is not None and rate is not None:
        aged += hundredths(cost.aged_months) * fees.aged_fee * rate
        stored = option.shelf_days / DAYS_PER_MONTH * volume_m3
        aged += ordered * stored * fees.storage_fee * rate
        low = cents(hundredths(cost.low_units) * fees.low_fee * rate)
    return replace(
        option,
        unit_holding=holding,
        unit_fees=(aged / ordered).quantize(UNIT_PLACES),
        unit_handling=(settings.costs.order_line_cost / ordered).quantize(UNIT_PLACES),
        low_fee=low,
    )


UNKNOWN_COST = OrderCost(0, 0, 0, 0, 0, 0, 0, 0, None, 0)
