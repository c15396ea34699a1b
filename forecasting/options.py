"""The ways to have a SKU at a warehouse: each offer by each route at each real quantity.

Decides which quantities are worth asking for and puts expected units, days and costs on each
option; which of them is taken is decided elsewhere (`supplier_choice`, `suggest`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from math import ceil

from forecasting.courses import Courses, courses_of
from forecasting.lead_time import Route, arrives_on, lead_times
from forecasting.need import Cover, Need, needs_of
from forecasting.order_cost import (
    LOST_AFTER_DAYS,
    Ages,
    OrderCost,
    Way,
    costs_by_way,
    needed_until,
)
from forecasting.policy import Paying, replenish_policy
from forecasting.situation import PlanSettings, Situation
from forecasting.sold_in_time import gain_of, in_time, keeping_days
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
    """One offer by one route: what an order by it has to cover, and what is needed of it now."""

    offer: OfferTerms
    way: OfferRoute
    cover: Cover
    need: Need


def options_of(situation: Situation, settings: PlanSettings) -> list[Option]:
    """Every offer by every route at every quantity worth asking for, with what it costs.

    Stock is carried forward once, and all options are weighed at once on the same courses.
    """
    ways = _ways(situation, settings)
    covers = [_cover(situation, settings, offer, way) for offer, way in ways]
    end = max(_middle(one.way) + one.way.gap_days for one in covers)
    last = max(max(one.way.arrivals) + one.way.gap_days for one in covers)
    courses = courses_of(
        situation.demand,
        sellable=situation.stock.sellable,
        arrivals=situation.inbound,
        starts_on=situation.starts_on,
        horizon_days=last + LOST_AFTER_DAYS + 1,
        lots=situation.lots,
    )
    needs = needs_of(situation, covers)
    paths = [
        _sold_in_time(situation, settings, courses, Path(*way, cover, need))
        for way, cover, need in zip(ways, covers, needs, strict=True)
    ]
    bare = [_worth_weighing(situation, settings, path) for path in paths]
    fees = settings.costs if situation.warehouse_kind == WarehouseKind.FBA else None
    asked = [
        (one.way, [option.quantity.ordered for option in options])
        for one, options in zip(covers, bare, strict=True)
    ]
    costs = costs_by_way(courses, asked, ages=_ages(situation, fees))
    found: list[Option] = []
    for one, options, weighed in zip(covers, bare, costs, strict=True):
        until = needed_until(courses, one.way, end)
        known = (
            replace(option, needed_until=until, cost=cost, compared_until=end)
            for option, cost in zip(options, weighed, strict=True)
        )
        volume = situation.volume_m3 or Decimal(0)
        found += _worth_their_break([_priced(option, settings, fees, volume) for option in known])
    return found


def _sold_in_time(here: Situation, settings: PlanSettings, courses: Courses, path: Path) -> Path:
    """The need no larger than what is worth having before it expires; nothing is not due."""
    days, need, offer = keeping_days(here.shelf_life_days), path.need, path.offer
    if days is None or not need.below:
        return path
    dearest, landed = offer.price_at(offer.least), None
    if dearest is not None:
        landed = landed_unit_cost(offer, path.way, dearest[1], here.rates)
    gain = gain_of(here.selling_price_base, landed, settings.costs.margin_share)
    found = in_time(courses, path.cover.way, days, gain)
    return replace(path, need=replace(need, in_time=found, due=need.due and found.units > 0))


def _ways(situation: Situation, settings: PlanSettings) -> list[tuple[OfferTerms, OfferRoute]]:
    ways = [(offer, way) for offer in situation.offers for way in offer.routes]
    if ways:
        return ways
    leg = Leg("production", settings.assumed_lead_time_days)
    route = Route("sea", (leg,), settings.assumed_lead_time_spread_days)
    return [(NO_OFFER, OfferRoute(route))]


def _cover(
    situation: Situation, settings: PlanSettings, offer: OfferTerms, way: OfferRoute
) -> Cover:
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
    shift = (today - situation.starts_on).days
    arrival = Way(tuple(max(0, days + shift) for days in leads), gap, max(0, lead + shift))
    return Cover(replace(policy, paying=paying), arrives, arrival)


def _paying(
    situation: Situation, settings: PlanSettings, offer: OfferTerms, way: OfferRoute, gap: int
) -> Paying | None:
    """What a lost sale costs beside keeping a unit for one cycle, where least cost decides."""
    reached, price = offer.price_at(offer.least), situation.selling_price_base
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


def _ages(situation: Situation, fees: PlanCosts | None) -> Ages:
    return Ages(
        shelf_life_days=situation.shelf_life_days,
        aged_after_days=fees.aged_after_days if fees else None,
        low_cover_days=fees.low_cover_days if fees else None,
    )


def _worth_weighing(situation: Situation, settings: PlanSettings, path: Path) -> list[Option]:
    """An option for each quantity by one way of which it is worth to know what it costs.

    Where nothing is needed by this way it is still compared, at an order of one review period.
    """
    policy, need = path.cover.policy, path.need
    wanted = need.units if need.due else max(1, ceil(policy.per_day * policy.review_days))
    parts = _parts(situation, settings, path)
    asked = quantities_worth_asking(wanted, path.offer, situation.carton_quantity, parts)
    least, *more = (_bare(situation, path, quantity) for quantity in asked)
    return [least, *(o for o in more if o.quantity.ordered < least.quantity.ordered
                     or _keeps(o, situation))]  # fmt: skip


def _parts(situation: Situation, settings: PlanSettings, path: Path) -> Sequence[float]:
    """Parts of the need that may be ordered: other than whole only where least cost decides."""
    known = situation.selling_price_base is not None and path.offer.prices
    if not path.need.due or not known or settings.order_rule is not OrderRule.LEAST_COST:
        return (1.0,)
    by_hand = situation.rule
    floor_set = by_hand.service_level is not None or by_hand.minimum is not None
    return [part for part in PARTS_OF_NEED if part >= 1 or not floor_set]


def _bare(situation: Situation, path: Path, quantity: Quantity) -> Option:
    """An option with its price, before anything is known of its course."""
    reached = path.offer.price_at(quantity.ordered)
    landed = None
    if reached is not None:
        landed = landed_unit_cost(path.offer, path.way, reached[1], situation.rates)
    per_day = path.cover.policy.per_day
    return Option(
        offer=path.offer,
        way=path.way,
        policy=path.cover.policy,
        arrives_on=path.cover.arrives_on,
        quantity=quantity,
        break_from=reached[0] if reached else 0,
        unit_price=reached[1] if reached else None,
        unit_landed=landed,
        cost=UNKNOWN_COST,
        arrival=path.cover.way,
        cover_days=quantity.ordered / per_day if per_day > 0 else None,
        rates=situation.rates,
        need=path.need,
    )


def _keeps(option: Option, situation: Situation) -> bool:
    """Whether more than the need is allowed, and would be sold before it ages."""
    if situation.rule.maximum is not None:
        return False
    fresh = option.need.in_time
    sold = fresh is None or option.quantity.ordered <= fresh.units
    limit = min(MOST_COVER_DAYS, situation.shelf_life_days or MOST_COVER_DAYS)
    return sold and option.cover_days is not None and option.cover_days <= limit


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
