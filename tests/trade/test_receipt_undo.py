"""A receipt is taken back whole, or not at all where its units have gone on."""

from dataclasses import replace

import pytest

from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, NotFound, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.verify import verify_book
from inventory_core.trade.purchase_orders import purchase_order
from inventory_core.trade.receipt_undo import undo_receipt
from inventory_core.trade.receipts import receive_goods
from tests.trade.receiving import delivery, level, pool_value, sell, sent_order
from tests.trade.world import NOW, World


def test_a_receipt_is_undone_whole(database: Database, world: World) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
        new = delivery(order, "r", 60, 20, damaged=5)
        [received] = receive_goods(tx, SYSTEM, [new], now=NOW)
    with database.writing() as tx:
        args = {"key": "u", "now": NOW, "reason": "counted wrong"}
        undone = undo_receipt(tx, SYSTEM, received.receipt_id, **args)  # type: ignore[arg-type]
        again = undo_receipt(tx, SYSTEM, received.receipt_id, **args)  # type: ignore[arg-type]
        assert again == replace(undone, replayed=True)
        assert level(tx, world.skus["LAMP"], world.hub) == (0, 0, 0)
        assert pool_value(tx, world.skus["LAMP"]) == 0
        assert [line.open for line in purchase_order(tx, order.id).lines] == [100, 100]
        assert verify_book(tx) == []
        with pytest.raises(Conflict, match="receipt_undone"):
            undo_receipt(tx, SYSTEM, received.receipt_id, key="v", now=NOW, reason="x")


def test_undo_is_refused_with_the_list_of_what_took_units(database: Database, world: World) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
        [received] = receive_goods(tx, SYSTEM, [delivery(order, "r", 60)], now=NOW)
        sell(tx, world, "LAMP", 7, "s-1")
    with pytest.raises(Refused, match="receipt_consumed") as told, database.writing() as tx:
        undo_receipt(tx, SYSTEM, received.receipt_id, key="u", now=NOW, reason="")
    taken = told.value.params["consumers"]
    assert isinstance(taken, list)
    consumer = taken[0]
    assert (consumer.kind, consumer.quantity, consumer.sku_code) == ("shipment", 7, "LAMP")
    with database.reading() as conn:
        assert level(conn, world.skus["LAMP"], world.hub) == (53, 0, 0)
    with pytest.raises(NotFound), database.writing() as tx:
        undo_receipt(tx, SYSTEM, 999, key="u", now=NOW, reason="")
