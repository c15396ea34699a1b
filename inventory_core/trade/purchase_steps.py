"""What happens to a purchase order after it was made. Decides which step may follow which.

draft → sent → confirmed → closed, or cancelled. Steps that were taken already are not taken twice;
a supplier's new date may be recorded as often as it changes. Money and goods do not move here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.catalog.codes import clean_text
from inventory_core.catalog.fields import check_decimal, check_whole
from inventory_core.db.bulk import insert_rows, lock_rows
from inventory_core.db.engine import Writing
from inventory_core.db.schema.office import audit_entry
from inventory_core.db.schema.trade import purchase_order as order_table
from inventory_core.db.schema.trade import purchase_order_line as line_table
from inventory_core.errors import Conflict, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.trade.purchase_records import PurchaseLine, PurchaseOrder, purchase_orders
from inventory_core.vocabulary import PurchaseOrderState

_State = PurchaseOrderState
_LIVE = (_State.DRAFT, _State.SENT, _State.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The supplier's date for an order; `line_days` names other days for single lines."""

    order_id: int
    expected_on: date
    line_days: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineChange:
    """New terms of one line; None leaves a term as it is. `sku_id` is needed for a new line."""

    line_no: int
    quantity: int | None = None
    unit_price: Decimal | None = None
    expected_on: date | None = None
    cancel: bool = False
    sku_id: int | None = None
    offer_id: int | None = None


def send_purchase_orders(
    tx: Writing, actor: Actor, order_ids: Sequence[int], *, now: datetime
) -> list[PurchaseOrder]:
    """Mark drafts as sent to their suppliers; sent ones stay as they are."""
    orders = _locked(tx, actor, order_ids)
    _refuse_ended(orders)
    fresh = [order.id for order in orders if order.state is _State.DRAFT]
    tx.execute(_SEND, {"ids": fresh, "now": now})
    _audit(tx, actor, "purchase_order_sent", {order_id: {"at": now} for order_id in fresh})
    return purchase_orders(tx, order_ids)


def confirm_purchase_orders(
    tx: Writing, actor: Actor, confirmations: Sequence[Confirmation], *, now: datetime
) -> list[PurchaseOrder]:
    """Record the suppliers' dates; open lines without a day of their own take the order's."""
    by_order = {item.order_id: item for item in confirmations}
    orders = _locked(tx, actor, list(by_order))
    _refuse_ended(orders)
    days: dict[int, date] = {}
    told: dict[int, dict[str, Any]] = {}
    for order in orders:
        item = by_order[order.id]
        unknown = set(item.line_days) - {line.id for line in order.lines}
        if unknown:
            raise NotFound("record_missing", kind="purchase_order_line", id=min(unknown))
        if min([item.expected_on, *item.line_days.values()]) < order.ordered_on:
            raise Invalid("days_out_of_order", field="expected_on")
        days |= {
            line.id: item.line_days.get(line.id, item.expected_on)
            for line in order.lines
            if line.open or line.id in item.line_days
        }
        told[order.id] = {"from": order.expected_on, "to": item.expected_on}
    tx.execute(
        _CONFIRM,
        {
            "ids": list(by_order),
            "days": [item.expected_on for item in by_order.values()],
            "now": now,
        },
    )
    tx.execute(_SET_DAYS, {"ids": list(days), "days": list(days.values())})
    tx.execute(_FORGET_OUTLOOK, {"ids": list(by_order)})
    _audit(tx, actor, "purchase_order_confirmed", told)
    return purchase_orders(tx, list(by_order))


