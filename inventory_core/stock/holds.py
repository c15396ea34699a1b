"""Freeze a lot wherever it lies, as a recall does. Decides that what is promised of it gives way.

The goods stay where they are, in quarantine and held; the lot itself is marked, so that nothing of
it becomes sellable again. Letting it go is another act.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from inventory_core.db.engine import Writing
from inventory_core.errors import Invalid, NotFound
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.stock.ledger import post
from inventory_core.stock.levels import lock_levels
from inventory_core.stock.postings import Line, NewOperation
from inventory_core.vocabulary import NO_LOT, Condition, OperationKind

_MARK = text("""
    UPDATE lot SET on_hold = true, hold_reason = :reason WHERE id = :lot RETURNING sku_id
""")
_GOOD = text("""
    SELECT location_id, quantity FROM bin_stock
    WHERE lot_id = :lot AND sku_id = :sku AND condition = 'good' AND quantity > 0
    ORDER BY location_id
""")


_PAIRS = text("""
    SELECT DISTINCT b.sku_id, p.warehouse_id FROM bin_stock b
    JOIN location p ON p.id = b.location_id
    WHERE b.lot_id = :lot AND b.sku_id = :sku AND p.warehouse_id IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class HeldLot:
    """What a hold froze: units per location."""

    lot_id: int
    sku_id: int
    units: int
    locations: int


def hold_lot(
    tx: Writing, actor: Actor, lot_id: int, *, key: str, reason: str, now: datetime
) -> HeldLot:
    """Mark the lot and quarantine every sellable unit of it; a second call freezes the rest."""
    require(actor, Permission.STOCK_ADJUST)
    if not reason.strip():
        raise Invalid("reason_missing", field="reason")
    if lot_id == NO_LOT:
        raise NotFound("record_missing", kind="lot", id=lot_id)
    sku_id = tx.scalar(_MARK, {"lot": lot_id, "reason": reason.strip()})
    if sku_id is None:
        raise NotFound("record_missing", kind="lot", id=lot_id)
    # What lies where is read once nobody can move it any more.
    lock_levels(tx, [(row[0], row[1]) for row in tx.rows(_PAIRS, {"lot": lot_id, "sku": sku_id})])
    found = tx.rows(_GOOD, {"lot": lot_id, "sku": sku_id})
    if found:
        lines = [
            Line(
                sku_id,
                row.location_id,
                row.location_id,
                row.quantity,
                lot_id=lot_id,
                to_condition=Condition.QUARANTINE,
            )
            for row in found
        ]
        operation = NewOperation(
            key, OperationKind.HOLD, now, lines, "lot", lot_id, reason=reason.strip()
        )
        post(tx, actor, [operation])
    units = sum(row.quantity for row in found)
    record_audit(tx, actor, "lot_held", ("lot", lot_id), {"reason": reason.strip(), "units": units})
    return HeldLot(lot_id, sku_id, units, len(found))
