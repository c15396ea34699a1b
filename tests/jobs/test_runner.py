"""The runner: one at a time, what was asked is done, what died is said."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from inventory_core.db.engine import Database
from inventory_core.db.leases import Lease
from inventory_core.errors import Conflict, Forbidden, Invalid
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.job_runs import (
    JobName,
    JobRequest,
    RunState,
    job_runs,
    latest_runs,
    mark_lost_runs,
    request_job,
    start_run,
    take_request,
    waiting_requests,
)
from inventory_core.vocabulary import PersonId, Role
from jobs.execution import held_run, run_recorded
from jobs.own_process import in_a_process_of_its_own
from jobs.runner import LEASE_NAME, Served, serve_next
from jobs.schedule import Entry, Timetable, next_time
from jobs.tasks import Workplace
from tests.planning.seller import NOW, YESTERDAY, make_seller

READER = Actor(PersonId(0), "reader", frozenset({Role.READER}))


def served(database: Database) -> Served:
    return Served("one", database, Lease(database, LEASE_NAME))


def here(company: Served, job: JobName, request: JobRequest | None) -> str | None:
    """Runs a job inside the test's own process."""
    place = Workplace(company.database, SYSTEM, NOW, slug=company.slug)
    run_recorded(place, job, request_id=request.id if request else None)
    return None


def asked(database: Database, key: str = "k", job: str = "plan") -> JobRequest:
    return database.write(lambda tx: request_job(tx, SYSTEM, job, key=key))


def runs(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as conn:
        return [(run.job, run.state.value, run.problem) for run in job_runs(conn)]


def test_what_was_asked_is_run_once_and_recorded(database: Database) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [10] * 60, last_on=YESTERDAY)
    company = served(database)
    assert asked(database).id == asked(database).id
    assert serve_next(company, here)
    assert not serve_next(company, here)
    with database.reading() as conn:
        [run] = job_runs(conn)
        assert waiting_requests(conn) == []
    assert (run.state, run.asked_by, run.progress["share"]) == (RunState.DONE, "Yiben", 1.0)
    assert run.result["suggested"] == 1
    company.close()


def test_whoever_asked_waits_until_the_run_begins_not_until_it_is_taken(
    database: Database,
) -> None:
    request = asked(database)
    database.write(take_request)
    with database.reading() as conn:
        assert [one.id for one in waiting_requests(conn)] == [request.id]
    database.write(lambda tx: start_run(tx, request.job, request_id=request.id))
    with database.reading() as conn:
        assert waiting_requests(conn) == []


def test_a_refused_job_says_why(database: Database) -> None:
    make_seller(database)
    company = served(database)
    asked(database)
    serve_next(company, here)
    assert runs(database) == [("plan", "failed", "no_history_to_plan_from")]
    company.close()


def test_a_job_that_breaks_leaves_a_number_that_finds_the_log_line(database: Database) -> None:
    company = served(database)
    # Without a company row the KPI snapshot cannot know a currency; here the task itself breaks.
    place = Workplace(database, SYSTEM, datetime(2026, 3, 2, tzinfo=UTC), slug="one")
    settings = {"as_of": "no day"}
    assert run_recorded(place, JobName.PLAN, settings=settings) is RunState.FAILED
    with database.reading() as conn:
        [run] = job_runs(conn)
    assert run.problem == "job_failed"
    assert len(run.result["params"]["number"]) == 8
    company.close()


def test_trap_54_only_one_runner_serves_a_company(database: Database) -> None:
    first, second = served(database), served(database)
    asked(database)
    assert first.serving()
    assert not second.serving()
    assert not serve_next(second, here)
    first.close()
    again = served(database)
    assert again.serving()
    again.close()
    second.lease.release()


def test_trap_54_a_request_is_taken_by_one_of_many(database: Database) -> None:
    asked(database)
    gate = Barrier(4)

    def take(_: int) -> JobRequest | None:
        gate.wait()
        return database.write(take_request)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, range(4)))
    assert sum(one is not None for one in taken) == 1


def test_a_run_whose_process_died_is_lost_at_the_next_start(database: Database) -> None:
    dead = database.write(lambda tx: start_run(tx, JobName.PLAN))
    with held_run(database, JobName.KPI_SNAPSHOT, None) as alive:
        company = served(database)
        assert company.serving()
        with database.reading() as conn:
            states = {run.id: (run.state, run.problem) for run in job_runs(conn)}
        assert states[dead] == (RunState.LOST, "job_lost")
        assert states[alive] == (RunState.RUNNING, "")
        company.close()


