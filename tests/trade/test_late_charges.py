"""Freight that comes late follows the goods: left, moved on, or sold. Nothing is lost."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from inventory_core.db.engine import Database, Writing
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.errors import Conflict, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.ledger import post
from inventory_core.stock.postings import Line, NewOperation
from inventory_core.stock.verify import verify_book
from inventory_core.trade.late_charges import LateCharge, add_charge
from inventory_core.trade.receipt_records import receipts_of
from inventory_core.trade.receipt_undo import undo_receipt
from inventory_core.trade.receipts import NewCharge, Received, receive_goods
from inventory_core.vocabulary import CostMethod, LocationKind
from tests.trade.receiving import delivery, level, pool_value, sell, sent_order
from tests.trade.world import NOW, World, make_world

D = Decimal
TRANSIT = VIRTUAL_LOCATIONS[LocationKind.IN_TRANSIT]


def _received(tx: Writing, world: World) -> Received:
    order = sent_order(tx, world)
    return receive_goods(tx, SYSTEM, [delivery(order, "r", 100, 100)], now=NOW)[0]


def _freight(receipt: Received, amount: str = "100", key: str = "f") -> LateCharge:
    return LateCharge(key, receipt.receipt_id, NewCharge("freight", D(amount), "CNY"), NOW)


@pytest.mark.parametrize("method", list(CostMethod))
def test_trap_12_late_freight_is_split_between_stock_and_sold(
    database: Database, method: CostMethod
) -> None:
    world = make_world(database, cost_method=method)
    lamp = world.skus["LAMP"]
    with database.writing() as tx:
        received = _received(tx, world)
        sell(tx, world, "LAMP", 40, "s")
        before = level(tx, lamp, world.hub)
        charged = add_charge(tx, SYSTEM, _freight(received), now=NOW)
        assert (charged.to_stock, charged.to_sold) == (D(80), D(20))
        assert level(tx, lamp, world.hub) == before
        assert pool_value(tx, lamp) == D("852") + D(30)
        assert sell(tx, world, "LAMP", 60, "rest") == D(882)
        assert pool_value(tx, lamp) == 0
        assert verify_book(tx) == []


def test_what_a_receipt_landed_at_counts_the_charge_that_came_later(
    database: Database, world: World
) -> None:
    with database.writing() as tx:
        received = _received(tx, world)
        order_id = received.purchase_order_id
        [before] = receipts_of(tx, order_id)
        assert before.landed == received.value
        add_charge(tx, SYSTEM, _freight(received), now=NOW)
        [after] = receipts_of(tx, order_id)
        assert after.landed == received.value + D(100)
        assert [line.value for line in after.lines] == [line.value for line in before.lines]


def test_late_freight_follows_units_that_were_moved(database: Database, world: World) -> None:
    lamp = world.skus["LAMP"]
    with database.writing() as tx:
        received = _received(tx, world)
        away = NewOperation("t-1", "transfer_out", NOW, [Line(lamp, world.hub, TRANSIT, 50)])
        there = NewOperation("t-2", "transfer_in", NOW, [Line(lamp, TRANSIT, world.us, 30)])
        post(tx, SYSTEM, [away])
        post(tx, SYSTEM, [there])
        customer = VIRTUAL_LOCATIONS[LocationKind.CUSTOMER]
        sold = NewOperation("s", "shipment", NOW, [Line(lamp, world.us, customer, 10)])
        post(tx, SYSTEM, [sold])
        charged = add_charge(tx, SYSTEM, _freight(received, "200"), now=NOW)
        assert (charged.to_stock, charged.to_sold) == (D(190), D(10))
        left = tx.rows(
            text(
                "SELECT cost_pool_id, sum(quantity_left)::int, sum(value_left) FROM cost_layer"
                " WHERE sku_id = :sku GROUP BY 1 ORDER BY 2"
            ),
            {"sku": lamp},
        )
        assert [(row[1], row[2]) for row in left] == [
            (20, D("304")),
            (20, D("304")),
            (50, D("760")),
        ]
        assert pool_value(tx, lamp) == D("1368")
        # The transfer was posted without its document, which is what the check of it says.
        assert {problem.check for problem in verify_book(tx)} <= {"in_transit", "transit"}


def test_a_charge_sent_twice_is_one_charge(database: Database, world: World) -> None:
    with database.writing() as tx:
        received = _received(tx, world)
        first = add_charge(tx, SYSTEM, _freight(received), now=NOW)
    with database.writing() as tx:
        again = add_charge(tx, SYSTEM, _freight(received), now=NOW)
        assert again.replayed
        assert (again.charge_id, again.to_stock) == (first.charge_id, D(100))
        assert pool_value(tx, world.skus["LAMP"]) == D(1470)
        with pytest.raises(Conflict, match="key_reused"):
            add_charge(tx, SYSTEM, _freight(received, "101"), now=NOW)


def test_trap_15_a_credit_note_lowers_cost_and_no_quantity(
    database: Database, world: World
) -> None:
    with database.writing() as tx:
        received = _received(tx, world)
        charged = add_charge(tx, SYSTEM, _freight(received, "-840"), now=NOW)
        assert charged.to_stock == D(-840)
        assert pool_value(tx, world.skus["LAMP"]) == D(1000)
    with pytest.raises(Refused, match="credit_exceeds_value"), database.writing() as tx:
        add_charge(tx, SYSTEM, _freight(received, "-2001", "g"), now=NOW)


def test_a_receipt_with_late_charges_is_not_undone(database: Database, world: World) -> None:
    with database.writing() as tx:
        received = _received(tx, world)
        add_charge(tx, SYSTEM, _freight(received), now=NOW)
        with pytest.raises(Refused, match="receipt_has_late_charges"):
            undo_receipt(tx, SYSTEM, received.receipt_id, key="u", now=NOW, reason="")
