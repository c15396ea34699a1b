"""Decisions whose time is over: what came of the quantity, and of the one suggested. Draws only."""

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, number, t
from app.widgets_tables import Column, Moment, Text, Units, export_button, table
from inventory_core.clock import utc_now
from inventory_core.db.engine import Reading
from inventory_core.planning.judgement import JudgedDecision, judged_decisions


def judged_table() -> None:
    """The newest first; a sentence where nothing can be judged yet."""
    st.markdown(f"**{md('learning.judged_title')}**")
    found = session.cached("judged_decisions", _read, ttl=300.0)
    if not found:
        st.caption(md("learning.judged_none"))
        return
    frame = pd.DataFrame([_row(one) for one in found])
    columns: dict[str, Column] = {
        "decided_at": Moment(t("overview.decided")),
        "decision": Text(t("overview.decision")),
        "verdict": Text(t("overview.verdict")),
        "happened": Text(t("learning.judged_happened")),
        "other": Text(t("learning.judged_with_other")),
        "left_value": Units(
            t("learning.judged_left_value", currency=session.current().company.base_currency)
        ),
        "by": Text(t("overview.decided_by"), width="small"),
    }
    table(frame, columns, key="judged_decisions", height="auto")
    st.caption(md("learning.judged_note"))
    export_button(frame, columns, name="judged_decisions")


def _read(conn: Reading) -> list[JudgedDecision]:
    return judged_decisions(conn, now=utc_now())


def _row(one: JudgedDecision) -> dict[str, object]:
    verdict = one.verdict
    code = "ran_out_verdict" if verdict.code == "ran_out" else verdict.code
    same = one.approved == one.suggested or code == "unknown"
    return {
        "decided_at": one.decided_at,
        "decision": _decision(one),
        "verdict": t(f"learning.judged_{code}"),
        "happened": _happened(one),
        "other": "—"
        if same
        else t(
            "learning.judged_other",
            lost=number(verdict.other_lost),
            left=number(verdict.other_left),
        ),
        "left_value": None if one.left_value_base is None else round(one.left_value_base),
        "by": one.decided_by,
    }


def _happened(one: JudgedDecision) -> str:
    verdict = one.verdict
    if verdict.code == "unknown":
        return t("learning.judged_no_record")
    ran_out = verdict.lost > 0 or one.days_out >= 1
    return t(
        "learning.judged_ran_out" if ran_out else "learning.judged_held",
        days=round(one.days_out),
        lost=number(verdict.lost),
        left=number(verdict.left),
    )


def _decision(one: JudgedDecision) -> str:
    key = "learning.judged_decision"
    if one.approved == 0:
        key = "learning.judged_rejected"
    elif one.approved != one.suggested:
        key = "learning.judged_changed"
    return t(
        key,
        approved=one.approved,
        suggested=one.suggested,
        sku=one.sku,
        warehouse=one.warehouse,
    )
