"""Files of every kind become the same numbered cells, and hostile ones are refused by name."""

import io
import random
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inventory_core.errors import Invalid
from inventory_core.office import workbooks_guard
from inventory_core.office.workbooks import file_hash, read_table
from inventory_core.office.workbooks_guard import check_file
from inventory_core.office.workbooks_sheets import open_sheet
from inventory_core.office.workbooks_writing import (
    ColumnKind,
    Sheet,
    SheetColumn,
    write_csv,
    write_parquet,
    write_workbook,
)

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


@settings(max_examples=40, deadline=None)
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_recognised(tmp_path: Path, encoding: str, mark: str) -> None:
    text = f'商品编码{mark}名称\r\n00123{mark}玻璃烛台，红色\r\n\r\nA1{mark}"茶\n壶"\r\n'
    path = write(tmp_path, "a.csv", text, encoding)
    assert read_table(path).header == ("商品编码", "名称")
    assert cells(path) == [(2, None, "00123", "玻璃烛台，红色"), (3, None, "A1", "茶\n壶")]


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "name,n\nCafé crème brûlée,1\nMüller,2\n", "cp1252")
    assert [row[2] for row in cells(path)] == ["Café crème brûlée", "Müller"]


def test_rows_of_another_width_are_kept_numbered_and_marked(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n")
    assert sorted(cells(path)) == [
        (2, None, "1", "2", "3"),
        (3, None, "4", "5", None),
        (4, "row_too_wide", "6", "7", "8"),
        (5, None, "10", "11", "12"),
    ]


def test_a_quote_left_open_is_refused_instead_of_swallowing_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", 'a,b\n1,"2\n3,4\n')
    with pytest.raises(Invalid, match="file_quote_open"):
        cells(path)
    inches = write(tmp_path, "b.csv", 'a,b\n1,12" plate\n3,4\n')
    assert len(cells(inches)) == 2


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_whole_numbers_lose_the_point_that_spreadsheets_give_them(tmp_path: Path) -> None:
    path = write(tmp_path, "a.xlsx", workbook([["sku", "n"], ["A", 6], [17850, "x"], ["B", 2.5]]))
    assert cells(path) == [(2, None, "A", "6"), (3, None, "17850", "x"), (4, None, "B", "2.5")]


def test_the_first_visible_sheet_with_content_is_read_or_the_one_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"  # type: ignore[union-attr]
    book.active.append(["hidden"])  # type: ignore[union-attr]
    book.create_sheet("empty")
    book.create_sheet("Data").append(["a"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert read_table(path).sheet == "Data"
    assert read_table(path, sheet="Sheet").header == ("hidden",)
    with pytest.raises(Invalid, match="sheet_unknown"):
        read_table(path, sheet="nothing")


def test_a_title_above_the_table_is_passed_over_and_rows_keep_their_numbers(
    tmp_path: Path,
) -> None:
    rows = [
        ["3月销售明细表"],
        ["制表：小王", "", ""],
        [],
        ["sku", "n", "d"],
        ["A", 1, "x"],
        ["合计", 1],
    ]
    path = write(tmp_path, "a.xlsx", workbook(rows))
    table = read_table(path)
    assert table.header == ("sku", "n", "d")
    assert cells(path) == [(5, None, "A", 1.0, "x"), (6, None, "合计", 1.0, None)]
    text = '3月销售明细表,,\r\n"制表：\n小王"\r\n\r\nsku,n,d\r\nA,1,x\r\n合计,1,\r\n'
    path = write(tmp_path, "a.csv", text.encode("gb18030"))
    assert read_table(path).header == ("sku", "n", "d")
    assert cells(path) == [(5, None, "A", "1", "x"), (6, None, "合计", "1", None)]


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="file_not_readable"):
        file_hash(tmp_path / "none.csv")


def test_a_cover_sheet_is_passed_over_where_another_sheet_holds_a_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Sales of the year"])  # type: ignore[union-attr]
    data = book.create_sheet("Data")
    data.append(["sku", "n"])
    data.append(["A", 1])
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert read_table(path).sheet == "Data"
    assert read_table(path).header == ("sku", "n")


def test_a_comma_in_the_cells_is_not_taken_for_the_mark_between_them(tmp_path: Path) -> None:
    lines = ["Sales, all of March", "sku;price", *(f"A{n};1,50" for n in range(9))]
    path = write(tmp_path, "a.csv", "\n".join(lines).encode())
    assert read_table(path).header == ("sku", "price")
    assert cells(path)[0] == (3, None, "A0", "1,50")


def zipped(entries: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return content.getvalue()


def understated(content: bytes) -> bytes:
    """The same archive, whose directory says that its entry is small."""
    at = content.index(b"PK\x01\x02")
    return content[: at + 24] + struct.pack("<I", 1000) + content[at + 28 :]


BOMB = zipped({"xl/workbook.xml": b"\0" * (80 * 1024**2)})
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "file_empty"),
    "blank": (b"\n\n  \n", "file_empty"),
    "bomb, declared": (BOMB, "file_unpacks_too_large"),
    "bomb, understated": (understated(BOMB), "file_unpacks_too_large"),
    "macros": (zipped({"xl/workbook.xml": b"x", "xl/vbaProject.bin": b"x"}), "file_has_macros"),
    "path": (zipped({"../evil": b"x", "xl/workbook.xml": b"x"}), "file_damaged"),
    "encrypted": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "file_encrypted",
    ),
    "cut": (workbook([["a"], [1]])[:-200], "file_damaged"),
    "document": (zipped({"word/document.xml": b"x"}), "file_kind_unknown"),
    "picture": (b"\x89PNG\r\n\x1a\n", "file_kind_unknown"),
    "program": (b"\x7fELF\x02\x01\x01\x00\x00\x01", "file_kind_unknown"),
    "parquet": (b"PAR1 something PAR1", "file_damaged"),
    "laughs": (
        zipped({"xl/workbook.xml": b'<!DOCTYPE l [<!ENTITY a "ha">]><workbook>&a;</workbook>'}),
        "sheet_not_readable",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str) -> None:
    content, code = REFUSED[name]
    with pytest.raises(Invalid) as caught:
        cells(write(tmp_path, "stock.xlsx", content))
    assert caught.value.code == code
    assert caught.value.params["file"] == "stock.xlsx"


def test_a_sheet_that_spans_the_whole_grid_ends_the_child_and_not_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = workbook([["a"]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    sheet = entries["xl/worksheets/sheet1.xml"].decode()
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    entries["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", far).encode()
    started = time.monotonic()
    with pytest.raises(Invalid, match="sheet_not_readable"):
        cells(write(tmp_path, "a.xlsx", zipped(entries)))
    assert time.monotonic() - started < 60


def mutations(good: bytes, chance: random.Random) -> Callable[[], bytes]:
    def one() -> bytes:
        data = bytearray(good)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(max(1, len(data)))
            act = chance.randrange(4)
            if act == 0 and data:
                data[at] = chance.randrange(256)
            elif act == 1:
                del data[at : at + chance.randint(1, 40)]
            elif act == 2:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 20)))
            else:
                data = data[: max(1, at)]
        return bytes(data)

    return one


