"""How long goods from suppliers really took. Decides which deliveries count: what was received of
orders that went out, not undone, the latest of each way; judges no supplier. What came on the day
itself counts from the next day on: a receipt must not change the plan of the day under a buyer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from inventory_core.db.engine import Reading

# The latest orders of one supplier to one warehouse by one ship method that are read.
LATEST_ORDERS = 24


@dataclass(frozen=True, slots=True)
class DeliveredLine:
    """A line of an order of which at least half has come.

    `days`: from the day it was sent to its receipts, mean by units; `country`: of the warehouse.
    """

    purchase_order_id: int
    offer_id: int
    supplier_id: int
    warehouse_id: int
    country: str
    ship_method: str
    ordered_on: date
    units: int
    days: float


_DELIVERED = text("""
    WITH line AS (
        SELECT p.id, l.offer_id, p.supplier_id, p.warehouse_id, w.country, p.ship_method,
               greatest(p.ordered_on, (p.sent_at AT TIME ZONE c.time_zone)::date) AS ordered_on,
               sum(rl.quantity) AS units,
               sum(rl.quantity * ((r.received_at AT TIME ZONE coalesce(w.time_zone, c.time_zone)
                   )::date - greatest(p.ordered_on, (p.sent_at AT TIME ZONE c.time_zone)::date)))
                   / sum(rl.quantity)::float AS days
          FROM purchase_order p
          JOIN purchase_order_line l ON l.purchase_order_id = p.id
          JOIN receipt_line rl ON rl.purchase_order_line_id = l.id
          JOIN receipt r ON r.id = rl.receipt_id AND r.undone_by_id IS NULL
          JOIN location w ON w.id = p.warehouse_id
         CROSS JOIN company c
         WHERE p.state <> 'cancelled' AND l.offer_id IS NOT NULL AND p.ordered_on <= :as_of
           AND p.supplier_id = ANY(CAST(:suppliers AS bigint[]))
           AND (r.received_at AT TIME ZONE c.time_zone)::date < :as_of
         GROUP BY p.id, l.id, l.offer_id, l.quantity, w.country, w.time_zone, c.time_zone
        HAVING 2 * sum(rl.quantity) >= l.quantity),
    ranked AS (
        SELECT line.*, dense_rank() OVER (
                   PARTITION BY supplier_id, warehouse_id, ship_method
                   ORDER BY ordered_on DESC, id DESC) AS place
          FROM line)
    SELECT id, offer_id, supplier_id, warehouse_id, coalesce(country, '') AS country, ship_method,
           ordered_on, units, days
      FROM ranked WHERE place <= :latest
     ORDER BY id, offer_id
""")


def delivered_lines(
    conn: Reading, supplier_ids: Collection[int], *, as_of: date
) -> list[DeliveredLine]:
    """What came of the latest orders of each way of these suppliers until a day, by order."""
    facts = {"suppliers": sorted(supplier_ids), "as_of": as_of, "latest": LATEST_ORDERS}
    rows = conn.rows(_DELIVERED, facts)
    return [
        DeliveredLine(
            purchase_order_id=row.id,
            offer_id=row.offer_id,
            supplier_id=row.supplier_id,
            warehouse_id=row.warehouse_id,
            country=row.country,
            ship_method=row.ship_method,
            ordered_on=row.ordered_on,
            units=int(row.units),
            days=max(0.0, float(row.days)),
        )
        for row in rows
    ]
