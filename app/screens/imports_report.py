"""What an import did or would do: a bar, the counts, notes, and the cells to put right."""

import pandas as pd
import streamlit as st

from app.charts_imports import rows_bar
from app.i18n import md, number, plain, t
from app.import_words import (
    count_lines,
    fact_lines,
    headline,
    note_line,
    problem_column,
    problem_reason,
    treatments,
)
from app.widgets import chart
from app.widgets_tables import Text, Units, export_button, table
from inventory_core.desk.imports_runs import ImportReport

MOST_SHOWN = 200
# Notes on what was done, among the facts; every other note asks somebody to look.
_TOLD = frozenset(
    {
        "warehouse_assumed",
        "warehouse_taken",
        "channel_assumed",
        "rows_spread",
        "sums_replaced",
        "orders_withdrawn",
        "columns_not_read",
    }
)


def draw_report(report: ImportReport, *, name: str) -> None:
    """The whole report; `name` makes its widgets unique on the screen."""
    _headline(report)
    parts = treatments(report)
    if parts:
        named = [(key, t(f"imports.count.{key}"), count) for key, count in parts]
        title = t("imports.bar_title", rows=report.rows)
        chart(rows_bar(named, title=title), key=f"{name}_bar")
        frame = pd.DataFrame(count_lines(report), columns=["what", "rows", "why"])
        columns = {
            "what": Text(t("imports.column.treatment")),
            "rows": Units(t("imports.column.rows")),
            "why": Text(""),
        }
        table(frame, columns, key=f"{name}_counts", height="content")
    told = [note_line(note) for note in report.notes if note.code in _TOLD]
    facts = [f"- {plain(line)}" for line in (*fact_lines(report.facts), *told)]
    if facts:
        st.markdown("\n".join(facts))
    for note in report.notes:
        if note.code not in _TOLD:
            st.warning(plain(note_line(note)), icon=":material/info:")
    if report.problem_count:
        _problems(report, name)


def _headline(report: ImportReport) -> None:
    words = plain(headline(report))
    blocked = report.problem_count and report.template != "sales"
    if blocked:
        st.error(words, icon=":material/error:")
    elif report.written:
        st.success(words, icon=":material/check_circle:")
    else:
        st.info(words, icon=":material/fact_check:")


def _problems(report: ImportReport, name: str) -> None:
    kept = report.template == "sales"
    key = "imports.problems_kept" if kept else "imports.problems"
    st.subheader(md(key, count=report.problem_count), anchor=False)
    frame = pd.DataFrame(
        {
            "row": [problem.row_no for problem in report.problems],
            "column": [problem_column(report, problem) for problem in report.problems],
            "cell": [problem.shown for problem in report.problems],
            "problem": [problem_reason(problem) for problem in report.problems],
        }
    )
    columns = {
        "row": Units(t("imports.column.row"), width="small"),
        "column": Text(t("imports.column.column")),
        "cell": Text(t("imports.column.cell")),
        "problem": Text(t("imports.column.problem"), width="large"),
    }
    table(frame.head(MOST_SHOWN), columns, key=f"{name}_problems")
    if report.problem_count > MOST_SHOWN:
        st.caption(md("imports.first_shown", count=number(MOST_SHOWN)))
    export_button(frame, columns, name=f"{name}_problems")
