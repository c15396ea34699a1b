"""Which units lie where, by lot. Reads bins for picking and planning; orders lots by expiry."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.stock.allocation import BinContent
from inventory_core.stock.levels import Pair
from inventory_core.vocabulary import NO_OWNER, Condition

_PICKABLE = text("""
    SELECT b.sku_id, p.warehouse_id, b.location_id, b.lot_id, b.quantity, t.expires_on
    FROM unnest(CAST(:skus AS bigint[]), CAST(:warehouses AS bigint[])) AS g(sku, wh)
    JOIN bin_stock b ON b.sku_id = g.sku
    JOIN location p ON p.id = b.location_id AND p.warehouse_id = g.wh
    JOIN lot t ON t.id = b.lot_id
    WHERE b.condition = :condition AND b.owner_id = :owner AND b.quantity > 0
    ORDER BY t.expires_on NULLS LAST, b.lot_id, b.location_id
""")


_DATED = text("""
    SELECT b.sku_id, p.warehouse_id, t.expires_on, sum(b.quantity)::bigint AS quantity
    FROM lot t
    JOIN bin_stock b ON b.lot_id = t.id AND b.sku_id = t.sku_id
    JOIN location p ON p.id = b.location_id
    WHERE t.expires_on IS NOT NULL AND b.condition = :condition AND b.owner_id = :owner
        AND b.quantity > 0
        AND (CAST(:skus AS bigint[]) IS NULL OR b.sku_id = ANY(CAST(:skus AS bigint[])))
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")


def dated_stock(
    conn: Reading, sku_ids: Collection[int] | None
) -> Mapping[Pair, list[tuple[date, int]]]:
    """Good units with a day on which they expire, by (SKU, warehouse), the first expired first."""
    found: dict[Pair, list[tuple[date, int]]] = defaultdict(list)
    facts = {
        "skus": None if sku_ids is None else sorted(set(sku_ids)),
        "owner": NO_OWNER,
        "condition": str(Condition.GOOD),
    }
    for row in conn.rows(_DATED, facts):
        found[row.sku_id, row.warehouse_id].append((row.expires_on, row.quantity))
    return found


def pickable(
    conn: Reading, pairs: Collection[Pair], *, condition: str = Condition.GOOD
) -> Mapping[Pair, list[BinContent]]:
    """Contents of the bins of each (SKU, warehouse), good ones unless another condition is named.

    Read them under the level locks.
    """
    wanted = sorted(set(pairs))
    contents: dict[Pair, list[BinContent]] = defaultdict(list)
    for sku_id, warehouse_id, *content in conn.rows(
        _PICKABLE,
        {
            "skus": [pair[0] for pair in wanted],
            "warehouses": [pair[1] for pair in wanted],
            "owner": NO_OWNER,
            "condition": str(condition),
        },
    ):
        contents[sku_id, warehouse_id].append(BinContent(*content))
    return contents
