"""Planning costs on the settings screen: what is counted beside price and freight. Draws only.

A figure that nobody has stated wears the mark *assumed* until it is changed or confirmed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, t
from app.widgets import day_field
from app.widgets_acts import run_act
from app.widgets_tables import Day, Text, Units, table
from app.widgets_tables import Decimal as DecimalColumn
from inventory_core.clock import business_day, utc_now
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission
from inventory_core.planning.plan_costs import (
    ASSUMED_COSTS,
    SINCE_EVER,
    PlanCosts,
    Stated,
    confirmed,
    plan_costs_on,
    state_plan_costs,
    stated_plan_costs,
)
from inventory_core.planning.published import current_run

# Beside each other: what an order line costs, what the operator of a warehouse charges, and what
# is taken where nobody knows better, between warehouses and from abroad. Shares are in percent.
COLUMNS: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...] = (
    (("order", ("order_line_cost", "margin_share")),),
    (("fees", ("fee_currency", "storage_fee", "aged_after_days", "aged_fee", "low_cover_days",
               "low_fee")),),
    (("sending", ("freight_share", "removal_share", "removal_days")),
     ("buying", ("import_freight_share", "import_air_share", "duty_share"))),
)  # fmt: skip
DAYS = {"aged_after_days": (1, 3650), "low_cover_days": (0, 365), "removal_days": (0, 365)}


def draw_planning_costs(currencies: Sequence[str]) -> None:
    """The form with the figures of the planning day, and what was stated before."""
    day, costs, stated = session.read(_read)
    st.subheader(md("settings.costs"), anchor=False)
    st.caption(md("settings.costs_words", currency=session.current().company.base_currency))
    if costs.assumed:
        # Not a badge: on a phone a badge is one line and is cut off.
        words = md("settings.costs_assumed", count=str(len(costs.assumed)))
        st.markdown(f":orange[:material/edit_note: {words}]")
    _form(day, costs, stated, currencies)
    if stated:
        with st.expander(md("settings.costs_history")):
            _history(stated)


def _read(conn: Reading) -> tuple[date, PlanCosts, list[Stated]]:
    """The figures of the day that is planned for: a history that ended long ago has its own."""
    run = current_run(conn)
    today = business_day(utc_now(), session.current().company.time_zone)
    day = today if run is None else min(today, run.plan_day)
    return day, plan_costs_on(conn, day), stated_plan_costs(conn)


def _form(day: date, costs: PlanCosts, stated: list[Stated], currencies: Sequence[str]) -> None:
    allowed = session.may(Permission.SETTINGS_EDIT)
    seen = stated[0].costs.version if stated else 0
    with st.form(f"settings_costs_{seen}", border=False):
        values: dict[str, Any] = {}
        for cell, groups in zip(st.columns(3, gap="medium"), COLUMNS, strict=True):
            for group, names in groups:
                cell.markdown(f"**{md(f'settings.costs_{group}')}**")
                with cell:
                    for name in names:
                        values[name] = _figure(costs, name, currencies, disabled=not allowed)
        ticked: list[str] = []
        if costs.assumed:
            ticked = st.pills(
                md("settings.costs_confirm"),
                costs.assumed,
                selection_mode="multi",
                format_func=lambda name: t(f"assumed.{name}"),
                disabled=not allowed,
            )
        begins: date | None = day
        if stated:
            begins = day_field(
                md("settings.costs_from"),
                day,
                min_value=SINCE_EVER,
                width=220,
                disabled=not allowed,
            )
        sent = st.form_submit_button(md("shell.save"), type="primary", disabled=not allowed)
    if sent and begins:
        wanted = confirmed(costs, replace(costs, **values), ticked)
        run_act(
            lambda tx, actor, now, _key: state_plan_costs(
                tx, actor, wanted, valid_from=begins, seen_version=seen
            ),
            name="settings_costs",
            done=lambda _: md("settings.costs_saved"),
        )


def _figure(costs: PlanCosts, name: str, currencies: Sequence[str], *, disabled: bool) -> Any:
    """The field of one figure, marked where it is assumed."""
    label = md(f"settings.{name}", currency=costs.fee_currency)
    if name in costs.assumed:
        label += f" :orange[· {md('settings.costs_mark')}]"
    value = getattr(costs, name)
    if name == "fee_currency":
        listed = list(dict.fromkeys((*currencies, value)))
        return st.selectbox(label, listed, index=listed.index(value), disabled=disabled)
    if name in DAYS:
        return int(st.number_input(label, *DAYS[name], value, disabled=disabled))
    percent = name.endswith("_share")
    most = 500.0 if percent else None
    typed = st.number_input(
        label,
        0.0,
        most,
        float(value) * (100 if percent else 1),
        step=1.0 if percent or value >= 1 else 0.05,
        format="%.1f" if percent else "%.2f",
        disabled=disabled,
    )
    return Decimal(str(round(typed / 100, 4) if percent else round(typed, 6)))


def _history(stated: list[Stated]) -> None:
    groups = [names for column in COLUMNS for _, names in column]
    numbers = [name for names in groups for name in names if name != "fee_currency"]
    rows = pd.DataFrame(
        [
            {"valid_from": one.costs.valid_from, "person": one.person}
            | {"fee_currency": one.costs.fee_currency}
            | {name: float(getattr(one.costs, name)) for name in numbers}
            for one in stated
        ]
    )
    rows["valid_from"] = [
        None if on == ASSUMED_COSTS.valid_from else on for on in rows["valid_from"]
    ]
    shown = {"valid_from": Day(t("settings.costs_from")), "person": Text(t("settings.costs_by"))}
    shown |= {"fee_currency": Text(t("assumed.fee_currency"))}
    shown |= {
        name: Units(t(f"assumed.{name}"))
        if name in DAYS
        else DecimalColumn(t(f"assumed.{name}"), digits=2)
        for name in numbers
    }
    table(rows, shown, key="settings_costs_history", height="content")
