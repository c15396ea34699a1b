"""The statements behind the KPI snapshot. Decides sums only; `kpis_snapshot` says in which order.

Two temporary tables carry what several statements need: `kpi_fact` (per warehouse, SKU and day:
what came, went, was sold, and its value) and `kpi_rate` (the rate of a currency on a day, the
latest one known on or before it). Both vanish with the transaction.
"""

from sqlalchemy import TextClause, text

_DROP_FACTS = text("DROP TABLE IF EXISTS kpi_fact")
_DROP_RATES = text("DROP TABLE IF EXISTS kpi_rate")

# Whole history up to the last day, because a balance is the sum of everything before it.
_FACTS = text("""
    CREATE TEMPORARY TABLE kpi_fact ON COMMIT DROP AS
    WITH side AS (
        SELECT w.id AS warehouse_id, w.time_zone, m.sku_id, m.occurred_at,
            m.quantity, m.value, 0::numeric AS in_transit,
            CASE WHEN f.kind IN ('supplier', 'in_transit') THEN m.quantity ELSE 0 END AS arrived,
            0::bigint AS sold,
            CASE WHEN f.kind = 'customer' THEN -m.value ELSE 0 END AS cost
        FROM movement m
        JOIN location f ON f.id = m.from_location_id
        JOIN location t ON t.id = m.to_location_id
        JOIN location w ON w.id = t.warehouse_id
        WHERE f.warehouse_id IS DISTINCT FROM t.warehouse_id
        UNION ALL
        SELECT w.id, w.time_zone, m.sku_id, m.occurred_at, -m.quantity, -m.value, 0, 0,
            CASE WHEN t.kind = 'customer' THEN m.quantity ELSE 0 END,
            CASE WHEN t.kind = 'customer' THEN m.value ELSE 0 END
        FROM movement m
        JOIN location f ON f.id = m.from_location_id
        JOIN location t ON t.id = m.to_location_id
        JOIN location w ON w.id = f.warehouse_id
        WHERE f.warehouse_id IS DISTINCT FROM t.warehouse_id
        UNION ALL
        -- On the way: counted where it is going.
        SELECT w.id, w.time_zone, m.sku_id, m.occurred_at, 0, 0,
            CASE WHEN t.kind = 'in_transit' THEN m.value ELSE -m.value END, 0, 0, 0
        FROM movement m
        JOIN operation o ON o.id = m.operation_id
        JOIN location f ON f.id = m.from_location_id
        JOIN location t ON t.id = m.to_location_id
        LEFT JOIN transfer tr ON o.source_kind = 'transfer' AND tr.id = o.source_id
        JOIN location w ON w.id = coalesce(tr.to_warehouse_id, t.warehouse_id, f.warehouse_id)
        WHERE (f.kind = 'in_transit') <> (t.kind = 'in_transit')
        UNION ALL
        -- Late charges: what is left takes its part into stock, what is sold into cost.
        SELECT w.id, w.time_zone, l.sku_id, a.occurred_at, 0, a.value_to_stock, 0, 0, 0,
            a.value_to_sold
        FROM cost_adjustment a
        JOIN cost_layer l ON l.id = a.cost_layer_id
        JOIN LATERAL (SELECT id, time_zone FROM location
            WHERE kind = 'warehouse' AND cost_pool_id = l.cost_pool_id
            ORDER BY id LIMIT 1) w ON true
    )
    SELECT warehouse_id, sku_id, (occurred_at AT TIME ZONE time_zone)::date AS on_day,
        sum(quantity)::bigint AS quantity, sum(value) AS value, sum(in_transit) AS in_transit,
        sum(arrived)::bigint AS arrived, sum(sold)::bigint AS sold, sum(cost) AS cost
    FROM side
    WHERE (occurred_at AT TIME ZONE time_zone)::date <= :last_on
    GROUP BY 1, 2, 3
""")

_RATES = text("""
    CREATE TEMPORARY TABLE kpi_rate ON COMMIT DROP AS
    SELECT n.currency, n.on_day, CASE WHEN n.currency = :base THEN 1 ELSE coalesce(
        (SELECT r.rate FROM exchange_rate r WHERE r.from_currency = n.currency
            AND r.to_currency = :base AND r.kind = 'spot' AND r.on_day <= n.on_day
            ORDER BY r.on_day DESC LIMIT 1),
        (SELECT 1 / r.rate FROM exchange_rate r WHERE r.from_currency = :base
            AND r.to_currency = n.currency AND r.kind = 'spot' AND r.on_day <= n.on_day
            ORDER BY r.on_day DESC LIMIT 1)) END AS rate
    FROM (
        SELECT currency, (placed_at AT TIME ZONE :zone)::date AS on_day FROM sales_order
        UNION
        SELECT currency, sold_on FROM sales_line WHERE currency IS NOT NULL
    ) n
""")

TEMPORARY: tuple[TextClause, ...] = (
    _DROP_FACTS,
    _DROP_RATES,
    _FACTS,
    _RATES,
    text("ANALYZE kpi_fact"),
    text("ANALYZE kpi_rate"),
)

