"""The book of a plan is of one moment, whatever happens while it is read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from forecasting.book import read_book
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.purchase_orders import purchase_orders
from inventory_core.trade.receipts import NewReceipt, NewReceiptLine, receive_goods
from tests.trade.test_deliveries import ordered_only
from tests.trade.world import NOW, TODAY, make_world

RECEIPTS = 50


def test_trap_45_goods_received_while_a_plan_is_written_count_once(database: Database) -> None:
    """Of 100 on order two are received again and again, and each book has all 100."""
    world = make_world(database)
    order = ordered_only(database, world, "one")
    pair = world.skus["LAMP"], world.us
    together = Barrier(2)
    with database.reading() as conn:
        [line] = purchase_orders(conn, [order])[0].lines

    def receive() -> None:
        together.wait()
        for place in range(RECEIPTS):
            at = NOW + timedelta(hours=place)
            receipt = NewReceipt(f"r{place}", order, at, [NewReceiptLine(line.id, 2)])
            with database.writing() as tx:
                receive_goods(tx, SYSTEM, [receipt], now=at)

    with ThreadPoolExecutor(1) as pool:
        receiving = pool.submit(receive)
        together.wait()
        books = 0
        while not receiving.done() or not books:
            with database.writing() as tx:
                book = read_book(tx, as_of=TODAY, sku_ids=[pair[0]])
            position, coming = book.positions[pair], book.inbound.get(pair, ())
            books += 1
            assert position.available + sum(item.quantity for item in coming) == 100
            assert position.inventory_position == 100
        receiving.result()
    with database.reading() as conn:
        assert read_book(conn, as_of=TODAY, sku_ids=[pair[0]]).inbound.get(pair, ()) == ()
