"""Goods in from suppliers. Decides what a receipt brings, at which value, once per key.

Partial, short, damaged and over-deliveries are all receipts: a line's open quantity follows from
what came. Damaged units are on hand and held. The value is landed: price at the rate of the day of
receipt plus the charges that came with it; what comes later stands in `late_charges`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.catalog.codes import clean_text
from inventory_core.db.bulk import insert_rows, next_ids
from inventory_core.db.engine import Writing
from inventory_core.db.schema.office import audit_entry
from inventory_core.db.schema.trade import charge as charge_table
from inventory_core.db.schema.trade import receipt as receipt_table
from inventory_core.db.schema.trade import receipt_line as line_table
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.ledger import post
from inventory_core.stock.postings import NewOperation, Posted, check_key, derived_key, request_hash
from inventory_core.trade.receipt_lots import NewLot
from inventory_core.trade.receipt_plan import Delivery, Planned, plan_receipts, read_deliveries
from inventory_core.trade.receipt_records import Received, received_before
from inventory_core.trade.receipt_requests import NewCharge, NewReceipt, NewReceiptLine

__all__ = ["NewCharge", "NewLot", "NewReceipt", "NewReceiptLine", "Received", "receive_goods"]


def receive_goods(
    tx: Writing, actor: Actor, receipts: Sequence[NewReceipt], *, now: datetime
) -> list[Received]:
    """Receive each delivery once, all or none; answers in the order asked.

    A draft that goods arrive for was evidently sent, and becomes so.
    """
    require(actor, Permission.STOCK_RECEIVE)
    hashes = {receipt.key: _checked_hash(receipt) for receipt in receipts}
    if len(hashes) < len(receipts):
        raise Invalid("key_twice", key=Counter(r.key for r in receipts).most_common(1)[0][0])
    if not receipts:
        return []
    # The lock on the orders also makes a rival with the same key wait for our commit.
    deliveries = read_deliveries(tx, {receipt.purchase_order_id for receipt in receipts})
    for delivery in deliveries.values():
        require(actor, Permission.STOCK_RECEIVE, warehouse_id=delivery.warehouse_id)
    answers = received_before(tx, hashes)
    fresh = [receipt for receipt in receipts if receipt.key not in answers]
    if fresh:
        planned = plan_receipts(tx, fresh, deliveries)
        ids = next_ids(tx, receipt_table, len(fresh))
        posted = post(tx, actor, _operations(fresh, planned, ids))
        _write(tx, fresh, planned, ids, posted, hashes)
        _progress(tx, fresh, planned, now)
        _audit(tx, actor, fresh, ids, posted)
        for receipt, receipt_id, plan, op in zip(fresh, ids, planned, posted, strict=True):
            value = sum((line.landed.value for line in plan.lines), Decimal(0))
            answers[receipt.key] = Received(
                receipt_id, receipt.key, op.operation_id, receipt.purchase_order_id, value, False
            )
    return [answers[receipt.key] for receipt in receipts]


def _checked_hash(receipt: NewReceipt) -> str:
    check_key(receipt.key)
    if not receipt.lines:
        raise Invalid("receipt_without_lines", key=receipt.key)
    for line in receipt.lines:
        if isinstance(line.quantity, bool) or not isinstance(line.quantity, int):
            raise Invalid("not_a_whole_number", field="quantity", value=str(line.quantity))
        if line.quantity < 1:
            raise Invalid("quantity_not_positive", field="quantity", value=line.quantity)
        if not 0 <= line.damaged <= line.quantity:
            raise Invalid("damaged_out_of_range", field="damaged", value=line.damaged)
    clean_text(receipt.note, field="note")
    return request_hash(receipt)


def _operations(
    receipts: Sequence[NewReceipt], planned: Sequence[Planned], ids: Sequence[int]
) -> list[NewOperation]:
    return [
        NewOperation(
            derived_key("receipt", receipt.key),
            "receipt",
            receipt.received_at,
            plan.movements,
            source_kind="receipt",
            source_id=receipt_id,
        )
        for receipt, plan, receipt_id in zip(receipts, planned, ids, strict=True)
    ]


def _write(
    tx: Writing,
    receipts: Sequence[NewReceipt],
    planned: Sequence[Planned],
    ids: Sequence[int],
    posted: Sequence[Posted],
    hashes: Mapping[str, str],
) -> None:
    headers, lines, charges = [], [], []
    for receipt, plan, receipt_id, op in zip(receipts, planned, ids, posted, strict=True):
        headers.append(_header_row(receipt, plan.delivery, receipt_id, op, hashes[receipt.key]))
        for line_no, line in enumerate(plan.lines, 1):
            lines.append(
                {
                    "receipt_id": receipt_id,
                    "line_no": line_no,
                    "purchase_order_line_id": line.order_line_id,
                    "sku_id": line.sku_id,
                    "lot_id": line.lot_id,
                    "quantity": line.quantity,
                    "damaged": line.damaged,
                    "value": line.landed.value,
                }
            )
        for number, charge in enumerate(plan.charges, 1):
            charges.append(
                {
                    "key": derived_key(f"charge {number}", receipt.key),
                    "receipt_id": receipt_id,
                    "kind": charge.kind,
                    "basis": charge.basis,
                    "amount": charge.amount,
                    "currency": charge.currency,
                    "rate": charge.rate.rate,
                    "rate_on": charge.rate.on_day,
                }
            )
    insert_rows(tx, receipt_table, headers)
    insert_rows(tx, line_table, lines)
    insert_rows(tx, charge_table, charges)


def _header_row(
    receipt: NewReceipt, delivery: Delivery, receipt_id: int, op: Posted, digest: str
) -> dict[str, Any]:
    return {
        "id": receipt_id,
        "key": receipt.key,
        "request_hash": digest,
        "purchase_order_id": receipt.purchase_order_id,
        "warehouse_id": delivery.warehouse_id,
        "operation_id": op.operation_id,
        "received_at": receipt.received_at,
        "note": clean_text(receipt.note, field="note"),
    }


_RAISE = text("""
UPDATE purchase_order_line l SET received = l.received + g.quantity,
    expected_on = coalesce(g.expected_on, l.expected_on)
