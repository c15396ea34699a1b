"""What people change about the forecast of one series: a small form, and what holds now.

Asks; the command judges. A change re-plans the SKU in the same act, so that the list of suggestions
never lags behind what was said here.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import streamlit as st

from app import session
from app.i18n import day, md, number, percent, plain, t
from app.replanning import refresh_suggestions
from app.screens.forecasts_reading import Listed, Series
from app.widgets import DAY_FORMAT
from app.widgets_acts import act_button, form_key, run_act
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.planning.overrides import (
    NewOverride,
    Override,
    set_override,
    withdraw_override,
)
from inventory_core.vocabulary import OverrideReason

MOST_NOTE = 500


def draw_overrides(series: Series, chosen: Listed) -> None:
    """What holds for this series, and the form for one more."""
    with st.container(border=True):
        st.markdown(f"**{md('learning.overrides')}**")
        if not series.overrides:
            st.caption(md("learning.overrides_none"))
        for one in series.overrides:
            _row(one)
        if session.may(Permission.PLAN_RUN):
            with st.expander(md("learning.override_new"), icon=":material/edit:"):
                _form(series, chosen)


def change_words(one: Override) -> str:
    """+20 % or 40 units a day, for plain places."""
    if one.units_per_day is not None:
        return t("learning.units_a_day", units=number(one.units_per_day, _digits(one)))
    assert one.change_percent is not None
    sign = "+" if one.change_percent > 0 else ""
    return sign + percent(one.change_percent / 100, 0)


def _row(one: Override) -> None:
    left, right = st.columns([5, 1], vertical_alignment="center")
    words = md(
        "learning.override_row",
        change=change_words(one),
        first=day(one.first_on),
        last=day(one.last_on),
        reason=t(f"learning.reason_{one.reason.value}"),
        before=number(one.model_units),
        after=number(one.planned_units),
        by=one.made_by,
    )
    note = f" · {plain(one.note)}" if one.note else ""
    left.markdown(words + note)
    with right:
        act_button(
            md("learning.withdraw"),
            lambda tx, actor, now, _key: _withdraw(tx, actor, one, now),
            name=f"withdraw_{one.id}",
            done=lambda _one: md("learning.withdrawn"),
            permission=Permission.PLAN_RUN,
            type="tertiary",
        )


def _form(series: Series, chosen: Listed) -> None:
    name = f"override_{chosen.sku_id}_{chosen.warehouse_id}"
    first, last = series.forecast.starts_on, series.ahead[-1]
    kind = st.segmented_control(
        md("learning.kind"),
        ["percent", "units"],
        default="percent",
        required=True,
        format_func=lambda value: t(f"learning.kind_{value}"),
        key=f"{name}_kind",
    )
    with st.form(name, border=False):
        left, middle, right = st.columns(3)
        days = left.date_input(
            md("learning.days"),
            value=(first, min(last, first + timedelta(days=13))),
            min_value=first,
            max_value=last,
            format=DAY_FORMAT,
        )
        value = (
            middle.number_input(md("learning.percent"), min_value=-100, max_value=1000, value=20)
            if kind == "percent"
            else middle.number_input(md("learning.units"), min_value=0.0, value=10.0, step=1.0)
        )
        reason = right.selectbox(
            md("learning.reason"),
            list(OverrideReason),
            format_func=lambda one: t(f"learning.reason_{one.value}"),
        )
        note = st.text_input(md("learning.note"), max_chars=MOST_NOTE)
        pressed = st.form_submit_button(md("learning.override_do"), type="primary")
    if not pressed:
        return
    span = _span(days)
    if span is None:
        st.error(md("learning.two_days_needed"))
        return
    _set(
        name,
        chosen,
        NewOverride(
            form_key(name),
            chosen.sku_id,
            chosen.warehouse_id,
            *span,
            reason or OverrideReason.JUDGEMENT,
            change_percent=Decimal(str(value)) if kind == "percent" else None,
            units_per_day=None if kind == "percent" else Decimal(str(value)),
            note=note,
        ),
    )


def _set(name: str, chosen: Listed, new: NewOverride) -> None:
    def command(tx: Writing, actor: Actor, now: datetime, _key: str) -> Override:
        made = set_override(tx, actor, new, now=now)
        refresh_suggestions(tx, actor, [chosen.sku_id], now=now)
        return made

    run_act(
        command,
        name=name,
        done=lambda made: md(
            "learning.override_done",
            sku=chosen.sku,
            before=number(made.model_units),
            after=number(made.planned_units),
        ),
    )


def _withdraw(tx: Writing, actor: Actor, one: Override, now: datetime) -> Override:
    taken = withdraw_override(tx, actor, one.id, now=now)
    refresh_suggestions(tx, actor, [one.sku_id], now=now)
    return taken


def _span(days: object) -> tuple[date, date] | None:
    if isinstance(days, Sequence) and len(days) == 2:
        return days[0], days[1]
    return (days, days) if isinstance(days, date) else None


def _digits(one: Override) -> int:
    units = one.units_per_day or Decimal(0)
    return 0 if units == units.to_integral_value() else 1
