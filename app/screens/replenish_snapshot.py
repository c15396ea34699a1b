"""Every number of a suggestion and its source, with the snapshot that its plan stood on.

Draws the trace as it is kept; decides only in which words the snapshot is named.
"""

import streamlit as st

from app import session
from app.i18n import md, prose
from inventory_core.planning.plan_snapshots import maker_of, short_id
from inventory_core.planning.release import Shown


def draw_numbers(shown: Shown) -> None:
    """The record behind a suggestion, closed until somebody asks."""
    with st.expander(md("replenish.all_numbers"), icon=":material/calculate:"):
        st.caption(md("replenish.all_numbers_hint"))
        st.caption(snapshot_words(shown))
        st.json(shown.trace, expanded=1)


def snapshot_words(shown: Shown) -> str:
    """On what the plan stood, and how it is computed again."""
    maker = session.cached("snapshot_of", maker_of, shown.id, shown.revision)
    if maker is None:
        return md("snapshot.none")
    name = short_id(maker.id)
    if maker.forgotten:
        return md("snapshot.dropped", snapshot=name)
    key = "snapshot.whole" if maker.whole else "snapshot.after_act"
    return prose(md(key, snapshot=name), md("snapshot.again", snapshot=name))
