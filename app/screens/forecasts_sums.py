"""Forecasts added up: by channel, market, category and for the company. Draws; adds nothing up.

Every row of its tables is a sum of the same forecasts, and rows add up to the figure above them.
"""

import pandas as pd
import streamlit as st

from app import session
from app.charts_sums import sum_picture
from app.i18n import country, md, number, percent, reader_language, t
from app.screens.forecasts_sums_changes import draw_all_changes, draw_part_changes
from app.screens.forecasts_words import against_before
from app.widgets import Figure, chart, empty_state, figure_row, query
from app.widgets_tables import Column, Name, Percent, Text, Units, export_button, table
from forecasting.hierarchy_reading import Hierarchy, Sum, read_hierarchy
from inventory_core.db.engine import Reading
from inventory_core.insight.demand import channel_names
from inventory_core.planning.published import run_by_id
from inventory_core.vocabulary import ForecastGrain

# In the address; an empty value there would be the same as none.
ALL, UNKNOWN = "*", "-"
MONTH_DAYS = 28


def draw_sums(run_id: int, grain: ForecastGrain) -> None:
    """One grain of the run in use."""
    found, channels = session.cached("forecast_sums", _read, run_id, grain, ttl=600)
    if found is None:
        empty_state(":material/functions:", md("forecasts.empty"))
        return
    names = {one.part: _name(grain, one.part, channels) for one in found.sums}
    part = ALL if grain is ForecastGrain.COMPANY else _choose(grain, names)
    shown = next((one for one in found.sums if one.part == part), found.whole)
    title = names.get(part) or session.current().company.name
    figure_row(_figures(found, shown))
    with st.container(border=True), session.part():
        period = t(f"forecasts.per_{found.step_days}")
        words = t("hierarchy.chart_title", name=title, period=period)
        picture = sum_picture(shown, found.step_days, title=words, language=reader_language())
        chart(picture, "sum_picture")
        st.caption(md("hierarchy.chart_note") if shown.past else md("hierarchy.without_spread"))
    if part != ALL or grain is ForecastGrain.COMPANY:
        draw_part_changes(grain, shown, title, found.starts_on, found.step_days)
    else:
        draw_all_changes(grain, names, found.starts_on)
    with st.container(border=True), session.part():
        st.subheader(md("hierarchy.made_of", name=title), anchor=False)
        if part == ALL and grain is not ForecastGrain.COMPANY:
            _parts_table(found, names)
        else:
            _members_table(found, shown)
        st.caption(
            md(
                "hierarchy.adds_up",
                month=shown.month,
                periods=_reach(found, shown),
                horizon=shown.horizon,
            )
        )


def _read(
    conn: Reading, run_id: int, grain: ForecastGrain
) -> tuple[Hierarchy | None, dict[str, str]]:
    run = run_by_id(conn, run_id)
    channels = {str(row.id): row.name for row in conn.rows(channel_names())}
    return (None if run is None else read_hierarchy(conn, run, grain)), channels


def _name(grain: ForecastGrain, part: str, channels: dict[str, str]) -> str:
    """A part in the reader's words; data, not Markdown."""
    if grain is ForecastGrain.CHANNEL and part in channels:
        return channels[part]
    if grain is ForecastGrain.MARKET and part:
        return country(part)
    if grain is ForecastGrain.CATEGORY and part:
        return part
    return t(f"hierarchy.no_{grain.value}")


def _choose(grain: ForecastGrain, names: dict[str, str]) -> str:
    """All parts or one of them; the choice stands in the address."""
    keys = {part or UNKNOWN: name for part, name in names.items()}
    options = [ALL, *keys]
    asked = query("part")
    picked = st.selectbox(
        t("hierarchy.choose"),
        options,
        index=options.index(asked) if asked in options else 0,
        format_func=lambda part: keys.get(part, t("hierarchy.all")),
        key=f"hierarchy_part_{grain.value}",
        width=320,
    )
    if picked != ALL:
        st.query_params["part"] = picked
    elif "part" in st.query_params:
        del st.query_params["part"]
    return "" if picked == UNKNOWN else picked


