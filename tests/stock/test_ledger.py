"""Posting: once, exactly, never below zero, in a way that the database itself guards."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.stock.ledger import post, reverse
from inventory_core.stock.postings import Line, NewOperation, request_hash
from inventory_core.vocabulary import OperationKind, PersonId, Role
from tests.stock.scene import CUSTOMER, IN_TRANSIT, NOON, SUPPLIER, Scene, make_scene


def test_a_receipt_raises_level_bin_layer_and_pool(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    posted = scene.receive(sku, warehouse, 10, "25.50", key="r1")
    assert posted.values == (Decimal("25.50"),)
    assert not posted.replayed
    assert scene.level(sku, warehouse) == (10, 0, 0)
    assert scene.rows("SELECT quantity FROM bin_stock") == [(10,)]
    assert scene.rows("SELECT quantity, value FROM cost_pool_total") == [(10, Decimal("25.5"))]
    assert scene.layers(sku) == [(10, "25.500000")]
    assert scene.rows("SELECT in_stock, occurred_at FROM availability_edge") == [(True, NOON)]
    assert scene.rows("SELECT topic, coalescing_key, generation FROM outbox") == [
        ("stock_level", f"sku:{sku}", 1)
    ]


def test_the_same_key_and_request_answers_as_the_first_time(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    first = scene.receive(sku, warehouse, 10, "25.50", key="r1")
    second = scene.receive(sku, warehouse, 10, "25.5000", key="r1")
    assert second.replayed
    assert (second.operation_id, second.values) == (first.operation_id, first.values)
    assert scene.level(sku, warehouse) == (10, 0, 0)


def test_the_same_key_with_another_request_is_a_conflict(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "25.50", key="r1")
    with pytest.raises(Conflict, match="key_reused"):
        scene.receive(sku, warehouse, 11, "25.50", key="r1")
    assert scene.level(sku, warehouse) == (10, 0, 0)


def test_fields_cannot_flow_into_each_other_in_a_request_hash() -> None:
    assert request_hash(["ab", "c"]) != request_hash(["a", "bc"])
    assert request_hash([["a"], "b"]) != request_hash(["a", ["b"]])
    assert request_hash([None]) != request_hash(["None"])
    assert request_hash([1]) != request_hash(["1"])
    assert request_hash([OperationKind.COUNT]) == request_hash(["count"])
    assert request_hash(Decimal("1.50")) == request_hash(Decimal("1.5"))


def test_trap_04_stock_below_zero_is_refused_and_nothing_changes(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 3, "3", key="r1")
    with pytest.raises(Refused) as refusal:
        scene.issue(sku, warehouse, 4, key="s1")
    assert refusal.value.code == "not_enough_stock"
    assert refusal.value.params["missing"] == 1
    assert scene.level(sku, warehouse) == (3, 0, 0)
    assert scene.rows("SELECT count(*) FROM operation") == [(1,)]


def test_a_batch_is_played_in_order(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    into = NewOperation(
        "in", OperationKind.RECEIPT, NOON, (Line(sku, SUPPLIER, warehouse, 5, value=Decimal(10)),)
    )
    out = NewOperation("out", OperationKind.SHIPMENT, NOON, (Line(sku, warehouse, CUSTOMER, 5),))
    with scene.database.writing() as tx, pytest.raises(Refused):
        post(tx, SYSTEM, [out, into])
    with scene.database.writing() as tx:
        answers = post(tx, SYSTEM, [into, out])
    assert [answer.values for answer in answers] == [(Decimal(10),), (Decimal(10),)]
    assert scene.layers(sku) == []
    assert scene.rows("SELECT in_stock FROM availability_edge ORDER BY id") == [(True,), (False,)]


def test_moving_average_and_fifo_are_both_kept(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "10", key="r1")
    scene.receive(sku, warehouse, 10, "30", key="r2")
    assert scene.issue(sku, warehouse, 10, key="s1").values == (Decimal(20),)
    assert scene.layers(sku) == [(10, "30.000000")]
    assert scene.rows("SELECT quantity, value FROM cost_pool_total") == [(10, Decimal(20))]


def test_fifo_values_an_issue_by_its_layers(database: Database) -> None:
    scene = make_scene(database, cost_method="fifo")
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "10", key="r1")
    scene.receive(sku, warehouse, 10, "30", key="r2")
    assert scene.issue(sku, warehouse, 15, key="s1").values == (Decimal(25),)
    assert scene.rows("SELECT average_value FROM movement ORDER BY id DESC LIMIT 1") == [
        (Decimal(30),)
    ]


def test_the_last_unit_takes_the_remainder(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 3, "10", key="r1")
    values = [scene.issue(sku, warehouse, 1, key=f"s{n}").values[0] for n in range(3)]
    assert sum(values) == Decimal(10)
    assert scene.rows("SELECT quantity, value FROM cost_pool_total") == [(0, Decimal(0))]


def test_trap_14_a_transfer_keeps_its_cost_layers_and_their_age(scene: Scene) -> None:
    sku, (here, there) = scene.skus[0], scene.warehouses
    scene.receive(sku, here, 10, "10", key="r1")
    scene.receive(sku, here, 10, "30", key="r2")
    out = scene.post("t1", OperationKind.TRANSFER_OUT, [Line(sku, here, IN_TRANSIT, 15)])
    arrival = Line(sku, IN_TRANSIT, there, 15, from_operation_id=out.operation_id)
    scene.post("t2", OperationKind.TRANSFER_IN, [arrival])
    rows = scene.rows(
        "SELECT quantity_left, value_left, origin_layer_id IS NOT NULL FROM cost_layer"
        " WHERE cost_pool_id = 102 ORDER BY received_at, id"
    )
    assert rows == [(10, Decimal(10), True), (5, Decimal(15), True)]
    totals = scene.rows("SELECT cost_pool_id, quantity, value FROM cost_pool_total ORDER BY 1")
    assert totals == [(1, 0, Decimal(0)), (101, 5, Decimal(10)), (102, 15, Decimal(30))]


def test_a_move_inside_one_cost_pool_leaves_cost_alone(database: Database) -> None:
    scene = make_scene(database, shared_pool=True)
    sku, (here, there) = scene.skus[0], scene.warehouses
    scene.receive(sku, here, 4, "8", key="r1")
    moved = scene.post("m1", OperationKind.MOVE, [Line(sku, here, there, 3)])
    assert moved.values == (Decimal(6),)
    assert scene.rows("SELECT quantity, value FROM cost_pool_total") == [(4, Decimal(8))]
    assert (scene.level(sku, here), scene.level(sku, there)) == ((1, 0, 0), (3, 0, 0))


def test_trap_01_goods_in_any_other_condition_are_on_hand_but_held(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "10", key="r1")
    line = Line(sku, warehouse, warehouse, 4, to_condition="quarantine")
    scene.post("h1", OperationKind.HOLD, [line])
    assert scene.level(sku, warehouse) == (10, 0, 4)
    with pytest.raises(Refused, match="not_enough_stock"):
        scene.issue(sku, warehouse, 7, key="s1")


def test_found_goods_are_valued_at_the_best_known_cost(scene: Scene) -> None:
    sku, (here, there) = scene.skus[0], scene.warehouses
    found = Line(sku, 6, there, 2)
    with pytest.raises(Refused, match="cost_unknown"):
        scene.post("c0", OperationKind.COUNT, [found])
    scene.receive(sku, here, 10, "40", key="r1")
    assert scene.post("c1", OperationKind.COUNT, [found]).values == (Decimal(8),)


def test_a_receipt_can_be_reversed_once_and_takes_back_its_own_layer(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "10", key="r1")
    second = scene.receive(sku, warehouse, 10, "30", key="r2")
    undo = {"occurred_at": NOON, "reason": "typed twice"}
    scene.database.write(lambda tx: reverse(tx, SYSTEM, second.operation_id, key="u1", **undo))
    assert scene.layers(sku) == [(10, "10.000000")]
    assert scene.rows("SELECT quantity, value FROM cost_pool_total") == [(10, Decimal(10))]
    with pytest.raises(Conflict, match="already_reversed"):
        scene.database.write(lambda tx: reverse(tx, SYSTEM, second.operation_id, key="u2", **undo))


def test_a_receipt_whose_goods_were_sold_cannot_be_reversed(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    first = scene.receive(sku, warehouse, 10, "10", key="r1")
    scene.receive(sku, warehouse, 10, "30", key="r2")
    scene.issue(sku, warehouse, 1, key="s1")
    with pytest.raises(Refused, match="cost_already_used"):
        scene.database.write(
            lambda tx: reverse(
                tx, SYSTEM, first.operation_id, key="u1", occurred_at=NOON, reason=""
            )
        )
    assert scene.level(sku, warehouse) == (19, 0, 0)


def test_trap_13_a_closed_month_refuses_new_postings(scene: Scene) -> None:
    scene.run(
        "INSERT INTO closed_period (month_on, person_id, row_count, content_hash)"
        " VALUES ('2026-03-01', 0, 0, '')"
    )
    with pytest.raises(Refused, match="period_closed"):
        scene.receive(scene.skus[0], scene.warehouses[0], 1, "1", key="r1")


def test_trap_50_a_serial_that_is_elsewhere_is_an_alarm(scene: Scene) -> None:
    sku, (here, there) = scene.skus[0], scene.warehouses
    scene.run(
        f"INSERT INTO serial (id, sku_id, code, location_id) VALUES (7, {sku}, 'X', {SUPPLIER})"
    )
    line = Line(sku, SUPPLIER, here, 1, serial_id=7, value=Decimal(5))
    scene.post("r1", OperationKind.RECEIPT, [line])
    with pytest.raises(Refused, match="serial_elsewhere"):
        scene.post(
            "r2",
            OperationKind.RECEIPT,
            [Line(sku, SUPPLIER, there, 1, serial_id=7, value=Decimal(5))],
        )


def test_an_actor_without_the_right_or_the_warehouse_posts_nothing(scene: Scene) -> None:
    reader = Actor(PersonId(0), "R", frozenset({Role.READER}))
    elsewhere = Actor(
        PersonId(0), "W", frozenset({Role.WAREHOUSE}), frozenset({scene.warehouses[1]})
    )
    line = Line(scene.skus[0], SUPPLIER, scene.warehouses[0], 1, value=Decimal(1))
    operation = NewOperation("r1", OperationKind.RECEIPT, NOON, (line,))
    for actor in (reader, elsewhere):
        with scene.database.writing() as tx, pytest.raises(Forbidden):
            post(tx, actor, [operation])


@pytest.mark.parametrize(
    "quantity", [0, -1, True, 1.5, float("nan"), "3", 2**63, Decimal("1.0"), None]
)
def test_a_quantity_that_is_not_a_positive_integer_is_refused(
    scene: Scene, quantity: object
) -> None:
    line = Line(scene.skus[0], SUPPLIER, scene.warehouses[0], quantity, value=Decimal(1))  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        scene.post("r1", OperationKind.RECEIPT, [line])


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1"])
def test_a_value_that_is_no_amount_is_refused(scene: Scene, value: str) -> None:
    with pytest.raises(Invalid, match="value_negative"):
        scene.receive(scene.skus[0], scene.warehouses[0], 1, value, key="r1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE movement SET quantity = 1",
        "DELETE FROM movement",
        "TRUNCATE movement",
        "UPDATE operation SET kind = 'count'",
        "DELETE FROM cost_use",
        "UPDATE stock_level SET reserved = on_hand + 1",
        "UPDATE stock_level SET on_hand = -1",
        "UPDATE cost_layer SET quantity_left = quantity + 1",
        "INSERT INTO movement (operation_id, line_no, occurred_at, sku_id, from_location_id,"
        " to_location_id, quantity, value, average_value)"
        " SELECT operation_id, 9, occurred_at, sku_id, 2, 2, 1, 0, 0 FROM movement",
    ],
)
def test_the_database_itself_refuses_what_breaks_the_book(scene: Scene, statement: str) -> None:
    scene.receive(scene.skus[0], scene.warehouses[0], 10, "10", key="r1")
    scene.issue(scene.skus[0], scene.warehouses[0], 1, key="s1")
    with pytest.raises(DBAPIError), scene.database.writing() as tx:
        tx.execute(text(statement))
