"""A recall freezes a lot wherever it lies; what was promised of it gives way."""

from decimal import Decimal

import pytest

from inventory_core.errors import Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.holds import hold_lot
from inventory_core.stock.verify import verify_book
from inventory_core.vocabulary import OperationKind
from tests.stock.scene import NOON, SUPPLIER, Line, Scene
from tests.trade.orders_scene import accept, order, ship


def test_trap_51_a_recalled_lot_is_frozen_everywhere_and_promises_give_way(scene: Scene) -> None:
    sku, (here, there) = scene.skus[0], scene.warehouses
    scene.run(f"INSERT INTO lot (id, sku_id, code) VALUES (1, {sku}, 'L1')")
    for n, place in enumerate((here, there)):
        line = Line(sku, SUPPLIER, place, 5, lot_id=1, value=Decimal(5))
        scene.post(f"r{n}", OperationKind.RECEIPT, [line])
    scene.receive(sku, here, 2, "2", key="other lot")
    (answer,) = accept(scene, order(scene, "A", (0, 6)))
    held = scene.database.write(
        lambda tx: hold_lot(tx, SYSTEM, 1, key="recall", reason="swells", now=NOON)
    )
    assert (held.units, held.locations) == (10, 2)
    assert scene.level(sku, here) == (7, 2, 5)
    assert scene.level(sku, there) == (5, 0, 5)
    assert scene.rows("SELECT backordered FROM sales_order_line") == [(4,)]
    (shipped,) = ship(scene, answer.order_id)
    assert shipped.units == 2
    late = Line(sku, SUPPLIER, here, 1, lot_id=1, value=Decimal(1))
    with pytest.raises(Refused, match="lot_on_hold"):
        scene.post("late", OperationKind.RECEIPT, [late])
    with scene.database.reading() as conn:
        assert verify_book(conn) == []
