"""What somebody said no to a short while ago, as planning knows it.

A plan counts on nothing that is rejected: no MOQ is reached with it, and no goods come from where
nobody wants to send them. Decides how long a no holds: as long as it keeps the suggestion away
(`suggestions`), one review.
"""

from dataclasses import dataclass

from sqlalchemy import text

from inventory_core.db.engine import Reading

_REJECTED = text("""
    SELECT DISTINCT sku_id, warehouse_id, from_warehouse_id FROM suggestion
    WHERE state = 'rejected' AND closed_at > now() - make_interval(days => :days)
""")


@dataclass(frozen=True, slots=True)
class Rejected:
    """`buys`: SKU and warehouse. `sends`: SKU, origin and warehouse."""

    buys: frozenset[tuple[int, int]] = frozenset()
    sends: frozenset[tuple[int, int, int]] = frozenset()


def rejected(conn: Reading, *, quiet_days: int) -> Rejected:
    """All that was rejected in the last days."""
    rows = conn.rows(_REJECTED, {"days": quiet_days})
    return Rejected(
        frozenset((r.sku_id, r.warehouse_id) for r in rows if r.from_warehouse_id is None),
        frozenset(
            (r.sku_id, r.from_warehouse_id, r.warehouse_id)
            for r in rows
            if r.from_warehouse_id is not None
        ),
    )
