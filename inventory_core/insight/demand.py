"""Named SELECTs of demand and of what shaped it: orders, imported sales, stock-outs, promotions.

Decides what one unit of demand is, on which business day and at which warehouse it fell; fills no
gap and repairs nothing. Days are business days of the warehouse, given as days since 1970-01-01.

Demand is what was ordered, the part that could not be served included. What a customer cancelled
before shipping is taken off again; what was cancelled for lack of stock stays. A unit belongs to
the warehouse that was to serve it; a unit that nobody could serve belongs to the first warehouse
of the listing's stock pool.
"""

from sqlalchemy import TextClause, text

from inventory_core.insight.one_off_lines import LEFT_OUT, LINE_PARAMETERS, ONE_OFF_LINES

# The reason of a cancellation that the house itself decided for lack of stock.
CUT_FOR_STOCK = "out_of_stock"

POOLS = """
primary_warehouse AS (
    SELECT DISTINCT ON (stock_pool_id) stock_pool_id, warehouse_id
      FROM stock_pool_warehouse ORDER BY stock_pool_id, priority, warehouse_id
),
first_warehouse AS (
    SELECT id AS warehouse_id FROM location WHERE kind = 'warehouse' AND active
     ORDER BY priority, id LIMIT 1
),
base_rate AS (
    SELECT DISTINCT ON (currency) currency, rate FROM (
        SELECT from_currency AS currency, rate, on_day FROM exchange_rate, company
         WHERE to_currency = base_currency
        UNION ALL
        SELECT to_currency, 1 / rate, on_day FROM exchange_rate, company
         WHERE from_currency = base_currency
        UNION ALL
        SELECT base_currency, 1, 'infinity'::date FROM company
    ) AS known ORDER BY currency, on_day DESC
)
"""

_ORDER_LINES = """
wanted AS (
    SELECT line.id, line.sku_id, account.id AS account_id, sales.country, sales.placed_at,
           coalesce(listing.stock_pool_id, account.stock_pool_id) AS stock_pool_id,
           line.quantity - CASE WHEN sales.cancel_reason = :cut_for_stock
                                  OR sales.cancelled_at >= CAST(:known_at AS timestamptz) THEN 0
                                ELSE line.cancelled END AS units,
           line.quantity AS line_units,
           least(line.short_at_acceptance, line.quantity - line.cancelled) AS short,
           (line.unit_price - line.discount / line.quantity) * rate.rate AS price
      FROM sales_order_line AS line
      JOIN sales_order AS sales ON sales.id = line.order_id
      JOIN channel_account AS account ON account.id = sales.account_id
      LEFT JOIN listing ON listing.id = line.listing_id
      LEFT JOIN base_rate AS rate ON rate.currency = sales.currency
     WHERE CAST(:skus AS bigint[]) IS NULL OR line.sku_id = ANY(CAST(:skus AS bigint[]))
),
served AS (
    SELECT order_line_id, warehouse_id, sum(quantity - released) AS units
      FROM reservation
     WHERE order_line_id IS NOT NULL
       AND (CAST(:skus AS bigint[]) IS NULL OR sku_id = ANY(CAST(:skus AS bigint[])))
     GROUP BY order_line_id, warehouse_id HAVING sum(quantity - released) > 0
),
served_line AS (
    SELECT order_line_id, sum(units) AS units FROM served GROUP BY order_line_id
),
ordered AS (
    SELECT wanted.sku_id, served.warehouse_id, wanted.account_id, wanted.country,
           wanted.placed_at, least(served.units, wanted.units) AS units, 0 AS short,
           wanted.id AS line_id, wanted.price
      FROM wanted JOIN served ON served.order_line_id = wanted.id
     WHERE wanted.units > 0
    UNION ALL
    SELECT wanted.sku_id, coalesce(primary_warehouse.warehouse_id, first.warehouse_id),
           wanted.account_id, wanted.country, wanted.placed_at,
           wanted.units - coalesce(served_line.units, 0), greatest(wanted.short, 0),
           wanted.id, wanted.price
      FROM wanted
      LEFT JOIN served_line ON served_line.order_line_id = wanted.id
      LEFT JOIN primary_warehouse USING (stock_pool_id)
      LEFT JOIN first_warehouse AS first ON true
     WHERE wanted.units > coalesce(served_line.units, 0)
)
"""

