"""A table as a file: numbers stay numbers, and nothing in it runs."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pandas as pd

from app.sheets import FileColumn, as_csv, as_workbook

COLUMNS = [
    FileColumn("SKU", "text"),
    FileColumn("On hand", "units"),
    FileColumn("Cost", "money"),
    FileColumn("On", "day"),
    FileColumn("At", "moment"),
]
FRAME = pd.DataFrame(
    {
        "sku": ["=1+1", "灯 A", None],
        "on_hand": [3, None, 1_000_000],
        "cost": [Decimal("1.10"), 2.5, float("nan")],
        "on": [date(2026, 3, 2), None, None],
        "at": pd.Series([datetime(2026, 3, 2, 8, tzinfo=UTC), None, None], dtype="object"),
    }
)


def test_a_workbook_holds_values_and_no_formula() -> None:
    page = openpyxl.load_workbook(io.BytesIO(as_workbook(FRAME, COLUMNS, name="stock"))).active
    rows = list(page.iter_rows(values_only=True))
    assert rows[0] == ("SKU", "On hand", "Cost", "On", "At")
    assert rows[1][:3] == ("=1+1", 3, 1.1)
    assert page["A2"].data_type == "s"
    assert rows[2] == ("灯 A", None, 2.5, None, None)
    assert rows[3][:3] == (None, 1_000_000, None)


def test_a_csv_file_is_known_as_utf_8_and_disarmed() -> None:
    content = as_csv(FRAME, COLUMNS)
    assert content.startswith("\ufeff".encode())
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith(("'=1+1,", '"\'=1+1",'))
    assert "灯 A" in lines[2]
