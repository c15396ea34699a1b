"""Tables out: Excel, CSV, Parquet. Decides that nothing we write runs when it is opened.

A text that a spreadsheet would take for a formula is written as text: as a string cell marked with
a quote prefix in Excel, behind a single quote in CSV; our own readers give the original back.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from itertools import islice
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from inventory_core.errors import Invalid
from inventory_core.money import round_unit_cost
from inventory_core.office.workbooks_text import FORMULA_START

MOST_SHEET_ROWS = 1_048_575
MOST_INLINE_LIST = 250
VALIDATED_ROWS = 5_000
WRITE_ROWS = 65_536
_FORMULA = re.compile(FORMULA_START)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEADER_FILL = PatternFill("solid", fgColor="E8EEF4")
_REQUIRED_FILL = PatternFill("solid", fgColor="FFF1D6")


class ColumnKind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DAY = "day"
    MOMENT = "moment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column to be written; `allowed` becomes a drop-down, `note` a comment on the header."""

    header: str
    kind: ColumnKind = ColumnKind.TEXT
    required: bool = False
    allowed: tuple[str, ...] = ()
    note: str = ""
    width: int = 18


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet to be written; rows hold one value per column, None for nothing."""

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Any]]


_ARROW_KINDS = {
    ColumnKind.TEXT: pa.string(),
    ColumnKind.WHOLE: pa.int64(),
    ColumnKind.DECIMAL: pa.decimal128(24, 6),
    ColumnKind.DAY: pa.date32(),
    ColumnKind.MOMENT: pa.timestamp("us", tz="UTC"),
    ColumnKind.FLAG: pa.bool_(),
}
_NUMBER_FORMATS = {
    ColumnKind.TEXT: "@",
    ColumnKind.WHOLE: "0",
    ColumnKind.DECIMAL: "General",
    ColumnKind.DAY: "yyyy-mm-dd",
    ColumnKind.MOMENT: "yyyy-mm-dd hh:mm:ss",
    ColumnKind.FLAG: "General",
}


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """An xlsx file: frozen header, text columns formatted as text, drop-downs, comments."""
    book = openpyxl.Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name[:31])
        _dress(page, sheet)
        page.append([_header_cell(page, column) for column in sheet.columns])
        kinds = [column.kind for column in sheet.columns]
        for row_no, row in enumerate(sheet.rows, 1):
            if row_no > MOST_SHEET_ROWS:
                raise Invalid("too_many_rows_for_a_sheet", most=MOST_SHEET_ROWS)
            page.append([_cell(page, value, kind) for value, kind in zip(row, kinds, strict=True)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def write_csv(columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with the mark that Excel looks for; formulas in texts are disarmed."""
    content = io.BytesIO(b"")
    content.write("\ufeff".encode())
    names = [column.header for column in columns]
    header = pa.table([pa.array([safe_text(name)]) for name in names], names=names)
    pa_csv.write_csv(header, content, pa_csv.WriteOptions(include_header=False))
    for batch in _arrow_batches(columns, rows, escape=True):
        pa_csv.write_csv(
            batch, content, pa_csv.WriteOptions(include_header=False, quoting_style="needed")
        )
    return content.getvalue()


def write_parquet(columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]]) -> bytes:
    """Typed columns; times in UTC, money as exact decimals."""
    content = io.BytesIO()
    schema = _schema(columns)
    with pa_parquet.ParquetWriter(content, schema, compression="zstd") as writer:
        for batch in _arrow_batches(columns, rows, escape=False):
            writer.write_batch(batch)
    return content.getvalue()


def safe_text(text: str) -> str:
    """The text for a CSV cell: a single quote before what a spreadsheet would run."""
    return f"'{text}" if _FORMULA.match(text) else text


def _schema(columns: Sequence[SheetColumn]) -> pa.Schema:
    return pa.schema([(column.header, _ARROW_KINDS[column.kind]) for column in columns])


def _arrow_batches(
    columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]], *, escape: bool
) -> Iterator[pa.RecordBatch]:
    schema = _schema(columns)
    source = iter(rows)
    while block := list(islice(source, WRITE_ROWS)):
        arrays = []
        for column, values in zip(columns, zip(*block, strict=True), strict=True):
            cells = [_value(value, column.kind) for value in values]
            if escape and column.kind is ColumnKind.TEXT:
                cells = [safe_text(cell) if cell else cell for cell in cells]
            arrays.append(pa.array(cells, _ARROW_KINDS[column.kind]))
        batch = pa.record_batch(arrays, schema=schema)
        yield _plain_decimals(batch) if escape else batch


def _plain_decimals(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Decimals as short text (12.5, not 12.500000) for files that people read."""
    arrays = []
    for column in batch.columns:
        if pa.types.is_decimal(column.type):
            column = pa.array(
                [
                    None if value is None else format(value.normalize(), "f")
                    for value in column.to_pylist()
                ],
                pa.string(),
            )
        arrays.append(column)
    return pa.record_batch(arrays, names=batch.schema.names)


def _value(value: Any, kind: ColumnKind) -> Any:
    """A value as its column holds it."""
    if value is None:
        return None
    if isinstance(value, Enum):
        value = value.value
    if kind is ColumnKind.TEXT:
        return _UNPRINTABLE.sub("\ufffd", str(value))
    if kind is ColumnKind.DECIMAL:
        return round_unit_cost(Decimal(value))
    if kind is ColumnKind.MOMENT and isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC)
    return value


def _cell(page: Any, value: Any, kind: ColumnKind) -> Any:
    value = _value(value, kind)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
    cell = WriteOnlyCell(page, value)
    if isinstance(value, date):
        cell.number_format = _NUMBER_FORMATS[kind]
    elif isinstance(value, str):
        cell.data_type = "s"  # whatever it begins with: never a formula, an error or a number
        cell.number_format = "@"
        cell.quotePrefix = bool(_FORMULA.match(value))
    return cell


def _header_cell(page: Any, column: SheetColumn) -> Any:
    cell = WriteOnlyCell(page, _value(column.header, ColumnKind.TEXT))
    cell.data_type = "s"
    cell.font = Font(bold=True)
    cell.fill = _REQUIRED_FILL if column.required else _HEADER_FILL
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if column.note:
        cell.comment = Comment(column.note, "Yiben", height=120, width=320)
    return cell


def _dress(page: Any, sheet: Sheet) -> None:
    """Widths, formats and drop-downs; a write-only sheet wants them before its rows."""
    page.freeze_panes = "A2"
    for position, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(position)
        page.column_dimensions[letter].width = column.width
        page.column_dimensions[letter].number_format = _NUMBER_FORMATS[column.kind]
        choices = ",".join(column.allowed)
        if column.allowed and len(choices) <= MOST_INLINE_LIST:
            rule = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
            rule.add(f"{letter}2:{letter}{VALIDATED_ROWS}")
            page.data_validations.append(rule)
