"""Orders whose cost has no value in the base currency: which rates were missing, where they are
recorded, and the plan that counts them. Draws; computes nothing.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, t
from app.screens.replay_state import draw_state, is_busy, state_of
from app.widgets import link
from app.widgets_acts import act_button
from inventory_core.office.actors import Permission
from inventory_core.office.job_runs import JobName, request_job


def draw_missing_rates(figures: Mapping[str, Any]) -> None:
    """Nothing where every order has its cost."""
    if not figures["unpriced"]:
        return
    words = md(
        "replenish.no_rates",
        currencies=", ".join(figures["without_rate"]),
        base=session.current().company.base_currency,
        count=figures["unpriced"],
    )
    st.warning(words, icon=":material/currency_exchange:")
    with st.container(horizontal=True, vertical_alignment="center"):
        link("catalog", t("replenish.to_rates"), icon=":material/arrow_forward:", part="rates")
        act_button(
            md("replenish.plan_again"),
            lambda tx, actor, _now, key: request_job(tx, actor, JobName.PLAN, key=f"again:{key}"),
            name="plan_again",
            done=lambda _: md("jobs.asked"),
            permission=Permission.JOB_RUN,
            icon=":material/play_arrow:",
            disabled=session.read(lambda conn: is_busy(*state_of(conn, JobName.PLAN))),
        )
    draw_state(JobName.PLAN)
