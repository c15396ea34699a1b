"""What a delivery becomes in the book: lots, landed values, movements. Reads, but posts nothing.

Rates are those of the business day of receipt, in the time zone of the warehouse.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.catalog.company import company
from inventory_core.catalog.fields import check_decimal
from inventory_core.catalog.rates import Rate, Wanted, rates_for, refuse_missing
from inventory_core.clock import business_day
from inventory_core.db.bulk import lock_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.db.schema.trade import purchase_order as order_table
from inventory_core.errors import Invalid, NotFound, Refused
from inventory_core.money import check_currency
from inventory_core.stock.postings import Line
from inventory_core.trade.landed_cost import (
    BASES,
    ChargeAmount,
    GoodsLine,
    LandedLine,
    land,
    split_value,
    to_base,
)
from inventory_core.trade.receipt_lots import LotOf, ensure_lots, lot_of
from inventory_core.trade.receipt_requests import NewCharge, NewReceipt, NewReceiptLine
from inventory_core.vocabulary import NO_LOT, Condition, LocationKind

CHARGE_KINDS = ("freight", "duty", "insurance", "fee", "credit", "other")
_SUPPLIER = VIRTUAL_LOCATIONS[LocationKind.SUPPLIER]


@dataclass(slots=True)
class Due:
    """An order line that goods come for; `open` shrinks while a batch is planned."""

    id: int
    sku_id: int
    sku_code: str
    open: int
    unit_price: Decimal
    lot_tracked: bool
    shelf_life_days: int | None
    weight_grams: int | None
    volume_cm3: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The order that goods come for, locked."""

    order_id: int
    number: str
    state: str
    supplier_id: int
    warehouse_id: int
    time_zone: str
    currency: str
    due: dict[int, Due] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RatedCharge:
    """A charge with the rate of its day."""

    kind: str
    basis: str
    amount: Decimal
    currency: str
    rate: Rate

    @property
    def base_amount(self) -> Decimal:
        """The charge in base currency."""
        return to_base(self.amount, self.rate.rate)


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A receipt line with its lot and its landed value."""

    order_line_id: int
    sku_id: int
    lot_id: int
    quantity: int
    damaged: int
    landed: LandedLine


@dataclass(frozen=True, slots=True)
class Planned:
    """A receipt ready to be posted."""

    delivery: Delivery
    lines: tuple[PlannedLine, ...]
    charges: tuple[RatedCharge, ...]
    movements: tuple[Line, ...]


def read_deliveries(tx: Writing, order_ids: Collection[int]) -> dict[int, Delivery]:
    """Lock the orders in order and read what is due on them."""
    missing = set(order_ids) - set(lock_rows(tx, order_table, sorted(order_ids)))
    if missing:
        raise NotFound("record_missing", kind="purchase_order", id=min(missing))
    found: dict[int, Delivery] = {}
    for row in tx.rows(_DUE, {"ids": sorted(order_ids)}):
        header = Delivery(*row[:7])
        delivery = found.setdefault(header.order_id, header)
        due = Due(*row[7:])
        delivery.due[due.id] = due
    return found


_DUE = text("""
SELECT o.id, o.number, o.state, o.supplier_id, o.warehouse_id, w.time_zone, o.currency,
    l.id AS line_id, l.sku_id, k.code, greatest(l.quantity - l.received - l.cancelled, 0),
    l.unit_price, k.lot_tracked, k.shelf_life_days, k.weight_grams, k.volume_cm3
