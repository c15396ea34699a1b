"""The five KPIs as cards, and the same warehouse by warehouse. Draws; divides nothing."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pandas as pd

from app import session
from app.i18n import DASH, md, money, number, percent, t
from app.widgets import Figure, figure_row, go
from app.widgets_tables import Column, Money, Percent, Text, Units, export_button, table
from app.widgets_tables import Decimal as DecimalColumn
from inventory_core.insight.kpis import Figures
from inventory_core.insight.overview import Overview
from inventory_core.office.actors import Permission

Value = Decimal | None
NO_BREAK = "\u00a0"


def kpi_cards(found: Overview) -> None:
    """Turnover, stock to sales, stock-out rate, dead share, average inventory."""
    cards = [_stock_outs(found)]
    if session.may(Permission.COST_VIEW):
        cards = [
            _turnover(found),
            _stock_to_sales(found),
            *cards,
            _dead(found),
            _average(found),
        ]
    figure_row(cards)


def _turnover(found: Overview) -> Figure:
    now = found.now
    return Figure(
        md("overview.turnover"),
        DASH
        if now.turnover_year is None
        else t("overview.a_year", value=_times(now.turnover_year)),
        help=_formula("turnover", found),
        delta=_difference(found, lambda one: one.turnover_year, 1),
        good=True,
        trend=_trend(found, lambda one: one.turnover_year),
        small=t("overview.turnover_small", value=_times(now.turnover, 2), days=now.days),
    )


def _stock_to_sales(found: Overview) -> Figure:
    return Figure(
        md("overview.stock_to_sales"),
        number(found.now.stock_to_sales, 2),
        help=_formula("stock_to_sales", found),
        delta=_difference(found, lambda one: one.stock_to_sales, 2),
        good=False,
        trend=_trend(found, lambda one: one.stock_to_sales),
        small=t("overview.sales_small", value=_short(found.now.sales)),
    )


def _stock_outs(found: Overview) -> Figure:
    return Figure(
        md("overview.stock_out_rate"),
        percent(found.now.stock_out_rate),
        help=_formula("stock_out_rate", found),
        delta=_points(found, lambda one: one.stock_out_rate),
        good=False,
        trend=_trend(found, lambda one: one.stock_out_rate),
        small=t("overview.short_small", units=found.now.units_short),
    )


def _dead(found: Overview) -> Figure:
    return Figure(
        md("overview.dead_share"),
        percent(found.now.dead_share),
        help=_formula("dead_share", found),
        delta=_points(found, lambda one: one.dead_share),
        good=False,
        trend=_trend(found, lambda one: one.dead_share),
        small=_short(found.now.dead_value),
    )


def _average(found: Overview) -> Figure:
    now, before = found.now, found.before
    delta = ""
    if before is not None and before.average_inventory:
        change = now.average_inventory / before.average_inventory - 1
        delta = f"{change:+.0%}"
    return Figure(
        md("overview.average"),
        _money(now.average_inventory),
        help=_formula("average", found),
        delta=delta,
        trend=_trend(found, lambda one: one.average_inventory),
        small=t("overview.daily_small", value=_short(now.average_daily_inventory)),
    )


def _formula(name: str, found: Overview) -> str:
    """What is divided by what, with the numbers of this very period."""
    now = found.now
    company = session.current().company
    return md(
        f"overview.{name}_help",
        cost=_money(now.cost_of_sales),
        opening=_money(now.opening_value),
        closing=_money(now.closing_value),
        in_transit=_money(now.in_transit_value),
        sales=_money(now.sales),
        short=now.short_orders,
        orders=now.orders,
        lost=_money(now.lost_sales),
        dead=_money(now.dead_value),
        double=_money(now.dead_value_double),
        dead_days=company.dead_stock_days,
        double_days=2 * company.dead_stock_days,
        days=now.days,
    )


def place_table(found: Overview) -> None:
    """One row a warehouse, the whole at the end; a ticked row opens its stock."""
    rows = [_row(place.warehouse.code, place.figures) for place in found.places]
    rows.append(_row(t("overview.total"), found.now))
    frame = pd.DataFrame(rows)
    columns = _columns()
    picked = table(frame, columns, key="overview_places", select="one", height="content")
    export_button(frame, columns | _more(), name="overview")
    if picked and picked[0] < len(found.places):
        go("stock", site=str(found.places[picked[0]].warehouse.id))


def _columns() -> dict[str, Column]:
    currency = session.current().company.base_currency
    # Side by side at 1440 pixels: what is cut is not compared.
    return {
        "place": Text(t("overview.place"), pinned=True, width=62),
        "turnover_year": DecimalColumn(t("overview.turnover_year"), digits=1, width=82),
        "stock_to_sales": DecimalColumn(t("overview.stock_to_sales"), digits=2, width=92),
        "stock_out_rate": Percent(t("overview.stock_out_rate"), width=92),
        "dead_share": Percent(t("overview.dead_share"), width=76),
        "closing": Money(t("overview.closing", currency=currency), digits=0, width=108),
        "cost_of_sales": Money(t("overview.cost_of_sales", currency=currency), digits=0, width=114),
        "sales": Money(t("overview.sales", currency=currency), digits=0, width=86),
        "orders": Units(t("overview.orders"), width=50),
        "short_orders": Units(t("overview.short_orders"), width=80),
        "lost_sales": Money(t("overview.lost_sales", currency=currency), digits=0, width=98),
    }


def _more() -> dict[str, Column]:
    """What the file says beyond the list on the screen."""
    currency = session.current().company.base_currency
    return {"in_transit": Money(t("overview.in_transit_of_it", currency=currency), digits=0)}


def _row(name: str, one: Figures) -> dict[str, object]:
    return {
        "place": name,
        "turnover_year": _float(one.turnover_year),
        "stock_to_sales": _float(one.stock_to_sales),
        "stock_out_rate": _float(one.stock_out_rate),
        "dead_share": _float(one.dead_share),
        "closing": _float(one.closing_value),
        "in_transit": _float(one.in_transit_value),
        "cost_of_sales": _float(one.cost_of_sales),
        "sales": _float(one.sales),
        "orders": one.orders,
        "short_orders": one.short_orders,
        "lost_sales": _float(one.lost_sales),
    }


def _float(value: Value) -> float | None:
    return None if value is None else float(value)


def _money(value: Value) -> str:
    return money(value, session.current().company.base_currency, digits=0, compact=True)


def _short(value: Value) -> str:
    """An amount for a narrow place: the card above it names the currency."""
    words = _money(value)
    return words.split(NO_BREAK, 1)[-1]


def _times(value: Value, digits: int = 1) -> str:
    return DASH if value is None else f"{number(value, digits)}×"


def _difference(found: Overview, pick: Callable[[Figures], Value], digits: int) -> str:
    now, before = pick(found.now), None if found.before is None else pick(found.before)
    if now is None or before is None or round(now - before, digits) == 0:
        return ""
    return f"{now - before:+.{digits}f}"


def _points(found: Overview, pick: Callable[[Figures], Value]) -> str:
    now, before = pick(found.now), None if found.before is None else pick(found.before)
    if now is None or before is None or round(now - before, 3) == 0:
        return ""
    return t("overview.points", value=f"{(now - before) * 100:+.1f}")


def _trend(found: Overview, pick: Callable[[Figures], Value]) -> Sequence[float]:
    values = [pick(one) for one in found.points]
    return [float(value) for value in values if value is not None]
