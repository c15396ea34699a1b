"""Notebooks: which there are, what they said last, run one now or by timetable; own models.

Draws and asks; a run happens in the background. What an executed copy holds is shown as data
(`notebooks_view`), never as HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.companies import companies
from app.i18n import md, moment, plain, t
from app.screens.jobs_words import problem_words
from app.screens.notebooks_acts import run_form, timetable_form
from app.screens.notebooks_models import draw_models
from app.screens.notebooks_view import draw_copy
from app.widgets import empty_state, page_head, query
from app.widgets_scope import scope_bar
from app.widgets_tables import Moment, Text, table
from inventory_core.db.engine import Reading
from inventory_core.office.job_runs import JobName, JobRequest, RunState, waiting_requests
from inventory_core.office.notebook_runs import (
    NotebookEntry,
    NotebookRun,
    notebook_entries,
    notebook_runs,
)
from inventory_core.office.notebooks import NotebookFile, notebooks

LOOK_AGAIN = "2s"
FEW_RUNS = 5
_Now = tuple[list[NotebookRun], dict[str, NotebookEntry], list[JobRequest]]


def draw() -> None:
    """The screen."""
    found = [_in_words(one) for one in notebooks(companies().settings.data_folder)]
    runs, entries, _ = session.read(_now)
    latest = _latest(runs)
    page_head(t("nav.notebooks"), _sentence(found, latest, entries))
    parts = {name: t(f"notebooks.part_{name}") for name in ("notebooks", "models")}
    if scope_bar({"part": parts})["part"] == "models":
        with session.part():
            draw_models()
        return
    if not found:
        empty_state(":material/book:", md("notebooks.empty"))
        return
    chosen = _list(found, latest, entries)
    with session.part():
        _one(chosen, entries.get(chosen.name))
    folder = str(companies().settings.data_folder / "notebooks")
    st.caption(md("notebooks.own_hint", folder=folder))


def _in_words(one: NotebookFile) -> NotebookFile:
    """Our own notebooks by their name in the reader's language; others by their own title."""
    key = f"notebooks.name.{one.name}"
    words = t(key)
    return one if words == key else replace(one, title=words)


def _now(conn: Reading) -> _Now:
    entries = {entry.notebook: entry for entry in notebook_entries(conn)}
    asked = [one for one in waiting_requests(conn) if one.job is JobName.NOTEBOOK]
    return notebook_runs(conn, limit=100), entries, asked


def _latest(runs: Sequence[NotebookRun]) -> dict[str, NotebookRun]:
    return {run.notebook: run for run in reversed(runs)}


def _sentence(
    found: Sequence[NotebookFile],
    latest: Mapping[str, NotebookRun],
    entries: Mapping[str, NotebookEntry],
) -> str:
    failed = [
        one.title
        for one in found
        if one.name in latest and latest[one.name].state in (RunState.FAILED, RunState.LOST)
    ]
    if failed:
        return md("notebooks.sentence_failed", count=len(found), names=", ".join(failed))
    return md("notebooks.sentence", count=len(found), planned=len(entries))


def _list(
    found: Sequence[NotebookFile],
    latest: Mapping[str, NotebookRun],
    entries: Mapping[str, NotebookEntry],
) -> NotebookFile:
    """All notebooks; the ticked one, else the one the address names, else the first."""
    rows = pd.DataFrame([_row(one, latest.get(one.name), entries.get(one.name)) for one in found])
    columns: dict[str, Any] = {
        "title": Text(t("notebooks.column.title"), width="medium"),
        "notebook": Text(t("notebooks.column.notebook"), width="medium"),
        "state": Text(t("notebooks.column.state"), width="small"),
        "last": Moment(t("notebooks.column.last"), width="small"),
        "timetable": Text(t("notebooks.column.timetable"), width="small"),
    }
    ticked = table(rows, columns, key="notebooks_list", select="one", height="content")
    if ticked:
        return found[ticked[0]]
    return next((one for one in found if one.name == query("notebook")), found[0])


