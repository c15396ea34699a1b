"""The five KPIs, exactly as defined: pure formulas over the days that `kpis_snapshot` keeps.

    turnover            ITO = cost of sales / average inventory
    stock to sales      SSR = closing inventory value / sales of the period
    stock-out rate      short orders / all orders, short as recorded when the order was accepted
    dead-stock share    value without a sale for N days / total value
    average inventory   (opening + closing) / 2; a daily average stands beside it

Decides what is divided by what; an empty denominator is no value (None), never zero. Inventory
value is stock in warehouses plus goods on the way to them, in the base currency at ledger cost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from inventory_core.db.engine import Reading

DAYS_OF_A_YEAR = 365
WHOLE = "*"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: no warehouses means all of them, None means every category or channel."""

    warehouse_ids: tuple[int, ...] = ()
    category: str | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class KpiDay:
    """One business day of a scope. `sales` None: a rate was missing."""

    on_day: date
    stock_value: Decimal
    in_transit_value: Decimal
    dead_value: Decimal
    dead_value_double: Decimal
    cost_of_sales: Decimal
    sales: Decimal | None
    lost_sales: Decimal
    orders: int
    short_orders: int
    units_sold: int
    units_short: int

    @property
    def inventory_value(self) -> Decimal:
        """Stock in warehouses and on the way to them."""
        return self.stock_value + self.in_transit_value


@dataclass(frozen=True, slots=True)
class Figures:
    """The five KPIs of a period with what they are made of."""

    first_on: date
    last_on: date
    opening_value: Decimal
    closing_value: Decimal
    in_transit_value: Decimal
    dead_value: Decimal
    dead_value_double: Decimal
    cost_of_sales: Decimal
    sales: Decimal | None
    lost_sales: Decimal
    orders: int
    short_orders: int
    units_sold: int
    units_short: int
    turnover: Decimal | None
    turnover_year: Decimal | None
    stock_to_sales: Decimal | None
    stock_out_rate: Decimal | None
    dead_share: Decimal | None
    average_inventory: Decimal
    average_daily_inventory: Decimal | None

    @property
    def days(self) -> int:
        """Length of the period, both ends included."""
        return (self.last_on - self.first_on).days + 1


