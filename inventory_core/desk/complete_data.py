"""Complete your data: what planning needs beyond sales. Decides which figures are assumed.

After sales were imported, every SKU that was sold and has no offer gets a row: prefilled with
assumptions, to be corrected in the workbook or accepted as they are. What nobody touched is named
in the offer's `assumed`, so that every suggestion can say which figures it rests on. A SKU without
a supplier is allowed: it keeps its stock and gets no offer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.catalog.locations import warehouses
from inventory_core.db.engine import Reading
from inventory_core.desk.imports_cells import CellKind
from inventory_core.desk.imports_columns import Column, Template
from inventory_core.desk.imports_columns_shared import SKU_COLUMN
from inventory_core.errors import NotFound
from inventory_core.money import check_currency, round_unit_cost
from inventory_core.office.company import read_company

# Assumptions, said wherever they are used. 45 days: sea freight from a factory with its production;
# 10 days of spread; no minimum and no multiple: ordering one piece is the most cautious reading;
# a cost of 40 % of the usual price: what is left after fees and margin in cross-border trade; an
# opening stock of 30 days of recent sales, since a company without any stock plans nothing useful.
LEAD_TIME_DAYS = 45
LEAD_TIME_SPREAD_DAYS = Decimal(10)
MOQ = 1
ORDER_MULTIPLE = 1
COST_SHARE_OF_PRICE = Decimal("0.40")
OPENING_DAYS = 30
RECENT_DAYS = 90
SUPPLIER_CODE = "ASSUMED"
SUPPLIER_NAME = "Supplier to be named / 待补充供应商"

ASSUMABLE = ("unit_cost", "currency", "lead_time_days", "lead_time_spread_days", "moq",
             "order_multiple", "supplier", "opening_stock")  # fmt: skip

COMPLETE = Template(
    "complete_data",
    (
        SKU_COLUMN,
        Column("name", "名称", "Name", note_zh="仅供参考。", note_en="For reading only."),
        Column("units_sold", "近期销量", "Recent units sold", CellKind.WHOLE,
               note_zh="最近 90 天，仅供参考。", note_en="Last 90 days, for reading only."),
        Column("supplier_code", "供应商编码", "Supplier code", CellKind.CODE,
               note_zh="留空：没有供应商。", note_en="Empty: no supplier yet.",
               aliases=("supplier", "供应商")),
        Column("supplier_name", "供应商名称", "Supplier name"),
        Column("currency", "币种", "Currency", CellKind.CURRENCY),
        Column("unit_cost", "采购单价", "Unit cost", CellKind.DECIMAL, least=0,
               aliases=("unit price", "cost")),
        Column("lead_time_days", "采购提前期(天)", "Lead time (days)", CellKind.WHOLE, least=0),
        Column("lead_time_spread_days", "提前期波动(天)", "Lead time spread (days)",
               CellKind.DECIMAL, least=0),
        Column("moq", "起订量", "MOQ", CellKind.WHOLE, least=1),
        Column("order_multiple", "订货倍数", "Order multiple", CellKind.WHOLE, least=1),
        Column("warehouse", "仓库", "Warehouse", CellKind.CODE),
        Column("opening_stock", "期初库存", "Opening stock", CellKind.WHOLE, least=0),
    ),
    ("sku",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prefilled:
    """One SKU with what was assumed for it; `lines` sales lines in all."""

    sku_id: int
    code: str
    name: str
    units_sold: int
    currency: str
    unit_cost: Decimal | None
    warehouse_id: int
    warehouse: str
    opening_stock: int


_SOLD = text("""
    WITH last AS (SELECT max(sold_on) AS on_day FROM sales_line WHERE treatment = 'accepted'),
    priced AS (
        SELECT l.sku_id,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY l.unit_price) AS price,
            mode() WITHIN GROUP (ORDER BY l.currency) AS currency,
            mode() WITHIN GROUP (ORDER BY l.warehouse_id) AS warehouse_id,
            coalesce(sum(l.quantity - l.cancelled)
                FILTER (WHERE l.sold_on > last.on_day - :recent_days), 0)::bigint AS units
        FROM sales_line l CROSS JOIN last
        WHERE l.treatment = 'accepted' AND l.sku_id IS NOT NULL AND l.quantity > l.cancelled
        GROUP BY l.sku_id
    )
    SELECT s.id AS sku_id, s.code, s.name, p.units, p.price, p.currency, p.warehouse_id,
        EXISTS (SELECT FROM stock_level v WHERE v.sku_id = s.id) AS has_stock
    FROM priced p JOIN sku s ON s.id = p.sku_id
    WHERE s.state = 'active' AND NOT EXISTS (SELECT FROM offer o WHERE o.sku_id = s.id)
    ORDER BY p.units DESC, s.code
