"""Receiving on screen: what came, what is damaged, which lot, which charges. One command."""

from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, number, plain, t
from app.screens.purchase_charges import charge_fields, form_moment
from app.widgets import day_field, field_grid
from app.widgets_acts import run_act
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.trade.backorders import fill_backorders
from inventory_core.trade.purchase_records import PurchaseLine, PurchaseOrder
from inventory_core.trade.receipt_records import tracked_by_lot
from inventory_core.trade.receipts import (
    NewCharge,
    NewLot,
    NewReceipt,
    NewReceiptLine,
    receive_goods,
)

MOST_FORM_LINES = 60


def open_dialog(order: PurchaseOrder) -> None:
    """Quantities are filled in as ordered, so that a complete delivery is one click."""
    lots = session.read(lambda conn: tracked_by_lot(conn, [line.sku_id for line in order.lines]))

    @st.dialog(t("purchases.receive_title", number=order.number), width="medium")
    def ask() -> None:
        st.caption(md("purchases.receive_hint"))
        with st.form(f"receive_{order.id}", border=False):
            lines = [
                _line_fields(line, line.sku_id in lots) for line in order.lines[:MOST_FORM_LINES]
            ]
            over = st.checkbox(md("purchases.more_than_ordered"))
            rest_on = day_field(md("purchases.rest_on"), min_value=order.ordered_on)
            charge: NewCharge | None = None
            if session.may(Permission.COST_VIEW):
                with st.expander(md("purchases.charges")):
                    charge = charge_fields(f"receive_{order.id}", order.currency)
            sent = st.form_submit_button(
                md("purchases.receive"), type="primary", icon=":material/inventory:"
            )
        if sent:
            came = [line for line in lines if line is not None]
            _receive(order, came, charge, over, rest_on)

    ask()


def _line_fields(line: PurchaseLine, by_lot: bool) -> NewReceiptLine | None:
    names, fields = st.columns(2, vertical_alignment="bottom")
    came_cell, damaged_cell = fields.columns(2, wrap=False)
    open_words = f"{t('purchases.open')} {number(line.open)}"
    names.markdown(f"**{plain(line.sku_code)}** · {open_words}  \n:gray[{plain(line.sku_name)}]")
    came = came_cell.number_input(
        md("purchases.came"), min_value=0, value=line.open, step=1, key=f"came_{line.id}"
    )
    damaged = damaged_cell.number_input(
        md("purchases.damaged"), min_value=0, value=0, step=1, key=f"damaged_{line.id}"
    )
    lot = None
    if by_lot:
        with field_grid():
            code = st.text_input(md("purchases.lot"), key=f"lot_{line.id}")
            expires = day_field(md("purchases.expires"), key=f"expires_{line.id}")
        if code.strip():
            lot = NewLot(code, expires_on=expires)
    return NewReceiptLine(line.id, int(came), int(damaged), lot) if came else None


def _receive(
    order: PurchaseOrder,
    lines: list[NewReceiptLine],
    charge: NewCharge | None,
    over: bool,
    rest_on: date | None,
) -> None:
    charges = (charge,) if charge is not None and charge.amount != Decimal(0) else ()
    skus = sorted({line.sku_id for line in order.lines})
    received_at = form_moment(f"receive_{order.id}")

    def receive(tx: Writing, actor: Actor, now: Any, key: str) -> int:
        wanted = NewReceipt(
            key, order.id, received_at, lines, charges, allow_over=over, rest_expected_on=rest_on
        )
        receive_goods(tx, actor, [wanted], now=now)
        fill_backorders(tx, actor, skus, now=now)
        return sum(line.quantity for line in lines)

    # What came leaves the list of open orders; whoever received it still sees it.
    st.query_params["order"] = order.number
    run_act(
        receive,
        name=f"receive_{order.id}",
        done=lambda units: md("purchases.received_done", units=units, number=order.number),
    )
