"""Receipts as they are read. Decides no value; writes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt in the book; `value` is landed, in base currency."""

    receipt_id: int
    key: str
    operation_id: int
    purchase_order_id: int
    value: Decimal
    replayed: bool


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Units of a SKU that came; `value` landed, base currency, without later charges."""

    line_no: int
    order_line_id: int | None
    sku_id: int
    sku_code: str
    lot_code: str
    expires_on: date | None
    quantity: int
    damaged: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class ReceiptCharge:
    """A charge with the rate it was converted at; `later_value`, in base currency, is what came on
    top of the lines' value because it was added after the receipt.
    """

    kind: str
    basis: str
    amount: Decimal
    currency: str
    rate: Decimal
    rate_on: date
    recorded_at: datetime
    later_value: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt with its lines and charges, undone or not."""

    id: int
    key: str
    operation_id: int
    undone_by_id: int | None
    warehouse_id: int
    received_at: datetime
    note: str
    lines: tuple[ReceiptLine, ...]
    charges: tuple[ReceiptCharge, ...]

    @property
    def landed(self) -> Decimal:
        """What the goods cost in base currency, later charges included."""
        first = sum((line.value for line in self.lines), Decimal(0))
        return first + sum((charge.later_value for charge in self.charges), Decimal(0))


def received_before(conn: Reading, hashes: Mapping[str, str]) -> dict[str, Received]:
    """Receipts that exist under these keys; another request under the same key: Conflict."""
    found = {}
    for row in conn.rows(_BEFORE, {"keys": list(hashes)}):
        if row.request_hash != hashes[row.key]:
            raise Conflict("key_reused", key=row.key)
        found[row.key] = Received(
            row.id, row.key, row.operation_id, row.purchase_order_id, row.value, True
        )
    return found


_BEFORE = text("""
SELECT r.id, r.key, r.request_hash, r.operation_id, r.purchase_order_id,
    (SELECT sum(l.value) FROM receipt_line l WHERE l.receipt_id = r.id) AS value
FROM receipt r WHERE r.key = ANY(CAST(:keys AS text[]))
""")


def receipts_of(conn: Reading, purchase_order_id: int) -> list[Receipt]:
    """Every receipt of one order, the first one first."""
    rows = conn.rows(_RECEIPTS, {"id": purchase_order_id})
    lines, charges = _lines(conn, [r.id for r in rows]), _charges(conn, [r.id for r in rows])
    return [
        Receipt(**row._mapping, lines=tuple(lines[row.id]), charges=tuple(charges[row.id]))
        for row in rows
    ]


def _lines(conn: Reading, ids: Sequence[int]) -> dict[int, list[ReceiptLine]]:
    found: dict[int, list[ReceiptLine]] = defaultdict(list)
    for receipt_id, *facts in conn.rows(_RECEIPT_LINES, {"ids": list(ids)}):
        found[receipt_id].append(ReceiptLine(*facts))
    return found


def _charges(conn: Reading, ids: Sequence[int]) -> dict[int, list[ReceiptCharge]]:
    found: dict[int, list[ReceiptCharge]] = defaultdict(list)
    for receipt_id, *facts in conn.rows(_CHARGES, {"ids": list(ids)}):
        found[receipt_id].append(ReceiptCharge(*facts))
    return found


_RECEIPTS = text("""
SELECT id, key, operation_id, undone_by_id, warehouse_id, received_at, note
FROM receipt WHERE purchase_order_id = :id ORDER BY received_at, id
""")
_RECEIPT_LINES = text("""
SELECT l.receipt_id, l.line_no, l.purchase_order_line_id, l.sku_id, k.code,
    CASE WHEN t.id = 0 THEN '' ELSE t.code END, t.expires_on, l.quantity, l.damaged, l.value
FROM receipt_line l JOIN sku k ON k.id = l.sku_id JOIN lot t ON t.id = l.lot_id
WHERE l.receipt_id = ANY(CAST(:ids AS bigint[])) ORDER BY l.receipt_id, l.line_no
""")
_CHARGES = text("""
SELECT c.receipt_id, c.kind, c.basis, c.amount, c.currency, c.rate, c.rate_on, c.recorded_at,
    coalesce((SELECT sum(a.value_to_stock + a.value_to_sold) FROM cost_adjustment a
              WHERE a.charge_id = c.id), 0)
FROM charge c WHERE c.receipt_id = ANY(CAST(:ids AS bigint[])) ORDER BY c.receipt_id, c.id
""")


def tracked_by_lot(conn: Reading, sku_ids: Sequence[int]) -> frozenset[int]:
    """Those of the SKUs that are received by lot only."""
    rows = conn.rows(_TRACKED, {"ids": list(sku_ids)})
    return frozenset(row.id for row in rows)


_TRACKED = text("SELECT id FROM sku WHERE id = ANY(CAST(:ids AS bigint[])) AND lot_tracked")
