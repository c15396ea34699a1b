"""Files of every kind become the same numbered cells."""

from pathlib import Path

import openpyxl
import pytest

from inventory_core.errors import Invalid
from inventory_core.office.workbooks import file_hash, read_table
from tests.office.files import cells, workbook, write


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
