"""Every notebook runs top to bottom on the sample company, and is kept without its outputs."""

import os
from pathlib import Path
from typing import Any

import nbformat
import psycopg
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from sqlalchemy.engine import URL

from forecasting.own_models import own_candidates
from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.insight.kpis_snapshot import snapshot_kpis
from inventory_core.insight.reading_room import BOOK_VARIABLE
from inventory_core.planning.own_models import own_models
from jobs.notebooks import UNATTENDED
from jobs.registering import DESK_VARIABLE
from tests.app.screens.shop import planned_seller
from tests.planning.seller import NOW, YESTERDAY, make_seller

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


def address(server: Server, name: str, role: DatabaseRole) -> str:
    at = server.url(name, role)
    # A socket folder survives the way through a text only as a parameter.
    url = URL.create("postgresql", at.username, at.password, database=at.database)
    url = url.update_query_dict(
        {"host": at.host or ""} | ({"port": str(at.port)} if at.port else {})
    )
    return url.render_as_string(hide_password=False)


def executed(path: Path, monkeypatch: pytest.MonkeyPatch, **parameters: object) -> Any:
    """The notebook run in a kernel, with other values for its parameters where some are given."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FOLDER.parent)]))
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            lines = [f"{name} = {value!r}" for name, value in parameters.items()]
            cell.source = "\n".join([cell.source, *lines])
    NotebookClient(notebook, timeout=240, kernel_name="python3").execute(cwd=str(FOLDER.parent))
    return notebook


# A year is replayed in thirteen fits whatever the company: a small one that has a plan is enough.
REPLAYING = "04_policy_what_if"
BRISK = [path for path in NOTEBOOKS if path.stem != REPLAYING]


def pictures_of(notebook: Any) -> list[Any]:
    return [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "application/vnd.plotly.v1+json" in output.get("data", {})
    ]


@pytest.mark.slow
@pytest.mark.parametrize("path", BRISK, ids=lambda path: path.stem)
def test_a_notebook_runs_top_to_bottom_with_pictures(
    path: Path,
    server: Server,
    sample_database_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(BOOK_VARIABLE, address(server, sample_database_name, DatabaseRole.READER))
    notebook = executed(path, monkeypatch)
    assert len(pictures_of(notebook)) >= 3


@pytest.mark.slow
def test_the_past_is_replayed_and_the_weeks_ahead_of_a_planned_company_are_compared(
    server: Server, admin: psycopg.Connection, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with planned_seller(server, admin, template, weeks=80) as (name, _):
        monkeypatch.setenv(BOOK_VARIABLE, address(server, name, DatabaseRole.READER))
        notebook = executed(FOLDER / f"{REPLAYING}.ipynb", monkeypatch)
    assert len(pictures_of(notebook)) >= 4
    tables = [
        output["data"]["text/plain"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]
    ahead, differing = tables[-2:]
    for plan in ("today's plan", "service level 99 %", "port delay 21 days", "half the cash"):
        assert plan in ahead
    assert "LAMP" in differing


@pytest.mark.slow
def test_a_model_registered_in_a_notebook_is_a_candidate_of_planning(
    server: Server,
    database: Database,
    database_name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * 40, last_on=YESTERDAY)
    database.write(lambda tx: snapshot_kpis(tx, YESTERDAY, YESTERDAY, now=NOW))
    reader = address(server, database_name, DatabaseRole.READER)
    writer = address(server, database_name, DatabaseRole.WRITER)
    monkeypatch.setenv(BOOK_VARIABLE, reader)
    monkeypatch.setenv(DESK_VARIABLE, writer)
    monkeypatch.setenv("YIBEN_DATA_FOLDER", str(tmp_path))
    path = FOLDER / "05_bring_your_own_model.ipynb"
    monkeypatch.setenv(UNATTENDED, "1")
    with pytest.raises(CellExecutionError, match="own_model_unattended"):
        executed(path, monkeypatch, register=True)
    monkeypatch.delenv(UNATTENDED)
    executed(path, monkeypatch, register=True, weeks=6)
    with database.reading() as conn:
        active = own_models(conn, active_only=True)
    assert [(one.name, one.parameters) for one in active] == [("recent_median", {"weeks": 6})]
    own = own_candidates(tmp_path, active)
    assert [one.name for one in own.models] == ["recent_median"]
    assert own.left_out == ()
