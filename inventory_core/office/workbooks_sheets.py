"""Spreadsheets in (xlsx, xls, ods): cells to columns. Decides how typed cells become columns.

Never called on a foreign file in the program's own process: `workbooks_child` does that.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, islice, product
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine as calamine

from inventory_core.errors import Invalid
from inventory_core.office.workbooks_text import (
    MOST_COLUMNS,
    MOST_HEADER_ROWS,
    header_at,
    numbered_batch,
)

BATCH_ROWS = 16_384
LEAST_TABLE_WIDTH = 2  # a sheet with one cell a row is a cover, where another holds a table


def open_sheet(
    path: Path, sheet: str = ""
) -> tuple[str, tuple[str, ...], Iterator[pa.RecordBatch]]:
    """The same in this process: the first visible sheet with a table, or the one named."""
    try:
        with calamine.CalamineWorkbook.from_path(path) as workbook:
            names = _readable_sheets(workbook, sheet)
            for least, found in product((LEAST_TABLE_WIDTH, 1), names):
                content = workbook.get_sheet_by_name(found)
                header, rows = _below_titles(enumerate(content.iter_rows(), start=1))
                if len(header) >= least:
                    return found, header, _typed(rows, len(header))
    except calamine.PasswordError as error:
        raise Invalid("file_encrypted") from error
    except calamine.CalamineError as error:
        raise Invalid("sheet_not_readable") from error
    raise Invalid("file_empty")


def _readable_sheets(workbook: Any, sheet: str) -> list[str]:
    kinds, shown = calamine.SheetTypeEnum, calamine.SheetVisibleEnum
    sheets = [each for each in workbook.sheets_metadata if each.typ == kinds.WorkSheet]
    if not sheet:
        return [each.name for each in sheets if each.visible == shown.Visible]
    found = [each.name for each in sheets if each.name.casefold() == sheet.casefold()]
    if not found:
        raise Invalid("sheet_unknown", sheet=sheet)
    return found


def _below_titles(
    rows: Iterator[tuple[int, list[Any]]],
) -> tuple[tuple[str, ...], Iterator[tuple[int, list[Any]]]]:
    """The header, without empty cells at its end, and the rows below it."""
    first = list(islice(rows, MOST_HEADER_ROWS))
    texts = [[text_of(cell) or "" for cell in cells] for _, cells in first]
    at = header_at(texts)
    if at is None:
        return (), rows
    header = texts[at]
    while not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise Invalid("file_too_wide", most=MOST_COLUMNS)
    return tuple(header), chain(first[at + 1 :], rows)


def _typed(rows: Iterator[tuple[int, list[Any]]], width: int) -> Iterator[pa.RecordBatch]:
    while block := list(islice(rows, BATCH_ROWS)):
        padding = [""] * max(0, width - len(block[0][1]))
        cells = list(zip(*(row for _, row in block), strict=True))
        columns = [_column(cells[at]) if at < len(cells) else padding for at in range(width)]
        problems = None
        extra = cells[width:]
        if any(cell != "" for column in extra for cell in column):
            problems = [
                "row_too_wide" if any(c[at] != "" for c in extra) else None
                for at in range(len(block))
            ]
        yield numbered_batch([no for no, _ in block], columns, problems)


def _column(cells: Sequence[Any]) -> pa.Array:
    """One type where all cells agree, else text as a person would have typed it."""
    kinds = set(map(type, cells)) - {str}
    texts = any(type(cell) is str and cell for cell in cells) if kinds else True
    if kinds == {float} and not texts:
        return pa.array([None if cell == "" else cell for cell in cells], pa.float64())
    if kinds and kinds <= {datetime, date} and not texts:
        return pa.array([_moment(cell) for cell in cells], pa.timestamp("us"))
    return pa.array([text_of(cell) for cell in cells], pa.string())


def _moment(cell: Any) -> datetime | None:
    if cell == "":
        return None
    return cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001


def text_of(cell: Any) -> str | None:
    """A cell as text: 6.0 is "6" and 17850.0 is "17850", since spreadsheets know no integers."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
