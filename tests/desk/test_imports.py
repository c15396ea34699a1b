"""Files by template: whole or not at all, problems by cell, and once."""

import io
from pathlib import Path

import openpyxl
import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.imports import LOADERS, import_file
from inventory_core.desk.imports_runs import list_imports, treated_rows
from inventory_core.desk.imports_templates import TEMPLATES
from inventory_core.desk.imports_workbooks import template_csv, template_workbook
from inventory_core.errors import Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.vocabulary import Language
from tests.desk.importing import (
    NOW,
    OFFER_LINES,
    PLACE_LINES,
    SKU_LINES,
    STOCK_LINES,
    csv_file,
    found,
    load,
    sheet_file,
    undo,
    values,
)


def test_codes_stay_text_and_headers_are_read_in_both_languages(
    seller: Database, tmp_path: Path
) -> None:
    assert {row[0] for row in values(seller, "SELECT code FROM sku")} == {"00123", "1E5", "12"}
    chinese = sheet_file(
        tmp_path, "a.xlsx", [["商品编码 *", "名称 *", "箱规"], ["0099", "茶壶", "8"]]
    )
    assert load(seller, "skus", chinese).counts["created"] == 1
    assert values(seller, "SELECT name, carton_quantity FROM sku WHERE code = '0099'") == [
        ("茶壶", 8)
    ]


def test_trap_55_one_bad_cell_and_nothing_is_written(seller: Database, tmp_path: Path) -> None:
    lines = ("SKU,Warehouse,Quantity,Unit cost", "00123,SZ,120,12.5", '1E5,SZ,"1,5",x', "no,SZ,1,1")
    before = values(seller, "SELECT count(*) FROM import_run")
    report = load(seller, "opening_stock", csv_file(tmp_path, "stock.csv", lines))
    assert not report.written
    assert report.counts == {"held_back": 3}
    assert [(p.row_no, p.column, p.code, p.shown, p.hint) for p in report.problems] == [
        (3, "Quantity", "cell_number_ambiguous", "1,5", ""),
        (3, "Unit cost", "cell_not_decimal", "x", ""),
        (4, "SKU", "sku_unknown", "no", ""),
    ]
    for table in ("operation", "stock_level"):
        assert values(seller, f"SELECT count(*) FROM {table}") == [(0,)]
    assert values(seller, "SELECT count(*) FROM import_run") == before


def test_trap_55_numbers_that_were_codes_are_refused_where_digits_are_lost(
    seller: Database, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["SKU", "Name"], [17850, "as a number"], [6.901234567892e18, "lost"], [4.5, "x"]):
        page.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    report = load(seller, "skus", path)
    assert [(p.row_no, p.code) for p in report.problems] == [(3, "cell_code_damaged")]
    csv = csv_file(tmp_path, "b.csv", ["SKU,Name", "6.90123E+12,lost", "1E6,fine"])
    assert [(p.row_no, p.code) for p in load(seller, "skus", csv).problems] == [
        (2, "cell_code_damaged")
    ]


def test_the_same_row_twice_in_a_file_is_named(seller: Database, tmp_path: Path) -> None:
    report = load(seller, "skus", csv_file(tmp_path, "a.csv", ["SKU,Name", "a,x", "b,y", "A,z"]))
    assert [(p.row_no, p.code, p.hint) for p in report.problems] == [(4, "row_repeated", "2")]


def test_the_same_file_again_adds_nothing_and_a_changed_one_changes(
    seller: Database, tmp_path: Path
) -> None:
    again = load(seller, "skus", csv_file(tmp_path, "skus.csv", SKU_LINES), key="other key")
    assert again.replayed
    other = csv_file(tmp_path, "b.csv", ["SKU,Name", "00123,Candle holder", "1e5,Lamp"])
    report = load(seller, "skus", other)
    assert report.counts == {"created": 0, "changed": 1, "unchanged": 1}
    name = "SELECT name FROM sku WHERE code = '00123'"
    assert values(seller, name) == [("Candle holder",)]
    assert undo(seller, report.import_id) == {"restored": 1}
    assert values(seller, name) == [("Candle",)]


