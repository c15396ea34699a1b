"""An approved transfer suggestion becomes one planned transfer, and no unit is promised twice."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.db.engine import Database, Writing
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.desk.decisions import Choice, Decision, Fresh, approve_suggestions
from inventory_core.desk.undo import undo_decisions
from inventory_core.errors import Conflict, Forbidden, Refused, YibenError
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.release import Shown
from inventory_core.planning.suggestions import Proposal
from inventory_core.stock.balances import positions
from inventory_core.stock.ledger import Line, NewOperation, post
from inventory_core.trade.transfer_records import Transfer, read_transfer
from inventory_core.trade.transfers import ship_transfers
from inventory_core.vocabulary import (
    LocationKind,
    OperationKind,
    PersonId,
    Role,
    TransferState,
    WarehouseKind,
)
from tests.desk.deciding import a_proposal, propose, state_of
from tests.trade.world import NOW, World

SUPPLIER_PLACE = int(VIRTUAL_LOCATIONS[LocationKind.SUPPLIER])


def same(tx: Writing, shown: Sequence[Shown]) -> dict[int, Fresh | None]:
    return {
        one.id: Fresh(one.quantity, None, one.order_by_on, {}, one.ship_method) for one in shown
    }


def a_transfer(world: World, sku: str = "LAMP", **changes: Any) -> Proposal:
    facts = {
        "kind": "transfer",
        "quantity": 60,
        "supplier_id": None,
        "offer_id": None,
        "from_warehouse_id": world.hub,
        "unit_price": None,
        "currency": None,
        "amount_base": Decimal(90),
        "order_by_on": None,
        "trace": {"cost": {"known": True}},
    }
    return replace(a_proposal(world, sku), **{**facts, **changes})


def stock(database: Database, world: World, quantity: int, *skus: str) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    with database.writing() as tx:
        for sku in skus or ("LAMP",):
            line = Line(world.skus[sku], SUPPLIER_PLACE, world.hub, quantity, value=Decimal(99))
            post(tx, SYSTEM, [NewOperation(f"stock {sku}", OperationKind.OPENING, at, (line,))])


def propose_both(database: Database, world: World) -> list[int]:
    """60 lamps and 30 cables by the same way; the ids in this order."""
    ids = propose(database, world, a_transfer(world), a_transfer(world, "CABLE", quantity=30))
    return ids if world.skus["LAMP"] < world.skus["CABLE"] else ids[::-1]


def approve(database: Database, *choices: Choice, actor: Actor = SYSTEM) -> list[Decision]:
    return database.write(lambda tx: approve_suggestions(tx, actor, choices, replan=same, now=NOW))


def transfer_of(database: Database, decision: Decision) -> Transfer:
    assert decision.transfer_id is not None
    with database.reading() as conn:
        return read_transfer(conn, decision.transfer_id)


def test_a_transfer_changed_by_hand_takes_no_more_than_is_free_or_unknowingly_missing(
    database: Database,
    world: World,
) -> None:
    stock(database, world, 100)
    (lamp,) = propose(database, world, a_transfer(world))
    for quantity, despite, code in (
        (0, (), "quantity_not_positive"),
        (90, (), "limits_not_confirmed"),
        (120, ("missing",), "donor_short"),
    ):
        with pytest.raises(YibenError) as refused:
            approve(database, Choice(lamp, 1, "k", quantity=quantity, despite=despite))
        assert refused.value.code == code
    assert state_of(database, lamp) == "open"
    (decision,) = approve(database, Choice(lamp, 1, "k", quantity=90, despite=("missing",)))
    assert [line.quantity for line in transfer_of(database, decision).lines] == [90]


def test_duty_is_part_of_the_decision_and_no_freight_of_the_transfer(
    database: Database, world: World
) -> None:
    stock(database, world, 100)
    trace = {"cost": {"known": True, "unit_duty": "0.50"}}
    (lamp,) = propose(database, world, a_transfer(world, amount_base=Decimal(90), trace=trace))
    (decision,) = approve(database, Choice(lamp, 1, "k"))
    assert transfer_of(database, decision).freight == Decimal(60)


def test_ticked_transfers_of_one_way_become_one_transfer_with_the_numbers_seen(
    database: Database,
    world: World,
) -> None:
    stock(database, world, 100, "LAMP", "CABLE")
    ids = propose_both(database, world)
    told = approve(database, *(Choice(i, 1, f"k{i}") for i in ids))
    assert [one.purchase_order_id for one in told] == [None, None]
    assert len({one.number for one in told}) == 1
    made = transfer_of(database, told[0])
    assert made.state is TransferState.PLANNED
    assert made.key == f"approval:{min(one.approval_id for one in told)}"
    assert (made.from_code, made.to_code, made.ship_method) == ("SZ", "US", "sea")
    assert [(line.sku_code, line.quantity) for line in made.lines] == [("LAMP", 60), ("CABLE", 30)]
    assert (made.freight, made.freight_currency) == (Decimal(180), "CNY")
    assert made.expected_on == date(2026, 4, 2)
    assert state_of(database, ids[0]) == "approved"
    with database.reading() as conn:
        [here] = positions(conn, [world.skus["LAMP"]], [world.hub])
    assert here.planned_out == 60


def test_two_windows_clicking_twice_each_send_once(database: Database, world: World) -> None:
    stock(database, world, 100)
    (lamp,) = propose(database, world, a_transfer(world))
    together = Barrier(4)

    def click(key: str) -> Decision:
        together.wait()
        return approve(database, Choice(lamp, 1, key))[0]

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(click, ["left", "right", "left", "right"]))
    assert len({decision.transfer_id for decision in told}) == 1
    assert sorted(decision.replayed for decision in told) == [False, True, True, True]


@pytest.mark.parametrize("round_no", range(4))
def test_trap_47_two_transfers_at_once_never_take_the_same_units(
    database: Database, world: World, round_no: int
) -> None:
    stock(database, world, 100)
    with database.writing() as tx:
        uk = create_warehouses(
            tx,
            SYSTEM,
            [NewWarehouse("UK", "UK", WarehouseKind.THIRD_PARTY, "GB", "Europe/London")],
        )["UK"]
    ids = propose(database, world, a_transfer(world), a_transfer(world, warehouse_id=uk))
    together = Barrier(2)

    def click(suggestion_id: int) -> str:
        together.wait()
        try:
            approve(database, Choice(suggestion_id, 1, f"k{suggestion_id}"))
        except YibenError as error:
            return error.code
        return "sent"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(click, ids))
    assert told == ["donor_short", "sent"]
    with database.reading() as conn:
        [here] = positions(conn, [world.skus["LAMP"]], [world.hub])
    assert here.planned_out == 60


def test_goods_from_the_hub_and_from_another_site_may_be_open_at_once(
    database: Database, world: World
) -> None:
    with database.writing() as tx:
        uk = create_warehouses(
            tx,
            SYSTEM,
            [NewWarehouse("UK", "UK", WarehouseKind.THIRD_PARTY, "GB", "Europe/London")],
        )["UK"]
    ids = propose(
        database,
        world,
        a_proposal(world, "LAMP"),
        a_transfer(world),
        a_transfer(world, from_warehouse_id=uk),
    )
    assert len(set(ids)) == 3


def test_trap_46_a_transfer_whose_way_changed_is_refused(database: Database, world: World) -> None:
    stock(database, world, 100)
    (lamp,) = propose(database, world, a_transfer(world))

    def by_air(tx: Writing, shown: Sequence[Shown]) -> dict[int, Fresh | None]:
        return {one.id: Fresh(60, None, None, {}, "air") for one in shown}

    with pytest.raises(Conflict) as refused, database.writing() as tx:
        approve_suggestions(tx, SYSTEM, [Choice(lamp, 1, "k")], replan=by_air, now=NOW)
    assert refused.value.code == "suggestion_outdated"


def test_a_transfer_needs_the_right_to_move_goods_of_the_origin(
    database: Database, world: World
) -> None:
    stock(database, world, 100)
    (lamp,) = propose(database, world, a_transfer(world))
    only_us = Actor(PersonId(0), "buyer", frozenset({Role.BUYER}), frozenset({world.us}))
    with pytest.raises(Forbidden):
        approve(database, Choice(lamp, 1, "k"), actor=only_us)
    assert state_of(database, lamp) == "open"


def test_an_approved_transfer_is_undone_until_it_leaves(database: Database, world: World) -> None:
    stock(database, world, 100, "LAMP", "CABLE")
    ids = propose_both(database, world)
    told = approve(database, *(Choice(i, 1, f"k{i}") for i in ids))
    with database.writing() as tx:
        undo_decisions(tx, SYSTEM, [told[0].approval_id], key="undo", reason="not yet", now=NOW)
    assert state_of(database, ids[0]) == "open"
    assert transfer_of(database, told[0]).state is TransferState.CANCELLED
    (rest,) = approve(database, Choice(ids[1], 1, "again"))
    assert rest.replayed
    left = transfer_of(database, rest)
    assert (left.state, left.freight) == (TransferState.PLANNED, Decimal(60))
    assert [(line.sku_code, line.quantity) for line in left.lines] == [("CABLE", 30)]
    with database.writing() as tx:
        ship_transfers(tx, SYSTEM, [(left.id, "ship", NOW)])
    with pytest.raises(Refused) as refused, database.writing() as tx:
        undo_decisions(tx, SYSTEM, [told[1].approval_id], key="undo2", reason="too late", now=NOW)
    assert refused.value.code == "transfer_not_planned"