FROM purchase_order o JOIN location w ON w.id = o.warehouse_id
JOIN purchase_order_line l ON l.purchase_order_id = o.id JOIN sku k ON k.id = l.sku_id
WHERE o.id = ANY(CAST(:ids AS bigint[])) ORDER BY o.id, l.line_no
""")


def plan_receipts(
    tx: Writing, receipts: Sequence[NewReceipt], deliveries: Mapping[int, Delivery]
) -> list[Planned]:
    """Plan every receipt; refused where something is not due, has no rate or lacks its lot."""
    base = company(tx).base_currency
    for receipt in receipts:
        _take_due(receipt, deliveries[receipt.purchase_order_id])
    wanted = {key for r in receipts for key in _rates_wanted(r, deliveries, base)}
    rates = known_rates(tx, wanted)
    lots = _lots(tx, receipts, deliveries)
    return [_plan(receipt, deliveries, base, rates, lots) for receipt in receipts]


def known_rates(conn: Reading, wanted: Collection[Wanted]) -> Mapping[Wanted, Rate]:
    """The rates asked for, or Refused naming the first pair and day that nobody recorded."""
    rates = rates_for(conn, wanted)
    for key in sorted(wanted):
        if key not in rates:
            refuse_missing(key)
    return rates


def rated(charge: NewCharge, rates: Mapping[Wanted, Rate], base: str, day: date) -> RatedCharge:
    """The charge with the rate of a day."""
    if charge.kind not in CHARGE_KINDS:
        raise Invalid("not_in_list", field="kind", value=charge.kind)
    if charge.basis not in BASES:
        raise Invalid("not_in_list", field="basis", value=charge.basis)
    amount = check_decimal(charge.amount, field="amount", least=-(10**12), most=10**12)
    currency = check_currency(charge.currency)
    return RatedCharge(charge.kind, charge.basis, amount, currency, rates[currency, base, day])


def _take_due(receipt: NewReceipt, delivery: Delivery) -> None:
    if delivery.state in ("closed", "cancelled"):
        raise Refused("order_ended", number=delivery.number, state=delivery.state)
    for line in receipt.lines:
        due = delivery.due.get(line.purchase_order_line_id)
        if due is None:
            line_id = line.purchase_order_line_id
            raise NotFound("record_missing", kind="purchase_order_line", id=line_id)
        if line.quantity > due.open and not receipt.allow_over:
            raise Refused(
                "more_than_ordered",
                number=delivery.number,
                sku=due.sku_code,
                open=due.open,
                quantity=line.quantity,
            )
        if due.lot_tracked and line.lot is None:
            raise Refused("lot_required", field="lot", sku=due.sku_code)
        due.open = max(due.open - line.quantity, 0)


def _rates_wanted(
    receipt: NewReceipt, deliveries: Mapping[int, Delivery], base: str
) -> list[Wanted]:
    delivery = deliveries[receipt.purchase_order_id]
    day = business_day(receipt.received_at, delivery.time_zone)
    currencies = [delivery.currency, *(check_currency(c.currency) for c in receipt.charges)]
    return [(currency, base, day) for currency in currencies]


def _lot(line: NewReceiptLine, delivery: Delivery) -> LotOf | None:
    if line.lot is None:
        return None
    due = delivery.due[line.purchase_order_line_id]
    return lot_of(
        line.lot,
        sku_id=due.sku_id,
        supplier_id=delivery.supplier_id,
        shelf_life_days=due.shelf_life_days,
    )


def _lots(
    tx: Writing, receipts: Sequence[NewReceipt], deliveries: Mapping[int, Delivery]
) -> Mapping[Any, int]:
    named = [_lot(line, deliveries[r.purchase_order_id]) for r in receipts for line in r.lines]
    return ensure_lots(tx, [lot for lot in named if lot is not None])


def _plan(
    receipt: NewReceipt,
    deliveries: Mapping[int, Delivery],
    base: str,
    rates: Mapping[Wanted, Rate],
    lots: Mapping[Any, int],
) -> Planned:
    delivery = deliveries[receipt.purchase_order_id]
    day = business_day(receipt.received_at, delivery.time_zone)
    rate = rates[delivery.currency, base, day]
    charges = tuple(rated(charge, rates, base, day) for charge in receipt.charges)
    goods = [_goods(delivery.due[line.purchase_order_line_id], line) for line in receipt.lines]
    landed = land(goods, rate.rate, [ChargeAmount(c.base_amount, c.basis) for c in charges])
    lines = []
    for line, value in zip(receipt.lines, landed, strict=True):
        lot = _lot(line, delivery)
        lines.append(
            PlannedLine(
                line.purchase_order_line_id,
                delivery.due[line.purchase_order_line_id].sku_id,
                NO_LOT if lot is None else lots[lot.identity],
                line.quantity,
                line.damaged,
                value,
            )
        )
    movements = tuple(m for line in lines for m in _movements(line, delivery, rate))
    return Planned(delivery, tuple(lines), charges, movements)


def _goods(due: Due, line: NewReceiptLine) -> GoodsLine:
    return GoodsLine(due.sku_code, line.quantity, due.unit_price, due.weight_grams, due.volume_cm3)


def _movements(line: PlannedLine, delivery: Delivery, rate: Rate) -> list[Line]:
    parts = [
        (units, condition)
        for units, condition in (
            (line.quantity - line.damaged, Condition.GOOD),
            (line.damaged, Condition.DAMAGED),
        )
        if units
    ]
    units = [part[0] for part in parts]
    values = split_value(line.landed.value, units)
    sources = split_value(line.landed.source_value, units)
    return [
        Line(
            line.sku_id,
            _SUPPLIER,
            delivery.warehouse_id,
            count,
            lot_id=line.lot_id,
            to_condition=condition,
            value=value,
            source_value=source,
            currency=delivery.currency,
            rate=rate.rate,
            rate_on=rate.on_day,
        )
        for (count, condition), value, source in zip(parts, values, sources, strict=True)
    ]
