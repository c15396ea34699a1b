"""At which hours of the day a warehouse's orders come. Decides which orders tell an hour at all."""

from sqlalchemy import TextClause, text


def orders_by_hour() -> TextClause:
    """warehouse_id, hour (0 to 23 on its clock) and orders of the channels that it serves.

    Orders at a full hour to the second are left out: such a time was put where only a day is known.
    """
    return text(
        """
        SELECT pool.warehouse_id,
               extract(hour FROM sales.placed_at AT TIME ZONE place.time_zone)::int AS hour,
               count(*) AS orders
          FROM sales_order AS sales
          JOIN channel_account AS account ON account.id = sales.account_id
          JOIN stock_pool_warehouse AS pool ON pool.stock_pool_id = account.stock_pool_id
          JOIN location AS place ON place.id = pool.warehouse_id
         WHERE date_trunc('hour', sales.placed_at) < sales.placed_at
         GROUP BY 1, 2 ORDER BY 1, 2
        """
    )
