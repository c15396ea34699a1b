"""Undo of a receipt. Decides whether what came is still there; posts the opposite.

Nothing is deleted: the receipt stays, with the operation that took it back beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from inventory_core.db.bulk import lock_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.trade import purchase_order as order_table
from inventory_core.errors import Conflict, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.stock.ledger import reverse
from inventory_core.stock.postings import derived_key

MOST_CONSUMERS = 20


@dataclass(frozen=True, slots=True)
class Consumer:
    """An operation that took units which a receipt brought."""

    operation_id: int
    kind: str
    source_kind: str
    source_id: int | None
    sku_code: str
    quantity: int
    occurred_at: datetime

    def __str__(self) -> str:
        """The same in every language: units, SKU and the operation's number in the book."""
        return f"{self.quantity} × {self.sku_code} (#{self.operation_id})"


@dataclass(frozen=True, slots=True)
class Undone:
    """A receipt taken back by `operation_id`."""

    receipt_id: int
    operation_id: int
    replayed: bool


def undo_receipt(
    tx: Writing, actor: Actor, receipt_id: int, *, key: str, now: datetime, reason: str
) -> Undone:
    """Take a receipt back whole: stock, cost and received quantities. The key makes it once.

    Refused with the list of what has taken units since; undo those first.
    """
    require(actor, Permission.STOCK_RECEIVE)
    order_id = tx.scalar(_ORDER, {"id": receipt_id})
    if order_id is None:
        raise NotFound("record_missing", kind="receipt", id=receipt_id)
    lock_rows(tx, order_table, [order_id])
    row = tx.rows(_RECEIPT, {"id": receipt_id})[0]
    require(actor, Permission.STOCK_RECEIVE, warehouse_id=row.warehouse_id)
    own_key = derived_key("undo receipt", key)
    if row.undone_by_id is not None:
        if row.undone_key != own_key:
            raise Conflict("receipt_undone", receipt_id=receipt_id)
        return Undone(receipt_id, row.undone_by_id, True)
    why_not = why_it_stays(tx, receipt_id, row.operation_id)
    if why_not is not None:
        raise why_not
    posted = reverse(tx, actor, row.operation_id, key=own_key, occurred_at=now, reason=reason)
    tx.execute(_MARK, {"id": receipt_id, "operation_id": posted.operation_id})
    tx.execute(_LOWER, {"id": receipt_id})
    details = {"receipt_id": receipt_id, "reason": reason}
    record_audit(tx, actor, "receipt_undone", ("purchase_order", order_id), details)
    return Undone(receipt_id, posted.operation_id, False)


def why_it_stays(conn: Reading, receipt_id: int, operation_id: int) -> Refused | None:
    """Why this receipt can no longer be taken back, None where it can: asked by a screen before it
    offers the undo, and by the command before it does it.
    """
    taken = _consumers(conn, operation_id)
    if taken:
        return Refused("receipt_consumed", receipt_id=receipt_id, consumers=taken)
    if conn.scalar(_LATE, {"id": operation_id}):
        return Refused("receipt_has_late_charges", receipt_id=receipt_id)
    return None


def _consumers(conn: Reading, operation_id: int) -> Sequence[Consumer]:
    """What has taken units of the layers that this operation brought, the latest first."""
    rows = conn.rows(_CONSUMERS, {"id": operation_id, "most": MOST_CONSUMERS})
    return [Consumer(*row) for row in rows]


_ORDER = text("SELECT purchase_order_id FROM receipt WHERE id = :id")
_RECEIPT = text("""
SELECT r.operation_id, r.warehouse_id, r.undone_by_id, u.key AS undone_key
FROM receipt r LEFT JOIN operation u ON u.id = r.undone_by_id WHERE r.id = :id
""")
_CONSUMERS = text("""
SELECT o.id, o.kind, o.source_kind, o.source_id, k.code, sum(u.quantity)::bigint, o.occurred_at
FROM cost_layer l JOIN cost_use u ON u.cost_layer_id = l.id
JOIN operation o ON o.id = u.operation_id JOIN sku k ON k.id = l.sku_id
WHERE l.operation_id = :id AND u.quantity > 0
GROUP BY o.id, o.kind, o.source_kind, o.source_id, k.code, o.occurred_at
ORDER BY o.id DESC LIMIT :most
""")
_LATE = text("""
SELECT EXISTS (SELECT FROM cost_adjustment a JOIN cost_layer l ON l.id = a.cost_layer_id
    WHERE l.operation_id = :id)
""")
_MARK = text("UPDATE receipt SET undone_by_id = :operation_id WHERE id = :id")
_LOWER = text("""
UPDATE purchase_order_line l SET received = l.received - g.quantity
FROM (SELECT purchase_order_line_id AS id, sum(quantity)::bigint AS quantity FROM receipt_line
    WHERE receipt_id = :id GROUP BY purchase_order_line_id) AS g
WHERE l.id = g.id
""")
