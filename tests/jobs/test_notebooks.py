"""Notebooks run as jobs: from a list, with declared parameters, and the copy of a failure stays."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from inventory_core.db.engine import Database
from inventory_core.db.leases import Lease
from inventory_core.errors import Forbidden, Invalid, NotFound
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.job_runs import JobName, JobRequest, RunState, request_job, start_run
from inventory_core.office.notebook_runs import (
    COPIES_KEPT,
    NotebookRun,
    begin_notebook_run,
    drop_notebook_entry,
    drop_old_copies,
    note_executed_copy,
    notebook_entries,
    notebook_runs,
    request_notebook,
    set_notebook_entry,
)
from inventory_core.office.notebooks import copy_folder, executed_cells, find_notebook, notebooks
from inventory_core.vocabulary import PersonId, Role
from jobs.execution import run_recorded
from jobs.runner import LEASE_NAME, NOTEBOOK_LINE, Served, serve_next
from jobs.schedule import Entry, Timetable, next_time
from jobs.tasks import Workplace

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
READER = Actor(PersonId(0), "R", frozenset({Role.READER}))
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def write_notebook(folder: Path, name: str, *cells: str, parameters: str = "") -> None:
    """A notebook of one's own: a title, the parameters, the code cells."""
    listed = [_cell("markdown", f"# About {name}")]
    if parameters:
        listed.append(_cell("code", parameters, tags=["parameters"]))
    listed += [_cell("code", cell) for cell in cells]
    book = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": listed}
    (folder / "notebooks").mkdir(exist_ok=True)
    (folder / "notebooks" / f"{name}.ipynb").write_text(json.dumps(book))


def _cell(kind: str, source: str, *, tags: Sequence[str] = ()) -> dict[str, Any]:
    cell = {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)}}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def place_at(database: Database, folder: Path) -> Workplace:
    return Workplace(database, SYSTEM, NOW, slug="one", data_folder=folder)


def run(
    database: Database, folder: Path, notebook: str, parameters: Mapping[str, Any] | None = None
) -> NotebookRun:
    settings = {"notebook": notebook, "parameters": dict(parameters or {})}
    run_recorded(place_at(database, folder), JobName.NOTEBOOK, settings=settings)
    with database.reading() as conn:
        return notebook_runs(conn)[0]


def test_the_list_has_the_shipped_ones_and_ones_own_and_nothing_else(tmp_path: Path) -> None:
    write_notebook(tmp_path, "mine", parameters="days = 30\nshare: float = 0.5\nx = print(1)")
    (tmp_path / "secret.ipynb").write_text("{}")
    (tmp_path / "notebooks" / "link.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "notebooks" / "broken.ipynb").write_text("{")
    found = {one.name: one for one in notebooks(tmp_path)}
    assert "yiben/01_first_look" in found
    assert "own/link" not in found
    assert found["own/mine"].title == "About mine"
    assert found["own/mine"].parameters == {"days": 30, "share": 0.5}
    assert found["own/broken"].problem == "notebook_unreadable"
    for name in ("own/../secret", "../secret", "own/link", str(tmp_path / "secret"), ""):
        with pytest.raises(NotFound, match="notebook_missing"):
            find_notebook(tmp_path, name)
    with pytest.raises(Invalid, match="notebook_unreadable"):
        find_notebook(tmp_path, "own/broken")


def test_a_run_keeps_its_copy_with_texts_pictures_and_figures(
    tmp_path: Path, database: Database
) -> None:
    show = (
        "from IPython.display import display, HTML, Image\n"
        "import base64, os, plotly.graph_objects as go\n"
        "print('days', days, os.environ['YIBEN_COMPANY'], os.environ.get('YIBEN_OWNER_PASSWORD'))\n"
        f"display(Image(base64.b64decode('{PIXEL}')))\n"
        "display(HTML('<script>alert(1)</script>'))\n"
        "go.Figure(go.Bar(y=[1, 2]))"
    )
    write_notebook(tmp_path, "mine", show, parameters="days = 30")
    done = run(database, tmp_path, "own/mine", {"days": 7})
    assert (done.state, done.parameters, done.failed_cell) == (RunState.DONE, {"days": 7}, None)
    cells = executed_cells(copy_folder(tmp_path, "one") / done.file_name)
    assert [cell.state for cell in cells] == ["done", "done", "given", "done"]
    kinds = [output.kind for output in cells[-1].outputs]
    assert kinds == ["text", "png", "text", "figure"]
    assert cells[-1].outputs[0].content == "days 7 one None\n"
    assert "script" not in str(cells[-1].outputs[2].content)
    assert cells[-1].outputs[3].content["data"][0]["type"] == "bar"


def test_a_failure_leaves_the_copy_and_names_its_cell(tmp_path: Path, database: Database) -> None:
    write_notebook(tmp_path, "mine", "a = 1", "b = a / 0", "print('never')")
    failed = run(database, tmp_path, "own/mine")
    assert (failed.state, failed.problem) == (RunState.FAILED, "notebook_cell_failed")
    assert failed.result["params"] == {
        "notebook": "own/mine",
        "cell": 3,
        "line": "b = a / 0",
        "words": "ZeroDivisionError: division by zero",
    }
    assert failed.failed_cell == 3
    cells = executed_cells(copy_folder(tmp_path, "one") / failed.file_name)
    assert [cell.state for cell in cells] == ["done", "done", "failed", "not_run"]
    assert "ZeroDivisionError" in cells[2].outputs[-1].content


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"weeks": 3}, "notebook_parameter_unknown"),
        ({"days\nimport os": 3}, "notebook_parameter_unknown"),
        ({"days": "30"}, "notebook_parameter_type"),
        ({"days": True}, "notebook_parameter_type"),
        ({"name": "x" * 501}, "notebook_parameter_type"),
        ({"name": ["a"]}, "notebook_parameter_type"),
    ],
)
def test_only_declared_parameters_of_their_type_are_taken(
    tmp_path: Path, database: Database, parameters: Mapping[str, Any], code: str
) -> None:
    write_notebook(tmp_path, "mine", "print(days)", parameters="days = 30\nname = 'a'")
    book = find_notebook(tmp_path, "own/mine")
    with pytest.raises(Invalid, match=code):
        database.write(lambda tx: request_notebook(tx, SYSTEM, book, parameters, key="k"))
    # What reaches the job by another way is judged there again, before anything runs.
    settings = {"notebook": "own/mine", "parameters": dict(parameters)}
    state = run_recorded(place_at(database, tmp_path), JobName.NOTEBOOK, settings=settings)
    assert state is RunState.FAILED
    with database.reading() as conn:
        assert notebook_runs(conn) == []


