"""From a published run and the book of this moment to plans. Decides which facts a plan is made of.

Reads positions, inbound, offers, calendars, rates and rules in one snapshot, and lets the pure
`suggest` decide. The same call plans one SKU again when somebody approves it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt

from forecasting.lead_time import Route, arrives_on
from forecasting.policy import Rule
from forecasting.projection import Arrival
from forecasting.situation import Planned, PlanSettings, Situation, StockNow
from forecasting.suggest import plan_pair
from forecasting.supplier_choice import OfferRoute, OfferTerms, Rate
from forecasting.training import demand_of
from forecasting.upstream import Supply, with_upstream
from inventory_core.catalog.calendars import ALWAYS
from inventory_core.catalog.rates import rates_on
from inventory_core.db.engine import Reading
from inventory_core.insight.demand import sku_facts, warehouse_codes
from inventory_core.office.company import Company, read_company
from inventory_core.planning.published import PublishedForecast, PublishedRun, forecasts_of
from inventory_core.planning.rules import ReplenishRule, replenish_rules
from inventory_core.planning.suggestions import Proposal
from inventory_core.planning.transit import transit_days
from inventory_core.stock.balances import Inbound, Position, inbound, positions
from inventory_core.trade.offer_terms import Offer, offers, way

Pair = tuple[int, int]

# A confirmed inbound of which nobody has said when it comes.
UNDATED_ARRIVES_AFTER_DAYS = 30


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a plan needs beside the forecast, read in one snapshot."""

    company: Company
    positions: Mapping[Pair, Position]
    inbound: Mapping[Pair, Sequence[Inbound]]
    offers: Mapping[int, tuple[OfferTerms, ...]]
    rates: tuple[Rate, ...]
    rules: Mapping[Pair, ReplenishRule]
    skus: Mapping[int, Mapping[str, object]]
    warehouses: Mapping[int, str]
    hubs: Set[int]


def plan_from_run(
    conn: Reading, run: PublishedRun, *, as_of: date, sku_ids: Sequence[int] | None = None
) -> list[Planned]:
    """Plan every SKU and warehouse of a run (or of some SKUs) on the stock of this moment."""
    book = read_book(conn, as_of=as_of, sku_ids=sku_ids)
    settings = plan_settings(book.company)
    forecasts = forecasts_of(conn, run.id, sku_ids=sku_ids)
    planned = [plan_pair(_situation(book, run, item, as_of), settings) for item in forecasts]
    selling = {(item.sku_id, item.warehouse_id) for item in forecasts}
    again = with_upstream(planned, _supplies(book, selling, as_of), transit_days(conn))
    return [
        plan_pair(again[key], settings) if (key := _pair(item)) in again else item
        for item in planned
    ]


def _pair(item: Planned) -> Pair:
    return item.situation.sku_id, item.situation.warehouse_id


def _supplies(book: Book, selling: Set[Pair], as_of: date) -> dict[int, list[Supply]]:
    """What hubs have or expect of each SKU, the earliest first."""
    found: dict[int, list[Supply]] = defaultdict(list)
    for (sku_id, place), position in book.positions.items():
        if place not in book.hubs or (sku_id, place) in selling:
            continue
        code = book.warehouses[place]
        free = position.available - position.backordered - position.planned_out
        found[sku_id].append(Supply(place, as_of, max(0, free), code))
        for item in book.inbound.get((sku_id, place), ()):
            day = max(as_of, item.expected_on or as_of + timedelta(UNDATED_ARRIVES_AFTER_DAYS))
            found[sku_id].append(
                Supply(place, day, item.quantity, f"{item.document_number} {code}")
            )
    for supplies in found.values():
        supplies.sort(key=lambda supply: (supply.on_day, supply.document))
    return found


def proposals_of(planned: Sequence[Planned]) -> list[Proposal]:
    """What a plan wants done, in the form that is kept; pairs that need nothing give nothing."""
    names = Proposal.__dataclass_fields__
    return [
        Proposal(**{name: getattr(item.draft, name) for name in names})
        for item in planned
        if item.draft is not None
    ]


def plan_settings(company: Company) -> PlanSettings:
    """What the company chose for every SKU."""
    return PlanSettings(
        base_currency=company.base_currency,
        service_level=float(company.service_level),
        review_days=company.review_days,
        holding_rate_year=company.holding_rate_year,
    )


def read_book(conn: Reading, *, as_of: date, sku_ids: Sequence[int] | None = None) -> Book:
    """Stock, inbound, offers, rates and rules as they stand now; prices of the planning day."""
    company = read_company(conn)
    found = offers(conn, sku_ids, as_of)
    currencies = {offer.currency for offer in found}
    currencies |= {leg.currency for offer in found for leg in offer.legs if leg.currency}
    rates = _rates(conn, currencies, company.base_currency, as_of)
    terms: dict[int, list[OfferTerms]] = defaultdict(list)
    for offer in found:
        terms[offer.sku_id].append(offer_terms(offer, rates))
    coming: dict[Pair, list[Inbound]] = defaultdict(list)
    for item in inbound(conn, sku_ids, None):
        coming[item.sku_id, item.warehouse_id].append(item)
    places = conn.rows(warehouse_codes())
    return Book(
        company=company,
        positions={
            (item.sku_id, item.warehouse_id): item for item in positions(conn, sku_ids, None)
        },
        inbound=coming,
        offers={sku_id: tuple(items) for sku_id, items in terms.items()},
        rates=rates,
        rules=replenish_rules(conn),
        skus={row.id: dict(row._mapping) for row in conn.rows(sku_facts())},
        warehouses={row.id: row.code for row in places},
        hubs=frozenset(row.id for row in places if not row.sells),
    )


