"""A table as a phone shows it: one card for each row, a page of them at a time.

Decides when a reader sits at a phone and how a card looks. A phone has room for three columns of a
table: how many and what it costs would lie behind the edge.
"""

from collections.abc import Mapping
from math import ceil
from typing import Literal

import pandas as pd
import streamlit as st

from app.i18n import plain
from app.widgets_cells import BETWEEN, Column, Told, told_row

CARDS_ON_PAGE = 8


def on_phone() -> bool:
    """Whether the reader's browser says that it runs on a phone."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def page_rows(usual: int) -> int:
    """How many rows a screen reads that turns the pages itself: on a phone no more than it shows,
    else there would be pages within pages.
    """
    return CARDS_ON_PAGE if on_phone() else usual


def cards(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    key: str,
    select: Literal["none", "one", "many"],
) -> list[int]:
    """Draw the rows; returns the positions of those on this page that are ticked."""
    pages = ceil(len(frame) / CARDS_ON_PAGE)
    place = st.container(gap="small")
    page = min(int(_page(key, pages)), max(pages, 1))
    first = (page - 1) * CARDS_ON_PAGE
    shown = frame.iloc[first : first + CARDS_ON_PAGE].to_dict("records")
    with place:
        return [
            position
            for position, row in enumerate(shown, first)
            # A tick belongs to its record, not to the place that another may take.
            if _card(told_row(row, columns), f"{key}_card_{row.get('id', position)}", select, key)
        ]


def _page(key: str, pages: int) -> int:
    return 1 if pages < 2 else int(st.pagination(pages, key=f"{key}_page", max_visible_pages=5))


def _card(told: Told, name: str, select: Literal["none", "one", "many"], key: str) -> bool:
    """One row; whether it is ticked."""
    words = f"**{plain(told.about)}**" + (f" {plain(told.more)}" if told.more else "")
    ticked = False
    with st.container(border=True, gap="xxsmall"):
        if select == "none":
            st.markdown(words)
        else:
            others = _untick_others if select == "one" else None
            ticked = st.checkbox(words, key=name, on_change=others, args=(key, name))
        if told.lines:
            lines = (BETWEEN.join(_piece(*piece) for piece in line) for line in told.lines)
            st.markdown("  \n".join(f":small[{line}]" for line in lines))
    return ticked


def _piece(heading: str, words: str) -> str:
    """The heading is paler than its words, so that figures are found at a glance."""
    return f":gray[{plain(heading)}] {plain(words)}" if heading else plain(words)


def _untick_others(key: str, name: str) -> None:
    """Of a table in which one row may be open, the others close."""
    for other in st.session_state:
        if str(other).startswith(f"{key}_card_") and other != name:
            st.session_state[other] = False
