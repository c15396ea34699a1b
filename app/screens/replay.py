"""What if: other assumptions for the weeks ahead, or the past year played again.

Decides which of the two views is open; each draws itself.
"""

import streamlit as st

from app.i18n import t
from app.screens.replay_ahead import draw_ahead
from app.screens.replay_past import draw_past
from app.widgets_scope import scope_bar

VIEWS = ("ahead", "past")


def draw() -> None:
    """The screen."""
    head = st.container()
    view = scope_bar({"view": {name: t(f"scenario.view_{name}") for name in VIEWS}})["view"]
    if view == "past":
        draw_past(head)
    else:
        draw_ahead(head)