def longest_lead_days(conn: Reading, *, as_of: date) -> int:
    """Days until goods ordered now are there by the slowest offer; 0 without offers."""
    book = read_book(conn, as_of=as_of)
    ways = [route.route for items in book.offers.values() for o in items for route in o.routes]
    return max(((arrives_on(route, as_of) - as_of).days for route in set(ways)), default=0)


def offer_terms(offer: Offer, rates: Sequence[Rate]) -> OfferTerms:
    """An offer as `suggest` compares it: one route for each ship method."""
    methods = offer.ship_methods or ("sea",)
    return OfferTerms(
        offer_id=offer.id,
        version=offer.version,
        supplier_id=offer.supplier_id,
        supplier=offer.supplier_name,
        currency=offer.currency,
        moq=offer.moq,
        order_multiple=offer.order_multiple,
        prices=offer.prices,
        routes=tuple(_route(offer, method, rates) for method in methods),
        preferred=offer.preferred,
        assumed=offer.assumed,
        order_minimum=offer.order_minimum,
    )


def _route(offer: Offer, method: str, rates: Sequence[Rate]) -> OfferRoute:
    """Freight of all legs in the offer's currency, where a rate for it is known."""
    legs = [leg for leg in offer.legs if leg.ship_method == method]
    stated = sqrt(sum(float(leg.spread_days) ** 2 for leg in legs))
    route = Route(
        ship_method=method,
        legs=tuple(way(offer, method)),
        spread_days=stated or float(offer.lead_time_spread_days),
        office=offer.calendar or ALWAYS,
    )
    known = {rate.currency: rate.rate for rate in rates}
    currencies = {leg.currency or offer.currency for leg in legs if leg.unit_freight}
    if len(currencies) <= 1:
        freight = sum((leg.unit_freight for leg in legs), Decimal(0))
        return OfferRoute(route, freight, next(iter(currencies), offer.currency))
    base = sum(
        (leg.unit_freight * known.get(leg.currency or offer.currency, Decimal(0)) for leg in legs),
        Decimal(0),
    )
    per_unit = known.get(offer.currency)
    return OfferRoute(route, (base / per_unit) if per_unit else Decimal(0), offer.currency)


def _rates(conn: Reading, currencies: set[str], base: str, as_of: date) -> tuple[Rate, ...]:
    foreign = sorted(currencies - {base})
    known = rates_on(conn, foreign, base, as_of)
    found = [Rate(base, Decimal(1), as_of)]
    found += [Rate(code, rate.rate, rate.on_day) for code, rate in sorted(known.items())]
    return tuple(found)


def _situation(
    book: Book, run: PublishedRun, forecast: PublishedForecast, as_of: date
) -> Situation:
    pair = (forecast.sku_id, forecast.warehouse_id)
    sku = book.skus[forecast.sku_id]
    undated = as_of + timedelta(days=UNDATED_ARRIVES_AFTER_DAYS)
    return Situation(
        sku_id=forecast.sku_id,
        warehouse_id=forecast.warehouse_id,
        as_of=as_of,
        starts_on=forecast.starts_on,
        demand=demand_of(forecast),
        stock=_stock(book.positions.get(pair)),
        inbound=tuple(
            Arrival(item.expected_on or undated, item.quantity, item.document_number)
            for item in book.inbound.get(pair, ())
        ),
        offers=book.offers.get(forecast.sku_id, ()),
        rates=book.rates,
        rule=_rule(book.rules.get(pair)),
        sku_state=str(sku["state"]),
        sku_code=str(sku["code"]),
        warehouse_code=book.warehouses[forecast.warehouse_id],
        carton_quantity=_whole(sku["carton_quantity"]),
        shelf_life_days=_whole(sku["shelf_life_days"]),
        selling_price_base=forecast.selling_price,
        source={
            "id": run.id,
            "as_of": run.as_of_on.isoformat(),
            "frequency": run.frequency,
            "champion": forecast.champion,
            "history_hash": run.history_hash,
            "watermark": run.data_watermark_at.isoformat(),
            "code_version": run.code_version,
        },
        stock_known=bool(sku["stock_known"]),
    )


def _stock(position: Position | None) -> StockNow:
    if position is None:
        return StockNow()
    return StockNow(
        on_hand=position.on_hand,
        reserved=position.reserved,
        held=position.held,
        available=position.available,
        in_transit=position.in_transit,
        on_order=position.on_order,
        backordered=position.backordered,
        inventory_position=position.inventory_position,
        planned_in=position.planned_in,
        planned_out=position.planned_out,
    )


def _rule(rule: ReplenishRule | None) -> Rule:
    if rule is None:
        return Rule()
    level = rule.service_level
    return Rule(
        service_level=None if level is None else float(level),
        review_days=rule.review_days,
        minimum=rule.minimum,
        maximum=rule.maximum,
        buying=rule.buying,
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
