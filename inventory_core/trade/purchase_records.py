"""Purchase orders as they are read. Decides how far an order has come, in words; writes nothing.

The state is what was done with the order (sent, confirmed); how much has come is read from lines.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ScalarSelect, Select, case, func, literal, select, text
from sqlalchemy.sql.elements import ColumnElement

from inventory_core.db.engine import Reading
from inventory_core.db.schema.catalog import location, sku
from inventory_core.db.schema.supply import supplier
from inventory_core.db.schema.trade import purchase_order as order_table
from inventory_core.db.schema.trade import purchase_order_line as line_table
from inventory_core.errors import NotFound
from inventory_core.vocabulary import PurchaseOrderState

# How far an order has come, for lists: the state, refined by what was received.
PROGRESS = ("draft", "sent", "confirmed", "partly_received", "received", "closed", "cancelled")
OPEN_STATES = (PurchaseOrderState.SENT, PurchaseOrderState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """A line as it stands; `received` may exceed `quantity` (over-receipt)."""

    id: int
    line_no: int
    sku_id: int
    sku_code: str
    sku_name: str
    offer_id: int | None
    suggestion_id: int | None
    quantity: int
    received: int
    cancelled: int
    unit_price: Decimal
    expected_on: date | None

    @property
    def open(self) -> int:
        """Units still expected."""
        return max(self.quantity - self.received - self.cancelled, 0)

    @property
    def amount(self) -> Decimal:
        """What the units that are not cancelled cost, in the order's currency."""
        return (self.quantity - self.cancelled) * self.unit_price


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """An order as it stands."""

    id: int
    key: str
    number: str
    supplier_id: int
    supplier_name: str
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    currency: str
    state: PurchaseOrderState
    ordered_on: date
    expected_on: date | None
    ship_method: str
    sent_at: datetime | None
    confirmed_at: datetime | None
    closed_at: datetime | None
    approval_id: int | None
    note: str
    version: int
    lines: tuple[PurchaseLine, ...]
    replayed: bool = False

    @property
    def total(self) -> Decimal:
        """Amount of the order in its currency, without cancelled units."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def progress(self) -> str:
        """One of PROGRESS."""
        if self.state not in OPEN_STATES or not any(line.received for line in self.lines):
            return self.state.value
        return "partly_received" if any(line.open for line in self.lines) else "received"


def purchase_order(conn: Reading, order_id: int) -> PurchaseOrder:
    """One order by id."""
    found = purchase_orders(conn, [order_id])
    if not found:
        raise NotFound("record_missing", kind="purchase_order", id=order_id)
    return found[0]


def purchase_orders(conn: Reading, order_ids: Sequence[int]) -> list[PurchaseOrder]:
    """These orders by id, with their lines."""
    ids = {"ids": sorted(set(order_ids))}
    lines: dict[int, list[PurchaseLine]] = defaultdict(list)
    for order_id, *facts in conn.rows(_LINES, ids):
        lines[order_id].append(PurchaseLine(*facts))
    found = []
    for row in conn.rows(_ORDERS, ids):
        header = {**row._mapping, "state": PurchaseOrderState(row.state)}
        found.append(PurchaseOrder(**header, lines=tuple(lines[row.id])))
    return found


_ORDERS = text("""
SELECT o.id, o.key, o.number, o.supplier_id, s.name AS supplier_name, o.warehouse_id,
    w.code AS warehouse_code, w.name AS warehouse_name, o.currency, o.state, o.ordered_on,
    o.expected_on, o.ship_method, o.sent_at, o.confirmed_at, o.closed_at, o.approval_id, o.note,
    o.version
FROM purchase_order o
JOIN supplier s ON s.id = o.supplier_id JOIN location w ON w.id = o.warehouse_id
WHERE o.id = ANY(CAST(:ids AS bigint[])) ORDER BY o.id
""")
_LINES = text("""
SELECT l.purchase_order_id, l.id, l.line_no, l.sku_id, k.code, k.name, l.offer_id,
    l.suggestion_id, l.quantity, l.received, l.cancelled, l.unit_price, l.expected_on
