"""Sales history: every row is accounted for, however dirty, in whatever file, however often."""

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.imports_undo import undo_import
from inventory_core.desk.sales_cancellations import Candidate, match_cancellations
from inventory_core.desk.sales_history import import_sales
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.errors import Forbidden, Invalid
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.workbooks_writing import (
    ColumnKind,
    Sheet,
    SheetColumn,
    write_workbook,
)
from inventory_core.vocabulary import PersonId, Role
from tests.desk.importing import NOW, OPTIONS, csv_file, found, sell, values

HEADER = "invoice,sku,description,quantity,timestamp,unit_price,customer_id,country"
DIRTY = (
    HEADER,
    "1,00123,Candle,6,2011-01-03 10:00:00,2.55,17850,United Kingdom",
    "1,00123,Candle,6,2011-01-03 10:00:00,2.55,17850,United Kingdom",
    "2,1E5,Lamp,2,2011-01-04 10:00:00,10,17850,France",
    "C3,1E5,Lamp,-2,2011-01-05 10:00:00,10,17850,France",
    "C4,1E5,Lamp,-3,2011-01-05 11:00:00,10,17850,France",
    "5,00123,Candle,-1,2011-01-06 10:00:00,2.55,17850,France",
    "6,00123,broken,-4,2011-01-06 10:00:00,0,,France",
    "7,POST,POSTAGE,1,2011-01-06 10:00:00,18,12583,France",
    "8,00123,Candle,0,2011-01-06 10:00:00,2.55,12583,France",
    "9,,Candle,3,2011-01-06 10:00:00,2.55,12583,France",
    "10,00123,sample,3,2011-01-06 10:00:00,,12583,France",
    '11,00123,Candle,"1,5",2011-01-06 10:00:00,2.55,12583,France',
    "12,00123,Candle,4,not a day,2.55,12583,France",
    "13,１２,Full width,１２,2011-01-06 10:00:00,1,12583,France",
    *(f"{n},A{n},Article {n},1,2011-01-07 10:00:00,1,,France" for n in range(20, 40)),
)
DIRTY_COUNTS = {
    "accepted": 24,
    "cancellation": 1,
    "cancel_unmatched": 1,
    "return": 1,
    "write_off": 1,
    "fee": 1,
    "no_price": 1,
    "no_sku": 1,
    "zero_quantity": 1,
    "repeated": 0,
    "refused": 2,
}


def test_every_row_of_a_dirty_file_is_accounted_for(database: Database, tmp_path: Path) -> None:
    report = sell(database, csv_file(tmp_path, "a.csv", DIRTY))
    assert report.counts == DIRTY_COUNTS
    assert sum(report.counts.values()) == report.rows == len(DIRTY) - 1
    assert report.facts["cancelled_lines"] == 1
    assert [(p.row_no, p.column, p.code, p.shown, p.hint) for p in report.problems] == [
        (13, "quantity", "cell_number_ambiguous", "1,5", ""),
        (14, "timestamp", "cell_not_date", "not a day", ""),
    ]
    assert values(database, "SELECT row_no, treatment, code FROM import_row ORDER BY row_no") == [
        (13, "refused", "cell_number_ambiguous"),
        (14, "refused", "cell_not_date"),
    ]


def test_trap_55_codes_stay_the_text_that_they_are(database: Database, tmp_path: Path) -> None:
    sell(database, csv_file(tmp_path, "a.csv", DIRTY))
    codes = {row[0] for row in values(database, "SELECT code FROM sku")}
    assert {"00123", "1E5", "12"} <= codes
    sold = "SELECT sum(quantity) FROM sales_line WHERE sku_text = '12'"
    assert values(database, sold) == [(12,)]


def test_two_scans_of_one_article_are_two_sales_and_the_same_file_again_adds_nothing(
    database: Database, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, "a.csv", DIRTY)
    sell(database, path)
    lines = values(database, "SELECT count(*) FROM sales_line")
    again = sell(database, path, key="another click")
    assert again.counts == {"repeated": len(DIRTY) - 3, "refused": 2}
    assert again.import_id is None
    assert values(database, "SELECT count(*) FROM sales_line") == lines
    assert values(database, "SELECT count(*) FROM import_run") == [(1,)]
    scans = "SELECT occurrence FROM sales_line WHERE invoice = '1' ORDER BY 1"
    assert values(database, scans) == [(1,), (2,)]


