"""Corrections by hand on one SKU in one warehouse: adjust, count, hold, release. Asks; judges none.

Each form is a command with a key of its own, so a second click does nothing a second time.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, t
from app.widgets import field_grid
from app.widgets_acts import run_act
from inventory_core.office.actors import Permission
from inventory_core.stock.counting import (
    NewAdjustment,
    NewCount,
    NewHold,
    adjust_stock,
    count_stock,
    hold_stock,
)
from inventory_core.vocabulary import Condition

HELD = (Condition.QUARANTINE, Condition.DAMAGED, Condition.INSPECTION)


def draw_corrections(row: Mapping[str, Any]) -> None:
    """Three small forms side by side; they wrap on a narrow screen."""
    name = f"{row['sku_id']}_{row['warehouse_id']}"
    with st.grid(3, min_column_width=260, gap="medium"):
        for draw in (_adjust, _count, _hold):
            with st.container():
                draw(name, row)


def _adjust(name: str, row: Mapping[str, Any]) -> None:
    with st.form(f"adjust_{name}", border=False):
        st.markdown(f"**{md('stock.adjust')}**")
        change = st.number_input(
            md("stock.adjust_by"), value=0, step=1, help=t("stock.adjust_help")
        )
        cost = ""
        if session.may(Permission.COST_VIEW):
            currency = session.current().company.base_currency
            cost = st.text_input(
                md("stock.unit_cost", currency=currency), placeholder=t("stock.unit_cost_known")
            )
        reason = st.text_input(md("stock.reason"), max_chars=200, key=f"adjust_why_{name}")
        pressed = st.form_submit_button(md("stock.adjust_do"))
    if pressed:
        unit_cost = _amount(cost)
        if cost.strip() and unit_cost is None:
            st.error(md("stock.not_an_amount"))
            return
        run_act(
            lambda tx, actor, now, key: adjust_stock(
                tx,
                actor,
                [
                    NewAdjustment(
                        key,
                        int(row["warehouse_id"]),
                        int(row["sku_id"]),
                        int(change),
                        reason,
                        unit_cost,
                    )
                ],
                now=now,
            ),
            name=f"adjust_{name}",
            done=lambda _posted: md("stock.adjusted", sku=str(row["sku"])),
        )


def _count(name: str, row: Mapping[str, Any]) -> None:
    with st.form(f"count_{name}", border=False):
        st.markdown(f"**{md('stock.count')}**")
        counted = st.number_input(
            md("stock.counted"),
            min_value=0,
            value=int(row["on_hand"]),
            step=1,
            help=t("stock.counted_help"),
        )
        pressed = st.form_submit_button(md("stock.count_do"))
    if pressed:
        run_act(
            lambda tx, actor, now, key: count_stock(
                tx,
                actor,
                NewCount(key, int(row["warehouse_id"]), ((int(row["sku_id"]), int(counted)),)),
                now=now,
            ),
            name=f"count_{name}",
            done=lambda made: md(
                "stock.count_done",
                sku=str(row["sku"]),
                expected=made.lines[0].expected,
                counted=made.lines[0].counted,
            ),
        )


def _hold(name: str, row: Mapping[str, Any]) -> None:
    with st.form(f"hold_{name}", border=False):
        st.markdown(f"**{md('stock.hold')}**")
        with field_grid():
            start = st.selectbox(
                md("stock.hold_from"), [Condition.GOOD, *HELD], format_func=_condition
            )
            end = st.selectbox(md("stock.hold_to"), [*HELD, Condition.GOOD], format_func=_condition)
        units = st.number_input(md("stock.units"), min_value=1, value=1, step=1)
        reason = st.text_input(md("stock.reason"), max_chars=200, key=f"hold_why_{name}")
        pressed = st.form_submit_button(md("stock.hold_do"))
    if pressed:
        run_act(
            lambda tx, actor, now, key: hold_stock(
                tx,
                actor,
                [
                    NewHold(
                        key,
                        int(row["warehouse_id"]),
                        int(row["sku_id"]),
                        int(units),
                        str(end),
                        reason,
                        str(start),
                    )
                ],
                now=now,
            ),
            name=f"hold_{name}",
            done=lambda _posted: md("stock.hold_done", sku=str(row["sku"])),
        )


def _condition(condition: Condition) -> str:
    return t(f"condition.{condition.value}")


def _amount(typed: str) -> Decimal | None:
    """What was typed as an exact amount; None where it is none."""
    try:
        amount = Decimal(typed.strip().replace(",", ""))
    except ArithmeticError:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
