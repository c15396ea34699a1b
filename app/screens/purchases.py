"""Purchases: what is ordered, what is late, what came; and transfers. Draws; commands decide."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import in_language, md, money, number, prose, t
from app.screens import purchase_detail, purchase_new, purchase_transfers
from app.screens.purchase_lines import goods_words
from app.sites import site_pills
from app.widgets import Figure, empty_state, figure_row, page_head, query
from app.widgets_scope import Options, scope_bar
from app.widgets_tables import Column, Day, Money, Name, Text, Units, export_button, table
from inventory_core.catalog.locations import warehouses
from inventory_core.catalog.rates import rates_on
from inventory_core.clock import business_day, utc_now
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission
from inventory_core.trade.purchase_records import GROUPS, find_order_id, select_purchase_orders
from inventory_core.trade.suppliers import suppliers

MOST_ROWS = 500
GOODS_PIXELS = 264


def draw() -> None:
    """Orders or transfers, as the address says."""
    parts = {"orders": t("purchases.part_orders"), "transfers": t("purchases.part_transfers")}
    if query("transfer") and not query("part"):
        st.query_params["part"] = "transfers"
    today = business_day(utc_now(), session.current().company.time_zone)
    head = st.container()
    if scope_bar({"part": parts})["part"] == "transfers":
        purchase_transfers.draw(head, today)
    else:
        _draw_orders(head, today)


def _draw_orders(head: Any, today: date) -> None:
    base = session.current().company.base_currency
    live, values = session.cached("purchases_live", _live, today, base)
    with head:
        page_head(md("purchases.title"), _sentence(live, today))
    if len(live):
        _figures(live, values, base, today)
    if not len(live) and not session.cached("purchases_any", _any):
        _new_order(today)
        words, label = md("purchases.empty"), t("approvals.empty_button")
        empty_state(":material/local_shipping:", words, to="replenish", label=label)
        return
    chosen = scope_bar(session.cached("purchases_scope", _scope))
    rows = session.cached(
        "purchases_rows",
        _rows,
        chosen["state"],
        today,
        int(chosen["warehouse"] or 0),
        int(chosen["supplier"] or 0),
    )
    _new_order(today)
    order_id = _chosen_order(rows)
    if order_id is None:
        if len(rows):
            st.markdown(f":gray[{md('purchases.choose')}]")
        return
    with session.part():
        purchase_detail.draw(order_id, today)


def _new_order(today: date) -> None:
    if st.button(
        md("purchases.new"),
        icon=":material/add:",
        disabled=not session.may(Permission.PURCHASE_EDIT),
    ):
        purchase_new.open_dialog(today)


def _chosen_order(rows: pd.DataFrame) -> int | None:
    """The ticked order, or the one that the address names; a new address ends what was ticked."""
    asked = query("order")
    if not len(rows):
        icon = ":material/local_shipping:"
        key = "purchases.none_here" if query("state") else "purchases.none_open"
        empty_state(icon, md(key))
    else:
        ticked = table(
            _shown(rows), _columns(), key=f"purchases_table_{asked}", select="one", height=360
        )
        received = {"received": Units(t("purchases.received"))}
        export_button(_shown(rows), _columns() | received, name="purchase_orders")
        if ticked:
            return int(rows["id"].iloc[ticked[0]])
    return session.read(lambda conn: find_order_id(conn, asked)) if asked else None


def _columns() -> dict[str, Column]:
    columns = {
        "number": Text(t("purchases.number"), width=80),
        "progress": Text(t("purchases.state"), width=76),
        "expected_on": Day(t("purchases.expected"), width=92),
        "goods": Text(t("purchases.goods"), width=GOODS_PIXELS),
        "supplier_name": Name(t("purchases.supplier"), width=106),
        "warehouse_code": Text(t("purchases.warehouse"), width=62),
        "quantity": Units(t("purchases.quantity"), width=in_language(en=86, zh=70)),
        "open": Units(t("purchases.open"), width=58),
    }
    if session.may(Permission.COST_VIEW):
        columns["total"] = Money(t("purchases.total"), width=84)
        columns["currency"] = Text(t("purchases.currency"), width=62)
    return columns


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    words = {name: t(f"purchases.state_{name}") for name in rows["progress"].unique()}
    return rows.assign(progress=rows["progress"].map(words), goods=goods_words(rows, GOODS_PIXELS))


def _rows(
    conn: Reading, group: str, today: date, warehouse_id: int, supplier_id: int
) -> pd.DataFrame:
    statement = select_purchase_orders(
        group, today=today, warehouse_id=warehouse_id or None, supplier_id=supplier_id or None
    )
    return session.frame(conn, statement.limit(MOST_ROWS))


def _any(conn: Reading) -> bool:
    return len(conn.rows(select_purchase_orders("all", today=date.max).limit(1))) > 0


def _live(conn: Reading, today: date, base: str) -> tuple[pd.DataFrame, dict[str, Decimal]]:
    """All orders that are still open, and the rates of their currencies."""
    rows = session.frame(conn, select_purchase_orders("open", today=today))
    known = rates_on(conn, sorted(set(rows["currency"])), base, today)
    return rows, {currency: rate.rate for currency, rate in known.items()}


def _scope(conn: Reading) -> dict[str, Options]:
    return {
        "state": {
            **{group: t(f"purchases.state_{group}") for group in GROUPS[:-1]},
            "all": t("scope.all"),
        },
        "warehouse": site_pills(warehouses(conn)),
        "supplier": {"": t("scope.all_suppliers")}
        | {str(one.id): one.name for one in suppliers(conn)},
    }


def _late(live: pd.DataFrame, today: date) -> pd.DataFrame:
    expected = pd.to_datetime(live["expected_on"])
    return live[(live["progress"] != "draft") & (expected < pd.Timestamp(today))]


def _sentence(live: pd.DataFrame, today: date) -> str:
    drafts = int((live["progress"] == "draft").sum())
    late = len(_late(live, today))
    if not len(live) and not session.cached("purchases_any", _any):
        return md("purchases.sentence_none")
    words = md("purchases.sentence", open=len(live) - drafts, units=int(live["open"].sum() or 0))
    words += md("purchases.sentence_late", late=late) if late else md("purchases.sentence_fine")
    return prose(words, md("purchases.sentence_drafts", drafts=drafts) if drafts else "")


def _figures(live: pd.DataFrame, rates: dict[str, Decimal], base: str, today: date) -> None:
    figures = [
        Figure(md("purchases.orders_open"), number(int((live["progress"] != "draft").sum()))),
        Figure(md("purchases.late"), number(len(_late(live, today)))),
        Figure(md("purchases.drafts"), number(int((live["progress"] == "draft").sum()))),
        Figure(md("purchases.units_open"), number(int(live["open"].sum() or 0))),
    ]
    if session.may(Permission.COST_VIEW):
        known = live[live["currency"].isin(list(rates))]
        value = sum(
            float(amount) * float(rates[currency])
            for amount, currency in zip(known["open_value"], known["currency"], strict=True)
        )
        gap = sorted(set(live["currency"]) - set(rates))
        figures.append(
            Figure(
                md("purchases.value_open"),
                money(value, base, digits=0, compact=True),
                help=md("purchases.value_help", currency=base),
                small=md("purchases.value_gap", currencies=", ".join(gap)) if gap else "",
            )
        )
    figure_row(figures)
