"""Purchase orders: make them, once each. Decides numbers, dates and what is still on order.

What a line still expects (`open`) is its quantity minus what was received or cancelled; nobody
keeps it. Later steps (send, confirm, change, cancel) stand in `purchase_steps`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.catalog.fields import check_day, check_decimal, check_member, check_whole
from inventory_core.catalog.locations import warehouse_countries
from inventory_core.db.bulk import insert_rows, next_ids
from inventory_core.db.engine import Writing
from inventory_core.db.schema.office import audit_entry
from inventory_core.db.schema.trade import purchase_order as order_table
from inventory_core.db.schema.trade import purchase_order_line as line_table
from inventory_core.errors import Conflict, Invalid, NotFound
from inventory_core.money import check_currency
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.postings import check_key, request_hash
from inventory_core.trade.offer_terms import Offer, offer_arrival_on, offers_by_id
from inventory_core.trade.purchase_records import (
    PurchaseLine,
    PurchaseOrder,
    purchase_order,
    purchase_orders,
)
from inventory_core.trade.purchase_steps import (
    Confirmation,
    LineChange,
    cancel_purchase_orders,
    change_lines,
    close_purchase_orders,
    confirm_purchase_orders,
    send_purchase_orders,
)
from inventory_core.vocabulary import PurchaseOrderState, ShipMethod

__all__ = [
    "Confirmation",
    "LineChange",
    "NewPurchaseLine",
    "NewPurchaseOrder",
    "PurchaseLine",
    "PurchaseOrder",
    "cancel_purchase_orders",
    "change_lines",
    "close_purchase_orders",
    "confirm_purchase_orders",
    "create_purchase_orders",
    "purchase_order",
    "purchase_orders",
    "send_purchase_orders",
]

MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class NewPurchaseLine:
    """Units of one SKU at a price per unit in the order's currency."""

    line_no: int
    sku_id: int
    quantity: int
    unit_price: Decimal
    offer_id: int | None = None
    expected_on: date | None = None
    suggestion_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewPurchaseOrder:
    """An order to one supplier for one warehouse. No expected day: reckoned from the offers."""

    key: str
    supplier_id: int
    warehouse_id: int
    currency: str
    ordered_on: date
    lines: Sequence[NewPurchaseLine]
    expected_on: date | None = None
    ship_method: str = ShipMethod.SEA
    approval_id: int | None = None
    note: str = ""


def create_purchase_orders(
    tx: Writing,
    actor: Actor,
    orders: Sequence[NewPurchaseOrder],
    *,
    now: datetime,
    import_id: int | None = None,
) -> list[PurchaseOrder]:
    """Create each order once, as drafts, all or none; answers in the order asked.

    The same key with the same request answers with the order made before (`replayed`), with
    another request it is a Conflict; two callers at the same moment make one order.
    """
    for order in orders:
        require(actor, Permission.PURCHASE_EDIT, warehouse_id=order.warehouse_id)
        _check(order)
    hashes = {order.key: request_hash(order) for order in orders}
    if len(hashes) < len(orders):
        raise Invalid("key_twice", key=_first_repeated([order.key for order in orders]))
    if not orders:
        return []
    _refuse_unknown(tx, orders)
    ordered = sorted(_dated(tx, orders), key=lambda order: order.key)
    ids = next_ids(tx, order_table, len(ordered))
    rows = [
        _order_row(actor, order, new_id, hashes[order.key], import_id)
        for order, new_id in zip(ordered, ids, strict=True)
    ]
    made = insert_rows(tx, order_table, rows, returning=("id", "key", "number"), skip_existing=True)
    fresh = {row.key: row.id for row in made}
    insert_rows(
        tx,
        line_table,
        [
            _line_row(fresh[order.key], line)
            for order in ordered
            if order.key in fresh
            for line in order.lines
        ],
    )
    _audit(tx, actor, {row.id: row.number for row in made}, now)
    # A second read: what a rival committed while we waited for its key is visible only now.
    known = _known(tx, hashes)
    found = {order.id: order for order in purchase_orders(tx, list(known.values()))}
    return [replace(found[known[order.key]], replayed=order.key not in fresh) for order in orders]


def _check(order: NewPurchaseOrder) -> None:
    check_key(order.key)
    check_currency(order.currency)
    check_member(order.ship_method, ShipMethod, field="ship_method")
    if check_day(order.ordered_on, field="ordered_on") is None:
        raise Invalid("not_a_day", field="ordered_on", value="")
    if not 0 < len(order.lines) <= MOST_LINES:
        raise Invalid("order_without_lines", field="lines", most=MOST_LINES)
    if len({line.line_no for line in order.lines}) < len(order.lines):
        raise Invalid("line_repeated", field="line_no")
    for line in order.lines:
        check_whole(line.quantity, field="quantity", least=1)
        check_decimal(line.unit_price, field="unit_price")
    expected = [order.expected_on, *(line.expected_on for line in order.lines)]
    if any(day is not None and day < order.ordered_on for day in expected):
        raise Invalid("days_out_of_order", field="expected_on")


