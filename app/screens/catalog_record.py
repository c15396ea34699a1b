"""One record of the catalog on screen: its form, and the dialog of a new one. Decides only that
whoever may not edit sees quiet fields, and that a version draws a form of its own.

    record_form(name, version, fields, command, saved=…)   `fields(disabled)` draws and gives what
                                                           is wanted, `command` saves it
    new_record(title, name, fields, command, called=…)     the same in a dialog
"""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from app import session
from app.i18n import md
from app.widgets_acts import run_act
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission

Wanted = TypeVar("Wanted")
Save = Callable[[Writing, Actor, Wanted], Any]


def record_form(
    name: str,
    version: object,
    fields: Callable[[bool], Wanted],
    command: Save[Wanted],
    *,
    saved: str,
) -> None:
    """The fields of one record and the button that saves them; `saved` is what it is called."""
    allowed = session.may(Permission.CATALOG_EDIT)
    with st.form(f"{name}_{version}", border=False):
        wanted = fields(not allowed)
        sent = st.form_submit_button(md("shell.save"), type="primary", disabled=not allowed)
    if sent:
        run_act(
            lambda tx, actor, _now, _key: command(tx, actor, wanted),
            name=name,
            done=lambda _: md("catalog.saved", name=saved),
        )


def new_record(
    title: str,
    name: str,
    fields: Callable[[], Wanted],
    command: Save[Wanted],
    *,
    called: Callable[[Wanted], str],
) -> None:
    """A dialog with the fields of a new record; `called` says what was made."""

    @st.dialog(title, width="medium")
    def ask() -> None:
        with st.form(name, border=False):
            wanted = fields()
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent:
            run_act(
                lambda tx, actor, _now, _key: command(tx, actor, wanted),
                name=name,
                done=lambda _: md("catalog.created", name=called(wanted)),
            )

    ask()
