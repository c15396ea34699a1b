"""The two lists of the overview: what needs a person now, and what was decided. Draws only."""

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, money, number, t
from app.widgets import go
from app.widgets_tables import Column, Moment, Text, Units, export_button, table
from inventory_core.clock import utc_now
from inventory_core.db.engine import Reading
from inventory_core.insight.attention import Finding, Urgency, needs_attention
from inventory_core.insight.decisions_made import DecisionMade, decisions_made

MOST_FINDINGS = 9
_ICONS = {
    Urgency.DANGER: ":red[:material/error:]",
    Urgency.WARNING: ":orange[:material/warning:]",
    Urgency.NOTE: ":gray[:material/info:]",
}


def attention_list() -> None:
    """Each finding with the button that leads to where it is mended."""
    findings = found_now()
    if not findings:
        st.markdown(f":green[:material/check_circle:] {md('overview.all_fine')}")
    pages = st.session_state.get("pages", {})
    for place, finding in enumerate(findings[:MOST_FINDINGS]):
        left, right = st.columns([5, 2], vertical_alignment="center", gap="small", wrap=False)
        left.markdown(f"{_ICONS[finding.urgency]} {_words(finding)}")
        if finding.screen in pages and right.button(
            md(f"attention.{finding.code}_button"),
            key=f"attention_{place}_{finding.code}",
            width="stretch",
        ):
            go(finding.screen, **finding.query)


def found_now() -> list[Finding]:
    """What needs a person; half a minute old at most."""
    found: list[Finding] = session.cached("attention", _findings, ttl=30.0)
    return found


def decision_table() -> None:
    """The decisions of the last weeks with their outcome so far."""
    made = session.cached("decisions_made", _decisions, ttl=60.0)
    if not made:
        st.caption(md("overview.no_decisions"))
        return
    frame = pd.DataFrame([_decision_row(one) for one in made])
    columns: dict[str, Column] = {
        # What became of which decision comes first, so that a phone shows it without scrolling.
        "verdict": Text(t("overview.verdict")),
        "decision": Text(t("overview.decision")),
        "happened": Text(t("overview.happened")),
        "expected": Text(t("overview.expected")),
        "amount": Units(t("overview.amount", currency=session.current().company.base_currency)),
        "decided_at": Moment(t("overview.decided")),
        "by": Text(t("overview.decided_by"), width="small"),
    }
    table(frame, columns, key="overview_decisions", height="content")
    export_button(frame, columns, name="decisions")


def _findings(conn: Reading) -> list[Finding]:
    return needs_attention(conn, now=utc_now())


def _decisions(conn: Reading) -> list[DecisionMade]:
    return decisions_made(conn, now=utc_now(), most=12)


def _words(finding: Finding) -> str:
    shown = dict(finding.params)
    for name in ("value", "risk"):
        if name in shown:
            shown[name] = money(shown[name], str(shown["currency"]), digits=0)
    if "job" in shown:
        shown["job"] = t(f"job.{shown['job']}")
    return md(f"attention.{finding.code}", **shown)


def _decision_row(one: DecisionMade) -> dict[str, object]:
    key = "overview.decision_buy" if one.approved else "overview.decision_reject"
    return {
        "decided_at": one.decided_at,
        "decision": t(
            key, quantity=one.quantity, sku=one.sku, warehouse=one.warehouse, number=one.number
        ),
        "expected": t("overview.expected_by", day=day(one.arrives_on)) if one.approved else "—",
        "happened": _happened(one),
        "verdict": t(f"overview.verdict_{one.verdict}"),
        "amount": None if one.amount_base is None else round(one.amount_base),
        "by": one.decided_by,
    }


def _happened(one: DecisionMade) -> str:
    if one.received:
        return t("overview.received_on", units=number(one.received), day=day(one.received_on))
    if one.short_since:
        return t("overview.short_since", units=number(one.short_since))
    return t("overview.nothing_yet") if one.approved else t("overview.no_shortage")
