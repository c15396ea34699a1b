"""One transfer on screen: ship it, take it in, cancel it. Draws; commands decide."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, plain, t
from app.screens.purchase_charges import form_moment
from app.screens.purchase_way import draw_transfer_way
from app.sites import site_words
from app.widgets_acts import act_button, confirm, run_act
from app.widgets_tables import Column, Name, Text, Units, table
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.trade.backorders import fill_backorders
from inventory_core.trade.transfer_records import Transfer, read_transfer
from inventory_core.trade.transfers import (
    NewArrival,
    arrive_transfers,
    cancel_transfers,
    ship_transfers,
)
from inventory_core.vocabulary import TransferState

_COLOURS = {"planned": "gray", "shipped": "blue", "arrived": "green", "cancelled": "gray"}
MOST_FORM_LINES = 60


def draw_transfer(transfer_id: int, today: date) -> None:
    """Head, acts, steps and lines in a box."""
    item = session.read(lambda conn: read_transfer(conn, transfer_id))
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(plain(item.number), anchor=False, width="content")
            st.badge(
                md(f"purchases.state_{item.state}"),
                color=_COLOURS[item.state],  # type: ignore[arg-type]
            )
        words = md(
            "purchases.head",
            supplier=site_words(item.from_code),
            warehouse=site_words(item.to_code),
            expected=day(item.expected_on),
            method=t(f"ship_method.{item.ship_method}"),
        )
        st.markdown(f":gray[{words}]")
        _acts(item)
        draw_transfer_way(item, today)
        _lines(item)


def _acts(item: Transfer) -> None:
    allowed = session.may(Permission.TRANSFER_EDIT)
    with st.container(horizontal=True, gap="small"):
        if item.state is TransferState.PLANNED:
            name = f"ship_{item.id}"
            act_button(
                md("purchases.transfer_ship"),
                lambda tx, actor, now, key: ship_transfers(
                    tx, actor, [(item.id, key, form_moment(name))]
                ),
                name=name,
                done=lambda _: md("purchases.transfer_shipped", number=item.number),
                permission=Permission.TRANSFER_EDIT,
                icon=":material/send:",
                type="primary",
            )
            if st.button(
                md("purchases.transfer_cancel"),
                key=f"cancel_transfer_{item.id}",
                type="tertiary",
                disabled=not allowed,
            ):
                confirm(
                    f"cancel_transfer_{item.id}",
                    t("purchases.transfer_cancel"),
                    md("purchases.transfer_cancel_warning", number=item.number),
                    md("purchases.transfer_cancel"),
                    lambda tx, actor, now, _key: cancel_transfers(tx, actor, [item.id], now=now),
                    done=lambda _: md("purchases.transfer_cancelled", number=item.number),
                )
        if item.state is TransferState.SHIPPED and st.button(
            md("purchases.transfer_arrive"),
            key=f"arrive_{item.id}",
            icon=":material/inventory:",
            type="primary",
            disabled=not allowed,
        ):
            _arrive_dialog(item)


def _lines(item: Transfer) -> None:
    rows = pd.DataFrame(
        {
            "sku": [line.sku_code for line in item.lines],
            "name": [line.sku_name for line in item.lines],
            "quantity": [line.quantity for line in item.lines],
            "in_transit": [line.in_transit for line in item.lines],
            "arrived": [line.arrived for line in item.lines],
            "lost": [line.lost for line in item.lines],
        }
    )
    columns: dict[str, Column] = {
        "sku": Text(t("purchases.sku")),
        "name": Name(t("purchases.name")),
        "quantity": Units(t("purchases.planned_units")),
        "in_transit": Units(t("purchases.in_transit")),
        "arrived": Units(t("purchases.arrived")),
        "lost": Units(t("purchases.lost")),
    }
    table(rows, columns, key=f"transfer_lines_{item.id}", height="content")


def _arrive_dialog(item: Transfer) -> None:
    @st.dialog(f"{t('purchases.transfer_arrive')} · {item.number}", width="medium")
    def ask() -> None:
        came: list[tuple[int, int]] = []
        lost: dict[int, int] = {}
        name = f"arrive_{item.id}"
        with st.form(name, border=False):
            for line in item.lines[:MOST_FORM_LINES]:
                names, fields = st.columns(2, vertical_alignment="bottom")
                came_cell, lost_cell = fields.columns(2, wrap=False)
                names.markdown(f"**{plain(line.sku_code)}**  \n:gray[{plain(line.sku_name)}]")
                units = came_cell.number_input(
                    md("purchases.came"), 0, None, line.in_transit, 1, key=f"came_{line.id}"
                )
                gone = lost_cell.number_input(
                    md("purchases.lost"), 0, None, 0, 1, key=f"gone_{line.id}"
                )
                came.append((line.sku_id, int(units)))
                if gone:
                    lost[line.sku_id] = int(gone)
            sent = st.form_submit_button(md("purchases.transfer_arrive"), type="primary")
        if sent:
            run_act(
                lambda tx, actor, now, key: _arrive(tx, actor, now, key, item, came, lost),
                name=name,
                done=lambda units: md(
                    "purchases.transfer_arrived", number=item.number, units=units
                ),
            )

    ask()


def _arrive(
    tx: Writing,
    actor: Actor,
    now: Any,
    key: str,
    item: Transfer,
    came: list[tuple[int, int]],
    lost: dict[int, int],
) -> int:
    arrived_at = form_moment(f"arrive_{item.id}")
    lines = [(sku_id, units) for sku_id, units in came if units]
    arrive_transfers(tx, actor, [NewArrival(key, item.id, arrived_at, lines, lost)])
    fill_backorders(tx, actor, [sku_id for sku_id, _ in lines], now=now)
    return sum(units for _, units in lines)
