"""What the history of a forecast was cleaned of: one-off orders, and what days without stock hide.

Draws what `reviewed_lines` and the panel say; removes nothing and trains nothing.
"""

from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import session
from app.i18n import DASH, md, number, t
from app.screens.forecasts_reading import CENSORED_SHARE, Listed, Series
from app.screens.one_offs_table import draw_lines
from app.widgets import Figure, empty_state, figure_row
from app.widgets_tables import Column, Day, Percent, Units, export_button, find_box, table
from forecasting.history import planning_day
from inventory_core.clock import business_day, utc_now
from inventory_core.db.engine import Reading
from inventory_core.insight.one_off_review import reviewed_lines
from inventory_core.office.company import read_company
from inventory_core.planning.published import PublishedRun

LARGEST_SHOWN = 5
REVIEW_DAYS = 365


def draw_cleaning(run: PublishedRun, series: Series, chosen: Listed) -> None:
    """The large orders of one series, and the periods of which something else was counted."""
    if not series.past:
        return
    first = series.past[0] - timedelta(days=series.step_days - 1)
    pair = chosen.sku_id, chosen.warehouse_id
    days, trained_at = (first, series.past[-1]), run.data_watermark_at
    lines = session.cached("one_offs", _of_series, *pair, *days, trained_at, ttl=600)
    with st.container(border=True), session.part():
        st.markdown(f"**{md('one_off.title')}**")
        left_out = lines[lines["left_out"].astype(bool)]
        if left_out.empty:
            st.caption(md("one_off.none"))
        else:
            units = number(int(left_out["units"].sum()))
            st.caption(md("one_off.some", count=len(left_out), units=units))
        if later := int((lines["left_out"] != lines["learned"]).sum()):
            st.info(md("one_off.not_learned_yet", count=later), icon=":material/schedule:")
        if not lines.empty:
            # Where nothing is left out, the largest orders are there for whoever looks for them.
            quiet = left_out.empty and not later
            with _folded() if quiet else st.container():
                draw_lines(
                    lines,
                    name="one_offs",
                    with_goods=False,
                    instead=lambda on: _instead(series, on),
                )
        _corrected(series)


def _folded() -> DeltaGenerator:
    """A place that opens on a click."""
    return st.expander(md("one_off.largest"), icon=":material/list:")


def draw_review() -> None:
    """All orders of the company that are left out, the largest first."""
    lines = session.cached("one_offs_review", _of_company, ttl=600)
    if lines.empty:
        empty_state(":material/filter_alt:", md("one_off.review_empty"))
        return
    out = lines["left_out"].astype(bool)
    said = lines["word"] != "rule"
    figure_row(
        [
            Figure(t("one_off.lines_left_out"), number(int(out.sum()))),
            Figure(t("one_off.units_left_out"), number(int(lines.loc[out, "units"].sum()))),
            Figure(t("one_off.lines_counted_by_word"), number(int((~out & said).sum()))),
            Figure(t("one_off.lines_left_out_by_word"), number(int((out & said).sum()))),
        ]
    )
    with st.container(border=True), session.part():
        st.caption(md("one_off.review_note", days=REVIEW_DAYS))
        sought = find_box(t("one_off.find"), "one_offs_review").casefold()
        if sought:
            text = lines["sku"] + " " + lines["name"] + " " + lines["order_number"].fillna("")
            lines = lines[text.str.casefold().str.contains(sought, regex=False)]
        lines = lines.reset_index(drop=True)
        draw_lines(lines, name="one_offs_review")


def _of_series(
    conn: Reading,
    sku_id: int,
    warehouse_id: int,
    first_on: date,
    last_on: date,
    trained_at: datetime,
) -> pd.DataFrame:
    """Its lines, and whether each was left out when the forecast read its history (`learned`)."""
    params = {"first_on": first_on, "last_on": last_on, "skus": [sku_id]}
    params |= {"warehouse_id": warehouse_id, "largest": LARGEST_SHOWN}
    found = session.frame(conn, reviewed_lines(), params)
    # The watermark is the moment of the last thing that was read.
    before = {**params, "known_at": trained_at + timedelta(microseconds=1)}
    out = [row.line_id for row in conn.rows(reviewed_lines(), before) if row.left_out]
    return found.assign(learned=found["line_id"].isin(out))


def _of_company(conn: Reading) -> pd.DataFrame:
    now = utc_now()
    today = business_day(now, read_company(conn).time_zone)
    last_on = planning_day(conn, today=today, now=now).through
    first_on = last_on - timedelta(days=REVIEW_DAYS - 1)
    return session.frame(
        conn, reviewed_lines(), {"first_on": first_on, "last_on": last_on, "largest": 0}
    )


def _instead(series: Series, on: date) -> str:
    """What the period of a day sold, and what was counted of it: "103 → 23"."""
    place = len(series.past) - 1 - (series.past[-1] - on).days // series.step_days
    if not 0 <= place < len(series.past):
        return DASH
    sold, counted = series.demand[place], series.counted[place]
    return number(sold) if sold == counted else f"{number(sold)} → {number(counted)}"


def _corrected(series: Series) -> None:
    """Every period of which models learn something else than what was sold, and why."""
    rows = pd.DataFrame(
        {
            "period": series.past,
            "sold": series.demand,
            "left_out": series.left_out,
            "out": series.out,
            "counted": series.counted,
        }
    )
    gone = rows["out"].fillna(0) >= CENSORED_SHARE
    rows = rows[(rows["left_out"] > 0) | gone].iloc[::-1].reset_index(drop=True)
    if rows.empty:
        return
    columns: dict[str, Column] = {
        "period": Day(t(f"one_off.period_{series.step_days}")),
        "sold": Units(t("one_off.sold")),
        "left_out": Units(t("one_off.of_these_left_out")),
        "out": Percent(t("one_off.out_of_stock"), digits=0),
        "counted": Units(t("one_off.counted_units"), help=t("one_off.counted_help")),
    }
    with st.expander(md("one_off.corrected", count=len(rows)), icon=":material/edit_note:"):
        table(rows, columns, key="corrected_periods", height=360)
        export_button(rows, columns, name="corrected_periods")
