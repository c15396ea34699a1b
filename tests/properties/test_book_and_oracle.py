"""Random work on the book gives the same figures as the naive oracle, and the book stays right."""

import uuid
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.errors import Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.counting import NewAdjustment, NewHold, adjust_stock, hold_stock
from inventory_core.stock.ledger import Line, NewOperation, post
from inventory_core.stock.verify import verify_book
from inventory_core.trade.orders import NewCancel, accept_orders, cancel_orders
from inventory_core.trade.shipments import NewShipment, ship_orders
from inventory_core.vocabulary import OperationKind
from tests.conftest import copied_database
from tests.properties.naive_book import NaiveBook
from tests.stock.scene import IN_TRANSIT, NOON, SUPPLIER, Scene, make_scene
from tests.trade.orders_scene import order

SKUS, PLACES = st.integers(0, 1), st.integers(0, 1)
UNITS = st.integers(1, 12)
VALUES = st.decimals("0", "1000", places=6)
STEPS = st.one_of(
    st.tuples(st.just("receive"), SKUS, PLACES, UNITS, VALUES),
    st.tuples(st.just("receive"), SKUS, PLACES, UNITS, VALUES),
    st.tuples(st.just("accept"), st.lists(st.tuples(SKUS, UNITS), min_size=1, max_size=3)),
    st.tuples(st.just("accept"), st.lists(st.tuples(SKUS, UNITS), min_size=1, max_size=3)),
    st.tuples(st.just("ship"), st.integers(0, 9)),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
    st.tuples(st.just("lose"), SKUS, PLACES, UNITS),
    st.tuples(st.just("hold"), SKUS, PLACES, UNITS),
    st.tuples(st.just("move"), SKUS, PLACES, UNITS),
)


