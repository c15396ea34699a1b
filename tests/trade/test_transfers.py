"""Transfers: through in transit, in parts, with losses, with their cost and their freight."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from inventory_core.db.engine import Database, Reading, Writing
from inventory_core.db.schema.supply import transfer as transfer_table
from inventory_core.errors import Conflict, Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.balances import positions
from inventory_core.stock.verify import verify_book
from inventory_core.trade.receipts import NewLot, NewReceipt, NewReceiptLine, receive_goods
from inventory_core.trade.transfer_records import select_transfers
from inventory_core.trade.transfers import (
    NewArrival,
    NewTransfer,
    arrive_transfers,
    cancel_transfers,
    create_transfers,
    ship_transfers,
)
from inventory_core.vocabulary import CostMethod, TransferState
from tests.trade.receiving import delivery, level, pool_value, sell, sent_order
from tests.trade.world import NOW, World, make_world

D = Decimal
LATER = NOW + timedelta(days=30)


def stocked(tx: Writing, world: World) -> None:
    order = sent_order(tx, world)
    receive_goods(tx, SYSTEM, [delivery(order, "stock", 100, 100)], now=NOW)


def wanted(world: World, key: str = "t", lamps: int = 60, **more: object) -> NewTransfer:
    lines = [(world.skus["LAMP"], lamps), (world.skus["CABLE"], 20)]
    new = NewTransfer(key, world.hub, world.us, lines, expected_on=date(2026, 4, 1))
    return replace(new, **more)  # type: ignore[arg-type]


def underway(tx: Writing, new: NewTransfer) -> int:
    [made] = create_transfers(tx, SYSTEM, [new], now=NOW)
    ship_transfers(tx, SYSTEM, [(made.id, f"{new.key}/leaves", NOW)])
    return made.id


def in_transit(conn: Reading, world: World, code: str) -> int:
    found = positions(conn, [world.skus[code]], [world.us])
    return found[0].in_transit if found else 0


def test_goods_travel_through_in_transit_with_their_cost(database: Database, world: World) -> None:
    lamp = world.skus["LAMP"]
    with database.writing() as tx:
        stocked(tx, world)
        transfer_id = underway(tx, wanted(world))
        assert level(tx, lamp, world.hub) == (40, 0, 0)
        assert level(tx, lamp, world.us) == (0, 0, 0)
        assert in_transit(tx, world, "LAMP") == 60
        assert pool_value(tx, lamp) == D(1420)
        arrive_transfers(tx, SYSTEM, [NewArrival("a", transfer_id, LATER)])
        assert level(tx, lamp, world.us) == (60, 0, 0)
        assert in_transit(tx, world, "LAMP") == 0
        assert pool_value(tx, lamp) == D(1420)
        row = tx.rows(select_transfers())[0]
        assert (row.state, row.arrived, row.lost) == ("arrived", 80, 0)
    with database.reading() as conn:
        assert verify_book(conn) == []


@pytest.mark.parametrize("method", list(CostMethod))
def test_trap_14_layers_are_kept_and_freight_is_added_on_arrival(
    database: Database, method: CostMethod
) -> None:
    world = make_world(database, cost_method=method)
    lamp = world.skus["LAMP"]
    with database.writing() as tx:
        stocked(tx, world)
        new = wanted(world, freight=D(80), freight_currency="CNY")
        transfer_id = underway(tx, new)
        assert pool_value(tx, lamp) == D(1420)
        arrive_transfers(tx, SYSTEM, [NewArrival("a", transfer_id, LATER)])
        # 60 lamps and 20 cables at the same price carry three quarters and one quarter.
        assert pool_value(tx, lamp) == D(1480)
        statement = text(
            "SELECT value_left, origin_layer_id IS NOT NULL, received_at FROM cost_layer"
            " WHERE sku_id = :sku AND quantity_left = 60"
        )
        assert tuple(tx.rows(statement, {"sku": lamp})[0]) == (D(912), True, NOW)
    with database.reading() as conn:
        assert verify_book(conn) == []


def test_units_arrive_in_parts_and_some_are_lost(database: Database, world: World) -> None:
    lamp, cable = world.skus["LAMP"], world.skus["CABLE"]
    with database.writing() as tx:
        stocked(tx, world)
        transfer_id = underway(tx, wanted(world, freight=D(80), freight_currency="CNY"))
        arrive_transfers(tx, SYSTEM, [NewArrival("a", transfer_id, LATER, [(lamp, 45)])])
        assert level(tx, lamp, world.us) == (45, 0, 0)
        assert in_transit(tx, world, "LAMP") == 15
        assert tx.rows(select_transfers())[0].state == "shipped"
        with pytest.raises(Refused, match="more_than_in_transit"):
            arrive_transfers(tx, SYSTEM, [NewArrival("x", transfer_id, LATER, [(lamp, 16)])])
        rest = NewArrival("b", transfer_id, LATER, lost={lamp: 5})
        arrive_transfers(tx, SYSTEM, [rest])
        assert level(tx, lamp, world.us) == (55, 0, 0)
        assert level(tx, cable, world.us) == (20, 0, 0)
        row = tx.rows(select_transfers())[0]
        assert (row.state, row.arrived, row.lost, row.in_transit) == ("arrived", 75, 5, 0)
        # Five lamps of 14.20 are gone; of the freight only what came before the loss stays.
        lost_value = tx.scalar(
            text("SELECT sum(value) FROM movement WHERE to_location_id = 5 AND sku_id = :sku"),
            {"sku": lamp},
        )
        assert lost_value > D(71)
        assert pool_value(tx, lamp) == D(1480) - lost_value
        with pytest.raises(Refused, match="transfer_not_under_way"):
            arrive_transfers(tx, SYSTEM, [NewArrival("c", transfer_id, LATER)])
    with database.reading() as conn:
        assert verify_book(conn) == []


def test_every_step_sent_twice_happens_once(database: Database, world: World) -> None:
    with database.writing() as tx:
        stocked(tx, world)
        [made] = create_transfers(tx, SYSTEM, [wanted(world)], now=NOW)
        [again] = create_transfers(tx, SYSTEM, [wanted(world)], now=NOW)
        assert again == replace(made, replayed=True)
        leave = [(made.id, "leave", NOW)]
        [first] = ship_transfers(tx, SYSTEM, leave)
        [second] = ship_transfers(tx, SYSTEM, leave)
        assert second == replace(first, replayed=True)
        come = [NewArrival("a", made.id, LATER, [(world.skus["LAMP"], 10)])]
        [one] = arrive_transfers(tx, SYSTEM, come)
        assert arrive_transfers(tx, SYSTEM, come) == [replace(one, replayed=True)]
        assert level(tx, world.skus["LAMP"], world.us) == (10, 0, 0)
        with pytest.raises(Conflict, match="key_reused"):
            create_transfers(tx, SYSTEM, [wanted(world, lamps=61)], now=NOW)
        with pytest.raises(Conflict, match="key_reused"):
            ship_transfers(tx, SYSTEM, [(made.id, "leave", LATER)])
        with pytest.raises(Conflict, match="key_reused"):
            arrive_transfers(tx, SYSTEM, [replace(come[0], lines=[(world.skus["LAMP"], 11)])])
        with pytest.raises(Refused, match="transfer_not_planned"):
            ship_transfers(tx, SYSTEM, [(made.id, "other key", NOW)])


def test_the_same_departure_from_six_hands_leaves_once(database: Database, world: World) -> None:
    with database.writing() as tx:
        stocked(tx, world)
        [made] = create_transfers(tx, SYSTEM, [wanted(world, lamps=30)], now=NOW)
    together = Barrier(6)

    def press(_: int) -> bool:
        together.wait()
        leave = [(made.id, "leave", NOW)]
        return database.write(lambda tx: ship_transfers(tx, SYSTEM, leave))[0].replayed

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(press, range(6))) == [False] + [True] * 5
    with database.reading() as conn:
        assert level(conn, world.skus["LAMP"], world.hub) == (70, 0, 0)


def test_what_is_not_there_does_not_leave(database: Database, world: World) -> None:
    with database.writing() as tx:
        stocked(tx, world)
        sell(tx, world, "LAMP", 50, "s")
        [made] = create_transfers(tx, SYSTEM, [wanted(world)], now=NOW)
    with pytest.raises(Refused, match="not_enough_stock"), database.writing() as tx:
        ship_transfers(tx, SYSTEM, [(made.id, "leave", NOW)])
    with database.writing() as tx:
        assert level(tx, world.skus["LAMP"], world.hub) == (50, 0, 0)
        [ended] = cancel_transfers(tx, SYSTEM, [made.id], now=NOW)
        assert ended.state is TransferState.CANCELLED
        assert cancel_transfers(tx, SYSTEM, [made.id], now=NOW) == [ended]


def test_trap_51_lots_travel_first_expired_first(database: Database, world: World) -> None:
    cream = world.skus["CREAM"]
    with database.writing() as tx:
        order = sent_order(tx, world, skus="CREAM")
        for code, expires_on in (("L2", date(2027, 9, 1)), ("L1", date(2027, 3, 1))):
            line = NewReceiptLine(order.lines[0].id, 20, lot=NewLot(code, expires_on=expires_on))
            receive_goods(tx, SYSTEM, [NewReceipt(code, order.id, NOW, [line])], now=NOW)
        transfer_id = underway(tx, NewTransfer("t", world.hub, world.us, [(cream, 30)]))
        lost = NewArrival("a", transfer_id, LATER, lost={cream: 2})
        arrive_transfers(tx, SYSTEM, [lost])
        left = tx.rows(
            text(
                "SELECT t.code, b.quantity FROM bin_stock b JOIN lot t ON t.id = b.lot_id"
                " WHERE b.location_id = :us AND b.quantity > 0 ORDER BY 1"
            ),
            {"us": world.us},
        )
        assert sum(row.quantity for row in left) == 28
        assert {row.code for row in left} == {"L1", "L2"}
        hub = tx.scalar(
            text(
                "SELECT sum(b.quantity) FROM bin_stock b JOIN lot t ON t.id = b.lot_id"
                " WHERE b.location_id = :hub AND t.code = 'L1'"
            ),
            {"hub": world.hub},
        )
        assert hub == 0
    with database.reading() as conn:
        assert verify_book(conn) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"lines": []}, Invalid),
        ({"lines": [(1, 5), (1, 6)]}, Invalid),
        ({"lines": [(1, 0)]}, Invalid),
        ({"lines": [(10**9, 1)]}, NotFound),
        ({"freight": D(5)}, Invalid),
        ({"freight": D(-5), "freight_currency": "CNY"}, Invalid),
        ({"to_warehouse_id": 2}, NotFound),
        ({"key": ""}, Invalid),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(
    database: Database, world: World, changes: dict[str, object], error: type[Exception]
) -> None:
    wrong = replace(wanted(world), **changes)  # type: ignore[arg-type]
    with pytest.raises(error), database.writing() as tx:
        create_transfers(tx, SYSTEM, [wrong], now=NOW)
    same = wanted(world, to_warehouse_id=world.hub)
    with pytest.raises(Invalid, match="transfer_goes_nowhere"), database.writing() as tx:
        create_transfers(tx, SYSTEM, [same], now=NOW)
    with database.reading() as conn:
        assert conn.scalar(select(func.count()).select_from(transfer_table)) == 0


def test_a_planned_transfer_is_seen_but_moves_nothing(database: Database, world: World) -> None:
    with database.writing() as tx:
        stocked(tx, world)
        create_transfers(tx, SYSTEM, [wanted(world)], now=NOW)
        [hub] = positions(tx, [world.skus["LAMP"]], [world.hub])
        assert (hub.on_hand, hub.planned_out) == (100, 60)