def test_the_same_key_again_answers_as_the_first_time(database: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a.csv", DIRTY)
    first, again = sell(database, path, key="k"), sell(database, path, key="k")
    assert again.replayed
    assert (again.import_id, again.counts) == (first.import_id, first.counts)


def test_a_dry_run_says_the_same_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    report = sell(database, csv_file(tmp_path, "a.csv", DIRTY), dry_run=True)
    assert report.counts == DIRTY_COUNTS
    assert report.import_id is None
    for table in ("sales_line", "sku", "import_run", "channel_account"):
        assert values(database, f"SELECT count(*) FROM {table}") == [(0,)], table


def test_a_later_file_may_bring_the_cancellation_or_the_sale_that_it_cancels(
    database: Database, tmp_path: Path
) -> None:
    sale = "1,A1,x,5,2011-01-03 10:00:00,2,7,France"
    cancel = "C2,A1,x,-5,2011-01-04 10:00:00,2,7,France"
    filler = "3,A2,x,1,2011-01-04 10:00:00,2,7,France"
    sell(database, csv_file(tmp_path, "b.csv", [HEADER, cancel, filler]))
    open_lines = "SELECT count(*) FROM sales_line WHERE treatment = 'cancel_unmatched'"
    assert values(database, open_lines) == [(1,)]
    report = sell(database, csv_file(tmp_path, "a.csv", [HEADER, sale]))
    assert report.facts["cancelled_lines"] == 1
    assert values(database, open_lines) == [(0,)]


def test_trap_26_late_lines_are_marked_and_history_is_not_moved(
    database: Database, tmp_path: Path
) -> None:
    sell(database, csv_file(tmp_path, "a.csv", [HEADER, "1,A1,x,5,2011-01-09 10:00:00,2,7,France"]))
    late = csv_file(tmp_path, "b.csv", [HEADER, "2,A1,x,5,2011-01-03 10:00:00,2,7,France"])
    report = sell(database, late)
    assert report.facts["late_lines"] == 1
    kept = "SELECT sold_on::text, import_id FROM sales_line ORDER BY id"
    assert [row[0] for row in values(database, kept)] == ["2011-01-09", "2011-01-03"]
    assert len({row[1] for row in values(database, kept)}) == 2


def test_trap_25_the_day_of_a_sale_is_the_day_of_its_own_clock(
    database: Database, tmp_path: Path
) -> None:
    lines = [
        HEADER,
        "1,A1,x,1,2026-03-08 23:30:00,2,7,US",
        "2,A1,x,1,2026-03-08 02:30:00,2,7,US",
        "3,A1,x,1,2026-03-09T06:30:00Z,2,7,US",
        "4,A1,x,1,2026-11-01 01:30:00,2,7,US",
        "5,A1,x,1,2026-06-30 23:59:60,2,7,US",
    ]
    options = SalesOptions(currency="USD", time_zone="America/Los_Angeles")
    sell(database, csv_file(tmp_path, "a.csv", lines), options)
    found_lines = values(
        database, "SELECT invoice, sold_on::text, sold_at FROM sales_line ORDER BY invoice"
    )
    assert [row[1] for row in found_lines] == [
        "2026-03-08",
        "2026-03-08",
        "2026-03-08",
        "2026-11-01",
        "2026-06-30",
    ]
    zone = ZoneInfo("America/Los_Angeles")
    assert found_lines[0][2] == datetime(2026, 3, 8, 23, 30, tzinfo=zone)
    assert found_lines[2][2] == datetime(2026, 3, 8, 23, 30, tzinfo=zone)


def test_days_that_can_be_read_two_ways_are_asked_about(database: Database, tmp_path: Path) -> None:
    lines = [HEADER, "1,A1,x,1,03/04/2026 10:00,2,7,US", "2,A1,x,1,05/04/2026 10:00,2,7,US"]
    path = csv_file(tmp_path, "a.csv", lines)
    with pytest.raises(Invalid, match="file_mostly_unreadable") as caught:
        sell(database, path)
    assert caught.value.params["reason"] == "cell_date_ambiguous"
    sell(database, path, SalesOptions(currency="USD", day_first=True))
    days = values(database, "SELECT sold_on::text FROM sales_line ORDER BY 1")
    assert days == [("2026-04-03",), ("2026-04-05",)]


def test_a_file_with_evidence_of_its_day_order_is_read_by_it(
    database: Database, tmp_path: Path
) -> None:
    lines = [HEADER, "1,A1,x,1,12/1/2010 8:26,2,7,US", "2,A1,x,1,12/31/2010 8:26,2,7,US"]
    sell(database, csv_file(tmp_path, "a.csv", lines))
    days = values(database, "SELECT sold_on::text FROM sales_line ORDER BY 1")
    assert days == [("2010-12-01",), ("2010-12-31",)]


def test_a_missing_column_and_an_unknown_one_are_named(database: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a.csv", ["invoice,sku,colour", "1,A,red"])
    with pytest.raises(Invalid, match="columns_missing") as caught:
        sell(database, path)
    assert caught.value.params["columns"] == ["Quantity / 数量", "Time / 时间", "Unit price / 单价"]
    extra = csv_file(tmp_path, "b.csv", [f"{HEADER},colour", *(f"{x},red" for x in DIRTY[1:4])])
    notes = sell(database, extra).notes
    assert ("columns_not_read", {"columns": "colour"}) in [(n.code, n.params) for n in notes]


def test_channels_warehouses_and_currencies_in_the_file_are_used(
    database: Database, tmp_path: Path
) -> None:
    found(database)
    lines = [
        "订单号,商品编码,数量,时间,单价,币种,渠道,仓库",
        "1,A1,1,2026-01-02,2,USD,amazon-us,US-1",
        "2,A1,1,2026-01-02,2,EUR,web,UK-1",
    ]
    report = sell(database, csv_file(tmp_path, "a.csv", lines), SalesOptions())
    assert report.counts["accepted"] == 2
    assert values(
        database,
        "SELECT l.source, a.currency, l.currency, w.code FROM sales_line l"
        " JOIN channel_account a ON a.id = l.account_id JOIN location w ON w.id = l.warehouse_id"
        " ORDER BY 1",
    ) == [("amazon-us", "USD", "USD", "US-1"), ("web", "EUR", "EUR", "UK-1")]


def test_undo_takes_lines_back_and_opens_cancellations_again(
    database: Database, tmp_path: Path
) -> None:
    sale = "1,A1,x,5,2011-01-03 10:00:00,2,7,France"
    cancel = "C2,A1,x,-5,2011-01-04 10:00:00,2,7,France"
    first = sell(database, csv_file(tmp_path, "a.csv", [HEADER, sale]))
    second = sell(database, csv_file(tmp_path, "b.csv", [HEADER, cancel]))
    with database.writing() as tx:
        undone = undo_import(tx, SYSTEM, second.import_id or 0, key="u", reason="", now=NOW)
    assert undone.removed["sales_line"] == 1
    assert values(database, "SELECT quantity, cancelled FROM sales_line") == [(5, 0)]
    with database.writing() as tx:
        undo_import(tx, SYSTEM, first.import_id or 0, key="u2", reason="", now=NOW)
    for table in ("sales_line", "sku", "channel_account"):
        assert values(database, f"SELECT count(*) FROM {table}") == [(0,)], table
    again = sell(database, csv_file(tmp_path, "a.csv", [HEADER, sale]), key="again")
    assert again.counts["accepted"] == 1


def test_a_reader_may_not_import(database: Database, tmp_path: Path) -> None:
    reader = Actor(PersonId(0), "r", frozenset({Role.READER}))
    path = csv_file(tmp_path, "a.csv", DIRTY)
    with pytest.raises(Forbidden), database.writing() as tx:
        import_sales(tx, reader, path, OPTIONS, key="k", now=NOW)


def test_a_cancellation_takes_the_latest_earlier_line_that_is_free() -> None:
    lines = [
        Candidate("g", 1, False),
        Candidate("g", 2, False),
        Candidate("g", 3, True),
        Candidate("g", 4, True),
        Candidate("g", 5, True),
        Candidate("g", 6, False),
        Candidate("h", 7, True),
    ]
    assert match_cancellations(lines) == [(3, 2), (4, 1)]


LINES = 30_000  # of the real sales, from the first on: two years are 262,998


def shared_file() -> Path:
    """The real sales: beside the repository, or where YIBEN_SHARED says."""
    beside = Path(__file__).parents[3] / "shared"
    path = Path(os.environ.get("YIBEN_SHARED", str(beside))) / "data/online_retail_lines.parquet"
    if not path.exists():
        pytest.skip("the real sales are not here: set YIBEN_SHARED to the folder that holds data/")
    return path


@pytest.mark.slow
def test_the_real_sales_count_the_same_from_parquet_csv_and_xlsx(
    database: Database, tmp_path: Path
) -> None:
    table = pa_parquet.read_table(shared_file()).slice(0, LINES)
    source = tmp_path / "a.parquet"
    pa_parquet.write_table(table, source)
    pa_csv.write_csv(table, tmp_path / "a.csv")
    kinds = {
        "quantity": ColumnKind.WHOLE,
        "timestamp": ColumnKind.MOMENT,
        "unit_price": ColumnKind.DECIMAL,
        "customer_id": ColumnKind.WHOLE,
    }
    columns = [SheetColumn(n, kinds.get(n, ColumnKind.TEXT)) for n in table.column_names]
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    (tmp_path / "a.xlsx").write_bytes(write_workbook([Sheet("Sales", columns, list(rows))]))
    reports = [
        sell(database, path, dry_run=True)
        for path in (source, tmp_path / "a.csv", tmp_path / "a.xlsx")
    ]
    assert reports[0].rows == LINES
    assert sum(reports[0].counts.values()) == LINES
    for other in reports[1:]:
        assert (other.counts, other.facts) == (reports[0].counts, reports[0].facts)
    assert sell(database, source).counts == reports[0].counts
    for path in (source, tmp_path / "a.csv", tmp_path / "a.xlsx"):
        again = sell(database, path, key=f"again {path}")
        assert again.counts == {"repeated": LINES, "refused": 0}
