"""What people change about a channel, market, category or the company: what holds, and the form.

Asks; the command judges. Every SKU of the part is planned again by a plan that the runner starts at
once, because a click cannot wait for thousands of them.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

import streamlit as st

from app import session
from app.i18n import md, number
from app.screens.forecasts_override_form import asked_change, override_row
from app.screens.forecasts_words import change_words, part_words
from app.widgets_acts import form_key, run_act
from forecasting.hierarchy_reading import Sum
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.job_runs import JobName, request_job
from inventory_core.planning.override_figures import CUT_GRAINS
from inventory_core.planning.overrides import (
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
    """What holds for one part of a grain, and the form for one more."""
    last = starts_on + timedelta(days=step_days * len(shown.mean) - 1)
    live = [one for one in _live_of(starts_on) if (one.grain, one.part) == (grain, shown.part)]
    with st.container(border=True):
        st.markdown(f"**{md('learning.overrides')}**")
        if not live:
            st.caption(md("learning.part_none", name=name))
        for one in live:
            _row(one, whole=True)
        if shown.horizon == 0:
            st.caption(md("learning.part_nothing_forecast", name=name))
        _others(grain, starts_on)
        if session.may(Permission.PLAN_RUN):
            with st.expander(md("learning.part_new", name=name), icon=":material/edit:"):
                kind = f"_{grain.value}" if grain in CUT_GRAINS else ""
                st.caption(md(f"learning.part_note{kind}"))
                _form(grain, shown.part, name, starts_on, last)


def draw_all_changes(grain: ForecastGrain, parts: Collection[str], starts_on: date) -> None:
    """What holds for any part of a grain; `parts`: those that are forecast, others change nothing.

    Here also a part is found that nothing is forecast for any more, and its change taken back.
    """
    live = [one for one in _live_of(starts_on) if one.grain is grain]
    if not _live_of(starts_on):
        return
    with st.container(border=True):
        st.markdown(f"**{md('learning.overrides')}**")
        for one in live:
            _row(one, whole=False)
            if one.part not in parts:
                st.caption(md("learning.part_without_share"))
        _others(grain, starts_on)


def _others(grain: ForecastGrain, starts_on: date) -> None:
    """What is said of parts of another kind is in these sums as well, where they meet."""
    said = [
        f"{part_words(one.grain, one.part_name)} {change_words(one)}"
        for one in _live_of(starts_on)
        if one.grain is not None and one.grain is not grain
    ]
    if said:
        st.caption(md("learning.part_others", others=" · ".join(said)))


def _live_of(starts_on: date) -> tuple[Override, ...]:
    return session.cached("part_overrides", _live, starts_on, ttl=600)


def _live(conn: Reading, from_on: date) -> tuple[Override, ...]:
    return tuple(live_overrides(conn, from_on=from_on, sku_ids=[]))


def _row(one: Override, *, whole: bool) -> None:
    override_row(
        one,
        lambda tx, actor, now, key: _withdraw(tx, actor, one, key, now),
        done=md("learning.part_withdrawn"),
        whole=whole,
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
            "learning.part_done" if made.model_units > 0 else "learning.part_done_nothing",
            name=name,
            before=number(made.model_units),
            after=number(made.planned_units),
        ),
    )


def _withdraw(tx: Writing, actor: Actor, one: Override, key: str, now: datetime) -> Override:
    taken = withdraw_override(tx, actor, one.id, now=now)
    request_job(tx, actor, JobName.PLAN, key=f"override:{key}")
    return taken
