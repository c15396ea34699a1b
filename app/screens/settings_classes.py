"""Classes on the settings screen: borders, and what a class promises instead of the company.

Draws only; the command decides. An empty field is left to the wider class, then to the company.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, percent, t
from app.screens.class_words import letters
from app.screens.rules_form import as_typed
from app.screens.rules_words import parts_words
from app.widgets import field_grid
from app.widgets_acts import run_act
from app.widgets_tables import Moment, Text, Units, table
from app.widgets_tables import Percent as PercentColumn
from inventory_core.db.engine import Reading, Writing
from inventory_core.desk.imports_cells import CellKind, CellProblem, read_cell
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.job_runs import JobName, request_job
from inventory_core.planning.class_choices import (
    ABC,
    CELLS,
    PARTS,
    XYZ,
    ChosenBy,
    ClassChoice,
    ClassPolicy,
    choose_classes,
    class_choices,
)
from inventory_core.planning.class_lists import select_class_counts
from inventory_core.planning.published import current_run
from inventory_core.planning.rules import MOST_DAYS
from inventory_core.vocabulary import OrderRule
from inventory_core.vocabulary_planning import AbcClass, XyzClass

# Borders in percent, and the most that can be typed.
PERCENTS = {"a_share": 99.0, "b_share": 99.9, "x_most": 5000.0, "y_most": 5000.0, "band": 50.0}
_KINDS = {"service_level": CellKind.PERCENT, "review_days": CellKind.WHOLE}
_CODES = {"service_level": "class_level_out_of_range", "review_days": "class_review_out_of_range"}


def draw_classes() -> None:
    """How SKUs are classed now, the form, and what was chosen before."""
    chosen, counts = session.read(_read)
    choice = chosen[0].choice if chosen else ClassChoice()
    st.subheader(md("classes.title"), anchor=False)
    company = session.current().company
    st.caption(md("classes.about", level=percent(company.service_level, 1)))
    if company.order_rule is OrderRule.LEAST_COST:
        st.caption(md("classes.about_least_cost"))
    if not counts.empty:
        _counts(counts)
    _form(choice)
    if chosen:
        with st.expander(md("classes.history")):
            _history(chosen)


def _read(conn: Reading) -> tuple[list[ChosenBy], pd.DataFrame]:
    return class_choices(conn), session.frame(conn, select_class_counts())


def _counts(counts: pd.DataFrame) -> None:
    """How many SKUs each class has, by regularity, and what they earn of the whole."""
    earned = counts["amount"].clip(lower=0).sum()
    rows = []
    for abc in AbcClass:
        mine = counts[counts["abc"] == abc.value]
        if mine.empty:
            continue
        by_part = {
            xyz: int(mine.loc[mine["xyz"] == xyz, "skus"].sum()) if abc.value in ABC else None
            for xyz in XYZ
        }
        share = mine["amount"].sum() / earned if earned and abc.value in ABC else None
        name = t("classes.none") if abc is AbcClass.NONE else letters(abc.value, XyzClass.NONE)
        rows.append({"name": name, "skus": int(mine["skus"].sum()), "share": share, **by_part})
    columns = {
        "name": Text(t("classes.column"), width=80),
        "skus": Units(t("classes.skus"), width=80),
        **({"share": PercentColumn(t("classes.share"))} if session.may(_COSTS) else {}),
        **{xyz: Units(xyz, width=60) for xyz in XYZ},
    }
    table(pd.DataFrame(rows), columns, key="settings_class_counts", height="content")


def _form(choice: ClassChoice) -> None:
    allowed = session.may(Permission.SETTINGS_EDIT)
    with st.form(f"settings_classes_{choice.version}", border=False):
        typed: dict[tuple[str, str], str] = {}
        for part, cell in zip(PARTS, st.columns(2, gap="medium"), strict=True):
            with cell:
                st.markdown(f"**{md(f'classes.of_{part}')}**")
                typed |= _cells(choice, part, disabled=not allowed)
        with st.expander(md("classes.borders_title")), field_grid(3):
            borders = _borders(choice, disabled=not allowed)
        saved = st.form_submit_button(md("shell.save"), type="primary", disabled=not allowed)
    if saved:
        with session.part():
            wanted = replace(choice, policies=read_policies(typed), **borders)
            run_act(
                lambda tx, actor, now, key: _save(tx, actor, now, key, wanted),
                name="settings_classes",
                done=lambda planning: md("classes.saved_planning" if planning else "classes.saved"),
            )


def _cells(choice: ClassChoice, part: str, *, disabled: bool) -> dict[tuple[str, str], str]:
    """Three rows of four fields: a whole class, and its parts by regularity."""
    found = {}
    with st.grid(4, min_column_width=62):
        for cell in CELLS:
            value = getattr(choice.policies.get(cell, ClassPolicy()), part)
            found[part, cell] = st.text_input(
                f"{cell[0]} · {md('classes.whole')}" if cell in ABC else cell,
                as_typed(part, value),
                key=f"class_{part}_{cell}_{choice.version}",
                placeholder="—",
                disabled=disabled,
            )
    return found


def _borders(choice: ClassChoice, *, disabled: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, most in PERCENTS.items():
        typed = st.number_input(
            md(f"classes.{name}"),
            0.0,
            most,
            float(getattr(choice, name) * 100),
            step=1.0,
            format="%.1f",
            help=md(f"classes.{name}_help"),
            disabled=disabled,
        )
        found[name] = Decimal(str(round(typed / 100, 4)))
    new_days = st.number_input(
        md("classes.new_days"), 14, 365, choice.new_days, disabled=disabled,
        help=md("classes.new_days_help"),
    )  # fmt: skip
    return {**found, "new_days": int(new_days)}


def read_policies(typed: dict[tuple[str, str], str]) -> dict[str, ClassPolicy]:
    """What was typed, read as the cell of a file is; Invalid names the field that is no number."""
    found: dict[str, dict[str, Any]] = {cell: {} for cell in CELLS}
    for (part, cell), words in typed.items():
        try:
            found[cell][part] = read_cell(_KINDS[part], words)
        except CellProblem as problem:
            raise Invalid(
                _CODES[part], field=f"{part}_{cell}", cell=cell, most=MOST_DAYS
            ) from problem
    policies = {cell: ClassPolicy(**parts) for cell, parts in found.items()}
    return {cell: one for cell, one in policies.items() if one != ClassPolicy()}


def _save(tx: Writing, actor: Actor, now: datetime, key: str, wanted: ClassChoice) -> bool:
    """Choose, and ask for a plan where there is one to change; whether that was asked for."""
    after = choose_classes(tx, actor, wanted)
    if after.version == wanted.version or current_run(tx) is None:
        return False
    request_job(tx, actor, JobName.PLAN, key=f"classes:{key}")
    return True


def _history(chosen: list[ChosenBy]) -> None:
    rows = [
        {"recorded_at": one.recorded_at, "person": one.person, "sets": _sets(one.choice)}
        | {name: float(getattr(one.choice, name)) for name in PERCENTS}
        for one in chosen
    ]
    columns = {
        "recorded_at": Moment(t("classes.since_column"), width=136),
        "person": Text(t("settings.costs_by"), width=90),
        "sets": Text(t("classes.sets_column"), width=320),
        **{name: PercentColumn(t(f"classes.{name}"), digits=0) for name in PERCENTS},
    }
    table(pd.DataFrame(rows), columns, key="settings_class_history", height="content")


def _sets(choice: ClassChoice) -> str:
    said = []
    for cell, one in choice.policies.items():
        facts = {part: getattr(one, part) for part in PARTS}
        known = [part for part in PARTS if facts[part] is not None]
        said.append(f"{cell}: {parts_words(facts, known)}")
    return " · ".join(said) or "—"


_COSTS = Permission.COST_VIEW
