"""The questions behind `attention`, a statement each. Decides what counts as late, short or old."""

from sqlalchemy import text

# Promised in full or in part, and not shipped for days.
LATE_ORDERS = text("""
    WITH late AS (
        SELECT o.id, o.currency, sum(r.quantity - r.shipped - r.released) AS units,
            sum((l.unit_price - (l.discount + l.tax) / l.quantity)
                * (r.quantity - r.shipped - r.released)) AS amount
        FROM reservation r
        JOIN sales_order_line l ON l.id = r.order_line_id
        JOIN sales_order o ON o.id = l.order_id
        WHERE r.shipped + r.released < r.quantity AND o.placed_at < :late_before
          AND r.recorded_at < :late_before AND o.cancelled_at IS NULL
        GROUP BY o.id
    )
    SELECT count(*), sum(amount * CASE WHEN currency = :base THEN 1 ELSE (
        SELECT e.rate FROM exchange_rate e
        WHERE e.from_currency = late.currency AND e.to_currency = :base AND e.kind = 'spot'
        ORDER BY e.on_day DESC LIMIT 1) END)
    FROM late
""")

SHORT_ORDERS = text("""
    SELECT count(DISTINCT l.order_id), coalesce(sum(l.backordered), 0)::bigint
    FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id
    WHERE l.backordered > 0 AND o.cancelled_at IS NULL
""")

SHORTFALLS = text("""
    SELECT count(*), coalesce(sum(quantity), 0)::bigint FROM shortfall WHERE resolved_at IS NULL
""")

EXPIRING_LOTS = text("""
    SELECT lot.code AS lot, s.code AS sku, sum(b.quantity)::bigint AS units,
        lot.expires_on - :today AS days
    FROM bin_stock b JOIN lot ON lot.id = b.lot_id JOIN sku s ON s.id = b.sku_id
    WHERE b.lot_id <> 0 AND b.quantity > 0 AND lot.expires_on <= :expiring_until
      AND NOT lot.on_hold
    GROUP BY lot.id, s.code ORDER BY lot.expires_on LIMIT :named
""")

HELD_LOTS = text("""
    SELECT lot.code AS lot, s.code AS sku, sum(b.quantity)::bigint AS units,
        lot.hold_reason AS reason
    FROM bin_stock b JOIN lot ON lot.id = b.lot_id JOIN sku s ON s.id = b.sku_id
    WHERE b.lot_id <> 0 AND b.quantity > 0
      AND (lot.on_hold OR b.condition = 'quarantine')
    GROUP BY lot.id, s.code ORDER BY lot.id DESC LIMIT :named
""")

# A delivery came, fewer than ordered, and nothing more since.
SHORT_DELIVERIES = text("""
    SELECT p.number, sum(l.quantity - l.received - l.cancelled)::bigint AS units
    FROM purchase_order p
    JOIN purchase_order_line l ON l.purchase_order_id = p.id
    WHERE p.state IN ('sent', 'confirmed') AND l.received > 0
      AND l.quantity - l.received - l.cancelled > 0
      AND (SELECT max(r.received_at) FROM receipt r
           WHERE r.purchase_order_id = p.id AND r.undone_by_id IS NULL)
          BETWEEN :short_from AND :short_until
    GROUP BY p.id ORDER BY 2 DESC LIMIT :named
""")

OVERDUE_TRANSFERS = text("""
    SELECT count(*) FROM transfer WHERE state = 'shipped' AND expected_on < :today
""")

SUGGESTIONS = text("""
    SELECT count(*), count(*) FILTER (WHERE r.days_late > 0), sum(r.value_at_risk_base)
    FROM suggestion s
    JOIN suggestion_revision r ON r.suggestion_id = s.id AND r.revision = s.revision
    WHERE s.state IN ('open', 'needs_supplier') AND s.kind = 'buy'
""")

# The last finished run of a job failed, or its runner died.
FAILING_JOBS = text("""
    SELECT job FROM (
        SELECT DISTINCT ON (job) job, state FROM job_run
        WHERE state <> 'running' ORDER BY job, started_at DESC, id DESC) last
    WHERE state IN ('failed', 'lost') ORDER BY job
""")

# Days since the newest rate of a currency in which something is sold.
RATE_AGE = text("""
    SELECT max(:today - newest.on_day) FROM (
        SELECT a.currency, (SELECT max(e.on_day) FROM exchange_rate e
            WHERE (e.from_currency = a.currency AND e.to_currency = :base)
               OR (e.from_currency = :base AND e.to_currency = a.currency)) AS on_day
        FROM channel_account a WHERE a.active AND a.currency <> :base) newest
""")

# Forecasts that were published and lean, or are too sure of themselves.
LEANING_FORECASTS = text("""
    SELECT count(*) FILTER (WHERE category IS NULL) AS series,
        count(*) FILTER (WHERE category IS NOT NULL) AS categories,
        (SELECT coalesce(a.category, s.code) FROM forecast_alarm a
         LEFT JOIN sku s ON s.id = a.sku_id WHERE a.closed_at IS NULL AND a.kind <> 'coverage'
         ORDER BY a.category IS NULL, abs(a.measure / a.threshold) DESC, a.id LIMIT 1) AS worst
    FROM (SELECT DISTINCT sku_id, warehouse_id, category FROM forecast_alarm
          WHERE closed_at IS NULL) leaning
""")
