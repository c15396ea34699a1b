"""Named SELECTs of the orders screen: orders page by page, and one order to its end. Executes none.

A state is derived from the lines: waiting (a unit is backordered), promised (all open units are
reserved), shipped (nothing open, something shipped), cancelled (nothing open, nothing shipped).
"""

from sqlalchemy import TextClause, text

PAGE = 100
_ORDERS = """
    SELECT o.id, o.external_id, o.placed_at, o.currency, o.country, o.stocked_out, o.priority,
        o.account_id, o.cancelled_at, o.cancel_reason, a.name AS account, l.lines, l.units,
        l.shipped, l.backordered, l.cancelled, l.returned,
        l.units - l.shipped - l.cancelled - l.backordered AS promised, l.total,
        CASE WHEN l.backordered > 0 THEN 'waiting'
            WHEN l.units > l.shipped + l.cancelled THEN 'promised'
            WHEN l.shipped > 0 THEN 'shipped' ELSE 'cancelled' END AS state
    FROM sales_order o JOIN channel_account a ON a.id = o.account_id
    JOIN LATERAL (
        SELECT count(*) AS lines, sum(quantity)::bigint AS units, sum(shipped)::bigint AS shipped,
            sum(backordered)::bigint AS backordered, sum(cancelled)::bigint AS cancelled,
            sum(returned)::bigint AS returned, sum(unit_price * quantity - discount) AS total
        FROM sales_order_line WHERE order_id = o.id
    ) AS l ON true
"""


def order_page() -> TextClause:
    """Orders, newest first. Parameters: account (id or None), state ('' for any; 'short' for
    orders with a stock-out), find, before_at, before_id (of the last row seen), most.
    """
    return text(
        f"SELECT * FROM ({_ORDERS}) AS r"  # noqa: S608
        " WHERE (CAST(:account AS bigint) IS NULL OR r.account_id = :account)"
        " AND (:state = '' OR r.state = :state OR :state = 'short' AND r.stocked_out)"
        " AND (:find = '' OR r.external_id ILIKE '%' || :find || '%' OR EXISTS ("
        "     SELECT FROM sales_order_line x JOIN sku s ON s.id = x.sku_id"
        "     WHERE x.order_id = r.id AND s.code_key = lower(:find)))"
        " AND (r.placed_at, r.id) < (:before_at, :before_id)"
        " ORDER BY r.placed_at DESC, r.id DESC LIMIT :most"
    )


def account_names() -> TextClause:
    """Channel accounts by name: id, name."""
    return text("SELECT id, name FROM channel_account ORDER BY name")


def order_sums() -> TextClause:
    """One row: orders and units that are promised, and that wait for stock."""
    return text("""
        SELECT (SELECT count(*) FROM sales_order) AS orders,
            (SELECT count(DISTINCT l.order_id) FROM reservation r
                JOIN sales_order_line l ON l.id = r.order_line_id
                WHERE r.shipped + r.released < r.quantity) AS to_ship,
            (SELECT coalesce(sum(quantity - shipped - released), 0)::bigint FROM reservation
                WHERE order_line_id IS NOT NULL AND shipped + released < quantity)
                AS units_to_ship,
            (SELECT count(DISTINCT order_id) FROM sales_order_line WHERE backordered > 0)
                AS waiting,
            (SELECT coalesce(sum(backordered), 0)::bigint FROM sales_order_line
                WHERE backordered > 0) AS units_waiting
    """)


def one_order() -> TextClause:
    """One order as `order_page` shows it. Parameter: id."""
    return text(f"SELECT * FROM ({_ORDERS}) AS r WHERE r.id = :id")  # noqa: S608


def order_lines() -> TextClause:
    """Lines of one order. Parameter: id."""
    return text("""
        SELECT l.id, l.line_no, l.sku_id, s.code AS sku, s.name, l.quantity, l.unit_price,
            l.discount, l.shipped, l.backordered, l.cancelled, l.returned,
            l.quantity - l.shipped - l.cancelled - l.backordered AS promised,
            l.short_at_acceptance, (
                SELECT string_agg(DISTINCT w.code, ', ') FROM reservation r
                JOIN location w ON w.id = r.warehouse_id
                WHERE r.order_line_id = l.id AND r.quantity > r.released) AS warehouses
        FROM sales_order_line l JOIN sku s ON s.id = l.sku_id
        WHERE l.order_id = :id ORDER BY l.line_no
    """)


def order_events() -> TextClause:
    """What happened to one order, oldest first. Parameter: id."""
    return text("""
        SELECT e.occurred_at, e.to_state AS what, s.code AS sku, w.code AS warehouse, e.quantity,
            p.name AS person
        FROM reservation_event e JOIN reservation r ON r.id = e.reservation_id
        JOIN sales_order_line l ON l.id = r.order_line_id JOIN sku s ON s.id = r.sku_id
        JOIN location w ON w.id = r.warehouse_id JOIN operation o ON o.id = e.operation_id
        JOIN person p ON p.id = o.actor_id
        WHERE l.order_id = :id ORDER BY e.id
    """)


def order_shipments() -> TextClause:
    """Parcels of one order. Parameter: id."""
    return text("""
        SELECT h.id, h.shipped_at, w.code AS warehouse, h.carrier, h.tracking_code,
            sum(x.quantity)::bigint AS units, sum(x.cost_value) AS cost
        FROM shipment h JOIN location w ON w.id = h.warehouse_id
        JOIN shipment_line x ON x.shipment_id = h.id
        WHERE h.order_id = :id GROUP BY h.id, w.code ORDER BY h.id
    """)
