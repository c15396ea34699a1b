"""Complete your data, step by step: a prefilled workbook out and back, or everything at once."""

import streamlit as st

from app import session
from app.i18n import md, number, percent, plain
from app.import_words import headline
from app.screens.first_step import first_step
from app.screens.imports_report import draw_report
from app.screens.imports_unknown import offer_unknown
from app.screens.imports_upload import let_go, take_upload
from app.widgets import empty_state, link
from app.widgets_acts import act_button, form_key
from inventory_core.clock import utc_now
from inventory_core.desk.complete_data import (
    COST_SHARE_OF_PRICE,
    LEAD_TIME_DAYS,
    LEAD_TIME_SPREAD_DAYS,
    MOQ,
    OPENING_DAYS,
    incomplete_skus,
    missing_rates,
)
from inventory_core.desk.complete_loading import accept_assumptions, complete_from_file
from inventory_core.desk.imports_runs import ImportReport
from inventory_core.desk.imports_workbooks import complete_workbook
from inventory_core.insight.kpis_snapshot import first_fact_on
from inventory_core.office.actors import Permission
from inventory_core.vocabulary import Language

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw_complete() -> None:
    """Two steps with a workbook, or one click."""
    items = session.cached("incomplete_skus", incomplete_skus)
    if not items and session.read(first_fact_on) is None:
        first_step(":material/edit_note:", md("imports.complete_first"))
        return
    if not items:
        empty_state(":material/task_alt:", md("imports.complete_none"))
        link("replenish", md("imports.complete_next"), icon=":material/shopping_cart:")
        return
    st.markdown(md("imports.complete_sentence", count=len(items)))
    for currency in session.read(lambda conn: missing_rates(conn, items, utc_now())):
        base = session.current().company.base_currency
        st.warning(
            md("imports.complete_missing_rate", currency=currency, base=base),
            icon=":material/currency_exchange:",
        )
    left, right = st.columns([3, 2], gap="large")
    with left:
        _step_out()
        _step_back()
    with right, st.container(border=True):
        st.subheader(md("imports.complete_or"), anchor=False)
        st.markdown(md("imports.complete_accept_text"))
        act_button(
            md("imports.complete_accept", count=len(items)),
            lambda tx, actor, now, key: accept_assumptions(tx, actor, key=key, now=now),
            name="complete_accept",
            done=_said,
            permission=Permission.DATA_IMPORT,
            icon=":material/done_all:",
        )


def _step_out() -> None:
    st.subheader(md("imports.complete_step1"), anchor=False)
    st.markdown(
        md(
            "imports.complete_step1_text",
            lead=LEAD_TIME_DAYS,
            spread=number(LEAD_TIME_SPREAD_DAYS),
            moq=MOQ,
            share=percent(COST_SHARE_OF_PRICE, 0),
            days=OPENING_DAYS,
        )
    )
    language = Language(session.current().language)
    st.download_button(
        md("imports.complete_download"),
        lambda: session.read(lambda conn: complete_workbook(conn, language)[0]),
        file_name="complete-your-data.xlsx",
        mime=_XLSX,
        key="complete_download",
        icon=":material/download:",
        on_click="ignore",
    )


def _step_back() -> None:
    st.subheader(md("imports.complete_step2"), anchor=False)
    st.markdown(md("imports.complete_step2_text"))
    upload = take_upload("complete")
    if upload is None:
        return
    checked = st.session_state.get("complete_checked")
    if checked is None or checked[0] != upload.mark:
        key = f"check:{form_key('complete_check')}"
        with st.spinner(md("imports.working")):
            report = session.act(
                lambda tx, actor, now: complete_from_file(
                    tx, actor, upload.path, key=key, now=now, file_name=upload.name, dry_run=True
                )
            )
        if report is None:
            return
        checked = st.session_state["complete_checked"] = (upload.mark, report)
    report = checked[1]
    draw_report(report, name="check_complete")
    offer_unknown(
        report,
        name="complete",
        again=lambda: st.session_state.update({"complete_checked": None}),
    )
    if report.problem_count or report.replayed:
        return
    act_button(
        md("imports.import", rows=report.rows),
        lambda tx, actor, now, key: complete_from_file(
            tx, actor, upload.path, key=key, now=now, file_name=upload.name
        ),
        name=f"complete_{upload.mark[:12]}",
        done=_said,
        permission=Permission.DATA_IMPORT,
        icon=":material/upload:",
        type="primary",
    )


def _said(report: ImportReport) -> str:
    st.session_state.pop("complete_checked", None)
    let_go("complete")
    return plain(headline(report))
