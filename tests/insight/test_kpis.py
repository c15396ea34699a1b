"""The five KPIs: formulas with their edges, and the reading of kept days."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from inventory_core.insight.kpis import (
    KpiDay,
    annualised,
    average_inventory,
    figures,
    share,
    trend,
    turnover,
)

ZERO = Decimal(0)
FIRST = date(2026, 3, 1)


def day(offset: int, **facts: object) -> KpiDay:
    empty = KpiDay(
        FIRST + timedelta(days=offset), ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, 0, 0, 0, 0
    )
    return replace(empty, **facts)  # type: ignore[arg-type]


def test_turnover_is_cost_of_sales_over_the_mean_of_opening_and_closing() -> None:
    assert turnover(Decimal(300), Decimal(100), Decimal(200)) == Decimal(2)


def test_turnover_of_a_quarter_is_annualised_by_its_days() -> None:
    assert annualised(Decimal(2), 73) == Decimal(10)
    assert annualised(None, 73) is None


def test_trap_16_an_empty_denominator_is_no_value_never_zero() -> None:
    nothing = figures([], FIRST, FIRST)
    assert nothing.turnover is None
    assert nothing.turnover_year is None
    assert nothing.stock_to_sales is None
    assert nothing.stock_out_rate is None
    assert nothing.dead_share is None
    assert nothing.average_daily_inventory is None
    assert share(0, 0) is None
    assert share(0, 5) == 0


def test_trap_16_a_period_that_opens_with_nothing_has_half_its_closing_as_average() -> None:
    found = figures([day(0, stock_value=Decimal(80), cost_of_sales=Decimal(20))], FIRST, FIRST)
    assert found.opening_value == 0
    assert found.average_inventory == average_inventory(ZERO, Decimal(80)) == 40
    assert found.turnover == Decimal("0.5")


def test_the_opening_is_the_closing_of_the_day_before_and_the_daily_average_leaves_it_out() -> None:
    days = [
        day(-1, stock_value=Decimal(100)),
        day(0, stock_value=Decimal(50), in_transit_value=Decimal(10)),
        day(1, stock_value=Decimal(30), in_transit_value=Decimal(10), dead_value=Decimal(8)),
    ]
    found = figures(days, FIRST, FIRST + timedelta(days=1))
    assert (found.opening_value, found.closing_value) == (100, 40)
    assert found.average_inventory == 70
    assert found.average_daily_inventory == 50
    assert found.in_transit_value == 10
    assert found.dead_share == Decimal("0.2")
    assert found.days == 2


def test_sales_of_an_unknown_rate_make_the_ratio_unknown_instead_of_wrong() -> None:
    days = [day(0, stock_value=Decimal(9), sales=None), day(1, sales=Decimal(3))]
    found = figures(days, FIRST, FIRST + timedelta(days=1))
    assert found.sales is None
    assert found.stock_to_sales is None


def test_the_stock_out_rate_counts_orders_not_units() -> None:
    days = [day(0, orders=3, short_orders=1, units_short=40), day(1, orders=1)]
    assert figures(days, FIRST, FIRST + timedelta(days=1)).stock_out_rate == Decimal("0.25")


def test_a_trend_point_covers_its_own_window_and_takes_its_opening_from_before() -> None:
    days = [day(n, stock_value=Decimal(10), cost_of_sales=Decimal(1)) for n in range(10)]
    ends = [FIRST + timedelta(days=4), FIRST + timedelta(days=9)]
    assert [point.turnover for point in trend(days, ends, 5)] == [Decimal(1), Decimal("0.5")]
