"""Receipts of an order, their undo and their charges. Draws; commands decide."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, moment, money, number, says, t
from app.screens.settings import CURRENCIES
from app.widgets import field_grid
from app.widgets_acts import confirm, form_key, run_act
from inventory_core.clock import utc_now
from inventory_core.office.actors import Permission
from inventory_core.trade.landed_cost import BASES
from inventory_core.trade.late_charges import Charged, LateCharge, add_charge
from inventory_core.trade.purchase_records import PurchaseOrder
from inventory_core.trade.receipt_plan import CHARGE_KINDS
from inventory_core.trade.receipt_records import Receipt
from inventory_core.trade.receipt_undo import undo_receipt, why_it_stays
from inventory_core.trade.receipts import NewCharge


def draw_receipts(order: PurchaseOrder, receipts: list[Receipt]) -> None:
    """Each receipt on a line of its own, with what can be done to it."""
    if not receipts:
        return
    st.markdown(f"**{md('purchases.receipts')}**")
    for receipt in receipts:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_words(receipt), width="content")
            st.space("stretch")
            if receipt.undone_by_id is not None:
                continue
            why_not = session.cached(
                "receipt_stays", why_it_stays, receipt.id, receipt.operation_id
            )
            _acts(order, receipt, may_undo=why_not is None)
        if why_not is not None:
            st.caption(says(why_not))


def charge_fields(prefix: str, currency: str) -> NewCharge:
    """Kind, amount, currency and basis of one charge; no amount means no charge."""
    with field_grid(4):
        kind = st.selectbox(
            md("purchases.charge_kind"),
            CHARGE_KINDS,
            format_func=lambda one: t(f"charge.{one}"),
            key=f"{prefix}_kind",
        )
        amount = st.number_input(
            md("purchases.charge_amount"), value=0.0, format="%.2f", key=f"{prefix}_amount"
        )
        listed = list(
            dict.fromkeys((currency, session.current().company.base_currency, *CURRENCIES))
        )
        chosen = st.selectbox(md("purchases.currency"), listed, key=f"{prefix}_currency")
        basis = st.selectbox(
            md("purchases.charge_basis"),
            BASES,
            format_func=lambda one: t(f"basis.{one}"),
            key=f"{prefix}_basis",
        )
    return NewCharge(str(kind), Decimal(str(round(amount, 2))), str(chosen), basis=str(basis))


def form_moment(name: str) -> datetime:
    """When this form was first drawn: a retry states the same moment under the same key."""
    kept: dict[str, datetime] = st.session_state.setdefault("form_moments", {})
    return kept.setdefault(form_key(name), utc_now())


def _words(receipt: Receipt) -> str:
    units = sum(line.quantity for line in receipt.lines)
    damaged = sum(line.damaged for line in receipt.lines)
    words = md("purchases.receipt_line", moment=moment(receipt.received_at), units=units)
    if damaged:
        words += " · " + md("purchases.receipt_damaged", units=damaged)
    if session.may(Permission.COST_VIEW):
        base = session.current().company.base_currency
        words += " · " + md("purchases.receipt_value", value=money(receipt.landed, base))
        for charge in receipt.charges:
            words += " · " + md(
                "purchases.charge_line",
                kind=t(f"charge.{charge.kind}"),
                amount=money(charge.amount, charge.currency),
                basis=t(f"basis.{charge.basis}"),
            )
    if receipt.undone_by_id is not None:
        return f":gray[~~{words}~~ · {md('purchases.receipt_undone')}]"
    return words


def _acts(order: PurchaseOrder, receipt: Receipt, *, may_undo: bool) -> None:
    allowed = session.may(Permission.STOCK_RECEIVE)
    costs = session.may(Permission.COST_VIEW)
    if costs and st.button(
        md("purchases.add_charge"),
        key=f"charge_{receipt.id}",
        type="tertiary",
        disabled=not allowed,
    ):
        _charge_dialog(order, receipt)
    if may_undo and st.button(
        md("purchases.undo"),
        key=f"undo_{receipt.id}",
        type="tertiary",
        icon=":material/undo:",
        disabled=not allowed,
    ):
        units = sum(line.quantity for line in receipt.lines)
        reason = t("purchases.undo_reason")
        confirm(
            f"undo_receipt_{receipt.id}",
            t("purchases.undo"),
            md("purchases.undo_warning", units=number(units)),
            md("purchases.undo"),
            lambda tx, actor, now, key: undo_receipt(
                tx, actor, receipt.id, key=key, now=now, reason=reason
            ),
            done=lambda _: md("purchases.undone"),
        )


def _charge_dialog(order: PurchaseOrder, receipt: Receipt) -> None:
    @st.dialog(t("purchases.charge_title"), width="medium")
    def ask() -> None:
        st.caption(md("purchases.charge_hint"))
        name = f"charge_{receipt.id}"
        with st.form(name, border=False):
            charge = charge_fields(name, order.currency)
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent and not charge.amount:
            st.error(md("purchases.charge_nothing"), icon=":material/block:")
        elif sent:
            run_act(
                lambda tx, actor, now, key: add_charge(
                    tx, actor, LateCharge(key, receipt.id, charge, form_moment(name)), now=now
                ),
                name=name,
                done=_charged,
            )

    ask()


def _charged(made: Any) -> str:
    assert isinstance(made, Charged)
    base = session.current().company.base_currency
    return md("purchases.charged", stock=money(made.to_stock, base), sold=money(made.to_sold, base))
