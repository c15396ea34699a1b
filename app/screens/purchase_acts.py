"""Acts on a purchase order: the supplier's date, changed lines, the end. One command each."""

from datetime import timedelta
from decimal import Decimal

import streamlit as st

from app import session
from app.i18n import day, md, number, plain, t
from app.widgets import day_field
from app.widgets_acts import confirm, run_act
from inventory_core.office.actors import Permission
from inventory_core.trade.purchase_orders import (
    Confirmation,
    LineChange,
    cancel_purchase_orders,
    change_lines,
    close_purchase_orders,
    confirm_purchase_orders,
)
from inventory_core.trade.purchase_records import PurchaseLine, PurchaseOrder

MOST_FORM_LINES = 60


def confirm_dialog(order: PurchaseOrder) -> None:
    """Ask for the supplier's day; single lines may have days of their own."""

    @st.dialog(t("purchases.confirm_title", number=order.number))
    def ask() -> None:
        with st.form(f"confirm_{order.id}", border=False):
            wanted = day_field(
                md("purchases.expected"),
                order.expected_on or order.ordered_on + timedelta(days=30),
                min_value=order.ordered_on,
            )
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent and wanted:
            told = Confirmation(order.id, wanted)
            run_act(
                lambda tx, actor, now, _key: confirm_purchase_orders(tx, actor, [told], now=now),
                name=f"confirm_{order.id}",
                done=lambda _: md("purchases.confirmed", number=order.number, day=day(wanted)),
            )

    ask()


def change_dialog(order: PurchaseOrder) -> None:
    """Quantities and prices of the lines; a line with no units is cancelled."""

    @st.dialog(t("purchases.change_title", number=order.number), width="medium")
    def ask() -> None:
        with st.form(f"change_{order.id}", border=False):
            changes = [_line_fields(order, line) for line in order.lines[:MOST_FORM_LINES]]
            sent = st.form_submit_button(md("shell.save"), type="primary")
        wanted = [change for change in changes if change is not None]
        if sent and not wanted:
            st.rerun()
        if sent:
            run_act(
                lambda tx, actor, now, _key: change_lines(
                    tx, actor, order.id, wanted, version=order.version, now=now
                ),
                name=f"change_{order.id}_{order.version}",
                done=lambda _: md("purchases.changed", number=order.number),
            )

    ask()


def _line_fields(order: PurchaseOrder, line: PurchaseLine) -> LineChange | None:
    """The fields of one line, and what was changed in them."""
    left, fields = st.columns(2, vertical_alignment="bottom")
    middle, right = fields.columns(2, wrap=False)
    left.markdown(f"**{plain(line.sku_code)}**  \n:gray[{plain(line.sku_name)}]")
    now_wanted = line.quantity - line.cancelled
    quantity = middle.number_input(
        md("purchases.quantity"),
        min_value=line.received,
        value=now_wanted,
        step=1,
        key=f"change_quantity_{line.id}",
    )
    price = float(line.unit_price)
    if session.may(Permission.COST_VIEW):
        price = right.number_input(
            f"{md('purchases.price')} {order.currency}",
            min_value=0.0,
            value=price,
            format="%.4f",
            key=f"change_price_{line.id}",
        )
    exact = Decimal(str(round(price, 6)))
    new_price = None if exact == line.unit_price else exact
    if int(quantity) == now_wanted and new_price is None:
        return None
    if int(quantity) == line.received:
        return LineChange(line.line_no, unit_price=new_price, cancel=True)
    return LineChange(line.line_no, quantity=int(quantity) + line.cancelled, unit_price=new_price)


def end_button(order: PurchaseOrder, allowed: bool) -> None:
    """Cancel an order of which nothing came; close one of which something did."""
    came = any(line.received for line in order.lines)
    act = "close" if came else "cancel"
    if not st.button(
        md(f"purchases.{act}"), key=f"end_{order.id}", type="tertiary", disabled=not allowed
    ):
        return
    units = number(sum(line.open for line in order.lines))
    name = f"{act}_{order.id}"
    title = t(f"purchases.{act}")
    warning = md(f"purchases.{act}_warning", number=order.number, units=units)
    if came:
        confirm(
            name,
            title,
            warning,
            md("purchases.close"),
            lambda tx, actor, now, _key: close_purchase_orders(tx, actor, [order.id], now=now),
            done=lambda _: md("purchases.closed", number=order.number),
        )
    else:
        confirm(
            name,
            title,
            warning,
            md("purchases.cancel"),
            lambda tx, actor, now, _key: cancel_purchase_orders(
                tx, actor, [order.id], reason="", now=now
            ),
            done=lambda _: md("purchases.cancelled", number=order.number),
        )
