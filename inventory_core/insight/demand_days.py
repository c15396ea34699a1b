"""Which days of demand are complete: over at every warehouse that sells, and with sales at all.

Decides nothing of demand itself (see `demand`); knows no plan.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import text

from inventory_core.db.engine import Reading

_WITH_SALES = text("""
    SELECT greatest(
        (SELECT max((placed_at AT TIME ZONE company.time_zone)::date) FROM sales_order, company),
        (SELECT max(sold_on) FROM sales_line WHERE treatment = 'accepted'))
""")
_OVER = text("""
    SELECT min((CAST(:now AS timestamptz) AT TIME ZONE place.time_zone)::date) - 1
      FROM location AS place
     WHERE place.kind = 'warehouse' AND place.active
       AND EXISTS (SELECT FROM stock_pool_warehouse WHERE warehouse_id = place.id)
""")


def last_day_with_sales(conn: Reading) -> date | None:
    """The last business day on which anything was ordered; None in an empty company."""
    found: date | None = conn.scalar(_WITH_SALES)
    return found


def last_day_over(conn: Reading, *, today: date, now: datetime | None) -> date:
    """The last day before `today` that is over, with `now` at every warehouse that sells.

    In Los Angeles it is still the morning before when a company in Shanghai plans at night.
    """
    yesterday = today - timedelta(days=1)
    there = None if now is None else conn.scalar(_OVER, {"now": now})
    return min(yesterday, there or yesterday)
