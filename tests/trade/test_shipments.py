"""Shipping what is promised: cost, counters, promises and stock move together, once."""

from dataclasses import replace
from decimal import Decimal

import pytest

from inventory_core.errors import Conflict, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.verify import verify_book
from inventory_core.trade.shipments import NewShipment, ship_orders
from inventory_core.vocabulary import OperationKind
from tests.stock.scene import NOON, SUPPLIER, Line, Scene
from tests.trade.orders_scene import accept, order, ship


def test_shipping_moves_goods_promise_and_cost_at_once(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "25", key="r1")
    (answer,) = accept(scene, order(scene, "A", (0, 4)))
    (shipped,) = ship(scene, answer.order_id)
    assert (shipped.units, shipped.cost, shipped.replayed) == (4, Decimal(10), False)
    assert scene.level(sku, warehouse) == (6, 0, 0)
    assert scene.rows("SELECT state, shipped FROM reservation") == [("shipped", 4)]
    assert scene.rows("SELECT shipped, backordered FROM sales_order_line") == [(4, 0)]
    assert scene.rows("SELECT quantity, cost_value FROM shipment_line") == [(4, Decimal(10))]
    assert scene.rows("SELECT to_state FROM reservation_event ORDER BY id") == [
        ("firm",),
        ("shipped",),
    ]
    with scene.database.reading() as conn:
        assert verify_book(conn) == []


def test_an_order_from_two_warehouses_ships_in_two_parcels(scene: Scene) -> None:
    sku, (first, second) = scene.skus[0], scene.warehouses
    scene.receive(sku, first, 2, "2", key="r1")
    scene.receive(sku, second, 3, "6", key="r2")
    (answer,) = accept(scene, order(scene, "A", (0, 5)))
    (shipped,) = ship(scene, answer.order_id)
    assert (len(shipped.shipment_ids), shipped.units, shipped.cost) == (2, 5, Decimal(8))
    (again,) = ship(scene, answer.order_id)
    assert again == replace(shipped, replayed=True)


def test_one_warehouse_and_some_units_at_a_time(scene: Scene) -> None:
    sku, (first, second) = scene.skus[0], scene.warehouses
    scene.receive(sku, first, 2, "2", key="r1")
    scene.receive(sku, second, 3, "6", key="r2")
    (answer,) = accept(scene, order(scene, "A", (0, 5)))
    (part,) = ship(scene, answer.order_id, key="a", warehouse=second)
    assert part.units == 3
    line = answer.lines[0].line_id
    (one,) = ship(scene, answer.order_id, key="b", lines=[(line, 1)])
    assert one.units == 1
    with pytest.raises(Refused, match="not_promised"):
        ship(scene, answer.order_id, key="c", lines=[(line, 2)])
    assert scene.level(sku, first) == (1, 1, 0)


def test_what_is_not_promised_does_not_ship(scene: Scene) -> None:
    (answer,) = accept(scene, order(scene, "A", (0, 5)))
    with pytest.raises(Refused, match="nothing_to_ship"):
        ship(scene, answer.order_id)
    assert scene.rows("SELECT count(*) FROM shipment") == [(0,)]


def test_a_shipping_key_cannot_be_used_for_another_order(scene: Scene) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 10, "10", key="r1")
    first, second = accept(scene, order(scene, "A", (0, 1)), order(scene, "B", (0, 1)))
    ship(scene, first.order_id, key="k")
    asked = NewShipment(f"k-{first.order_id}", second.order_id, None, NOON)
    with pytest.raises(Conflict, match="key_reused"):
        scene.database.write(lambda tx: ship_orders(tx, SYSTEM, [asked]))


def test_the_lot_that_expires_first_leaves_first(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    for number, expires in ((1, "2026-12-01"), (2, "2026-06-01")):
        scene.run(
            "INSERT INTO lot (id, sku_id, code, expires_on)"
            f" VALUES ({number}, {sku}, 'L{number}', '{expires}')"
        )
        line = Line(sku, SUPPLIER, warehouse, 5, lot_id=number, value=Decimal(5))
        scene.post(f"r{number}", OperationKind.RECEIPT, [line])
    (answer,) = accept(scene, order(scene, "A", (0, 7)))
    ship(scene, answer.order_id)
    assert scene.rows("SELECT lot_id, quantity FROM shipment_line ORDER BY line_no") == [
        (2, 5),
        (1, 2),
    ]


def test_a_batch_of_orders_ships_in_one_go(scene: Scene) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 100, "100", key="r1")
    answers = accept(scene, *(order(scene, str(n), (0, 2)) for n in range(30)))
    shipped = ship(scene, *(answer.order_id for answer in answers))
    assert [one.units for one in shipped] == [2] * 30
    assert scene.level(scene.skus[0], scene.warehouses[0]) == (40, 0, 0)