""")


def incomplete_skus(conn: Reading) -> list[Prefilled]:
    """SKUs that were sold and have no offer, with what is assumed for them, best seller first."""
    places = {place.id: place.code for place in warehouses(conn) if place.active}
    rows = conn.rows(_SOLD, {"recent_days": RECENT_DAYS})
    if not places:
        if rows:
            raise NotFound("warehouse_missing")
        return []
    base = read_company(conn).base_currency
    default = next(iter(places))
    found = []
    for row in rows:
        home = row.warehouse_id if row.warehouse_id in places else default
        cost = None if row.price is None else round_unit_cost(row.price * COST_SHARE_OF_PRICE)
        # A SKU that has had stock already opens with nothing: its stock is known.
        opening = 0 if row.has_stock else max(0, int(row.units * OPENING_DAYS / RECENT_DAYS))
        found.append(
            Prefilled(
                sku_id=row.sku_id,
                code=row.code,
                name=row.name,
                units_sold=row.units,
                currency=check_currency(row.currency or base),
                unit_cost=cost,
                warehouse_id=home,
                warehouse=places[home],
                opening_stock=opening,
            )
        )
    return found


def prefilled_values(item: Prefilled) -> dict[str, Any]:
    """The row of the workbook for one SKU, by column key of `COMPLETE`."""
    return {
        "sku": item.code,
        "name": item.name,
        "units_sold": item.units_sold,
        "supplier_code": SUPPLIER_CODE,
        "supplier_name": SUPPLIER_NAME,
        "currency": item.currency,
        "unit_cost": item.unit_cost,
        "lead_time_days": LEAD_TIME_DAYS,
        "lead_time_spread_days": LEAD_TIME_SPREAD_DAYS,
        "moq": MOQ,
        "order_multiple": ORDER_MULTIPLE,
        "warehouse": item.warehouse,
        "opening_stock": item.opening_stock,
    }


def assumed_figures(stated: dict[str, Any], item: Prefilled) -> tuple[str, ...]:
    """Names of the figures that are still what was assumed for this SKU."""
    assumed = prefilled_values(item)
    assumed["supplier"] = assumed["supplier_code"]
    stated = stated | {"supplier": stated.get("supplier_code")}
    return tuple(name for name in ASSUMABLE if stated.get(name) == assumed[name])


def missing_rates(conn: Reading, items: Sequence[Prefilled], now: datetime) -> list[str]:
    """Currencies of these SKUs whose rate into the base currency nobody has recorded."""
    base = read_company(conn).base_currency
    rows = conn.rows(
        text("""
            SELECT from_currency AS currency FROM exchange_rate
            WHERE to_currency = :base AND on_day <= CAST(:today AS date)
            UNION SELECT to_currency FROM exchange_rate
            WHERE from_currency = :base AND on_day <= CAST(:today AS date)
        """),
        {"base": base, "today": now.date()},
    )
    known = {row.currency for row in rows} | {base}
    return sorted({item.currency for item in items} - known)
