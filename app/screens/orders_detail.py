"""One order to its end: lines, promises, parcels, events; ship it, cancel it, take it back.

Draws what the database says; every act is judged by its command.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, moment, number, plain, t
from app.screens.one_offs_order import ask_one_off
from app.screens.orders_returns import ask_return
from app.widgets_acts import act_button, confirm
from app.widgets_tables import Column, Moment, Money, Name, Text, Units, table
from inventory_core.db.engine import Reading
from inventory_core.insight.order_lists import (
    one_order,
    order_events,
    order_lines,
    order_shipments,
)
from inventory_core.office.actors import Permission
from inventory_core.trade.orders import NewCancel, cancel_orders
from inventory_core.trade.shipments import NewShipment, ship_orders


def draw_order(order_id: int) -> None:
    """The opened order."""
    order, (lines, parcels, events) = session.read(lambda conn: _read(conn, order_id))
    with st.container(border=True):
        st.subheader(plain(order["external_id"]), anchor=False)
        st.caption(
            md(
                "orders.placed_words",
                account=str(order["account"]),
                at=moment(order["placed_at"]),
                state=t(f"orders.state.{order['state']}"),
            )
        )
        if order["cancelled_at"] is not None and order["cancel_reason"]:
            st.caption(md("orders.cancel_reason_words", reason=str(order["cancel_reason"])))
        table(lines, _line_columns(), key=f"order_lines_{order_id}", height="content")
        _acts(order, lines)
        left, right = st.columns(2, gap="medium")
        with left:
            _parcels(parcels, order_id)
        with right:
            _events(events)


def _read(conn: Reading, order_id: int) -> tuple[Mapping[str, Any], list[pd.DataFrame]]:
    params = {"id": order_id}
    order = dict(conn.rows(one_order(), params)[0]._mapping)
    selects = (order_lines(), order_shipments(), order_events())
    return order, [session.frame(conn, select, params) for select in selects]


def _acts(order: Mapping[str, Any], lines: pd.DataFrame) -> None:
    number_, open_units = int(order["id"]), int(order["promised"]) + int(order["backordered"])
    with st.container(horizontal=True):
        if order["promised"]:
            act_button(
                md("orders.ship", units=int(order["promised"])),
                lambda tx, actor, now, key: ship_orders(
                    tx, actor, [NewShipment(key, number_, None, now)]
                )[0],
                name=f"ship_{number_}",
                permission=Permission.STOCK_ADJUST,
                icon=":material/local_shipping:",
                type="primary",
                done=lambda made: md("orders.shipped_done", units=made.units),
            )
        if open_units and session.may(Permission.ORDER_EDIT):
            reason = st.text_input(
                md("orders.cancel_reason"),
                key=f"cancel_why_{number_}",
                placeholder=t("orders.cancel_reason"),
                label_visibility="collapsed",
                max_chars=200,
                width=240,
            )
            if st.button(md("orders.cancel"), key=f"cancel_ask_{number_}", icon=":material/close:"):
                confirm(
                    f"cancel_order_{number_}",
                    md("orders.cancel_title", order=str(order["external_id"])),
                    md("orders.cancel_warning", units=open_units),
                    md("orders.cancel"),
                    lambda tx, actor, now, key: cancel_orders(
                        tx, actor, [NewCancel(key, number_, reason)], now=now
                    )[0],
                    done=lambda made: md("orders.cancel_done", units=made.units),
                )
        may_return = session.may(Permission.STOCK_RECEIVE)
        if (
            may_return
            and order["shipped"] > order["returned"]
            and st.button(md("orders.return"), key=f"return_{number_}", icon=":material/undo:")
        ):
            ask_return(number_, lines)
        if st.button(md("one_off.ask"), key=f"one_off_{number_}", icon=":material/filter_alt:"):
            ask_one_off(lines, order["placed_at"].date())


def _line_columns() -> dict[str, Column]:
    return {
        "sku": Text("SKU"),
        "name": Name(t("stock.name"), width="medium"),
        "quantity": Units(t("orders.units")),
        "promised": Units(t("orders.promised")),
        "warehouses": Text(t("scope.site")),
        "backordered": Units(t("orders.waiting")),
        "shipped": Units(t("orders.shipped")),
        "cancelled": Units(t("orders.cancelled")),
        "returned": Units(t("orders.returned")),
        "unit_price": Money(t("orders.price")),
    }


def _parcels(parcels: pd.DataFrame, order_id: int) -> None:
    st.markdown(f"**{md('orders.parcels')}**")
    if parcels.empty:
        st.markdown(f":gray[{md('orders.no_parcels')}]")
        return
    columns: dict[str, Column] = {
        "shipped_at": Moment(t("orders.shipped_at")),
        "warehouse": Text(t("scope.site")),
        "units": Units(t("orders.units")),
        "tracking_code": Text(t("orders.tracking")),
    }
    if session.may(Permission.COST_VIEW):
        currency = session.current().company.base_currency
        columns["cost"] = Money(t("orders.cost", currency=currency))
    table(parcels, columns, key=f"order_parcels_{order_id}", height="content")


def _events(events: pd.DataFrame) -> None:
    st.markdown(f"**{md('orders.events')}**")
    if events.empty:
        st.markdown(f":gray[{md('orders.no_events')}]")
        return
    for row in events.tail(20).to_dict("records"):
        words = md(
            f"orders.event.{row['what']}",
            units=number(row["quantity"]),
            sku=str(row["sku"]),
            warehouse=str(row["warehouse"]),
        )
        st.markdown(f":gray[{moment(row['occurred_at'])}] {words} :gray[{plain(row['person'])}]")
