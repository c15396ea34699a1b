"""Post operations to the book, once each. Decides the order of steps; never edits what is posted.

An array of operations costs a fixed small number of statements: claim the keys, lock levels, then
cost pools, always in the same order; decide in Python (`posting_plan`); append movements; raise
levels, bins, layers; note edges, losses and the outbox. A mistake is corrected by `reversal`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from inventory_core.db.engine import Reading, Writing
from inventory_core.errors import NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.bins import change_bins, read_bins
from inventory_core.stock.claims import claim_all, read_method, require_rights
from inventory_core.stock.cost_book import CostBook, learn_last_costs, lock_pools
from inventory_core.stock.identity import check_lots, move_serials
from inventory_core.stock.levels import (
    Level,
    Pair,
    change_levels,
    lock_levels,
    mark_stale,
    record_edges,
)
from inventory_core.stock.naming import naming
from inventory_core.stock.places import Place, read_places
from inventory_core.stock.posting_plan import (
    Book,
    Claimed,
    play,
    touched_bins,
    touched_pairs,
    touched_pools,
)
from inventory_core.stock.postings import (
    Line,
    NewOperation,
    Posted,
    check_operations,
    request_hash,
)
from inventory_core.stock.shortfalls import give_way
from inventory_core.vocabulary import CostMethod, OperationKind

__all__ = ["Line", "NewOperation", "Posted", "post", "reverse"]

_NOTHING_KEPT: Mapping[str, Mapping[Pair, int]] = {}

_APPEND = text("""
    INSERT INTO movement (operation_id, line_no, occurred_at, sku_id, from_location_id,
        to_location_id, lot_id, serial_id, from_condition, to_condition, quantity, value,
        average_value)
    SELECT * FROM unnest(CAST(:operations AS bigint[]), CAST(:lines AS int[]),
        CAST(:times AS timestamptz[]), CAST(:skus AS bigint[]), CAST(:froms AS bigint[]),
        CAST(:tos AS bigint[]), CAST(:lots AS bigint[]), CAST(:serials AS bigint[]),
        CAST(:from_conditions AS text[]), CAST(:to_conditions AS text[]),
        CAST(:quantities AS bigint[]), CAST(:values AS numeric[]), CAST(:averages AS numeric[]))
""")

_UNDOABLE = frozenset(OperationKind) - {
    OperationKind.REVERSAL,
    OperationKind.RESERVE,
    OperationKind.RELEASE,
    OperationKind.REVALUE,
}
_OPERATION = text("SELECT kind, source_kind, source_id, import_id FROM operation WHERE id = :id")
_MOVEMENTS = text("""
    SELECT m.sku_id, m.from_location_id, m.to_location_id, m.quantity, m.lot_id, m.serial_id,
        m.from_condition, m.to_condition, m.value, m.average_value,
        coalesce(f.cost_pool_id, fw.cost_pool_id) AS from_pool
    FROM movement m JOIN location f ON f.id = m.from_location_id
    LEFT JOIN location fw ON fw.id = f.warehouse_id
    WHERE m.operation_id = :id ORDER BY m.line_no
