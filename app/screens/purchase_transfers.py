"""Transfers between warehouses on screen: plan, ship, take in. Draws; commands decide."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, t
from app.screens.purchase_lines import Entry, goods_words, lines_editor
from app.screens.purchase_transfer import draw_transfer
from app.screens.settings import CURRENCIES
from app.sites import site_label
from app.widgets import day_field, empty_state, field_grid, page_head, query
from app.widgets_acts import run_act
from app.widgets_tables import Column, Day, Text, Units, export_button, table
from inventory_core.catalog.locations import warehouses
from inventory_core.catalog.skus import skus_named
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.trade.transfer_records import find_transfer_id, select_transfers
from inventory_core.trade.transfers import NewTransfer, Transfer, create_transfers
from inventory_core.vocabulary import ShipMethod

MOST_ROWS = 500
GOODS_PIXELS = 310


def draw(head: Any, today: date) -> None:
    """The list of transfers, and the ticked one below it."""
    rows = session.cached("transfer_rows", _rows)
    under_way = rows[rows["state"] == "shipped"]
    with head:
        page_head(
            md("purchases.title"),
            md(
                "purchases.transfers_sentence",
                count=len(under_way),
                units=int(under_way["in_transit"].sum() or 0),
            ),
        )
    if st.button(
        md("purchases.new_transfer"),
        icon=":material/add:",
        disabled=not session.may(Permission.TRANSFER_EDIT),
    ):
        _new_dialog(today)
    transfer_id = _chosen(rows)
    if transfer_id is not None:
        with session.part():
            draw_transfer(transfer_id, today)
    elif len(rows):
        st.markdown(f":gray[{md('purchases.transfer_choose')}]")


def _chosen(rows: pd.DataFrame) -> int | None:
    asked = query("transfer")
    if not len(rows):
        empty_state(":material/swap_horiz:", md("purchases.no_transfers"))
        return None
    ticked = table(_shown(rows), _columns(), key="transfers_table", select="one", height=360)
    export_button(_shown(rows), _columns(), name="transfers")
    if ticked:
        return int(rows["id"].iloc[ticked[0]])
    return session.read(lambda conn: find_transfer_id(conn, asked)) if asked else None


def _rows(conn: Reading) -> pd.DataFrame:
    return session.frame(conn, select_transfers().limit(MOST_ROWS))


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    words = {name: t(f"purchases.state_{name}") for name in rows["state"].unique()}
    return rows.assign(state=rows["state"].map(words), goods=goods_words(rows, GOODS_PIXELS))


def _columns() -> dict[str, Column]:
    return {
        "number": Text(t("purchases.transfer_number"), width=92),
        "state": Text(t("purchases.state"), width=84),
        "from_code": Text(t("purchases.transfer_from"), named=True, width=76),
        "to_code": Text(t("purchases.transfer_to"), named=True, width=76),
        "goods": Text(t("purchases.goods"), width=GOODS_PIXELS),
        "expected_on": Day(t("purchases.expected")),
        "quantity": Units(t("purchases.planned_units")),
        "in_transit": Units(t("purchases.in_transit")),
        "arrived": Units(t("purchases.arrived")),
        "lost": Units(t("purchases.lost")),
    }


def _new_dialog(today: date) -> None:
    houses = session.read(lambda conn: [one for one in warehouses(conn) if one.active])

    @st.dialog(t("purchases.new_transfer"), width="medium")
    def ask() -> None:
        if len(houses) < 2:
            st.info(md("catalog.no_warehouses"))
            return
        with st.form("transfer_new", border=False):
            with field_grid():
                origin = st.selectbox(md("purchases.transfer_from"), houses, format_func=site_label)
                target = st.selectbox(
                    md("purchases.transfer_to"), houses, index=1, format_func=site_label
                )
                method = st.selectbox(
                    md("purchases.ship_method"),
                    list(ShipMethod),
                    format_func=lambda one: t(f"ship_method.{one}"),
                )
                expected = day_field(md("purchases.expected"), min_value=today)
                amount = st.number_input(md("purchases.freight"), min_value=0.0, format="%.2f")
                base = session.current().company.base_currency
                listed = list(dict.fromkeys((base, *CURRENCIES)))
                currency = st.selectbox(md("purchases.currency"), listed)
            entries = lines_editor("transfer_new_lines", priced=False)
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent:
            freight = Decimal(str(round(amount, 2)))
            wanted = NewTransfer(
                "",
                origin.id,
                target.id,
                (),
                str(method),
                expected,
                freight,
                str(currency) if freight else None,
            )
            run_act(
                lambda tx, actor, now, key: _create(tx, actor, now, key, wanted, entries),
                name="transfer_new",
                done=lambda made: md("purchases.transfer_created", number=made.number),
            )

    ask()


def _create(
    tx: Writing,
    actor: Actor,
    now: datetime,
    key: str,
    wanted: NewTransfer,
    entries: Sequence[Entry],
) -> Transfer:
    skus = skus_named(tx, [entry.code for entry in entries])
    lines = [(sku_id, entry.units) for sku_id, entry in zip(skus, entries, strict=True)]
    complete = replace(wanted, key=key, lines=lines)
    return create_transfers(tx, actor, [complete], now=now)[0]
