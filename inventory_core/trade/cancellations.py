"""Cancel what is not yet shipped of an order. Decides the three cases; brings nothing back.

Before shipping everything is released; after a part has shipped, the rest; after all has shipped
there is nothing to cancel and a return is the way back (trap 6).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text

from inventory_core.db.engine import Writing
from inventory_core.errors import Conflict, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.claims import claim_all
from inventory_core.stock.ledger import NewOperation
from inventory_core.stock.levels import (
    Level,
    Pair,
    change_levels,
    crossing,
    lock_levels,
    mark_stale,
    record_edges,
)
from inventory_core.stock.postings import check_key, derived_key, request_hash
from inventory_core.stock.reservations import OpenPromise, Step, open_promises, step_promises
from inventory_core.trade.order_lines import LineChange, LockedLine, change_lines, lock_lines
from inventory_core.trade.order_records import Cancelled, NewCancel
from inventory_core.vocabulary import OperationKind, ReservationState

MOST_CANCELS = 5_000

_MARK = text("""
    UPDATE sales_order o SET cancelled_at = coalesce(o.cancelled_at, :now),
        cancel_reason = g.reason, version = o.version + 1
    FROM unnest(CAST(:orders AS bigint[]), CAST(:reasons AS text[])) AS g(id, reason)
    WHERE o.id = g.id
""")
_DONE = text("""
    SELECT p.key, p.source_id, coalesce(sum(e.quantity), 0)::bigint,
        (SELECT sum(l.cancelled)::bigint FROM sales_order_line l WHERE l.order_id = p.source_id)
    FROM operation p LEFT JOIN reservation_event e ON e.operation_id = p.id
    WHERE p.key = ANY(CAST(:keys AS text[])) GROUP BY p.id
""")


def cancel_orders(
    tx: Writing, actor: Actor, cancels: Sequence[NewCancel], *, now: datetime
) -> list[Cancelled]:
    """Cancel each order's rest once, all or none; answers in the order asked."""
    require(actor, Permission.ORDER_EDIT)
    if not cancels:
        return []
    _check(cancels)
    with tx.connection.begin_nested():
        answers = _cancel(tx, actor, cancels, now)
    return [answers[cancel.key] for cancel in cancels]


def _check(cancels: Sequence[NewCancel]) -> None:
    if len(cancels) > MOST_CANCELS:
        raise Invalid("too_many_at_once", most=MOST_CANCELS)
    if len({cancel.key for cancel in cancels}) < len(cancels):
        raise Invalid("key_twice")
    if len({cancel.order_id for cancel in cancels}) < len(cancels):
        raise Invalid("order_twice")
    for cancel in cancels:
        check_key(cancel.key)


def _cancel(
    tx: Writing, actor: Actor, cancels: Sequence[NewCancel], now: datetime
) -> dict[str, Cancelled]:
    headers = [_header(cancel, now) for cancel in cancels]
    # The moment is when it is done, not part of what is asked: a retry comes later.
    numbers, known = claim_all(tx, actor, headers, [request_hash(cancel) for cancel in cancels])
    keys = {header.key: cancel.key for header, cancel in zip(headers, cancels, strict=True)}
    answers = _replays(tx, list(known), keys)
    fresh = {
        cancel.order_id: (numbers[header.key], cancel)
        for header, cancel in zip(headers, cancels, strict=True)
        if header.key in numbers
    }
    if not fresh:
        return answers
    pairs = {promise.pair for promise in open_promises(tx, list(fresh))}
    levels = lock_levels(tx, pairs)
    lines = lock_lines(tx, order_ids=list(fresh))
    promises = open_promises(tx, list(fresh))
    if any(promise.pair not in pairs for promise in promises):
        # A backorder was filled between the two reads, in a row that is not locked: next time.
        raise Conflict("order_just_changed")
    _refuse_empty(fresh, lines)
    steps = [
        Step(
            promise.reservation_id,
            fresh[promise.order_id][0],
            promise.quantity,
            ReservationState.RELEASED,
            now,
        )
        for promise in promises
    ]
    changes = _line_changes(lines, promises)
    change_lines(tx, changes)
    step_promises(tx, steps)
    _free(tx, levels, promises, now)
    tx.execute(
        _MARK,
        {
            "now": now,
            "orders": list(fresh),
            "reasons": [cancel.reason for _, cancel in fresh.values()],
        },
    )
    return answers | _answers(fresh, lines, changes, promises)


def _header(cancel: NewCancel, now: datetime) -> NewOperation:
    return NewOperation(
        derived_key("cancel", cancel.key),
        OperationKind.RELEASE,
        now,
        (),
        source_kind="sales_order",
        source_id=cancel.order_id,
        reason=cancel.reason,
    )


def _replays(tx: Writing, known: Sequence[str], keys: Mapping[str, str]) -> dict[str, Cancelled]:
    rows = tx.rows(_DONE, {"keys": list(known)}) if known else []
    return {
        keys[key]: Cancelled(keys[key], order_id, units, released, True)
        for key, order_id, released, units in rows
    }


def _refuse_empty(fresh: Mapping[int, tuple[int, NewCancel]], lines: Sequence[LockedLine]) -> None:
    open_units: dict[int, int] = defaultdict(int)
    known = {line.order_id for line in lines}
    for line in lines:
        open_units[line.order_id] += line.quantity - line.shipped - line.cancelled
    for order_id in fresh:
        if order_id not in known:
            raise NotFound("order_unknown", order_id=order_id)
        if open_units[order_id] == 0:
            shipped = any(line.shipped for line in lines if line.order_id == order_id)
            code = "order_already_shipped" if shipped else "order_already_cancelled"
            raise Refused(code, order_id=order_id)


def _line_changes(
    lines: Sequence[LockedLine], promises: Sequence[OpenPromise]
) -> dict[int, LineChange]:
    promised: dict[int, int] = defaultdict(int)
    for promise in promises:
        promised[promise.order_line_id] += promise.quantity
    return {
        line.id: LineChange(
            backordered=-line.backordered, cancelled=line.backordered + promised[line.id]
        )
        for line in lines
        if line.backordered or promised[line.id]
    }


def _free(
    tx: Writing, levels: Mapping[Pair, Level], promises: Sequence[OpenPromise], now: datetime
) -> None:
    freed: dict[Pair, int] = defaultdict(int)
    for promise in promises:
        freed[promise.pair] += promise.quantity
    change_levels(tx, {pair: Level(reserved=-units) for pair, units in freed.items()})
    record_edges(
        tx,
        [
            edge
            for pair, units in sorted(freed.items())
            for edge in crossing(pair, levels[pair].available, levels[pair].available + units, now)
        ],
    )
    mark_stale(tx, (pair[0] for pair in freed))


def _answers(
    fresh: Mapping[int, tuple[int, NewCancel]],
    lines: Sequence[LockedLine],
    changes: Mapping[int, LineChange],
    promises: Sequence[OpenPromise],
) -> dict[str, Cancelled]:
    units: dict[int, int] = defaultdict(int)
    released: dict[int, int] = defaultdict(int)
    for line in lines:
        if line.id in changes:
            units[line.order_id] += changes[line.id].cancelled
    for promise in promises:
        released[promise.order_id] += promise.quantity
    return {
        cancel.key: Cancelled(cancel.key, order_id, units[order_id], released[order_id], False)
        for order_id, (_, cancel) in fresh.items()
    }
