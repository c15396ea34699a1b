"""Small companies for tests that look at screens: a little of everything, or a plan to act on.

Tests nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import psycopg

from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.counting import NewHold, hold_stock
from inventory_core.trade.returns import NewReturn, NewReturnLine, receive_returns
from jobs.planning import run_planning
from tests.conftest import copied_database
from tests.planning.seller import Seller, make_seller
from tests.stock.scene import NOON, Scene, make_scene
from tests.trade.orders_scene import accept, order, ship

NAMES = (
    ("LMP-01", "Desk lamp, warm white"),
    ("MUG-12", "Enamel mug 350 ml"),
    ("BAG-03", "Folding shopping bag"),
    ("FAN-07", "Clip fan, USB-C"),
)


def make_shop(database: Database) -> Scene:
    """Goods in two warehouses; orders shipped, promised, waiting, returned; some goods on hold."""
    scene = make_scene(database, skus=len(NAMES))
    for number, (code, name) in zip(scene.skus, NAMES, strict=True):
        scene.run(
            f"UPDATE sku SET code = '{code}', code_key = '{code.lower()}', name = '{name}'"
            f" WHERE id = {number}"
        )
    for n, sku in enumerate(scene.skus[:3]):
        scene.receive(sku, scene.warehouses[0], 40 + 10 * n, f"{(n + 1) * 900}", key=f"a{n}")
        scene.receive(
            sku, scene.warehouses[1], 15, "480.50", key=f"b{n}", at=NOON + timedelta(days=1)
        )
    asked = [order(scene, f"100{n}", (n % 3, 2 + n), ((n + 1) % 4, 1)) for n in range(8)]
    answers = accept(scene, *asked)
    ship(scene, *(answer.order_id for answer in answers[:3]))
    first = answers[0]
    back = NewReturn(
        "back",
        first.order_id,
        scene.warehouses[1],
        NOON + timedelta(days=2),
        (NewReturnLine(first.lines[0].line_id, 1, refund=Decimal("9.90")),),
    )
    scene.database.write(lambda tx: receive_returns(tx, SYSTEM, [back]))
    held = NewHold("held", scene.warehouses[0], scene.skus[1], 6, "quarantine", "smell of paint")
    scene.database.write(lambda tx: hold_stock(tx, SYSTEM, [held], now=NOON))
    return scene


@contextmanager
def planned_seller(
    server: Server, admin: psycopg.Connection, template: str, *, weeks: int = 26
) -> Iterator[tuple[str, Seller]]:
    """A database to copy, and who it belongs to: three SKUs that sell daily, little stock, a plan
    made just now without Prophet.
    """
    with copied_database(admin, template) as name:
        database = Database(server.url(name, DatabaseRole.WRITER))
        seller = make_seller(database)
        now = utc_now()
        for code in seller.skus:
            yesterday = now.date() - timedelta(days=1)
            seller.sold(code, [4, 6, 5, 7, 3, 8, 6] * weeks, last_on=yesterday)
            seller.stock(code, 40)
        run_planning(database, SYSTEM, now=now, prophet_seconds=0)
        database.dispose()
        yield name, seller
