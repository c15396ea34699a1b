"""Many sellers at once: exactly what is there is promised, whatever dies meanwhile."""

import random
import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from inventory_core.db.companies import open_company
from inventory_core.db.engine import Database
from inventory_core.errors import Refused, Unavailable
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.verify import verify_book
from inventory_core.trade.orders import NewCancel, NewOrder, accept_orders, cancel_orders
from inventory_core.trade.shipments import NewShipment, ship_orders
from tests.journeys.conftest import server_folder
from tests.journeys.killing import COMPANY, ServerFolder
from tests.stock.scene import NOON, Scene, make_scene
from tests.trade.orders_scene import accept, in_threads, order, reserved

__all__ = ["server_folder"]


def hot_orders(scene: Scene, threads: int, each: int) -> list[list[NewOrder]]:
    return [[order(scene, f"{t}-{n}", (0, 1)) for n in range(each)] for t in range(threads)]


def skewed_orders(scene: Scene, threads: int, each: int) -> list[list[NewOrder]]:
    """Three lines each, in random order, most of them about the same few SKUs."""
    chance = random.Random(11)
    weights = [1 / (n + 1) for n in range(len(scene.skus))]

    def one(name: str) -> NewOrder:
        skus = chance.choices(range(len(scene.skus)), weights, k=3)
        return order(scene, name, *((sku, chance.randint(1, 3)) for sku in skus))

    return [[one(f"{t}-{n}") for n in range(each)] for t in range(threads)]


def book_is_right(scene: Scene) -> bool:
    with scene.database.reading() as conn:
        return verify_book(conn) == []


def promised_is_exactly(scene: Scene, units: int, orders: int) -> None:
    assert scene.level(scene.skus[0], scene.warehouses[0]) == (units, units, 0)
    assert scene.rows("SELECT sum(quantity - released) FROM reservation") == [(units,)]
    assert scene.rows("SELECT count(*), count(*) FILTER (WHERE stocked_out) FROM sales_order") == [
        (orders, orders - units)
    ]
    assert book_is_right(scene)


@pytest.fixture
def wide(database: Database) -> Iterator[Scene]:
    """Twenty SKUs in one warehouse, and a pool with a connection for each of 32 threads."""
    opened = Database(database.url, pool_size=32)
    yield make_scene(opened, skus=20, warehouses=1)
    opened.dispose()


@pytest.mark.slow
def test_32_threads_with_200_orders_each_promise_exactly_1000_units(wide: Scene) -> None:
    wide.receive(wide.skus[0], wide.warehouses[0], 1000, "1000", key="r1")
    answers = in_threads(wide, hot_orders(wide, 32, 200))
    assert sum(reserved(answer)[0] for answer in answers) == 1000
    promised_is_exactly(wide, 1000, 6400)


def no_deadlock(scene: Scene, threads: int, each: int) -> None:
    """Accept without any retry, so that a single deadlock fails the test."""
    for number, sku in enumerate(scene.skus):
        scene.receive(sku, scene.warehouses[0], 200, "200", key=f"r{number}")
    refused: list[DBAPIError] = []
    gate = threading.Barrier(threads)

    def run(orders: list[NewOrder]) -> None:
        gate.wait()
        for one in orders:
            try:
                with scene.database.writing() as tx:
                    accept_orders(tx, SYSTEM, [one], now=NOON)
            except DBAPIError as error:
                refused.append(error)

    work = skewed_orders(scene, threads, each)
    running = [threading.Thread(target=run, args=(orders,)) for orders in work]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert refused == []
    assert scene.rows("SELECT count(*) FROM sales_order") == [(threads * each,)]
    assert book_is_right(scene)


def test_skewed_three_line_orders_never_deadlock(wide: Scene) -> None:
    no_deadlock(wide, threads=8, each=12)


@pytest.mark.slow
def test_skewed_three_line_orders_of_32_threads_never_deadlock(wide: Scene) -> None:
    no_deadlock(wide, threads=32, each=60)


def test_accept_ship_and_cancel_at_once_leave_the_book_right(wide: Scene) -> None:
    wide.receive(wide.skus[0], wide.warehouses[0], 60, "60", key="r1")
    answers = accept(wide, *(order(wide, str(n), (0, 2)) for n in range(24)))
    gate = threading.Barrier(3)
    outcomes: Counter[str] = Counter()

    def each(name: str, act) -> None:
        gate.wait()
        for answer in answers:
            try:
                wide.database.write(lambda tx, answer=answer: act(tx, answer.order_id))
                outcomes[name] += 1
            except Refused:
                continue

    def ship(tx, number: int) -> None:
        ship_orders(tx, SYSTEM, [NewShipment(f"s{number}", number, None, NOON)])

    def cancel(tx, number: int) -> None:
        cancel_orders(tx, SYSTEM, [NewCancel(f"c{number}", number)], now=NOON)

    def add(tx, number: int) -> None:
        accept_orders(tx, SYSTEM, [order(wide, f"new-{number}", (0, 1))], now=NOON)

    threads = [
        threading.Thread(target=each, args=pair)
        for pair in (("ship", ship), ("cancel", cancel), ("add", add))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes["ship"] + outcomes["cancel"] == len(answers)
    assert book_is_right(wide)


def killed_while_selling(folder: ServerFolder, threads: int, each: int, kills: int) -> None:
    """Sell on one hot SKU while the database dies by SIGKILL again and again."""
    server = folder.start()
    database = open_company(server, COMPANY, pool_size=threads)
    scene = make_scene(database, skus=1, warehouses=1)
    units = threads * each // 2
    scene.receive(scene.skus[0], scene.warehouses[0], units, str(units), key="r1")
    answered: list[str] = []

    def run(orders: list[NewOrder]) -> None:
        for one in orders:
            while True:
                try:
                    answered.extend(answer.key for answer in accept(scene, one))
                    break
                except Unavailable:
                    continue  # the same key again, until it is answered

    running = [
        threading.Thread(target=run, args=(orders,)) for orders in hot_orders(scene, threads, each)
    ]
    for thread in running:
        thread.start()
    for kill in range(kills):
        while len(answered) < threads * each * (kill + 1) // (kills + 1):
            threading.Event().wait(0.005)
        folder.kill(whole=kill % 2 == 1)
        folder.start()
    for thread in running:
        thread.join()
    assert len(answered) == threads * each
    found = {key for (key,) in scene.rows("SELECT key FROM sales_order")}
    assert found == set(answered)
    promised_is_exactly(scene, units, threads * each)
    database.dispose()


def test_orders_answered_before_a_kill_are_in_the_book(server_folder: ServerFolder) -> None:
    killed_while_selling(server_folder, threads=4, each=25, kills=1)


@pytest.mark.slow
def test_32_threads_lose_nothing_when_the_database_is_killed(server_folder: ServerFolder) -> None:
    killed_while_selling(server_folder, threads=32, each=63, kills=3)
