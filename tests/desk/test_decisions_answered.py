"""Who may answer: asked for, refused, undone, and decided by two at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory_core.db.engine import Database
from inventory_core.db.schema.office import approval_act
from inventory_core.desk.decisions import Choice, reject_suggestion
from inventory_core.desk.requests import request_approval
from inventory_core.desk.undo import Undone, undo_decisions
from inventory_core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    YibenError,
)
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.release import shown_suggestions
from inventory_core.trade.purchase_records import purchase_order as read_order
from inventory_core.trade.purchase_steps import send_purchase_orders
from inventory_core.vocabulary import PurchaseOrderState
from tests.desk.deciding import ANALYST, READER, a_proposal, approve, counted, propose, state_of
from tests.trade.world import NOW, World


def test_only_those_with_the_right_approve(database: Database, world: World) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    for actor in (READER, ANALYST):
        with pytest.raises(Forbidden):
            approve(database, Choice(lamp, 1, "k"), actor=actor)
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 0, "approval": 0}


def test_who_may_not_approve_may_ask_and_the_answer_stands_under_the_same_approval(
    database: Database,
    world: World,
) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    asked = database.write(
        lambda tx: request_approval(tx, ANALYST, Choice(lamp, 1, "ask"), now=NOW)
    )
    (decision,) = approve(database, Choice(lamp, 1, "yes"))
    assert decision.approval_id == asked.id
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 1, "approval": 1}


def test_a_rejection_needs_a_reason_and_closes_the_suggestion(
    database: Database, world: World
) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))

    def reject(reason: str) -> object:
        return database.write(
            lambda tx: reject_suggestion(tx, SYSTEM, Choice(lamp, 1, "no"), reason=reason, now=NOW)
        )

    with pytest.raises(Invalid):
        reject("  ")
    assert state_of(database, lamp) == "open"
    reject("new model in May")
    assert state_of(database, lamp) == "rejected"
    with pytest.raises(Conflict):
        approve(database, Choice(lamp, 1, "k"))


def test_an_approval_can_be_undone_until_the_order_is_sent(
    database: Database, world: World
) -> None:
    lamp, cable = propose(database, world, a_proposal(world, "LAMP"), a_proposal(world, "CABLE"))
    decisions = approve(database, Choice(lamp, 1, "a"), Choice(cable, 1, "b"))
    order_id = decisions[0].purchase_order_id or 0

    def undo(approval_id: int, key: str) -> list[Undone]:
        return database.write(
            lambda tx: undo_decisions(
                tx, SYSTEM, [approval_id], key=key, reason="too early", now=NOW
            )
        )

    [taken] = undo(decisions[0].approval_id, "u1")
    assert (taken.number, taken.replayed) == (decisions[0].number, False)
    assert state_of(database, lamp) == "open"
    with database.reading() as conn:
        order = read_order(conn, order_id)
        assert [line.open for line in order.lines if line.suggestion_id == cable] == [120]
        assert [line.open for line in order.lines if line.suggestion_id == lamp] == [0]
        seen = shown_suggestions(conn, [lamp])[lamp]
    (again,) = approve(database, Choice(lamp, seen.revision, "c"))
    assert again.purchase_order_id != order_id
    with database.writing() as tx:
        send_purchase_orders(tx, SYSTEM, [order_id], now=NOW)
    with pytest.raises(Refused) as refused:
        undo(decisions[1].approval_id, "u2")
    assert refused.value.code == "order_already_sent"


def test_two_people_deciding_differently_at_once_leave_one_decision(
    database: Database, world: World
) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    together = Barrier(2)

    def yes() -> object:
        together.wait()
        return approve(database, Choice(lamp, 1, "yes"))

    def no() -> object:
        together.wait()
        return database.write(
            lambda tx: reject_suggestion(tx, SYSTEM, Choice(lamp, 1, "no"), reason="no", now=NOW)
        )

    def outcome(act: Any) -> str:
        try:
            act()
        except YibenError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(outcome, [yes, no]))
    assert answers.count("done") == 1
    with database.reading() as conn:
        assert counted(conn)["approval"] == 1
    assert state_of(database, lamp) in {"approved", "rejected"}


def test_several_approvals_are_undone_all_or_none_and_a_second_time_names_who_did(
    database: Database, world: World
) -> None:
    made = propose(database, world, a_proposal(world, "LAMP"), a_proposal(world, "CABLE"))
    decisions = approve(database, *(Choice(one, 1, f"k{one}") for one in made))
    ids = [one.approval_id for one in decisions]

    def undo(approval_ids: list[int], key: str, actor: Actor = SYSTEM) -> list[Undone]:
        return database.write(
            lambda tx: undo_decisions(tx, actor, approval_ids, key=key, reason="", now=NOW)
        )

    with pytest.raises(NotFound):
        undo([*ids, 999_999], "unknown")
    with pytest.raises(Forbidden):
        undo(ids, "no right", ANALYST)
    assert [state_of(database, one) for one in made] == ["approved", "approved"]
    first, second = undo(ids, "u"), undo(ids, "another window")
    assert [one.replayed for one in first] == [False, False]
    assert [(one.replayed, one.undone_by) for one in second] == [(True, SYSTEM.name)] * 2
    with database.reading() as conn:
        order = read_order(conn, decisions[0].purchase_order_id or 0)
    assert order.state is PurchaseOrderState.CANCELLED
    assert [state_of(database, one) for one in made] == ["open", "open"]


def test_two_windows_that_undo_at_once_take_back_once(database: Database, world: World) -> None:
    made = propose(database, world, a_proposal(world, "LAMP"), a_proposal(world, "CABLE"))
    decisions = approve(database, *(Choice(one, 1, f"k{one}") for one in made))
    ids = [one.approval_id for one in decisions]
    together = Barrier(2)

    def undo(key: str) -> list[bool]:
        together.wait()
        # Each names them in another order: locks are taken in one.
        order = ids if key == "one" else ids[::-1]
        undone = database.write(
            lambda tx: undo_decisions(tx, SYSTEM, order, key=key, reason="", now=NOW)
        )
        return [one.replayed for one in undone]

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(undo, ["one", "two"]))
    assert answers == [[False, False], [True, True]]
    with database.reading() as conn:
        acts = conn.scalar(
            select(func.count()).select_from(approval_act).where(approval_act.c.act == "undo")
        )
    assert acts == 2
