"""Killed at any moment, planning leaves the last good plan; the next run completes it."""

import json
from datetime import date
from multiprocessing import get_context

import pytest

from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from jobs.planning import run_planning
from tests.jobs.dying_plan import MOMENTS, die_planning
from tests.planning.seller import NOW, Seller, make_seller

YESTERDAY = date(2026, 3, 1)
BOOKS = (
    *("forecast_run", "forecast", "policy", "model_release"),
    *("suggestion", "suggestion_revision", "approval", "outbox"),
    *("plan_snapshot", "plan_snapshot_suggestion"),
    *("sku_class", "sku_class_move"),
)


def books(seller: Seller) -> dict[str, list[tuple]]:
    return {name: seller.rows(f"SELECT * FROM {name} ORDER BY 1, 2, 3") for name in BOOKS}


def killed_at(moment: str, database: Database) -> int | None:
    url = database.url
    names = ("username", "password", "host", "port", "database")
    address = json.dumps({name: getattr(url, name) for name in names})
    # Libraries are loaded once, by the server that every dying process is a copy of.
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.jobs.dying_plan"])
    child = context.Process(target=die_planning, args=(address, moment))
    child.start()
    child.join(120)
    return child.exitcode


@pytest.mark.slow
@pytest.mark.parametrize("moment", list(MOMENTS))
def test_killed_at_any_moment_the_last_plan_stands_and_a_rerun_completes(
    database: Database, moment: str
) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
    seller.stock("LAMP", 250)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    before = books(seller)
    seller.sold("CREAM", [5, 6, 4] * 30, last_on=YESTERDAY)
    assert killed_at(moment, database) == -9
    assert books(seller) == before
    done = run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert (done.series, done.crowned, done.opened) == (2, True, 1)
    assert seller.rows("SELECT id FROM forecast_run WHERE current") == [(done.run_id,)]
    after = books(seller)
    assert run_planning(database, SYSTEM, now=NOW, prophet_seconds=0).reused
    assert books(seller) == after
