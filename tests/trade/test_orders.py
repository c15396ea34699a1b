"""Cancelling, waiting and returning: every way out of an order gives back what it held."""

from dataclasses import replace
from decimal import Decimal

import pytest

from inventory_core.errors import Conflict, NotFound, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.verify import verify_book
from inventory_core.trade.orders import Cancelled, NewCancel, cancel_orders, fill_backorders
from inventory_core.trade.returns import NewReturn, NewReturnLine, receive_returns
from inventory_core.vocabulary import OperationKind
from tests.stock.scene import COUNT_DIFFERENCE, NOON, Line, Scene
from tests.trade.orders_scene import accept, order, ship


def cancel(scene: Scene, order_id: int, *, key: str = "c", reason: str = "") -> Cancelled:
    asked = [NewCancel(key, order_id, reason)]
    return scene.database.write(lambda tx: cancel_orders(tx, SYSTEM, asked, now=NOON)[0])


def fill(scene: Scene) -> list[tuple[int, int]]:
    filled = scene.database.write(lambda tx: fill_backorders(tx, SYSTEM, None, now=NOON))
    return [(one.order_id, one.quantity) for one in filled]


def book_is_right(scene: Scene) -> bool:
    with scene.database.reading() as conn:
        return verify_book(conn) == []


def test_trap_06_cancel_before_shipping_releases_everything(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 5, "5", key="r1")
    (answer,) = accept(scene, order(scene, "A", (0, 5), (1, 2)))
    done = cancel(scene, answer.order_id, reason="changed mind")
    assert (done.units, done.released, done.replayed) == (7, 5, False)
    assert cancel(scene, answer.order_id, reason="changed mind") == replace(done, replayed=True)
    assert scene.level(sku, warehouse) == (5, 0, 0)
    assert scene.rows("SELECT cancelled, backordered FROM sales_order_line ORDER BY line_no") == [
        (5, 0),
        (2, 0),
    ]
    assert scene.rows("SELECT in_stock FROM availability_edge ORDER BY id") == [
        (True,),
        (False,),
        (True,),
    ]
    assert book_is_right(scene)


def test_trap_06_cancel_after_a_part_has_shipped_cancels_the_rest(scene: Scene) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 5, "5", key="r1")
    (answer,) = accept(scene, order(scene, "A", (0, 5), (1, 2)))
    ship(scene, answer.order_id, lines=[(answer.lines[0].line_id, 3)])
    done = cancel(scene, answer.order_id)
    assert (done.units, done.released) == (4, 2)
    assert scene.level(scene.skus[0], scene.warehouses[0]) == (2, 0, 0)
    assert book_is_right(scene)


def test_trap_06_cancel_after_all_has_shipped_is_refused(scene: Scene) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 5, "5", key="r1")
    (answer,) = accept(scene, order(scene, "A", (0, 5)))
    ship(scene, answer.order_id)
    with pytest.raises(Refused, match="order_already_shipped"):
        cancel(scene, answer.order_id)
    with pytest.raises(NotFound, match="order_unknown"):
        cancel(scene, 999)
    assert scene.rows("SELECT cancelled_at FROM sales_order") == [(None,)]


def test_an_order_is_cancelled_once(scene: Scene) -> None:
    (answer,) = accept(scene, order(scene, "A", (0, 5)))
    cancel(scene, answer.order_id)
    with pytest.raises(Refused, match="order_already_cancelled"):
        cancel(scene, answer.order_id, key="other")
    with pytest.raises(Conflict, match="key_reused"):
        cancel(scene, answer.order_id, reason="another reason")


