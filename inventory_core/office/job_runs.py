"""Work in the background: who asked for it, how far it is, how it ended. Runs nothing itself.

Decides that a request is taken once, that a run has exactly one end, and that a run whose process
died is called lost. Times are the real clock, also in a simulated company.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Float,
    Row,
    Select,
    case,
    cast,
    exists,
    extract,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.mailbox import job_request, job_run
from inventory_core.db.schema.office import person
from inventory_core.errors import Conflict, Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit

MOST_RUNS_SHOWN = 200


class JobName(StrEnum):
    """Everything that runs in the background."""

    PLAN = "plan"
    KPI_SNAPSHOT = "kpi_snapshot"
    BACKUP = "backup"
    NOTEBOOK = "notebook"
    REPLAY = "replay"
    SCENARIO = "scenario"


# Hour and minute of the company's clock at which each job is due every night.
NIGHTLY: Mapping[JobName, tuple[int, int]] = {
    JobName.KPI_SNAPSHOT: (1, 30),
    JobName.PLAN: (2, 0),
    JobName.BACKUP: (3, 30),
}
# For how long a run of each job may take; its process is ended then.
MOST_MINUTES: Mapping[JobName, int] = {
    JobName.KPI_SNAPSHOT: 20,
    JobName.PLAN: 60,
    JobName.BACKUP: 60,
    JobName.NOTEBOOK: 30,
    JobName.REPLAY: 60,
    JobName.SCENARIO: 20,
}


class RunState(StrEnum):
    """Life of a run."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A wish for a run; `replayed` where the same key asked before."""

    id: int
    job: JobName
    settings: Mapping[str, Any]
    asked_at: datetime
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run as it is shown. `problem` is the code of what went wrong, with `result` its facts."""

    id: int
    job: str
    state: RunState
    progress: Mapping[str, Any]
    result: Mapping[str, Any]
    problem: str
    started_at: datetime
    finished_at: datetime | None
    seconds: float
    asked_by: str | None


def request_job(
    tx: Writing, actor: Actor, job: str, *, key: str, settings: Mapping[str, Any] | None = None
) -> JobRequest:
    """Ask for a run; the runner takes it within a second or two. The same key asks once."""
    require(actor, Permission.JOB_RUN)
    if job not in set(JobName):
        raise Invalid("unknown_job", field="job", value=job)
    facts = dict(settings or {})
    made = tx.rows(
        text(
            "INSERT INTO job_request (key, job, settings, person_id)"
            " VALUES (:key, :job, CAST(:settings AS jsonb), :person_id)"
            " ON CONFLICT (key) DO NOTHING RETURNING id, recorded_at"
        ).bindparams(key=key, job=str(job), settings=json.dumps(facts), person_id=actor.person_id)
    )
    if made:
        record_audit(tx, actor, "job_requested", ("job", job), facts)
        return JobRequest(made[0].id, JobName(job), facts, made[0].recorded_at)
    known = tx.execute(select(*_REQUEST).where(job_request.c.key == key)).one()
    if known.job != job or known.settings != facts:
        raise Conflict("key_reused", key=key)
    return JobRequest(known.id, JobName(job), facts, known.recorded_at, replayed=True)


def take_request(tx: Writing) -> JobRequest | None:
    """The oldest request that nobody took; it is taken with this transaction."""
    oldest = (
        select(job_request.c.id)
        .where(job_request.c.taken_at.is_(None))
        .order_by(job_request.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    rows = tx.execute(
        update(job_request)
        .where(job_request.c.id == oldest)
        .values(taken_at=func.now())
        .returning(*_REQUEST)
    ).all()
    return _request(rows[0]) if rows else None


def start_run(tx: Writing, job: JobName, *, request_id: int | None = None) -> int:
    """Record that a run begins; answers its id."""
    values = {"job": job.value, "request_id": request_id, "state": RunState.RUNNING.value}
    statement = insert(job_run).values(**values).returning(job_run.c.id)
    return int(tx.execute(statement).scalar_one())


def note_progress(tx: Writing, run_id: int, *, step: str, share: float) -> None:
    """Say how far a run is: the step it is in and the share of the whole that is done."""
    tx.execute(
        update(job_run)
        .where(job_run.c.id == run_id, job_run.c.state == RunState.RUNNING.value)
        .values(progress={"step": step, "share": round(min(1.0, max(0.0, share)), 3)})
    )


def finish_run(
    tx: Writing,
    run_id: int,
    state: RunState,
    *,
    result: Mapping[str, Any] | None = None,
    problem: str = "",
) -> bool:
    """Record how a run ended; False where its end was recorded before."""
    changed = tx.execute(
        update(job_run)
        .where(job_run.c.id == run_id, job_run.c.state == RunState.RUNNING.value)
        .values(
            state=state.value, result=dict(result or {}), problem=problem, finished_at=func.now()
        )
    )
    return bool(changed.rowcount)


def run_lease_name(run_id: int) -> str:
    """The lease that whoever runs a job holds as long as the run lives."""
    return f"job run {run_id}"


def mark_lost_runs(
    tx: Writing, *, state: RunState = RunState.LOST, problem: str = "job_lost"
) -> int:
    """End the runs that say running although nobody holds their lease; answers how many.

    A request that was taken and never became a run gets one, so that nobody waits for it.
    """
    never_begun = tx.execute(
        text(
            "INSERT INTO job_run (job, request_id, state, problem, finished_at)"
            " SELECT r.job, r.id, :state, :problem, now() FROM job_request r"
            " WHERE r.taken_at IS NOT NULL"
            " AND NOT EXISTS (SELECT FROM job_run n WHERE n.request_id = r.id)"
        ).bindparams(state=state.value, problem=problem)
    )
    changed = tx.execute(
        text(
            "UPDATE job_run SET state = :state, problem = :problem, finished_at = now()"
            " WHERE state = 'running' AND pg_try_advisory_xact_lock("
            " hashtextextended('job run ' || id, 0))"
        ).bindparams(state=state.value, problem=problem)
    )
    return int(changed.rowcount) + int(never_begun.rowcount)


def job_runs(conn: Reading, *, job: str | None = None, limit: int = 50) -> list[JobRun]:
    """The latest runs, newest first."""
    statement = select_job_runs().limit(min(limit, MOST_RUNS_SHOWN))
    if job is not None:
        statement = statement.where(job_run.c.job == job)
    return [_run(row) for row in conn.rows(statement)]


def waiting_requests(conn: Reading) -> list[JobRequest]:
    """Requests whose run has not begun, oldest first: until then whoever asked still waits, also
    while the process of one that is taken starts.
    """
    begun = exists().where(job_run.c.request_id == job_request.c.id)
    statement = select(*_REQUEST).where(~begun).order_by(job_request.c.id)
    return [_request(row) for row in conn.rows(statement)]


def latest_runs(conn: Reading) -> dict[str, JobRun]:
    """The newest run of each job, in the order of the night."""
    newest = select(func.max(job_run.c.id)).group_by(job_run.c.job)
    rows = conn.rows(select_job_runs().where(job_run.c.id.in_(newest)))
    found = {row.job: _run(row) for row in rows}
    return {job.value: found[job.value] for job in NIGHTLY if job.value in found}


def select_job_runs() -> Select[Any]:
    """The named SELECT of the list of runs."""
    until = case(
        (job_run.c.finished_at.is_(None), literal_column("clock_timestamp()")),
        else_=job_run.c.finished_at,
    )
    return (
        select(
            job_run.c.id,
            job_run.c.job,
            job_run.c.state,
            job_run.c.progress,
            job_run.c.result,
            job_run.c.problem,
            job_run.c.started_at,
            job_run.c.finished_at,
            cast(extract("epoch", until - job_run.c.started_at), Float).label("seconds"),
            person.c.name.label("asked_by"),
        )
        .outerjoin(job_request, job_request.c.id == job_run.c.request_id)
        .outerjoin(person, person.c.id == job_request.c.person_id)
        .order_by(job_run.c.id.desc())
    )


_REQUEST = (
    job_request.c.id,
    job_request.c.job,
    job_request.c.settings,
    job_request.c.recorded_at,
)


def _request(row: Row[Any]) -> JobRequest:
    return JobRequest(row.id, JobName(row.job), row.settings, row.recorded_at)


def _run(row: Row[Any]) -> JobRun:
    return JobRun(**dict(row._mapping) | {"state": RunState(row.state)})
