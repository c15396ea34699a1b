"""Lines of an order that with all that goes along stay under the supplier's MOQ.

Decides what goes along: every order of the same offer that is not sent yet or was placed the same
day, for whatever site. Says it before the order leaves the house; forbids nothing.
"""

from dataclasses import dataclass

from sqlalchemy import text

from inventory_core.db.engine import Reading

_SHORT = text("""
    WITH mine AS (
        SELECT l.sku_id, l.offer_id, sum(l.quantity - l.cancelled)::bigint AS units, p.ordered_on
        FROM purchase_order p JOIN purchase_order_line l ON l.purchase_order_id = p.id
        WHERE p.id = :order AND l.offer_id IS NOT NULL AND l.quantity > l.cancelled
        GROUP BY 1, 2, 4
    )
    SELECT s.code AS sku_code, m.units, o.moq, coalesce(sum(l.quantity - l.cancelled), 0)::bigint
        AS together
    FROM mine m
    JOIN offer o ON o.id = m.offer_id
    JOIN sku s ON s.id = m.sku_id
    LEFT JOIN (purchase_order_line l JOIN purchase_order p ON p.id = l.purchase_order_id
        AND p.state <> 'cancelled') ON l.offer_id = m.offer_id AND l.sku_id = m.sku_id
        AND (p.state = 'draft' OR p.ordered_on = m.ordered_on)
    GROUP BY s.code, m.units, o.moq
    HAVING coalesce(sum(l.quantity - l.cancelled), 0) < o.moq
    ORDER BY s.code
""")


@dataclass(frozen=True, slots=True)
class ShortLine:
    """Units of a SKU on this order, `together` with all that goes along, and the MOQ."""

    sku_code: str
    units: int
    together: int
    moq: int


def short_lines(conn: Reading, order_id: int) -> list[ShortLine]:
    """Lines of an order under their MOQ, by SKU code."""
    rows = conn.rows(_SHORT, {"order": order_id})
    return [ShortLine(r.sku_code, int(r.units), int(r.together), int(r.moq)) for r in rows]
