"""The form that asks for a change of a forecast, and the line that tells of one that holds.

Asks and draws; whose forecast is changed, and what is planned again, decides who calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import streamlit as st

from app.i18n import day, md, number, plain, t
from app.screens.forecasts_words import change_words, part_words
from app.widgets import DAY_FORMAT
from app.widgets_acts import Command, act_button
from inventory_core.office.actors import Permission
from inventory_core.planning.overrides import MOST_NOTE, Override
from inventory_core.vocabulary import OverrideReason

USUAL_DAYS = 14


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to change: a percentage or units a day, on which days and why."""

    first_on: date
    last_on: date
    reason: OverrideReason
    note: str
    change_percent: Decimal | None
    units_per_day: Decimal | None


def asked_change(
    name: str, first: date, last: date, *, percent_only: bool = False, usual_days: int = USUAL_DAYS
) -> Asked | None:
    """The form; what it asks for in the run in which it is sent off, else None."""
    kind = "percent" if percent_only else _kind(name)
    with st.form(name, border=False):
        left, middle, right = st.columns(3)
        days = left.date_input(
            md("learning.days"),
            value=(first, min(last, first + timedelta(days=usual_days - 1))),
            min_value=first,
            max_value=last,
            format=DAY_FORMAT,
        )
        value = (
            middle.number_input(md("learning.percent"), min_value=-100, max_value=1000, value=20)
            if kind == "percent"
            else middle.number_input(md("learning.units"), min_value=0.0, value=10.0, step=1.0)
        )
        reasons = list(OverrideReason)
        reason = right.selectbox(
            md("learning.reason"),
            reasons,
            index=reasons.index(OverrideReason.MARKET_TREND) if percent_only else 0,
            format_func=lambda one: t(f"learning.reason_{one.value}"),
        )
        note = st.text_input(md("learning.note"), max_chars=MOST_NOTE)
        pressed = st.form_submit_button(md("learning.override_do"), type="primary")
    if not pressed:
        return None
    span = _span(days)
    if span is None:
        st.error(md("learning.two_days_needed"))
        return None
    changed = Decimal(str(value))
    return Asked(
        *span,
        reason or OverrideReason.JUDGEMENT,
        note,
        change_percent=changed if kind == "percent" else None,
        units_per_day=None if kind == "percent" else changed,
    )


def override_row(
    one: Override, take_back: Command[Override] | None, *, done: str, whole: bool = False
) -> None:
    """What one changes, and the button that takes it back, where there is one.

    `done`: what is said then; `whole`: it stands beside what is changed as a whole.
    """
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.markdown(_words(one, whole=whole))
    if take_back is None:
        return
    with right:
        act_button(
            md("learning.withdraw"),
            take_back,
            name=f"withdraw_{one.id}",
            done=lambda _one: done,
            permission=Permission.PLAN_RUN,
            type="tertiary",
        )


def _words(one: Override, *, whole: bool) -> str:
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
    if one.grain is not None and not whole:
        words = f"{plain(part_words(one.grain, one.part_name))}: {words}"
    return f"{words} · {plain(one.note)}" if one.note else words


def _kind(name: str) -> str:
    return str(
        st.segmented_control(
            md("learning.kind"),
            ["percent", "units"],
            default="percent",
            required=True,
            format_func=lambda value: t(f"learning.kind_{value}"),
            key=f"{name}_kind",
        )
    )


def _span(days: object) -> tuple[date, date] | None:
    if isinstance(days, Sequence) and len(days) == 2:
        return days[0], days[1]
    return (days, days) if isinstance(days, date) else None
