"""Dates and amounts as sellers write them: settled by the file's own cells, or refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.imports_cells import CellKind, CellProblem, read_cell
from inventory_core.desk.imports_habits import Habits
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.errors import Invalid
from inventory_core.money import currency_called, currency_signs
from tests.desk.importing import csv_file, found, load, sell, values

POINT, COMMA = Habits(decimal_comma=False), Habits(decimal_comma=True)
YUAN = Habits(decimal_comma=False, signs=currency_signs("CNY"))


@pytest.mark.parametrize(
    ("texts", "comma"),
    [
        (["1,234", "12.50"], False),
        (["1,234,567"], False),
        (["¥1,234.00"], False),
        (["1.234", "12,5"], True),
        (["1.234,50"], True),
        (["1,234", "7"], None),
        (["1.234", "7"], None),
        (["12.50", "12,50"], None),
    ],
)
def test_one_clear_number_says_how_a_file_writes_all_of_them(
    texts: list[str], comma: bool | None
) -> None:
    assert Habits().learned([], texts).decimal_comma is comma


@pytest.mark.parametrize(
    ("text", "habits", "value"),
    [
        ("1,234", POINT, "1234"),
        ("-1,234,567.5", POINT, "-1234567.5"),
        ("1.234", COMMA, "1234"),
        ("12,50", COMMA, "12.5"),
        ("¥1,234.50", YUAN, "1234.5"),
        ("￥99", YUAN, "99"),
        ("-¥3.10", YUAN, "-3.1"),
        ("12.00元", YUAN, "12"),
        ("RMB 55", YUAN, "55"),
    ],
)
def test_an_amount_is_read_by_the_habits_of_its_file(text: str, habits: Habits, value: str) -> None:
    assert read_cell(CellKind.DECIMAL, text, habits) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "habits", "code"),
    [
        ("1,234", Habits(), "cell_number_ambiguous"),
        ("12,34,567", POINT, "cell_number_ambiguous"),
        ("1,23", POINT, "cell_number_ambiguous"),
        ("$12.00", YUAN, "cell_currency_sign"),
        ("HK$12.00", Habits(signs=currency_signs("USD")), "cell_currency_sign"),
        ("¥1,234.50", POINT, "cell_currency_sign"),
        ("12 pcs", POINT, "cell_not_decimal"),
    ],
)
def test_what_can_mean_two_amounts_is_refused(text: str, habits: Habits, code: str) -> None:
    with pytest.raises(CellProblem) as refused:
        read_cell(CellKind.DECIMAL, text, habits)
    assert (refused.value.code, refused.value.hint) == (
        code,
        "12" if code == "cell_not_decimal" else "",
    )


@pytest.mark.parametrize(
    "raw", ["5.3.2026", "05.03.2026", "20260305", 20260305.0, "2026/3/5", 46086]
)
def test_a_day_is_read_however_it_is_written(raw: Any) -> None:
    assert read_cell(CellKind.DAY, raw) == date(2026, 3, 5)


@pytest.mark.parametrize("raw", ["05/03/2026", "26/3/5", "20261305", "5/3.2026"])
def test_a_day_that_is_not_sure_is_refused(raw: str) -> None:
    with pytest.raises(CellProblem):
        read_cell(CellKind.DAY, raw)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("usd", "USD"),
        ("美元", "USD"),
        ("元", "CNY"),
        ("€", "EUR"),
        ("$", ""),
        ("¥", ""),
        ("含税", ""),
    ],
)
def test_a_currency_is_known_by_what_it_is_called(words: str, code: str) -> None:
    assert currency_called(words) == code


SHEET = (
    "2026年3月销售明细,,,,",
    "货号,日期,数量,单价（美元）,仓库",
    'A-1,2026/3/5,"1,200","$1,234.50",SZ',
    'A-1,2026/3/5,"1,200","$1,234.50",SZ',
    "A-2,2026/3/6,-1,$9.90,SZ",
    "合计,,2399,,",
)


def test_a_sheet_with_title_totals_and_signs_but_no_order_numbers_becomes_sales(
    database: Database, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, "销售.csv", SHEET)
    report = sell(database, path, SalesOptions(), key="first")
    assert report.counts == {"accepted": 2, "return": 1, "repeated": 0, "refused": 1}
    assert [(each.row_no, each.column, each.code) for each in report.problems] == [
        (6, "日期", "cell_missing")
    ]
    assert "invoice_lacking" in {note.code for note in report.notes}
    assert values(
        database, "SELECT quantity, unit_price, currency FROM sales_line ORDER BY id"
    ) == [
        (1200, Decimal("1234.5"), "USD"),
        (1200, Decimal("1234.5"), "USD"),
        (-1, Decimal("9.9"), "USD"),
    ]
    again = sell(database, path, SalesOptions(), key="second")
    assert again.counts == {"repeated": 3, "refused": 1}


def test_an_empty_order_number_beside_others_is_still_refused(
    database: Database, tmp_path: Path
) -> None:
    lines = ["Order,SKU,Date,Quantity,Price", "1,A1,2026-03-05,1,2", ",A1,2026-03-05,1,2"]
    report = sell(database, csv_file(tmp_path, "a.csv", lines))
    assert report.counts == {"accepted": 1, "repeated": 0, "refused": 1}


def test_prices_with_a_sign_are_refused_where_nobody_states_the_currency(
    database: Database, tmp_path: Path
) -> None:
    lines = ["Order,SKU,Date,Quantity,Price", "1,A1,2026-03-05,1,$9.90"]
    path = csv_file(tmp_path, "a.csv", lines)
    with pytest.raises(Invalid, match="file_mostly_unreadable") as refused:
        sell(database, path, SalesOptions())
    assert refused.value.params["reason"] == "cell_currency_sign"
    assert values(database, "SELECT 1 FROM sales_line") == []


def test_problems_are_told_in_the_order_of_the_rows(database: Database, tmp_path: Path) -> None:
    found(database)
    lines = ["SKU,Warehouse,Quantity,Unit cost", "NONE,MAIN,1,2", "A,MAIN,x,2", "NONE2,MAIN,1,2"]
    report = load(database, "opening_stock", csv_file(tmp_path, "stock.csv", lines))
    assert [each.row_no for each in report.problems] == sorted(
        each.row_no for each in report.problems
    )
    assert values(database, "SELECT 1 FROM movement") == []
