"""What goods cost when they come in: charges, and the rate of the day of receipt."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from inventory_core.catalog.rates import NewRate, record_rates
from inventory_core.db.engine import Database
from inventory_core.db.schema.trade import receipt as receipt_table
from inventory_core.errors import Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.receipt_records import receipts_of
from inventory_core.trade.receipts import NewCharge, receive_goods
from tests.trade.receiving import D, delivery, pool_value, sent_order
from tests.trade.world import NOW, TODAY, World


def test_charges_that_come_along_make_the_goods_dearer(database: Database, world: World) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
        charges = (
            NewCharge("freight", D(110), "USD", "volume"),
            NewCharge("duty", D(55), "CNY", "value"),
        )
        new = replace(delivery(order, "r", 50, 100), charges=charges)
        [received] = receive_goods(tx, SYSTEM, [new], now=NOW)
        assert received.value == D("2130") + D("781") + D(55)
        [kept] = receipts_of(tx, order.id)
        assert [charge.rate for charge in kept.charges] == [D("7.1"), D(1)]
        # volume 100,000 : 10,000; value 100 : 200
        assert [line.value for line in kept.lines] == [
            D("1438.333333"),
            D("1527.666667"),
        ]
        assert pool_value(tx, world.skus["LAMP"]) == D("1438.333333")


def test_trap_10_the_rate_is_that_of_the_day_of_receipt(database: Database, world: World) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
        record_rates(tx, SYSTEM, [NewRate("USD", "CNY", TODAY, D(8))])
        receive_goods(tx, SYSTEM, [delivery(order, "r", 1)], now=NOW)
        record_rates(tx, SYSTEM, [NewRate("USD", "CNY", TODAY, D(9))])
        layer = tx.rows(text("SELECT value, source_value, currency, rate, rate_on FROM cost_layer"))
        assert tuple(layer[0]) == (D(16), D(2), "USD", D(8), TODAY)


def test_without_a_rate_nothing_is_received(database: Database, world: World) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
    new = replace(delivery(order, "r", 1), charges=(NewCharge("freight", D(5), "GBP"),))
    with pytest.raises(Refused, match="rate_missing"), database.writing() as tx:
        receive_goods(tx, SYSTEM, [new], now=NOW)
    with database.reading() as conn:
        assert conn.scalar(select(func.count()).select_from(receipt_table)) == 0
