"""Named SELECTs for people: what lies where, what moved, what it is worth. Executed elsewhere.

Decides columns and order only; a query for a command returns records and lives with its command.
Lists that grow for ever are read by key set: pass the last key of the page before, never an
offset. Parameters are bound by name, as each statement says.
"""

from dataclasses import dataclass

from sqlalchemy import Select, TextClause, func, select, text, tuple_

from inventory_core.db.engine import Reading
from inventory_core.db.schema.catalog import location, sku
from inventory_core.db.schema.channels import channel_account
from inventory_core.db.schema.planning import kpi_day
from inventory_core.db.schema.stock import movement, operation, stock_level
from inventory_core.insight.kpis import WHOLE

MOST_ROWS = 5_000
PAGE_ROWS = 200


def value_by_warehouse(
    warehouse_ids: tuple[int, ...] = (), category: str = WHOLE
) -> Select[tuple[object, ...]]:
    """on_day, warehouse_id, warehouse, stock, in_transit; bind `first_on` and `last_on`."""
    statement = (
        select(
            kpi_day.c.on_day,
            kpi_day.c.warehouse_id,
            location.c.name.label("warehouse"),
            kpi_day.c.closing_value.label("stock"),
            kpi_day.c.in_transit_value.label("in_transit"),
        )
        .join(location, location.c.id == kpi_day.c.warehouse_id)
        .where(kpi_day.c.category == category, kpi_day.c.account_id == 0)
        .where(text("kpi_day.on_day BETWEEN :first_on AND :last_on"))
        .order_by(kpi_day.c.on_day, location.c.priority, location.c.id)
    )
    if warehouse_ids:
        statement = statement.where(kpi_day.c.warehouse_id.in_(warehouse_ids))
    return statement


def position_rows(
    *, warehouse_id: int | None = None, category: str | None = None, most: int = MOST_ROWS
) -> Select[tuple[object, ...]]:
    """sku_id, sku, name, category, warehouse_id, warehouse, on_hand, reserved, held, available."""
    level = stock_level.c
    statement = (
        select(
            level.sku_id,
            sku.c.code.label("sku"),
            sku.c.name,
            sku.c.category,
            level.warehouse_id,
            location.c.code.label("warehouse"),
            level.on_hand,
            level.reserved,
            level.held,
            (level.on_hand - level.reserved - level.held).label("available"),
        )
        .join(sku, sku.c.id == level.sku_id)
        .join(location, location.c.id == level.warehouse_id)
        .order_by(sku.c.code, location.c.priority, location.c.id)
        .limit(most)
    )
    if warehouse_id is not None:
        statement = statement.where(level.warehouse_id == warehouse_id)
    if category is not None:
        statement = statement.where(sku.c.category == category)
    return statement


def movement_rows(
    *,
    sku_id: int | None = None,
    before: tuple[object, int] | None = None,
    most: int = PAGE_ROWS,
) -> Select[tuple[object, ...]]:
    """The book, newest first. `before` is (occurred_at, id) of the last row of the page before."""
    came = location.alias("came")
    went = location.alias("went")
    statement = (
        select(
            movement.c.id,
            movement.c.occurred_at,
            movement.c.recorded_at,
            operation.c.kind,
            operation.c.reason,
            operation.c.source_kind,
            operation.c.source_id,
            sku.c.code.label("sku"),
            came.c.code.label("from_location"),
            went.c.code.label("to_location"),
            movement.c.from_condition,
            movement.c.to_condition,
            movement.c.lot_id,
            movement.c.quantity,
            movement.c.value,
        )
        .join(operation, operation.c.id == movement.c.operation_id)
        .join(sku, sku.c.id == movement.c.sku_id)
        .join(came, came.c.id == movement.c.from_location_id)
        .join(went, went.c.id == movement.c.to_location_id)
        .order_by(movement.c.occurred_at.desc(), movement.c.id.desc())
        .limit(most)
    )
    if sku_id is not None:
        statement = statement.where(movement.c.sku_id == sku_id)
    if before is not None:
        statement = statement.where(tuple_(movement.c.occurred_at, movement.c.id) < before)
    return statement


# Units wanted, promised at once and short, per SKU and warehouse business day; bind the days.
ORDERED_BY_DAY: TextClause = text("""
    SELECT (o.placed_at AT TIME ZONE a.time_zone)::date AS on_day, s.code AS sku, s.category,
        a.code AS channel, sum(l.quantity)::bigint AS ordered,
        sum(l.short_at_acceptance)::bigint AS short, count(DISTINCT o.id) AS orders
    FROM sales_order o
    JOIN channel_account a ON a.id = o.account_id
    JOIN sales_order_line l ON l.order_id = o.id
    JOIN sku s ON s.id = l.sku_id
    WHERE (o.placed_at AT TIME ZONE a.time_zone)::date BETWEEN :first_on AND :last_on
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4
""")

