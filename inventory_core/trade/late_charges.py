"""Charges that come after the goods: freight, duty, a supplier's credit. Moves no quantity.

Each charge is split over the lines of its receipt and follows the units to where they are now:
what is left becomes dearer, the part of what was sold goes to cost of sales (trap 12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.catalog.company import company
from inventory_core.clock import business_day
from inventory_core.db.bulk import insert_rows, lock_rows
from inventory_core.db.engine import Writing
from inventory_core.db.schema.trade import charge as charge_table
from inventory_core.db.schema.trade import purchase_order as order_table
from inventory_core.errors import Conflict, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.stock.postings import check_key, derived_key, request_hash
from inventory_core.stock.revaluation import LateAmount, NewRevaluation, Revalued, revalue
from inventory_core.trade.landed_cost import GoodsLine, split_charge, to_base
from inventory_core.trade.receipt_plan import known_rates, rated
from inventory_core.trade.receipt_requests import NewCharge


@dataclass(frozen=True, slots=True)
class LateCharge:
    """A charge for a receipt that is in the book; its rate is that of the day it occurred."""

    key: str
    receipt_id: int
    charge: NewCharge
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Charged:
    """Where a late charge went, in base currency; both parts sum to the charge."""

    charge_id: int
    to_stock: Decimal
    to_sold: Decimal
    replayed: bool


def add_charge(tx: Writing, actor: Actor, late: LateCharge, *, now: datetime) -> Charged:
    """Add one late charge, once per key."""
    require(actor, Permission.STOCK_RECEIVE)
    check_key(late.key)
    order_id = tx.scalar(_ORDER, {"id": late.receipt_id})
    if order_id is None:
        raise NotFound("record_missing", kind="receipt", id=late.receipt_id)
    lock_rows(tx, order_table, [order_id])
    header = tx.rows(_RECEIPT, {"id": late.receipt_id})[0]
    require(actor, Permission.STOCK_RECEIVE, warehouse_id=header.warehouse_id)
    digest = request_hash(late)
    before = tx.rows(_BEFORE, {"key": late.key})
    if before:
        if before[0].request_hash != digest:
            raise Conflict("key_reused", key=late.key)
        return Charged(before[0].id, before[0].to_stock, before[0].to_sold, True)
    if header.undone_by_id is not None:
        raise Refused("receipt_undone", receipt_id=late.receipt_id)
    base = company(tx).base_currency
    day = business_day(late.occurred_at, header.time_zone)
    rates = known_rates(tx, {(late.charge.currency, base, day)})
    charge = rated(late.charge, rates, base, day)
    row = {
        "key": late.key,
        "request_hash": digest,
        "receipt_id": late.receipt_id,
        "kind": charge.kind,
        "basis": charge.basis,
        "amount": charge.amount,
        "currency": charge.currency,
        "rate": charge.rate.rate,
        "rate_on": charge.rate.on_day,
    }
    [made] = insert_rows(tx, charge_table, [row], returning=("id",))
    amounts = _amounts(tx, late.receipt_id, header, charge.base_amount, charge.basis)
    revalued = _revalue(tx, actor, late, made.id, amounts)
    details = {"receipt_id": late.receipt_id, "charge_id": made.id, "at": now}
    record_audit(tx, actor, "charge_added", ("purchase_order", order_id), details)
    return Charged(made.id, revalued.to_stock, revalued.to_sold, False)


def _amounts(
    tx: Writing, receipt_id: int, header: Any, amount: Decimal, basis: str
) -> list[LateAmount]:
    """The charge per SKU of the receipt; lines of the same SKU share layers, so they are summed."""
    rows = tx.rows(_LINES, {"id": receipt_id})
    goods = [
        GoodsLine(r.code, r.quantity, r.unit_price, r.weight_grams, r.volume_cm3) for r in rows
    ]
    values = [to_base(line.quantity * line.unit_price, header.rate) for line in goods]
    shares = split_charge(amount, basis, goods, values)
    by_sku: dict[int, Decimal] = {}
    for row, share in zip(rows, shares, strict=True):
        by_sku[row.sku_id] = by_sku.get(row.sku_id, Decimal(0)) + share
    return [
        LateAmount(header.operation_id, sku_id, share)
        for sku_id, share in sorted(by_sku.items())
        if share
    ]


def _revalue(
    tx: Writing, actor: Actor, late: LateCharge, charge_id: int, amounts: Sequence[LateAmount]
) -> Revalued:
    wanted = NewRevaluation(
        derived_key("late charge", late.key),
        late.occurred_at,
        amounts,
        reason=late.charge.kind,
        charge_id=charge_id,
        source_kind="receipt",
        source_id=late.receipt_id,
    )
    return revalue(tx, actor, [wanted])[0]


_ORDER = text("SELECT purchase_order_id FROM receipt WHERE id = :id")
_RECEIPT = text("""
SELECT r.operation_id, r.warehouse_id, r.undone_by_id, w.time_zone,
    coalesce((SELECT max(c.rate) FROM cost_layer c WHERE c.operation_id = r.operation_id), 1)
        AS rate
FROM receipt r JOIN location w ON w.id = r.warehouse_id WHERE r.id = :id
""")
_LINES = text("""
SELECT l.sku_id, k.code, l.quantity, p.unit_price, k.weight_grams, k.volume_cm3
FROM receipt_line l JOIN purchase_order_line p ON p.id = l.purchase_order_line_id
JOIN sku k ON k.id = l.sku_id WHERE l.receipt_id = :id ORDER BY l.line_no
""")
_BEFORE = text("""
SELECT c.id, c.request_hash, coalesce(sum(a.value_to_stock), 0) AS to_stock,
    coalesce(sum(a.value_to_sold), 0) AS to_sold
FROM charge c LEFT JOIN cost_adjustment a ON a.charge_id = c.id
WHERE c.key = :key GROUP BY c.id, c.request_hash
""")