def test_new_stock_goes_to_those_who_wait_the_most_urgent_first(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    first, second, urgent = accept(
        scene,
        order(scene, "A", (0, 4)),
        order(scene, "B", (0, 4)),
        order(scene, "C", (0, 2), priority=10),
    )
    assert fill(scene) == []
    scene.receive(sku, warehouse, 7, "7", key="r1")
    assert fill(scene) == [(urgent.order_id, 2), (first.order_id, 4), (second.order_id, 1)]
    assert fill(scene) == []
    assert scene.level(sku, warehouse) == (7, 7, 0)
    rows = scene.rows(
        "SELECT short_at_acceptance, backordered FROM sales_order_line ORDER BY order_id"
    )
    assert rows == [(4, 0), (4, 3), (2, 0)]
    assert scene.rows("SELECT count(*) FROM sales_order WHERE stocked_out") == [(3,)]
    assert book_is_right(scene)


def test_a_loss_below_what_is_promised_cuts_the_least_urgent_first(scene: Scene) -> None:
    sku, (here, there) = scene.skus[0], scene.warehouses
    scene.receive(sku, here, 10, "10", key="r1")
    urgent, usual, last = accept(
        scene,
        order(scene, "A", (0, 4), priority=1),
        order(scene, "B", (0, 3)),
        order(scene, "C", (0, 2)),
    )
    scene.receive(sku, there, 9, "9", key="r2")
    scene.post("loss", OperationKind.ADJUSTMENT, [Line(sku, here, COUNT_DIFFERENCE, 5)])
    assert scene.level(sku, here) == (5, 5, 0)
    rows = scene.rows(
        "SELECT o.id, l.backordered, o.stocked_out FROM sales_order o"
        " JOIN sales_order_line l ON l.order_id = o.id ORDER BY o.id"
    )
    assert rows == [
        (urgent.order_id, 0, False),
        (usual.order_id, 2, True),
        (last.order_id, 2, True),
    ]
    remedies = scene.rows("SELECT quantity, remedies FROM shortfall ORDER BY id")
    assert [quantity for quantity, _ in remedies] == [2, 2]
    assert [remedy["remedy"] for remedy in remedies[0][1]] == ["other_warehouse", "cancel"]
    assert scene.rows("SELECT state FROM reservation ORDER BY id") == [
        ("firm",),
        ("firm",),
        ("short",),
    ]
    assert book_is_right(scene)


def test_a_transfer_may_not_take_what_is_promised(scene: Scene) -> None:
    sku, (here, there) = scene.skus[0], scene.warehouses
    scene.receive(sku, here, 10, "10", key="r1")
    accept(scene, order(scene, "A", (0, 8)))
    with pytest.raises(Refused, match="not_enough_stock"):
        scene.post("t", OperationKind.MOVE, [Line(sku, here, there, 3)])
    assert scene.level(sku, here) == (10, 8, 0)


def returned(scene: Scene, order_id: int, line_id: int, units: int, **more: object) -> Decimal:
    key = str(more.pop("key", "b1"))
    asked = NewReturn(
        key,
        order_id,
        scene.warehouses[1],
        NOON,
        (NewReturnLine(line_id, units, **more),),  # type: ignore[arg-type]
    )
    return scene.database.write(lambda tx: receive_returns(tx, SYSTEM, [asked])[0]).value


def test_trap_07_returned_goods_are_held_until_graded_and_keep_their_cost(scene: Scene) -> None:
    sku, (here, there) = scene.skus[0], scene.warehouses
    scene.receive(sku, here, 3, "10", key="r1")
    (answer,) = accept(scene, order(scene, "A", (0, 3)))
    ship(scene, answer.order_id)
    line = answer.lines[0].line_id
    values = [
        returned(scene, answer.order_id, line, 1, key=f"b{n}", refund=Decimal("9.90"))
        for n in range(3)
    ]
    assert sum(values) == Decimal(10)
    assert scene.level(sku, there) == (3, 0, 3)
    assert returned(scene, answer.order_id, line, 1, key="b0", refund=Decimal("9.90")) == values[0]
    with pytest.raises(Refused, match="more_than_shipped"):
        returned(scene, answer.order_id, line, 1, key="b9")
    assert scene.rows("SELECT returned FROM sales_order_line") == [(3,)]
    assert book_is_right(scene)