def change_lines(
    tx: Writing,
    actor: Actor,
    order_id: int,
    changes: Sequence[LineChange],
    *,
    version: int,
    now: datetime,
) -> PurchaseOrder:
    """Change, cancel or add lines of one order; names the version of the order it saw."""
    order = _locked(tx, actor, [order_id])[0]
    _refuse_ended([order])
    if order.version != version:
        raise Conflict(
            "version_changed", kind="purchase_order", seen=version, current=order.version
        )
    known = {line.line_no: line for line in order.lines}
    changed = [_changed(known[item.line_no], item) for item in changes if item.line_no in known]
    added = [_added(order_id, item) for item in changes if item.line_no not in known]
    tx.execute(_CHANGE_LINES, {name: [row[name] for row in changed] for name in _LINE_COLUMNS})
    insert_rows(tx, line_table, added)
    tx.execute(_TOUCH, {"id": order_id})
    if any(item.expected_on for item in changes):
        tx.execute(_FORGET_GUESS, {"id": order_id})
    told = [{"line_no": item.line_no, **_said(item)} for item in changes]
    _audit(tx, actor, "purchase_order_changed", {order_id: {"lines": told, "at": now}})
    return purchase_orders(tx, [order_id])[0]


def cancel_purchase_orders(
    tx: Writing, actor: Actor, order_ids: Sequence[int], *, reason: str, now: datetime
) -> list[PurchaseOrder]:
    """Cancel what is still open: an order without receipts ends cancelled, another one closed."""
    orders = _locked(tx, actor, order_ids)
    why = clean_text(reason, field="reason")
    fresh = [order for order in orders if order.state in _LIVE]
    _end(tx, fresh, now)
    _audit(
        tx,
        actor,
        "purchase_order_cancelled",
        {o.id: {"reason": why, "units": sum(line.open for line in o.lines)} for o in fresh},
    )
    return purchase_orders(tx, order_ids)


def close_purchase_orders(
    tx: Writing, actor: Actor, order_ids: Sequence[int], *, now: datetime
) -> list[PurchaseOrder]:
    """Close orders of which something came; what is still open is no longer expected."""
    orders = _locked(tx, actor, order_ids)
    fresh = [order for order in orders if order.state in _LIVE]
    for order in fresh:
        if not any(line.received for line in order.lines):
            raise Refused("nothing_received", number=order.number)
    _end(tx, fresh, now)
    _audit(
        tx,
        actor,
        "purchase_order_closed",
        {o.id: {"short": sum(line.open for line in o.lines)} for o in fresh},
    )
    return purchase_orders(tx, order_ids)


def _locked(tx: Writing, actor: Actor, order_ids: Sequence[int]) -> list[PurchaseOrder]:
    """The orders, locked in id order; the actor must be allowed at their warehouses."""
    require(actor, Permission.PURCHASE_EDIT)
    missing = set(order_ids) - set(lock_rows(tx, order_table, order_ids))
    if missing:
        raise NotFound("record_missing", kind="purchase_order", id=min(missing))
    orders = purchase_orders(tx, order_ids)
    for order in orders:
        require(actor, Permission.PURCHASE_EDIT, warehouse_id=order.warehouse_id)
    return orders


def _refuse_ended(orders: Sequence[PurchaseOrder]) -> None:
    for order in orders:
        if order.state not in _LIVE:
            raise Refused("order_ended", number=order.number, state=order.state.value)


def _end(tx: Writing, orders: Sequence[PurchaseOrder], now: datetime) -> None:
    ids = [order.id for order in orders]
    states = [
        (_State.CLOSED if any(line.received for line in order.lines) else _State.CANCELLED).value
        for order in orders
    ]
    tx.execute(_CANCEL_OPEN, {"ids": ids})
    tx.execute(_END, {"ids": ids, "states": states, "now": now})


def _changed(line: PurchaseLine, item: LineChange) -> dict[str, Any]:
    quantity, cancelled = line.quantity, line.cancelled
    if item.quantity is not None:
        quantity = check_whole(item.quantity, field="quantity", least=1)
        if quantity < line.received + cancelled:
            raise Refused(
                "less_than_received", line_no=line.line_no, received=line.received + cancelled
            )
    if item.cancel:
        cancelled = max(quantity - line.received, cancelled)
    price = line.unit_price if item.unit_price is None else item.unit_price
    return {
        "ids": line.id,
        "quantities": quantity,
        "cancelled": cancelled,
        "prices": check_decimal(price, field="unit_price"),
        "days": item.expected_on or line.expected_on,
    }


