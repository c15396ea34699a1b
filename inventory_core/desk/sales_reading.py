"""A file of sales becomes typed batches. Decides which rows can be read; judges no sale.

Every distinct cell of a batch is read once by the strict rules of `imports_cells` and put back at
its rows, so that a file of a million lines costs as much as its distinct values. A row whose
invoice, quantity or time cannot be read is refused with its cell; a missing SKU or price is kept
for the judgement.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from inventory_core.catalog.codes import code_key
from inventory_core.desk.imports_cells import (
    CellKind,
    CellProblem,
    read_cell,
    shown,
)
from inventory_core.desk.imports_columns import Matched
from inventory_core.desk.imports_habits import Habits
from inventory_core.desk.imports_templates_sales import SALES
from inventory_core.desk.sales_states import STATE_COLUMNS, said_by
from inventory_core.office.workbooks import Table

# Where the file is silent or unreadable here, the sale stands all the same.
_LENIENT = frozenset({"description", "country", "customer", *STATE_COLUMNS})
_NEEDED = ("invoice", "quantity", "sold_at")
_MOST_CHARACTERS = {"invoice": 60, "country": 60, "description": 300}

_TYPES = {
    CellKind.CODE: pa.string(),
    CellKind.TEXT: pa.string(),
    CellKind.CURRENCY: pa.string(),
    CellKind.WHOLE: pa.int64(),
    CellKind.DECIMAL: pa.decimal128(24, 6),
}
STAGED_COLUMNS = (
    "row_no", "invoice", "sku_text", "sku_key", "description", "quantity", "local_at", "known_at",
    "unit_price", "currency", "channel", "warehouse", "country", "customer", *STATE_COLUMNS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that could not be read: the first cell at fault and all of its content as JSON."""

    row_no: int
    column: str
    code: str
    shown: str
    hint: str
    content: str


@dataclass(frozen=True, slots=True)
class SalesBatch:
    """Rows that could be read, with the columns of `STAGED_COLUMNS`, and those that could not."""

    staged: pa.RecordBatch
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True)
class _Cells:
    """One column of a batch: values by row, problems by row, for a moment also the zoned values."""

    values: pa.Array
    problems: pa.Array | None = None
    known: pa.Array | None = None
    keys: pa.Array | None = None


def read_sales(table: Table, matched: Matched, habits: Habits) -> Iterator[SalesBatch]:
    """Read batch by batch; what `habits` leaves open is learned from the cells themselves."""
    for batch in table.batches:
        batch = _without_blank_rows(batch)
        if batch.num_rows == 0:
            continue
        if not habits.settled:
            habits = habits.learned(
                _texts(batch, matched, {CellKind.MOMENT}),
                _texts(batch, matched, {CellKind.WHOLE, CellKind.DECIMAL}),
            )
        yield _read_batch(batch, matched, habits)


def _texts(batch: pa.RecordBatch, matched: Matched, kinds: set[CellKind]) -> list[str]:
    """Every distinct text in the columns of these kinds; a typed cell leaves nothing open."""
    keys = [column.key for column in SALES.columns if column.kind in kinds]
    columns = [
        batch.column(str(at)) for key in keys if (at := matched.positions.get(key)) is not None
    ]
    texts = [pc.unique(cells).to_pylist() for cells in columns if pa.types.is_string(cells.type)]
    return [text for found in texts for text in found if text]


