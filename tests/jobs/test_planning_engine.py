"""Where a plan is forecast changes no number of it."""

from functools import partial
from pathlib import Path

import pytest

from forecasting import fanout, fanout_dask
from forecasting.fanout import LOCAL
from forecasting.own_models import checked_model, write_model
from inventory_core.db.engine import Database
from inventory_core.errors import Invalid, Unavailable
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import JobName, RunState, job_runs
from inventory_core.planning.own_models import register_own_model
from jobs.execution import run_recorded
from jobs.planning import run_planning
from jobs.tasks import Workplace
from tests.dask_cluster import two_workers
from tests.forecasting.test_own_models import GOOD
from tests.planning.seller import NOW, YESTERDAY, Seller, make_seller

NOBODY = "tcp://127.0.0.1:9"
SAID = (
    "SELECT s.code, f.champion, f.mean, f.quantiles, f.totals FROM forecast f"
    " JOIN sku s ON s.id = f.sku_id ORDER BY s.code",
    "SELECT s.code, r.quantity, r.order_by_on, r.days_late, r.amount_base, r.value_at_risk_base"
    " FROM suggestion_revision r JOIN suggestion g ON g.id = r.suggestion_id"
    " JOIN sku s ON s.id = g.sku_id ORDER BY s.code",
)


def seller_of(database: Database) -> Seller:
    made = make_seller(database)
    made.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
    made.sold("CABLE", [3, 0, 2, 0, 0, 4, 1] * 20, last_on=YESTERDAY)
    made.sold("CREAM", [0, 1, 2, 5, 2, 1, 0] * 20, last_on=YESTERDAY)
    made.stock("LAMP", 250)
    return made


def test_a_place_of_work_that_is_none_is_refused_and_nothing_is_planned(
    database: Database,
) -> None:
    seller = seller_of(database)
    with pytest.raises(Invalid, match="forecast_engine_unknown"):
        run_planning(database, SYSTEM, now=NOW, prophet_seconds=0, engine="threads")
    assert seller.rows("SELECT count(*) FROM forecast_run") == [(0,)]


@pytest.mark.slow
def test_two_workers_of_a_cluster_plan_what_one_process_plans(
    database: Database, second_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "SHARD_SERIES", 2)
    here, there = seller_of(database), seller_of(second_database)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0, engine=LOCAL)
    with two_workers() as cluster:
        run_planning(
            second_database, SYSTEM, now=NOW, prophet_seconds=0, engine=cluster.scheduler_address
        )
    for statement in SAID:
        found = here.rows(statement)
        assert len(found) >= 2
        assert there.rows(statement) == found
    # The same again, from wherever: known already, nothing changes.
    again = run_planning(second_database, SYSTEM, now=NOW, prophet_seconds=0, engine="processes")
    assert (again.reused, again.revised) == (True, 0)


@pytest.mark.slow
def test_a_cluster_that_is_gone_fails_the_job_and_leaves_no_plan(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "SHARD_SERIES", 2)
    monkeypatch.setattr(fanout_dask, "CONNECT_SECONDS", 1)
    seller = seller_of(database)
    with pytest.raises(Unavailable, match="forecast_cluster_unreachable"):
        run_planning(database, SYSTEM, now=NOW, prophet_seconds=0, engine=NOBODY)
    assert run_recorded(Workplace(database, SYSTEM, NOW, engine=NOBODY), JobName.PLAN) is (
        RunState.FAILED
    )
    with database.reading() as conn:
        assert job_runs(conn, limit=1)[0].problem == "forecast_cluster_unreachable"
    assert seller.rows("SELECT count(*) FROM forecast_run") == [(0,)]


@pytest.mark.slow
def test_code_of_an_analyst_stays_in_this_process(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "SHARD_SERIES", 2)
    seller_of(database)
    write_model(tmp_path, "mine.py", GOOD)
    new = checked_model(tmp_path, "mine.py", "LastWeeks", {"window": 4})
    database.write(partial(register_own_model, actor=SYSTEM, new=new, key="k", now=NOW))
    plan = partial(run_planning, database, SYSTEM, now=NOW, prophet_seconds=0, data_folder=tmp_path)
    # The cluster that nobody answers at is never asked.
    made = plan(engine=NOBODY)
    assert (made.kept_here, made.left_out) == (True, ())
    assert not plan(engine=LOCAL).kept_here
