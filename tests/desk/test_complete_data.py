"""Complete your data: a prefilled workbook and back, and tables out that come in again."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.complete_loading import accept_assumptions, complete_from_file
from inventory_core.desk.exports import EXPORTS, KINDS, export_table
from inventory_core.desk.imports_runs import ImportReport
from inventory_core.desk.imports_undo import undo_import
from inventory_core.desk.imports_workbooks import complete_workbook
from inventory_core.errors import Forbidden, NotFound
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.workbooks import read_table
from inventory_core.stock.verify import verify_book
from inventory_core.vocabulary import Language, PersonId, Role
from tests.desk.importing import NOW, csv_file, found, sell, values

LINES = (
    "invoice,sku,description,quantity,timestamp,unit_price,customer_id,country",
    "1,00123,Candle,90,2026-01-03 10:00:00,2.50,1,GB",
    "2,1E5,Lamp,9,2026-01-04 10:00:00,10,2,FR",
)
ASSUMED = (
    "SELECT s.code, o.assumed, o.lead_time_days, p.unit_price::float, o.currency FROM offer o"
    " JOIN sku s ON s.id = o.sku_id JOIN offer_price p ON p.offer_id = o.id ORDER BY s.code"
)
EVERYTHING = [
    "currency", "lead_time_days", "lead_time_spread_days", "moq", "opening_stock",
    "order_multiple", "supplier", "unit_cost",
]  # fmt: skip
ON_HAND = "SELECT s.code, l.on_hand FROM stock_level l JOIN sku s ON s.id = l.sku_id ORDER BY 1"


@pytest.fixture
def only_sales(database: Database, tmp_path: Path) -> Database:
    """A company that has brought its sales and nothing else."""
    found(database, base_currency="GBP")
    sell(database, csv_file(tmp_path, "sales.csv", LINES))
    return database


def accept(database: Database, key: str = "accept") -> ImportReport:
    with database.writing() as tx:
        return accept_assumptions(tx, SYSTEM, key=key, now=NOW)


def bring_back(database: Database, path: Path) -> ImportReport:
    with database.writing() as tx:
        return complete_from_file(tx, SYSTEM, path, key=str(path), now=NOW)


def test_all_assumptions_in_one_step_say_that_they_are_assumed(only_sales: Database) -> None:
    report = accept(only_sales)
    assert report.facts == {
        "suppliers_created": 1,
        "offers_created": 2,
        "offers_assumed": 2,
        "units_opened": 33,
    }
    assert values(only_sales, ASSUMED) == [
        ("00123", EVERYTHING, 45, 1.0, "GBP"),
        ("1E5", EVERYTHING, 45, 4.0, "GBP"),
    ]
    assert values(only_sales, ON_HAND) == [("00123", 30), ("1E5", 3)]
    assert accept(only_sales, key="again").rows == 0
    with only_sales.writing() as tx:
        undo_import(tx, SYSTEM, report.import_id or 0, key="undo", reason="", now=NOW)
    assert values(only_sales, "SELECT count(*) FROM offer") == [(0,)]
    assert values(only_sales, "SELECT sum(on_hand) FROM stock_level") == [(0,)]
    with only_sales.reading() as conn:
        assert verify_book(conn) == []


def test_what_was_corrected_in_the_workbook_is_no_longer_assumed(
    only_sales: Database, tmp_path: Path
) -> None:
    with only_sales.reading() as conn:
        content, count = complete_workbook(conn, Language.ZH)
    assert count == 2
    path = tmp_path / "complete.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    titles = [str(cell.value).rstrip(" *") for cell in page[1]]
    assert [page.cell(row, 1).value for row in (2, 3)] == ["00123", "1E5"]
    page.cell(2, titles.index("采购提前期(天)") + 1).value = 60
    page.cell(2, titles.index("期初库存") + 1).value = 7
    page.cell(3, titles.index("供应商编码") + 1).value = None
    book.save(path)
    report = bring_back(only_sales, path)
    assert report.facts["without_supplier"] == 1
    kept = [name for name in EVERYTHING if name not in ("lead_time_days", "opening_stock")]
    assert values(only_sales, ASSUMED) == [("00123", kept, 60, 1.0, "GBP")]
    assert values(only_sales, ON_HAND) == [("00123", 7), ("1E5", 3)]
    assert bring_back(only_sales, path).replayed


def test_without_a_rate_offers_are_made_and_stock_waits(database: Database, tmp_path: Path) -> None:
    found(database, base_currency="CNY")
    sell(database, csv_file(tmp_path, "sales.csv", LINES))
    report = accept(database)
    assert [note.code for note in report.notes] == ["opening_without_rate"]
    assert report.facts["offers_created"] == 2
    assert values(database, "SELECT count(*) FROM operation") == [(0,)]


def test_half_a_statement_is_refused_by_its_cell(only_sales: Database, tmp_path: Path) -> None:
    lines = ["SKU,Supplier code,Unit cost,Currency,Lead time (days)", "00123,S1,,GBP,30"]
    report = bring_back(only_sales, csv_file(tmp_path, "a.csv", lines))
    assert [(p.row_no, p.column, p.code) for p in report.problems] == [
        (2, "Unit cost", "cell_missing")
    ]
    assert values(only_sales, "SELECT count(*) FROM supplier") == [(0,)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_table_comes_out_as_every_kind_of_file(
    only_sales: Database, tmp_path: Path, kind: str
) -> None:
    accept(only_sales)
    for name, export in EXPORTS.items():
        with only_sales.reading() as conn:
            content, count = export_table(conn, SYSTEM, name, kind)
        path = tmp_path / f"{name}.{kind}"
        path.write_bytes(content)
        table = read_table(path)
        assert table.header == tuple(title for title, _ in export.columns), name
        if kind != "xlsx" or count:
            assert sum(batch.num_rows for batch in table.batches) == count, name


def test_exports_are_exact_and_ask_for_the_right(only_sales: Database, tmp_path: Path) -> None:
    accept(only_sales)
    with only_sales.reading() as conn:
        (tmp_path / "a.parquet").write_bytes(export_table(conn, SYSTEM, "movements", "parquet")[0])
        reader = Actor(PersonId(0), "r", frozenset({Role.READER}))
        with pytest.raises(Forbidden):
            export_table(conn, reader, "movements", "csv")
        with pytest.raises(NotFound, match="export_unknown"):
            export_table(conn, SYSTEM, "secrets", "csv")
    rows = [r for batch in read_table(tmp_path / "a.parquet").batches for r in batch.to_pylist()]
    assert sum(row["11"] for row in rows) == Decimal("42")
