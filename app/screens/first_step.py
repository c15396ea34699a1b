"""What a screen of plans shows before the first plan: the one step that comes next, as a button.

Decides which it is: sales history is missing, so it is imported; or it is there, so it is planned.
"""

from app import session
from app.i18n import md, t
from app.screens.replay_state import draw_state, is_busy, state_of
from app.widgets import empty_box, empty_state
from app.widgets_acts import act_button
from inventory_core.db.engine import Reading, Writing
from inventory_core.insight.kpis_snapshot import first_fact_on
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.job_runs import JobName, JobRequest, request_job


def first_step(icon: str, sentence: str) -> None:
    """The sentence, and under it the import of sales or the first plan with its progress."""
    known, busy = session.read(_read)
    if not known:
        words = f"{sentence} {md('shell.first_import')}"
        empty_state(icon, words, to="import", label=t("shell.first_import_button"))
        return
    with empty_box(icon, f"{sentence} {md('shell.first_plan')}"):
        act_button(
            t("shell.first_plan_button"),
            _plan,
            name="first_plan",
            done=lambda _: md("jobs.asked"),
            permission=Permission.JOB_RUN,
            icon=":material/play_arrow:",
            type="primary",
            disabled=busy,
        )
    draw_state(JobName.PLAN)


def _read(conn: Reading) -> tuple[bool, bool]:
    return first_fact_on(conn) is not None, is_busy(*state_of(conn, JobName.PLAN))


def _plan(tx: Writing, actor: Actor, _now: object, key: str) -> JobRequest:
    return request_job(tx, actor, JobName.PLAN, key=f"first:{key}")