FROM purchase_order_line l JOIN sku k ON k.id = l.sku_id
WHERE l.purchase_order_id = ANY(CAST(:ids AS bigint[])) ORDER BY l.purchase_order_id, l.line_no
""")


def select_purchase_orders(
    group: str = "all",
    *,
    today: date | None = None,
    warehouse_id: int | None = None,
    supplier_id: int | None = None,
) -> Select[Any]:
    """The named SELECT behind the list of orders, newest first: one row per order, with the
    SKU of its first line (code and name) and how many lines it has.

    `group` is one of GROUPS; overdue orders need `today`.
    """
    line, order = line_table.c, order_table.c
    still_open = func.greatest(line.quantity - line.received - line.cancelled, literal(0))
    sums = (
        select(
            line.purchase_order_id,
            func.sum((line.quantity - line.cancelled) * line.unit_price).label("total"),
            func.sum(still_open * line.unit_price).label("open_value"),
            func.sum(line.quantity - line.cancelled).label("quantity"),
            func.sum(line.received).label("received"),
            func.sum(still_open).label("open"),
            func.count().label("line_count"),
        )
        .group_by(line.purchase_order_id)
        .subquery()
    )
    progress = case(
        (order.state.not_in(OPEN_STATES) | (sums.c.received == 0), order.state),
        (sums.c.open > 0, "partly_received"),
        else_="received",
    ).label("progress")
    statement = (
        select(
            order.id,
            order.number,
            progress,
            supplier.c.name.label("supplier_name"),
            location.c.code.label("warehouse_code"),
            order.expected_on,
            _first_sku().label("first_sku"),
            sums.c.line_count,
            *(sums.c[name] for name in ("quantity", "received", "open", "total", "open_value")),
            order.currency,
            order.ordered_on,
            order.ship_method,
        )
        .join(sums, sums.c.purchase_order_id == order.id)
        .join(supplier, supplier.c.id == order.supplier_id)
        .join(location, location.c.id == order.warehouse_id)
        .order_by(order.id.desc())
    )
    if warehouse_id is not None:
        statement = statement.where(order.warehouse_id == warehouse_id)
    if supplier_id is not None:
        statement = statement.where(order.supplier_id == supplier_id)
    belongs = _group(group, sums.c.open, today or date.min)
    return statement if belongs is None else statement.where(belongs)


def _first_sku() -> ScalarSelect[str]:
    """Code and name of what an order's first line buys."""
    line = line_table.c
    return (
        select(sku.c.code + " · " + sku.c.name)
        .join(line_table, line.sku_id == sku.c.id)
        .where(line.purchase_order_id == order_table.c.id)
        .order_by(line.line_no)
        .limit(1)
        .scalar_subquery()
    )


def _group(group: str, still_open: ColumnElement[int], today: date) -> ColumnElement[bool] | None:
    """What makes an order one of a group; None for all of them."""
    order = order_table.c
    live = order.state.in_(OPEN_STATES)
    groups: dict[str, ColumnElement[bool]] = {
        "open": order.state.in_(("draft", *OPEN_STATES)) & (still_open > 0),
        "draft": order.state == "draft",
        "on_the_way": live & (still_open > 0),
        "overdue": live & (still_open > 0) & (order.expected_on < today),
        "received": live & (still_open == 0),
        "ended": order.state.in_(("closed", "cancelled")),
    }
    return groups.get(group)


GROUPS = ("open", "draft", "on_the_way", "overdue", "received", "ended", "all")


def find_order_id(conn: Reading, text_given: str) -> int | None:
    """The order that a text names by its number or its id; None where there is none."""
    own_id = int(text_given) if text_given.isascii() and text_given.isdigit() else 0
    found = conn.rows(
        select(order_table.c.id).where(
            (order_table.c.number == text_given.upper())
            | (order_table.c.id == literal(min(own_id, 2**62)))
        )
    )
    return int(found[0].id) if found else None
