"""Named SELECTs of the stock screen: positions by page, down to ledger lines. Executes nothing.

Pages go by key, never by offset: a page begins after the last row of the page before.
"""

from sqlalchemy import TextClause, text

from inventory_core.stock.balances import POSITION_ROWS

PAGE = 100
# What a row is worth at ledger cost: its share of the units of its cost pool.
_VALUE = """
    CASE WHEN t.quantity > 0 THEN round(
        CASE (SELECT cost_method FROM company) WHEN 'fifo' THEN (
            SELECT coalesce(sum(c.value_left), 0) FROM cost_layer c
            WHERE c.cost_pool_id = t.cost_pool_id AND c.sku_id = t.sku_id AND c.quantity_left > 0)
        ELSE t.value END * p.on_hand / t.quantity, 2) ELSE 0 END
"""
_ROWS = f"""
    SELECT p.*, s.code AS sku, s.code_key, s.name, s.category, w.code AS warehouse,
        w.priority AS place, {_VALUE} AS value
    FROM ({POSITION_ROWS}) AS p
    JOIN sku s ON s.id = p.sku_id JOIN location w ON w.id = p.warehouse_id
    LEFT JOIN cost_pool_total t ON t.cost_pool_id = w.cost_pool_id AND t.sku_id = p.sku_id
    WHERE (:find = '' OR s.code_key LIKE '%' || lower(:find) || '%'
            OR lower(s.name) LIKE '%' || lower(:find) || '%')
        AND CASE :show
            WHEN 'out' THEN p.available <= 0
            WHEN 'waiting' THEN p.backordered > 0
            WHEN 'held' THEN p.held > 0
            WHEN 'coming' THEN p.on_order + p.in_transit + p.planned_in > 0
            ELSE true END
"""  # noqa: S608


def position_page() -> TextClause:
    """Positions by SKU and warehouse. Parameters: skus, warehouses (lists or None), find, show
    ('', out, waiting, held, coming), after_key, after_place (of the last row seen; '' and 0), most.
    """
    return text(
        f"SELECT * FROM ({_ROWS}) AS r WHERE (r.code_key, r.place, r.warehouse_id)"  # noqa: S608
        " > (:after_key, :after_place, :after_id)"
        " ORDER BY r.code_key, r.place, r.warehouse_id LIMIT :most"
    )


def position_sums() -> TextClause:
    """One row: sums over all positions that `position_page` would show on all its pages."""
    return text(
        "SELECT count(*) AS pairs, count(DISTINCT r.sku_id) AS skus,"  # noqa: S608
        " coalesce(sum(r.on_hand), 0)::bigint AS on_hand,"
        " coalesce(sum(r.reserved), 0)::bigint AS reserved,"
        " coalesce(sum(r.held), 0)::bigint AS held,"
        " coalesce(sum(r.available), 0)::bigint AS available,"
        " coalesce(sum(r.on_order), 0)::bigint AS on_order,"
        " coalesce(sum(r.in_transit), 0)::bigint AS in_transit,"
        " coalesce(sum(r.backordered), 0)::bigint AS backordered,"
        f" coalesce(sum(r.value), 0) AS value FROM ({_ROWS}) AS r"
    )


def ledger_lines() -> TextClause:
    """Movements of one SKU at one warehouse, newest first. Parameters: sku, warehouse, before
    (movement id, the newest page: 2^62), most. `change` is signed; 0 where it stays inside.
    """
    return text("""
        SELECT m.id, m.occurred_at, m.recorded_at, o.kind, o.source_kind, o.source_id, o.reason,
            m.quantity * ((coalesce(t.warehouse_id, 0) = :warehouse)::int
                - (coalesce(f.warehouse_id, 0) = :warehouse)::int) AS change,
            m.quantity, f.code AS from_place, t.code AS to_place, m.from_condition,
            m.to_condition, l.code AS lot, m.value, p.name AS person, o.id AS operation_id,
            coalesce(so.external_id, po.number, tr.number, '') AS document
        FROM movement m JOIN operation o ON o.id = m.operation_id
        JOIN location f ON f.id = m.from_location_id JOIN location t ON t.id = m.to_location_id
        JOIN lot l ON l.id = m.lot_id JOIN person p ON p.id = o.actor_id
        LEFT JOIN sales_order so ON o.source_kind = 'sales_order' AND so.id = o.source_id
        LEFT JOIN purchase_order po ON o.source_kind = 'purchase_order' AND po.id = o.source_id
        LEFT JOIN transfer tr ON o.source_kind = 'transfer' AND tr.id = o.source_id
        WHERE m.sku_id = :sku AND :warehouse IN (f.warehouse_id, t.warehouse_id)
            AND m.id < :before
        ORDER BY m.id DESC LIMIT :most
    """)


def bin_contents() -> TextClause:
    """Where units of one SKU lie in one warehouse, by lot and condition. Parameters: sku,
    warehouse.
    """
    return text("""
        SELECT p.code AS place, l.code AS lot, l.expires_on, b.condition, b.quantity
        FROM bin_stock b JOIN location p ON p.id = b.location_id AND p.warehouse_id = :warehouse
        JOIN lot l ON l.id = b.lot_id
        WHERE b.sku_id = :sku AND b.quantity > 0
        ORDER BY l.expires_on NULLS LAST, l.code, p.code, b.condition
    """)


def promised_to() -> TextClause:
    """Open promises on one SKU at one warehouse, the most urgent first. Parameters: sku,
    warehouse.
    """
    return text("""
        SELECT o.id AS order_id, o.external_id, a.name AS account, o.placed_at, o.priority,
            r.quantity - r.shipped - r.released AS quantity
        FROM reservation r JOIN sales_order_line l ON l.id = r.order_line_id
        JOIN sales_order o ON o.id = l.order_id JOIN channel_account a ON a.id = o.account_id
        WHERE r.sku_id = :sku AND r.warehouse_id = :warehouse
            AND r.shipped + r.released < r.quantity
        ORDER BY r.priority, r.id LIMIT 200
    """)
