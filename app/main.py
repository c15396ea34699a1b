"""What every run of the app draws: the way in, the menu, the side bar. Holds no screen itself."""

from pathlib import Path

import streamlit as st

from app import session, widgets_menu, widgets_sidebar

ICON = Path(__file__).parent / "web" / "public" / "icon.png"


def run() -> None:
    """One run: prove the session, build the menu, draw the chosen screen."""
    st.set_page_config(page_title="Yiben", page_icon=str(ICON), layout="wide")
    visit = session.enter()
    page = widgets_menu.menu(visit)
    widgets_sidebar.draw(visit)
    page.run()


run()
