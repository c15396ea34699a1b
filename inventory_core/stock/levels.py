"""The level rows: ensure, lock, change. Decides the one lock order of stock; judges no act.

Locks are always taken in (SKU, warehouse) order, and a missing row is inserted with zeros before
it is locked, because what does not exist cannot be locked. Changes are increments; edges mark the
moments when available crosses zero; the outbox hears of every SKU that changed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from inventory_core.db.engine import Writing

Pair = tuple[int, int]  # (sku_id, warehouse_id)


@dataclass(slots=True)
class Level:
    """A working copy of one level row, valid while its lock is held."""

    on_hand: int = 0
    reserved: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        """What may still be promised."""
        return self.on_hand - self.reserved - self.held


@dataclass(frozen=True, slots=True)
class Edge:
    """Available crossed zero."""

    pair: Pair
    in_stock: bool
    occurred_at: datetime


_ENSURE = text("""
    INSERT INTO stock_level (sku_id, warehouse_id)
    SELECT * FROM unnest(CAST(:skus AS bigint[]), CAST(:warehouses AS bigint[])) AS g(sku, wh)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING
""")
_LOCK = text("""
    SELECT l.sku_id, l.warehouse_id, l.on_hand, l.reserved, l.held
    FROM unnest(CAST(:skus AS bigint[]), CAST(:warehouses AS bigint[])) AS g(sku, wh)
    JOIN stock_level l ON l.sku_id = g.sku AND l.warehouse_id = g.wh
    ORDER BY l.sku_id, l.warehouse_id FOR NO KEY UPDATE OF l
""")
_CHANGE = text("""
    UPDATE stock_level l SET on_hand = l.on_hand + g.on_hand, reserved = l.reserved + g.reserved,
        held = l.held + g.held, version = l.version + 1
    FROM unnest(CAST(:skus AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:on_hand AS bigint[]),
        CAST(:reserved AS bigint[]), CAST(:held AS bigint[])) AS g(sku, wh, on_hand, reserved, held)
    WHERE l.sku_id = g.sku AND l.warehouse_id = g.wh
""")
_EDGES = text("""
    INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)
    SELECT * FROM unnest(CAST(:skus AS bigint[]), CAST(:warehouses AS bigint[]),
        CAST(:in_stock AS boolean[]), CAST(:times AS timestamptz[])) AS g(sku, wh, in_stock, at)
""")
_STALE = text("""
    INSERT INTO outbox (topic, coalescing_key, payload)
    SELECT 'stock_level', 'sku:' || sku, jsonb_build_object('sku_id', sku)
    FROM unnest(CAST(:skus AS bigint[])) AS sku ORDER BY sku
    ON CONFLICT (topic, coalescing_key) DO UPDATE SET generation = outbox.generation + 1
""")


def lock_levels(
    tx: Writing, pairs: Collection[Pair], *, ensure: Collection[Pair] = ()
) -> dict[Pair, Level]:
    """Lock the level rows of `pairs` until the transaction ends; their figures now.

    `ensure` names the pairs that must exist afterwards. They are created before the first lock:
    created later, a row could be taken in another order by somebody who already sees it. A pair
    without a row holds nothing, and is not locked.
    """
    if ensure:
        tx.execute(_ENSURE, _columns(sorted(set(ensure))))
    wanted = sorted(set(pairs))
    levels = {pair: Level() for pair in wanted}
    if wanted:
        for row in tx.rows(_LOCK, _columns(wanted)):
            levels[row[0], row[1]] = Level(*row[2:])
    return levels


def change_levels(tx: Writing, changes: Mapping[Pair, Level]) -> None:
    """Raise locked levels by the differences given; the database refuses what oversells."""
    moved = {
        pair: change
        for pair, change in sorted(changes.items())
        if change.on_hand or change.reserved or change.held
    }
    if not moved:
        return
    figures = moved.values()
    tx.execute(
        _CHANGE,
        {
            **_columns(moved),
            "on_hand": [change.on_hand for change in figures],
            "reserved": [change.reserved for change in figures],
            "held": [change.held for change in figures],
        },
    )


def record_edges(tx: Writing, edges: Sequence[Edge]) -> None:
    """Append the moments at which available crossed zero."""
    if edges:
        tx.execute(
            _EDGES,
            {
                **_columns([edge.pair for edge in edges]),
                "in_stock": [edge.in_stock for edge in edges],
                "times": [edge.occurred_at for edge in edges],
            },
        )


def mark_stale(tx: Writing, sku_ids: Iterable[int]) -> None:
    """Tell the outbox, once per SKU and in SKU order, that its levels are no longer as sent."""
    skus = sorted(set(sku_ids))
    if skus:
        tx.execute(_STALE, {"skus": skus})


def crossing(pair: Pair, before: int, after: int, occurred_at: datetime) -> list[Edge]:
    """The edge between two figures of available, if zero lies between them."""
    if (before > 0) == (after > 0):
        return []
    return [Edge(pair, after > 0, occurred_at)]


def _columns(pairs: Iterable[Pair]) -> dict[str, list[int]]:
    listed = list(pairs)
    return {"skus": [pair[0] for pair in listed], "warehouses": [pair[1] for pair in listed]}
