"""Jobs: what runs by itself every night, what ran, how it ended; run one now.

A press of the button posts a request; the runner picks it up. Nothing runs inside the screen.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, moment, plain, t
from app.screens.jobs_words import outcome, step_words, took
from app.widgets import empty_state, page_head
from app.widgets_acts import act_button
from app.widgets_tables import Moment, Text, export_button, table
from inventory_core.clock import utc_now
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.job_runs import (
    NIGHTLY,
    JobName,
    JobRequest,
    JobRun,
    RunState,
    job_runs,
    latest_runs,
    request_job,
    waiting_requests,
)

LOOK_AGAIN = "2s"
LONG_WAIT_SECONDS = 15
_ICONS = {
    RunState.RUNNING: (":material/progress_activity:", "blue"),
    RunState.DONE: (":material/check_circle:", "green"),
    RunState.FAILED: (":material/error:", "red"),
    RunState.LOST: (":material/help:", "orange"),
}


def draw() -> None:
    """The screen."""
    latest = session.read(latest_runs)
    page_head(t("nav.jobs"), _sentence(latest))
    _timetable()
    with session.part():
        _list_of_runs()


def _sentence(latest: Mapping[str, JobRun]) -> str:
    if not latest:
        return md("jobs.sentence_none")
    bad = [_name(n) for n, run in latest.items() if run.state in (RunState.FAILED, RunState.LOST)]
    if bad:
        return md("jobs.sentence_failing", count=len(bad), names=", ".join(bad))
    running = [_name(name) for name, run in latest.items() if run.state is RunState.RUNNING]
    if running:
        return md("jobs.sentence_running", names=", ".join(running))
    return md("jobs.sentence_ok")


@st.fragment(run_every=LOOK_AGAIN)
def _timetable() -> None:
    """One card per job; looks again by itself while the screen is open."""
    latest, waiting = session.read(_now)
    ended = {name: run.finished_at for name, run in latest.items()}
    if st.session_state.get("jobs_ended") not in (None, ended):
        st.session_state["jobs_ended"] = ended
        st.rerun()
    st.session_state["jobs_ended"] = ended
    with st.grid(len(NIGHTLY), min_column_width=260, gap="medium"):
        for job in NIGHTLY:
            with st.container(border=True, height="stretch"):
                _card(job, latest.get(job.value), [one for one in waiting if one.job is job])


def _now(conn: Reading) -> tuple[dict[str, JobRun], list[JobRequest]]:
    return latest_runs(conn), waiting_requests(conn)


def _card(job: JobName, run: JobRun | None, waiting: Sequence[JobRequest]) -> None:
    st.markdown(f"**{plain(_name(job.value))}**")
    st.caption(md(f"jobs.about.{job.value}"))
    hour, minute = NIGHTLY[job]
    at = f"{hour:02d}:{minute:02d}"
    st.markdown(f":small[:material/schedule: {md('jobs.every_night', at=at)}]")
    if run is None:
        st.markdown(f":gray-badge[{md('jobs.state.never')}]")
    else:
        _state(run)
    for request in waiting[:1]:
        _waiting(request.asked_at)
    act_button(
        t("jobs.run_now"),
        lambda tx, actor, now, key: _ask(tx, actor, job, key),
        name=f"run_{job.value}",
        done=lambda _: md("jobs.asked"),
        permission=Permission.JOB_RUN,
        icon=":material/play_arrow:",
        disabled=bool(waiting) or (run is not None and run.state is RunState.RUNNING),
    )


def _ask(tx: Writing, actor: Actor, job: JobName, key: str) -> JobRequest:
    return request_job(tx, actor, job, key=f"screen:{key}")


def _state(run: JobRun) -> None:
    icon, colour = _ICONS[run.state]
    badge = f":{colour}-badge[{icon} {md(f'jobs.state.{run.state.value}')}]"
    when = md("jobs.last", at=moment(run.started_at), took=took(run.seconds))
    st.markdown(f"{badge} :small[{when}]")
    if run.state is RunState.RUNNING:
        st.progress(float(run.progress.get("share", 0.0)), text=step_words(run.progress))
    elif run.problem:
        st.error(outcome(run), icon=":material/error:")


def _waiting(asked_at: datetime) -> None:
    seconds = round((utc_now() - asked_at).total_seconds())
    if seconds > LONG_WAIT_SECONDS:
        st.warning(md("jobs.waiting_long", seconds=seconds), icon=":material/warning:")
    else:
        st.markdown(f":orange-badge[:material/hourglass_top: {md('jobs.state.waiting')}]")


def _list_of_runs() -> None:
    st.subheader(md("jobs.runs"), anchor=False)
    runs = session.read(lambda conn: job_runs(conn, limit=100))
    if not runs:
        empty_state(":material/schedule:", md("jobs.empty"))
        return
    rows = pd.DataFrame([_row(run) for run in runs])
    columns: dict[str, Any] = {
        "started": Moment(t("jobs.column.started")),
        "job": Text(t("jobs.column.job")),
        "state": Text(t("jobs.column.state")),
        "took": Text(t("jobs.column.took")),
        "what": Text(t("jobs.column.what"), width="large"),
        "asked_by": Text(t("jobs.column.asked_by")),
    }
    table(rows, columns, key="jobs_runs")
    export_button(rows, columns, name="jobs")


def _row(run: JobRun) -> dict[str, Any]:
    return {
        "started": run.started_at,
        "job": _name(run.job),
        "state": t(f"jobs.state.{run.state.value}"),
        "took": took(run.seconds),
        "what": outcome(run, markdown=False),
        "asked_by": run.asked_by or t("jobs.by_timetable"),
    }


def _name(job: str) -> str:
    return t(f"jobs.name.{job}")
