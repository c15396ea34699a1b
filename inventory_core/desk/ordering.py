"""Approved lines become purchase orders. Decides that an order is written per supplier, warehouse,
currency and ship method, under the id of its first approval as key; never whether to buy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.trade import purchase_order_line
from inventory_core.office.actors import Actor
from inventory_core.office.approvals import Approval
from inventory_core.planning.release import Shown
from inventory_core.trade.offer_terms import Offer
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    create_purchase_orders,
)
from inventory_core.trade.purchase_records import PurchaseOrder, purchase_orders


@dataclass(frozen=True, slots=True)
class Accepted:
    """One approved suggestion with the terms it was approved at."""

    shown: Shown
    offer: Offer
    quantity: int
    unit_price: Decimal
    approval: Approval


_Group = tuple[int, int, str, str]


def order_accepted(
    tx: Writing, actor: Actor, accepted: Sequence[Accepted], *, today: date, now: datetime
) -> list[tuple[PurchaseOrder, Accepted]]:
    """Write the orders; every accepted line comes back with the order it stands on."""
    groups: dict[_Group, list[Accepted]] = {}
    for item in accepted:
        shown = item.shown
        group = (item.offer.supplier_id, shown.warehouse_id, item.offer.currency, shown.ship_method)
        groups.setdefault(group, []).append(item)
    if not groups:
        return []
    orders = [_new_order(group, items, today) for group, items in groups.items()]
    made = create_purchase_orders(tx, actor, orders, now=now)
    return [
        (order, item) for order, items in zip(made, groups.values(), strict=True) for item in items
    ]


def order_of_suggestion(conn: Reading, suggestion_id: int) -> PurchaseOrder | None:
    """The newest order that a suggestion became, whatever its state."""
    statement = (
        select(purchase_order_line.c.purchase_order_id)
        .where(purchase_order_line.c.suggestion_id == suggestion_id)
        .order_by(purchase_order_line.c.id.desc())
        .limit(1)
    )
    order_id = conn.scalar(statement)
    return purchase_orders(conn, [order_id])[0] if order_id is not None else None


def _new_order(group: _Group, items: Sequence[Accepted], today: date) -> NewPurchaseOrder:
    supplier_id, warehouse_id, currency, ship_method = group
    approval_id = min(item.approval.id for item in items)
    arrivals = [item.shown.arrival_of_order(today) for item in items]
    lines = [
        NewPurchaseLine(
            line_no=position,
            sku_id=item.shown.sku_id,
            quantity=item.quantity,
            unit_price=item.unit_price,
            offer_id=item.offer.id,
            expected_on=arrives_on,
            suggestion_id=item.shown.id,
        )
        for position, (item, arrives_on) in enumerate(zip(items, arrivals, strict=True), start=1)
    ]
    return NewPurchaseOrder(
        # The first approval's id is the order's key: the same yes can never order twice.
        key=f"approval:{approval_id}",
        supplier_id=supplier_id,
        warehouse_id=warehouse_id,
        currency=currency,
        ordered_on=today,
        lines=lines,
        expected_on=max(filter(None, arrivals), default=None),
        ship_method=ship_method,
        approval_id=approval_id,
    )
