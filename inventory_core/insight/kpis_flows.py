"""The statements for what flows through a day: cost of sales, sales, orders and stock-outs.

Decides sums only, each for a warehouse, its categories, its channels, and both together. Sales are
what was shipped less what came back, without tax, at the rate of the order's day; an unknown rate
makes the day's sales unknown, not smaller.
"""

from sqlalchemy import text

FLOW_OF_COST = text("""
    INSERT INTO kpi_day AS k (on_day, warehouse_id, category, account_id, cost_of_sales)
    WITH by_channel AS (
        SELECT w.id AS warehouse_id, (m.occurred_at AT TIME ZONE w.time_zone)::date AS on_day,
            m.sku_id, o.account_id, CASE WHEN t.kind = 'customer' THEN m.value
                ELSE -m.value END AS cost
        FROM movement m
        JOIN operation op ON op.id = m.operation_id
        JOIN location f ON f.id = m.from_location_id
        JOIN location t ON t.id = m.to_location_id
        JOIN location w ON w.id = coalesce(f.warehouse_id, t.warehouse_id)
        JOIN (SELECT operation_id, min(order_id) AS order_id FROM (
                SELECT operation_id, order_id FROM shipment
                UNION ALL SELECT operation_id, order_id FROM sales_return) s GROUP BY 1) d
            ON d.operation_id = coalesce(op.reverses_id, op.id)
        JOIN sales_order o ON o.id = d.order_id
        WHERE (f.kind = 'customer') <> (t.kind = 'customer')
    ), cost AS (
        SELECT c.on_day, c.warehouse_id, s.category, c.account_id, c.cost
        FROM by_channel c JOIN sku s ON s.id = c.sku_id
        WHERE c.on_day BETWEEN :first_on AND :last_on
        UNION ALL
        SELECT f.on_day, f.warehouse_id, s.category, 0, f.cost
        FROM kpi_fact f JOIN sku s ON s.id = f.sku_id
        WHERE f.on_day BETWEEN :first_on AND :last_on AND f.cost <> 0
    )
    SELECT on_day, warehouse_id, coalesce(category, '*'), account_id, sum(cost)
    FROM cost
    GROUP BY GROUPING SETS ((on_day, warehouse_id, category, account_id),
                            (on_day, warehouse_id, account_id))
    ON CONFLICT (on_day, warehouse_id, category, account_id)
        DO UPDATE SET cost_of_sales = excluded.cost_of_sales
""")

FLOW_OF_SALES = text("""
    INSERT INTO kpi_day AS k
        (on_day, warehouse_id, category, account_id, sales, units_sold)
    WITH line AS (
        SELECT l.id, l.sku_id, o.account_id, r.rate,
            l.unit_price * l.quantity - l.discount AS gross,
            (l.unit_price * l.quantity - l.discount - l.tax) AS net, l.quantity
        FROM sales_order_line l
        JOIN sales_order o ON o.id = l.order_id
        JOIN kpi_rate r ON r.currency = o.currency
            AND r.on_day = (o.placed_at AT TIME ZONE :zone)::date
    ), flow AS (
        SELECT (s.shipped_at AT TIME ZONE w.time_zone)::date AS on_day, w.id AS warehouse_id,
            l.sku_id, l.account_id, l.rate, sl.quantity AS units,
            l.net * sl.quantity / l.quantity AS amount
        FROM shipment s
        JOIN location w ON w.id = s.warehouse_id
        JOIN shipment_line sl ON sl.shipment_id = s.id
        JOIN line l ON l.id = sl.order_line_id
        UNION ALL
        SELECT (r.received_at AT TIME ZONE w.time_zone)::date, w.id, l.sku_id, l.account_id,
            l.rate, -rl.quantity,
            CASE WHEN l.gross > 0 THEN -rl.refund * l.net / l.gross ELSE -rl.refund END
        FROM sales_return r
        JOIN location w ON w.id = r.warehouse_id
        JOIN sales_return_line rl ON rl.return_id = r.id
        JOIN line l ON l.id = rl.order_line_id
        UNION ALL
        SELECT h.sold_on, coalesce(h.warehouse_id, f.warehouse_id), h.sku_id,
            coalesce(h.account_id, 0), CASE WHEN h.unit_price IS NULL THEN 0 ELSE q.rate END,
            h.quantity - h.cancelled, coalesce(h.unit_price, 0) * (h.quantity - h.cancelled)
        FROM sales_line h
        CROSS JOIN (SELECT min(id) AS warehouse_id FROM location WHERE kind = 'warehouse') f
        LEFT JOIN kpi_rate q ON q.currency = h.currency AND q.on_day = h.sold_on
        WHERE h.treatment = 'accepted' AND h.sku_id IS NOT NULL AND f.warehouse_id IS NOT NULL
    ), day AS (
        SELECT f.on_day, f.warehouse_id, s.category, a.account_id, f.amount * f.rate AS amount,
            f.rate IS NULL AS unknown, f.units
        FROM flow f JOIN sku s ON s.id = f.sku_id
        CROSS JOIN LATERAL (SELECT 0 AS account_id
            UNION SELECT f.account_id) a
        WHERE f.on_day BETWEEN :first_on AND :last_on
    )
    SELECT on_day, warehouse_id, coalesce(category, '*'), account_id,
        CASE WHEN bool_or(unknown) THEN NULL ELSE sum(amount) END, sum(units)
    FROM day
    GROUP BY GROUPING SETS ((on_day, warehouse_id, category, account_id),
                            (on_day, warehouse_id, account_id))
    ON CONFLICT (on_day, warehouse_id, category, account_id)
        DO UPDATE SET sales = excluded.sales, units_sold = excluded.units_sold
""")

