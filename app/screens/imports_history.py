"""The imports of the past: what became of their rows, and taking one back."""

import json

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, moment, number, plain, t
from app.screens.imports_report import draw_report
from app.widgets import empty_state
from app.widgets_acts import confirm
from app.widgets_tables import Moment, Text, Units, export_button, table
from inventory_core.desk.imports_runs import ImportRun, kept_report, list_imports, treated_rows
from inventory_core.desk.imports_undo import UndoneImport, undo_import
from inventory_core.office.actors import Permission


def draw_history() -> None:
    """The list; the ticked import below it."""
    runs = session.read(list_imports)
    if not runs:
        words = md("imports.history_empty")
        empty_state(":material/upload_file:", words, to="import", label=t("imports.part.load"))
        return
    st.caption(md("imports.history_pick"))
    frame = pd.DataFrame(
        {
            "number": [run.id for run in runs],
            "when": [run.recorded_at for run in runs],
            "what": [t(f"imports.template.{run.template}") for run in runs],
            "file": [run.file_name for run in runs],
            "rows": [run.counts.get("rows", 0) for run in runs],
            "who": [run.person_name for run in runs],
            "state": [t(f"imports.state.{run.state}") for run in runs],
        }
    )
    columns = {
        "number": Units(t("imports.column.number"), width="small"),
        "when": Moment(t("imports.column.when")),
        "what": Text(t("imports.column.what")),
        "file": Text(t("imports.column.file")),
        "rows": Units(t("imports.column.rows")),
        "who": Text(t("imports.column.who")),
        "state": Text(t("imports.column.state")),
    }
    ticked = table(frame, columns, key="import_runs", select="one")
    if ticked:
        _one(runs[ticked[0]])


def _one(run: ImportRun) -> None:
    with st.container(border=True):
        draw_report(kept_report(run), name=f"run_{run.id}")
        _kept_rows(run)
        if run.state == "undone":
            st.caption(f"{md('imports.state.undone')} · {plain(moment(run.undone_at))}")
        elif session.may(Permission.DATA_IMPORT) and st.button(
            md("imports.undo"), icon=":material/undo:", key=f"undo_{run.id}"
        ):
            confirm(
                f"undo_import_{run.id}",
                md("imports.undo_title", import_id=str(run.id)),
                md(
                    "imports.undo_warning",
                    file=run.file_name or t(f"imports.template.{run.template}"),
                    rows=number(run.counts.get("rows", 0)),
                ),
                md("imports.undo_button"),
                lambda tx, actor, now, key: undo_import(
                    tx, actor, run.id, key=key, reason="", now=now
                ),
                done=_said,
            )


def _kept_rows(run: ImportRun) -> None:
    rows = session.read(lambda conn: treated_rows(conn, run.id))
    if not rows:
        return
    frame = pd.DataFrame(
        {
            "row": [row.row_no for row in rows],
            "treatment": [t(f"imports.kept.{row.code}") for row in rows],
            "content": [json.dumps(row.content, ensure_ascii=False) for row in rows],
        }
    )
    columns = {
        "row": Units(t("imports.column.row"), width="small"),
        "treatment": Text(t("imports.column.treatment")),
        "content": Text(t("imports.column.content"), width="large"),
    }
    with st.expander(md("imports.rows_kept")):
        table(frame, columns, key=f"kept_{run.id}")
        export_button(frame, columns, name=f"import_{run.id}_rows")


def _said(undone: UndoneImport) -> str:
    return md("imports.undone", import_id=str(undone.import_id))
