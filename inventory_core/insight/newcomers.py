"""Named SELECTs of what is to sell somewhere for the first time, and of what continues what.

A SKU is meant to sell at the first warehouse of a live listing's stock pool, where a person asked
for a minimum, and, without any listing, at the first selling warehouse when its launch day is
stated. Newness must be stated or seen: a listing without a day counts only where it came after the
first plan. Kits are never bought, and a part without a listing of its own is not sold.
"""

from sqlalchemy import TextClause, text

from inventory_core.insight.demand import POOLS

_WANTED = """
first_plan AS (SELECT min(recorded_at) AS at FROM forecast_run),
listed AS (
    SELECT listing.id AS listing_id, listing.sku_id, pool.warehouse_id,
           pool.stock_pool_id,
           coalesce((listing.live_from_at AT TIME ZONE place.time_zone)::date,
                    greatest(sku.launched_on, CASE WHEN listing.recorded_at > first_plan.at
                        THEN (listing.recorded_at AT TIME ZONE place.time_zone)::date END)
           ) AS begins_on
      FROM listing
      JOIN sku ON sku.id = listing.sku_id
      JOIN channel_account AS account ON account.id = listing.account_id AND account.active
      JOIN primary_warehouse AS pool
        ON pool.stock_pool_id = coalesce(listing.stock_pool_id, account.stock_pool_id)
      JOIN location AS place ON place.id = pool.warehouse_id
      CROSS JOIN first_plan
     WHERE listing.live_to_at IS NULL OR listing.live_to_at > CAST(:as_of AS date)
),
price AS (
    SELECT DISTINCT ON (known.listing_id) known.listing_id, known.price * rate.rate AS base
      FROM listing_price AS known JOIN base_rate AS rate USING (currency)
     WHERE known.from_on <= CAST(:as_of AS date) ORDER BY known.listing_id, from_on DESC
),
first_seller AS (
    SELECT place.id AS warehouse_id FROM location AS place
     WHERE place.kind = 'warehouse' AND place.active
     ORDER BY EXISTS (SELECT FROM stock_pool_warehouse WHERE warehouse_id = place.id) DESC,
              place.priority, place.id LIMIT 1
),
wanted AS (
    SELECT listed.sku_id, listed.warehouse_id, false AS launch, listed.begins_on,
           price.base AS price, listed.stock_pool_id
      FROM listed LEFT JOIN price USING (listing_id)
    UNION ALL
    SELECT rule.sku_id, rule.warehouse_id, false,
           coalesce((SELECT min(edge.occurred_at)::date FROM availability_edge AS edge
                      WHERE edge.sku_id = rule.sku_id AND edge.in_stock
                        AND edge.warehouse_id = rule.warehouse_id), CAST(:as_of AS date)),
           NULL, NULL
      FROM replenish_rule AS rule
     WHERE rule.buying AND rule.minimum > 0
       AND EXISTS (SELECT FROM stock_pool_warehouse AS pool
                    WHERE pool.warehouse_id = rule.warehouse_id)
    UNION ALL
    SELECT sku.id, place.warehouse_id, true, sku.launched_on, NULL, NULL
      FROM sku CROSS JOIN first_seller AS place
     WHERE sku.launched_on IS NOT NULL
       AND NOT EXISTS (SELECT FROM listing WHERE listing.sku_id = sku.id)
       AND NOT EXISTS (SELECT FROM kit_part WHERE part_sku_id = sku.id)
)
"""


def meant_to_sell() -> TextClause:
    """Pairs that are meant to sell on `as_of`, whether they ever did or not.

    Columns: sku_id, warehouse_id, launch (only the launch day says so), begins (days since
    1970-01-01), price (of a unit by its listings, in the base currency; NULL where unknown), pooled
    (warehouses that serve the same listings), stock_kept (stock is known at this warehouse at all).
    """
    return text(
        f"""
        WITH {POOLS},
        {_WANTED}
        SELECT wanted.sku_id, wanted.warehouse_id, bool_and(wanted.launch) AS launch,
               min(wanted.begins_on) - DATE '1970-01-01' AS begins,
               avg(wanted.price)::float8 AS price,
               ARRAY(SELECT pool.warehouse_id FROM stock_pool_warehouse AS pool
                      WHERE pool.stock_pool_id = ANY(array_agg(wanted.stock_pool_id))) AS pooled,
               EXISTS (SELECT FROM stock_level AS level
                        WHERE level.warehouse_id = wanted.warehouse_id) AS stock_kept
          FROM wanted
          JOIN sku ON sku.id = wanted.sku_id AND sku.state = 'active'
          JOIN location AS place ON place.id = wanted.warehouse_id AND place.active
         WHERE NOT EXISTS (SELECT FROM kit_part WHERE kit_sku_id = wanted.sku_id)
         GROUP BY wanted.sku_id, wanted.warehouse_id
        HAVING bool_and(wanted.begins_on IS NOT NULL)
         ORDER BY 1, 2
        """  # noqa: S608 - constants of this module only
    )


def successions() -> TextClause:
    """Every SKU that another one continues.

    Columns: sku_id, successor_id, ended (it is not bought any more), takes_over (the other is).
    """
    return text(
        """
        SELECT before.id AS sku_id, before.successor_id, before.state <> 'active' AS ended,
               heir.state = 'active' AS takes_over
          FROM sku AS before JOIN sku AS heir ON heir.id = before.successor_id
         ORDER BY before.id
        """
    )
