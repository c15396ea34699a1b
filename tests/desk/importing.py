"""What the tests of imports share: a company, files written on the spot, and one way to import."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from inventory_core.catalog.company import NewCompany, found_company
from inventory_core.db.engine import Database
from inventory_core.desk.imports import import_file
from inventory_core.desk.imports_runs import ImportReport
from inventory_core.desk.imports_undo import undo_import
from inventory_core.desk.sales_history import import_sales
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.office.actors import SYSTEM
from inventory_core.office.workbooks_writing import Sheet, SheetColumn, write_workbook
from inventory_core.vocabulary import Language

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPTIONS = SalesOptions(currency="GBP", time_zone="Europe/London")
SKU_LINES = ("SKU,Name,Units per carton", "00123,Candle,24", "1E5,Lamp,", "１２,Full width,6")
PLACE_LINES = (
    "Warehouse code,Warehouse name,Warehouse kind,Country,Time zone",
    "SZ,Shenzhen,own,CN,Asia/Shanghai",
)
OFFER_LINES = (
    "Supplier code,SKU,Currency,Unit price,From quantity,Lead time (days),MOQ,Supplier country",
    "S1,00123,CNY,12.5,1,45,100,CN",
    "S1,00123,CNY,11,500,45,100,CN",
    "S1,1E5,CNY,30,1,20,10,CN",
)
STOCK_LINES = ("SKU,Warehouse,Quantity,Unit cost", "00123,SZ,120,12.5", "1E5,sz,5,30.1")


def found(database: Database, base_currency: str = "CNY") -> None:
    """A company of one's own, still empty."""
    with database.writing() as tx:
        new = NewCompany("Test", base_currency, "Asia/Shanghai", Language.EN)
        found_company(tx, SYSTEM, new)


def csv_file(folder: Path, name: str, lines: Sequence[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def sheet_file(folder: Path, name: str, rows: Sequence[Sequence[Any]]) -> Path:
    columns = [SheetColumn(str(title)) for title in rows[0]]
    path = folder / name
    path.write_bytes(write_workbook([Sheet("S", columns, rows[1:])]))
    return path


def load(database: Database, template: str, path: Path, **options: Any) -> ImportReport:
    key = options.pop("key", f"{template}:{path}:{options}")
    with database.writing() as tx:
        return import_file(tx, SYSTEM, template, path, key=key, now=NOW, **options)


def sell(
    database: Database, path: Path, options: SalesOptions = OPTIONS, **more: Any
) -> ImportReport:
    key = more.pop("key", f"sales:{path}")
    with database.writing() as tx:
        return import_sales(tx, SYSTEM, path, options, key=key, now=NOW, **more)


def undo(database: Database, import_id: int | None, key: str = "undo") -> dict[str, int]:
    with database.writing() as tx:
        return dict(
            undo_import(tx, SYSTEM, import_id or 0, key=key, reason="wrong file", now=NOW).removed
        )


def values(database: Database, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with database.reading() as conn:
        return [tuple(row) for row in conn.rows(text(statement), parameters)]
