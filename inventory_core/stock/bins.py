"""Where inside a warehouse the goods lie, by lot and condition. Changes only under level locks."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import text

from inventory_core.db.engine import Reading, Writing
from inventory_core.vocabulary import NO_OWNER

Bin = tuple[int, int, int, str]  # (sku_id, location_id, lot_id, condition)

_READ = text("""
    SELECT b.sku_id, b.location_id, b.lot_id, b.condition, b.quantity
    FROM unnest(CAST(:skus AS bigint[]), CAST(:locations AS bigint[]), CAST(:lots AS bigint[]),
        CAST(:conditions AS text[])) AS g(sku, location, lot, condition)
    JOIN bin_stock b ON b.sku_id = g.sku AND b.location_id = g.location AND b.lot_id = g.lot
        AND b.condition = g.condition AND b.owner_id = :owner
""")
_CHANGE = text("""
    UPDATE bin_stock b SET quantity = b.quantity + g.change
    FROM unnest(CAST(:skus AS bigint[]), CAST(:locations AS bigint[]), CAST(:lots AS bigint[]),
        CAST(:conditions AS text[]), CAST(:changes AS bigint[]))
        AS g(sku, location, lot, condition, change)
    WHERE b.sku_id = g.sku AND b.location_id = g.location AND b.lot_id = g.lot
        AND b.condition = g.condition AND b.owner_id = :owner
""")
_ADD = text("""
    INSERT INTO bin_stock (sku_id, location_id, lot_id, condition, owner_id, quantity)
    SELECT g.sku, g.location, g.lot, g.condition, :owner, g.change
    FROM unnest(CAST(:skus AS bigint[]), CAST(:locations AS bigint[]), CAST(:lots AS bigint[]),
        CAST(:conditions AS text[]), CAST(:changes AS bigint[]))
        AS g(sku, location, lot, condition, change)
    ORDER BY 1, 2, 3, 4
""")


def read_bins(conn: Reading, bins: Collection[Bin]) -> dict[Bin, int]:
    """Quantity of each bin row that exists."""
    if not bins:
        return {}
    rows = conn.rows(_READ, {**_columns(sorted(bins)), "owner": NO_OWNER})
    return {(row[0], row[1], row[2], row[3]): row[4] for row in rows}


def change_bins(tx: Writing, changes: Mapping[Bin, int], known: Collection[Bin]) -> None:
    """Raise the bin rows by `changes`; those not in `known` are new."""
    raised = sorted((key, change) for key, change in changes.items() if change)
    for statement, chosen in (
        (_CHANGE, [item for item in raised if item[0] in known]),
        (_ADD, [item for item in raised if item[0] not in known]),
    ):
        if chosen:
            columns: dict[str, Sequence[object] | int] = dict(_columns(key for key, _ in chosen))
            tx.execute(
                statement,
                {**columns, "changes": [change for _, change in chosen], "owner": NO_OWNER},
            )


def _columns(bins: Iterable[Bin]) -> dict[str, list[object]]:
    skus, locations, lots, conditions = [], [], [], []
    for sku_id, location_id, lot_id, condition in bins:
        skus.append(sku_id)
        locations.append(location_id)
        lots.append(lot_id)
        conditions.append(str(condition))
    return {"skus": skus, "locations": locations, "lots": lots, "conditions": conditions}  # type: ignore[dict-item]
