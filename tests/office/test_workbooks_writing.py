"""What is written comes back as it was, and nothing in it runs."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inventory_core.office.workbooks_writing import (
    Sheet,
    SheetColumn,
    write_csv,
    write_parquet,
    write_workbook,
)
from tests.examples import examples
from tests.office.files import COLUMNS, ROWS, cells, write


def test_codes_and_formulas_come_back_as_they_were_from_every_kind_of_file(tmp_path: Path) -> None:
    files = {
        "a.xlsx": write_workbook([Sheet("S", COLUMNS, ROWS)]),
        "a.csv": write_csv(COLUMNS, ROWS),
        "a.parquet": write_parquet(COLUMNS, ROWS),
    }
    for name, content in files.items():
        found = cells(write(tmp_path, name, content))
        assert [(row[0], row[2], row[7]) for row in found] == [
            (2, "00123", "own"),
            (3, "1E5", "=1+1"),
            (4, "１２", "@SUM(A1)|x"),
        ], name


@settings(max_examples=examples(40), deadline=None)
@example(texts=["\u1680=", "\u3000+1", "\u2028@x", "\x85=1"])
@given(
    texts=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), min_size=1
    )
)
def test_any_text_survives_export_and_import(texts: list[str], tmp_path_factory: Any) -> None:
    column = SheetColumn("text")
    rows = [(text, "x") for text in texts]
    path = tmp_path_factory.mktemp("text") / "a.csv"
    path.write_bytes(write_csv([column, SheetColumn("end")], rows))
    assert [row[2] for row in cells(path)] == [text or None for text in texts]


@pytest.mark.parametrize(
    "start", ["=1", "+1", "-1", "@x", "\t=1", "|calc", "\ufeff=1", "'=1", "＝1"]
)
def test_nothing_that_a_spreadsheet_would_run_is_written_as_such(start: str) -> None:
    text = start + "+cmd|' /C calc'!A0"
    line = write_csv([SheetColumn("name")], [(text,)]).decode("utf-8-sig").splitlines()[1]
    assert line.startswith("\"'")
    book = openpyxl.load_workbook(io.BytesIO(write_workbook([Sheet("S", COLUMNS[:1], [(text,)])])))
    cell = book["S"]["A2"]
    assert cell.data_type == "s"
    assert cell.value == text


def test_a_template_has_lists_notes_and_text_columns() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook([Sheet("S", COLUMNS, ROWS)])))
    page = book["S"]
    assert page.freeze_panes == "A2"
    assert page.column_dimensions["A"].number_format == "@"
    assert page["A1"].comment.text == "a code"
    assert [rule.formula1 for rule in page.data_validations.dataValidation] == ['"own,fba"']