def test_who_may_not_run_jobs_asks_for_no_notebook(tmp_path: Path, database: Database) -> None:
    write_notebook(tmp_path, "mine", "1")
    book = find_notebook(tmp_path, "own/mine")
    with pytest.raises(Forbidden):
        database.write(lambda tx: request_notebook(tx, READER, book, {}, key="k"))
    with pytest.raises(Forbidden):
        database.write(
            lambda tx: set_notebook_entry(tx, READER, book, {}, weekday=None, hour=4, minute=0)
        )


def test_a_line_of_the_timetable_becomes_a_request_with_its_parameters(
    tmp_path: Path, database: Database
) -> None:
    write_notebook(tmp_path, "mine", "print(days)", parameters="days = 30")
    book = find_notebook(tmp_path, "own/mine")
    for day, hour in ((None, 4), (1, 5)):
        database.write(
            lambda tx, day=day, hour=hour: set_notebook_entry(  # type: ignore[misc]
                tx, SYSTEM, book, {"days": 9}, weekday=day, hour=hour, minute=30
            )
        )
    with database.reading() as conn:
        [entry] = notebook_entries(conn)
    assert (entry.weekday, entry.hour, entry.parameters) == (1, 5, {"days": 9})
    company = Served("one", database, Lease(database, LEASE_NAME))
    taken: list[JobRequest | None] = []

    def execute(served: Served, job: JobName, request: JobRequest | None) -> str | None:
        taken.append(request)
        return None

    company.due.append(f"{NOTEBOOK_LINE}own/mine")
    assert serve_next(company, execute)
    assert serve_next(company, execute)
    assert taken[0] is not None
    assert taken[0].settings == {"notebook": "own/mine", "parameters": {"days": 9}}
    database.write(lambda tx: drop_notebook_entry(tx, SYSTEM, "own/mine"))
    company.due.append(f"{NOTEBOOK_LINE}own/mine")
    assert serve_next(company, execute)
    assert not serve_next(company, execute)
    company.close()


def test_a_weekly_line_is_due_on_its_day_and_a_daily_one_every_day() -> None:
    monday = Entry("one", "notebook:own/mine", (5, 30), "Asia/Shanghai", weekday=1)
    assert next_time(monday, now=NOW).isoformat() == "2026-03-09T05:30:00+08:00"
    daily = Entry("one", "notebook:own/mine", (5, 30), "Asia/Shanghai")
    assert next_time(daily, now=NOW).isoformat() == "2026-03-03T05:30:00+08:00"
    table = Timetable(lambda company, job: None)
    table.set_entries("one", [daily])
    before = table.next_times()["one:notebook:own/mine"]
    table.set_entries("one", [monday])
    assert table.next_times()["one:notebook:own/mine"] >= before
    table.stop()


def test_old_copies_are_dropped_and_their_runs_stay(tmp_path: Path, database: Database) -> None:
    def add(tx: Any, number: int) -> None:
        run_id = start_run(tx, JobName.NOTEBOOK)
        begin_notebook_run(tx, run_id, "own/mine", {}, file_name=f"{number}.ipynb")
        note_executed_copy(tx, run_id, file_name=f"{number}.ipynb", size=10, cell=None)

    with database.writing() as tx:
        for number in range(COPIES_KEPT + 3):
            add(tx, number)
        assert sorted(drop_old_copies(tx)) == ["0.ipynb", "1.ipynb", "2.ipynb"]
        assert drop_old_copies(tx) == []
    with database.reading() as conn:
        runs = notebook_runs(conn, limit=100)
    assert len(runs) == COPIES_KEPT + 3
    assert runs[-1].file_name == ""


def test_a_copy_is_read_with_limits(tmp_path: Path) -> None:
    path = tmp_path / "copy.ipynb"
    text = {"output_type": "stream", "name": "stdout", "text": "x" * 100_000}
    cell = {
        "cell_type": "code",
        "source": "print()",
        "metadata": {},
        "execution_count": 1,
        "outputs": [text] * 100,
    }
    path.write_text(json.dumps({"cells": [cell]}))
    [read] = executed_cells(path)
    assert len(read.outputs) == 40
    assert len(read.outputs[0].content) < 21_000
    with pytest.raises(NotFound, match="notebook_copy_missing"):
        executed_cells(tmp_path / "gone.ipynb")


def test_a_request_by_another_door_names_a_notebook_or_fails(
    tmp_path: Path, database: Database
) -> None:
    database.write(lambda tx: request_job(tx, SYSTEM, "notebook", key="k"))
    state = run_recorded(place_at(database, tmp_path), JobName.NOTEBOOK, settings={})
    assert state is RunState.FAILED
