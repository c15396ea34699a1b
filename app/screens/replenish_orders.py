"""What to order from suppliers: a head for each supplier, the lines, the acts on those ticked.

An order is written per supplier, so the list opens with what each is asked for, and one of them
can be taken by itself. The reasons of the open line stand in `replenish_reasons`. Computes no
quantity.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import DASH, day, in_language, md, number, t
from app.screens.class_words import with_letters
from app.screens.replenish_acts import approve_together, opened
from app.screens.replenish_limits import draw_limits, limits_button, ticked_words
from app.screens.replenish_reasons import draw_reasons
from app.widgets import go
from app.widgets_phone import on_phone
from app.widgets_tables import (
    Bar,
    Column,
    Day,
    Decimal,
    Name,
    Text,
    Units,
    export_button,
    goods_column,
    table,
)

COVER_BAR_DAYS = 90.0


def draw_orders(
    run: Mapping[str, Any], rows: pd.DataFrame, suppliers: pd.DataFrame, *, of_one: bool
) -> None:
    """The purchases that wait, all or those `of_one` supplier; `suppliers` are the heads to choose
    one from.
    """
    draw_limits(run)
    # On a phone the choice in the scope is enough: the lines would begin far below.
    if len(suppliers) > 1 and not on_phone():
        _draw_suppliers(suppliers)
    shown = _in_words(rows)
    _tools(run, listed=len(shown) > 0)
    if rows.empty:
        return
    columns = _columns(of_one=of_one)
    ticked = table(shown, columns, key="replenish_table", select="many", height=420)
    export_button(shown, columns | _export_columns(), name="replenish")
    # Of one supplier everything that is listed may be ordered at once: it is one order per site.
    together = rows if of_one and not ticked else rows.iloc[ticked]
    if len(together) > 1:
        approve_together(together, ticked=bool(ticked))
    for words in ticked_words(run, together) if len(together) else ():
        st.caption(words)
    chosen = rows.iloc[ticked[0]] if ticked else opened(rows)
    draw_reasons(chosen)


def _draw_suppliers(suppliers: pd.DataFrame) -> None:
    """What each is asked for; a tick takes one by itself, in the address too."""
    base = session.current().company.base_currency
    shown = suppliers.assign(order_by=_order_by_words(suppliers))
    columns = {
        "name": Name(t("replenish.supplier"), pinned=True, width=250),
        "lines": Units(t("replenish.lines"), width=70),
        "late": Units(t("replenish.late"), width=90),
        "order_by": Text(t("replenish.order_by"), named=True, width=120),
        "sites": Units(t("replenish.sites"), width=70),
        "amount_base": Decimal(t("replenish.cost", currency=base), digits=0, width=110),
        "value_at_risk_base": Decimal(
            t("replenish.risk_column", currency=base), digits=0, width=110
        ),
    }
    st.markdown(f":small[:gray[{md('replenish.suppliers_hint')}]]")
    ticked = table(shown, columns, key="suppliers_table", select="one", height=240)
    if ticked:
        st.query_params["supplier"] = str(int(suppliers["id"].iloc[ticked[0]]))
        st.rerun()


def _tools(run: Mapping[str, Any], *, listed: bool) -> None:
    """One line over the list: what to do with it, and what stands beside it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if listed:
            st.markdown(f":small[:gray[{md('replenish.list_hint')}]]", width="content")
        # Not at the right end: there the tools of the table below would lie over them.
        limits_button(run)
        if st.button(md("scenario.open"), type="tertiary", icon=":material/alt_route:"):
            go("replay")


def _in_words(rows: pd.DataFrame) -> pd.DataFrame:
    return with_letters(rows).assign(
        why=[_reason_words(reason) for reason in rows["reason"]],
        order_by=_order_by_words(rows),
        cover=rows["days_of_cover"].fillna(0.0),
        confidence=pd.to_numeric(rows["confidence"]) * 100,
        ship=[t(f"ship.{method}") for method in rows["ship_method"]],
        cartons=[
            cartons_words(units, None if pd.isna(carton) else int(carton))
            for units, carton in zip(rows["quantity"], rows["carton_quantity"], strict=True)
        ],
    )


def _columns(*, of_one: bool) -> dict[str, Column]:
    """Of one supplier its name need not stand in every row: there is room for how it is packed."""
    base = session.current().company.base_currency
    columns = {
        "sku": goods_column(pinned=True, width=in_language(en=240, zh=222)),
        # How many, by when and why come first: what it costs stands on its button too.
        "quantity": Units(t("replenish.quantity"), width=56),
        "cartons": Text(
            t("replenish.cartons"),
            help=t("replenish.cartons_help"),
            right=True,
            named=True,
            width=62,
        ),
        "order_by": Text(t("replenish.order_by"), named=True, width=92),
        "warehouse": Text(t("replenish.site"), width=62),
        "class_name": Text(t("classes.column"), help=t("classes.column_help"), width=42),
        "why": Text(t("replenish.why"), width=in_language(en=184, zh=216)),
        "supplier": Name(t("replenish.supplier"), width=in_language(en=98, zh=76)),
        "ship": Text(t("replenish.ship"), width=48),
        "cover": Bar(t("replenish.cover"), help=t("slow.cover"), most=COVER_BAR_DAYS, width=58),
        "amount_base": Decimal(t("replenish.cost", currency=base), digits=0, width=68),
        "value_at_risk_base": Decimal(
            t("replenish.risk_column", currency=base), digits=0, width=in_language(en=76, zh=70)
        ),
    }
    left_out = {"supplier"} if of_one else {"cartons", "ship"}
    return {name: column for name, column in columns.items() if name not in left_out}


def _export_columns() -> dict[str, Column]:
    """What the file says beyond the list on the screen."""
    return {
        "supplier": Text(t("replenish.supplier")),
        "cartons": Text(t("replenish.cartons")),
        "ship": Text(t("replenish.ship")),
        "arrives_on": Day(t("replenish.arrives")),
        "confidence": Decimal(t("replenish.confidence"), digits=0),
    }


def cartons_words(units: int, carton: int | None) -> str:
    """How an order is packed: whole cartons, and the units that fill none beside them."""
    if not carton:
        return DASH
    whole, rest = divmod(int(units), carton)
    if not rest:
        return number(whole)
    return f"{number(whole)} + {number(rest)}"


def _order_by_words(rows: pd.DataFrame) -> list[str]:
    columns = (rows["order_by_on"], rows["days_late"], rows["days_late_if_high"])
    return [_order_by(on, late, if_high) for on, late, if_high in zip(*columns, strict=True)]


def _order_by(on: date | None, late: int, if_high: int | None) -> str:
    """Of several lines the worst: late as stock is expected, late if demand is high, else a day."""
    if late and not pd.isna(late):
        return f"⚠ {t('replenish.days_late', days=number(late))}"
    if if_high and not pd.isna(if_high):
        return t("replenish.may_be_late")
    return day(on) if on is not None and not pd.isna(on) else DASH


def _reason_words(reason: dict[str, Any] | None) -> str:
    """Five words: why now."""
    if not reason:
        return DASH

    def on(name: str) -> str:
        value = reason.get(name)
        return day(date.fromisoformat(value), year=False) if value else DASH

    return t(
        f"replenish.reason_{reason['code']}",
        runs_out=on("runs_out_on"),
        arrives=on("arrives_on"),
        order_by=on("order_by_on"),
    )
