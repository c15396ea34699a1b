"""What the open list would take from a warehouse, and where it buys. Reads; decides nothing."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from sqlalchemy import text

from inventory_core.db.engine import Reading

Pair = tuple[int, int]

_OPEN = text("""
    SELECT g.kind, g.sku_id, coalesce(g.from_warehouse_id, g.warehouse_id) AS warehouse_id,
        sum(r.quantity)::bigint AS quantity
    FROM suggestion g JOIN suggestion_revision r
      ON r.suggestion_id = g.id AND r.revision = g.revision
    WHERE g.state IN ('open', 'needs_supplier')
    GROUP BY 1, 2, 3
""")


@dataclass(frozen=True, slots=True)
class SuggestedMoves:
    """Of open suggestions: units that transfers would take, and what is to be bought where."""

    leaving: Mapping[Pair, int]
    bought: Set[Pair]


def suggested_moves(conn: Reading) -> SuggestedMoves:
    """By SKU and warehouse, of the list as it stands."""
    leaving, bought = {}, set()
    for row in conn.rows(_OPEN):
        pair = row.sku_id, row.warehouse_id
        if row.kind == "transfer":
            leaving[pair] = row.quantity
        else:
            bought.add(pair)
    return SuggestedMoves(leaving, bought)
