"""At the click a SKU is planned again; where the plan moved, the list shows the new numbers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.screens.replenish_acts import approve_now
from inventory_core.db.engine import Database
from inventory_core.db.schema.planning import suggestion
from inventory_core.desk.decisions import Choice
from inventory_core.desk.requests import request_approval
from inventory_core.errors import Conflict
from inventory_core.office.actors import SYSTEM
from inventory_core.office.approvals import list_approvals
from inventory_core.planning.release import Shown, shown_suggestions
from inventory_core.vocabulary import ApprovalState, Role, SuggestionState
from jobs.planning import run_planning
from tests.people import joined
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]


def _planned(database: Database) -> Seller:
    seller = make_seller(database)
    for code in ("LAMP", "CABLE", "CREAM"):
        seller.sold(code, [4, 6, 5, 7, 3, 8, 6] * 20, last_on=TODAY - timedelta(days=1))
        seller.stock(code, 40)
    run_planning(database, SYSTEM, now=NOW)
    return seller


def _open(database: Database, sku_id: int) -> Shown:
    with database.reading() as conn:
        found = conn.scalar(
            select(suggestion.c.id).where(
                suggestion.c.sku_id == sku_id, suggestion.c.state == "open"
            )
        )
        return shown_suggestions(conn, [found])[found]


def test_moved_stock_brings_new_numbers_instead_of_an_order(database: Database) -> None:
    seller = _planned(database)
    seen = _open(database, seller.skus["LAMP"])
    seller.stock("LAMP", 150, key="more came")
    told = database.write(
        lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(seen.id, seen.revision, "first")])
    )
    assert isinstance(told, Conflict)
    assert told.code == "suggestion_outdated"
    now_seen = _open(database, seller.skus["LAMP"])
    assert (now_seen.id, now_seen.revision) == (seen.id, seen.revision + 1)
    assert now_seen.quantity < seen.quantity
    (decision,) = database.write(
        lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(seen.id, now_seen.revision, "second")])
    )
    assert decision.number.startswith("PO-")


def test_a_question_is_asked_anew_on_the_numbers_that_moved_in_the_name_of_who_asked(
    database: Database,
) -> None:
    seller = _planned(database)
    seen = _open(database, seller.skus["LAMP"])
    analyst = database.write(lambda tx: joined(tx, "Ana", [Role.ANALYST]))
    asked = Choice(seen.id, seen.revision, "asked")
    database.write(lambda tx: request_approval(tx, analyst, asked, now=NOW))
    seller.stock("LAMP", 150, key="more came")
    later = NOW + timedelta(minutes=5)
    told = database.write(
        lambda tx: approve_now(tx, SYSTEM, later, [Choice(seen.id, seen.revision, "yes")])
    )
    assert isinstance(told, Conflict)
    now_seen = _open(database, seller.skus["LAMP"])
    with database.reading() as conn:
        (waits,) = list_approvals(conn, ApprovalState.WAITING)
    assert (waits.asked_by, waits.subject.revision) == (analyst.name, now_seen.revision)
    assert waits.facts["quantity"] == now_seen.quantity < seen.quantity
    # Whoever answers sees that it is not what was asked at first, and since when.
    assert waits.facts["quantity_before"] == seen.quantity
    assert waits.facts["asked_at"] == NOW.isoformat()
    assert waits.facts["asked_anew_at"] == later.isoformat()
    yes = Choice(seen.id, now_seen.revision, "yes, on these")
    (decision,) = database.write(lambda tx: approve_now(tx, SYSTEM, NOW, [yes]))
    assert decision.approval_id == waits.id


def test_a_question_about_what_is_not_needed_any_more_is_closed(database: Database) -> None:
    seller = _planned(database)
    seen = _open(database, seller.skus["LAMP"])
    asked = Choice(seen.id, seen.revision, "asked")
    database.write(lambda tx: request_approval(tx, SYSTEM, asked, now=NOW))
    seller.stock("LAMP", 5_000, key="much more came")
    told = database.write(
        lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(seen.id, seen.revision, "yes")])
    )
    assert isinstance(told, Conflict)
    with database.reading() as conn:
        assert list_approvals(conn, ApprovalState.WAITING) == []
        assert shown_suggestions(conn, [seen.id])[seen.id].state is SuggestionState.WITHDRAWN


def test_an_approval_leaves_nothing_to_propose_for_what_was_ordered(database: Database) -> None:
    seller = _planned(database)
    seen = _open(database, seller.skus["CABLE"])
    database.write(lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(seen.id, seen.revision, "k")]))
    with database.reading() as conn:
        left = conn.rows(
            select(suggestion.c.id).where(
                suggestion.c.sku_id == seller.skus["CABLE"],
                suggestion.c.warehouse_id == seen.warehouse_id,
                suggestion.c.state == "open",
            )
        )
    assert left == []
