"""Runs of notebooks: asked for by a person or by the timetable, and what each was given and left.

Decides who may ask, that a notebook has one line in the timetable, and which executed copies are
kept. State, start and end of a run are those of its job (`job_runs`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.analysts import notebook_entry, notebook_run
from inventory_core.db.schema.mailbox import job_request, job_run
from inventory_core.db.schema.office import person
from inventory_core.errors import Invalid, NotFound
from inventory_core.office.actors import SYSTEM, Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.job_runs import JobName, JobRequest, RunState, request_job
from inventory_core.office.notebooks import NotebookFile, checked_parameters

COPIES_KEPT = 20
MOST_COPY_BYTES_KEPT = 500_000_000
MOST_RUNS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class NotebookEntry:
    """One line of the timetable; no weekday (1 Monday … 7 Sunday): every day."""

    notebook: str
    parameters: Mapping[str, Any]
    weekday: int | None
    hour: int
    minute: int
    version: int = 1


@dataclass(frozen=True, slots=True)
class NotebookRun:
    """One run as it is shown; no file name: the executed copy was dropped or never written."""

    run_id: int
    notebook: str
    parameters: Mapping[str, Any]
    file_name: str
    size: int
    failed_cell: int | None
    state: RunState
    problem: str
    result: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None
    asked_by: str | None


def request_notebook(
    tx: Writing, actor: Actor, notebook: NotebookFile, parameters: Mapping[str, Any], *, key: str
) -> JobRequest:
    """Ask for a run with these parameters; the same key asks once."""
    require(actor, Permission.JOB_RUN)
    settings = {
        "notebook": notebook.name,
        "parameters": checked_parameters(notebook, parameters),
    }
    return request_job(tx, actor, JobName.NOTEBOOK, key=key, settings=settings)


def request_due_notebook(tx: Writing, notebook: str, *, key: str) -> JobRequest | None:
    """Ask for the run that the timetable says is due; None where its line is gone by now."""
    entry = next((one for one in notebook_entries(tx) if one.notebook == notebook), None)
    if entry is None:
        return None
    settings = {"notebook": entry.notebook, "parameters": dict(entry.parameters)}
    return request_job(tx, SYSTEM, JobName.NOTEBOOK, key=key, settings=settings)


def set_notebook_entry(
    tx: Writing,
    actor: Actor,
    notebook: NotebookFile,
    parameters: Mapping[str, Any],
    *,
    weekday: int | None,
    hour: int,
    minute: int,
) -> NotebookEntry:
    """Put the notebook into the timetable, or change its line."""
    require(actor, Permission.JOB_RUN)
    if weekday is not None and weekday not in range(1, 8):
        raise Invalid("unknown_weekday", field="weekday", value=weekday)
    if hour not in range(24) or minute not in range(60):
        raise Invalid("notebook_hour_unknown", field="hour", hour=hour, minute=minute)
    facts = {
        "notebook": notebook.name,
        "parameters": checked_parameters(notebook, parameters),
        "weekday": weekday,
        "hour": hour,
        "minute": minute,
    }
    changing = ["parameters", "weekday", "hour", "minute", "person_id"]
    row = facts | {"person_id": actor.person_id}
    insert_rows(tx, notebook_entry, [row], replace_on=("notebook",), replace=changing)
    record_audit(tx, actor, "notebook_entry_set", ("notebook", notebook.name), facts)
    return next(one for one in notebook_entries(tx) if one.notebook == notebook.name)


def drop_notebook_entry(tx: Writing, actor: Actor, notebook: str) -> str:
    """Take the notebook out of the timetable."""
    require(actor, Permission.JOB_RUN)
    gone = tx.execute(delete(notebook_entry).where(notebook_entry.c.notebook == notebook))
    if not gone.rowcount:
        raise NotFound("notebook_entry_missing", notebook=notebook)
    record_audit(tx, actor, "notebook_entry_dropped", ("notebook", notebook), {})
    return notebook


def notebook_entries(conn: Reading) -> list[NotebookEntry]:
    """The timetable's lines, by notebook."""
    columns = [notebook_entry.c[name] for name in NotebookEntry.__dataclass_fields__]
    rows = conn.rows(select(*columns).order_by(notebook_entry.c.notebook))
    return [NotebookEntry(**row._mapping) for row in rows]


def begin_notebook_run(
    tx: Writing, run_id: int, notebook: str, parameters: Mapping[str, Any], *, file_name: str
) -> None:
    """Write down what a run was given, before its first cell."""
    row = {
        "run_id": run_id,
        "notebook": notebook,
        "parameters": dict(parameters),
        "file_name": file_name,
    }
    insert_rows(tx, notebook_run, [row])


def note_executed_copy(
    tx: Writing, run_id: int, *, file_name: str, size: int, cell: int | None
) -> None:
    """Write down what a run left: its copy, and the cell at which it failed."""
    tx.execute(
        update(notebook_run)
        .where(notebook_run.c.run_id == run_id)
        .values(file_name=file_name, size=size, failed_cell=cell)
    )


def drop_old_copies(tx: Writing) -> list[str]:
    """Forget the copies beyond what is kept; answers their files, to be deleted after this."""
    newest = func.row_number().over(
        partition_by=notebook_run.c.notebook, order_by=notebook_run.c.run_id.desc()
    )
    together = func.sum(notebook_run.c.size).over(order_by=notebook_run.c.run_id.desc())
    ranked = (
        select(
            notebook_run.c.run_id,
            notebook_run.c.file_name,
            newest.label("newest"),
            together.label("together"),
        )
        .where(notebook_run.c.file_name != "")
        .subquery()
    )
    old = tx.rows(
        select(ranked.c.run_id, ranked.c.file_name).where(
            (ranked.c.newest > COPIES_KEPT) | (ranked.c.together > MOST_COPY_BYTES_KEPT)
        )
    )
    ids = [row.run_id for row in old]
    tx.execute(update(notebook_run).where(notebook_run.c.run_id.in_(ids)).values(file_name=""))
    return [row.file_name for row in old]


def notebook_runs(
    conn: Reading, *, notebook: str | None = None, limit: int = 30
) -> list[NotebookRun]:
    """The latest runs, of one notebook where one is named, newest first."""
    names = ("run_id", "notebook", "parameters", "file_name", "size", "failed_cell")
    statement = (
        select(
            *(notebook_run.c[name] for name in names),
            job_run.c.state,
            job_run.c.problem,
            job_run.c.result,
            job_run.c.started_at,
            job_run.c.finished_at,
            person.c.name.label("asked_by"),
        )
        .join_from(notebook_run, job_run, job_run.c.id == notebook_run.c.run_id)
        .outerjoin(job_request, job_request.c.id == job_run.c.request_id)
        .outerjoin(person, person.c.id == job_request.c.person_id)
        .order_by(notebook_run.c.run_id.desc())
        .limit(min(limit, MOST_RUNS_SHOWN))
    )
    if notebook is not None:
        statement = statement.where(notebook_run.c.notebook == notebook)
    return [
        NotebookRun(**dict(row._mapping) | {"state": RunState(row.state)})
        for row in conn.rows(statement)
    ]