def share(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    """`part / whole`; no value where either is unknown or the whole is empty."""
    if part is None or whole is None or whole == 0:
        return None
    return Decimal(part) / Decimal(whole)


def average_inventory(opening: Decimal, closing: Decimal) -> Decimal:
    """G5, as stated by its definition: (opening + closing) / 2."""
    return (opening + closing) / 2


def turnover(cost_of_sales: Decimal, opening: Decimal, closing: Decimal) -> Decimal | None:
    """G1, the figure of the period: how often the average inventory was sold."""
    return share(cost_of_sales, average_inventory(opening, closing))


def annualised(period_turnover: Decimal | None, days: int) -> Decimal | None:
    """The period's turnover as if it went on for a year: x 365 / days."""
    if period_turnover is None or days <= 0:
        return None
    return period_turnover * DAYS_OF_A_YEAR / days


def figures(days: Iterable[KpiDay], first_on: date, last_on: date) -> Figures:
    """The KPIs of [first_on, last_on] from its days and the day before, which is its opening."""
    known = sorted(days, key=lambda day: day.on_day)
    before = [day for day in known if day.on_day < first_on]
    within = [day for day in known if first_on <= day.on_day <= last_on]
    opening = before[-1].inventory_value if before else Decimal(0)
    last = within[-1] if within else None
    closing = last.inventory_value if last else opening
    cost = _total(day.cost_of_sales for day in within)
    sales = None if any(day.sales is None for day in within) else _total(d.sales for d in within)
    orders = sum(day.orders for day in within)
    short_orders = sum(day.short_orders for day in within)
    dead = last.dead_value if last else Decimal(0)
    period_turnover = turnover(cost, opening, closing)
    return Figures(
        first_on=first_on,
        last_on=last_on,
        opening_value=opening,
        closing_value=closing,
        in_transit_value=last.in_transit_value if last else Decimal(0),
        dead_value=dead,
        dead_value_double=last.dead_value_double if last else Decimal(0),
        cost_of_sales=cost,
        sales=sales,
        lost_sales=_total(day.lost_sales for day in within),
        orders=orders,
        short_orders=short_orders,
        units_sold=sum(day.units_sold for day in within),
        units_short=sum(day.units_short for day in within),
        turnover=period_turnover,
        turnover_year=annualised(period_turnover, (last_on - first_on).days + 1),
        stock_to_sales=share(closing, sales),
        stock_out_rate=share(short_orders, orders),
        dead_share=share(dead, closing),
        average_inventory=average_inventory(opening, closing),
        average_daily_inventory=share(_total(d.inventory_value for d in within), len(within)),
    )


def _total(parts: Iterable[Decimal | None]) -> Decimal:
    return sum((part for part in parts if part is not None), Decimal(0))


_DAYS = text("""
    WITH scope AS (
        SELECT w.id FROM location w
        WHERE w.kind = 'warehouse'
          AND (cardinality(CAST(:warehouses AS bigint[])) = 0
               OR w.id = ANY(CAST(:warehouses AS bigint[])))
    ), served AS (
        -- Stock belongs to no channel: a channel is shown with the warehouses it sells from.
        SELECT s.id FROM scope s
        WHERE :account = 0 OR EXISTS (
            SELECT FROM channel_account a
            JOIN stock_pool_warehouse p ON p.stock_pool_id = a.stock_pool_id
            WHERE a.id = :account AND p.warehouse_id = s.id)
    )
    SELECT k.on_day,
        coalesce(sum(k.closing_value) FILTER (WHERE k.account_id = 0), 0),
        coalesce(sum(k.in_transit_value) FILTER (WHERE k.account_id = 0), 0),
        coalesce(sum(k.dead_value) FILTER (WHERE k.account_id = 0), 0),
        coalesce(sum(k.dead_value_double) FILTER (WHERE k.account_id = 0), 0),
        coalesce(sum(k.cost_of_sales) FILTER (WHERE k.account_id = :account), 0),
        CASE WHEN bool_or(k.sales IS NULL AND k.account_id = :account) THEN NULL
             ELSE coalesce(sum(k.sales) FILTER (WHERE k.account_id = :account), 0) END,
        coalesce(sum(k.lost_sales) FILTER (WHERE k.account_id = :account), 0),
        coalesce(sum(k.orders) FILTER (WHERE k.account_id = :account), 0)::bigint,
        coalesce(sum(k.short_orders) FILTER (WHERE k.account_id = :account), 0)::bigint,
        coalesce(sum(k.units_sold) FILTER (WHERE k.account_id = :account), 0)::bigint,
        coalesce(sum(k.units_short) FILTER (WHERE k.account_id = :account), 0)::bigint
    FROM kpi_day k JOIN served ON served.id = k.warehouse_id
    WHERE k.category = :category AND k.account_id IN (0, :account)
      AND k.on_day BETWEEN :first_on AND :last_on
    GROUP BY k.on_day ORDER BY k.on_day
""")


def read_days(conn: Reading, scope: Scope, first_on: date, last_on: date) -> list[KpiDay]:
    """The kept days of a scope, in order; days before the first snapshot are missing."""
    rows = conn.rows(
        _DAYS,
        {
            "warehouses": list(scope.warehouse_ids),
            "account": scope.account_id or 0,
            "category": WHOLE if scope.category is None else scope.category,
            "first_on": first_on,
            "last_on": last_on,
        },
    )
    return [KpiDay(*tuple(row)) for row in rows]


def last_snapshot_on(conn: Reading) -> date | None:
    """The last day that the snapshot knows."""
    found: date | None = conn.scalar(text("SELECT max(on_day) FROM kpi_day"))
    return found


def trend(days: Sequence[KpiDay], ends: Sequence[date], length: int) -> list[Figures]:
    """The KPIs of the `length` days up to each of `ends`: the points of a spark line."""
    by_day = {day.on_day: day for day in days}
    ordered = sorted(by_day)
    found = []
    for end in ends:
        first = date.fromordinal(end.toordinal() - length + 1)
        before = [day for day in ordered if day < first][-1:]
        within = [day for day in ordered if first <= day <= end]
        found.append(figures([by_day[day] for day in (*before, *within)], first, end))
    return found
