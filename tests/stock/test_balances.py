"""The four numbers and the inventory position: every unit counted once."""

from inventory_core.office.actors import SYSTEM
from inventory_core.stock.balances import inbound, positions
from inventory_core.stock.moment import stock_of_moment
from inventory_core.trade.orders import accept_orders
from inventory_core.vocabulary import OperationKind
from tests.stock.scene import NOON, Line, Scene
from tests.trade.orders_scene import order


def test_trap_01_each_number_has_one_meaning_and_nothing_counts_twice(scene: Scene) -> None:
    sku, (here, there) = scene.skus[0], scene.warehouses
    scene.receive(sku, here, 20, "20", key="r1")
    scene.post("h1", OperationKind.HOLD, [Line(sku, here, here, 3, to_condition="damaged")])
    asked = [order(scene, "A", (0, 5)), order(scene, "B", (0, 100))]
    scene.database.write(lambda tx: accept_orders(tx, SYSTEM, asked, now=NOON))
    scene.run(
        "INSERT INTO supplier (id, code, code_key, name, currency) VALUES"
        " (1, 'F', 'f', 'Factory', 'CNY')"
    )
    scene.run(
        "INSERT INTO purchase_order (id, key, number, supplier_id, warehouse_id, currency, state,"
        f" ordered_on, expected_on, person_id) VALUES (1, 'p', 'PO-1', 1, {here}, 'CNY', 'sent',"
        " '2026-03-01', '2026-04-01', 0)"
    )
    scene.run(
        "INSERT INTO purchase_order_line (purchase_order_id, line_no, sku_id, quantity, received,"
        f" cancelled, unit_price) VALUES (1, 1, {sku}, 50, 8, 2, 1)"
    )
    scene.run(
        "INSERT INTO transfer (id, key, number, from_warehouse_id, to_warehouse_id, state,"
        f" person_id) VALUES (1, 't', 'TR-1', {here}, {there}, 'shipped', 0),"
        f" (2, 'u', 'TR-2', {here}, {there}, 'planned', 0)"
    )
    scene.run(
        "INSERT INTO transfer_line (transfer_id, line_no, sku_id, quantity, shipped, arrived, lost)"
        f" VALUES (1, 1, {sku}, 9, 9, 4, 1), (2, 1, {sku}, 6, 0, 0, 0)"
    )
    with scene.database.reading() as conn:
        first, second = positions(conn, [sku])
        coming = inbound(conn, [sku])
        assert positions(conn, [scene.skus[1]]) == []
        now = stock_of_moment(conn, [sku])
    assert list(now.positions.values()) == [first, second]
    assert now.inbound == {(sku, here): coming[:1], (sku, there): coming[1:]}
    assert now.dated == {}
    assert (first.on_hand, first.reserved, first.held, first.available) == (20, 5, 3, 12)
    assert (first.on_order, first.in_transit, first.backordered) == (40, 0, 100)
    assert first.inventory_position == 20 - 3 - 5 + 40 - 6 - 100
    assert (second.on_hand, second.in_transit, second.planned_in) == (0, 4, 6)
    assert second.inventory_position == 10
    assert [(one.kind, one.quantity, one.document_number) for one in coming] == [
        ("purchase", 40, "PO-1"),
        ("transfer", 4, "TR-1"),
        ("transfer", 6, "TR-2"),
    ]
