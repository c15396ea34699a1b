"""What people change about a whole category or the company at once: what holds now, and the form.

Asks; the command judges. Every SKU of the part is planned again by a plan that the runner starts at
once, because a click cannot wait for thousands of them. A channel or a market cannot be changed by
itself: one forecast serves several of them.
"""

from datetime import date, datetime, timedelta

import streamlit as st

from app import session
from app.i18n import md, number
from app.screens.forecasts_override_form import asked_change, override_row
from app.widgets_acts import form_key, run_act
from forecasting.hierarchy_reading import Sum
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.job_runs import JobName, request_job
from inventory_core.planning.overrides import (
    PART_GRAINS,
    NewOverride,
    Override,
    live_overrides,
    set_override,
    withdraw_override,
)
from inventory_core.vocabulary import ForecastGrain


def draw_part_changes(
    grain: ForecastGrain, shown: Sum, name: str, starts_on: date, step_days: int
) -> None:
    """What holds for a part of a grain that can be changed as a whole; else nothing."""
    if grain not in PART_GRAINS:
        return
    last = starts_on + timedelta(days=step_days * len(shown.mean) - 1)
    live = session.cached("part_overrides", _live, starts_on, grain, shown.part, ttl=600)
    with st.container(border=True):
        st.markdown(f"**{md('learning.overrides')}**")
        if not live:
            st.caption(md("learning.part_none", name=name))
        for one in live:
            _row(one)
        if session.may(Permission.PLAN_RUN):
            with st.expander(md("learning.part_new", name=name), icon=":material/edit:"):
                st.caption(md("learning.part_note"))
                _form(grain, shown.part, name, starts_on, last)


def _live(conn: Reading, from_on: date, grain: ForecastGrain, part: str) -> tuple[Override, ...]:
    found = live_overrides(conn, from_on=from_on, sku_ids=[])
    return tuple(one for one in found if (one.grain, one.part) == (grain, part))


def _row(one: Override) -> None:
    override_row(
        one,
        lambda tx, actor, now, key: _withdraw(tx, actor, one, key, now),
        done=md("learning.part_withdrawn"),
        whole=True,
    )


def _form(grain: ForecastGrain, part: str, name: str, first: date, last: date) -> None:
    form = f"override_{grain.value}_{part}"
    days = (last - first).days + 1
    asked = asked_change(form, first, last, percent_only=True, usual_days=days)
    if asked is None:
        return
    new = NewOverride(
        form_key(form),
        None,
        None,
        asked.first_on,
        asked.last_on,
        asked.reason,
        change_percent=asked.change_percent,
        note=asked.note,
        grain=grain,
        part=part,
    )

    def command(tx: Writing, actor: Actor, now: datetime, key: str) -> Override:
        made = set_override(tx, actor, new, now=now)
        request_job(tx, actor, JobName.PLAN, key=f"override:{key}")
        return made

    run_act(
        command,
        name=form,
        done=lambda made: md(
            "learning.part_done",
            name=name,
            before=number(made.model_units),
            after=number(made.planned_units),
        ),
    )


def _withdraw(tx: Writing, actor: Actor, one: Override, key: str, now: datetime) -> Override:
    taken = withdraw_override(tx, actor, one.id, now=now)
    request_job(tx, actor, JobName.PLAN, key=f"override:{key}")
    return taken
