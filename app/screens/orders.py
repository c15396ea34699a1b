"""Orders: what was sold, what of it is promised, what waits for stock. A row opens the order.

Describes the list and its figures; the opened order is in `orders_detail`, typing one by hand in
`orders_entry`. Computes nothing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, number, prose, t
from app.screens.orders_detail import draw_order
from app.screens.orders_entry import ask_order
from app.widgets import Figure, empty_state, figure_row, link, page_head, query
from app.widgets_phone import page_rows
from app.widgets_scope import scope_bar
from app.widgets_tables import (
    Column,
    Flag,
    Moment,
    Money,
    Text,
    Units,
    export_button,
    find_box,
    table,
)
from inventory_core.db.engine import Reading
from inventory_core.insight.order_lists import PAGE, account_names, order_page, order_sums
from inventory_core.office.actors import Permission

STATES = ("", "promised", "waiting", "short", "shipped", "cancelled")
_FIRST = (datetime(9999, 1, 1, tzinfo=UTC), 0)


def draw() -> None:
    """The screen."""
    sums = session.cached("order_sums", _sums)
    page_head(t("nav.orders"), _sentence(sums))
    accounts = session.cached("accounts", _accounts)
    if not sums["orders"]:
        icon = ":material/receipt_long:"
        if accounts:
            empty_state(icon, md("orders.empty"))
            _new_order(accounts)
        else:
            words = prose(md("orders.empty"), md("orders.no_channel"))
            empty_state(icon, words, to="import", label=t("shell.first_import_button"))
            link("catalog", t("orders.to_channels"), icon=":material/storefront:", part="channels")
        return
    scope = scope_bar(
        {
            "state": {state: t(f"orders.state.{state or 'any'}") for state in STATES},
            "channel": {"": t("scope.all_channels"), **accounts},
        }
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        find = find_box(t("orders.find"), "orders", query("find"))
        _new_order(accounts)
    _figures(sums)
    rows = _page_shown((scope["channel"], scope["state"], find))
    if rows.empty:
        empty_state(":material/search_off:", md("orders.nothing_found"))
        return
    chosen = _list(rows)
    if chosen is None and query("find") and len(rows) == 1:
        chosen = 0
    if chosen is None:
        st.markdown(f":gray[{md('orders.choose')}]")
    else:
        with session.part():
            draw_order(int(rows.iloc[chosen]["id"]))


def _sums(conn: Reading) -> Mapping[str, Any]:
    return dict(conn.rows(order_sums())[0]._mapping)


def _accounts(conn: Reading) -> dict[str, str]:
    return {str(row[0]): row[1] for row in conn.rows(account_names())}


def _rows(
    conn: Reading, channel: str, state: str, find: str, start: tuple[datetime, int], most: int
) -> pd.DataFrame:
    params = {
        "account": int(channel) if channel.isdigit() else None,
        "state": state,
        "find": find,
        "before_at": start[0],
        "before_id": start[1],
        "most": most + 1,
    }
    found = session.frame(conn, order_page(), params)
    found["state_words"] = [t(f"orders.state.{state}") for state in found["state"]]
    return found


def _page_shown(chosen: tuple[str, str, str]) -> pd.DataFrame:
    state = st.session_state.setdefault("orders_pages", {})
    if state.get("of") != chosen:
        state.update(of=chosen, starts=[_FIRST])
    return session.cached("order_page", _rows, *chosen, state["starts"][-1], page_rows(PAGE))


def _list(found: pd.DataFrame) -> int | None:
    most = page_rows(PAGE)
    rows, columns = found.head(most), _columns()
    ticked = table(rows, columns, key="orders_table", select="one")
    starts = st.session_state["orders_pages"]["starts"]
    with st.container(horizontal=True, vertical_alignment="center"):
        export_button(rows, columns, name="orders")
        st.space("stretch")
        if st.button(
            "",
            icon=":material/chevron_left:",
            disabled=len(starts) == 1,
            key="orders_newer",
            help=t("orders.newer"),
        ):
            starts.pop()
            st.rerun()
        if st.button(
            "",
            icon=":material/chevron_right:",
            disabled=len(found) <= most,
            key="orders_older",
            help=t("orders.older"),
        ):
            last = rows.iloc[-1]
            starts.append((last["placed_at"].to_pydatetime(), int(last["id"])))
            st.rerun()
    return ticked[0] if ticked else None


def _columns() -> dict[str, Column]:
    return {
        "external_id": Text(t("orders.number"), pinned=True),
        "placed_at": Moment(t("orders.placed")),
        "account": Text(t("scope.channel")),
        "state_words": Text(t("scope.state")),
        "units": Units(t("orders.units")),
        "promised": Units(t("orders.promised")),
        "backordered": Units(t("orders.waiting")),
        "shipped": Units(t("orders.shipped")),
        "total": Money(t("orders.total")),
        "currency": Text(t("orders.currency")),
        "country": Text(t("orders.country")),
        "stocked_out": Flag(t("orders.stocked_out"), help=t("orders.stocked_out_help")),
    }


def _sentence(sums: Mapping[str, Any]) -> str:
    if not sums["orders"]:
        return ""
    key = "orders.sentence_waiting" if sums["waiting"] else "orders.sentence"
    return md(key, to_ship=sums["to_ship"], waiting=sums["waiting"])


def _figures(sums: Mapping[str, Any]) -> None:
    names = ("to_ship", "units_to_ship", "waiting", "units_waiting")
    figure_row(
        [
            Figure(md(f"orders.figure.{name}"), number(sums[name]), help=md(f"orders.help.{name}"))
            for name in names
        ]
    )


def _new_order(accounts: Mapping[str, str]) -> None:
    if (
        accounts
        and session.may(Permission.ORDER_EDIT)
        and st.button(md("orders.new"), icon=":material/add:", key="orders_new")
    ):
        ask_order(accounts)
