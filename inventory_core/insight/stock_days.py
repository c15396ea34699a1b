"""How stock of each SKU at each warehouse changed day by day, straight from the ledger.

Decides only which movements cross a warehouse's border and which of them brought goods in from
outside; sums them, judges nothing.
"""

from sqlalchemy import TextClause, text

# Parameters: last_on. Columns: sku_id, warehouse_id, day (days since 1970), quantity (net), arrived
# (from suppliers or on the way), value of what arrived (base currency).
_CHANGES = text("""
    WITH side AS (
        SELECT w.id AS warehouse_id, w.time_zone, m.sku_id, m.occurred_at, m.quantity,
            CASE WHEN f.kind IN ('supplier', 'in_transit') THEN m.quantity ELSE 0 END AS arrived,
            CASE WHEN f.kind IN ('supplier', 'in_transit') THEN m.value ELSE 0 END AS value
        FROM movement m
        JOIN location f ON f.id = m.from_location_id
        JOIN location t ON t.id = m.to_location_id
        JOIN location w ON w.id = t.warehouse_id
        WHERE f.warehouse_id IS DISTINCT FROM t.warehouse_id
        UNION ALL
        SELECT w.id, w.time_zone, m.sku_id, m.occurred_at, -m.quantity, 0, 0
        FROM movement m
        JOIN location f ON f.id = m.from_location_id
        JOIN location t ON t.id = m.to_location_id
        JOIN location w ON w.id = f.warehouse_id
        WHERE f.warehouse_id IS DISTINCT FROM t.warehouse_id
    ), dated AS (
        SELECT sku_id, warehouse_id, quantity, arrived, value,
            (occurred_at AT TIME ZONE time_zone)::date AS on_day
        FROM side
    )
    SELECT sku_id, warehouse_id, on_day - DATE '1970-01-01' AS day,
        sum(quantity)::bigint AS quantity, sum(arrived)::bigint AS arrived, sum(value) AS value
    FROM dated WHERE on_day <= :last_on
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")


def daily_changes() -> TextClause:
    """The statement; its parameter is `last_on`, the last day asked for."""
    return _CHANGES
