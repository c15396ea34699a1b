"""Files as people send them, written on the spot, and what is read from them."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from inventory_core.office.workbooks import read_table
from inventory_core.office.workbooks_writing import ColumnKind, SheetColumn

COLUMNS = (
    SheetColumn("SKU", required=True, note="a code"),
    SheetColumn("quantity", ColumnKind.WHOLE),
    SheetColumn("price", ColumnKind.DECIMAL),
    SheetColumn("on", ColumnKind.DAY),
    SheetColumn("at", ColumnKind.MOMENT),
    SheetColumn("kind", allowed=("own", "fba")),
)
ROWS = (
    (
        "00123",
        5,
        Decimal("1.5"),
        date(2020, 1, 2),
        datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
        "own",
    ),
    ("1E5", -5, Decimal("0.000001"), None, None, "=1+1"),
    ("１２", None, None, None, None, "@SUM(A1)|x"),
)


def cells(path: Path, **options: str) -> list[tuple[Any, ...]]:
    """Every row as texts, after its number and problem."""
    return [
        tuple(row.values())
        for batch in read_table(path, **options).batches
        for row in batch.to_pylist()
    ]


def write(folder: Path, name: str, content: bytes | str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zipped(entries: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return content.getvalue()
