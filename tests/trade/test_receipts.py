"""Goods in: partial, damaged, too many, with lots, and once per key."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, select

from inventory_core.db.engine import Database
from inventory_core.db.schema.stock import lot
from inventory_core.db.schema.trade import receipt as receipt_table
from inventory_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    cancel_purchase_orders,
    close_purchase_orders,
    create_purchase_orders,
    purchase_order,
)
from inventory_core.trade.receipt_records import receipts_of
from inventory_core.trade.receipts import NewLot, NewReceipt, NewReceiptLine, receive_goods
from inventory_core.vocabulary import PersonId, PurchaseOrderState, Role
from tests.trade.receiving import D, delivery, level, pool_value, sent_order
from tests.trade.world import NOW, TODAY, World


def test_trap_05_a_partial_receipt_leaves_the_rest_open(database: Database, world: World) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
        first = replace(delivery(order, "r-1", 60), rest_expected_on=date(2026, 5, 5))
        [received] = receive_goods(tx, SYSTEM, [first], now=NOW)
        assert received.value == D("852")  # 60 × 2 USD × 7.1
        after = purchase_order(tx, order.id)
        assert [line.open for line in after.lines] == [40, 100]
        assert after.lines[0].expected_on == date(2026, 5, 5)
        assert after.progress == "partly_received"
        assert level(tx, world.skus["LAMP"], world.hub) == (60, 0, 0)
        receive_goods(tx, SYSTEM, [delivery(order, "r-2", 40, 100)], now=NOW)
        assert purchase_order(tx, order.id).progress == "received"
        assert len(receipts_of(tx, order.id)) == 2


def test_damaged_units_are_on_hand_and_held(database: Database, world: World) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
        receive_goods(tx, SYSTEM, [delivery(order, "r", 10, damaged=3)], now=NOW)
        assert level(tx, world.skus["LAMP"], world.hub) == (10, 0, 3)
        assert pool_value(tx, world.skus["LAMP"]) == D(142)
        [kept] = receipts_of(tx, order.id)
        assert (kept.lines[0].quantity, kept.lines[0].damaged) == (10, 3)


def test_more_than_ordered_comes_in_only_where_somebody_said_so(
    database: Database, world: World
) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
    with pytest.raises(Refused, match="more_than_ordered"), database.writing() as tx:
        receive_goods(tx, SYSTEM, [delivery(order, "r", 101)], now=NOW)
    halves = [delivery(order, "a", 60), delivery(order, "b", 60)]
    with pytest.raises(Refused, match="more_than_ordered"), database.writing() as tx:
        receive_goods(tx, SYSTEM, halves, now=NOW)
    with database.writing() as tx:
        assert level(tx, world.skus["LAMP"], world.hub) == (0, 0, 0)
        over = replace(delivery(order, "r", 120), allow_over=True)
        receive_goods(tx, SYSTEM, [over], now=NOW)
        line = purchase_order(tx, order.id).lines[0]
        assert (line.received, line.open) == (120, 0)


def test_a_short_delivery_is_closed_and_no_longer_expected(
    database: Database, world: World
) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
        receive_goods(tx, SYSTEM, [delivery(order, "r", 90)], now=NOW)
        [ended] = close_purchase_orders(tx, SYSTEM, [order.id], now=NOW)
        assert ended.state is PurchaseOrderState.CLOSED
        assert [line.open for line in ended.lines] == [0, 0]
    with pytest.raises(Refused, match="order_ended"), database.writing() as tx:
        receive_goods(tx, SYSTEM, [delivery(order, "late", 10)], now=NOW)


def test_goods_that_arrive_prove_that_a_draft_was_sent(database: Database, world: World) -> None:
    with database.writing() as tx:
        lines = [NewPurchaseLine(1, world.skus["LAMP"], 5, D(2))]
        new = NewPurchaseOrder("d", world.supplier, world.hub, "USD", TODAY, lines)
        [draft] = create_purchase_orders(tx, SYSTEM, [new], now=NOW)
        receive_goods(tx, SYSTEM, [delivery(draft, "r", 5)], now=NOW)
        assert purchase_order(tx, draft.id).state is PurchaseOrderState.SENT


def test_a_receipt_sent_twice_is_one_receipt(database: Database, world: World) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
        [first] = receive_goods(tx, SYSTEM, [delivery(order, "r", 60)], now=NOW)
    with database.writing() as tx:
        [again] = receive_goods(tx, SYSTEM, [delivery(order, "r", 60)], now=NOW)
        assert again == replace(first, replayed=True)
        assert level(tx, world.skus["LAMP"], world.hub) == (60, 0, 0)
    with pytest.raises(Conflict, match="key_reused"), database.writing() as tx:
        receive_goods(tx, SYSTEM, [delivery(order, "r", 61)], now=NOW)


def test_the_same_receipt_from_eight_hands_is_one_receipt(database: Database, world: World) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
    together = Barrier(8)

    def scan(hand: int) -> bool:
        together.wait()
        key = f"r-{hand % 2}"
        [received] = database.write(
            lambda tx: receive_goods(tx, SYSTEM, [delivery(order, key, 50, 10)], now=NOW)
        )
        return received.replayed

    with ThreadPoolExecutor(8) as pool:
        replays = list(pool.map(scan, range(8)))
    assert sorted(replays) == [False, False] + [True] * 6
    with database.reading() as conn:
        assert level(conn, world.skus["LAMP"], world.hub) == (100, 0, 0)
        assert conn.scalar(select(func.count()).select_from(receipt_table)) == 2


def test_trap_52_the_same_lot_number_with_two_expiries_is_two_lots(
    database: Database, world: World
) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world, skus="CREAM")
        line = order.lines[0].id
        with pytest.raises(Refused, match="lot_required"):
            receive_goods(tx, SYSTEM, [delivery(order, "r-0", 5)], now=NOW)
        made_on = NewLot("L1", produced_on=date(2026, 1, 1))
        lots = [made_on, NewLot("L1", expires_on=date(2027, 6, 1)), made_on]
        for number, printed in enumerate(lots):
            lines = [NewReceiptLine(line, 5, lot=printed)]
            receive_goods(tx, SYSTEM, [NewReceipt(f"r{number}", order.id, NOW, lines)], now=NOW)
        kept = tx.rows(select(lot.c.code, lot.c.expires_on).where(lot.c.id != 0).order_by(lot.c.id))
        assert [tuple(row) for row in kept] == [
            ("L1", date(2027, 1, 1)),
            ("L1", date(2027, 6, 1)),
        ]


def test_a_cancelled_order_takes_nothing_and_wrong_requests_neither(
    database: Database, world: World
) -> None:
    with database.writing() as tx:
        order = sent_order(tx, world)
        other = sent_order(tx, world, "other")
        for wrong, error in [
            (delivery(order, "", 1), Invalid),
            (delivery(order, "r"), Invalid),
            (delivery(order, "r", -1), Invalid),
            (delivery(order, "r", 1, damaged=2), Invalid),
            (replace(delivery(order, "r", 1), purchase_order_id=999), NotFound),
            (replace(delivery(order, "r", 1), purchase_order_id=other.id), NotFound),
        ]:
            with pytest.raises(error):
                receive_goods(tx, SYSTEM, [wrong], now=NOW)
        cancel_purchase_orders(tx, SYSTEM, [order.id], reason="", now=NOW)
        with pytest.raises(Refused, match="order_ended"):
            receive_goods(tx, SYSTEM, [delivery(order, "r", 1)], now=NOW)
        reader = Actor(PersonId(0), "reader", frozenset({Role.READER}))
        with pytest.raises(Forbidden):
            receive_goods(tx, reader, [delivery(other, "r", 1)], now=NOW)


def test_twenty_receipts_of_five_lines_are_one_batch(database: Database, world: World) -> None:
    with database.writing() as tx:
        skus = [world.skus["LAMP"], world.skus["CABLE"]]
        orders = create_purchase_orders(
            tx,
            SYSTEM,
            [
                NewPurchaseOrder(
                    f"po-{round_no}-{n}",
                    world.supplier,
                    world.hub,
                    "USD",
                    TODAY,
                    [NewPurchaseLine(i, skus[i % 2], 10, D(2)) for i in range(1, 6)],
                )
                for round_no in range(4)
                for n in range(20)
            ],
            now=NOW,
        )
    for first in range(0, 80, 20):
        batch = [delivery(o, f"r-{o.id}", 10, 10, 10, 10, 10) for o in orders[first : first + 20]]
        started = time.perf_counter()
        with database.writing() as tx:
            assert len(receive_goods(tx, SYSTEM, batch, now=NOW)) == 20
        print(f"20 receipts of 5 lines: {1000 * (time.perf_counter() - started):.0f} ms")
    with database.reading() as conn:
        assert level(conn, skus[0], world.hub)[0] == 80 * 2 * 10
