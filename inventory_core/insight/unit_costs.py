"""What one unit of a SKU costs, in the base currency, as far as the book knows it by a day.

Decides which source counts: goods received in the 12 months before, at their landed cost; else all
that were ever received; else the price of the first offer. Returns and goods from our own
warehouses bring no new cost.
"""

from sqlalchemy import TextClause, text

from inventory_core.insight.demand import POOLS


def unit_costs() -> TextClause:
    """sku_id and cost of every SKU whose cost is known. Parameters: first_on, last_on."""
    return text(
        f"""
        WITH {POOLS},
        received AS (
            SELECT layer.sku_id, layer.value, layer.quantity, layer.received_at::date >= :first_on
                   AS lately
              FROM cost_layer AS layer JOIN operation ON operation.id = layer.operation_id
             WHERE operation.kind IN ('receipt', 'opening')
               AND layer.received_at::date <= :last_on
        ),
        paid AS (
            SELECT sku_id, coalesce(
                       sum(value) FILTER (WHERE lately) / sum(quantity) FILTER (WHERE lately),
                       sum(value) / sum(quantity)) AS cost
              FROM received GROUP BY sku_id
        ),
        offered AS (
            SELECT DISTINCT ON (offer.sku_id) offer.sku_id, price.unit_price * rate.rate AS cost
              FROM offer
              JOIN offer_price AS price ON price.offer_id = offer.id
               AND price.valid_from <= :last_on
              JOIN base_rate AS rate ON rate.currency = offer.currency
             WHERE offer.active
             ORDER BY offer.sku_id, offer.preferred DESC, offer.id, price.valid_from DESC,
                      price.from_quantity
        )
        SELECT sku_id, coalesce(paid.cost, offered.cost)::float8 AS cost
          FROM paid FULL JOIN offered USING (sku_id)
         WHERE coalesce(paid.cost, offered.cost) IS NOT NULL
        """  # noqa: S608 (constants of our own)
    )
