"""Runs one parameterised notebook and keeps the executed copy, also of a run that failed.

Decides in what surroundings a notebook runs: the reader's door to this one company, its own
folder, no secrets of the program; how long a cell may take and how large a copy may be. Which
notebooks there are and who may ask for one is decided below (`office/notebooks`, `notebook_runs`).
"""

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from inventory_core.db.engine import Database
from inventory_core.errors import Invalid, Refused
from inventory_core.office.notebook_runs import (
    begin_notebook_run,
    drop_old_copies,
    note_executed_copy,
)
from inventory_core.office.notebooks import (
    MOST_FILE_BYTES,
    SHIPPED_FOLDER,
    NotebookFile,
    checked_parameters,
    copy_folder,
    executed_cells,
    failed_cell,
    find_notebook,
)

Progress = Callable[[str, float], None]

CELL_SECONDS = 15 * 60
MOST_WORDS = 300
UNATTENDED = "YIBEN_UNATTENDED_NOTEBOOK"
SECRETS = ("YIBEN_OWNER_PASSWORD",)
KERNEL = "python3"


def run_notebook(
    database: Database,
    *,
    run_id: int,
    company: str,
    data_folder: Path,
    settings: Mapping[str, Any],
    progress: Progress,
) -> dict[str, Any]:
    """Run what `settings` name (`notebook`, `parameters`); Refused says at which cell it failed."""
    notebook = find_notebook(data_folder, str(settings.get("notebook", "")))
    parameters = checked_parameters(notebook, settings.get("parameters") or {})
    folder = copy_folder(data_folder, company)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{run_id:08d}-{notebook.path.stem}.ipynb"
    database.write(
        partial(
            begin_notebook_run,
            run_id=run_id,
            notebook=notebook.name,
            parameters=parameters,
            file_name=target.name,
        )
    )
    progress("running_notebook", 0.1)
    try:
        _execute(notebook, target, parameters, company)
    finally:
        _keep(database, run_id, target)
    return {"notebook": notebook.name, "cells": len(executed_cells(target))}


def _execute(
    notebook: NotebookFile, target: Path, parameters: Mapping[str, Any], company: str
) -> None:
    logging.getLogger("papermill").setLevel(logging.WARNING)
    with _surroundings(company):
        try:
            papermill.execute_notebook(
                str(notebook.path),
                str(target),
                parameters=dict(parameters),
                kernel_name=KERNEL,
                language="python",
                cwd=str(notebook.path.parent),
                progress_bar=False,
                log_output=False,
                execution_timeout=CELL_SECONDS,
            )
        except (PapermillExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise _refusal(notebook, target, error) from error


def _refusal(notebook: NotebookFile, target: Path, error: Exception) -> Refused:
    """The failing cell by its number and first line, and what went wrong there."""
    cell = failed_cell(executed_cells(target)) if target.is_file() else None
    words = f"{type(error).__name__}"
    if isinstance(error, PapermillExecutionError):
        words = f"{error.ename}: {error.evalue}"
    return Refused(
        "notebook_cell_failed",
        notebook=notebook.name,
        cell=cell.number if cell else 0,
        line=_first_line(cell.source) if cell else "",
        words=words[:MOST_WORDS],
    )


def _first_line(source: str) -> str:
    return next((line.strip()[:80] for line in source.splitlines() if line.strip()), "")


@contextmanager
def _surroundings(company: str) -> Iterator[None]:
    """The kernel's environment: which company to read, where the project lies, no secrets."""
    before = dict(os.environ)
    for name in SECRETS:
        os.environ.pop(name, None)
    os.environ[UNATTENDED] = "1"
    if company:
        os.environ["YIBEN_COMPANY"] = company
    paths = (str(SHIPPED_FOLDER.parent), before.get("PYTHONPATH", ""))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _keep(database: Database, run_id: int, target: Path) -> None:
    """Write down the copy, made smaller where it is too large, and delete the oldest ones."""
    if not target.is_file():
        database.write(partial(note_executed_copy, run_id=run_id, file_name="", size=0, cell=None))
        return
    target.chmod(0o600)
    if target.stat().st_size > MOST_FILE_BYTES:
        _without_outputs(target)
    try:
        cell = failed_cell(executed_cells(target))
    except Invalid:
        cell = None
    database.write(
        partial(
            note_executed_copy,
            run_id=run_id,
            file_name=target.name,
            size=target.stat().st_size,
            cell=cell.number if cell else None,
        )
    )
    for name in database.write(drop_old_copies):
        (target.parent / name).unlink(missing_ok=True)


def _without_outputs(target: Path) -> None:
    """A copy that nobody could open keeps its cells and says that its outputs were too much."""
    whole = json.loads(target.read_text(encoding="utf-8"))
    note = {"output_type": "stream", "name": "stderr", "text": "outputs dropped: too large\n"}
    for cell in whole.get("cells", []):
        errors = [one for one in cell.get("outputs", []) if one.get("output_type") == "error"]
        if cell.get("outputs"):
            cell["outputs"] = errors or [note]
    target.write_text(json.dumps(whole), encoding="utf-8")
