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
from inventory_core.desk.sales_history import import_sales
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.office.actors import SYSTEM
from inventory_core.office.workbooks_writing import Sheet, SheetColumn, write_workbook
from inventory_core.vocabulary import Language

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPTIONS = SalesOptions(currency="GBP", time_zone="Europe/London")


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


def values(database: Database, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with database.reading() as conn:
        return [tuple(row) for row in conn.rows(text(statement), parameters)]
