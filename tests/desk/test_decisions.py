"""An approval binds the numbers that were seen and becomes one order, exactly once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.decisions import Choice, Decision
from inventory_core.errors import Conflict, Refused
from inventory_core.trade.purchase_records import purchase_order as read_order
from inventory_core.vocabulary import PurchaseOrderState
from tests.desk.deciding import a_proposal, approve, counted, propose, state_of
from tests.trade.world import World


def test_an_approval_becomes_an_order_with_the_numbers_that_were_seen(
    database: Database, world: World
) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    (decision,) = approve(database, Choice(lamp, 1, "k1"))
    assert not decision.replayed
    assert decision.moved == {}
    with database.reading() as conn:
        order = read_order(conn, decision.purchase_order_id or 0)
    assert order.state is PurchaseOrderState.DRAFT
    assert order.key == f"approval:{decision.approval_id}"
    assert [(line.sku_code, line.quantity, line.unit_price) for line in order.lines] == [
        ("LAMP", 120, Decimal("1.8"))
    ]
    assert state_of(database, lamp) == "approved"


def test_an_order_by_an_old_plan_is_expected_as_long_after_today_as_it_was_planned(
    database: Database,
    world: World,
) -> None:
    planned = replace(
        a_proposal(world, "LAMP"), arrives_on=date(2025, 12, 31), trace={"as_of": "2025-12-01"}
    )
    (lamp,) = propose(database, world, planned)
    (decision,) = approve(database, Choice(lamp, 1, "k1"))
    with database.reading() as conn:
        order = read_order(conn, decision.purchase_order_id or 0)
    assert order.expected_on == order.ordered_on + timedelta(days=30)
    assert [line.expected_on for line in order.lines] == [order.expected_on]


def test_two_windows_clicking_twice_each_order_once_and_both_are_told(
    database: Database, world: World
) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    together = Barrier(4)

    def click(key: str) -> Decision:
        together.wait()
        return approve(database, Choice(lamp, 1, key))[0]

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(click, ["left", "right", "left", "right"]))
    assert len({decision.purchase_order_id for decision in told}) == 1
    assert sorted(decision.replayed for decision in told) == [False, True, True, True]
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 1, "approval": 1}


def test_ticked_suggestions_of_one_supplier_and_site_share_an_order(
    database: Database, world: World
) -> None:
    ids = propose(
        database,
        world,
        a_proposal(world, "LAMP"),
        a_proposal(world, "CABLE"),
        a_proposal(world, "CREAM", warehouse_id=world.hub),
    )
    told = approve(database, *(Choice(i, 1, f"k{i}") for i in ids))
    assert len({decision.number for decision in told}) == 2
    assert approve(database, *(Choice(i, 1, f"again{i}") for i in ids))[0].replayed


def test_approving_many_is_all_or_nothing(database: Database, world: World) -> None:
    lamp, cable = propose(database, world, a_proposal(world, "LAMP"), a_proposal(world, "CABLE"))
    with pytest.raises(Conflict):
        approve(database, Choice(lamp, 1, "a"), Choice(cable, 7, "b"))
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 0, "approval": 0}
    assert state_of(database, lamp) == "open"


def test_a_suggestion_without_supplier_cannot_be_ordered(database: Database, world: World) -> None:
    bare = a_proposal(
        world, "LAMP", state="needs_supplier", supplier_id=None, offer_id=None, unit_price=None
    )
    (lamp,) = propose(database, world, bare)
    with pytest.raises(Refused) as refused:
        approve(database, Choice(lamp, 1, "k"))
    assert refused.value.code == "suggestion_needs_supplier"
