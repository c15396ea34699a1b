"""Whether the lines of one order count as demand: a dialog at the order. Draws; judges nothing."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, t
from app.screens.one_offs_table import draw_lines
from inventory_core.clock import business_day, utc_now
from inventory_core.db.engine import Reading
from inventory_core.insight.one_off_review import reviewed_lines
from inventory_core.office.company import read_company


def ask_one_off(lines: pd.DataFrame, placed_on: date) -> None:
    """Open the dialog for the lines of an order, as its screen lists them."""
    ids = tuple(int(one) for one in lines["id"])
    skus = tuple(sorted({int(one) for one in lines["sku_id"]}))

    @st.dialog(t("one_off.of_order"), width="large")
    def ask() -> None:
        st.caption(md("one_off.of_order_note"))
        found = session.read(lambda conn: _read(conn, ids, skus, placed_on))
        if found.empty:
            st.info(md("one_off.no_demand"), icon=":material/info:")
            return
        draw_lines(found, name="one_offs_order")

    ask()


def _read(
    conn: Reading, ids: tuple[int, ...], skus: tuple[int, ...], placed_on: date
) -> pd.DataFrame:
    """By everything known today: what came after it tells whether it came back."""
    today = business_day(utc_now(), read_company(conn).time_zone)
    params = {
        # A warehouse's day may be the one before or after that of the company.
        "first_on": placed_on - timedelta(days=1),
        "last_on": max(today, placed_on + timedelta(days=1)),
        "skus": list(skus),
        "line_ids": list(ids),
        "largest": 0,
    }
    return session.frame(conn, reviewed_lines(), params)
