"""Named SELECT of sale pauses as demand must see them. Decides no share and no day."""

from sqlalchemy import TextClause, text


def sale_pauses() -> TextClause:
    """Every pause, by SKU.

    Columns: sku_id, account_id (0: every channel), first_day, last_day (days since 1970-01-01;
    NULL: until further notice).
    """
    return text(
        """
        SELECT sku_id, coalesce(account_id, 0) AS account_id,
               first_on - DATE '1970-01-01' AS first_day,
               last_on - DATE '1970-01-01' AS last_day
          FROM sale_pause ORDER BY sku_id, first_on, account_id
        """
    )