class Pair:
    """The real book and the oracle, told the same things."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.naive = NaiveBook(list(scene.warehouses))
        self.orders: list[int] = []
        # Strictly later each time: layers of one moment would tie.
        self.now = NOON

    def step(self, name: str, *how: object) -> None:
        self.now += timedelta(minutes=1)
        getattr(self, name)(*how)

    def receive(self, sku: int, place: int, units: int, value: Decimal) -> None:
        sku, place = self.scene.skus[sku], self.scene.warehouses[place]
        line = Line(sku, SUPPLIER, place, units, value=value)
        self._post(OperationKind.RECEIPT, line)
        self.naive.receive(sku, place, units, value)

    def accept(self, wanted: list[tuple[int, int]]) -> None:
        asked = order(self.scene, uuid.uuid4().hex, *wanted)
        answer = self._write(lambda tx: accept_orders(tx, SYSTEM, [asked], now=self.now)[0])
        number = answer.order_id
        self.orders.append(number)
        expected = self.naive.accept(number, [(self.scene.skus[s], n) for s, n in wanted])
        assert [line.reserved for line in answer.lines] == expected

    def ship(self, which: int) -> None:
        if not self.orders:
            return
        number = self.orders[which % len(self.orders)]
        expected = self.naive.ship(number)
        asked = NewShipment(uuid.uuid4().hex, number, None, self.now)
        shipped = self._try(lambda tx: ship_orders(tx, SYSTEM, [asked])[0].units)
        assert (shipped or 0) == expected

    def cancel(self, which: int) -> None:
        if not self.orders:
            return
        number = self.orders[which % len(self.orders)]
        expected = self.naive.cancel(number)
        asked = NewCancel(uuid.uuid4().hex, number)
        done = self._try(lambda tx: cancel_orders(tx, SYSTEM, [asked], now=self.now)[0].units)
        assert (done or 0) == expected

    def lose(self, sku: int, place: int, units: int) -> None:
        sku, place = self.scene.skus[sku], self.scene.warehouses[place]
        expected = self.naive.lose(sku, place, units)
        asked = NewAdjustment(uuid.uuid4().hex, place, sku, -units, "lost")
        posted = self._try(lambda tx: adjust_stock(tx, SYSTEM, [asked], now=self.now)[0])
        assert (posted and sum(posted.values)) == expected

    def hold(self, sku: int, place: int, units: int) -> None:
        sku, place = self.scene.skus[sku], self.scene.warehouses[place]
        expected = self.naive.hold(sku, place, units)
        asked = NewHold(uuid.uuid4().hex, place, sku, units, "damaged", "wet")
        posted = self._try(lambda tx: hold_stock(tx, SYSTEM, [asked], now=self.now)[0])
        assert (posted is not None) == expected

    def move(self, sku: int, place: int, units: int) -> None:
        here, there = self.scene.warehouses[place], self.scene.warehouses[1 - place]
        sku = self.scene.skus[sku]
        out = self._try_post(OperationKind.TRANSFER_OUT, Line(sku, here, IN_TRANSIT, units))
        assert (out is not None) == self.naive.move(sku, here, there, units)
        if out is not None:
            self._post(OperationKind.TRANSFER_IN, Line(sku, IN_TRANSIT, there, units))

    def compare(self) -> None:
        """Levels, pools and layers of the book are those of the oracle; the book is right."""
        scene, naive = self.scene, self.naive
        for sku in scene.skus[:2]:
            for place in scene.warehouses:
                pair = (sku, place)
                expected = (naive.on_hand[pair], naive.reserved(pair), naive.held[pair])
                assert scene.level(sku, place) == expected
        pools = scene.rows(
            "SELECT t.sku_id, l.id, t.quantity, t.value FROM cost_pool_total t"
            " JOIN location l ON l.cost_pool_id = t.cost_pool_id AND l.kind = 'warehouse'"
        )
        for sku, place, quantity, value in pools:
            pool = naive.pools[sku, place]
            assert (quantity, value) == (pool.quantity, pool.value)
        layers = defaultdict(Decimal)
        for sku, place, value in scene.rows(
            "SELECT c.sku_id, l.id, c.value_left FROM cost_layer c"
            " JOIN location l ON l.cost_pool_id = c.cost_pool_id AND l.kind = 'warehouse'"
        ):
            layers[sku, place] += value
        for pair, pool in naive.pools.items():
            assert layers[pair] == sum((value for _, value, _ in pool.queue), Decimal(0))
        with scene.database.reading() as conn:
            # No transfer documents here: goods move through transit without papers.
            assert [p for p in verify_book(conn) if p.check != "transit"] == []

    def _post(self, kind: OperationKind, line: Line) -> object:
        operation = NewOperation(uuid.uuid4().hex, kind, self.now, (line,))
        return self._write(lambda tx: post(tx, SYSTEM, [operation])[0])

    def _try_post(self, kind: OperationKind, line: Line) -> object:
        try:
            return self._post(kind, line)
        except Refused:
            return None

    def _write(self, act):
        return self.scene.database.write(act)

    def _try(self, act):
        try:
            return self._write(act)
        except Refused:
            return None


def play(admin: psycopg.Connection, server: Server, template: str, steps: list[tuple]) -> None:
    """One example in a database of its own."""
    with copied_database(admin, template) as name:
        database = Database(server.url(name, DatabaseRole.WRITER))
        try:
            pair = Pair(make_scene(database, skus=2))
            for step, *how in steps:
                pair.step(step, *how)
            pair.compare()
        finally:
            database.dispose()


@settings(max_examples=4, deadline=None, derandomize=True)
@given(steps=st.lists(STEPS, min_size=20, max_size=30))
def test_random_work_agrees_with_the_oracle(
    admin: psycopg.Connection, server: Server, template: str, steps: list[tuple]
) -> None:
    play(admin, server, template, steps)


@pytest.mark.slow
@settings(max_examples=30, deadline=None, print_blob=True)
@given(steps=st.lists(STEPS, min_size=10, max_size=50))
def test_much_random_work_agrees_with_the_oracle(
    admin: psycopg.Connection, server: Server, template: str, steps: list[tuple]
) -> None:
    play(admin, server, template, steps)
