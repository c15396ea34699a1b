"""How far a job is that a screen has asked for: waiting, running with its step, or what went wrong.

Looks again by itself while the screen is open; a run that ends draws the screen anew.
"""

import streamlit as st

from app import session
from app.i18n import md
from app.screens.jobs_words import problem_words, step_words
from inventory_core.db.engine import Reading
from inventory_core.office.job_runs import JobName, JobRun, RunState, job_runs, waiting_requests

LOOK_AGAIN = "2s"


@st.fragment(run_every=LOOK_AGAIN)
def draw_state(job: JobName) -> None:
    """The newest run of a job and whether another one waits."""
    newest, waiting = session.read(lambda conn: state_of(conn, job))
    ended = newest.finished_at if newest else None
    name = f"{job.value}_ended"
    before = st.session_state.get(name, ended)
    st.session_state[name] = ended
    if before != ended:
        st.rerun()
    if waiting:
        st.markdown(f":orange-badge[:material/hourglass_top: {md('jobs.state.waiting')}]")
    if newest is None:
        return
    if newest.state is RunState.RUNNING:
        share = float(newest.progress.get("share", 0.0))
        st.progress(share, text=step_words(newest.progress) or None)
    elif newest.problem:
        st.error(problem_words(newest.problem, newest.result), icon=":material/error:")


def state_of(conn: Reading, job: JobName) -> tuple[JobRun | None, bool]:
    """The newest run of a job, and whether one is asked for that nobody took yet."""
    runs = job_runs(conn, job=job.value, limit=1)
    return (runs[0] if runs else None), any(one.job is job for one in waiting_requests(conn))


def is_busy(newest: JobRun | None, waiting: bool) -> bool:
    """Whether another one must wait."""
    return waiting or (newest is not None and newest.state is RunState.RUNNING)