FROM (SELECT id, sum(quantity)::bigint AS quantity, max(expected_on) AS expected_on
    FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS bigint[]), CAST(:days AS date[]))
        AS u(id, quantity, expected_on) GROUP BY id) AS g
WHERE l.id = g.id
""")
_MARK_SENT = text("""
UPDATE purchase_order SET state = 'sent', sent_at = :now, version = version + 1
WHERE id = ANY(CAST(:ids AS bigint[])) AND state = 'draft'
""")


def _progress(
    tx: Writing, receipts: Sequence[NewReceipt], planned: Sequence[Planned], now: datetime
) -> None:
    came = [
        (line.order_line_id, line.quantity, receipt.rest_expected_on)
        for receipt, plan in zip(receipts, planned, strict=True)
        for line in plan.lines
    ]
    tx.execute(
        _RAISE,
        {
            "ids": [row[0] for row in came],
            "quantities": [row[1] for row in came],
            "days": [row[2] for row in came],
        },
    )
    drafts = {plan.delivery.order_id for plan in planned if plan.delivery.state == "draft"}
    if drafts:
        tx.execute(_MARK_SENT, {"ids": sorted(drafts), "now": now})


def _audit(
    tx: Writing,
    actor: Actor,
    receipts: Sequence[NewReceipt],
    ids: Sequence[int],
    posted: Sequence[Posted],
) -> None:
    rows = [
        {
            "person_id": actor.person_id,
            "act": "goods_received",
            "subject_kind": "purchase_order",
            "subject_id": str(receipt.purchase_order_id),
            "details": {
                "receipt_id": receipt_id,
                "operation_id": op.operation_id,
                "units": sum(line.quantity for line in receipt.lines),
                "damaged": sum(line.damaged for line in receipt.lines),
            },
        }
        for receipt, receipt_id, op in zip(receipts, ids, posted, strict=True)
    ]
    insert_rows(tx, audit_entry, rows)
