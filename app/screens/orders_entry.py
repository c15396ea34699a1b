"""Type in an order by hand: for sales that no channel brings. Asks; the command judges.

Codes are looked up when the order is sent; a code that nobody knows is named, nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, t
from app.widgets import field_grid
from app.widgets_acts import form_key, run_act
from inventory_core.catalog.skus import skus_named
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor
from inventory_core.trade.orders import AcceptedOrder, NewOrder, NewOrderLine, accept_orders

ROWS = 4
MOST_TYPED = 50
FORM = "new_order"


def ask_order(accounts: Mapping[str, str]) -> None:
    """Open the dialog."""

    @st.dialog(md("orders.new"), width="medium")
    def ask() -> None:
        with st.form(FORM, border=False):
            with field_grid(3):
                account = st.selectbox(
                    md("scope.channel"), list(accounts), format_func=lambda value: accounts[value]
                )
                number = st.text_input(md("orders.number"), max_chars=120)
                currency = st.text_input(
                    md("orders.currency"),
                    value=session.current().company.base_currency,
                    max_chars=3,
                )
            typed = _lines_typed()
            pressed = st.form_submit_button(md("orders.new_do"), type="primary")
        if pressed:
            run_act(
                lambda tx, actor, now, key: _accept(
                    tx, actor, now, key, (int(account), number.strip(), currency, typed)
                ),
                name=FORM,
                done=_said,
            )

    ask()


def _lines_typed() -> pd.DataFrame:
    empty = pd.DataFrame({"sku": [""] * ROWS, "quantity": [1] * ROWS, "price": [0.0] * ROWS})
    config = st.column_config
    return st.data_editor(
        empty,
        key=f"order_lines_{form_key(FORM)}",
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "sku": config.TextColumn("SKU", max_chars=120, width=130),
            "quantity": config.NumberColumn(t("orders.units"), min_value=1, step=1),
            "price": config.NumberColumn(t("orders.price"), min_value=0.0, step=0.01),
        },
    )


def _accept(
    tx: Writing,
    actor: Actor,
    now: datetime,
    key: str,
    asked: tuple[int, str, str, pd.DataFrame],
) -> AcceptedOrder:
    account, number, currency, typed = asked
    rows = [row for row in typed.to_dict("records") if str(row["sku"] or "").strip()]
    lines = _lines(tx, rows[:MOST_TYPED])
    # The moment of placing belongs to the request: a second press must be the same request.
    placed = datetime.fromtimestamp(int(key[:8] + key[9:13], 16) / 1000, tz=UTC)
    order = NewOrder(key, account, number, placed, currency, lines)
    return accept_orders(tx, actor, [order], now=now)[0]


def _lines(tx: Writing, rows: Sequence[Mapping[Any, Any]]) -> tuple[NewOrderLine, ...]:
    skus = skus_named(tx, [str(row["sku"]).strip() for row in rows])
    lines = []
    for line_no, (sku_id, row) in enumerate(zip(skus, rows, strict=True), start=1):
        price = Decimal(str(row["price"] or 0)).quantize(Decimal("0.000001"))
        lines.append(NewOrderLine(line_no, sku_id, int(row["quantity"] or 0), price))
    return tuple(lines)


def _said(order: AcceptedOrder) -> str:
    short = sum(line.short for line in order.lines)
    if short:
        return md("orders.accepted_short", short=short)
    return md("orders.accepted", units=sum(line.reserved for line in order.lines))
