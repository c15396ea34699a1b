"""Count what is there and correct the book, once. Decides the differences; the door to corrections.

A count is compared with what the book held at the moment of counting, not of typing: goods may
move while people count (trap 53). What is counted is all of a SKU in a warehouse, sellable or not;
a surplus is good goods, a lack is taken from good goods first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from inventory_core.clock import as_utc
from inventory_core.db.engine import Writing
from inventory_core.errors import Conflict, Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.adjusting import (
    DIFFERENCE,
    NewAdjustment,
    NewHold,
    adjust_stock,
    choose_lines,
    hold_stock,
)
from inventory_core.stock.ledger import Line, NewOperation, post
from inventory_core.stock.levels import lock_levels
from inventory_core.stock.lots import pickable
from inventory_core.stock.naming import naming
from inventory_core.stock.postings import check_key, derived_key, request_hash
from inventory_core.vocabulary import Condition, OperationKind

__all__ = [
    "Counted",
    "CountedLine",
    "NewAdjustment",
    "NewCount",
    "NewHold",
    "adjust_stock",
    "count_stock",
    "hold_stock",
]

MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class NewCount:
    """What was counted in one warehouse: (sku_id, units), at `counted_at` (None: now)."""

    key: str
    warehouse_id: int
    lines: Sequence[tuple[int, int]]
    counted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CountedLine:
    """One SKU: what the book held when it was counted, and what was found."""

    sku_id: int
    expected: int
    counted: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The count in the book; `operation_id` None where everything agreed."""

    count_id: int
    key: str
    operation_id: int | None
    lines: tuple[CountedLine, ...]
    replayed: bool


_EXPECTED = text("""
    SELECT g.sku, coalesce(l.on_hand, 0) - coalesce((
        SELECT sum(CASE WHEN t.warehouse_id = :warehouse THEN m.quantity ELSE 0 END
            - CASE WHEN f.warehouse_id = :warehouse THEN m.quantity ELSE 0 END)
        FROM movement m JOIN location f ON f.id = m.from_location_id
        JOIN location t ON t.id = m.to_location_id
        WHERE m.sku_id = g.sku AND m.occurred_at > :at), 0)::bigint
    FROM unnest(CAST(:skus AS bigint[])) AS g(sku)
    LEFT JOIN stock_level l ON l.sku_id = g.sku AND l.warehouse_id = :warehouse
""")
_ADD = text("""
    INSERT INTO stock_count (key, warehouse_id, person_id, operation_id, counted_at)
    VALUES (:key, :warehouse, :person, :operation, :at) RETURNING id
""")
_ADD_LINES = text("""
    INSERT INTO stock_count_line (stock_count_id, line_no, sku_id, location_id, expected, counted)
    SELECT :count, g.n, g.sku, :warehouse, g.expected, g.counted
    FROM unnest(CAST(:skus AS bigint[]), CAST(:expected AS bigint[]), CAST(:counted AS bigint[]))
        WITH ORDINALITY AS g(sku, expected, counted, n)
""")
_KNOWN = text("""
    SELECT c.id, c.warehouse_id, c.operation_id, l.sku_id, l.expected, l.counted
    FROM stock_count c JOIN stock_count_line l ON l.stock_count_id = c.id
    WHERE c.key = :key ORDER BY l.line_no
""")


def count_stock(tx: Writing, actor: Actor, count: NewCount, *, now: datetime) -> Counted:
    """Record a count and post its differences, once per key."""
    require(actor, Permission.STOCK_ADJUST, warehouse_id=count.warehouse_id)
    _check(count)
    with naming(tx), tx.connection.begin_nested():
        pairs = {(sku_id, count.warehouse_id) for sku_id, _ in count.lines}
        lock_levels(tx, pairs, ensure=pairs)
        known = _known(tx, count)
        if known is not None:
            return known
        at = as_utc(count.counted_at or now)
        rows = tx.rows(
            _EXPECTED,
            {"warehouse": count.warehouse_id, "at": at, "skus": [sku for sku, _ in count.lines]},
        )
        expected: Mapping[int, int] = {row[0]: row[1] for row in rows}
        lines = tuple(
            CountedLine(sku_id, expected[sku_id], counted) for sku_id, counted in count.lines
        )
        operation_id = _post_differences(tx, actor, count, lines, as_utc(now))
        return _record(tx, actor, count, lines, operation_id, at)


def _check(count: NewCount) -> None:
    check_key(count.key)
    if not 1 <= len(count.lines) <= MOST_LINES:
        raise Invalid("count_lines", most=MOST_LINES)
    if len({sku_id for sku_id, _ in count.lines}) < len(count.lines):
        raise Invalid("sku_twice")
    for sku_id, counted in count.lines:
        if type(counted) is not int or not 0 <= counted < 2**62:
            raise Invalid("counted_negative", sku_id=sku_id, value=str(counted))


def _post_differences(
    tx: Writing, actor: Actor, count: NewCount, lines: Sequence[CountedLine], now: datetime
) -> int | None:
    moved: list[Line] = []
    for line in lines:
        difference = line.counted - line.expected
        if difference > 0:
            moved.append(Line(line.sku_id, DIFFERENCE, count.warehouse_id, difference))
        elif difference < 0:
            moved += _missing(tx, line.sku_id, count.warehouse_id, -difference)
    if not moved:
        return None
    operation = NewOperation(
        derived_key("count", count.key),
        OperationKind.COUNT,
        now,
        tuple(moved),
        source_kind="stock_count",
    )
    return post(tx, actor, [operation], hashes=[request_hash(count)])[0].operation_id


def _missing(tx: Writing, sku_id: int, warehouse_id: int, units: int) -> list[Line]:
    """Lines for units that are not there: good goods first, then the other conditions."""
    lines: list[Line] = []
    pair = (sku_id, warehouse_id)
    for condition in Condition:
        contents = pickable(tx, [pair], condition=condition).get(pair, [])
        taken = min(units, sum(content.quantity for content in contents))
        if taken:
            template = Line(sku_id, warehouse_id, DIFFERENCE, taken, from_condition=condition)
            lines += choose_lines(tx, template, warehouse_id)
            units -= taken
    if units:
        # More is said to be missing than is there now: the shipment since then was counted wrong.
        raise Conflict("count_below_zero", sku_id=sku_id, missing=units)
    return lines


def _record(
    tx: Writing,
    actor: Actor,
    count: NewCount,
    lines: tuple[CountedLine, ...],
    operation_id: int | None,
    at: datetime,
) -> Counted:
    number = tx.scalar(
        _ADD,
        {
            "key": count.key,
            "warehouse": count.warehouse_id,
            "person": actor.person_id,
            "operation": operation_id,
            "at": at,
        },
    )
    tx.execute(
        _ADD_LINES,
        {
            "count": number,
            "warehouse": count.warehouse_id,
            "skus": [line.sku_id for line in lines],
            "expected": [line.expected for line in lines],
            "counted": [line.counted for line in lines],
        },
    )
    return Counted(number, count.key, operation_id, lines, False)


def _known(tx: Writing, count: NewCount) -> Counted | None:
    rows = tx.rows(_KNOWN, {"key": count.key})
    if not rows:
        return None
    lines = tuple(CountedLine(row[3], row[4], row[5]) for row in rows)
    same = [(line.sku_id, line.counted) for line in lines] == [*map(tuple, count.lines)]
    if rows[0][1] != count.warehouse_id or not same:
        raise Conflict("key_reused", key=count.key)
    return Counted(rows[0][0], count.key, rows[0][2], lines, True)
