"""What a screen shows before the first run of the job that fills it: the next step, as a button.

Decides which it is: sales history is missing, so it is imported; or it is there, so the job runs.
"""

from app import session
from app.i18n import md, prose, t
from app.screens.replay_state import draw_state, is_busy, state_of
from app.widgets import empty_box, empty_state
from app.widgets_acts import act_button
from inventory_core.db.engine import Reading
from inventory_core.insight.kpis_snapshot import first_fact_on
from inventory_core.office.actors import Permission
from inventory_core.office.job_runs import JobName, request_job


def first_step(icon: str, sentence: str, job: JobName = JobName.PLAN) -> None:
    """The sentence, and under it the import of sales or the first run of `job` and its progress."""
    known, busy = session.read(lambda conn: _read(conn, job))
    if not known:
        words = prose(sentence, md("shell.first_import"))
        empty_state(icon, words, to="import", label=t("shell.first_import_button"))
        return
    with empty_box(icon, prose(sentence, md(f"shell.first_{job}"))):
        act_button(
            t(f"shell.first_{job}_button"),
            lambda tx, actor, _now, key: request_job(tx, actor, job, key=f"first:{key}"),
            name=f"first_{job}",
            done=lambda _: md("jobs.asked"),
            permission=Permission.JOB_RUN,
            icon=":material/play_arrow:",
            type="primary",
            disabled=busy,
        )
    draw_state(job)


def _read(conn: Reading, job: JobName) -> tuple[bool, bool]:
    return first_fact_on(conn) is not None, is_busy(*state_of(conn, job))
