"""Acts on a screen. Decides that one click, two clicks and a rerun do a thing once.

act_button(label, command, name="approve_12", done=lambda order: md("…", code=order.code))
    command(tx, actor, now, key); `key` is made when the button is first drawn and kept until
    the act succeeded, so whatever is sent twice is the same request. The widget carries the
    key too: a second click on the old button finds nothing to press.
form_key(name)            the same key for a form of your own; `run_act` ends it after success
confirm(name, title, warning, label, command, done)     a dialog that names what will be lost
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, TypeVar

import streamlit as st

from app import session
from app.i18n import md
from app.widgets import Notice, Warned, notices
from inventory_core.clock import new_id
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission

Result = TypeVar("Result")
Command = Callable[[Writing, Actor, datetime, str], Result]


def form_key(name: str) -> str:
    """The idempotency key of this form, the same until its act succeeded."""
    keys: dict[str, str] = st.session_state.setdefault("form_keys", {})
    return keys.setdefault(name, str(new_id()))


def act_button(
    label: str,
    command: Command[Result],
    *,
    name: str,
    done: Callable[[Result], str | Warned] | None = None,
    permission: Permission | None = None,
    icon: str | None = None,
    type: Literal["primary", "secondary", "tertiary"] = "secondary",
    disabled: bool = False,
    help: str = "",
    width: Literal["content", "stretch"] = "content",
) -> Result | None:
    """A button that runs a command; after success `done` says so at the top.

    Without the permission the button stays quiet and says why. `name` is unique on the screen.
    """
    allowed = permission is None or session.may(permission)
    if not allowed and permission is not None:
        help = md("shell.no_right_act", permission=md(f"permission.{permission.value}"))
    pressed = st.button(
        label,
        key=f"act_{name}_{form_key(name)}",
        icon=icon,
        type=type,
        disabled=disabled or not allowed,
        help=help or None,
        width=width,
    )
    return run_act(command, name=name, done=done) if pressed else None


def run_act(
    command: Command[Result], *, name: str, done: Callable[[Result], str | Warned] | None = None
) -> Result | None:
    """Run a command under the form's key; on success say so and draw the screen anew."""
    key, keys, told = form_key(name), st.session_state["form_keys"], notices()
    with st.spinner(md("shell.working")):
        record = session.act(lambda tx, actor, now: command(tx, actor, now, key))
        # Plain objects only: whoever clicks again ends this run at the next word to Streamlit,
        # and what was done must have been said by then.
        if record is not None:
            keys.pop(name, None)
            if done is not None:
                told.append(Notice(lambda: done(record)))
    if record is None:
        return None
    st.rerun()


def confirm(
    name: str,
    title: str,
    warning: str,
    label: str,
    command: Command[Any],
    *,
    done: Callable[[Any], str | Warned] | None = None,
) -> None:
    """Open a dialog that says what will be lost; only its own button does it."""

    @st.dialog(title)
    def ask() -> None:
        st.markdown(warning)
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button(md("shell.cancel"), key=f"cancel_{name}"):
                st.rerun()
            act_button(label, command, name=name, done=done, type="primary")

    ask()
