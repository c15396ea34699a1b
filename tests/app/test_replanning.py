"""At the click a SKU is planned again; where the plan moved, the list shows the new numbers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.screens.replenish_acts import approve_now
from inventory_core.db.engine import Database
from inventory_core.db.schema.planning import suggestion
from inventory_core.desk.decisions import Choice
from inventory_core.errors import Conflict
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.release import Shown, shown_suggestions
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = pytest.mark.slow


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
