"""What every run of the app draws: the way in, the menu, the side bar. Holds no screen itself."""

from pathlib import Path

import streamlit as st

from app import session, widgets_sidebar
from app.i18n import md, t
from app.screens.registry import SCREENS, SECTIONS, Screen, first_screen
from app.widgets import no_right

ICON = Path(__file__).parent / "web" / "public" / "icon.png"


def run() -> None:
    """One run: prove the session, build the menu, draw the chosen screen."""
    st.set_page_config(page_title="Yiben", page_icon=str(ICON), layout="wide")
    visit = session.enter()
    pages = {screen.key: _page(screen, visit.actor.may(screen.permission)) for screen in SCREENS}
    st.session_state["pages"] = pages
    home = st.Page(_go_home, title="Yiben", url_path="home", default=True, visibility="hidden")
    menu: dict[str, list[st.Page]] = {"": [home]}
    for section in SECTIONS:
        listed = [pages[screen.key] for screen in SCREENS if screen.section == section]
        if listed:
            menu[md(f"nav.{section}")] = listed
    chosen = st.navigation(menu, expanded=True)
    widgets_sidebar.draw(visit)
    with session.part(chosen.title):
        chosen.run()


def _page(screen: Screen, allowed: bool) -> st.Page:
    return st.Page(
        screen.draw if allowed else lambda: no_right(screen.permission),
        title=t(f"nav.{screen.key}"),
        icon=screen.icon,
        url_path=screen.key,
        visibility="visible" if allowed else "hidden",
    )


def _go_home() -> None:
    """The first screen of this person; the server usually sends them there directly."""
    st.switch_page(st.session_state["pages"][first_screen(session.current().actor.permissions)])


run()
