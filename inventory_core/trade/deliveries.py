"""How long goods from suppliers really took. Decides which deliveries count: what was received of
orders that went out, not undone, and what is still awaited, the latest of each way; judges no
supplier. What came or was seen on the day itself counts from the next day on: a receipt must not
change the plan of the day under a buyer.
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
    """A line of an order that went out; `come`: whether at least half of it has arrived.

    `days`: from the day it was sent to its receipts, mean by units, or so far where it has not
    come. `units`: received, or still awaited. `country`: of the warehouse.
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
    come: bool = True


_LINES = text("""
    WITH line AS (
        SELECT p.id, l.offer_id, p.supplier_id, p.warehouse_id, w.country, p.ship_method,
               l.quantity - l.cancelled AS wanted, l.quantity, p.sent_at,
               p.closed_at IS NULL OR (p.closed_at AT TIME ZONE c.time_zone)::date >= :as_of
                   AS awaited,
               greatest(p.ordered_on, (p.sent_at AT TIME ZONE c.time_zone)::date) AS ordered_on,
               coalesce(sum(r.quantity), 0) AS units,
               sum(r.quantity * ((r.received_at AT TIME ZONE coalesce(w.time_zone, c.time_zone)
                   )::date - greatest(p.ordered_on, (p.sent_at AT TIME ZONE c.time_zone)::date)))
                   / sum(r.quantity)::float AS days
          FROM purchase_order p
          JOIN purchase_order_line l ON l.purchase_order_id = p.id
          JOIN location w ON w.id = p.warehouse_id
         CROSS JOIN company c
          LEFT JOIN (SELECT rl.purchase_order_line_id, rl.quantity, r.received_at
                       FROM receipt_line rl JOIN receipt r ON r.id = rl.receipt_id
                      WHERE r.undone_by_id IS NULL) AS r
                 ON r.purchase_order_line_id = l.id
                AND (r.received_at AT TIME ZONE c.time_zone)::date < :as_of
         WHERE p.state <> 'cancelled' AND l.offer_id IS NOT NULL AND p.ordered_on <= :as_of
           AND p.supplier_id = ANY(CAST(:suppliers AS bigint[]))
         GROUP BY p.id, l.id, l.offer_id, w.country, w.time_zone, c.time_zone),
    known AS (
        SELECT line.*, 2 * units >= quantity AS come FROM line
         WHERE 2 * units >= quantity
            OR awaited AND sent_at IS NOT NULL AND ordered_on <= :as_of AND wanted > units),
    ranked AS (
        SELECT known.*, dense_rank() OVER (
                   PARTITION BY supplier_id, warehouse_id, ship_method, come
                   ORDER BY ordered_on DESC, id DESC) AS place
          FROM known)
    SELECT id, offer_id, supplier_id, warehouse_id, coalesce(country, '') AS country, ship_method,
           ordered_on, come, CASE WHEN come THEN units ELSE wanted - units END AS units,
           CASE WHEN come THEN days ELSE CAST(:as_of AS date) - ordered_on END AS days
      FROM ranked WHERE place <= :latest
     ORDER BY id, offer_id
""")


def delivered_lines(
    conn: Reading, supplier_ids: Collection[int], *, as_of: date
) -> list[DeliveredLine]:
    """What came, or has not, of the latest orders of each way of these suppliers, by order."""
    facts = {"suppliers": sorted(supplier_ids), "as_of": as_of, "latest": LATEST_ORDERS}
    rows = conn.rows(_LINES, facts)
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
            come=row.come,
        )
        for row in rows
    ]
