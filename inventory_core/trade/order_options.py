"""From which warehouses a line may be served. Reads pools and levels, unlocked; takes nothing."""

from collections.abc import Iterable, Mapping

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.errors import Invalid
from inventory_core.stock.allocation import Option

Demand = tuple[int, int, int]  # (account_id, listing_id or 0, sku_id)

# Aggregated per demand, so that each is a handful of index look-ups whatever the planner knows.
_OPTIONS = text("""
    SELECT g.account, g.listing, g.sku, a.id IS NOT NULL, s.id IS NOT NULL,
        g.listing = 0 OR l.id IS NOT NULL, o.warehouse_ids, o.available
    FROM unnest(CAST(:accounts AS bigint[]), CAST(:listings AS bigint[]), CAST(:skus AS bigint[]))
        AS g(account, listing, sku)
    LEFT JOIN channel_account a ON a.id = g.account
    LEFT JOIN sku s ON s.id = g.sku
    LEFT JOIN listing l ON l.id = g.listing AND l.account_id = g.account
    LEFT JOIN LATERAL (
        SELECT array_agg(w.warehouse_id ORDER BY w.priority, w.warehouse_id) AS warehouse_ids,
            array_agg(v.on_hand - v.reserved - v.held ORDER BY w.priority, w.warehouse_id)
                AS available
        FROM stock_level v JOIN stock_pool_warehouse w ON w.warehouse_id = v.warehouse_id
        WHERE v.sku_id = g.sku AND w.stock_pool_id = coalesce(l.stock_pool_id, a.stock_pool_id)
    ) AS o ON true
""")


def read_options(conn: Reading, demands: Iterable[Demand]) -> Mapping[Demand, list[Option]]:
    """The pool's warehouses for each demand, in the pool's order, with what seems available."""
    wanted = sorted(set(demands))
    options: dict[Demand, list[Option]] = {}
    rows = conn.rows(
        _OPTIONS,
        {
            "accounts": [demand[0] for demand in wanted],
            "listings": [demand[1] for demand in wanted],
            "skus": [demand[2] for demand in wanted],
        },
    )
    for account, listing, sku, has_account, has_sku, has_listing, warehouses, available in rows:
        if not has_account:
            raise Invalid("unknown_account", account_id=account)
        if not has_sku:
            raise Invalid("unknown_sku", sku_id=sku)
        if not has_listing:
            raise Invalid("unknown_listing", listing_id=listing)
        options[account, listing, sku] = [
            Option(*pair) for pair in zip(warehouses or (), available or (), strict=True)
        ]
    return options
