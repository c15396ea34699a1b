"""The daily snapshot: which day and warehouse a fact belongs to, and that it repeats exactly."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from inventory_core.catalog.company import NewCompany, found_company
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.db.engine import Database, Writing
from inventory_core.errors import Invalid
from inventory_core.insight.kpis import Scope, read_days
from inventory_core.insight.kpis_snapshot import first_fact_on, snapshot_kpis
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.ledger import Line, NewOperation, post
from inventory_core.vocabulary import Language, OperationKind, WarehouseKind

SUPPLIER, CUSTOMER = 2, 3
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def set_up(tx: Writing) -> tuple[int, int, int]:
    """A company with one SKU in New York and one in Shanghai; their ids."""
    found_company(tx, SYSTEM, NewCompany("Test", "CNY", "Asia/Shanghai", Language.EN))
    sites = create_warehouses(
        tx,
        SYSTEM,
        [
            NewWarehouse("NY", "New York", WarehouseKind.OWN, "US", "America/New_York"),
            NewWarehouse("SH", "Shanghai", WarehouseKind.OWN, "CN", "Asia/Shanghai"),
        ],
    )
    skus = create_skus(tx, SYSTEM, [NewSku("A", "Lamp", category="Lighting")])
    return skus["A"], sites["NY"], sites["SH"]


def move(
    tx: Writing, sku: int, source: int, target: int, quantity: int, at: datetime, value: int = 0
) -> None:
    kind = OperationKind.SHIPMENT if target == CUSTOMER else OperationKind.OPENING
    line = Line(sku, source, target, quantity, value=Decimal(value) if value else None)
    post(tx, SYSTEM, [NewOperation(f"{source}-{target}-{at}", kind, at, [line])])


def test_trap_25_a_day_is_the_business_day_of_the_warehouse(database: Database) -> None:
    late_evening = datetime(2026, 6, 2, 2, tzinfo=UTC)  # still 1 June in New York
    with database.writing() as tx:
        sku, new_york, shanghai = set_up(tx)
        move(tx, sku, SUPPLIER, new_york, 10, late_evening, 100)
        move(tx, sku, SUPPLIER, shanghai, 10, late_evening, 200)
        snapshot_kpis(tx, date(2026, 6, 1), date(2026, 6, 2), now=NOW)
        days = {
            site: read_days(tx, Scope((site,)), date(2026, 6, 1), date(2026, 6, 2))
            for site in (new_york, shanghai)
        }
    assert [day.stock_value for day in days[new_york]] == [100, 100]
    assert [day.stock_value for day in days[shanghai]] == [0, 200]


def test_cost_of_sales_follows_the_goods_out_and_back(database: Database) -> None:
    start = datetime(2026, 6, 1, 4, tzinfo=UTC)
    with database.writing() as tx:
        sku, _, shanghai = set_up(tx)
        move(tx, sku, SUPPLIER, shanghai, 10, start, 200)
        move(tx, sku, shanghai, CUSTOMER, 4, start + timedelta(days=1))
        move(tx, sku, CUSTOMER, shanghai, 1, start + timedelta(days=2), 20)
        snapshot_kpis(tx, date(2026, 6, 1), date(2026, 6, 3), now=NOW)
        days = read_days(tx, Scope(), date(2026, 6, 1), date(2026, 6, 3))
    assert [day.cost_of_sales for day in days] == [0, 80, -20]
    assert [day.stock_value for day in days] == [200, 120, 140]


def test_stock_is_dead_after_n_days_without_sale_but_a_new_arrival_is_not(
    database: Database,
) -> None:
    start = datetime(2026, 1, 1, 4, tzinfo=UTC)
    with database.writing() as tx:
        sku, _, shanghai = set_up(tx)
        move(tx, sku, SUPPLIER, shanghai, 10, start, 100)
        move(tx, sku, SUPPLIER, shanghai, 30, start + timedelta(days=60), 300)
        snapshot_kpis(tx, date(2026, 1, 1), date(2026, 8, 1), now=NOW)
        days = {
            day.on_day: day for day in read_days(tx, Scope(), date(2026, 1, 1), date(2026, 8, 1))
        }
    first = date(2026, 1, 1)
    assert days[first + timedelta(days=89)].dead_value == 0
    assert days[first + timedelta(days=90)].dead_value == 100
    assert days[first + timedelta(days=149)].dead_value == 100
    assert days[first + timedelta(days=150)].dead_value == 400
    assert days[first + timedelta(days=179)].dead_value_double == 0
    assert days[first + timedelta(days=180)].dead_value_double == 100


def test_one_sale_brings_a_dead_pool_back_to_life(database: Database) -> None:
    start = datetime(2026, 1, 1, 4, tzinfo=UTC)
    with database.writing() as tx:
        sku, _, shanghai = set_up(tx)
        move(tx, sku, SUPPLIER, shanghai, 10, start, 100)
        move(tx, sku, shanghai, CUSTOMER, 1, start + timedelta(days=100))
        snapshot_kpis(tx, date(2026, 4, 1), date(2026, 7, 31), now=NOW)
        days = read_days(tx, Scope(), date(2026, 4, 1), date(2026, 7, 31))
    dead = {day.on_day - date(2026, 1, 1): day.dead_value for day in days}
    assert dead[timedelta(days=99)] == 100
    assert dead[timedelta(days=100)] == 0
    assert dead[timedelta(days=189)] == 0
    assert dead[timedelta(days=190)] == 90


def test_days_taken_one_by_one_or_again_equal_days_taken_at_once(database: Database) -> None:
    start = datetime(2026, 1, 1, 4, tzinfo=UTC)
    rows = text(
        "SELECT on_day, warehouse_id, category, account_id, closing_value, dead_value,"
        " cost_of_sales FROM kpi_day ORDER BY 1, 2, 3, 4"
    )
    with database.writing() as tx:
        sku, _, shanghai = set_up(tx)
        move(tx, sku, SUPPLIER, shanghai, 10, start, 100)
        for week in range(1, 20, 6):
            move(tx, sku, shanghai, CUSTOMER, 1, start + timedelta(days=7 * week))
        snapshot_kpis(tx, date(2025, 12, 30), date(2026, 7, 31), now=NOW)
        at_once = tx.rows(rows)
        for offset in range(214):
            one = date(2025, 12, 30) + timedelta(days=offset)
            if offset % 20 == 0:
                snapshot_kpis(tx, one, min(one + timedelta(days=19), date(2026, 7, 31)), now=NOW)
        again = tx.rows(rows)
        first = first_fact_on(tx)
    assert at_once == again
    assert len(at_once) == 214 * 3  # two warehouses in all, one category where there is stock
    assert first == date(2026, 1, 1)


def test_a_day_that_has_not_come_is_refused(database: Database) -> None:
    with database.writing() as tx, pytest.raises(Invalid, match="day_in_the_future"):
        snapshot_kpis(tx, date(2026, 9, 1), date(2026, 9, 3), now=NOW)
