"""The statements behind `verify`: each selects rows that should not exist. Executes nothing.

A column that ends in `_id`, `key` or `condition` names the offending row; the others say what is
kept and what it should be.
"""

# Ledger balance by location, lot and condition: the source of all figures of quantity.
_BALANCE = """
    SELECT sku_id, location_id, lot_id, condition, sum(quantity)::bigint AS quantity FROM (
        SELECT sku_id, to_location_id AS location_id, lot_id, to_condition AS condition, quantity
        FROM movement
        UNION ALL
        SELECT sku_id, from_location_id, lot_id, from_condition, -quantity FROM movement
    ) AS ends GROUP BY sku_id, location_id, lot_id, condition
"""
# Where a movement left and entered cost, by location.
_POOLED = """
    SELECT m.*, coalesce(f.cost_pool_id, fw.cost_pool_id) AS from_pool_id,
        coalesce(t.cost_pool_id, tw.cost_pool_id) AS to_pool_id
    FROM movement m
    JOIN location f ON f.id = m.from_location_id LEFT JOIN location fw ON fw.id = f.warehouse_id
    JOIN location t ON t.id = m.to_location_id LEFT JOIN location tw ON tw.id = t.warehouse_id
"""

_LEVELS = f"""
    SELECT coalesce(l.sku_id, b.sku_id) AS sku_id,
        coalesce(l.warehouse_id, b.warehouse_id) AS warehouse_id,
        coalesce(l.on_hand, 0) AS on_hand, coalesce(b.on_hand, 0) AS ledger_on_hand,
        coalesce(l.held, 0) AS held, coalesce(b.held, 0) AS ledger_held
    FROM stock_level l FULL JOIN (
        SELECT b.sku_id, p.warehouse_id, sum(b.quantity)::bigint AS on_hand,
            coalesce(sum(b.quantity) FILTER (WHERE b.condition <> 'good'), 0)::bigint AS held
        FROM ({_BALANCE}) AS b JOIN location p ON p.id = b.location_id
        WHERE p.warehouse_id IS NOT NULL GROUP BY b.sku_id, p.warehouse_id
    ) AS b ON b.sku_id = l.sku_id AND b.warehouse_id = l.warehouse_id
    WHERE coalesce(l.on_hand, 0) <> coalesce(b.on_hand, 0)
        OR coalesce(l.held, 0) <> coalesce(b.held, 0)
"""  # noqa: S608
_BINS = f"""
    SELECT coalesce(k.sku_id, b.sku_id) AS sku_id,
        coalesce(k.location_id, b.location_id) AS location_id,
        coalesce(k.lot_id, b.lot_id) AS lot_id, coalesce(k.condition, b.condition) AS condition,
        coalesce(k.quantity, 0) AS quantity, coalesce(b.quantity, 0) AS ledger_quantity
    FROM bin_stock k FULL JOIN (
        SELECT b.* FROM ({_BALANCE}) AS b JOIN location p ON p.id = b.location_id
        WHERE p.warehouse_id IS NOT NULL
    ) AS b ON b.sku_id = k.sku_id AND b.location_id = k.location_id AND b.lot_id = k.lot_id
        AND b.condition = k.condition
    WHERE coalesce(k.quantity, 0) <> coalesce(b.quantity, 0)
"""  # noqa: S608
_LOTS = """
    SELECT b.sku_id, b.lot_id, t.sku_id AS lot_sku, b.quantity
    FROM bin_stock b JOIN lot t ON t.id = b.lot_id WHERE b.lot_id <> 0 AND t.sku_id <> b.sku_id
"""
_SERIALS = """
    SELECT s.id AS serial_id, s.location_id, last.to_location_id AS ledger_location
    FROM serial s JOIN (
        SELECT DISTINCT ON (serial_id) serial_id, to_location_id FROM movement
        WHERE serial_id IS NOT NULL ORDER BY serial_id, id DESC
    ) AS last ON last.serial_id = s.id
    WHERE last.to_location_id <> s.location_id
"""
_RESERVED = """
    SELECT coalesce(l.sku_id, r.sku_id) AS sku_id,
        coalesce(l.warehouse_id, r.warehouse_id) AS warehouse_id,
        coalesce(l.reserved, 0) AS reserved, coalesce(r.promised, 0) AS promised
    FROM stock_level l FULL JOIN (
        SELECT sku_id, warehouse_id, sum(quantity - shipped - released)::bigint AS promised
        FROM reservation GROUP BY sku_id, warehouse_id
    ) AS r ON r.sku_id = l.sku_id AND r.warehouse_id = l.warehouse_id
    WHERE coalesce(l.reserved, 0) <> coalesce(r.promised, 0)
"""
_PROMISES = """
    SELECT r.id AS reservation_id, r.quantity, r.shipped, r.released, e.made, e.kept, e.dropped
    FROM reservation r LEFT JOIN (
        SELECT reservation_id,
            coalesce(sum(quantity) FILTER (WHERE to_state IN ('firm', 'pending')), 0) AS made,
            coalesce(sum(quantity) FILTER (WHERE to_state = 'shipped'), 0) AS kept,
            coalesce(sum(quantity) FILTER (WHERE to_state IN ('released', 'short', 'expired')), 0)
                AS dropped
        FROM reservation_event GROUP BY reservation_id
    ) AS e ON e.reservation_id = r.id
    WHERE (r.quantity, r.shipped, r.released) IS DISTINCT FROM (e.made, e.kept, e.dropped)
"""
_LAYER_UNITS = f"""
    SELECT coalesce(c.cost_pool_id, b.cost_pool_id) AS cost_pool_id,
        coalesce(c.sku_id, b.sku_id) AS sku_id, coalesce(c.left_units, 0) AS layer_units,
        coalesce(b.units, 0) AS ledger_units
    FROM (
        SELECT cost_pool_id, sku_id, sum(quantity_left)::bigint AS left_units
        FROM cost_layer GROUP BY cost_pool_id, sku_id
    ) AS c FULL JOIN (
        SELECT coalesce(p.cost_pool_id, w.cost_pool_id) AS cost_pool_id, b.sku_id,
            sum(b.quantity)::bigint AS units
        FROM ({_BALANCE}) AS b JOIN location p ON p.id = b.location_id
        LEFT JOIN location w ON w.id = p.warehouse_id
        WHERE coalesce(p.cost_pool_id, w.cost_pool_id) IS NOT NULL GROUP BY 1, 2
    ) AS b ON b.cost_pool_id = c.cost_pool_id AND b.sku_id = c.sku_id
    WHERE coalesce(c.left_units, 0) <> coalesce(b.units, 0)
"""  # noqa: S608
_LAYERS = """
    SELECT l.id AS cost_layer_id, l.quantity_left,
        l.quantity - coalesce(u.quantity, 0) AS should_be_left, l.value_left,
        l.value - coalesce(u.value, 0) + coalesce(a.value, 0) AS should_be_worth
    FROM cost_layer l
    LEFT JOIN (SELECT cost_layer_id, sum(quantity) AS quantity, sum(value) AS value
        FROM cost_use GROUP BY cost_layer_id) AS u ON u.cost_layer_id = l.id
    LEFT JOIN (SELECT cost_layer_id, sum(value_to_stock) AS value
        FROM cost_adjustment GROUP BY cost_layer_id) AS a ON a.cost_layer_id = l.id
    WHERE l.quantity_left <> l.quantity - coalesce(u.quantity, 0)
        OR l.value_left <> l.value - coalesce(u.value, 0) + coalesce(a.value, 0)
"""
# What one pool gave up to another arrives there unchanged.
_CARRIED = """
    SELECT c.origin_layer_id, c.operation_id, c.value AS arrived, u.value AS gave
    FROM (SELECT origin_layer_id, operation_id, sum(value) AS value FROM cost_layer
        WHERE origin_layer_id IS NOT NULL GROUP BY 1, 2) AS c
    LEFT JOIN (SELECT cost_layer_id, operation_id, sum(value) AS value FROM cost_use GROUP BY 1, 2)
        AS u ON u.cost_layer_id = c.origin_layer_id AND u.operation_id = c.operation_id
    WHERE c.value IS DISTINCT FROM u.value
"""
_TOTALS = f"""
    SELECT coalesce(t.cost_pool_id, b.cost_pool_id) AS cost_pool_id,
        coalesce(t.sku_id, b.sku_id) AS sku_id, coalesce(t.quantity, 0) AS quantity,
        coalesce(b.quantity, 0) AS ledger_quantity, coalesce(t.value, 0) AS value,
        coalesce(b.value, 0) AS ledger_value
    FROM cost_pool_total t FULL JOIN (
        SELECT cost_pool_id, sku_id, sum(quantity)::bigint AS quantity, sum(value) AS value FROM (
            SELECT to_pool_id AS cost_pool_id, sku_id, quantity, average_value AS value
            FROM ({_POOLED}) AS m
            WHERE to_pool_id IS NOT NULL AND to_pool_id IS DISTINCT FROM from_pool_id
            UNION ALL
            SELECT from_pool_id, sku_id, -quantity, -average_value FROM ({_POOLED}) AS m
            WHERE from_pool_id IS NOT NULL AND to_pool_id IS DISTINCT FROM from_pool_id
            UNION ALL
            SELECT l.cost_pool_id, l.sku_id, 0, a.value_to_stock
            FROM cost_adjustment a JOIN cost_layer l ON l.id = a.cost_layer_id
        ) AS ends GROUP BY cost_pool_id, sku_id
    ) AS b ON b.cost_pool_id = t.cost_pool_id AND b.sku_id = t.sku_id
    WHERE coalesce(t.quantity, 0) <> coalesce(b.quantity, 0)
        OR coalesce(t.value, 0) <> coalesce(b.value, 0)
"""  # noqa: S608
_TRANSIT = f"""
    SELECT coalesce(b.sku_id, t.sku_id) AS sku_id, coalesce(b.units, 0) AS ledger_units,
        coalesce(t.units, 0) AS transfer_units
    FROM (
        SELECT b.sku_id, sum(b.quantity)::bigint AS units FROM ({_BALANCE}) AS b
        JOIN location p ON p.id = b.location_id AND p.kind = 'in_transit' GROUP BY b.sku_id
    ) AS b FULL JOIN (
        SELECT sku_id, sum(shipped - arrived - lost)::bigint AS units
        FROM transfer_line GROUP BY sku_id
    ) AS t ON t.sku_id = b.sku_id
    WHERE coalesce(b.units, 0) <> coalesce(t.units, 0)
"""  # noqa: S608
_ORDERS = """
    SELECT l.order_id, l.id AS order_line_id, l.quantity, l.shipped, l.cancelled, l.backordered,
        coalesce(r.promised, 0) AS promised, coalesce(s.units, 0) AS in_shipments, l.returned,
        coalesce(b.units, 0) AS in_returns
    FROM sales_order_line l
    LEFT JOIN (SELECT order_line_id, sum(quantity - shipped - released)::bigint AS promised
        FROM reservation WHERE order_line_id IS NOT NULL GROUP BY 1) AS r ON r.order_line_id = l.id
    LEFT JOIN (SELECT order_line_id, sum(quantity)::bigint AS units FROM shipment_line GROUP BY 1)
        AS s ON s.order_line_id = l.id
    LEFT JOIN (SELECT order_line_id, sum(quantity)::bigint AS units FROM sales_return_line
        GROUP BY 1) AS b ON b.order_line_id = l.id
    WHERE l.quantity <> l.shipped + l.cancelled + l.backordered + coalesce(r.promised, 0)
        OR l.shipped <> coalesce(s.units, 0) OR l.returned <> coalesce(b.units, 0)
"""
_STOCK_OUTS = """
    SELECT o.id AS order_id, o.stocked_out FROM sales_order o
    WHERE NOT o.stocked_out AND (
        EXISTS (SELECT FROM sales_order_line l WHERE l.order_id = o.id
            AND (l.short_at_acceptance > 0 OR l.backordered > 0))
        OR EXISTS (SELECT FROM sales_order_line l JOIN reservation r ON r.order_line_id = l.id
            JOIN shortfall f ON f.reservation_id = r.id WHERE l.order_id = o.id))
"""
_EDGES = """
    SELECT l.sku_id, l.warehouse_id, l.on_hand - l.reserved - l.held AS available,
        coalesce(e.in_stock, false) AS last_edge
    FROM stock_level l LEFT JOIN (
        SELECT DISTINCT ON (sku_id, warehouse_id) sku_id, warehouse_id, in_stock
        FROM availability_edge ORDER BY sku_id, warehouse_id, id DESC
    ) AS e ON e.sku_id = l.sku_id AND e.warehouse_id = l.warehouse_id
    WHERE (l.on_hand - l.reserved - l.held > 0) <> coalesce(e.in_stock, false)
"""
_OPERATIONS = """
    SELECT o.id AS operation_id, o.key, o.kind, count(m.id) AS movements
    FROM operation o LEFT JOIN movement m ON m.operation_id = o.id
    GROUP BY o.id
    HAVING (count(m.id) = 0) <> (o.kind IN ('reserve', 'release', 'revalue'))
        OR count(m.id) <> coalesce(max(m.line_no), 0)
"""
_KEYS = """
    SELECT key, count(*) AS operations FROM operation GROUP BY key HAVING count(*) > 1
"""

CHECKS: dict[str, str] = {
    "levels": _LEVELS,
    "bins": _BINS,
    "lots": _LOTS,
    "serials": _SERIALS,
    "reserved": _RESERVED,
    "promises": _PROMISES,
    "layer_units": _LAYER_UNITS,
    "layers": _LAYERS,
    "carried": _CARRIED,
    "totals": _TOTALS,
    "transit": _TRANSIT,
    "orders": _ORDERS,
    "stock_outs": _STOCK_OUTS,
    "edges": _EDGES,
    "operations": _OPERATIONS,
    "keys": _KEYS,
}
