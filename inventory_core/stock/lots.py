"""Which units lie where, by lot. Reads bins for picking; orders lots by expiry."""

from collections import defaultdict
from collections.abc import Collection, Mapping

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