def _row(one: NotebookFile, run: NotebookRun | None, entry: NotebookEntry | None) -> dict[str, Any]:
    return {
        "title": one.title,
        "notebook": one.name,
        "state": t(f"jobs.state.{run.state.value}") if run else t("notebooks.never"),
        "last": run.started_at if run else pd.NaT,
        "timetable": _when(entry),
    }


def _when(entry: NotebookEntry | None) -> str:
    if entry is None:
        return t("notebooks.when_never")
    day = "when_daily" if entry.weekday is None else f"weekday_{entry.weekday}"
    at = f"{entry.hour:02d}:{entry.minute:02d}"
    return t("notebooks.at_hour", when=t(f"notebooks.{day}"), at=at)


def _one(chosen: NotebookFile, entry: NotebookEntry | None) -> None:
    st.subheader(plain(chosen.title), anchor=False)
    if chosen.problem:
        st.error(md(f"error.{chosen.problem}", most=""), icon=":material/error:")
        return
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        given = run_form(chosen, entry)
    with right, st.container(border=True, height="stretch"):
        timetable_form(chosen, entry, given)
    _runs(chosen)


@st.fragment(run_every=LOOK_AGAIN)
def _runs(chosen: NotebookFile) -> None:
    """Its runs, looked at again while the screen is open, and the copy of the ticked one."""
    runs, _, asked = session.read(_now)
    mine = [run for run in runs if run.notebook == chosen.name]
    waiting = [one for one in asked if one.settings.get("notebook") == chosen.name]
    _redraw_where_ended(mine)
    st.markdown(f"**{md('notebooks.runs')}**")
    if waiting:
        st.markdown(f":orange-badge[:material/hourglass_top: {md('jobs.state.waiting')}]")
    if not mine:
        st.markdown(f":gray[{md('notebooks.no_runs')}]")
        return
    rows = pd.DataFrame([_run_row(run) for run in mine])
    columns: dict[str, Any] = {
        "started": Moment(t("notebooks.column.started")),
        "state": Text(t("notebooks.column.state"), width="small"),
        "what": Text(t("notebooks.column.what"), width="large"),
        "parameters": Text(t("notebooks.column.parameters")),
        "asked_by": Text(t("notebooks.column.asked_by")),
    }
    few = len(rows) <= FEW_RUNS
    ticked = table(
        rows, columns, key="notebooks_runs", select="one", height="content" if few else 215
    )
    shown = mine[ticked[0]] if ticked else next((r for r in mine if r.file_name), mine[0])
    if shown.state is RunState.RUNNING:
        st.markdown(f":blue-badge[{md('jobs.state.running')}] {md('jobs.step.running_notebook')}")
        return
    st.subheader(md("notebooks.result", when=moment(shown.started_at)), anchor=False)
    if shown.problem:
        st.error(problem_words(shown.problem, shown.result), icon=":material/error:")
    draw_copy(shown)


def _redraw_where_ended(mine: Sequence[NotebookRun]) -> None:
    """A run that ended since the last look changes the list above too."""
    ended = {run.run_id: run.finished_at for run in mine}
    before = st.session_state.get("notebooks_ended")
    st.session_state["notebooks_ended"] = ended
    if before is not None and before != ended and before.keys() & ended.keys():
        st.rerun()


def _run_row(run: NotebookRun) -> dict[str, Any]:
    return {
        "started": run.started_at,
        "state": t(f"jobs.state.{run.state.value}"),
        "what": _what(run),
        "parameters": ", ".join(f"{name} = {value}" for name, value in run.parameters.items()),
        "asked_by": run.asked_by or t("jobs.by_timetable"),
    }


def _what(run: NotebookRun) -> str:
    if run.problem:
        return problem_words(run.problem, run.result, markdown=False)
    if run.state is not RunState.DONE:
        return t("jobs.step.running_notebook")
    return t("notebooks.done", cells=run.result.get("cells", 0))