KNOWN_REFUSALS = {
    "file_damaged",
    "file_empty",
    "file_encrypted",
    "file_encoding_mixed",
    "file_kind_unknown",
    "file_quote_open",
    "file_too_wide",
    "file_unpacks_too_large",
    "sheet_not_readable",
}


@pytest.mark.parametrize("kind", ["csv", "gb18030", "utf-16", "parquet", "xlsx"])
def test_broken_files_are_read_or_refused_and_never_crash(tmp_path: Path, kind: str) -> None:
    text = "sku,名称,n\n" + "".join(f'00{n},"茶, 壶 {n}",{n}\n' for n in range(30))
    good = {
        "csv": text.encode(),
        "gb18030": text.encode("gb18030"),
        "utf-16": text.encode("utf-16"),
        "parquet": write_parquet(COLUMNS, ROWS),
        "xlsx": write_workbook([Sheet("S", COLUMNS, ROWS)]),
    }[kind]
    mutate = mutations(good, random.Random(7))
    path = tmp_path / "a"
    refused: set[str] = set()
    for _ in range(60):
        path.write_bytes(mutate())
        try:
            found = check_file(path)
            if found in (workbooks_guard.FileKind.XLSX, workbooks_guard.FileKind.XLS):
                _, _, batches = open_sheet(path)  # in this process: as quick as the child is slow
                list(batches)
            else:
                cells(path)
        except Invalid as error:
            refused.add(error.code)
    assert refused <= KNOWN_REFUSALS
