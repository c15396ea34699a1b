"""A purchase order written by hand. Draws the form; the command makes the order once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, t
from app.screens.purchase_lines import Entry, lines_editor
from app.sites import site_label
from app.widgets import day_field, field_grid
from app.widgets_acts import run_act
from inventory_core.catalog.locations import Warehouse, warehouses
from inventory_core.catalog.skus import skus_named
from inventory_core.db.engine import Reading, Writing
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor
from inventory_core.trade.offers import Offer, offers
from inventory_core.trade.price_breaks import unit_price_at
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    PurchaseOrder,
    create_purchase_orders,
)
from inventory_core.trade.suppliers import Supplier, suppliers
from inventory_core.vocabulary import ShipMethod


def open_dialog(today: date) -> None:
    """Supplier, warehouse and lines; a price left empty is that of the supplier's offer."""
    sellers, houses = session.read(_choices)

    @st.dialog(t("purchases.new_title"), width="medium")
    def ask() -> None:
        if not sellers or not houses:
            st.info(md("catalog.no_suppliers" if not sellers else "catalog.no_warehouses"))
            return
        with st.form("purchase_new", border=False):
            with field_grid():
                seller = st.selectbox(
                    md("purchases.supplier"), sellers, format_func=lambda one: one.name
                )
                house = st.selectbox(md("purchases.warehouse"), houses, format_func=site_label)
                method = st.selectbox(
                    md("purchases.ship_method"),
                    list(ShipMethod),
                    format_func=lambda one: t(f"ship_method.{one}"),
                )
                expected = day_field(md("purchases.expected"), min_value=today)
            entries = lines_editor("purchase_new_lines", priced=True)
            note = st.text_input(md("purchases.note"))
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent:
            run_act(
                lambda tx, actor, now, key: _create(
                    tx, actor, now, key, seller, house, str(method), expected, entries, note, today
                ),
                name="purchase_new",
                done=lambda made: md("purchases.created", number=made.number),
            )

    ask()


def _choices(conn: Reading) -> tuple[list[Supplier], list[Warehouse]]:
    return (
        [one for one in suppliers(conn) if one.active],
        [one for one in warehouses(conn) if one.active],
    )


def _create(
    tx: Writing,
    actor: Actor,
    now: datetime,
    key: str,
    seller: Supplier,
    house: Warehouse,
    method: str,
    expected_on: date | None,
    entries: Sequence[Entry],
    note: str,
    today: date,
) -> PurchaseOrder:
    skus = skus_named(tx, [entry.code for entry in entries])
    terms = {one.sku_id: one for one in offers(tx, skus, today) if one.supplier_id == seller.id}
    lines = [
        _line(line_no, sku_id, entry, terms)
        for line_no, (sku_id, entry) in enumerate(zip(skus, entries, strict=True), 1)
    ]
    wanted = NewPurchaseOrder(
        key, seller.id, house.id, seller.currency, today, lines, expected_on, method, note=note
    )
    return create_purchase_orders(tx, actor, [wanted], now=now)[0]


def _line(line_no: int, sku_id: Any, entry: Entry, terms: dict[Any, Offer]) -> NewPurchaseLine:
    known, price = terms.get(sku_id), entry.price
    if price is None and known is not None:
        price = unit_price_at(known.prices, entry.units)
    if price is None:
        raise Invalid("price_unknown", sku=entry.code)
    return NewPurchaseLine(line_no, sku_id, entry.units, price, known.id if known else None)
