"""An executed copy on screen: texts as text, code as code, pictures and figures as such.

Decides how many cells are drawn and that nothing of a notebook reaches the page as HTML; pictures
from elsewhere are not loaded.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

from app import session
from app.companies import companies
from app.i18n import md, t
from app.widgets import chart
from inventory_core.errors import NotFound
from inventory_core.office.notebook_runs import NotebookRun
from inventory_core.office.notebooks import Cell, Output, copy_folder, executed_cells

MOST_CELLS_DRAWN = 120
MOST_FIGURE_BYTES = 5_000_000


def draw_copy(run: NotebookRun) -> None:
    """The cells of a run's copy, the code folded away unless it is asked for."""
    folder = copy_folder(companies().settings.data_folder, session.current().slug)
    path = folder / Path(run.file_name).name
    if not run.file_name:
        st.info(md("notebooks.dropped"), icon=":material/info:")
        return
    try:
        cells = executed_cells(path)
    except NotFound:
        st.info(md("notebooks.dropped"), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with_code = st.toggle(md("notebooks.show_code"), key="notebooks_code")
        st.download_button(
            t("notebooks.download"),
            path.read_bytes,
            file_name=run.file_name,
            mime="application/x-ipynb+json",
            key=f"notebook_file_{run.run_id}",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
    with st.container(border=True):
        _cells(cells, run.run_id, with_code=with_code)


def _cells(cells: Sequence[Cell], run_id: int, *, with_code: bool) -> None:
    for cell in cells[:MOST_CELLS_DRAWN]:
        if cell.kind == "markdown":
            st.markdown(_without_pictures(cell.source))
            continue
        if cell.state == "failed":
            words = md("notebooks.cell_failed", number=cell.number)
            st.markdown(f":red-badge[:material/error: {words}]")
        elif cell.state == "given":
            st.markdown(f":gray-badge[{md('notebooks.cell_given')}]")
        elif cell.state == "not_run":
            words = md("notebooks.cell", number=cell.number)
            st.markdown(f":gray-badge[{words}: {md('notebooks.cell_not_run')}]")
        if with_code or cell.state in ("failed", "given"):
            st.code(cell.source, language="python")
        for place, output in enumerate(cell.outputs):
            _output(output, f"notebook_{run_id}_{cell.number}_{place}")
    if len(cells) > MOST_CELLS_DRAWN:
        st.caption(md("notebooks.more", count=len(cells) - MOST_CELLS_DRAWN))


def _output(output: Output, key: str) -> None:
    if output.kind == "text":
        st.code(output.content, language=None)
    elif output.kind == "error":
        st.code(output.content, language=None, wrap_lines=True)
    elif output.kind == "png":
        try:
            st.image(output.content)
        except Exception:
            st.caption(md("notebooks.figure_unreadable"))
    else:
        _figure(output, key)


def _figure(output: Output, key: str) -> None:
    """A Plotly figure from its data and layout; what is no figure is said, not drawn."""
    found = {name: output.content.get(name) for name in ("data", "layout")}
    try:
        if len(json.dumps(found)) > MOST_FIGURE_BYTES:
            raise ValueError("too large")
        figure = go.Figure(data=found["data"], layout=found["layout"])
    except (TypeError, ValueError):
        st.caption(md("notebooks.figure_unreadable"))
        return
    chart(figure, key)


def _without_pictures(source: str) -> str:
    """Markdown whose pictures stay words: nothing is loaded from outside."""
    return source.replace("![", r"\!\[")
