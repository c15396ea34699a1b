"""All stock of one moment: positions, what is on its way and lots that expire, in one statement.

A plan is written at READ COMMITTED, where each statement sees a moment of its own: goods received
between two of them would count twice, or not at all. Reads only; never decides.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.stock.balances import INBOUND_ROWS, POSITION_ROWS, Inbound, Position
from inventory_core.stock.levels import Pair
from inventory_core.vocabulary import NO_OWNER, Condition


@dataclass(frozen=True, slots=True)
class Moment:
    """By SKU and warehouse: the position, what comes, the soonest first, and good units by the day
    on which they expire, the first first.
    """

    positions: Mapping[Pair, Position]
    inbound: Mapping[Pair, Sequence[Inbound]]
    dated: Mapping[Pair, Sequence[tuple[date, int]]]


def stock_of_moment(conn: Reading, sku_ids: Collection[int] | None) -> Moment:
    """Stock of these SKUs (None: all) as it stands now."""
    positions: dict[Pair, Position] = {}
    coming: dict[Pair, list[Inbound]] = defaultdict(list)
    dated: dict[Pair, list[tuple[date, int]]] = {}
    facts = {
        "skus": None if sku_ids is None else sorted(set(sku_ids)),
        "warehouses": None,
        "owner": NO_OWNER,
        "condition": str(Condition.GOOD),
    }
    for row in conn.rows(_MOMENT, facts):
        position, item = row[:_POSITION], row[_POSITION:-2]
        pair = row.sku_id, row.warehouse_id
        if pair not in positions:
            positions[pair] = Position(*position)
            if row.expires_on:
                dated[pair] = list(zip(row.expires_on, row.dated_units, strict=True))
        if row.document_id is not None:
            coming[pair].append(Inbound(*pair, *item))
    return Moment(positions, coming, dated)


_POSITION = len(Position.__dataclass_fields__)
# Whatever comes or has a lot has a position.
_MOMENT = text(f"""
    SELECT p.*, i.expected_on, i.quantity, i.kind, i.document_number, i.document_id, i.state,
        i.ship_method, i.ordered_on, d.expires_on, d.dated_units
    FROM ({POSITION_ROWS}) AS p
    LEFT JOIN ({INBOUND_ROWS}) AS i USING (sku_id, warehouse_id)
    LEFT JOIN (
        SELECT sku_id, warehouse_id, array_agg(expires_on ORDER BY expires_on) AS expires_on,
            array_agg(quantity ORDER BY expires_on) AS dated_units
        FROM (
            SELECT b.sku_id, w.warehouse_id, t.expires_on, sum(b.quantity)::bigint AS quantity
            FROM lot t
            JOIN bin_stock b ON b.lot_id = t.id AND b.sku_id = t.sku_id
            JOIN location w ON w.id = b.location_id
            WHERE t.expires_on IS NOT NULL AND b.condition = :condition AND b.owner_id = :owner
                AND b.quantity > 0
                AND (CAST(:skus AS bigint[]) IS NULL OR b.sku_id = ANY(CAST(:skus AS bigint[])))
            GROUP BY 1, 2, 3
        ) AS l GROUP BY 1, 2
    ) AS d USING (sku_id, warehouse_id)
    ORDER BY p.sku_id, p.warehouse_id, i.expected_on NULLS LAST, i.document_number
""")  # noqa: S608