_UNKNOWN = text("""
SELECT (SELECT min(g) FROM unnest(CAST(:suppliers AS bigint[])) AS g
        WHERE NOT EXISTS (SELECT FROM supplier s WHERE s.id = g)) AS supplier,
       (SELECT min(g) FROM unnest(CAST(:warehouses AS bigint[])) AS g WHERE NOT EXISTS
        (SELECT FROM location l WHERE l.id = g AND l.kind = 'warehouse')) AS warehouse,
       (SELECT min(g) FROM unnest(CAST(:skus AS bigint[])) AS g
        WHERE NOT EXISTS (SELECT FROM sku s WHERE s.id = g)) AS sku
""")


def _refuse_unknown(tx: Writing, orders: Sequence[NewPurchaseOrder]) -> None:
    row = tx.rows(
        _UNKNOWN,
        {
            "suppliers": sorted({order.supplier_id for order in orders}),
            "warehouses": sorted({order.warehouse_id for order in orders}),
            "skus": sorted({line.sku_id for order in orders for line in order.lines}),
        },
    )[0]
    for kind, missing in row._mapping.items():
        if missing is not None:
            raise NotFound("record_missing", kind=kind, id=missing)


def _dated(tx: Writing, orders: Sequence[NewPurchaseOrder]) -> list[NewPurchaseOrder]:
    """The orders with an expected day on every line that has an offer to reckon it from."""
    open_offers = {
        line.offer_id
        for order in orders
        if order.expected_on is None
        for line in order.lines
        if line.expected_on is None and line.offer_id is not None
    }
    known: Mapping[Any, Offer] = {}
    if open_offers:
        known = offers_by_id(tx, sorted(open_offers), max(order.ordered_on for order in orders))
    countries = warehouse_countries(tx, {order.warehouse_id for order in orders})
    return [_with_days(order, known, countries[order.warehouse_id]) for order in orders]


def _with_days(
    order: NewPurchaseOrder, known: Mapping[Any, Offer], country: str
) -> NewPurchaseOrder:
    lines = [
        replace(line, expected_on=line.expected_on or _reckoned(order, line, known, country))
        for line in order.lines
    ]
    days = [line.expected_on for line in lines if line.expected_on is not None]
    last = order.expected_on or (max(days) if days else None)
    return replace(order, lines=lines, expected_on=last)


def _reckoned(
    order: NewPurchaseOrder, line: NewPurchaseLine, known: Mapping[Any, Offer], country: str
) -> date | None:
    if order.expected_on is not None:
        return order.expected_on
    terms = known.get(line.offer_id)
    if terms is None:
        return None
    return offer_arrival_on(terms, order.ordered_on, order.ship_method, country=country)


def _order_row(
    actor: Actor, order: NewPurchaseOrder, new_id: int, digest: str, import_id: int | None
) -> dict[str, Any]:
    return {
        "id": new_id,
        "key": order.key,
        "request_hash": digest,
        "number": f"PO-{new_id:06}",
        "supplier_id": order.supplier_id,
        "warehouse_id": order.warehouse_id,
        "currency": check_currency(order.currency),
        "state": PurchaseOrderState.DRAFT.value,
        "ordered_on": order.ordered_on,
        "expected_on": order.expected_on,
        "ship_method": str(order.ship_method),
        "approval_id": order.approval_id,
        "note": order.note,
        "person_id": actor.person_id,
        "import_id": import_id,
    }


def _line_row(order_id: int, line: NewPurchaseLine) -> dict[str, Any]:
    return {
        "purchase_order_id": order_id,
        "line_no": line.line_no,
        "sku_id": line.sku_id,
        "offer_id": line.offer_id,
        "suggestion_id": line.suggestion_id,
        "quantity": line.quantity,
        "unit_price": Decimal(line.unit_price),
        "expected_on": line.expected_on,
    }


def _audit(tx: Writing, actor: Actor, made: Mapping[int, str], now: datetime) -> None:
    rows = [
        {
            "person_id": actor.person_id,
            "act": "purchase_order_created",
            "subject_kind": "purchase_order",
            "subject_id": str(order_id),
            "details": {"number": number, "at": now.isoformat()},
        }
        for order_id, number in made.items()
    ]
    insert_rows(tx, audit_entry, rows)


_KNOWN = text(
    "SELECT id, key, request_hash FROM purchase_order WHERE key = ANY(CAST(:keys AS text[]))"
)


def _known(tx: Writing, hashes: Mapping[str, str]) -> dict[str, int]:
    rows = tx.rows(_KNOWN, {"keys": list(hashes)})
    for row in rows:
        if row.request_hash != hashes[row.key]:
            raise Conflict("key_reused", key=row.key)
    return {row.key: row.id for row in rows}


def _first_repeated(keys: Sequence[str]) -> str:
    return next(key for place, key in enumerate(keys) if key in keys[:place])