def _added(order_id: int, item: LineChange) -> dict[str, Any]:
    if item.sku_id is None or item.unit_price is None or item.quantity is None:
        raise Invalid("new_line_incomplete", line_no=item.line_no)
    return {
        "purchase_order_id": order_id,
        "line_no": check_whole(item.line_no, field="line_no", least=1, most=100_000),
        "sku_id": item.sku_id,
        "offer_id": item.offer_id,
        "quantity": check_whole(item.quantity, field="quantity", least=1),
        "unit_price": check_decimal(item.unit_price, field="unit_price"),
        "expected_on": item.expected_on,
    }


def _said(item: LineChange) -> dict[str, Any]:
    names = ("quantity", "unit_price", "expected_on", "sku_id")
    said = {name: getattr(item, name) for name in names if getattr(item, name) is not None}
    return {name: str(value) for name, value in said.items()} | (
        {"cancel": 1} if item.cancel else {}
    )


def _audit(tx: Writing, actor: Actor, act: str, told: Mapping[int, Mapping[str, Any]]) -> None:
    rows = [
        {
            "person_id": actor.person_id,
            "act": act,
            "subject_kind": "purchase_order",
            "subject_id": str(order_id),
            "details": {name: _plain(value) for name, value in details.items()},
        }
        for order_id, details in told.items()
    ]
    insert_rows(tx, audit_entry, rows)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


_SEND = text("""
UPDATE purchase_order SET state = 'sent', sent_at = :now, version = version + 1
WHERE id = ANY(CAST(:ids AS bigint[])) AND state = 'draft'
""")
_CONFIRM = text("""
UPDATE purchase_order o SET state = 'confirmed', expected_on = g.expected_on,
    sent_at = coalesce(o.sent_at, :now), confirmed_at = :now, version = o.version + 1
FROM unnest(CAST(:ids AS bigint[]), CAST(:days AS date[])) AS g(id, expected_on)
WHERE o.id = g.id
""")
_SET_DAYS = text("""
UPDATE purchase_order_line l SET expected_on = g.expected_on
FROM unnest(CAST(:ids AS bigint[]), CAST(:days AS date[])) AS g(id, expected_on) WHERE l.id = g.id
""")
# The supplier's newest word says more than older milestones.
_FORGET_OUTLOOK = text("""
DELETE FROM arrival_outlook WHERE purchase_order_id = ANY(CAST(:ids AS bigint[]))
""")
# That an overdue order comes some time was a guess; what a person says of its days is none.
_FORGET_GUESS = text("""
DELETE FROM arrival_outlook WHERE purchase_order_id = :id AND milestone IS NULL
""")
_LINE_COLUMNS = ("ids", "quantities", "cancelled", "prices", "days")
_CHANGE_LINES = text("""
UPDATE purchase_order_line l SET quantity = g.quantity, cancelled = g.cancelled,
    unit_price = g.unit_price, expected_on = g.expected_on
FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS bigint[]), CAST(:cancelled AS bigint[]),
    CAST(:prices AS numeric[]), CAST(:days AS date[]))
    AS g(id, quantity, cancelled, unit_price, expected_on)
WHERE l.id = g.id
""")
_TOUCH = text("UPDATE purchase_order SET version = version + 1 WHERE id = :id")
_CANCEL_OPEN = text("""
UPDATE purchase_order_line SET cancelled = quantity - least(received, quantity)
WHERE purchase_order_id = ANY(CAST(:ids AS bigint[])) AND quantity - received - cancelled > 0
""")
_END = text("""
UPDATE purchase_order o SET state = g.state, closed_at = :now, version = o.version + 1
FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[])) AS g(id, state) WHERE o.id = g.id
""")
