"""Frames as files. Decides how a column of a table becomes a column of a file; knows no screen.

Writing itself, and that no cell can be a formula, is the business of `office/workbooks_writing`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from inventory_core.office.workbooks_writing import (
    ColumnKind,
    Sheet,
    SheetColumn,
    write_csv,
    write_workbook,
)

_KINDS = {
    "text": ColumnKind.TEXT,
    "units": ColumnKind.WHOLE,
    "decimal": ColumnKind.DECIMAL,
    "money": ColumnKind.DECIMAL,
    "percent": ColumnKind.DECIMAL,
    "bar": ColumnKind.DECIMAL,
    "day": ColumnKind.DAY,
    "moment": ColumnKind.MOMENT,
    "flag": ColumnKind.FLAG,
}


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A heading, and the kind of value as the tables of the screens name it."""

    header: str
    kind: str


def as_workbook(frame: pd.DataFrame, columns: Sequence[FileColumn], *, name: str) -> bytes:
    """One sheet with a frozen header; the frame's columns in the order given."""
    return write_workbook([Sheet(name, _headers(columns), list(_rows(frame, columns)))])


def as_csv(frame: pd.DataFrame, columns: Sequence[FileColumn]) -> bytes:
    """UTF-8 with a mark at the start, which is how Excel knows Chinese."""
    return write_csv(_headers(columns), list(_rows(frame, columns)))


def _headers(columns: Sequence[FileColumn]) -> list[SheetColumn]:
    return [SheetColumn(column.header, _KINDS[column.kind]) for column in columns]


def _rows(frame: pd.DataFrame, columns: Sequence[FileColumn]) -> Iterator[list[Any]]:
    kinds = [_KINDS[column.kind] for column in columns]
    for row in frame.itertuples(index=False, name=None):
        yield [_value(value, kind) for value, kind in zip(row, kinds, strict=True)]


def _value(value: Any, kind: ColumnKind) -> Any:
    """A cell as the file's kind wants it; whatever pandas uses for nothing becomes nothing."""
    if value is None or value is pd.NaT or value != value:
        return None
    if kind is ColumnKind.WHOLE:
        return int(value)
    if kind is ColumnKind.DECIMAL:
        return value if isinstance(value, Decimal) else Decimal(str(round(float(value), 6)))
    if kind is ColumnKind.FLAG:
        return bool(value)
    if kind is ColumnKind.DAY:
        return value.date() if isinstance(value, datetime) else value
    if kind is ColumnKind.MOMENT and isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return str(value) if kind is ColumnKind.TEXT and not isinstance(value, date) else value
