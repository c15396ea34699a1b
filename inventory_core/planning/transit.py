"""How long goods take from one of our warehouses to another. Decides only what is assumed where
no transfer has arrived yet.
"""

from sqlalchemy import text

from inventory_core.db.engine import Reading

ASSUMED_DAYS_ABROAD = 35
ASSUMED_DAYS_AT_HOME = 5
LATEST_TRANSFERS = 20

_TAKEN = text("""
    SELECT a.id AS from_id, b.id AS to_id, a.country = b.country AS at_home,
        (SELECT round(avg(days))::int FROM (
            SELECT extract(epoch FROM t.arrived_at - t.shipped_at) / 86400 AS days
              FROM transfer t
             WHERE t.from_warehouse_id = a.id AND t.to_warehouse_id = b.id
               AND t.arrived_at IS NOT NULL
             ORDER BY t.arrived_at DESC LIMIT :latest) AS l) AS days
      FROM location a JOIN location b ON b.id <> a.id
     WHERE a.kind = 'warehouse' AND b.kind = 'warehouse' AND a.active AND b.active
""")


def transit_days(conn: Reading) -> dict[tuple[int, int], int]:
    """Days from warehouse to warehouse: the mean of the latest transfers, else an assumption."""
    return {
        (row.from_id, row.to_id): (
            row.days
            if row.days is not None
            else ASSUMED_DAYS_AT_HOME
            if row.at_home
            else ASSUMED_DAYS_ABROAD
        )
        for row in conn.rows(_TAKEN, {"latest": LATEST_TRANSFERS})
    }
