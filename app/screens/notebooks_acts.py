"""What a person may do with a notebook: run it with parameters, give it an hour. Draws forms."""

from collections.abc import Mapping
from datetime import time
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, plain, t
from app.widgets import field_grid
from app.widgets_acts import act_button
from inventory_core.office.actors import Permission
from inventory_core.office.notebook_runs import (
    NotebookEntry,
    drop_notebook_entry,
    request_notebook,
    set_notebook_entry,
)
from inventory_core.office.notebooks import NotebookFile, Value

NEVER, DAILY = "never", "daily"
USUAL_HOUR = time(4, 0)


def run_form(notebook: NotebookFile, entry: NotebookEntry | None) -> dict[str, Value]:
    """The parameters as typed, and the button that asks for a run with them."""
    st.markdown(f"**{md('notebooks.run_title')}**")
    known = entry.parameters if entry else {}
    given = _parameters(notebook, known)
    act_button(
        t("notebooks.run"),
        lambda tx, actor, _now, key: request_notebook(
            tx, actor, notebook, given, key=f"screen:{key}"
        ),
        name=f"notebook_run_{notebook.name}",
        done=lambda _: md("notebooks.asked"),
        permission=Permission.JOB_RUN,
        icon=":material/play_arrow:",
        type="primary",
    )
    return given


def timetable_form(
    notebook: NotebookFile, entry: NotebookEntry | None, given: Mapping[str, Value]
) -> None:
    """Never, every day or one day a week, at an hour of the company's clock."""
    st.markdown(f"**{md('notebooks.when_title')}**")
    labels = {NEVER: t("notebooks.when_never"), DAILY: t("notebooks.when_daily")}
    labels |= {str(day): t(f"notebooks.weekday_{day}") for day in range(1, 8)}
    usual = NEVER if entry is None else str(entry.weekday or DAILY)
    allowed = session.may(Permission.JOB_RUN)
    one, two = st.columns([3, 2], wrap=False)
    when = one.selectbox(
        md("notebooks.when"),
        list(labels),
        index=list(labels).index(usual),
        format_func=lambda value: labels[value],
        key=f"notebook_when_{notebook.name}",
        disabled=not allowed,
    )
    at = two.time_input(
        md("notebooks.at"),
        time(entry.hour, entry.minute) if entry else USUAL_HOUR,
        key=f"notebook_at_{notebook.name}",
        disabled=not allowed or when == NEVER,
    )
    _save(notebook, entry, str(when), at or USUAL_HOUR, given)


def _save(
    notebook: NotebookFile,
    entry: NotebookEntry | None,
    when: str,
    at: time,
    given: Mapping[str, Value],
) -> None:
    dropping = when == NEVER

    def save(tx: Any, actor: Any, _now: Any, _key: str) -> Any:
        if dropping:
            return drop_notebook_entry(tx, actor, notebook.name)
        weekday = None if when == DAILY else int(when)
        return set_notebook_entry(
            tx, actor, notebook, given, weekday=weekday, hour=at.hour, minute=at.minute
        )

    words = "notebooks.entry_dropped" if dropping else "notebooks.entry_saved"
    act_button(
        t("notebooks.save_entry"),
        save,
        name=f"notebook_entry_{notebook.name}",
        done=lambda _: md(words, notebook=notebook.title),
        permission=Permission.JOB_RUN,
        icon=":material/schedule:",
        disabled=dropping and entry is None,
        help=md("notebooks.entry_help"),
    )


def _parameters(notebook: NotebookFile, known: Mapping[str, Any]) -> dict[str, Value]:
    """One field per declared parameter, of its type."""
    if not notebook.parameters:
        st.markdown(f":gray[{md('notebooks.no_parameters')}]")
        return {}
    given: dict[str, Value] = {}
    with field_grid(min(2, len(notebook.parameters))):
        for name, usual in notebook.parameters.items():
            given[name] = _field(notebook.name, name, usual, known.get(name, usual))
    return given


def _field(notebook: str, name: str, usual: Value, value: Any) -> Value:
    label, key = plain(name), f"notebook_{notebook}_{name}"
    if isinstance(usual, bool):
        return st.checkbox(label, bool(value), key=key)
    if isinstance(usual, int):
        return int(st.number_input(label, value=int(value), step=1, key=key))
    if isinstance(usual, float):
        return float(st.number_input(label, value=float(value), key=key, format="%.4g"))
    typed = st.text_input(label, "" if value is None else str(value), key=key)
    return None if usual is None and not typed else typed
