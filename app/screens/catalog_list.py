"""The anatomy of a catalog part: search and list, and the ticked record's form beside or below."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, t
from app.widgets import empty_state, query
from app.widgets_tables import Column, export_button, find_box, table
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission

MOST_ROWS = 500
# Lists that a file can bring, and the template of such a file.
IMPORTED = {
    "skus": "skus",
    "suppliers": "suppliers_offers",
    "offers": "suppliers_offers",
    "warehouses": "warehouses",
    "rates": "rates",
    "pauses": "sale_pauses",
    "rules": "rules",
}
# Beside a list of few columns there is room for the form; below a wide one it stands better.
_BESIDE = [5, 3]


def draw_list(
    name: str,
    columns: Mapping[str, Column],
    select: Callable[[str], Any],
    *,
    icon: str,
    open_new: Callable[[], None],
    draw_one: Callable[[int], None] | None,
    words: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows,
    find: bool = True,
    permission: Permission = Permission.CATALOG_EDIT,
) -> None:
    """`name` is the part's word in texts; `draw_one` gets the position of the ticked record."""
    wanted = _head(name, open_new, find, permission)
    rows = session.cached(f"catalog_{name}", _rows, select, wanted)
    if not len(rows) and not wanted:
        template = IMPORTED.get(name, "")
        to = "import" if template else ""
        empty_state(
            icon, md(f"catalog.no_{name}"), to=to, label=t("catalog.import_list"), template=template
        )
        return
    shown = words(rows)
    beside = draw_one is not None and len(columns) <= 6
    left, right = st.columns(_BESIDE, gap="medium") if beside else (st.container(), st.container())
    with left:
        ticked = table(
            shown,
            columns,
            key=f"catalog_{name}_table",
            select="none" if draw_one is None else "one",
            height=520 if beside else 330,
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            if len(rows) >= MOST_ROWS:
                st.caption(md("catalog.shown" if find else "catalog.newest", shown=MOST_ROWS))
            export_button(shown, columns, name=name)
    if draw_one is not None:
        with right:
            if ticked:
                draw_one(int(rows["id"].iloc[ticked[0]]))
            else:
                st.markdown(f":gray[{md('catalog.choose')}]")


def _head(name: str, open_new: Callable[[], None], find: bool, permission: Permission) -> str:
    single = name.removesuffix("s")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = ""
        if find:
            wanted = find_box(t("catalog.find"), f"catalog_{name}", query("sku"))
        # Not at the right end: there the tools of the table below would lie over it.
        if st.button(
            md(f"catalog.new_{single}"),
            icon=":material/add:",
            disabled=not session.may(permission),
        ):
            open_new()
    return wanted


def _rows(conn: Reading, select: Callable[[str], Any], wanted: str) -> pd.DataFrame:
    return session.frame(conn, select(wanted).limit(MOST_ROWS))
