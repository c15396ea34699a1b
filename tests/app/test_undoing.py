"""After an undo the list rests on the stock without the undone order, and says what it holds."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from app.screens.replenish_acts import approve_now
from app.undoing import AfterUndo, undo_now
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.db.engine import Database
from inventory_core.db.schema.planning import suggestion
from inventory_core.desk.decisions import Choice, Decision
from inventory_core.desk.requests import request_approval
from inventory_core.errors import Conflict
from inventory_core.office.actors import SYSTEM
from inventory_core.office.approvals import list_approvals
from inventory_core.planning.release import Shown, open_suggestions
from inventory_core.vocabulary import ApprovalState, SuggestionKind, WarehouseKind
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]
PART = 20
DAYS = [4, 6, 5, 7, 3, 8, 6] * 20


def planned(database: Database, *skus: str) -> Seller:
    seller = make_seller(database, skus)
    for code in skus:
        seller.sold(code, DAYS, last_on=TODAY - timedelta(days=1))
        seller.stock(code, 40)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    return seller


def listed(database: Database, seller: Seller) -> list[Shown]:
    with database.reading() as conn:
        return list(open_suggestions(conn, sorted(seller.skus.values())).values())


def numbers(shown: Sequence[Shown]) -> list[tuple[object, ...]]:
    """What a person decides on, place by place."""
    return sorted(
        (one.kind.value, one.sku_id, one.warehouse_id, one.from_warehouse_id or 0, one.quantity)
        for one in shown
    )


def approve(database: Database, *shown: Shown, quantity: int | None = None) -> list[Decision]:
    choices = [Choice(one.id, one.revision, f"yes:{one.id}", quantity) for one in shown]
    told = database.write(lambda tx: approve_now(tx, SYSTEM, NOW, choices))
    assert not isinstance(told, Conflict)
    return told


def undo(database: Database, decisions: Sequence[Decision], key: str = "undo") -> AfterUndo:
    ids = [one.approval_id for one in decisions]
    return database.write(lambda tx: undo_now(tx, SYSTEM, NOW, ids, key=key, reason="changed"))


def test_trap_62_an_undo_leaves_nothing_planned_with_the_undone_order(database: Database) -> None:
    """A part was ordered, and the list asked for the rest on top of it; after the undo, for all."""
    seller = planned(database, "LAMP")
    before = listed(database, seller)
    [seen] = before
    [decision] = approve(database, seen, quantity=PART)
    on_top = listed(database, seller)
    assert [one.quantity < seen.quantity for one in on_top] == [True]
    assert on_top[0].trace["position"]["on_order"] == PART
    after = undo(database, [decision])
    [left] = listed(database, seller)
    assert numbers([left]) == numbers(before)
    assert left.trace["position"]["on_order"] == 0
    [found] = after.found
    assert found.same
    assert found.now is not None
    assert found.now.id == left.id
    again = run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert (again.opened, again.revised, again.withdrawn) == (0, 0, 0)


def test_an_undo_says_another_number_where_stock_has_moved(database: Database) -> None:
    seller = planned(database, "LAMP")
    [seen] = listed(database, seller)
    decisions = approve(database, seen)
    seller.stock("LAMP", 300, key="more came")
    after = undo(database, decisions)
    [found] = after.found
    assert found.now is not None
    assert not found.same
    assert 0 < found.now.quantity < seen.quantity
    assert found.undone.shown.trace["position"]["on_hand"] == 40
    assert found.now.trace["position"]["on_hand"] == 340


def test_an_undo_says_why_nothing_is_suggested_any_more(database: Database) -> None:
    seller = planned(database, "LAMP")
    [seen] = listed(database, seller)
    decisions = approve(database, seen)
    seller.stock("LAMP", 5_000, key="much more came")
    after = undo(database, decisions)
    assert listed(database, seller) == []
    [found] = after.found
    assert found.now is None
    assert found.stand is not None
    assert (found.stand.position, found.stand.wanting) == (5_040, False)


def test_an_undo_of_several_plans_all_of_them_again(database: Database) -> None:
    seller = planned(database, "LAMP", "CABLE")
    before = listed(database, seller)
    decisions = approve(database, *before)
    assert listed(database, seller) == []
    after = undo(database, decisions)
    assert [one.same for one in after.found] == [True, True]
    assert numbers(listed(database, seller)) == numbers(before)


def test_what_was_withdrawn_because_of_an_approval_comes_back(database: Database) -> None:
    seller = make_seller(database, ("LAMP",))
    with database.writing() as tx:
        new = NewWarehouse("HUB", "Hub", WarehouseKind.OWN, "CN", "Asia/Shanghai")
        hub = int(create_warehouses(tx, SYSTEM, [new])["HUB"])
    seller.sold("LAMP", DAYS, last_on=TODAY - timedelta(days=1))
    seller.stock("LAMP", 40)
    seller.stock("LAMP", 60, warehouse=hub)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    before = listed(database, seller)
    assert {one.kind for one in before} == {SuggestionKind.BUY, SuggestionKind.TRANSFER}
    [bought] = [one for one in before if one.kind is SuggestionKind.BUY]
    decisions = approve(database, bought)
    # Whatever the plan does with the transfer while the order stands: here it is withdrawn.
    seller.run(
        "UPDATE suggestion SET state = 'withdrawn', closed_at = now() WHERE kind = 'transfer'"
    )
    after = undo(database, decisions)
    assert numbers(listed(database, seller)) == numbers(before)
    assert [(one.kind, one.quantity) for one in after.opened] == [(SuggestionKind.TRANSFER, 60)]


def test_a_question_about_numbers_that_an_undo_moved_is_asked_anew(database: Database) -> None:
    seller = planned(database, "LAMP")
    [seen] = listed(database, seller)
    decisions = approve(database, seen, quantity=PART)
    [on_top] = listed(database, seller)
    asked = Choice(on_top.id, on_top.revision, "asked")
    database.write(lambda tx: request_approval(tx, SYSTEM, asked, now=NOW))
    undo(database, decisions)
    [left] = listed(database, seller)
    assert left.quantity > on_top.quantity
    with database.reading() as conn:
        [waits] = list_approvals(conn, ApprovalState.WAITING)
    assert (waits.subject.id, waits.subject.revision) == (left.id, left.revision)
    assert waits.facts["quantity"] == left.quantity
    assert waits.facts["quantity_before"] == on_top.quantity


def test_two_windows_that_undo_at_once_plan_once_and_the_second_is_told(
    database: Database,
) -> None:
    seller = planned(database, "LAMP", "CABLE")
    before = listed(database, seller)
    decisions = approve(database, *before)
    together = Barrier(2)

    def from_window(name: str) -> AfterUndo:
        together.wait()
        return undo(database, decisions if name == "one" else decisions[::-1], name)

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(from_window, ["one", "two"]))
    assert sorted(one.found[0].undone.replayed for one in told) == [False, True]
    assert numbers(listed(database, seller)) == numbers(before)
    with database.reading() as conn:
        made = conn.rows(select(suggestion.c.id).where(suggestion.c.state == "open"))
    assert len(made) == len(before)
