"""Every notebook runs top to bottom on the sample company, and is kept without its outputs."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from sqlalchemy.engine import URL

from inventory_core.db.server import DatabaseRole, Server
from inventory_core.insight.reading_room import BOOK_VARIABLE

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_the_notebooks_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS][:2] == ["01_first_look", "02_demand_and_stockouts"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs_and_defines_nothing(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)
    # Helpers live in packages, never in cells.
    assert not any(line.startswith("def ") for cell in cells for line in cell.source.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_top_to_bottom_with_pictures(
    path: Path,
    server: Server,
    sample_database_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = server.url(sample_database_name, DatabaseRole.READER)
    # A socket folder survives the way through a text only as a parameter.
    url = URL.create("postgresql", at.username, at.password, database=at.database)
    url = url.update_query_dict(
        {"host": at.host or ""} | ({"port": str(at.port)} if at.port else {})
    )
    monkeypatch.setenv(BOOK_VARIABLE, url.render_as_string(hide_password=False))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FOLDER.parent)]))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=240, kernel_name="python3").execute(cwd=str(FOLDER.parent))
    pictures = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "application/vnd.plotly.v1+json" in output.get("data", {})
    ]
    assert len(pictures) >= 3