_SOLD_LINES = """
sold AS (
    SELECT -line.id AS line_id, line.sku_id,
           coalesce(line.warehouse_id, pool.warehouse_id, first.warehouse_id) AS warehouse_id,
           line.account_id, line.country, line.sold_on, line.quantity - taken.back AS units,
           line.quantity AS line_units, line.unit_price * rate.rate AS price,
           line.invoice <> '' AS ordered, line.summed
      FROM sales_line AS line
      LEFT JOIN channel_account AS account ON account.id = line.account_id
      LEFT JOIN primary_warehouse AS pool ON pool.stock_pool_id = account.stock_pool_id
      LEFT JOIN first_warehouse AS first ON true
      LEFT JOIN base_rate AS rate ON rate.currency = line.currency
      CROSS JOIN LATERAL (SELECT CASE
          WHEN line.cancelled > 0 AND CAST(:known_at AS timestamptz) IS NOT NULL AND EXISTS (
              SELECT FROM sales_line AS later
               WHERE later.cancels_id = line.id AND later.sold_at >= :known_at) THEN 0
          ELSE line.cancelled END AS back) AS taken
     WHERE line.treatment = 'accepted' AND line.sku_id IS NOT NULL
       AND line.quantity > taken.back
       AND (CAST(:skus AS bigint[]) IS NULL OR line.sku_id = ANY(CAST(:skus AS bigint[])))
)
"""

# Every line as it fell on days and warehouses (`fact`), and which are no demand to learn from.
FACTS = f"""
WITH {POOLS}, {_ORDER_LINES}, {_SOLD_LINES},
fact AS (
    SELECT ordered.sku_id, ordered.warehouse_id, ordered.account_id, ordered.country,
           (ordered.placed_at AT TIME ZONE place.time_zone)::date AS on_day,
           ordered.units, ordered.short, ordered.line_id, ordered.price
      FROM ordered JOIN location AS place ON place.id = ordered.warehouse_id
    UNION ALL
    SELECT sku_id, warehouse_id, account_id, country, sold_on, units, 0, line_id, price
      FROM sold WHERE warehouse_id IS NOT NULL
),
line AS (
    SELECT id, sku_id, line_units AS units, placed_at::date AS on_day, true AS ordered
      FROM wanted WHERE units > 0 AND placed_at::date <= :last_on
    UNION ALL
    SELECT line_id, sku_id, line_units, sold_on, ordered
      FROM sold WHERE NOT summed AND sold_on <= :last_on
),
{ONE_OFF_LINES}, {LEFT_OUT}
"""  # noqa: S608 - constants of this module only

# How each grain names its series; the columns exist in every fact.
_GRAINS = {
    "sku_warehouse": ("fact.warehouse_id", "''"),
    "sku_warehouse_channel": ("fact.warehouse_id", "coalesce(fact.account_id, 0)::text"),
    "sku": ("0", "''"),
    "channel": ("0", "coalesce(account.code, '')"),
    "market": ("0", "coalesce(fact.country, '')"),
}


def daily_demand(grain: str) -> TextClause:
    """One row per series and day with demand, from `first_on` to `last_on`, of `skus` or all.

    Columns: sku_id, warehouse_id (0 where the grain has none), part (channel or market), day,
    units, short (of these, not servable when ordered), bulk (of these, in one-off lines), price
    (mean price of a unit in the base currency at the latest rate; NULL where no rate is known).
    `known_at`: neither what people said of lines from then on is heard, nor what customers took
    back then (NULL: all is).
    """
    warehouse, part = _GRAINS[grain]
    statement = f"""
        {FACTS}
        SELECT fact.sku_id, {warehouse} AS warehouse_id, {part} AS part,
               fact.on_day - DATE '1970-01-01' AS day,
               sum(fact.units)::bigint AS units, sum(fact.short)::bigint AS short,
               coalesce(sum(fact.units) FILTER (
                   WHERE fact.line_id IN (SELECT id FROM left_out)), 0)::bigint AS bulk,
               (sum(fact.price * fact.units) / nullif(sum(fact.units) FILTER (
                   WHERE fact.price IS NOT NULL), 0))::float8 AS price
          FROM fact
          LEFT JOIN channel_account AS account ON account.id = fact.account_id
         WHERE fact.on_day BETWEEN :first_on AND :last_on
         GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    """  # noqa: S608 - the grain is a key of a closed table
    return text(statement).bindparams(cut_for_stock=CUT_FOR_STOCK, known_at=None, **LINE_PARAMETERS)


def listed_channels() -> TextClause:
    """Which channel may sell a SKU from where on `on_day`: sku_id, warehouse_id, account_id."""
    return text(
        """
        SELECT DISTINCT listing.sku_id, pool.warehouse_id, listing.account_id
          FROM listing
          JOIN channel_account AS account ON account.id = listing.account_id AND account.active
          JOIN stock_pool_warehouse AS pool
            ON pool.stock_pool_id = coalesce(listing.stock_pool_id, account.stock_pool_id)
         WHERE listing.live_to_at IS NULL OR listing.live_to_at > CAST(:on_day AS date)
         ORDER BY 1, 2, 3
        """
    )


