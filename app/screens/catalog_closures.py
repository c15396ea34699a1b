"""Closures of factories, ports, carriers, customs and check-in on screen. Draws only."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from app import session
from app.i18n import catalogue, md, t
from app.widgets import day_field, field_grid
from app.widgets_acts import run_act
from app.widgets_tables import Column, Day, Text, Units, export_button, table
from inventory_core.catalog.calendar_presets import EVERY_DAY, KNOWN_CODES
from inventory_core.catalog.calendar_records import (
    Closure,
    calendars,
    close_days,
    closures_between,
    slow_days,
)
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor, Permission

SHOWN_DAYS = 365
USUAL_DAYS = 7
_FIRST = ("carrier", "port", "customs", "check_in")
# What a calendar does between two days, and of how many days one is worked where it is slow.
_DOES = {"rest": 0, "work": 0, "half": 2, "third": 3}


@dataclass(frozen=True, slots=True)
class _Said:
    code: str
    first: date
    last: date
    does: str
    reason: str


def draw_closures(today: date) -> None:
    """Who rests in the next twelve months, and the button for one more closure."""
    runs, codes = session.cached("closures", _read, today)
    with st.container(horizontal=True, vertical_alignment="center"):
        words, hint = md("calendar.closures"), md("calendar.closures_help")
        st.subheader(words, anchor=False, help=hint, width="content")
        if st.button(
            md("calendar.new_closure"),
            key="closure_new",
            icon=":material/event_busy:",
            disabled=not session.may(Permission.CATALOG_EDIT),
        ):
            _dialog(codes, today)
    if not runs:
        st.markdown(f":gray[{md('calendar.no_closures')}]")
        return
    rows = pd.DataFrame(
        {
            "who": [code_words(run.code) for run in runs],
            "from": [run.first for run in runs],
            "to": [run.last for run in runs],
            "days": [run.days for run in runs],
            "works": [_does(run) for run in runs],
            "reason": [_reason(run.reason) for run in runs],
        }
    )
    columns: dict[str, Column] = {
        "who": Text(t("calendar.who"), width="medium"),
        "from": Day(t("calendar.from")),
        "to": Day(t("calendar.to")),
        "days": Units(t("calendar.days"), width="small"),
        "works": Text(t("calendar.works"), width="small"),
        "reason": Text(t("calendar.reason"), width="medium"),
    }
    table(rows, columns, key="closures", height=420)
    export_button(rows, columns, name="closures")


def _does(run: Closure) -> str:
    if run.working:
        return t("calendar.open")
    return t("calendar.slow" if run.slow else "calendar.closed")


def code_words(code: str) -> str:
    """Who a calendar stands for."""
    return t(f"calendar.code_{code}") if code in KNOWN_CODES else code


def _reason(reason: str) -> str:
    """The program's own reasons in the reader's language, a person's as written."""
    key = f"closure.{reason}"
    return catalogue(session.current().language).get(key, reason)


def _read(conn: Reading, today: date) -> tuple[list[Closure], list[str]]:
    own = sorted(one.code for one in calendars(conn).values() if one.code not in KNOWN_CODES)
    usual = [code for code in KNOWN_CODES if code not in (*_FIRST, EVERY_DAY)]
    runs = closures_between(conn, today, today + timedelta(days=SHOWN_DAYS))
    return runs, [*_FIRST, *usual, *own]


def _dialog(codes: list[str], today: date) -> None:
    @st.dialog(t("calendar.new_closure"))
    def ask() -> None:
        with st.form("closure_new_form", border=False):
            code = st.selectbox(
                md("calendar.who"), codes, format_func=code_words, key="closure_who"
            )
            with field_grid():
                first = day_field(md("calendar.from"), today, key="closure_from")
                last = day_field(
                    md("calendar.to"), today + timedelta(days=USUAL_DAYS - 1), key="closure_to"
                )
            works = st.segmented_control(
                md("calendar.works"),
                list(_DOES),
                default="rest",
                required=True,
                format_func=lambda one: t(f"calendar.{one}"),
                key="closure_works",
            )
            reason = st.text_input(md("calendar.reason"), key="closure_reason")
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent and code and first and last:
            said = _Said(code, first, last, works or "rest", reason)
            run_act(
                lambda tx, actor, _now, _key: _write(tx, actor, said),
                name="closure_new",
                done=lambda count: md("calendar.closed_done", who=code_words(code), count=count),
            )

    ask()


def _write(tx: Writing, actor: Actor, said: _Said) -> int:
    days = {"first": said.first, "last": said.last}
    if _DOES[said.does]:
        return slow_days(tx, actor, said.code, **days, one_in=_DOES[said.does], reason=said.reason)
    working = said.does == "work"
    return close_days(tx, actor, said.code, **days, working=working, reason=said.reason)
