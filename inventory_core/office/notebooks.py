"""Notebook files: which there are, what they ask for, and what an executed copy shows.

Decides that a notebook is chosen from a list and never by a path, and that a parameter is one that
its own `parameters` cell declares, of the same type. Executes nothing; of an executed copy it
hands out texts, pictures and figures as data, with limits, never HTML or scripts.
"""

import ast
import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from inventory_core.errors import Invalid, NotFound

SHIPPED, OWN = "yiben", "own"
SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
COPIES_FOLDER = "notebook_runs"
PARAMETERS_TAG = "parameters"
MOST_NOTEBOOKS = 200
MOST_FILE_BYTES = 20_000_000
MOST_TEXT = 20_000
MOST_OUTPUTS = 40
MOST_PARAMETER_TEXT = 500
_ERROR_TAG = "papermill-error-cell-tag"
_INJECTED_TAG = "injected-parameters"
_PLOTLY = "application/vnd.plotly.v1+json"
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

Value = int | float | str | bool | None


@dataclass(frozen=True, slots=True)
class NotebookFile:
    """One notebook of the list; `problem` is the code of why it cannot be read, or empty."""

    name: str
    title: str
    path: Path
    parameters: Mapping[str, Value]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """One thing that a cell showed: text, an error, a PNG (bytes) or a Plotly figure (JSON)."""

    kind: Literal["text", "error", "png", "figure"]
    content: Any


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of an executed copy, numbered from 1; `state` as far as it came."""

    number: int
    kind: Literal["markdown", "code"]
    source: str
    outputs: tuple[Output, ...]
    state: Literal["done", "failed", "not_run", "given"]


def notebooks(data_folder: Path) -> list[NotebookFile]:
    """Those that come with the program, then the analyst's own, by name."""
    found = []
    for place, folder in ((SHIPPED, SHIPPED_FOLDER), (OWN, data_folder / "notebooks")):
        paths = sorted(folder.glob("*.ipynb")) if folder.is_dir() else []
        plain = [path for path in paths if path.is_file() and not path.is_symlink()]
        found += [_described(place, path) for path in plain]
    return found[:MOST_NOTEBOOKS]


def find_notebook(data_folder: Path, name: str) -> NotebookFile:
    """The notebook of the list with this name; no other file can be meant."""
    for one in notebooks(data_folder):
        if one.name == name:
            if one.problem:
                raise Invalid(one.problem, notebook=name)
            return one
    raise NotFound("notebook_missing", notebook=name)


def checked_parameters(notebook: NotebookFile, given: Mapping[str, Any]) -> dict[str, Value]:
    """The given values, each declared by the notebook and of its type; Invalid says which not."""
    checked: dict[str, Value] = {}
    for name, value in given.items():
        if name not in notebook.parameters:
            raise Invalid("notebook_parameter_unknown", field=name, notebook=notebook.name)
        usual = notebook.parameters[name]
        # A whole number is a number too; where the notebook says None, a text may be given.
        wide = float(value) if isinstance(usual, float) and type(value) is int else value
        fits = isinstance(wide, str | None) if usual is None else type(wide) is type(usual)
        if not fits or (isinstance(wide, str) and len(wide) > MOST_PARAMETER_TEXT):
            raise Invalid("notebook_parameter_type", field=name, kind=type(usual).__name__)
        checked[name] = wide
    return checked


def copy_folder(data_folder: Path, company: str) -> Path:
    """Where executed copies of a company lie."""
    return data_folder / COPIES_FOLDER / company


def executed_cells(path: Path) -> list[Cell]:
    """The cells of an executed copy; NotFound where it was dropped, Invalid where unreadable."""
    if not path.is_file():
        raise NotFound("notebook_copy_missing", file=path.name)
    cells: list[Cell] = []
    for raw in _raw_cells(path):
        tags = raw.get("metadata", {}).get("tags", [])
        if _ERROR_TAG in tags:
            continue
        kind = raw.get("cell_type")
        if kind not in ("markdown", "code"):
            continue
        outputs = tuple(_outputs(raw)) if kind == "code" else ()
        state = _state(raw, outputs, tags) if kind == "code" else "done"
        source = _joined(raw.get("source", ""))[:MOST_TEXT]
        cells.append(Cell(len(cells) + 1, kind, source, outputs, state))
    return cells


