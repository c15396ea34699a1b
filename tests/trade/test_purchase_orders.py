"""Purchase orders: made once, sent, confirmed, changed, ended; what is on order is derived."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import func, select

from inventory_core.db.engine import Database
from inventory_core.db.schema.trade import purchase_order as order_table
from inventory_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.audit import list_audit
from inventory_core.trade.purchase_orders import (
    Confirmation,
    LineChange,
    NewPurchaseLine,
    NewPurchaseOrder,
    cancel_purchase_orders,
    change_lines,
    close_purchase_orders,
    confirm_purchase_orders,
    create_purchase_orders,
    purchase_order,
    purchase_orders,
    send_purchase_orders,
)
from inventory_core.trade.purchase_records import GROUPS, select_purchase_orders
from inventory_core.vocabulary import PersonId, PurchaseOrderState, Role
from tests.trade.world import NOW, TODAY, World

D = Decimal


def order_of(world: World, key: str = "po-1", quantity: int = 100) -> NewPurchaseOrder:
    lines = [
        NewPurchaseLine(1, world.skus["LAMP"], quantity, D("1.8"), world.offers["LAMP"]),
        NewPurchaseLine(2, world.skus["CABLE"], 50, D("2.00"), world.offers["CABLE"]),
    ]
    return NewPurchaseOrder(key, world.supplier, world.hub, "USD", TODAY, lines)


def test_an_order_is_made_once_and_answers_the_same(database: Database, world: World) -> None:
    with database.writing() as tx:
        [made] = create_purchase_orders(tx, SYSTEM, [order_of(world)], now=NOW)
    with database.writing() as tx:
        [again] = create_purchase_orders(tx, SYSTEM, [order_of(world)], now=NOW)
    assert not made.replayed
    assert again == replace(made, replayed=True)
    assert made.state is PurchaseOrderState.DRAFT
    assert made.number.startswith("PO-")
    assert made.total == D(280)
    assert made.expected_on is not None
    assert made.expected_on > TODAY  # reckoned from the offers
    with pytest.raises(Conflict, match="key_reused"), database.writing() as tx:
        create_purchase_orders(tx, SYSTEM, [order_of(world, quantity=101)], now=NOW)
    with database.reading() as conn:
        assert conn.scalar(select(func.count()).select_from(order_table)) == 1


def test_trap_45_the_same_key_at_the_same_moment_makes_one_order(
    database: Database, world: World
) -> None:
    together = Barrier(8)

    def press(_: int) -> tuple[int, bool]:
        together.wait()
        [made] = database.write(
            lambda tx: create_purchase_orders(tx, SYSTEM, [order_of(world)], now=NOW)
        )
        return made.id, made.replayed

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, range(8)))
    assert len({order_id for order_id, _ in answers}) == 1
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 7
    with database.reading() as conn:
        assert conn.scalar(select(func.count()).select_from(order_table)) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"lines": []}, Invalid),
        ({"key": ""}, Invalid),
        ({"key": "k" * 201}, Invalid),
        ({"currency": "ZZZ"}, Invalid),
        ({"ship_method": "carrier pigeon"}, Invalid),
        ({"expected_on": TODAY - timedelta(days=1)}, Invalid),
        ({"supplier_id": 999}, NotFound),
        ({"warehouse_id": 2}, NotFound),
        ({"lines": [NewPurchaseLine(1, 10**9, 1, D(1))]}, NotFound),
        ({"lines": [NewPurchaseLine(1, 1, 0, D(1))]}, Invalid),
        ({"lines": [NewPurchaseLine(1, 1, 1, D(-1))]}, Invalid),
        ({"lines": [NewPurchaseLine(1, 1, 1, D("NaN"))]}, Invalid),
        ({"lines": [NewPurchaseLine(1, 1, 1, D(1)), NewPurchaseLine(1, 1, 2, D(1))]}, Invalid),
    ],
)
def test_an_order_that_cannot_be_is_refused_and_nothing_is_left(
    database: Database, world: World, changes: dict[str, object], error: type[Exception]
) -> None:
    wrong = replace(order_of(world), **changes)  # type: ignore[arg-type]
    with pytest.raises(error), database.writing() as tx:
        create_purchase_orders(tx, SYSTEM, [order_of(world, "good"), wrong], now=NOW)
    with database.reading() as conn:
        assert conn.scalar(select(func.count()).select_from(order_table)) == 0


def test_an_order_goes_its_way_and_tells_the_audit(database: Database, world: World) -> None:
    with database.writing() as tx:
        [made] = create_purchase_orders(tx, SYSTEM, [order_of(world)], now=NOW)
        [sent] = send_purchase_orders(tx, SYSTEM, [made.id], now=NOW)
        assert sent.state is PurchaseOrderState.SENT
        assert send_purchase_orders(tx, SYSTEM, [made.id], now=NOW) == [sent]
        later = date(2026, 4, 20)
        lamp, cable = sent.lines
        told = [Confirmation(made.id, later, {cable.id: date(2026, 5, 1)})]
        [confirmed] = confirm_purchase_orders(tx, SYSTEM, told, now=NOW)
        assert confirmed.state is PurchaseOrderState.CONFIRMED
        assert [line.expected_on for line in confirmed.lines] == [later, date(2026, 5, 1)]
        moved = [Confirmation(made.id, date(2026, 4, 25))]
        [again] = confirm_purchase_orders(tx, SYSTEM, moved, now=NOW)
        assert again.expected_on == date(2026, 4, 25)
        with pytest.raises(Refused, match="nothing_received"):
            close_purchase_orders(tx, SYSTEM, [made.id], now=NOW)
        [ended] = cancel_purchase_orders(tx, SYSTEM, [made.id], reason="too dear", now=NOW)
        assert ended.state is PurchaseOrderState.CANCELLED
        assert [line.open for line in ended.lines] == [0, 0]
        with pytest.raises(Refused, match="order_ended"):
            send_purchase_orders(tx, SYSTEM, [made.id], now=NOW)
        acts = [entry.act for entry in list_audit(tx, subject=("purchase_order", made.id))]
    assert acts == [
        "purchase_order_cancelled",
        "purchase_order_confirmed",
        "purchase_order_confirmed",
        "purchase_order_sent",
        "purchase_order_created",
    ]
    assert lamp.open == 100


def test_lines_are_changed_by_version(database: Database, world: World) -> None:
    with database.writing() as tx:
        [made] = create_purchase_orders(tx, SYSTEM, [order_of(world)], now=NOW)
        changes = [
            LineChange(1, quantity=120, unit_price=D("1.75")),
            LineChange(2, cancel=True),
            LineChange(3, quantity=5, unit_price=D(3), sku_id=world.skus["CREAM"]),
        ]
        after = change_lines(tx, SYSTEM, made.id, changes, version=made.version, now=NOW)
        assert [(line.quantity, line.open) for line in after.lines] == [(120, 120), (50, 0), (5, 5)]
        assert after.total == D("225")
        assert after.version == made.version + 1
    with pytest.raises(Conflict, match="version_changed"), database.writing() as tx:
        change_lines(tx, SYSTEM, made.id, changes, version=made.version, now=NOW)
    with pytest.raises(Invalid, match="new_line_incomplete"), database.writing() as tx:
        change_lines(tx, SYSTEM, made.id, [LineChange(9)], version=after.version, now=NOW)


def test_rights_and_warehouses_limit_who_orders(database: Database, world: World) -> None:
    worker = Actor(PersonId(0), "worker", frozenset({Role.WAREHOUSE}))
    abroad = Actor(PersonId(0), "buyer", frozenset({Role.BUYER}), frozenset({world.us}))
    for actor in (worker, abroad):
        with pytest.raises(Forbidden), database.writing() as tx:
            create_purchase_orders(tx, actor, [order_of(world)], now=NOW)


def test_three_hundred_orders_are_one_batch(database: Database, world: World) -> None:
    with database.writing() as tx:
        new = [order_of(world, f"po-{n}") for n in range(300)]
        made = create_purchase_orders(tx, SYSTEM, new, now=NOW)
        assert [order.key for order in made] == [order.key for order in new]
        assert len({order.number for order in made}) == 300
        send_purchase_orders(tx, SYSTEM, [order.id for order in made], now=NOW)
        assert purchase_order(tx, made[7].id).state is PurchaseOrderState.SENT
        assert len(purchase_orders(tx, [order.id for order in made])) == 300
        row = tx.rows(select_purchase_orders().limit(1))[0]
        assert (row.open, row.progress, row.total, row.open_value) == (150, "sent", 280, 280)
        late = TODAY + timedelta(days=100)
        counts = {
            group: len(tx.rows(select_purchase_orders(group, today=late))) for group in GROUPS
        }
        assert counts == {
            "open": 300, "draft": 0, "on_the_way": 300, "overdue": 300, "received": 0,
            "ended": 0, "all": 300,
        }  # fmt: skip
        assert tx.rows(select_purchase_orders(warehouse_id=world.us)) == []
        assert len(tx.rows(select_purchase_orders(supplier_id=world.supplier))) == 300