def _figures(found: Hierarchy, shown: Sum) -> list[Figure]:
    before = sum(shown.past[-MONTH_DAYS:])
    change, against = against_before(shown.month, before)
    low, high = shown.month_range or (None, None)
    record = shown.record
    return [
        Figure(
            t("forecasts.next_weeks"),
            number(shown.month),
            help=md("hierarchy.next_weeks_help"),
            delta=change,
            small=against,
        ),
        Figure(
            t("hierarchy.range"),
            f"{number(low)}–{number(high)}" if low is not None else number(None),
            help=md("hierarchy.range_help"),
        ),
        Figure(
            t("hierarchy.horizon", periods=_reach(found, shown)),
            number(shown.horizon),
            help=md("hierarchy.horizon_help"),
        ),
        Figure(
            t("hierarchy.error"),
            percent(record.error, 0),
            help=md("hierarchy.error_help", weeks=record.weeks),
            small=md("hierarchy.bias_small", bias=percent(record.bias, 0))
            if record.bias is not None
            else md("hierarchy.not_judged"),
        ),
        Figure(
            t("hierarchy.each"),
            percent(found.each.error, 0),
            help=md("hierarchy.each_help"),
        ),
    ]


def _reach(found: Hierarchy, shown: Sum) -> str:
    key = "hierarchy.days" if found.step_days == 1 else "hierarchy.weeks"
    return t(key, count=len(shown.mean))


def _parts_table(found: Hierarchy, names: dict[str, str]) -> None:
    rows = pd.DataFrame([_part_row(one, names[one.part]) for one in found.sums])
    columns: dict[str, Column] = {
        "name": Text(t(f"hierarchy.column_{found.grain.value}"), pinned=True),
        "month": Units(t("forecasts.next_weeks")),
        "low": Units(t("hierarchy.column_low"), help=t("hierarchy.range_help")),
        "high": Units(t("hierarchy.column_high"), help=t("hierarchy.range_help")),
        "before": Units(t("hierarchy.column_before")),
        "horizon": Units(t("hierarchy.horizon", periods=_reach(found, found.whole))),
        "error": Percent(t("hierarchy.error"), digits=0, help=t("hierarchy.column_error_help")),
        "bias": Percent(t("learning.bias"), digits=0, help=t("forecasts.help_bias")),
        "weeks": Units(t("learning.weeks")),
    }
    table(rows, columns, key=f"hierarchy_{found.grain.value}", height="content")
    export_button(rows, columns, name=f"forecast_by_{found.grain.value}")


def _part_row(one: Sum, name: str) -> dict[str, object]:
    low, high = one.month_range or (None, None)
    return {
        "name": name,
        "month": one.month,
        "low": None if low is None else round(low),
        "high": None if high is None else round(high),
        "before": sum(one.past[-MONTH_DAYS:]) if one.past else None,
        "horizon": one.horizon,
        "error": one.record.error,
        "bias": one.record.bias,
        "weeks": one.record.weeks,
    }


def _members_table(found: Hierarchy, shown: Sum) -> None:
    rows = pd.DataFrame(
        [
            {
                "sku": one.sku,
                "warehouse": one.warehouse,
                "month": one.month,
                "horizon": one.horizon,
                "name": one.name,
            }
            for one in found.members[shown.part]
        ]
    )
    columns: dict[str, Column] = {
        "sku": Text(t("hierarchy.column_sku"), pinned=True),
        "warehouse": Text(t("scope.warehouse")),
        "month": Units(t("forecasts.next_weeks")),
        "horizon": Units(t("hierarchy.horizon", periods=_reach(found, shown))),
        "name": Name(t("hierarchy.column_name"), width="large"),
    }
    table(rows, columns, key="hierarchy_members")
    export_button(rows, columns, name="forecast_members")
