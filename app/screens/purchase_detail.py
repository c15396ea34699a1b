"""One purchase order: its lines, its receipts, and every act on it. Draws; commands decide."""

from datetime import date
from typing import Literal

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, money, number, plain, t
from app.screens import purchase_acts, purchase_charges, purchase_receiving, purchase_way
from app.sites import site_words
from app.widgets_acts import act_button
from app.widgets_tables import Column, Day, Money, Name, Text, Units, export_button, table
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission
from inventory_core.trade.moq_shortfalls import short_lines
from inventory_core.trade.purchase_orders import send_purchase_orders
from inventory_core.trade.purchase_papers import order_workbook, read_order_paper
from inventory_core.trade.purchase_papers_pdf import order_pdf
from inventory_core.trade.purchase_records import PurchaseOrder, purchase_order
from inventory_core.trade.receipt_records import Receipt, receipts_of
from inventory_core.vocabulary import Language, PurchaseOrderState

_COLOURS = {
    "draft": "gray",
    "sent": "blue",
    "confirmed": "blue",
    "partly_received": "orange",
    "received": "green",
    "closed": "gray",
    "cancelled": "gray",
}
_LANGUAGE_NAMES = {Language.ZH: "中文", Language.EN: "English"}


def draw(order_id: int, today: date) -> None:
    """The order in a box: head, acts, lines, receipts."""
    order, receipts = session.read(lambda conn: _read(conn, order_id))
    with st.container(border=True):
        _head(order, today)
        _short_lines(order)
        _acts(order)
        purchase_way.draw_order_way(order, today)
        _lines(order)
        purchase_charges.draw_receipts(order, receipts)


def _read(conn: Reading, order_id: int) -> tuple[PurchaseOrder, list[Receipt]]:
    return purchase_order(conn, order_id), receipts_of(conn, order_id)


def _head(order: PurchaseOrder, today: date) -> None:
    late = (
        order.expected_on is not None
        and order.expected_on < today
        and order.progress in ("sent", "confirmed", "partly_received")
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(order.number), anchor=False, width="content")
        st.badge(
            md(f"purchases.state_{order.progress}"),
            color=_COLOURS[order.progress],  # type: ignore[arg-type]
        )
        if late:
            st.badge(md("purchases.late"), color="red")
        if session.may(Permission.COST_VIEW):
            st.space("stretch")
            st.markdown(f"**{plain(money(order.total, order.currency))}**", width="content")
    words = md(
        "purchases.head",
        supplier=order.supplier_name,
        warehouse=site_words(order.warehouse_code),
        expected=day(order.expected_on),
        method=t(f"ship_method.{order.ship_method}"),
    )
    st.markdown(f":gray[{words}]")
    if order.note:
        st.caption(plain(order.note))


def _short_lines(order: PurchaseOrder) -> None:
    """What the supplier would not make: said while the order can still be changed."""
    if order.state is not PurchaseOrderState.DRAFT:
        return
    for line in session.read(lambda conn: short_lines(conn, order.id)):
        words = md(
            "purchases.below_moq",
            sku=line.sku_code,
            units=number(line.units),
            together=number(line.together),
            moq=number(line.moq),
        )
        st.warning(words, icon=":material/production_quantity_limits:")


def _acts(order: PurchaseOrder) -> None:
    live = order.state in (
        PurchaseOrderState.DRAFT,
        PurchaseOrderState.SENT,
        PurchaseOrderState.CONFIRMED,
    )
    expected = live and any(line.open for line in order.lines)
    edit = session.may(Permission.PURCHASE_EDIT)
    with st.container(horizontal=True, gap="small"):
        if order.state is PurchaseOrderState.DRAFT:
            act_button(
                md("purchases.send"),
                lambda tx, actor, now, _key: send_purchase_orders(tx, actor, [order.id], now=now),
                name=f"send_{order.id}",
                done=lambda _: md("purchases.sent", number=order.number),
                permission=Permission.PURCHASE_EDIT,
                icon=":material/send:",
                type="primary",
            )
        if live and st.button(
            md("purchases.receive"),
            key=f"receive_{order.id}",
            icon=":material/inventory:",
            type=_receive_type(order, expected),
            disabled=not session.may(Permission.STOCK_RECEIVE),
        ):
            purchase_receiving.open_dialog(order)
        if expected and st.button(
            md("purchases.confirm"), key=f"confirm_{order.id}", disabled=not edit
        ):
            purchase_acts.confirm_dialog(order)
        if live and st.button(md("purchases.change"), key=f"lines_{order.id}", disabled=not edit):
            purchase_acts.change_dialog(order)
        if live:
            purchase_acts.end_button(order, edit)
        if session.may(Permission.COST_VIEW):
            _papers(order)


def _receive_type(
    order: PurchaseOrder, expected: bool
) -> Literal["primary", "secondary", "tertiary"]:
    """Loud while goods are due; quiet where only more than ordered could still come."""
    if not expected:
        return "tertiary"
    return "secondary" if order.state is PurchaseOrderState.DRAFT else "primary"


def _papers(order: PurchaseOrder) -> None:
    """The order's files, made only when they are asked for."""

    def workbook(language: Language) -> bytes:
        return order_workbook(session.read(lambda c: read_order_paper(c, order.id)), language)

    def pdf(language: Language) -> bytes:
        return order_pdf(session.read(lambda c: read_order_paper(c, order.id)), language)

    with st.popover(t("purchases.paper"), icon=":material/description:"):
        for language in Language:
            for ending, make in (("xlsx", workbook), ("pdf", pdf)):
                st.download_button(
                    md(
                        "purchases.paper_file",
                        written_in=_LANGUAGE_NAMES[language],
                        format=ending.upper(),
                    ),
                    lambda make=make, language=language: make(language),  # type: ignore[misc]
                    file_name=f"{order.number}-{language}.{ending}",
                    key=f"paper_{order.id}_{language}_{ending}",
                    on_click="ignore",
                    width="stretch",
                )


def _lines(order: PurchaseOrder) -> None:
    rows = pd.DataFrame(
        {
            "sku": [line.sku_code for line in order.lines],
            "name": [line.sku_name for line in order.lines],
            "quantity": [line.quantity for line in order.lines],
            "received": [line.received for line in order.lines],
            "open": [line.open for line in order.lines],
            "cancelled": [line.cancelled for line in order.lines],
            "expected": [line.expected_on for line in order.lines],
            "price": [line.unit_price for line in order.lines],
            "amount": [line.amount for line in order.lines],
        }
    )
    columns: dict[str, Column] = {
        "sku": Text(t("purchases.sku")),
        # How many and when come first, so that a phone shows them without scrolling.
        "quantity": Units(t("purchases.quantity")),
        "received": Units(t("purchases.received")),
        "open": Units(t("purchases.open")),
        "expected": Day(t("purchases.expected")),
        "name": Name(t("purchases.name")),
    }
    if rows["cancelled"].any():
        columns["cancelled"] = Units(t("purchases.cancelled_units"))
    if session.may(Permission.COST_VIEW):
        columns["price"] = Money(f"{t('purchases.price')}, {order.currency}", digits=4)
        columns["amount"] = Money(f"{t('purchases.amount')}, {order.currency}")
    table(rows, columns, key=f"purchase_lines_{order.id}", height="content")
    export_button(rows, columns, name=order.number)
