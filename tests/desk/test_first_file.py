"""A company that nobody has set up is founded by its first file, so that its goods have a value."""

from datetime import date
from pathlib import Path

import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.errors import Refused
from inventory_core.insight.demand import daily_demand
from inventory_core.office.actors import SYSTEM
from inventory_core.office.company import Company, read_company, save_company
from tests.desk.importing import NOW, csv_file, load, sell, values

SALES = ("Order,SKU,Date,Quantity,Price,Currency", "1,A1,2026-03-05,2,9.90,USD")
STOCK = ("SKU,Warehouse,Quantity,Unit cost", "A1,MAIN,5,2")


def company(database: Database) -> Company:
    with database.reading() as conn:
        return read_company(conn)


def test_the_currency_of_the_first_sales_becomes_the_base(
    database: Database, tmp_path: Path
) -> None:
    report = sell(database, csv_file(tmp_path, "a.csv", SALES), SalesOptions())
    assert ("company_founded", "USD") in [
        (note.code, note.params.get("currency")) for note in report.notes
    ]
    made = company(database)
    assert (made.base_currency, made.time_zone, made.version) == ("USD", "UTC", 1)
    again = sell(database, csv_file(tmp_path, "b.csv", (*SALES, "2,A1,2026-03-06,1,9.90,USD")))
    assert "company_founded" not in {note.code for note in again.notes}


def test_a_price_is_known_without_anybody_having_set_the_company_up(
    database: Database, tmp_path: Path
) -> None:
    lines = ["Order,SKU,Date,Quantity,Price", "1,A1,2026-03-05,2,9.90"]
    sell(database, csv_file(tmp_path, "a.csv", lines), SalesOptions())
    assert (company(database).base_currency, company(database).time_zone) == (
        "CNY",
        "Asia/Shanghai",
    )
    days = {"first_on": date(2026, 1, 1), "last_on": date(2026, 12, 31), "skus": None}
    with database.reading() as conn:
        [row] = conn.rows(daily_demand("sku"), days)
    assert row.price == pytest.approx(9.9)


def test_a_dry_run_founds_nothing(database: Database, tmp_path: Path) -> None:
    sell(database, csv_file(tmp_path, "a.csv", SALES), SalesOptions(), dry_run=True)
    assert company(database).version == 0


def test_what_is_set_up_stays_as_it_is(database: Database, tmp_path: Path) -> None:
    with database.writing() as tx:
        save_company(tx, SYSTEM, Company(name="Northwind", base_currency="EUR"), now=NOW)
    report = sell(database, csv_file(tmp_path, "a.csv", SALES), SalesOptions())
    assert "company_founded" not in {note.code for note in report.notes}
    assert (company(database).base_currency, company(database).name) == ("EUR", "Northwind")


def test_stock_of_a_first_file_fixes_the_base_currency(database: Database, tmp_path: Path) -> None:
    sell(database, csv_file(tmp_path, "a.csv", SALES), SalesOptions(currency="USD"))
    report = load(database, "opening_stock", csv_file(tmp_path, "stock.csv", STOCK))
    assert report.counts["created"] == 1
    wanted = Company(name="Mine", base_currency="EUR", version=1)
    with pytest.raises(Refused, match="base_currency_fixed"), database.writing() as tx:
        save_company(tx, SYSTEM, wanted, now=NOW)
    assert values(database, "SELECT base_currency FROM company") == [("USD",)]
