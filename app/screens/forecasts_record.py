"""How published forecasts turned out: value added, alarms, overrides. Draws; measures nothing.

Everything here is about forecasts that were in use, not about a backtest.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pandas as pd
import streamlit as st

from app import session
from app.charts_record import weeks_picture
from app.i18n import md, number, percent, reader_language, t
from app.screens.forecasts_record_overrides import draw_override_record
from app.widgets import Figure, chart, empty_state, figure_row
from app.widgets_acts import run_act
from app.widgets_tables import Column, Day, Text, Units, export_button, table
from forecasting.drift import Measured, measure
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission
from inventory_core.planning.alarms import (
    OpenAlarm,
    Outcome,
    newest_week,
    open_alarms,
    outcomes_since,
)
from inventory_core.planning.learning_limits import (
    LearningLimits,
    learning_limits_of,
    set_learning_limits,
)
from inventory_core.vocabulary import AlarmKind

WEEKS_SHOWN = 26
WIDE = 0.95  # of weeks inside a 90 % interval: it is wider than it need be


@dataclass(frozen=True, slots=True)
class Record:
    """What the view shows, read in one snapshot."""

    outcomes: tuple[Outcome, ...]
    whole: Measured
    lately: Measured
    alarms: tuple[OpenAlarm, ...]
    limits: LearningLimits


def draw_record() -> None:
    """The view."""
    found = session.cached("forecast_record", _read, ttl=300)
    if not found.outcomes:
        empty_state(":material/fact_check:", md("learning.record_empty"))
    else:
        _figures(found)
        with st.container(border=True), session.part():
            title = t("learning.weeks_title")
            figure = weeks_picture(found.outcomes, title=title, language=reader_language())
            chart(figure, "weeks_picture")
            st.caption(md("learning.weeks_note"))
    with st.container(border=True), session.part():
        _alarms(found)
    with st.container(border=True), session.part():
        draw_override_record()


def _read(conn: Reading) -> Record:
    limits = learning_limits_of(conn)
    newest = newest_week(conn)
    if newest is None:
        return Record((), measure([]), measure([]), tuple(open_alarms(conn)), limits)
    kept = outcomes_since(conn, newest - timedelta(days=7 * (WEEKS_SHOWN - 1)))
    since = newest - timedelta(days=7 * (limits.weeks - 1))
    return Record(
        tuple(kept),
        measure(kept),
        measure([one for one in kept if one.week_on >= since]),
        tuple(open_alarms(conn)),
        limits,
    )


def _figures(found: Record) -> None:
    told = found.whole
    cards = [
        Figure(
            t("learning.model_error"),
            percent(told.error, 0),
            help=md("learning.model_error_help", weeks=told.weeks),
        ),
        Figure(
            t("learning.value_added"),
            percent(told.value_added, 0),
            help=md("learning.value_added_help"),
            small=md("learning.naive_small", share=percent(told.naive_error, 0)),
        ),
        Figure(
            t("learning.override_added"),
            percent(told.override_added, 1),
            help=md("learning.override_added_help"),
        ),
        Figure(
            t("learning.bias"),
            percent(found.lately.bias, 0),
            help=md("learning.bias_help", weeks=found.lately.weeks),
            small=md("learning.tracking_small", value=number(found.lately.tracking, 1)),
        ),
        Figure(
            t("learning.coverage"),
            percent(told.coverage, 0),
            help=md("learning.coverage_help"),
            small=md("learning.coverage_wide")
            if told.coverage is not None and told.coverage >= WIDE
            else "",
        ),
    ]
    figure_row(cards)


def _alarms(found: Record) -> None:
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.subheader(md("learning.alarms"), anchor=False)
    with right, st.popover(md("learning.limits"), icon=":material/tune:", width="stretch"):
        _limits_form(found.limits)
    if not found.alarms:
        words = "learning.alarms_none" if found.outcomes else "learning.alarms_not_yet"
        st.caption(md(words, weeks=found.limits.weeks))
        return
    rows = pd.DataFrame([_alarm_row(one) for one in found.alarms])
    columns: dict[str, Column] = {
        "subject": Text(t("learning.subject"), pinned=True),
        "what": Text(t("learning.what"), width="large"),
        "weeks": Units(t("learning.weeks")),
        "since": Day(t("learning.last_week")),
    }
    table(rows, columns, key="forecast_alarms", height="auto")
    export_button(rows, columns, name="forecast_alarms")


def _alarm_row(one: OpenAlarm) -> dict[str, object]:
    return {
        "subject": f"{one.sku} · {one.warehouse}" if one.sku else one.category,
        "what": _alarm_words(one),
        "weeks": one.weeks,
        "since": one.last_week_on,
    }


def _alarm_words(one: OpenAlarm) -> str:
    if one.kind is AlarmKind.COVERAGE:
        limit = percent(one.threshold, 0)
        return t("learning.alarm_coverage", share=percent(one.measure, 0), limit=limit)
    side = "high" if one.measure > 0 else "low"
    if one.kind is AlarmKind.BIAS:
        limit = percent(one.threshold, 0)
        return t(f"learning.alarm_bias_{side}", share=percent(abs(one.measure), 0), limit=limit)
    value, limit = number(abs(one.measure), 1), number(one.threshold, 0)
    return t(f"learning.alarm_tracking_{side}", value=value, limit=limit)


def _limits_form(limits: LearningLimits) -> None:
    allowed = session.may(Permission.SETTINGS_EDIT)
    with st.form("learning_limits", border=False):
        st.caption(md("learning.limits_note"))
        weeks = st.number_input(md("learning.limit_weeks"), 4, 52, limits.weeks)
        tracking = st.number_input(
            md("learning.limit_tracking"), 2.0, 50.0, float(limits.tracking_signal), step=1.0
        )
        bias = st.number_input(
            md("learning.limit_bias"), 2, 500, round(limits.bias_share * 100), step=5
        )
        coverage = st.number_input(
            md("learning.limit_coverage"), 10, 90, round(limits.least_coverage * 100), step=5
        )
        margin = st.number_input(
            md("learning.limit_margin"), 0.0, 50.0, float(limits.release_margin * 100), step=0.5
        )
        pressed = st.form_submit_button(md("learning.limits_do"), disabled=not allowed)
    if pressed:
        wanted = replace(
            limits,
            weeks=int(weeks),
            tracking_signal=Decimal(str(tracking)),
            bias_share=Decimal(int(bias)) / 100,
            least_coverage=Decimal(int(coverage)) / 100,
            release_margin=Decimal(str(margin)) / 100,
        )
        run_act(
            lambda tx, actor, now, key: set_learning_limits(tx, actor, wanted),
            name="learning_limits",
            done=lambda _limits: md("learning.limits_done"),
        )