def failed_cell(cells: Sequence[Cell]) -> Cell | None:
    """The cell that failed, where one did."""
    return next((cell for cell in cells if cell.state == "failed"), None)


def _described(place: str, path: Path) -> NotebookFile:
    name = f"{place}/{path.stem}"
    try:
        cells = _raw_cells(path)
        return NotebookFile(name, _title(cells) or path.stem, path, _declared(cells))
    except Invalid as error:
        return NotebookFile(name, path.stem, path, {}, error.code)


def _raw_cells(path: Path) -> list[dict[str, Any]]:
    if path.stat().st_size > MOST_FILE_BYTES:
        raise Invalid("notebook_too_large", file=path.name, most=MOST_FILE_BYTES)
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert all(isinstance(cell, dict) for cell in cells)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise Invalid("notebook_unreadable", file=path.name) from error
    return list(cells)


def _title(cells: Sequence[Mapping[str, Any]]) -> str:
    for cell in cells:
        for line in _joined(cell.get("source", "")).splitlines():
            if cell.get("cell_type") == "markdown" and line.startswith("# "):
                return line[2:].strip()[:120]
    return ""


def _declared(cells: Sequence[Mapping[str, Any]]) -> dict[str, Value]:
    """Names and plain values that the cell tagged `parameters` assigns."""
    declared: dict[str, Value] = {}
    for cell in cells:
        if PARAMETERS_TAG not in cell.get("metadata", {}).get("tags", []):
            continue
        try:
            statements = ast.parse(_joined(cell.get("source", ""))).body
        except SyntaxError as error:
            raise Invalid("notebook_unreadable") from error
        for one in statements:
            if isinstance(one, ast.Assign) and len(one.targets) == 1:
                target: ast.expr = one.targets[0]
                value: ast.expr | None = one.value
            elif isinstance(one, ast.AnnAssign):
                target, value = one.target, one.value
            else:
                continue
            plain = _literal(value)
            if isinstance(target, ast.Name) and isinstance(plain, Value):
                declared[target.id] = plain
    return declared


def _literal(value: ast.expr | None) -> Any:
    if value is None:
        return ()
    try:
        return ast.literal_eval(value)
    except ValueError:
        return ()


def _outputs(raw: Mapping[str, Any]) -> Iterator[Output]:
    for output in raw.get("outputs", [])[:MOST_OUTPUTS]:
        kind = output.get("output_type")
        if kind == "error":
            lines = output.get("traceback", [])
            words = "\n".join(map(str, lines)) or str(output.get("evalue", ""))
            yield Output("error", _text(words))
        elif kind == "stream":
            yield Output("text", _text(_joined(output.get("text", ""))))
        elif kind in ("display_data", "execute_result"):
            yield from _shown(output.get("data", {}))


def _shown(data: Mapping[str, Any]) -> Iterator[Output]:
    """The richest form of one output that is data and not HTML."""
    if isinstance(data.get(_PLOTLY), dict):
        yield Output("figure", data[_PLOTLY])
    elif "image/png" in data:
        try:
            yield Output("png", base64.b64decode(_joined(data["image/png"]), validate=False))
        except binascii.Error:
            return
    elif "text/plain" in data:
        yield Output("text", _text(_joined(data["text/plain"])))


def _state(
    raw: Mapping[str, Any], outputs: Sequence[Output], tags: Sequence[str]
) -> Literal["done", "failed", "not_run", "given"]:
    """As the runner wrote it down; a cell in which the run was ended failed there."""
    if any(output.kind == "error" for output in outputs):
        return "failed"
    told = raw.get("metadata", {}).get("papermill", {}).get("status", "")
    if told in ("failed", "running"):
        return "failed"
    if _INJECTED_TAG in tags:
        return "given"
    return "done" if raw.get("execution_count") is not None else "not_run"


def _joined(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _text(value: str) -> str:
    plain = _COLOURS.sub("", value)
    return plain if len(plain) <= MOST_TEXT else plain[:MOST_TEXT] + "\n…"
