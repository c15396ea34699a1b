"""Orders per second through the public call, beside the plain driver in the same run.

The ratio is the honest figure: absolute numbers move with the machine and its neighbours.
"""

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg

from inventory_core.db.companies import make_database, prepare_server
from inventory_core.db.embedded import start_embedded, stop_embedded
from inventory_core.db.engine import Database
from inventory_core.db.migrate import migrate_database
from inventory_core.db.server import DatabaseRole, Server, conninfo
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.ledger import Line, NewOperation, post
from inventory_core.trade.orders import NewOrder, NewOrderLine, accept_orders
from inventory_core.trade.shipments import NewShipment, ship_orders
from inventory_core.vocabulary import OperationKind
from tests.stock.scene import SUPPLIER, Scene, make_scene

SKUS = 2_000
UNITS = 10_000_000
THREADS = 8
SECONDS = 4.0
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

# One order with one line, as plain SQL: the bar that the public call is measured against.
_PLAIN = """
    SELECT * FROM yiben_accept_orders(0, ARRAY[%(key)s], ARRAY['x'], ARRAY[%(account)s::bigint],
        ARRAY[%(key)s], ARRAY[%(now)s], ARRAY[%(now)s], ARRAY['USD'], ARRAY[0::numeric],
        ARRAY[NULL::text], ARRAY[100], ARRAY[''], ARRAY[NULL::bigint], ARRAY[1], ARRAY[1],
        ARRAY[%(sku)s::bigint], ARRAY[1::bigint], ARRAY[9.9::numeric], ARRAY[0::numeric],
        ARRAY[0::numeric], ARRAY[NULL::bigint], ARRAY[''], ARRAY[1], ARRAY[1], ARRAY[1],
        ARRAY[%(sku)s::bigint], ARRAY[%(warehouse)s::bigint])
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured line."""

    name: str
    per_second: float
    p50_ms: float
    p99_ms: float


@contextmanager
def bench_scene(folder: Path) -> Iterator[tuple[Scene, str]]:
    """A company with plenty of stock on a durable server of its own; and its plain address."""
    started = start_embedded(folder)
    server = Server(started, None)
    try:
        prepare_server(server)
        make_database(server, "bench")
        migrate_database(server, "bench")
        url = server.url("bench", DatabaseRole.WRITER)
        database = Database(url, pool_size=THREADS)
        scene = make_scene(database, skus=SKUS, warehouses=1)
        stock = [
            NewOperation(
                f"opening-{sku}",
                OperationKind.OPENING,
                NOW,
                (Line(sku, SUPPLIER, scene.warehouses[0], UNITS, value=Decimal(UNITS)),),
            )
            for sku in scene.skus
        ]
        database.write(lambda tx: post(tx, SYSTEM, stock))
        yield scene, conninfo(url)
        database.dispose()
    finally:
        stop_embedded(started.cluster)


def measure(name: str, worker: Callable[[random.Random], Callable[[], int]]) -> Figure:
    """Run `THREADS` workers for `SECONDS`; each call answers how many orders it accepted."""
    gate = threading.Barrier(THREADS)

    def run(number: int) -> tuple[int, list[float]]:
        call = worker(random.Random(number))
        gate.wait()
        done, waits = 0, []
        end = time.perf_counter() + SECONDS
        while (begun := time.perf_counter()) < end:
            done += call()
            waits.append(time.perf_counter() - begun)
        return done, waits

    with ThreadPoolExecutor(THREADS) as threads:
        results = list(threads.map(run, range(THREADS)))
    waits = sorted(wait for _, listed in results for wait in listed)
    return Figure(
        name,
        sum(done for done, _ in results) / SECONDS,
        waits[len(waits) // 2] * 1000,
        waits[int(len(waits) * 0.99)] * 1000,
    )


def public_call(scene: Scene, *, batch: int, hot: bool) -> Callable[..., Callable[[], int]]:
    """Accept `batch` one-line orders per transaction through the public call."""

    def worker(chance: random.Random) -> Callable[[], int]:
        def call() -> int:
            orders = [_order(scene, 0 if hot else chance.randrange(SKUS)) for _ in range(batch)]
            scene.database.write(lambda tx: accept_orders(tx, SYSTEM, orders, now=NOW))
            return batch

        return call

    return worker


def plain_call(scene: Scene, address: str, *, hot: bool) -> Callable[..., Callable[[], int]]:
    """The same act by one driver call in autocommit: no pool, no rights, no candidates."""

    def worker(chance: random.Random) -> Callable[[], int]:
        connection = psycopg.connect(address, autocommit=True)

        def call() -> int:
            values = {
                "key": uuid.uuid4().hex,
                "account": scene.account,
                "now": NOW,
                "sku": scene.skus[0 if hot else chance.randrange(SKUS)],
                "warehouse": scene.warehouses[0],
            }
            connection.execute(_PLAIN, values).fetchall()
            return 1

        return call

    return worker


def accept_and_ship(scene: Scene, *, orders: int) -> Figure:
    """A day of orders accepted and shipped as two batches, by one caller."""
    chance, waits = random.Random(7), []
    for _ in range(20):
        wanted = [_order(scene, chance.randrange(SKUS)) for _ in range(orders)]
        begun = time.perf_counter()
        answers = scene.database.write(
            lambda tx, wanted=wanted: accept_orders(tx, SYSTEM, wanted, now=NOW)
        )
        asked = [NewShipment(uuid.uuid4().hex, answer.order_id, None, NOW) for answer in answers]
        scene.database.write(lambda tx, asked=asked: ship_orders(tx, SYSTEM, asked))
        waits.append(time.perf_counter() - begun)
    waits.sort()
    return Figure(
        f"accept and ship a day of {orders}",
        orders / waits[len(waits) // 2],
        waits[len(waits) // 2] * 1000,
        waits[-1] * 1000,
    )


def _order(scene: Scene, position: int) -> NewOrder:
    key = uuid.uuid4().hex
    line = NewOrderLine(1, scene.skus[position], 1, Decimal("9.90"))
    return NewOrder(key, scene.account, key, NOW, "USD", (line,))
