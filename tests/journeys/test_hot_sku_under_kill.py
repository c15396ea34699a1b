"""Everybody wants the same SKU while its database is killed: what was answered stands, no more."""

import random
import threading
import time

import pytest

from inventory_core.db.companies import database_name
from inventory_core.db.embedded import start_embedded
from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole
from inventory_core.errors import Unavailable
from inventory_core.stock.verify import verify_book
from inventory_core.trade.orders import AcceptedOrder
from tests.journeys.killing import COMPANY, ServerFolder
from tests.stock.scene import Scene, make_scene
from tests.trade.orders_scene import accept, order

UNITS = 1_000
SKUS = 12


class Crowd:
    """Many buyers at once, each order asked again with its key until it is answered."""

    def __init__(self, scene: Scene, *, buyers: int, orders: int) -> None:
        self.scene = scene
        self.orders = orders
        self.answers: dict[str, AcceptedOrder] = {}
        self.failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._buy, args=(n,)) for n in range(buyers)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def wait_for(self, answers: int) -> None:
        deadline = time.monotonic() + 300
        while len(self.answers) < answers and any(t.is_alive() for t in self._threads):
            assert time.monotonic() < deadline, "the buyers do not come back"
            time.sleep(0.01)

    def _buy(self, buyer: int) -> None:
        chance = random.Random(buyer)
        try:
            for number in range(self.orders):
                name = f"{buyer}-{number}"
                wanted = order(self.scene, name, (0, 1), *_skewed(chance))
                self.answers[name] = self._until_answered(wanted)
        except BaseException as error:  # a thread's error is the test's error
            self.failures.append(error)

    def _until_answered(self, wanted: object) -> AcceptedOrder:
        while True:
            try:
                return accept(self.scene, wanted)[0]  # type: ignore[arg-type]
            except Unavailable:
                continue


def _skewed(chance: random.Random) -> list[tuple[int, int]]:
    """Two more lines for a third of the orders, popular SKUs first, in no sorted order."""
    if chance.random() > 0.33:
        return []
    weights = [1 / n for n in range(1, SKUS)]
    picked = set(chance.choices(range(1, SKUS), weights, k=2))
    return [(sku, chance.randint(1, 3)) for sku in picked]


@pytest.mark.slow
def test_a_hot_sku_promises_exactly_its_units_through_kills(server_folder: ServerFolder) -> None:
    server = server_folder.start()
    database = Database(server.url(database_name(COMPANY), DatabaseRole.WRITER), pool_size=32)
    scene = make_scene(database, skus=SKUS)
    scene.receive(scene.skus[0], scene.warehouses[0], UNITS // 2, "500", key="first half")
    scene.receive(scene.skus[0], scene.warehouses[1], UNITS // 2, "500", key="second half")
    for sku in scene.skus[1:]:
        scene.receive(sku, scene.warehouses[0], 250, "500", key=f"stock of {sku}")

    crowd = Crowd(scene, buyers=32, orders=200)
    crowd.start()
    for answers, whole in ((400, False), (1_500, True), (4_000, False)):
        crowd.wait_for(answers)
        server_folder.kill(whole=whole)
        start_embedded(server_folder.path)
    crowd.join()
    assert crowd.failures == []

    assert len(crowd.answers) == 32 * 200
    stored = {
        row[0]: (row[1], row[2])
        for row in scene.rows(
            "SELECT o.external_id, l.quantity - l.short_at_acceptance, l.short_at_acceptance"
            f" FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id"
            f" WHERE l.sku_id = {scene.skus[0]}"
        )
    }
    answered = {
        name: (answer.lines[0].reserved, answer.lines[0].short)
        for name, answer in crowd.answers.items()
    }
    assert stored == answered
    assert sum(reserved for reserved, _ in answered.values()) == UNITS
    assert sum(short for _, short in answered.values()) == 32 * 200 - UNITS
    for warehouse in scene.warehouses:
        assert scene.level(scene.skus[0], warehouse) == (UNITS // 2, UNITS // 2, 0)
    with database.reading() as conn:
        assert verify_book(conn) == []
    database.dispose()