FLOW_OF_ORDERS = text("""
    INSERT INTO kpi_day AS k
        (on_day, warehouse_id, category, account_id, orders, short_orders, units_short, lost_sales)
    WITH pool AS (
        SELECT a.id AS account_id, p.warehouse_id, p.priority
        FROM channel_account a JOIN stock_pool_warehouse p ON p.stock_pool_id = a.stock_pool_id
    ), carried AS (
        SELECT DISTINCT warehouse_id, sku_id FROM kpi_fact WHERE quantity > 0
    ), home AS (
        -- The first warehouse of the pool that ever carried the SKU; else the first of the pool.
        SELECT DISTINCT ON (n.account_id, n.sku_id) n.account_id, n.sku_id, p.warehouse_id
        FROM (SELECT DISTINCT o.account_id, l.sku_id
              FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id) n
        JOIN pool p ON p.account_id = n.account_id
        LEFT JOIN carried c ON c.warehouse_id = p.warehouse_id AND c.sku_id = n.sku_id
        ORDER BY n.account_id, n.sku_id, c.sku_id IS NULL, p.priority, p.warehouse_id
    ), line AS (
        SELECT o.id AS order_id, o.account_id, o.placed_at, o.stocked_out, s.category,
            l.short_at_acceptance AS short, r.rate,
            first_value(h.warehouse_id) OVER first AS warehouse_id,
            max(l.short_at_acceptance) OVER (PARTITION BY o.id) AS most_short,
            (l.unit_price * l.quantity - l.discount - l.tax)
                * l.short_at_acceptance / l.quantity AS lost
        FROM sales_order o
        JOIN sales_order_line l ON l.order_id = o.id
        JOIN sku s ON s.id = l.sku_id
        JOIN home h ON h.account_id = o.account_id AND h.sku_id = l.sku_id
        LEFT JOIN kpi_rate r ON r.currency = o.currency
            AND r.on_day = (o.placed_at AT TIME ZONE :zone)::date
        WINDOW first AS (PARTITION BY o.id ORDER BY l.line_no)
    ), day AS (
        SELECT (l.placed_at AT TIME ZONE w.time_zone)::date AS on_day, l.warehouse_id, l.category,
            a.account_id, l.order_id, l.stocked_out,
            -- Cut later for lack of stock: every category of the order was part of it.
            l.stocked_out AND (l.short > 0 OR l.most_short = 0) AS category_short,
            l.short, coalesce(l.lost * l.rate, 0) AS lost
        FROM line l JOIN location w ON w.id = l.warehouse_id
        CROSS JOIN LATERAL (SELECT 0 AS account_id UNION ALL SELECT l.account_id) a
        WHERE l.placed_at >= CAST(:first_on AS timestamp) - interval '2 days'
    )
    SELECT on_day, warehouse_id, coalesce(category, '*'), account_id, count(DISTINCT order_id),
        CASE WHEN grouping(category) = 1
            THEN count(DISTINCT order_id) FILTER (WHERE stocked_out)
            ELSE count(DISTINCT order_id) FILTER (WHERE category_short) END,
        sum(short), sum(lost)
    FROM day WHERE on_day BETWEEN :first_on AND :last_on
    GROUP BY GROUPING SETS ((on_day, warehouse_id, category, account_id),
                            (on_day, warehouse_id, account_id))
    ON CONFLICT (on_day, warehouse_id, category, account_id)
        DO UPDATE SET orders = excluded.orders, short_orders = excluded.short_orders,
            units_short = excluded.units_short, lost_sales = excluded.lost_sales
""")