# Every warehouse and category on every day, also where nothing moved: a balance stands still.
STOCK_VALUES = text("""
    INSERT INTO kpi_day (on_day, warehouse_id, category, closing_value, in_transit_value)
    WITH fact AS (
        SELECT f.warehouse_id, s.category, greatest(f.on_day, :first_on - 1) AS on_day,
            sum(f.value) AS value, sum(f.in_transit) AS in_transit
        FROM kpi_fact f JOIN sku s ON s.id = f.sku_id
        GROUP BY GROUPING SETS ((1, 2, 3), (1, 3))
    ), known AS (
        SELECT warehouse_id, coalesce(category, '*') AS category, on_day, value, in_transit
        FROM fact
    ), grid AS (
        SELECT p.warehouse_id, p.category, d::date AS on_day
        FROM (SELECT DISTINCT warehouse_id, category FROM known
              UNION SELECT id, '*' FROM location WHERE kind = 'warehouse') p
        CROSS JOIN generate_series(
            CAST(:first_on AS timestamp) - interval '1 day', CAST(:last_on AS timestamp),
            interval '1 day') d
    ), balance AS (
        SELECT g.on_day, g.warehouse_id, g.category,
            coalesce(sum(k.value) OVER past, 0) AS value,
            coalesce(sum(k.in_transit) OVER past, 0) AS in_transit
        FROM grid g LEFT JOIN known k USING (warehouse_id, category, on_day)
        WINDOW past AS (PARTITION BY g.warehouse_id, g.category ORDER BY g.on_day)
    )
    SELECT on_day, warehouse_id, category, value, in_transit FROM balance
    WHERE on_day >= :first_on
""")

# A pool of one SKU in one warehouse without a sale for N days; of it the units that are older
# than N days, since a new arrival is not dead: on hand less what arrived in those N days.
DEAD_STOCK = text("""
    UPDATE kpi_day k SET dead_value = d.dead, dead_value_double = d.dead_double
    FROM (
    WITH sale AS (
        SELECT warehouse_id, sku_id, on_day FROM kpi_fact WHERE sold > 0
        UNION SELECT coalesce(l.warehouse_id, f.warehouse_id), l.sku_id, l.sold_on
        FROM sales_line l
        CROSS JOIN (SELECT min(id) AS warehouse_id FROM location WHERE kind = 'warehouse') f
        WHERE l.treatment = 'accepted' AND l.sku_id IS NOT NULL AND l.quantity > l.cancelled
    ), pair AS (
        SELECT warehouse_id, sku_id, greatest(min(on_day), :first_on - 2 * :dead_days) AS from_on
        FROM kpi_fact GROUP BY 1, 2
    ), folded AS (
        SELECT f.warehouse_id, f.sku_id, greatest(f.on_day, p.from_on) AS on_day,
            sum(f.quantity) AS quantity, sum(f.value) AS value,
            sum(f.arrived) FILTER (WHERE f.on_day >= p.from_on) AS arrived
        FROM kpi_fact f JOIN pair p USING (warehouse_id, sku_id) GROUP BY 1, 2, 3
    ), last_sale AS (
        SELECT s.warehouse_id, s.sku_id, greatest(s.on_day, p.from_on) AS on_day,
            max(s.on_day) AS sold_on
        FROM sale s JOIN pair p USING (warehouse_id, sku_id) GROUP BY 1, 2, 3
    ), grid AS (
        SELECT p.warehouse_id, p.sku_id, d::date AS on_day
        FROM pair p CROSS JOIN LATERAL generate_series(
            CAST(p.from_on AS timestamp), CAST(:last_on AS timestamp), interval '1 day') d
    ), state AS (
        SELECT g.warehouse_id, g.sku_id, g.on_day,
            sum(f.quantity) OVER past AS quantity, sum(f.value) OVER past AS value,
            max(l.sold_on) OVER past AS sold_on,
            coalesce(sum(f.arrived) OVER recent, 0) AS young,
            coalesce(sum(f.arrived) OVER recent_double, 0) AS young_double
        FROM grid g LEFT JOIN folded f USING (warehouse_id, sku_id, on_day)
        LEFT JOIN last_sale l USING (warehouse_id, sku_id, on_day)
        WINDOW past AS (PARTITION BY g.warehouse_id, g.sku_id ORDER BY g.on_day),
            recent AS (PARTITION BY g.warehouse_id, g.sku_id ORDER BY g.on_day
                RANGE BETWEEN make_interval(days => :dead_days - 1) PRECEDING AND CURRENT ROW),
            recent_double AS (PARTITION BY g.warehouse_id, g.sku_id ORDER BY g.on_day
                RANGE BETWEEN make_interval(days => 2 * :dead_days - 1) PRECEDING AND CURRENT ROW)
    ), dead AS (
        SELECT t.on_day, t.warehouse_id, s.category,
            CASE WHEN t.sold_on > t.on_day - :dead_days THEN 0
                ELSE t.value * greatest(t.quantity - t.young, 0) / t.quantity END AS dead,
            CASE WHEN t.sold_on > t.on_day - 2 * :dead_days THEN 0
                ELSE t.value * greatest(t.quantity - t.young_double, 0) / t.quantity
                END AS dead_double
        FROM state t JOIN sku s ON s.id = t.sku_id
        WHERE t.on_day >= :first_on AND t.quantity > 0
          AND (t.sold_on IS NULL OR t.sold_on <= t.on_day - :dead_days)
    )
    SELECT on_day, warehouse_id, coalesce(category, '*') AS category,
        sum(dead) AS dead, sum(dead_double) AS dead_double
    FROM dead GROUP BY GROUPING SETS ((1, 2, dead.category), (1, 2))
    ) d
    WHERE k.on_day = d.on_day AND k.warehouse_id = d.warehouse_id
      AND k.category = d.category AND k.account_id = 0
""")
