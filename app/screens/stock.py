"""Stock: what is there, promised, coming and missing, by SKU and warehouse, down to ledger lines.

Describes the list and its figures; the opened row is drawn by `stock_detail`. Computes nothing.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, money, number, t
from app.screens.stock_detail import draw_position
from app.sites import site_pills
from app.widgets import Figure, empty_state, figure_row, page_head, query
from app.widgets_phone import page_rows
from app.widgets_scope import scope_bar
from app.widgets_tables import (
    Column,
    Money,
    Text,
    Units,
    export_button,
    find_box,
    goods_column,
    table,
)
from inventory_core.catalog.locations import warehouses
from inventory_core.db.engine import Reading
from inventory_core.insight.stock_lists import PAGE, position_page, position_sums
from inventory_core.office.actors import Permission

SHOWS = ("", "out", "waiting", "held", "coming")
_FIRST = ("", 0, 0)


def draw() -> None:
    """The screen."""
    everything = session.cached("stock_sums", _sums, "", "", "")
    page_head(t("nav.stock"), _sentence(everything))
    if not everything["pairs"]:
        empty_state(
            ":material/inventory_2:", md("stock.empty"),
            to="import", label=t("stock.empty_button"), template="opening_stock",
        )  # fmt: skip
        return
    sites = session.cached("warehouses", warehouses)
    scope = scope_bar(
        {
            "site": site_pills(sites),
            "show": {show: t(f"stock.show.{show or 'all'}") for show in SHOWS},
        }
    )
    find = find_box(t("stock.find"), "stock", query("sku"))
    chosen = (scope["site"], find, scope["show"])
    sums = session.cached("stock_sums", _sums, *chosen)
    _figures(sums)
    rows = _page_shown(chosen)
    if rows.empty:
        empty_state(":material/search_off:", md("stock.nothing_found"))
        return
    ticked = _list(rows, sums["pairs"])
    if ticked is None and query("sku"):
        ticked = _named(rows, query("sku"))
    if ticked is None:
        st.markdown(f":gray[{md('stock.choose')}]")
    else:
        with session.part():
            draw_position({str(name): value for name, value in rows.iloc[ticked].items()})


def _sums(conn: Reading, site: str, find: str, show: str) -> Mapping[str, Any]:
    return dict(conn.rows(position_sums(), _filter(site, find, show))[0]._mapping)


def _page(
    conn: Reading, site: str, find: str, show: str, after: tuple[Any, ...], most: int
) -> pd.DataFrame:
    key, place, number_ = after
    page = {"after_key": key, "after_place": place, "after_id": number_, "most": most}
    return session.frame(conn, position_page(), _filter(site, find, show) | page)


def _filter(site: str, find: str, show: str) -> dict[str, Any]:
    places = [int(site)] if site.isdigit() else None
    return {"skus": None, "warehouses": places, "find": find, "show": show}


def _page_shown(chosen: tuple[str, str, str]) -> pd.DataFrame:
    """The page that is looked at; the keys where pages begin are remembered while one looks."""
    state = st.session_state.setdefault("stock_pages", {})
    if state.get("of") != chosen:
        state.update(of=chosen, starts=[_FIRST])
    return session.cached("stock_page", _page, *chosen, state["starts"][-1], page_rows(PAGE))


def _list(rows: pd.DataFrame, pairs: int) -> int | None:
    columns = _columns()
    ticked = table(rows, columns, key="stock_table", select="one")
    state = st.session_state["stock_pages"]
    begins = (len(state["starts"]) - 1) * page_rows(PAGE)
    with st.container(horizontal=True, vertical_alignment="center"):
        export_button(rows, columns, name="stock")
        st.space("stretch")
        shown = md("stock.rows", first=begins + 1, last=begins + len(rows), all=pairs)
        st.markdown(f":gray[:small[{shown}]]", width="content")
        if st.button(
            "",
            icon=":material/chevron_left:",
            disabled=begins == 0,
            key="stock_before",
            help=t("stock.before"),
        ):
            state["starts"].pop()
            st.rerun()
        if st.button(
            "",
            icon=":material/chevron_right:",
            disabled=begins + len(rows) >= pairs,
            key="stock_after",
            help=t("stock.after"),
        ):
            last = rows.iloc[-1]
            state["starts"].append(
                (last["code_key"], int(last["place"]), int(last["warehouse_id"]))
            )
            st.rerun()
    return ticked[0] if ticked else None


def _named(rows: pd.DataFrame, code: str) -> int | None:
    """The first row of the SKU that the address names."""
    found = rows.index[rows["code_key"] == code.casefold()]
    return int(found[0]) if len(found) else None


def _columns() -> dict[str, Column]:
    columns: dict[str, Column] = {
        "sku": goods_column(pinned=True, width=248),
        # What matters first, so that a phone shows it without scrolling.
        "warehouse": Text(t("scope.site")),
        "available": Units(t("stock.available"), help=t("stock.available_help")),
        "on_hand": Units(t("stock.on_hand")),
        "reserved": Units(t("stock.reserved")),
        "held": Units(t("stock.held")),
        "in_transit": Units(t("stock.in_transit")),
        "on_order": Units(t("stock.on_order")),
        "backordered": Units(t("stock.backordered")),
        "inventory_position": Units(t("stock.position"), help=t("stock.position_help")),
    }
    if session.may(Permission.COST_VIEW):
        currency = session.current().company.base_currency
        columns["value"] = Money(t("stock.value", currency=currency))
    return columns


def _sentence(sums: Mapping[str, Any]) -> str:
    if not sums["pairs"]:
        return ""
    key = "stock.sentence_waiting" if sums["backordered"] else "stock.sentence"
    return md(
        key,
        skus=sums["skus"],
        available=sums["available"],
        waiting=sums["backordered"],
    )


def _figures(sums: Mapping[str, Any]) -> None:
    figures = [
        Figure(md(f"stock.{name}"), number(sums[name]), help=md(f"stock.{name}_help"))
        for name in ("available", "reserved", "held", "in_transit")
    ]
    if session.may(Permission.COST_VIEW):
        currency = session.current().company.base_currency
        value = money(sums["value"], currency, digits=0)
        figures.append(Figure(md("stock.worth"), value, help=md("stock.worth_help")))
    figure_row(figures)