# Hours without anything to sell, per SKU and warehouse, from the edges of availability.
HOURS_WITHOUT_STOCK: TextClause = text("""
    WITH edge AS (
        SELECT sku_id, warehouse_id, in_stock, occurred_at,
            lead(occurred_at) OVER (PARTITION BY sku_id, warehouse_id
                ORDER BY occurred_at, id) AS until_at
        FROM availability_edge
    )
    SELECT s.code AS sku, s.category, w.code AS warehouse, count(*) AS times,
        sum(extract(epoch FROM least(coalesce(e.until_at, :now), :now) - e.occurred_at)) / 3600.0
            AS hours
    FROM edge e
    JOIN sku s ON s.id = e.sku_id
    JOIN location w ON w.id = e.warehouse_id
    WHERE NOT e.in_stock AND e.occurred_at < :now
    GROUP BY 1, 2, 3 ORDER BY hours DESC
""")

# What the short units would have brought, by category and warehouse, in base currency.
LOST_SALES: TextClause = text("""
    SELECT k.category, w.name AS warehouse, sum(k.units_short)::bigint AS units,
        sum(k.lost_sales) AS lost, sum(k.short_orders)::bigint AS short_orders,
        sum(k.orders)::bigint AS orders
    FROM kpi_day k JOIN location w ON w.id = k.warehouse_id
    WHERE k.category <> '*' AND k.account_id = 0 AND k.on_day BETWEEN :first_on AND :last_on
    GROUP BY 1, 2 HAVING sum(k.orders) > 0 ORDER BY lost DESC
""")


def categories(conn: Reading) -> list[str]:
    """Every category in use, in order."""
    rows = conn.rows(
        select(sku.c.category).where(sku.c.category != "").distinct().order_by("category")
    )
    return [row[0] for row in rows]


def channels(conn: Reading) -> list[tuple[int, str]]:
    """Active channel accounts: number and name."""
    rows = conn.rows(
        select(channel_account.c.id, channel_account.c.name)
        .where(channel_account.c.active)
        .order_by(channel_account.c.id)
    )
    return [(row[0], row[1]) for row in rows]


def sellable(conn: Reading) -> dict[tuple[int, int], int]:
    """Units that may be promised now, by (SKU, warehouse)."""
    level = stock_level.c
    rows = conn.rows(
        select(level.sku_id, level.warehouse_id, level.on_hand - level.reserved - level.held)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def order_count(conn: Reading) -> int:
    """How many orders the book holds."""
    found: int = conn.scalar(select(func.count()).select_from(text("sales_order")))
    return found


def largest_lot(conn: Reading, category: str) -> int | None:
    """The lot of a category of which most lies in stock, while nothing of its SKU is underway."""
    found: int | None = conn.scalar(
        text("""
            SELECT b.lot_id FROM bin_stock b JOIN sku s ON s.id = b.sku_id
            WHERE s.category = :category AND b.lot_id <> 0 AND b.condition = 'good'
              AND NOT EXISTS (SELECT FROM transfer_line t JOIN transfer r ON r.id = t.transfer_id
                  WHERE t.sku_id = b.sku_id AND r.state = 'shipped')
            GROUP BY b.lot_id HAVING sum(b.quantity) > 0
            ORDER BY sum(b.quantity) DESC, b.lot_id LIMIT 1
        """),
        {"category": category},
    )
    return found


@dataclass(frozen=True, slots=True)
class HeldGoods:
    """Units of one SKU and lot in one place that cannot be sold as they are."""

    sku_id: int
    location_id: int
    lot_id: int
    quantity: int


def held_goods(conn: Reading, condition: str) -> list[HeldGoods]:
    """What lies in a condition, without lots that are on hold."""
    rows = conn.rows(
        text("""
            SELECT b.sku_id, b.location_id, b.lot_id, b.quantity
            FROM bin_stock b JOIN lot l ON l.id = b.lot_id
            WHERE b.condition = :condition AND b.quantity > 0 AND NOT l.on_hold
            ORDER BY b.sku_id, b.location_id, b.lot_id
        """),
        {"condition": condition},
    )
    return [HeldGoods(*tuple(row)) for row in rows]
