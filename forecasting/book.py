"""What the book says that a plan is made of: stock, inbound, offers, ways, rates and rules.

Reads it and turns it into the records that planning compares. Decides which rate holds
and what a way costs for one SKU; plans nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from forecasting.delivered import read_lead_times
from forecasting.expiry import DatedLot, free_lots
from forecasting.lane_freight import freight_parts
from forecasting.lead_time_learning import NOTHING, LeadTimes
from forecasting.stated_terms import offer_terms
from forecasting.supplier_terms import OfferTerms, Rate
from forecasting.transfers import Way
from inventory_core.catalog.rates import rates_on
from inventory_core.db.engine import Reading
from inventory_core.insight.demand import sku_facts, warehouse_codes
from inventory_core.office.company import Company, read_company
from inventory_core.planning.class_choices import DEFAULT_CHOICE, ClassChoice, class_choice_of
from inventory_core.planning.counted_on import CountedOn, counted_on
from inventory_core.planning.inbound_costs import NOTHING_PAID, InboundCosts, inbound_costs
from inventory_core.planning.joint_units import unsent_units
from inventory_core.planning.lanes import Lane, lanes
from inventory_core.planning.plan_costs import ASSUMED_COSTS, PlanCosts, plan_costs_on
from inventory_core.planning.rules import ReplenishRule, replenish_rules
from inventory_core.planning.sku_classes import SkuClass, classes_on
from inventory_core.stock.balances import Inbound, Position
from inventory_core.stock.moment import stock_of_moment
from inventory_core.trade.offer_legs import EVERYWHERE, destinations_of
from inventory_core.trade.offer_terms import offers
from inventory_core.vocabulary import WarehouseKind

Pair = tuple[int, int]

UNIT_PLACES = Decimal("0.0001")
MOST_LATE_AGAIN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a plan needs beside the forecast; its stock is of one moment.

    `offers` as they hold everywhere; `offers_into` by offer and country, where its legs name one.
    """

    company: Company
    positions: Mapping[Pair, Position]
    inbound: Mapping[Pair, Sequence[Inbound]]
    offers: Mapping[int, tuple[OfferTerms, ...]]
    rates: tuple[Rate, ...]
    rules: Mapping[Pair, ReplenishRule]
    skus: Mapping[int, Mapping[str, object]]
    warehouses: Mapping[int, str]
    hubs: Set[int]
    lanes: Sequence[Lane] = ()
    kinds: Mapping[int, str] = field(default_factory=dict)
    lead_times: LeadTimes = NOTHING
    costs: PlanCosts = ASSUMED_COSTS
    inbound_costs: InboundCosts = NOTHING_PAID
    dated: Mapping[Pair, Sequence[tuple[date, int]]] = field(default_factory=dict)
    counted: Mapping[Pair, Sequence[CountedOn]] = field(default_factory=dict)
    classes: Mapping[int, SkuClass] = field(default_factory=dict)
    class_choice: ClassChoice = DEFAULT_CHOICE
    offers_into: Mapping[tuple[int, str], OfferTerms] = field(default_factory=dict)
    countries: Mapping[int, str] = field(default_factory=dict)


def read_book(
    conn: Reading,
    *,
    as_of: date,
    sku_ids: Sequence[int] | None = None,
    currencies: Collection[str] = (),
) -> Book:
    """Stock, inbound, offers, rates and rules as they stand now; prices of the planning day.

    `currencies` that limits and earlier orders are stated in, whatever these SKUs are offered in.
    """
    company, costs = read_company(conn), plan_costs_on(conn, as_of)
    found = offers(conn, sku_ids, as_of)
    named = {*currencies, *(offer.currency for offer in found)}
    named |= {offer.minimum_currency for offer in found if offer.order_minimum}
    named |= {leg.currency for offer in found for leg in offer.legs if leg.currency}
    between = lanes(conn)
    named |= {lane.currency for lane in between if lane.currency}
    places = conn.rows(warehouse_codes())
    if any(row.kind == WarehouseKind.FBA for row in places):
        named.add(costs.fee_currency)
    rates = _rates(conn, named, company.base_currency, as_of)
    terms: dict[int, list[OfferTerms]] = defaultdict(list)
    into: dict[tuple[int, str], OfferTerms] = {}
    unsent = unsent_units(conn, sku_ids)
    for offer in found:
        for country in (EVERYWHERE, *destinations_of(offer.legs)):
            known = offer_terms(offer, rates, country)
            into[offer.id, country] = replace(known, unsent=unsent.get(offer.id, 0))
        terms[offer.sku_id].append(into.pop((offer.id, EVERYWHERE)))
    stock = stock_of_moment(conn, sku_ids)
    suppliers = {offer.supplier_id for offer in found}
    countries = {row.id: row.country or EVERYWHERE for row in places}
    return Book(
        company=company,
        positions=stock.positions,
        inbound={
            pair: [as_expected(item, as_of) for item in items]
            for pair, items in stock.inbound.items()
        },
        offers={sku_id: tuple(items) for sku_id, items in terms.items()},
        offers_into=into,
        countries=countries,
        rates=rates,
        rules=replenish_rules(conn),
        skus={row.id: dict(row._mapping) for row in conn.rows(sku_facts())},
        warehouses={row.id: row.code for row in places},
        hubs=frozenset(row.id for row in places if not row.sells),
        lanes=between,
        kinds={row.id: row.kind for row in places},
        lead_times=read_lead_times(conn, suppliers, countries, as_of=as_of),
        costs=costs,
        inbound_costs=inbound_costs(conn, costs, as_of=as_of),
        dated=stock.dated,
        classes=classes_on(conn, as_of),
        class_choice=class_choice_of(conn),
        counted=counted_on(conn, since=as_of - timedelta(company.review_days), sku_ids=sku_ids),
    )