def channel_names() -> TextClause:
    """id and name of every channel account."""
    return text(
        "SELECT id, coalesce(nullif(name, ''), code) AS name FROM channel_account ORDER BY id"
    )


def data_watermark() -> TextClause:
    """When the book last learned something about demand; NULL in an empty company."""
    return text(
        """
        SELECT greatest(
            (SELECT max(recorded_at) FROM sales_order),
            (SELECT max(recorded_at) FROM import_run WHERE template = 'sales'),
            (SELECT max(recorded_at) FROM availability_edge),
            (SELECT max(recorded_at) FROM demand_word)
        )
        """
    )


def availability_edges() -> TextClause:
    """Every moment at which a SKU ran out at a warehouse or came back, in order.

    Columns: sku_id, warehouse_id, moment (days since 1970-01-01 on the warehouse's clock, with
    the hour as a fraction), in_stock.
    """
    return text(
        """
        SELECT edge.sku_id, edge.warehouse_id,
               (extract(epoch FROM edge.occurred_at AT TIME ZONE place.time_zone)
                / 86400.0)::float8 AS moment,
               edge.in_stock
          FROM availability_edge AS edge JOIN location AS place ON place.id = edge.warehouse_id
         ORDER BY edge.sku_id, edge.warehouse_id, edge.occurred_at, edge.id
        """
    )


def live_spans() -> TextClause:
    """From when to when a SKU could be sold from a warehouse: its listings' lives, joined.

    Columns: sku_id, warehouse_id, first_day, last_day (NULL: not stated, or still live).
    """
    return text(
        """
        SELECT listing.sku_id, pool.warehouse_id,
               min((listing.live_from_at AT TIME ZONE place.time_zone)::date
                   - DATE '1970-01-01') AS first_day,
               CASE WHEN bool_and(listing.live_to_at IS NOT NULL)
                    THEN max((listing.live_to_at AT TIME ZONE place.time_zone)::date
                             - DATE '1970-01-01') END AS last_day
          FROM listing
          JOIN channel_account AS account ON account.id = listing.account_id
          JOIN stock_pool_warehouse AS pool
            ON pool.stock_pool_id = coalesce(listing.stock_pool_id, account.stock_pool_id)
          JOIN location AS place ON place.id = pool.warehouse_id
         GROUP BY listing.sku_id, pool.warehouse_id
        """
    )


def promotion_days() -> TextClause:
    """Promotions by SKU and warehouse; one without an account holds everywhere.

    Columns: sku_id, warehouse_id, first_day, last_day, discount_percent.
    """
    return text(
        """
        SELECT part.sku_id, coalesce(pool.warehouse_id, place.id) AS warehouse_id,
               promotion.starts_on - DATE '1970-01-01' AS first_day,
               promotion.ends_on - DATE '1970-01-01' AS last_day,
               promotion.discount_percent::float8 AS discount_percent
          FROM promotion
          JOIN promotion_sku AS part ON part.promotion_id = promotion.id
          LEFT JOIN channel_account AS account ON account.id = promotion.account_id
          LEFT JOIN stock_pool_warehouse AS pool ON pool.stock_pool_id = account.stock_pool_id
          LEFT JOIN location AS place
            ON promotion.account_id IS NULL AND place.kind = 'warehouse'
         WHERE coalesce(pool.warehouse_id, place.id) IS NOT NULL
           AND promotion.cancelled_at IS NULL
         ORDER BY part.sku_id, 2, 3
        """
    )


def sku_facts() -> TextClause:
    """What planning must know of a SKU itself, and whether the book ever saw stock of it."""
    return text(
        """
        SELECT id, code, name, category, state, carton_quantity, shelf_life_days,
               weight_grams, volume_cm3,
               EXISTS (SELECT FROM stock_level WHERE sku_id = sku.id) AS stock_known,
               coalesce(before.codes, '{}') AS continues
          FROM sku LEFT JOIN (SELECT successor_id, array_agg(code ORDER BY code) AS codes FROM sku
                               GROUP BY successor_id) AS before ON before.successor_id = sku.id
         ORDER BY id
        """
    )


def warehouse_codes() -> TextClause:
    """id, code, kind, country and `sells` (whether a channel does) of every warehouse."""
    return text(
        """
        SELECT id, code, coalesce(warehouse_kind, '') AS kind, coalesce(country, '') AS country,
               EXISTS (SELECT FROM stock_pool_warehouse WHERE warehouse_id = place.id) AS sells
          FROM location AS place WHERE kind = 'warehouse' ORDER BY priority, id
        """
    )