def _without_blank_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A row without any content is not a row of the file."""
    filled = None
    for cells in batch.columns[2:]:
        valid = cells.is_valid()
        filled = valid if filled is None else pc.or_(filled, valid)
        if filled.true_count == len(filled):
            return batch
    return batch if filled is None else batch.filter(filled)


def _read_batch(batch: pa.RecordBatch, matched: Matched, habits: Habits) -> SalesBatch:
    columns = {
        column.key: _read_column(
            batch.column(str(matched.positions[column.key])), column.key, column.kind, habits
        )
        for column in SALES.columns
        if column.key in matched.positions
    }
    faults = _faults(batch, columns)
    refused = tuple(
        _refusal(batch, matched, row, key, code) for row, (key, code) in sorted(faults.items())
    )
    staged = _staged(batch, columns)
    if faults:
        kept = pa.array([row not in faults for row in range(batch.num_rows)])
        staged = staged.filter(kept)
    return SalesBatch(staged, refused)


def _faults(batch: pa.RecordBatch, columns: dict[str, _Cells]) -> dict[int, tuple[str, str]]:
    """Rows to be refused: column key and code of the first fault of each."""
    faults: dict[int, tuple[str, str]] = {}
    if batch.column("problem").null_count < batch.num_rows:
        for row, code in enumerate(batch.column("problem").to_pylist()):
            if code:
                faults[row] = ("", code)
    for key, cells in columns.items():
        if cells.problems is not None and key not in _LENIENT:
            for row, code in enumerate(cells.problems.to_pylist()):
                if code:
                    faults.setdefault(row, (key, code))
        if key in _NEEDED:
            missing = cells.values.is_null()
            if cells.known is not None:
                missing = pc.and_(missing, cells.known.is_null())
            if missing.true_count:
                for row in pc.indices_nonzero(missing).to_pylist():
                    faults.setdefault(row, (key, "cell_missing"))
    return faults


def _read_column(cells: pa.Array, key: str, kind: CellKind, habits: Habits) -> _Cells:
    encoded = cells.dictionary_encode()
    raws = encoded.dictionary.to_pylist()
    values: list[Any] = []
    problems: list[str | None] = []
    for raw in raws:
        try:
            value = _value(kind, raw, habits, _MOST_CHARACTERS.get(key))
            if value is not None and key in STATE_COLUMNS:
                value = said_by(key, value).value
            values.append(value)
            problems.append(None)
        except CellProblem as problem:
            values.append(None)
            problems.append(problem.code)
    at = encoded.indices
    faulty = pa.array(problems, pa.string()).take(at) if any(problems) else None
    if kind is CellKind.MOMENT:
        walls = [v if v is not None and v.tzinfo is None else None for v in values]
        zoned = [v if v is not None and v.tzinfo is not None else None for v in values]
        known = pa.array(zoned, pa.timestamp("us", tz="UTC")).take(at)
        return _Cells(pa.array(walls, pa.timestamp("us")).take(at), faulty, known)
    keys = None
    if key == "sku":
        folded = [code_key(v) if v is not None else None for v in values]
        keys = pa.array(folded, pa.string()).take(at)
    return _Cells(pa.array(values, _TYPES[kind]).take(at), faulty, keys=keys)


def _value(kind: CellKind, raw: Any, habits: Habits, most: int | None) -> Any:
    value = read_cell(kind, raw, habits)
    if most is not None and value is not None and len(value) > most:
        raise CellProblem("cell_too_long", str(most))
    return value


def _staged(batch: pa.RecordBatch, columns: dict[str, _Cells]) -> pa.RecordBatch:
    def of(key: str) -> pa.Array:
        if key in columns:
            return columns[key].values
        return pa.nulls(batch.num_rows, pa.string())

    arrays = [
        batch.column("row_no"),
        of("invoice"),
        of("sku"),
        columns["sku"].keys,
        of("description"),
        of("quantity"),
        of("sold_at"),
        columns["sold_at"].known,
        of("unit_price"),
        *(of(key) for key in STAGED_COLUMNS[STAGED_COLUMNS.index("currency") :]),
    ]
    return pa.record_batch(arrays, list(STAGED_COLUMNS))


def _refusal(batch: pa.RecordBatch, matched: Matched, row: int, key: str, code: str) -> RefusedRow:
    cells = {title: batch.column(str(at))[row].as_py() for at, title in enumerate(matched.headers)}
    at = matched.positions.get(key)
    raw = batch.column(str(at))[row].as_py() if at is not None else None
    return RefusedRow(
        row_no=batch.column("row_no")[row].as_py(),
        column=matched.headers[at] if at is not None else "",
        code=code,
        shown=shown(raw),
        hint=_hint(key, raw),
        content=json.dumps(cells, ensure_ascii=False, default=str),
    )


def _hint(key: str, raw: Any) -> str:
    """What could be written instead, as the strict rules say it."""
    if not key or raw is None:
        return ""
    try:
        read_cell(SALES.column(key).kind, raw)
    except CellProblem as problem:
        return problem.hint
    return ""


def copy_lines(batch: pa.RecordBatch) -> bytes:
    """The batch as CSV for COPY: texts quoted, nothing for null."""
    sink = io.BytesIO()
    options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
    pa_csv.write_csv(batch, sink, options)
    return sink.getvalue()
