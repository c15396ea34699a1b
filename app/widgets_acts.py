"""Acts on a screen. Decides that one click, two clicks and a rerun do a thing once.

act_button(label, command, name="approve_12", done=lambda order: md("…", code=order.code))
    command(tx, actor, now, key); `key` is made when the button is first drawn and kept until
    the act succeeded, so whatever is sent twice is the same request.
acts_left()               the end of every screen: what was pressed and not drawn again is done
form_key(name)            the same key for a form of your own; `run_act` ends it after success
confirm(name, title, warning, label, command, done)     a dialog that names what will be lost
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

import streamlit as st

from app import session
from app.i18n import md
from app.widgets import Notice, Told, Warned, notice_place, notices
from inventory_core.clock import new_id
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission

Result = TypeVar("Result")
Command = Callable[[Writing, Actor, datetime, str], Result]

# Nobody reads a card and decides in less: a click this soon was meant for the card before it.
SLIP_SECONDS = 1.0
_MOST_SAID = 50


@dataclass(frozen=True, slots=True)
class _Press:
    """A click on an act, as the button was when the reader saw it."""

    name: str
    key: str
    command: Command[Any]
    done: Callable[[Any], Told] | None
    moves_on: bool = False


@dataclass(slots=True)
class _Acts:
    """What this session's acts remember; plain objects, for two runs may stand side by side."""

    keys: dict[str, str] = field(default_factory=dict)
    pressed: dict[str, _Press] = field(default_factory=dict)
    said: dict[str, Notice] = field(default_factory=dict)  # by the key of the act that is done
    drawn_at: dict[str, float] = field(default_factory=dict)  # since the last act that moved on
    moved_on: Notice | None = None


def form_key(name: str) -> str:
    """The idempotency key of this form, the same until its act succeeded."""
    return _acts().keys.setdefault(name, str(new_id()))


def act_button(
    label: str,
    command: Command[Result],
    *,
    name: str,
    done: Callable[[Result], Told] | None = None,
    permission: Permission | None = None,
    icon: str | None = None,
    type: Literal["primary", "secondary", "tertiary"] = "secondary",
    disabled: bool = False,
    help: str = "",
    width: Literal["content", "stretch"] = "content",
    moves_on: bool = False,
) -> None:
    """A button that runs a command; after success `done` says so at the top.

    Without the permission the button stays quiet and says why. `name` is unique on the screen.
    `moves_on` says that after the act the button of the next thing stands in this place: a late
    second click does nothing there, and says so.
    """
    allowed = permission is None or session.may(permission)
    if not allowed and permission is not None:
        help = md("shell.no_right_act", permission=md(f"permission.{permission.value}"))
    acts, press = _acts(), _Press(name, form_key(name), command, done, moves_on)
    if moves_on:
        acts.drawn_at.setdefault(press.key, time.monotonic())
    st.button(
        label,
        key=f"act_{name}_{press.key}",
        icon=icon,
        type=type,
        disabled=disabled or not allowed,
        help=help or None,
        width=width,
        on_click=_click,
        args=(press,),
    )
    if acts.pressed.pop(press.key, None):
        _do(press)


def run_act(
    command: Command[Result], *, name: str, done: Callable[[Result], Told] | None = None
) -> None:
    """Run a command under the form's key; on success say so and draw the screen anew."""
    _do(_Press(name, form_key(name), command, done))


def acts_left() -> None:
    """The screen was drawn to its end: what was pressed and has no button any more is done now.

    Somebody else may have done the same a moment ago. The command knows what that means, and
    whoever clicked must hear it.
    """
    left = _acts().pressed
    while left:
        _, press = left.popitem()
        with notice_place():
            _do(press)


def confirm(
    name: str,
    title: str,
    warning: str,
    label: str,
    command: Command[Any],
    *,
    done: Callable[[Any], Told] | None = None,
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


def _acts() -> _Acts:
    found: _Acts = st.session_state.setdefault("acts", _Acts())
    return found


def _click(press: _Press) -> None:
    """Note the click before anything is drawn: by then its button may be gone."""
    acts = _acts()
    waited = time.monotonic() - acts.drawn_at.get(press.key, 0.0)
    if press.key in acts.said:
        _say_again(acts.said[press.key])
    elif press.moves_on and acts.moved_on is not None and waited < SLIP_SECONDS:
        _say_again(acts.moved_on)
        notices().append(Notice(lambda: Warned(md("shell.late_click"))))
    else:
        acts.pressed[press.key] = press


def _do(press: _Press) -> None:
    acts, told = _acts(), notices()
    with st.spinner(md("shell.working")):
        record = session.act(lambda tx, actor, now: press.command(tx, actor, now, press.key))
        # Plain objects only: whoever clicks again ends this run at the next word to Streamlit,
        # and what was done must have been said by then.
        if record is not None:
            _note_done(acts, told, press, record)
    if record is not None:
        st.rerun()


def _note_done(acts: _Acts, told: list[Notice], press: _Press, record: Any) -> None:
    done = press.done
    notice = Notice((lambda: done(record)) if done is not None else str)
    if acts.said.setdefault(press.key, notice) is notice:
        told.append(notice)
        if len(acts.said) > _MOST_SAID:
            acts.said.pop(next(iter(acts.said)), None)
    if acts.keys.get(press.name) == press.key:
        del acts.keys[press.name]
    if press.moves_on:
        acts.moved_on = notice
        acts.drawn_at.clear()


def _say_again(notice: Notice) -> None:
    """This click changes nothing; the screen that it draws anew says what the first one did."""
    if notice not in notices():
        notice.told = False
        notices().append(notice)
