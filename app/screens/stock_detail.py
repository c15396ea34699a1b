"""One SKU in one warehouse: ledger lines, bins and lots, what is coming, to whom it is promised.

Draws what the database says; the corrections by hand are in `stock_acts`.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, plain, t
from app.screens.stock_acts import draw_corrections
from app.widgets_tables import Column, Day, Moment, Money, Text, Units, export_button, table
from inventory_core.db.engine import Reading
from inventory_core.insight.stock_lists import bin_contents, ledger_lines, promised_to
from inventory_core.office.actors import Permission
from inventory_core.stock.balances import inbound

LINES = 100
_NEWEST = 2**62


def draw_position(row: Mapping[str, Any]) -> None:
    """The opened row."""
    sku, place = int(row["sku_id"]), int(row["warehouse_id"])
    with st.container(border=True):
        st.subheader(f"{plain(row['sku'])} · {plain(row['warehouse'])}", anchor=False)
        st.caption(plain(row["name"]))
        names = ["ledger", "lies", "coming", "promised"]
        if session.may(Permission.STOCK_ADJUST):
            names.append("correct")
        tabs = st.tabs([md(f"stock.tab.{name}") for name in names])
        drawers = {
            "ledger": lambda: _ledger(sku, place),
            "lies": lambda: _bins(sku, place),
            "coming": lambda: _coming(sku, place),
            "promised": lambda: _promised(sku, place),
            "correct": lambda: draw_corrections(row),
        }
        for name, tab in zip(names, tabs, strict=True):
            with tab, session.part():
                drawers[name]()


def _ledger(sku: int, place: int) -> None:
    starts = st.session_state.setdefault(f"ledger_{sku}_{place}", [_NEWEST])
    lines = session.cached("ledger_lines", _ledger_rows, sku, place, starts[-1])
    if lines.empty:
        st.markdown(f":gray[{md('stock.no_lines')}]")
        return
    columns: dict[str, Column] = {
        "occurred_at": Moment(t("stock.when")),
        "what": Text(t("stock.what")),
        "change": Units(t("stock.change")),
        "way": Text(t("stock.way"), width="medium"),
        "document": Text(t("stock.document")),
        "lot": Text(t("stock.lot")),
    }
    if session.may(Permission.COST_VIEW):
        currency = session.current().company.base_currency
        columns["value"] = Money(t("stock.value", currency=currency))
    columns |= {"person": Text(t("stock.person")), "reason": Text(t("stock.reason"))}
    table(lines, columns, key=f"ledger_table_{sku}_{place}")
    with st.container(horizontal=True):
        export_button(lines, columns, name=f"ledger_{sku}_{place}")
        st.space("stretch")
        if len(starts) > 1 and st.button(md("stock.newer"), key=f"newer_{sku}_{place}"):
            starts.pop()
            st.rerun()
        if len(lines) == LINES and st.button(md("stock.older"), key=f"older_{sku}_{place}"):
            starts.append(int(lines.iloc[-1]["id"]))
            st.rerun()


def _ledger_rows(conn: Reading, sku: int, place: int, before: int) -> pd.DataFrame:
    params = {"sku": sku, "warehouse": place, "before": before, "most": LINES}
    lines = session.frame(conn, ledger_lines(), params)
    lines["what"] = [t(f"operation.{kind}") for kind in lines["kind"]]
    lines["way"] = [
        f"{_end(start, a)} → {_end(end, b)}"
        for start, a, end, b in zip(
            lines["from_place"],
            lines["from_condition"],
            lines["to_place"],
            lines["to_condition"],
            strict=True,
        )
    ]
    lines["lot"] = lines["lot"].where(lines["lot"] != "none", "")
    return lines


def _end(place: str, condition: str) -> str:
    """A place of a movement in words, with the condition where it is not good."""
    name = t(f"location.{place}")
    shown = place if name == f"location.{place}" else name
    return shown if condition == "good" else f"{shown} ({t(f'condition.{condition}')})"


def _bins(sku: int, place: int) -> None:
    def rows(conn: Reading) -> pd.DataFrame:
        found = session.frame(conn, bin_contents(), {"sku": sku, "warehouse": place})
        found["state"] = [t(f"condition.{condition}") for condition in found["condition"]]
        found["lot"] = found["lot"].where(found["lot"] != "none", "")
        return found

    _small_table(
        rows,
        {
            "place": Text(t("stock.place")),
            "lot": Text(t("stock.lot")),
            "expires_on": Day(t("stock.expires")),
            "state": Text(t("stock.condition")),
            "quantity": Units(t("stock.units")),
        },
        f"bins_{sku}_{place}",
        "stock.no_bins",
    )


def _coming(sku: int, place: int) -> None:
    columns = {
        "expected_on": Day(t("stock.expected")),
        "quantity": Units(t("stock.units")),
        "what": Text(t("stock.what")),
        "document_number": Text(t("stock.document")),
    }

    def rows(conn: Reading) -> pd.DataFrame:
        found = [
            (item.expected_on, item.quantity, t(f"stock.inbound.{item.kind}"), item.document_number)
            for item in inbound(conn, [sku], [place])
        ]
        return pd.DataFrame(found, columns=list(columns))

    _small_table(rows, columns, f"coming_{sku}_{place}", "stock.no_inbound")


def _promised(sku: int, place: int) -> None:
    def rows(conn: Reading) -> pd.DataFrame:
        return session.frame(conn, promised_to(), {"sku": sku, "warehouse": place})

    _small_table(
        rows,
        {
            "external_id": Text(t("stock.order")),
            "account": Text(t("scope.channel")),
            "placed_at": Moment(t("stock.placed")),
            "quantity": Units(t("stock.units")),
        },
        f"promised_{sku}_{place}",
        "stock.no_promises",
    )


def _small_table(rows: Any, columns: Mapping[str, Column], key: str, empty: str) -> None:
    found = session.read(rows)
    if found.empty:
        st.markdown(f":gray[{md(empty)}]")
        return
    table(found, columns, key=key, height="content")
