"""Files that name warehouses and suppliers nobody has made: said once per code, and a way on."""

from pathlib import Path

import pytest

from app.import_words import problem_reason
from inventory_core.db.engine import Database
from inventory_core.desk.imports_runs import ImportReport, UnknownCode, UnknownKind
from inventory_core.desk.imports_unknown import MOST_MADE, make_unknown
from inventory_core.errors import Conflict, Forbidden, Invalid, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.vocabulary import PersonId, Role
from tests.desk.importing import NOW, csv_file, load, undo, values

WAREHOUSE, SUPPLIER = UnknownKind.WAREHOUSE, UnknownKind.SUPPLIER
STOCK = (
    "SKU,Warehouse,Quantity,Unit cost",
    "00123,LA-1,120,12.5",
    "1E5,la-1,5,30.1",
    "1E5,SZ,5,30.1",
    "12,LA-1,5,30.1",
    "12,NJ-9,5,30.1",
)


def make(database: Database, *codes: UnknownCode, key: str = "make") -> ImportReport:
    with database.writing() as tx:
        return make_unknown(tx, SYSTEM, codes, key=key, now=NOW)


def test_an_unknown_warehouse_is_one_problem_with_its_rows(
    seller: Database, tmp_path: Path
) -> None:
    report = load(seller, "opening_stock", csv_file(tmp_path, "stock.csv", STOCK))
    assert report.problem_count == 2
    assert [(p.row_no, p.shown, p.row_count, p.rows) for p in report.problems] == [
        (2, "LA-1", 3, (2, 3, 5)),
        (6, "NJ-9", 1, (6,)),
    ]
    said = "there is no warehouse “LA-1”; import warehouses first (3 rows: 2, 3, 5)"
    assert problem_reason(report.problems[0], "en") == said
    assert report.unknown == (UnknownCode(WAREHOUSE, "LA-1"), UnknownCode(WAREHOUSE, "NJ-9"))
    assert values(seller, "SELECT 1 FROM movement") == []


def test_only_the_first_rows_of_many_are_named(seller: Database, tmp_path: Path) -> None:
    lines = [STOCK[0], *(f"{sku},LA-1,1,1" for sku in range(1_000, 1_009))]
    skus = ["SKU,Name", *(f"{sku},Thing" for sku in range(1_000, 1_009))]
    load(seller, "skus", csv_file(tmp_path, "more.csv", skus))
    report = load(seller, "opening_stock", csv_file(tmp_path, "stock.csv", lines))
    assert problem_reason(report.problems[0], "en").endswith("(9 rows: 2, 3, 4, 5, 6 …)")


def test_what_was_unknown_is_made_once_and_the_file_then_comes_in(
    seller: Database, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, "stock.csv", STOCK)
    unknown = load(seller, "opening_stock", path, key="check", dry_run=True).unknown
    made = make(seller, *unknown)
    assert made.counts == {"created": 2, "unchanged": 0}
    again = make(seller, *unknown)
    assert (again.replayed, again.import_id) == (True, made.import_id)
    with pytest.raises(Conflict, match="key_reused"):
        make(seller, *unknown[:1])
    asked = "SELECT code, name, country, time_zone FROM location WHERE code IN ('LA-1', 'NJ-9')"
    assert values(seller, asked + " ORDER BY 1") == [
        ("LA-1", "LA-1", None, "Asia/Shanghai"),
        ("NJ-9", "NJ-9", None, "Asia/Shanghai"),
    ]
    taken = load(seller, "opening_stock", path, key="import")
    assert (taken.counts["created"], taken.unknown) == (5, ())
    with pytest.raises(Refused, match="import_in_use"):
        undo(seller, made.import_id)
    assert values(seller, asked)


def test_what_was_made_is_taken_back_like_any_import(seller: Database) -> None:
    made = make(seller, UnknownCode(WAREHOUSE, "LA-1"), UnknownCode(SUPPLIER, "S9", "USD"))
    assert undo(seller, made.import_id) == {"location": 1, "supplier": 1}
    assert values(seller, "SELECT 1 FROM location WHERE code = 'LA-1'") == []
    assert values(seller, "SELECT 1 FROM supplier") == []


def test_an_order_at_an_unknown_supplier_makes_one_in_the_currency_of_its_rows(
    seller: Database, tmp_path: Path
) -> None:
    header = (
        "Number,Supplier code,Warehouse,SKU,Quantity,Unit price,Currency,Ordered on,Expected on"
    )
    rows = (
        "P1,S9,SZ,00123,10,2,USD,2026-11-01,2026-12-01",
        "P1,S9,SZ,1E5,10,2,USD,2026-11-01,2026-12-01",
    )
    path = csv_file(tmp_path, "orders.csv", (header, *rows))
    report = load(seller, "purchase_orders", path, key="check", dry_run=True)
    assert report.unknown == (UnknownCode(SUPPLIER, "S9", "USD"),)
    make(seller, *report.unknown)
    assert values(seller, "SELECT code, name, currency FROM supplier") == [("S9", "S9", "USD")]
    assert load(seller, "purchase_orders", path).written


def test_what_exists_by_now_stays_as_it_is(seller: Database) -> None:
    report = make(seller, UnknownCode(WAREHOUSE, "sz"))
    assert (report.counts, report.import_id) == ({"created": 0, "unchanged": 1}, None)
    assert values(seller, "SELECT count(*) FROM location WHERE kind = 'warehouse'") == [(1,)]


def test_a_column_full_of_unknown_codes_is_not_made_into_places(seller: Database) -> None:
    codes = [UnknownCode(WAREHOUSE, f"W{n}") for n in range(MOST_MADE + 1)]
    with pytest.raises(Invalid, match="too_many_unknown_codes"):
        make(seller, *codes)


def test_who_may_not_edit_the_catalog_makes_nothing(seller: Database) -> None:
    reader = Actor(PersonId(1), "reader", frozenset({Role.READER}))
    with seller.writing() as tx, pytest.raises(Forbidden):
        make_unknown(tx, reader, [UnknownCode(WAREHOUSE, "LA-1")], key="k", now=NOW)
    assert values(seller, "SELECT 1 FROM location WHERE code = 'LA-1'") == []
