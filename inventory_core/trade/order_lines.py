"""Change the counters of order lines. Decides their lock order (by id); judges nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from inventory_core.db.engine import Writing


@dataclass(frozen=True, slots=True)
class LockedLine:
    """One line's counters, valid while its lock is held."""

    id: int
    order_id: int
    line_no: int
    sku_id: int
    quantity: int
    backordered: int
    shipped: int
    cancelled: int
    returned: int


@dataclass(frozen=True, slots=True)
class LineChange:
    """What to add to the counters of one line."""

    backordered: int = 0
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0


_LOCK = text("""
    SELECT id, order_id, line_no, sku_id, quantity, backordered, shipped, cancelled, returned
    FROM sales_order_line
    WHERE id = ANY(CAST(:lines AS bigint[])) OR order_id = ANY(CAST(:orders AS bigint[]))
    ORDER BY id FOR NO KEY UPDATE
""")
_CHANGE = text("""
    UPDATE sales_order_line l SET backordered = l.backordered + g.backordered,
        shipped = l.shipped + g.shipped, cancelled = l.cancelled + g.cancelled,
        returned = l.returned + g.returned
    FROM unnest(CAST(:ids AS bigint[]), CAST(:backordered AS bigint[]), CAST(:shipped AS bigint[]),
        CAST(:cancelled AS bigint[]), CAST(:returned AS bigint[]))
        AS g(id, backordered, shipped, cancelled, returned)
    WHERE l.id = g.id
""")


def lock_lines(
    tx: Writing, *, line_ids: Collection[int] = (), order_ids: Collection[int] = ()
) -> list[LockedLine]:
    """Lock these lines, and all lines of these orders, after the levels; by order and line."""
    rows = tx.rows(_LOCK, {"lines": sorted(set(line_ids)), "orders": sorted(set(order_ids))})
    lines = [LockedLine(*row) for row in rows]
    return sorted(lines, key=lambda line: (line.order_id, line.line_no))


def change_lines(tx: Writing, changes: Mapping[int, LineChange]) -> None:
    """Add to the counters of locked lines; the database refuses what does not add up."""
    if changes:
        listed: Sequence[LineChange] = list(changes.values())
        tx.execute(
            _CHANGE,
            {
                "ids": list(changes),
                "backordered": [change.backordered for change in listed],
                "shipped": [change.shipped for change in listed],
                "cancelled": [change.cancelled for change in listed],
                "returned": [change.returned for change in listed],
            },
        )
