"""Accepting orders: once, exactly what is there, recorded short where it is not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from inventory_core.errors import Conflict, Forbidden, Invalid
from inventory_core.office.actors import Actor
from inventory_core.trade.orders import accept_orders
from inventory_core.vocabulary import PersonId, Role
from tests.stock.scene import NOON, Scene
from tests.trade.orders_scene import accept, in_threads, order, reserved


def test_an_order_reserves_what_it_asks(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "10", key="r1")
    (answer,) = accept(scene, order(scene, "A", (0, 3)))
    assert reserved(answer) == [3]
    assert answer.lines[0].warehouse_ids == (warehouse,)
    assert not answer.stocked_out
    assert scene.level(sku, warehouse) == (10, 3, 0)
    assert scene.rows("SELECT state, quantity FROM reservation") == [("firm", 3)]
    assert scene.rows("SELECT to_state, quantity, occurred_at FROM reservation_event") == [
        ("firm", 3, NOON)
    ]
    assert scene.rows("SELECT generation FROM outbox") == [(2,)]


def test_an_order_beyond_stock_is_accepted_short_and_does_not_block_the_next(scene: Scene) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 10, "10", key="r1")
    too_big, fits = accept(scene, order(scene, "A", (0, 12)), order(scene, "B", (0, 3)))
    assert (reserved(too_big), too_big.lines[0].short) == ([0], 12)
    assert (reserved(fits), fits.stocked_out) == ([3], False)
    rows = scene.rows(
        "SELECT o.stocked_out, l.short_at_acceptance, l.backordered"
        " FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id ORDER BY o.id"
    )
    assert rows == [(True, 12, 12), (False, 0, 0)]


def test_the_same_sku_twice_in_one_order_is_summed(scene: Scene) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 10, "10", key="r1")
    (answer,) = accept(scene, order(scene, "A", (0, 6), (0, 4), (0, 1)))
    assert reserved(answer) == [6, 4, 0]
    assert scene.level(scene.skus[0], scene.warehouses[0]) == (10, 10, 0)


def test_the_pool_is_served_in_its_order_and_one_warehouse_is_preferred(scene: Scene) -> None:
    sku, (first, second) = scene.skus[0], scene.warehouses
    scene.receive(sku, first, 3, "3", key="r1")
    scene.receive(sku, second, 9, "9", key="r2")
    whole, small, split = accept(
        scene, order(scene, "A", (0, 5)), order(scene, "B", (0, 1)), order(scene, "C", (0, 6))
    )
    assert whole.lines[0].warehouse_ids == (second,)
    assert small.lines[0].warehouse_ids == (first,)
    assert split.lines[0].warehouse_ids == (first, second)
    assert (scene.level(sku, first), scene.level(sku, second)) == ((3, 3, 0), (9, 9, 0))
    assert scene.rows(
        "SELECT warehouse_id FROM availability_edge WHERE NOT in_stock ORDER BY 1"
    ) == [(first,), (second,)]


def test_the_same_order_again_gets_the_same_answer(scene: Scene) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 10, "10", key="r1")
    asked = [order(scene, "A", (0, 3), (1, 1)), order(scene, "B", (0, 3))]
    first = accept(scene, *asked)
    again = accept(scene, order(scene, "C", (0, 1)), *reversed(asked))
    assert [answer.replayed for answer in again] == [False, True, True]
    assert again[1:] == [replace(answer, replayed=True) for answer in reversed(first)]
    assert scene.level(scene.skus[0], scene.warehouses[0]) == (10, 7, 0)


def test_a_key_or_an_external_id_cannot_be_used_for_another_order(scene: Scene) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 10, "10", key="r1")
    first = order(scene, "A", (0, 3))
    accept(scene, first)
    with pytest.raises(Conflict, match="key_reused"):
        accept(scene, replace(first, country="US"))
    with pytest.raises(Conflict, match="order_known_by_other_key"):
        accept(scene, order(scene, "B", (0, 1)), replace(first, key="other"))
    assert scene.rows("SELECT count(*) FROM sales_order") == [(1,)]
    assert scene.level(scene.skus[0], scene.warehouses[0]) == (10, 3, 0)


def test_malformed_orders_are_refused_before_anything_is_written(scene: Scene) -> None:
    good = order(scene, "A", (0, 1))
    line = good.lines[0]
    for bad in (
        replace(good, key=""),
        replace(good, key="x" * 201),
        replace(good, currency="XXQ"),
        replace(good, lines=()),
        replace(good, lines=(line, line)),
        replace(good, account_id=999),
        replace(good, placed_at=NOON.replace(tzinfo=None)),
        *(
            replace(good, lines=(replace(line, **change),))
            for change in (
                {"sku_id": 999},
                {"quantity": 0},
                {"quantity": True},
                {"quantity": 2**63},
                {"unit_price": Decimal("NaN")},
                {"unit_price": Decimal(-1)},
                {"listing_id": 999},
            )
        ),
    ):
        with pytest.raises(Invalid):
            accept(scene, bad)
    assert scene.rows("SELECT count(*) FROM sales_order") == [(0,)]


def test_accepting_needs_the_right(scene: Scene) -> None:
    reader = Actor(PersonId(0), "R", frozenset({Role.READER}))
    with scene.database.writing() as tx, pytest.raises(Forbidden):
        accept_orders(tx, reader, [order(scene, "A", (0, 1))], now=NOON)


def test_many_threads_on_one_hot_sku_reserve_exactly_what_is_there(scene: Scene) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 40, "40", key="r1")
    answers = in_threads(
        scene, [[order(scene, f"{t}-{n}", (0, 1)) for n in range(15)] for t in range(8)]
    )
    assert sum(reserved(answer)[0] for answer in answers) == 40
    assert scene.level(scene.skus[0], scene.warehouses[0]) == (40, 40, 0)
    assert scene.rows("SELECT count(*) FROM sales_order WHERE stocked_out") == [(80,)]
