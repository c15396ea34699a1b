"""What the tests of goods in share: a sent order, its delivery, and what is there afterwards."""

from decimal import Decimal

from sqlalchemy import select, text

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.db.schema.stock import stock_level
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.ledger import post
from inventory_core.stock.postings import Line, NewOperation
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    PurchaseOrder,
    create_purchase_orders,
    send_purchase_orders,
)
from inventory_core.trade.receipts import NewReceipt, NewReceiptLine
from inventory_core.vocabulary import LocationKind
from tests.trade.world import NOW, TODAY, World

D = Decimal


def sent_order(
    tx: Writing, world: World, key: str = "po", skus: str = "LAMP CABLE"
) -> PurchaseOrder:
    lines = [
        NewPurchaseLine(n, world.skus[code], 100, D(2), world.offers[code])
        for n, code in enumerate(skus.split(), 1)
    ]
    new = NewPurchaseOrder(key, world.supplier, world.hub, "USD", TODAY, lines)
    [made] = create_purchase_orders(tx, SYSTEM, [new], now=NOW)
    return send_purchase_orders(tx, SYSTEM, [made.id], now=NOW)[0]


def delivery(order: PurchaseOrder, key: str, *quantities: int, damaged: int = 0) -> NewReceipt:
    lines = [
        NewReceiptLine(line.id, quantity, damaged if line.line_no == 1 else 0)
        for line, quantity in zip(order.lines, quantities, strict=False)
        if quantity
    ]
    return NewReceipt(key, order.id, NOW, lines)


def level(conn: Reading, sku_id: int, warehouse_id: int) -> tuple[int, int, int]:
    columns = stock_level.c
    rows = conn.rows(
        select(columns.on_hand, columns.reserved, columns.held).where(
            columns.sku_id == sku_id, columns.warehouse_id == warehouse_id
        )
    )
    return tuple(rows[0]) if rows else (0, 0, 0)


def pool_value(conn: Reading, sku_id: int) -> Decimal:
    statement = text("SELECT sum(value) FROM cost_pool_total WHERE sku_id = :sku")
    return D(conn.scalar(statement, {"sku": sku_id}) or 0)


def sell(tx: Writing, world: World, code: str, quantity: int, key: str) -> Decimal:
    line = Line(world.skus[code], world.hub, VIRTUAL_LOCATIONS[LocationKind.CUSTOMER], quantity)
    return post(tx, SYSTEM, [NewOperation(key, "shipment", NOW, [line])])[0].values[0]