def as_expected(item: Inbound, as_of: date) -> Inbound:
    """Goods on their way as a plan of a day expects them."""
    found = not_yet_here(in_plan_days(item, as_of), as_of)
    return found if found is item else replace(found, said_on=item.expected_on)


def in_plan_days(item: Inbound, as_of: date) -> Inbound:
    """An order or transfer of a day after the plan's counts as one of that day: a plan as of an
    old history sees it come as long after that day as it comes after it was placed.
    """
    if item.expected_on is None or item.ordered_on is None or item.ordered_on <= as_of:
        return item
    return replace(item, expected_on=item.expected_on - (item.ordered_on - as_of))


def not_yet_here(item: Inbound, as_of: date) -> Inbound:
    """Goods past their day of which nothing more is known (a transfer, an order without an offer):
    they are expected as late again as they are, a day at the least and a month at the most.
    """
    if item.expected_on is None or item.expected_on >= as_of:
        return item
    late = min((as_of - item.expected_on).days, MOST_LATE_AGAIN_DAYS)
    return replace(item, expected_on=as_of + timedelta(days=late))


def expired_units(book: Book, pair: Pair, as_of: date) -> int:
    """Units on the shelf whose last day has passed."""
    return sum(units for day, units in book.dated.get(pair, ()) if day < as_of)


def lots_of(book: Book, pair: Pair, as_of: date) -> tuple[DatedLot, ...]:
    """Units that expire one day and are promised to nobody, no other site either: picking takes
    the first expired.
    """
    dated = [DatedLot(day, units) for day, units in book.dated.get(pair, ()) if day >= as_of]
    if not dated:
        return ()
    position = book.positions[pair]
    return free_lots(dated, position.reserved + position.backordered + position.planned_out)


def _rates(conn: Reading, currencies: set[str], base: str, as_of: date) -> tuple[Rate, ...]:
    foreign = sorted(currencies - {base})
    known = rates_on(conn, foreign, base, as_of)
    found = [Rate(base, Decimal(1), as_of)]
    found += [Rate(code, rate.rate, rate.on_day) for code, rate in sorted(known.items())]
    return tuple(found)


def ways_of(
    book: Book, sku_ids: Sequence[int], without: Set[tuple[int, int, int]] = frozenset()
) -> dict[Pair, dict[int, list[Way]]]:
    """Every way between two warehouses for these SKUs, freight in the base currency; `without`
    those of a SKU from one to another that nobody wants to send by.

    Between selling sites a way counts only within one customs region, or where somebody stated it
    or goods have travelled it.
    """
    found: dict[Pair, dict[int, list[Way]]] = defaultdict(dict)
    rates = {rate.currency: rate.rate for rate in book.rates}
    for lane in book.lanes:
        pair = (lane.from_warehouse_id, lane.to_warehouse_id)
        for sku_id in sku_ids:
            if (sku_id, *pair) not in without:
                way = _sku_way(book, lane, sku_id, rates)
                found[pair].setdefault(sku_id, []).append(way)
    return found


def _sku_way(book: Book, lane: Lane, sku_id: int, rates: Mapping[str, Decimal]) -> Way:
    """One way for one SKU. Where nobody knows the cost, it is a share of the goods' price."""
    costs = book.costs
    rate = rates.get(lane.currency, Decimal(0))
    price = _price_base(book, sku_id, rates)
    parts = freight_parts(lane, book.skus[sku_id], rate)
    known, freight_share, removal_share = parts is not None, None, None
    removal = Decimal(0)
    if lane.from_fba:
        if lane.removal_fee is not None and rate:
            removal = lane.removal_fee * rate
        else:
            removal_share = costs.removal_share
            removal = price * removal_share
    if parts is None:
        freight_share = costs.freight_share
        freight = price * freight_share
    else:
        freight = sum((part.cost for part in parts), Decimal(0))
    duty = None if lane.same_region else book.inbound_costs.duty_into(lane.to_country)
    # The operator takes so long to hand goods out before they can travel.
    waits = costs.removal_days if lane.from_fba and lane.source == "assumed" else 0
    return Way(
        from_warehouse_id=lane.from_warehouse_id,
        from_code=book.warehouses[lane.from_warehouse_id],
        ship_method=lane.ship_method,
        days=lane.days + waits,
        unit_freight=freight.quantize(UNIT_PLACES),
        removal=removal.quantize(UNIT_PLACES),
        fixed=(lane.fixed_cost * rate).quantize(UNIT_PLACES),
        source=lane.source,
        known=known,
        freight_share=freight_share,
        removal_share=removal_share,
        between_sites=lane.same_region or lane.source != "assumed",
        freight=parts or (),
        duty=(price * duty.rate if duty else Decimal(0)).quantize(UNIT_PLACES),
        duty_share=duty,
    )


def _price_base(book: Book, sku_id: int, rates: Mapping[str, Decimal]) -> Decimal:
    """Purchase price of one unit by the first offer; 0 where none is known."""
    for offer in book.offers.get(sku_id, ()):
        reached = offer.price_at(offer.least)
        if reached is not None and offer.currency in rates:
            return reached[1] * rates[offer.currency]
    return Decimal(0)
