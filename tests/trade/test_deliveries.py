"""How long goods really took: by order, from the day it was sent to its receipts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.deliveries import LATEST_ORDERS, DeliveredLine, delivered_lines
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    cancel_purchase_orders,
    create_purchase_orders,
    purchase_orders,
    send_purchase_orders,
)
from inventory_core.trade.receipt_undo import undo_receipt
from inventory_core.trade.receipts import NewReceipt, NewReceiptLine, receive_goods
from tests.trade.world import NOW, TODAY, World

AS_OF = date(2026, 12, 31)


def ordered_only(database: Database, world: World, key: str) -> int:
    """An order of 100 lamps that was sent; its id."""
    new = NewPurchaseOrder(
        key, world.supplier, world.us, "USD", TODAY,
        [NewPurchaseLine(1, world.skus["LAMP"], 100, Decimal(2), world.offers["LAMP"])],
    )  # fmt: skip
    with database.writing() as tx:
        [made] = create_purchase_orders(tx, SYSTEM, [new], now=NOW)
        send_purchase_orders(tx, SYSTEM, [made.id], now=NOW)
    return made.id


def ordered(database: Database, world: World, key: str, *parts: tuple[int, int]) -> list[int]:
    """The same with what came of it; each part is (days later, units); ids of the receipts."""
    order_id = ordered_only(database, world, key)
    with database.writing() as tx:
        [sent] = purchase_orders(tx, [order_id])
        found = []
        for place, (days, units) in enumerate(parts):
            at = datetime.combine(TODAY + timedelta(days=days), datetime.min.time(), UTC)
            receipt = NewReceipt(
                key=f"{key}-{place}",
                purchase_order_id=sent.id,
                received_at=at + timedelta(hours=20),
                lines=[NewReceiptLine(sent.lines[0].id, units)],
            )
            found.append(int(receive_goods(tx, SYSTEM, [receipt], now=at)[0].receipt_id))
    return found


def read(database: Database, world: World, *, as_of: date = AS_OF) -> list[DeliveredLine]:
    with database.reading() as conn:
        return delivered_lines(conn, [world.supplier], as_of=as_of)


def test_days_are_counted_from_sending_to_receipts_by_units(
    database: Database, world: World
) -> None:
    ordered(database, world, "one", (40, 75), (60, 25))
    [line] = read(database, world)
    assert line.days == pytest.approx(45)
    assert (line.units, line.country, line.ship_method) == (100, "US", "sea")


def test_what_was_known_on_a_day_is_all_that_counts(database: Database, world: World) -> None:
    ordered(database, world, "one", (40, 75), (60, 25))
    [line] = read(database, world, as_of=TODAY + timedelta(days=50))
    assert (line.days, line.units) == (40, 75)
    [waiting] = read(database, world, as_of=TODAY + timedelta(days=30))
    assert (waiting.come, waiting.days, waiting.units) == (False, 30, 100)


def test_a_receipt_taken_back_and_a_small_part_are_still_awaited(
    database: Database, world: World
) -> None:
    [receipt] = ordered(database, world, "back", (40, 100))
    ordered(database, world, "part", (40, 30))
    with database.writing() as tx:
        undo_receipt(tx, SYSTEM, receipt, key="undo", now=NOW + timedelta(days=41), reason="x")
    assert {(line.come, line.units) for line in read(database, world)} == {
        (False, 100),
        (False, 70),
    }


def test_an_order_that_ended_is_awaited_no_more_from_the_next_day(
    database: Database, world: World
) -> None:
    order_id = ordered_only(database, world, "one")
    ended = NOW + timedelta(days=40)
    ordered(database, world, "part", (40, 30))
    with database.writing() as tx:
        cancel_purchase_orders(tx, SYSTEM, [order_id, order_id + 1], reason="x", now=ended)
    on = TODAY + timedelta(days=40)
    assert [line.come for line in read(database, world, as_of=on)] == [False]
    assert read(database, world, as_of=on + timedelta(days=1)) == []


def test_only_the_latest_orders_of_a_way_are_read(database: Database, world: World) -> None:
    for number in range(LATEST_ORDERS + 2):
        ordered(database, world, f"po{number}", (30 + number, 100))
    days = sorted(line.days for line in read(database, world))
    assert days == list(range(32, 32 + LATEST_ORDERS))
