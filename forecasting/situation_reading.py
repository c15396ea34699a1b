"""From the book and a published forecast to the situation of one SKU at one warehouse.

Decides only how facts are written down: what nobody dated comes after a usual time, what expired
is no supply. Plans nothing.
"""

from datetime import date, timedelta
from decimal import Decimal

from forecasting.book import Book, Pair, expired_units, lots_of
from forecasting.offers_here import OffersHere
from forecasting.overriding import demand_of
from forecasting.policy import ByClass, Rule
from forecasting.projection import Arrival
from forecasting.situation import Situation, StockNow
from inventory_core.planning.class_choices import PARTS, ClassChoice
from inventory_core.planning.published import PublishedForecast, PublishedRun
from inventory_core.planning.rules import ReplenishRule
from inventory_core.planning.sku_classes import SkuClass
from inventory_core.stock.balances import Position

# A confirmed inbound of which nobody has said when it comes.
UNDATED_ARRIVES_AFTER_DAYS = 30
CM3_PER_M3 = 1_000_000
_PARTS = ("service_level", "review_days", "minimum", "maximum", "buying")


def situation_of(
    book: Book, here: OffersHere, run: PublishedRun, forecast: PublishedForecast, as_of: date
) -> Situation:
    """All that is known of the SKU and warehouse of `forecast` on the planning day."""
    pair = (forecast.sku_id, forecast.warehouse_id)
    sku = book.skus[forecast.sku_id]
    return Situation(
        sku_id=forecast.sku_id,
        warehouse_id=forecast.warehouse_id,
        as_of=as_of,
        starts_on=forecast.starts_on,
        demand=demand_of(forecast),
        stock=_stock(book.positions.get(pair), expired_units(book, pair, as_of)),
        lots=lots_of(book, pair, as_of),
        inbound=arrivals_of(book, pair, as_of),
        offers=here.offers(forecast.sku_id, forecast.warehouse_id),
        rates=book.rates,
        rule=rule_of(book.rules.get(pair), book.classes.get(pair[0]), book.class_choice),
        sku_state=str(sku["state"]),
        sku_code=str(sku["code"]),
        warehouse_code=book.warehouses[forecast.warehouse_id],
        carton_quantity=_whole(sku["carton_quantity"]),
        volume_m3=_m3(sku["volume_cm3"]),
        shelf_life_days=_whole(sku["shelf_life_days"]),
        selling_price_base=forecast.selling_price,
        source={
            "id": run.id,
            "as_of": run.as_of_on.isoformat(),
            "frequency": run.frequency,
            "champion": forecast.champion,
            "history_hash": run.history_hash,
            "watermark": run.data_watermark_at.isoformat(),
            "overrides": list(forecast.overrides),
            "code_version": run.code_version,
        },
        stock_known=bool(sku["stock_known"]),
        warehouse_kind=book.kinds[forecast.warehouse_id],
        continues=_codes(sku["continues"]),
    )


def arrivals_of(book: Book, pair: Pair, as_of: date) -> tuple[Arrival, ...]:
    """What is on its way to a warehouse; what nobody has dated comes after a usual time."""
    undated = as_of + timedelta(days=UNDATED_ARRIVES_AFTER_DAYS)
    return tuple(
        Arrival(item.expected_on or undated, item.quantity, item.document_number, item.said_on)
        for item in book.inbound.get(pair, ())
    )


def _stock(position: Position | None, expired: int) -> StockNow:
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
        inventory_position=position.inventory_position - expired,
        planned_in=position.planned_in,
        planned_out=position.planned_out,
        expired=expired,
    )


def rule_of(rule: ReplenishRule | None, has: SkuClass | None, choice: ClassChoice) -> Rule:
    """What a person set for the SKU here, then what its class sets; the rest is the company's."""
    parts = {} if rule is None else {name: getattr(rule, name) for name in _PARTS}
    by_class = None
    if has is not None and has.name:
        cells: dict[str, str] = {}
        for part in PARTS:
            if parts.get(part) is None:
                cells[part], parts[part] = choice.held(part, has.abc, has.xyz)
        by_class = ByClass(has.name, has.since_on, **cells)
    level = parts.pop("service_level", None)
    return Rule(service_level=None if level is None else float(level), by_class=by_class, **parts)


def _m3(cm3: object) -> Decimal | None:
    return Decimal(cm3) / CM3_PER_M3 if isinstance(cm3, int) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _codes(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
