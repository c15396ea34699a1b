"""Short ways to make, accept and ship orders in a scene. Tests nothing."""

import threading
from collections.abc import Sequence
from decimal import Decimal

from inventory_core.office.actors import SYSTEM
from inventory_core.trade.orders import AcceptedOrder, NewOrder, NewOrderLine, accept_orders
from inventory_core.trade.shipments import NewShipment, Shipped, ship_orders
from tests.stock.scene import NOON, Scene


def order(scene: Scene, name: str, *wanted: tuple[int, int], priority: int = 100) -> NewOrder:
    """An order of (position of SKU, quantity) lines."""
    lines = tuple(
        NewOrderLine(n, scene.skus[sku], quantity, Decimal("9.90"))
        for n, (sku, quantity) in enumerate(wanted, start=1)
    )
    return NewOrder(f"key-{name}", scene.account, name, NOON, "USD", lines, priority=priority)


def accept(scene: Scene, *orders: NewOrder) -> list[AcceptedOrder]:
    """All in one transaction."""
    return scene.database.write(lambda tx: accept_orders(tx, SYSTEM, orders, now=NOON))


def reserved(answer: AcceptedOrder) -> list[int]:
    """Units promised, by line."""
    return [line.reserved for line in answer.lines]


def ship(
    scene: Scene, *order_ids: int, key: str = "s", warehouse: int | None = None, **more: object
) -> list[Shipped]:
    """All that is promised to these orders, in one transaction."""
    shipments = [
        NewShipment(f"{key}-{number}", number, warehouse, NOON, **more)  # type: ignore[arg-type]
        for number in order_ids
    ]
    return scene.database.write(lambda tx: ship_orders(tx, SYSTEM, shipments))


def in_threads(scene: Scene, work: Sequence[Sequence[NewOrder]]) -> list[AcceptedOrder]:
    """Each list of orders by a thread of its own, one transaction per order, all at once."""
    gate = threading.Barrier(len(work))
    answers: list[AcceptedOrder] = []

    def run(orders: Sequence[NewOrder]) -> None:
        gate.wait()
        for one in orders:
            answers.extend(accept(scene, one))

    threads = [threading.Thread(target=run, args=(orders,)) for orders in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