""")


def post(
    tx: Writing,
    actor: Actor,
    operations: Sequence[NewOperation],
    *,
    kept: Mapping[str, Mapping[Pair, int]] = _NOTHING_KEPT,
    hashes: Sequence[str] | None = None,
) -> list[Posted]:
    """Post each operation once, all or none; answers in the order asked.

    The same key with the same request answers as the first time, with another one it is a
    Conflict. `kept` names, by operation key, promised units that the operation fulfils: they
    leave `reserved` together with the goods (the caller moves the reservation rows). `hashes`
    are the fingerprints of what was asked, where lines were chosen by us and may differ next time.
    """
    if not operations:
        return []
    check_operations(operations)
    lines = [line for operation in operations for line in operation.lines]
    places = read_places(
        tx, {place for line in lines for place in (line.from_location_id, line.to_location_id)}
    )
    require_rights(actor, operations, places)
    method = read_method(tx, operations, lines)
    # A savepoint, so that a caller who lives on after a refusal keeps no claimed empty operation.
    with naming(tx), tx.connection.begin_nested():
        asked = hashes or [request_hash(operation) for operation in operations]
        numbers, answers = claim_all(tx, actor, operations, asked)
        claimed = [(numbers[item.key], item) for item in operations if item.key in numbers]
        if claimed:
            answers |= _apply(tx, claimed, places, method, kept)
    return [answers[operation.key] for operation in operations]


def reverse(
    tx: Writing, actor: Actor, operation_id: int, *, key: str, occurred_at: datetime, reason: str
) -> Posted:
    """Post the opposite of an operation, once.

    What it brought must still be there: units that have moved on are named by
    Refused("not_enough_stock"), cost that was issued by Refused("cost_already_used").
    """
    require(actor, Permission.STOCK_RECEIVE)
    lines = _opposite_lines(tx, operation_id)
    row = tx.rows(_OPERATION, {"id": operation_id})[0]
    if row[0] not in _UNDOABLE:
        raise Refused("cannot_be_reversed", operation_id=operation_id, kind=row[0])
    operation = NewOperation(
        key=key,
        kind=OperationKind.REVERSAL,
        occurred_at=occurred_at,
        lines=lines,
        source_kind=row[1],
        source_id=row[2],
        reason=reason,
        reverses_id=operation_id,
        import_id=row[3],
    )
    return post(tx, actor, [operation])[0]


def _apply(
    tx: Writing,
    claimed: Sequence[Claimed],
    places: Mapping[int, Place],
    method: CostMethod,
    kept: Mapping[str, Mapping[Pair, int]],
) -> dict[str, Posted]:
    lines = [line for _, operation in claimed for line in operation.lines]
    check_lots(tx, lines, places)
    entered = [line for line in lines if places[line.to_location_id].warehouse_id is not None]
    levels = lock_levels(
        tx,
        touched_pairs(lines, places),
        ensure=[(line.sku_id, places[line.to_location_id].warehouse_id or 0) for line in entered],
    )
    before = {
        pair: Level(level.on_hand, level.reserved, level.held) for pair, level in levels.items()
    }
    bins = read_bins(tx, {key for line in lines for key, _ in touched_bins(line, places)})
    costs = _lock_costs(tx, lines, places)
    book = Book(places, levels, dict(bins), costs.pools, method)
    play(book, claimed, kept)
    _append(tx, claimed, book)
    changes = {pair: _difference(before[pair], levels[pair]) for pair in levels}
    change_levels(tx, changes)
    moved = {key: quantity - bins.get(key, 0) for key, quantity in book.bins.items()}
    change_bins(tx, moved, bins)
    costs.save(tx)
    move_serials(tx, lines)
    give_way(tx, book.losses)
    record_edges(tx, book.edges)
    mark_stale(
        tx,
        (pair[0] for pair, level in levels.items() if level.available != before[pair].available),
    )
    return {
        operation.key: Posted(number, operation.key, tuple(v.value for v in values), False)
        for (number, operation), values in zip(claimed, book.values, strict=True)
    }


def _lock_costs(tx: Writing, lines: Sequence[Line], places: Mapping[int, Place]) -> CostBook:
    ends = [touched_pools(line, places) for line in lines]
    entering = {entered for left, entered in ends if entered is not None and entered != left}
    leaving = {left for left, _ in ends if left is not None}
    book = lock_pools(tx, entering | leaving, entering=entering)
    priceless = {
        entered
        for line, (left, entered) in zip(lines, ends, strict=True)
        if left is None and entered is not None and line.value is None
    }
    if priceless:
        learn_last_costs(tx, book, priceless)
    return book


def _append(tx: Writing, claimed: Sequence[Claimed], book: Book) -> None:
    rows = [
        (number, line_no, operation.occurred_at, line, value)
        for (number, operation), values in zip(claimed, book.values, strict=True)
        for line_no, (line, value) in enumerate(zip(operation.lines, values, strict=True), start=1)
    ]
    columns: dict[str, list[Any]] = {
        "operations": [row[0] for row in rows],
        "lines": [row[1] for row in rows],
        "times": [row[2] for row in rows],
        "skus": [row[3].sku_id for row in rows],
        "froms": [row[3].from_location_id for row in rows],
        "tos": [row[3].to_location_id for row in rows],
        "lots": [row[3].lot_id for row in rows],
        "serials": [row[3].serial_id for row in rows],
        "from_conditions": [str(row[3].from_condition) for row in rows],
        "to_conditions": [str(row[3].to_condition) for row in rows],
        "quantities": [row[3].quantity for row in rows],
        "values": [row[4].value for row in rows],
        "averages": [row[4].average_value for row in rows],
    }
    tx.execute(_APPEND, columns)


def _difference(before: Level, after: Level) -> Level:
    return Level(
        after.on_hand - before.on_hand,
        after.reserved - before.reserved,
        after.held - before.held,
    )


def _opposite_lines(conn: Reading, operation_id: int) -> tuple[Line, ...]:
    rows = conn.rows(_MOVEMENTS, {"id": operation_id})
    if not rows:
        raise NotFound("operation_unknown", operation_id=operation_id)
    return tuple(
        Line(
            sku_id=row.sku_id,
            from_location_id=row.to_location_id,
            to_location_id=row.from_location_id,
            quantity=row.quantity,
            lot_id=row.lot_id,
            serial_id=row.serial_id,
            from_condition=row.to_condition,
            to_condition=row.from_condition,
            # Goods that left a pool come back at the value they left with; goods that entered
            # leave at what they came in at, as far as the average method still holds it.
            value=row.value if row.from_pool is not None else row.average_value,
        )
        for row in rows
    )
