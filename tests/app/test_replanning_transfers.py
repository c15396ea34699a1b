"""A transfer from plan to click: planned once, kept by the next plan, freed by the undo."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.screens.replenish_acts import approve_now
from app.undoing import undo_now
from forecasting.replenish import plan_from_run
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.db.engine import Database
from inventory_core.desk.decisions import Choice
from inventory_core.errors import Conflict
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.counted_on import counted_on
from inventory_core.planning.published import current_run
from inventory_core.planning.release import shown_suggestions
from inventory_core.planning.worklist import waiting_suggestions
from inventory_core.stock.balances import inbound, positions
from inventory_core.vocabulary import SuggestionKind, WarehouseKind
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]
LIST = """
    SELECT s.id, s.revision, r.quantity, s.from_warehouse_id FROM suggestion s
    JOIN suggestion_revision r ON r.suggestion_id = s.id AND r.revision = s.revision
    WHERE s.state = 'open' AND s.kind = 'transfer' ORDER BY s.id
"""

BUYS = """
    SELECT s.id, s.revision, r.quantity FROM suggestion s
    JOIN suggestion_revision r ON r.suggestion_id = s.id AND r.revision = s.revision
    WHERE s.state = 'open' AND s.kind = 'buy' ORDER BY s.id
"""


def _planned(database: Database, *, ended_days_ago: int = 1) -> tuple[Seller, int]:
    seller = make_seller(database, ("LAMP",))
    with database.writing() as tx:
        new = NewWarehouse("HUB", "Hub", WarehouseKind.OWN, "CN", "Asia/Shanghai")
        hub = int(create_warehouses(tx, SYSTEM, [new])["HUB"])
    seller.sold("LAMP", [4, 6, 5, 7, 3, 8, 6] * 20, last_on=TODAY - timedelta(days=ended_days_ago))
    seller.stock("LAMP", 40)
    seller.stock("LAMP", 60, warehouse=hub)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    return seller, hub


def test_a_transfer_is_planned_once_by_a_click_and_freed_by_the_undo(database: Database) -> None:
    seller, hub = _planned(database)
    [(transfer, revision, quantity, origin)] = seller.rows(LIST)
    assert (quantity, origin) == (60, hub)
    bought = "SELECT r.quantity FROM suggestion s JOIN suggestion_revision r"
    bought += " ON r.suggestion_id = s.id AND r.revision = s.revision"
    bought += " WHERE s.state = 'open' AND s.kind = 'buy'"
    before = seller.rows(bought)
    with database.reading() as conn:
        [listed] = conn.rows(waiting_suggestions(kind=SuggestionKind.TRANSFER))
        trace = shown_suggestions(conn, [transfer])[transfer].trace
        others = conn.rows(waiting_suggestions(kind=SuggestionKind.BUY))
    # What the list says is what the reasons add up to; a purchase has no such figure.
    assert listed.net_base == Decimal(trace["net"])
    assert all(one.net_base is None for one in others)
    told = database.write(
        lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(transfer, revision, "click")])
    )
    assert not isinstance(told, Conflict)
    assert told[0].number.startswith("TR-")
    assert seller.rows(LIST) == []
    assert seller.rows(bought) == before
    again = run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert (again.opened, again.revised, again.withdrawn) == (0, 0, 0)
    with database.reading() as conn:
        [there] = positions(conn, [seller.skus["LAMP"]], [hub])
    assert (there.available, there.planned_out) == (60, 60)
    approval = told[0].approval_id
    database.write(lambda tx: undo_now(tx, SYSTEM, NOW, [approval], key="undo", reason=""))
    # In the act itself; and the next plan has nothing to add.
    assert [row[2:] for row in seller.rows(LIST)] == [(60, hub)]
    assert seller.rows(bought) == before
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert [row[2:] for row in seller.rows(LIST)] == [(60, hub)]
    assert seller.rows(bought) == before


def test_goods_that_left_the_hub_meanwhile_are_not_promised(database: Database) -> None:
    seller, hub = _planned(database)
    [(transfer, revision, _, _)] = seller.rows(LIST)
    seller.run("UPDATE stock_level SET held = 50 WHERE warehouse_id = :hub", hub=hub)
    told = database.write(
        lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(transfer, revision, "click")])
    )
    assert isinstance(told, Conflict)
    assert [row[2:] for row in seller.rows(LIST)] == [(10, hub)]


def test_a_transfer_approved_from_an_old_plan_comes_in_the_days_of_that_plan(
    database: Database,
) -> None:
    seller, hub = _planned(database, ended_days_ago=100)
    [(transfer, revision, quantity, _)] = seller.rows(LIST)
    with database.reading() as conn:
        planned = shown_suggestions(conn, [transfer])[transfer]
    assert planned.arrives_on is not None
    assert planned.arrives_on < TODAY, "as long after the last day with sales as it takes"
    database.write(lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(transfer, revision, "click")]))
    again = run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert (again.stale, again.opened, again.revised, again.withdrawn) == (True, 0, 0, 0)
    with database.reading() as conn:
        run = current_run(conn)
        assert run is not None
        [pair] = plan_from_run(conn, run, as_of=run.plan_day).pairs
        [coming] = inbound(conn)
        [there] = positions(conn, [seller.skus["LAMP"]], [hub])
    [arrival] = pair.situation.inbound
    assert (arrival.on_day, arrival.quantity) == (planned.arrives_on, quantity)
    # Its papers live in our days.
    assert arrival.said_on == coming.expected_on == planned.arrival_of_order(TODAY)
    assert there.planned_out == quantity


def test_trap_48_a_purchase_said_yes_to_first_keeps_the_transfer_it_counted_on(
    database: Database,
) -> None:
    seller, _ = _planned(database)
    [(transfer, _, quantity, _)] = seller.rows(LIST)
    [(buy, numbers, units)] = seller.rows(BUYS)
    database.write(lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(buy, numbers, "buy")]))
    assert [row[::2] for row in seller.rows(LIST)] == [(transfer, quantity)]
    again = run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert (again.opened, again.withdrawn) == (0, 0)
    [(same, newest, left, _)] = seller.rows(LIST)
    assert (same, left) == (transfer, quantity)
    told = database.write(
        lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(transfer, newest, "send")])
    )
    assert not isinstance(told, Conflict)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert (seller.rows(LIST), seller.rows(BUYS)) == ([], [])
    with database.reading() as conn:
        coming = sorted(one.quantity for one in inbound(conn, [seller.skus["LAMP"]]))
    assert coming == sorted((units, quantity))
    # What was sent has been fulfilled, and after a review nobody is held to a word of then.
    with database.reading() as conn:
        kept = counted_on(conn, since=TODAY - timedelta(days=7))
        assert list(kept.values()) == [[]]
        assert counted_on(conn, since=TODAY) == {}