def test_a_dry_run_writes_nothing(seller: Database, tmp_path: Path) -> None:
    stock = csv_file(tmp_path, "stock.csv", STOCK_LINES)
    report = load(seller, "opening_stock", stock, dry_run=True)
    assert report.dry_run
    assert report.counts["created"] == 2
    assert values(seller, "SELECT count(*) FROM operation") == [(0,)]
    assert load(seller, "opening_stock", stock, key="real").written


def test_undo_is_refused_with_what_has_used_the_records(seller: Database, tmp_path: Path) -> None:
    load(seller, "suppliers_offers", csv_file(tmp_path, "offers.csv", OFFER_LINES))
    with seller.reading() as conn:
        skus = next(run for run in list_imports(conn) if run.template == "skus")
    with pytest.raises(Refused, match="import_in_use") as caught:
        undo(seller, skus.id)
    assert caught.value.params["records"] == ["00123 (offer)", "1E5 (offer)"]
    assert values(seller, "SELECT count(*) FROM sku") == [(3,)]
    with seller.reading() as conn:
        offers = next(run for run in list_imports(conn) if run.template == "suppliers_offers")
    assert undo(seller, offers.id) == {"offer": 2, "supplier": 1}
    assert undo(seller, skus.id, key="later") == {"sku": 3}
    assert undo(seller, skus.id, key="twice") == {}


@pytest.mark.parametrize(
    ("form", "language"),
    [
        pytest.param(form, language, marks=[pytest.mark.slow] * ((place + turn) % 2))
        for place, form in enumerate(TEMPLATES)
        for turn, language in enumerate(Language)
    ],
)
def test_an_untouched_template_is_understood_and_its_sample_is_passed_over(
    database: Database, tmp_path: Path, form: str, language: Language
) -> None:
    content = template_workbook(form, language)
    (tmp_path / "a.xlsx").write_bytes(content)
    (tmp_path / "a.csv").write_bytes(template_csv(form, language))
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert page is not None
    assert page.max_row == 2
    if form in LOADERS:
        for name in ("a.xlsx", "a.csv"):
            report = load(database, form, tmp_path / name)
            assert report.counts.get("sample") == 1, report.problems
            assert not report.written


def test_what_is_wrong_with_a_file_is_said_by_name(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="template_unknown"):
        load(database, "nothing", csv_file(tmp_path, "a.csv", ["a", "1"]))
    with pytest.raises(Invalid, match="columns_missing"):
        load(database, "skus", csv_file(tmp_path, "a.csv", ["a", "1"]))
    with pytest.raises(Invalid, match="column_twice"):
        load(database, "skus", csv_file(tmp_path, "b.csv", ["SKU,name,sku", "1,2,3"]))
    with pytest.raises(Invalid, match="file_without_rows"):
        load(database, "skus", csv_file(tmp_path, "c.csv", ["SKU,name"]))
    with pytest.raises(Invalid, match="template_has_own_way"):
        load(database, "sales", csv_file(tmp_path, "d.csv", ["SKU,name", "1,2"]))


def test_the_list_of_imports_tells_what_happened(seller: Database, tmp_path: Path) -> None:
    other = csv_file(tmp_path, "b.csv", ["SKU,Name,colour", "00123,Candle holder,red"])
    report = load(seller, "skus", other)
    with seller.reading() as conn:
        runs = list_imports(conn)
        kept = treated_rows(conn, report.import_id or 0)
    assert [(run.template, run.state, run.person_name) for run in runs] == [
        ("skus", "done", "Yiben"),
        ("warehouses", "done", "Yiben"),
        ("skus", "done", "Yiben"),
    ]
    assert runs[0].counts["notes"] == [
        {"code": "columns_not_read", "params": {"columns": "colour"}}
    ]
    assert [(row.row_no, row.treatment) for row in kept] == [(2, "changed")]


def test_an_error_of_a_command_names_the_row_of_the_file(
    database: Database, tmp_path: Path
) -> None:
    found(database)
    lines = [*PLACE_LINES, "UK,London,3pl,GB,Europe/Nowhere"]
    with database.writing() as tx:
        report = import_file(
            tx, SYSTEM, "warehouses", csv_file(tmp_path, "a.csv", lines), key="k", now=NOW
        )
    assert [(p.row_no, p.code, p.shown) for p in report.problems] == [
        (3, "unknown_time_zone", "Europe/Nowhere")
    ]
