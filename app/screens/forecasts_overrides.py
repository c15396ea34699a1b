"""What people change about the forecast of one series: a small form, and what holds now.

Asks; the command judges. A change re-plans the SKU in the same act, so that the list of suggestions
never lags behind what was said here.
"""

from datetime import datetime

import streamlit as st

from app import session
from app.i18n import md, number
from app.replanning import refresh_suggestions
from app.screens.forecasts_override_form import asked_change, override_row
from app.screens.forecasts_reading import Listed, Series
from app.widgets_acts import Command, form_key, run_act
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.planning.overrides import (
    NewOverride,
    Override,
    set_override,
    withdraw_override,
)


def draw_overrides(series: Series, chosen: Listed) -> None:
    """What holds for this series, and the form for one more."""
    with st.container(border=True):
        st.markdown(f"**{md('learning.overrides')}**")
        if not series.overrides:
            st.caption(md("learning.overrides_none"))
        for one in series.overrides:
            _row(one, chosen)
        if session.may(Permission.PLAN_RUN):
            with st.expander(md("learning.override_new"), icon=":material/edit:"):
                _form(series, chosen)


def _row(one: Override, chosen: Listed) -> None:
    # One of a whole part holds for others too, and is taken back where they all are seen.
    take_back = None if one.grain is not None else _taking_back(one, chosen)
    override_row(one, take_back, done=md("learning.withdrawn"))


def _taking_back(one: Override, chosen: Listed) -> Command[Override]:
    return lambda tx, actor, now, _key: _withdraw(tx, actor, one, chosen, now)


def _form(series: Series, chosen: Listed) -> None:
    name = f"override_{chosen.sku_id}_{chosen.warehouse_id}"
    asked = asked_change(name, series.forecast.starts_on, series.ahead[-1])
    if asked is None:
        return
    new = NewOverride(
        form_key(name),
        chosen.sku_id,
        chosen.warehouse_id,
        asked.first_on,
        asked.last_on,
        asked.reason,
        change_percent=asked.change_percent,
        units_per_day=asked.units_per_day,
        note=asked.note,
    )

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


def _withdraw(tx: Writing, actor: Actor, one: Override, chosen: Listed, now: datetime) -> Override:
    taken = withdraw_override(tx, actor, one.id, now=now)
    refresh_suggestions(tx, actor, [chosen.sku_id], now=now)
    return taken