def test_a_process_that_ends_without_a_word_is_recorded_as_failed(database: Database) -> None:
    def dies(company: Served, job: JobName, request: JobRequest | None) -> str | None:
        number = request.id if request else None
        company.database.write(lambda tx: start_run(tx, job, request_id=number))
        return "job_died"

    company = served(database)
    asked(database)
    serve_next(company, dies)
    assert runs(database) == [("plan", "failed", "job_died")]
    company.close()


def test_a_request_whose_process_never_began_is_not_waited_for(database: Database) -> None:
    company = served(database)
    asked(database)
    serve_next(company, lambda company, job, request: "job_died")
    assert runs(database) == [("plan", "failed", "job_died")]
    # The runner itself may die between taking a request and starting its process.
    asked(database, key="another", job="backup")
    database.write(take_request)
    company.close()
    successor = served(database)
    assert successor.serving()
    assert runs(database) == [("backup", "lost", "job_lost"), ("plan", "failed", "job_died")]
    assert successor.database.write(mark_lost_runs) == 0
    successor.close()


@pytest.mark.slow
def test_a_process_that_breaks_before_its_record_is_told_from_a_job_that_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nobody listens there: Python ends with its own 1, and nothing was written about it.
    monkeypatch.setenv("YIBEN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert in_a_process_of_its_own("one", JobName.PLAN, None) == "job_died"


def test_asking_needs_the_right_and_a_known_name(database: Database) -> None:
    with pytest.raises(Forbidden):
        database.write(lambda tx: request_job(tx, READER, "plan", key="a"))
    with pytest.raises(Invalid, match="unknown_job"):
        asked(database, job="dance")
    asked(database)
    with pytest.raises(Conflict, match="key_reused"):
        asked(database, job="backup")
    assert runs(database) == []


def test_what_people_ask_for_comes_before_the_timetable(database: Database) -> None:
    order: list[str] = []

    def notes(company: Served, job: JobName, request: JobRequest | None) -> str | None:
        order.append(job.value)
        return None

    company = served(database)
    company.due.append("kpi_snapshot")
    asked(database, job="backup")
    while serve_next(company, notes):
        pass
    assert order == ["backup", "kpi_snapshot"]
    company.close()


def test_the_latest_run_of_each_job_is_shown(database: Database) -> None:
    for job in (JobName.PLAN, JobName.BACKUP, JobName.PLAN):
        database.write(lambda tx, job=job: start_run(tx, job))
    database.write(mark_lost_runs)
    with database.reading() as conn:
        latest = latest_runs(conn)
    assert {name: run.id for name, run in latest.items()} == {"plan": 3, "backup": 2}


def test_the_timetable_follows_the_companys_clock() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    entry = Entry("one", "plan", (2, 0), "Asia/Shanghai")
    assert next_time(entry, now=now) == datetime(2026, 3, 2, 18, tzinfo=UTC)
    timetable = Timetable(lambda company, job: None)
    timetable.set_entries("one", [entry, Entry("one", "backup", (3, 0), "UTC")])
    assert set(timetable.next_times()) == {"one:plan", "one:backup"}
    timetable.set_entries("one", [entry])
    assert set(timetable.next_times()) == {"one:plan"}
    timetable.stop()


HOLDER = """
import sys, time
from sqlalchemy import URL
from inventory_core.db.engine import Database
from inventory_core.office.job_runs import JobName
from jobs.execution import held_run
name, password, host, database = sys.argv[1:]
url = URL.create("postgresql+psycopg", name, password, host, database=database)
with held_run(Database(url), JobName.PLAN, None) as run:
    print(run, flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
def test_a_run_killed_with_9_is_lost_and_the_next_runner_says_so(
    database: Database,
) -> None:
    url = database.url
    parts = [url.username, str(url.password), url.host, url.database]
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, *map(str, parts)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    run_id = int(holder.stdout.readline())
    assert database.write(mark_lost_runs) == 0
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    deadline = time.monotonic() + 20
    while not database.write(mark_lost_runs) and time.monotonic() < deadline:
        pass
    with database.reading() as conn:
        [run] = job_runs(conn)
    assert (run.id, run.state) == (run_id, RunState.LOST)
