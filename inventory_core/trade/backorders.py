"""Promise stock to orders that wait for it. Decides who is first; ships nothing.

Most urgent first (lowest priority number), then the earliest order. Unlike at acceptance a part
of a line may be promised: it has waited, and the next delivery may be small again.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from inventory_core.clock import as_utc
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.allocation import candidates, share
from inventory_core.stock.levels import (
    Edge,
    Level,
    Pair,
    change_levels,
    crossing,
    lock_levels,
    mark_stale,
    record_edges,
)
from inventory_core.stock.reservations import NewPromise, make_promises
from inventory_core.trade.order_lines import LineChange, change_lines, lock_lines
from inventory_core.trade.order_options import read_options

MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Filled:
    """Units promised to a waiting line from one warehouse."""

    order_id: int
    order_line_id: int
    warehouse_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    line_id: int
    order_id: int
    account_id: int
    listing_id: int
    sku_id: int
    priority: int


_WAITING = text("""
    SELECT l.id, o.id, o.account_id, coalesce(l.listing_id, 0), l.sku_id, o.priority
    FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id
    WHERE l.backordered > 0
        AND (CAST(:skus AS bigint[]) IS NULL OR l.sku_id = ANY(CAST(:skus AS bigint[])))
    ORDER BY o.priority, o.placed_at, l.id LIMIT :most
""")
_OPERATION = text("""
    INSERT INTO operation (key, request_hash, kind, actor_id, source_kind, occurred_at)
    VALUES ('fill/' || gen_random_uuid(), '', 'reserve', :actor, 'backorders', :now) RETURNING id
""")


def fill_backorders(
    tx: Writing, actor: Actor, sku_ids: Collection[int] | None, *, now: datetime
) -> list[Filled]:
    """Promise what is available to the lines that wait for these SKUs (None: for any).

    Needs no key: what is promised does not wait any more, so a second call finds nothing to do.
    """
    require(actor, Permission.VIEW)
    as_utc(now)
    skus = None if sku_ids is None else sorted(set(sku_ids))
    waiting = [_Waiting(*row) for row in tx.rows(_WAITING, {"skus": skus, "most": MOST_LINES})]
    if not waiting:
        return []
    options = read_options(
        tx, [(line.account_id, line.listing_id, line.sku_id) for line in waiting]
    )
    chosen = {
        line.line_id: candidates(options[line.account_id, line.listing_id, line.sku_id])
        for line in waiting
    }
    waiting = [line for line in waiting if chosen[line.line_id]]
    if not waiting:
        return []
    levels = lock_levels(
        tx, {(line.sku_id, place) for line in waiting for place in chosen[line.line_id]}
    )
    locked = lock_lines(tx, line_ids=[line.line_id for line in waiting])
    backordered = {line.id: line.backordered for line in locked}
    operation_id = None
    filled: list[Filled] = []
    promises: list[NewPromise] = []
    for line in waiting:
        taken = _take(line, backordered[line.line_id], chosen[line.line_id], levels)
        if taken and operation_id is None:
            operation_id = tx.scalar(_OPERATION, {"actor": actor.person_id, "now": now})
        for warehouse_id, units in taken:
            pair = (line.sku_id, warehouse_id)
            filled.append(Filled(line.order_id, line.line_id, warehouse_id, units))
            promises.append(
                NewPromise(line.line_id, pair, units, line.priority, operation_id or 0, now)
            )
    if promises:
        _write(tx, promises, levels, now)
    return filled


def _take(
    line: _Waiting, wanted: int, warehouses: Sequence[int], levels: dict[Pair, Level]
) -> list[tuple[int, int]]:
    free = {place: levels[line.sku_id, place].available for place in warehouses}
    taken = share(wanted, warehouses, free)
    for warehouse_id, units in taken:
        levels[line.sku_id, warehouse_id].reserved += units
    return taken


def _write(
    tx: Writing, promises: Sequence[NewPromise], levels: dict[Pair, Level], now: datetime
) -> None:
    raised: dict[Pair, int] = defaultdict(int)
    lines: dict[int, int] = defaultdict(int)
    for promise in promises:
        raised[promise.pair] += promise.quantity
        lines[promise.order_line_id] += promise.quantity
    change_lines(tx, {line: LineChange(backordered=-lines[line]) for line in sorted(lines)})
    make_promises(tx, promises)
    change_levels(tx, {pair: Level(reserved=units) for pair, units in raised.items()})
    edges: list[Edge] = []
    for pair, units in sorted(raised.items()):
        after = levels[pair].available
        edges += crossing(pair, after + units, after, now)
    record_edges(tx, edges)
    mark_stale(tx, (pair[0] for pair in raised))
