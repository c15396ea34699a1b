"""The rows of a template file, cell by cell. Decides what is readable; collects every problem.

Unlike history, master data and stock are taken whole or not at all: one bad cell and nothing of
the file is written, and all bad cells are named at once. A template's sample row is passed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inventory_core.desk.imports_cells import (
    CellKind,
    CellProblem,
    read_cell,
    shown,
)
from inventory_core.desk.imports_columns import (
    NOTHING_SAID,
    Column,
    ColumnsSaid,
    Matched,
    Template,
    match_header,
)
from inventory_core.desk.imports_habits import Habits
from inventory_core.desk.imports_runs import CellProblemAt
from inventory_core.errors import Invalid
from inventory_core.office.workbooks import FIRST_DATA_ROW, Table

MOST_ROWS = 200_000
MOST_PROBLEMS = 2_000
MOST_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One row that could be read: its number in the file and a value (or None) by column key."""

    row_no: int
    values: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)


@dataclass(frozen=True, slots=True)
class RowsRead:
    """What a file holds; `given` are the keys of the columns it has or was given."""

    rows: Sequence[Row]
    problems: Sequence[CellProblemAt]
    problem_count: int
    row_count: int
    samples: int
    matched: Matched

    @property
    def given(self) -> frozenset[str]:
        """Keys of the columns that the file has, or whose value was stated for all rows."""
        return frozenset(self.matched.positions) | frozenset(self.matched.stated)


class Problems:
    """Collects problems; keeps the first ones and counts them all."""

    def __init__(
        self, matched: Matched, kept: Sequence[CellProblemAt] = (), count: int = 0
    ) -> None:
        self.kept = list(kept)
        self.count = count
        self._matched = matched

    def add(
        self,
        row_no: int,
        key: str,
        code: str,
        value: Any = None,
        hint: str = "",
        rows: Sequence[int] = (),
    ) -> None:
        """Note what is wrong with the cell of column `key` in a row, or in all of these `rows`."""
        self.count += 1
        if len(self.kept) < MOST_PROBLEMS:
            at = self._matched.positions.get(key)
            column = self._matched.headers[at] if at is not None else key
            few, count = tuple(rows[:MOST_ROWS_NAMED]), max(len(rows), 1)
            self.kept.append(CellProblemAt(row_no, column, code, shown(value), hint, few, count))

    def in_file_order(self) -> list[CellProblemAt]:
        """Those kept, as a reader of the file meets them."""
        return sorted(self.kept, key=lambda problem: problem.row_no)


def read_rows(
    template: Template,
    table: Table,
    *,
    day_first: bool | None = None,
    said: ColumnsSaid = NOTHING_SAID,
) -> RowsRead:
    """Every row of the file; Invalid only where the file as a whole cannot be this template."""
    matched = match_header(template, table.header, file_name=table.file_name, said=said)
    raw_rows = _raw_rows(table, matched)
    habits = Habits(day_first).learned(
        _texts(template, raw_rows, {CellKind.DAY, CellKind.MOMENT}),
        _texts(template, raw_rows, {CellKind.WHOLE, CellKind.DECIMAL, CellKind.PERCENT}),
    )
    problems = Problems(matched)
    sample = {column.key: column.example for column in template.columns if column.example}
    rows: list[Row] = []
    samples = 0
    for row_no, problem, raws in raw_rows:
        if problem:
            problems.add(row_no, "", problem)
            continue
        if row_no == FIRST_DATA_ROW and _is_sample(raws, sample):
            samples += 1
            continue
        before = problems.count
        known = raws | matched.stated
        values = {
            column.key: _read(column, known[column.key], habits, row_no, problems)
            for column in template.columns
            if column.key in known
        }
        if problems.count == before:
            rows.append(Row(row_no, values))
    rows = _without_repeats(template, rows, problems)
    if not raw_rows:
        raise Invalid("file_without_rows", file=table.file_name)
    return RowsRead(rows, problems.kept, problems.count, len(raw_rows) - samples, samples, matched)


def _raw_rows(table: Table, matched: Matched) -> list[tuple[int, str | None, dict[str, Any]]]:
    found = []
    for batch in table.batches:
        columns = {key: batch.column(str(at)).to_pylist() for key, at in matched.positions.items()}
        numbers, marks = batch.column("row_no").to_pylist(), batch.column("problem").to_pylist()
        for at, (row_no, problem) in enumerate(zip(numbers, marks, strict=True)):
            raws = {key: cells[at] for key, cells in columns.items()}
            if problem or any(raw is not None and str(raw).strip() for raw in raws.values()):
                found.append((row_no, problem, raws))
        if len(found) > MOST_ROWS:
            raise Invalid("file_too_long", file=table.file_name, most=MOST_ROWS)
    return sorted(found, key=lambda row: row[0])


def _texts(
    template: Template,
    raw_rows: Sequence[tuple[int, str | None, dict[str, Any]]],
    kinds: set[CellKind],
) -> list[str]:
    keys = [column.key for column in template.columns if column.kind in kinds]
    return [raws[key] for _, _, raws in raw_rows for key in keys if isinstance(raws.get(key), str)]


def _is_sample(raws: Mapping[str, Any], sample: Mapping[str, str]) -> bool:
    """Whether the row is the template's own, left in by mistake."""
    filled = {key: raw for key, raw in raws.items() if raw is not None and str(raw).strip()}
    return filled.keys() == sample.keys() & raws.keys() and all(
        _same(raw, sample[key]) for key, raw in filled.items()
    )


def _same(raw: Any, example: str) -> bool:
    text = shown(raw)
    try:
        return text == example or float(text) == float(example)
    except ValueError:
        return text[: len(example)] == example


def _read(column: Column, raw: Any, habits: Habits, row_no: int, problems: Problems) -> Any:
    try:
        value = read_cell(column.kind, raw, habits)
        if value is None:
            if column.required:
                raise CellProblem("cell_missing")
            return None
        if column.least is not None and value < column.least:
            raise CellProblem("cell_too_small", str(column.least))
        if column.allowed and column.kind is not CellKind.FLAG:
            return _one_of(value, column.allowed)
        return value
    except CellProblem as problem:
        problems.add(row_no, column.key, problem.code, raw, problem.hint)
        return None


def _one_of(value: str, allowed: Sequence[str]) -> str:
    for each in allowed:
        if each.casefold() == value.casefold():
            return str(each)
    raise CellProblem("cell_not_in_list", ", ".join(map(str, allowed)))


def _without_repeats(template: Template, rows: Sequence[Row], problems: Problems) -> list[Row]:
    """The same thing twice in one file: nobody can say which row is meant."""
    first: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        identity = tuple(folded(row[key]) for key in template.identity)
        known = first.setdefault(identity, row)
        if known is not row:
            key = template.identity[0]
            problems.add(row.row_no, key, "row_repeated", row[key], str(known.row_no))
    return list(first.values())


def folded(value: Any) -> Any:
    """What makes two cells the same: texts without their case."""
    return value.casefold() if isinstance(value, str) else value
