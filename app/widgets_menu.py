"""The menu from the table of screens. Decides that a screen is drawn only with its permission.

The permission is asked when the screen is drawn, not only when the menu is built, so an address
typed by hand finds the same answer as the menu.
"""

from collections.abc import Callable

import streamlit as st

from app import session
from app.i18n import md, t
from app.screens.registry import SCREENS, SECTIONS, Screen, first_screen
from app.widgets import no_right, notices_read
from app.widgets_acts import acts_left


def menu(visit: session.Visit) -> st.Page:
    """Draw the menu of this person; the page that was chosen, ready to run."""
    pages = {screen.key: _page(screen, visit) for screen in SCREENS}
    # What links and buttons lead to: no way ends before a closed door.
    st.session_state["pages"] = {
        screen.key: pages[screen.key] for screen in SCREENS if visit.actor.may(screen.permission)
    }
    home = st.Page(_go_home, title="Yiben", url_path="home", default=True, visibility="hidden")
    listed: dict[str, list[st.Page]] = {"": [home]}
    for section in SECTIONS:
        found = [pages[screen.key] for screen in SCREENS if screen.section == section]
        if found:
            listed[md(f"nav.{section}")] = found
    return st.navigation(listed, expanded=True)


def opened(screen: Screen) -> Callable[[], None]:
    """The screen behind its permission; a part that fails says so in its place."""

    def draw() -> None:
        if not session.may(screen.permission):
            no_right(screen.permission)
            return
        with session.part(screen.key):
            screen.draw()
        acts_left()
        notices_read()

    return draw


def _page(screen: Screen, visit: session.Visit) -> st.Page:
    return st.Page(
        opened(screen),
        title=t(f"nav.{screen.key}"),
        icon=screen.icon,
        url_path=screen.key,
        visibility="visible" if visit.actor.may(screen.permission) else "hidden",
    )


def _go_home() -> None:
    """The first screen of this person; the server usually sends them there directly."""
    st.switch_page(st.session_state["pages"][first_screen(session.current().actor.roles)])
