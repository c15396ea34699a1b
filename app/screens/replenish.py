"""Replenish, the heart: what to order today and what to send, in order of money at stake.

Describes the sentence, the five figures and which of the two lists is open: purchases stand in
`replenish_orders`, transfers in `replenish_transfers`. Computes no quantity.
"""

from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, money, number, t
from app.screens.class_words import class_scope
from app.screens.first_step import first_step
from app.screens.replenish_orders import draw_orders
from app.screens.replenish_rates import draw_missing_rates
from app.screens.replenish_transfers import draw_transfers
from app.sites import known_sites, site_pills
from app.widgets import Figure, empty_state, figure_row, page_head, query
from app.widgets_scope import Options, scope_bar
from inventory_core.db.engine import Reading
from inventory_core.planning.worklist import (
    current_run,
    suggestion_figures,
    waiting_suggestions,
    waiting_suppliers,
)
from inventory_core.vocabulary import SuggestionKind

# The two lists as the address names them.
ORDER, SEND = "order", "send"


def draw() -> None:
    """The screen."""
    run = session.cached("replenish_run", _run)
    if run is None:
        page_head(t("nav.replenish"), md("replenish.sentence_no_plan"))
        first_step(":material/trending_up:", md("replenish.empty_no_plan"))
        return
    head = st.container()  # what it says is known once the scope is
    scope = scope_bar(_scope_fields(), stamp=_stamp(run))
    figures = session.cached("replenish_figures", _figures, *_of(scope))
    with head:
        page_head(t("nav.replenish"), _sentence(figures))
    found = session.cached("replenish_rows", _rows, *_of(scope), query("find"))
    rows = found[found["kind"] == SuggestionKind.BUY]
    sent = found[found["kind"] == SuggestionKind.TRANSFER]
    _figure_row(figures)
    draw_missing_rates(figures)
    if found.empty:
        empty_state(":material/check_circle:", md("replenish.empty_all_fine"))
    if _list_of(rows, sent, figures) == SEND:
        draw_transfers(sent, rows)
        return
    of_one = bool(scope["supplier"])
    heads = session.cached("waiting_suppliers", _suppliers, scope["site"], scope["class"])
    draw_orders(run, rows, heads.iloc[:0] if of_one or query("find") else heads, of_one=of_one)


def _list_of(rows: pd.DataFrame, sent: pd.DataFrame, figures: dict[str, Any]) -> str:
    """Which list is open, where there are two: kept in the address. Usually the purchases; of an
    address that names a transfer, the transfers.
    """
    if rows.empty or sent.empty:
        return ORDER if sent.empty else SEND
    labels = {
        ORDER: t("replenish.list_order", count=number(figures["waiting"])),
        SEND: t("replenish.list_send", count=number(figures["transfers"])),
    }
    if query("suggestion") in set(sent["id"].astype(str)):
        labels = {name: labels[name] for name in (SEND, ORDER)}
    return scope_bar({"list": labels})["list"]


def _run(conn: Reading) -> dict[str, Any] | None:
    runs = conn.rows(current_run())
    return dict(runs[0]._mapping) if runs else None


def _of(scope: dict[str, str]) -> tuple[str, str, str]:
    return scope["site"], scope["supplier"], scope["class"]


def _figures(conn: Reading, site: str, supplier: str, in_class: str) -> dict[str, Any]:
    statement = suggestion_figures(
        warehouse_id=_id(site), supplier_id=_id(supplier), in_class=in_class
    )
    return dict(conn.rows(statement)[0]._mapping)


def _id(scope: str) -> int | None:
    """What a field of the scope names; None: all."""
    return int(scope) if scope.isdigit() else None


def _rows(conn: Reading, site: str, supplier: str, in_class: str, find: str) -> pd.DataFrame:
    statement = waiting_suggestions(
        warehouse_id=_id(site), supplier_id=_id(supplier), in_class=in_class, find=find
    )
    return session.frame(conn, statement)


def _sentence(figures: dict[str, Any]) -> str:
    if not figures["waiting"]:
        return md("replenish.sentence_none")
    currency = session.current().company.base_currency
    key = "replenish.sentence_late" if figures["late"] else "replenish.sentence"
    return md(
        key,
        late=number(figures["late_skus"]),
        count=number(figures["waiting"]),
        cash=_cash(figures, currency),
        risk=money(figures["at_risk"], currency, digits=0),
    )


def _known_cash(figures: dict[str, Any]) -> Any:
    """No value rather than nothing, where not one of the orders has a value."""
    return None if figures["unpriced"] == figures["waiting"] else figures["cash"]


def _cash(figures: dict[str, Any], currency: str) -> str:
    """What all orders cost and what is due at once after them; how many of them are not in it."""
    known = _known_cash(figures)
    if known is None:
        return t("replenish.cash_unknown")
    cash = money(known, currency, digits=0)
    if figures["unpriced"]:
        cash = t("replenish.cash_in_part", cash=cash, count=figures["unpriced"])
    known_after = [one for one in figures["follows"] if one and one["amount_base"] is not None]
    if not known_after:
        return cash
    more = money(sum(Decimal(one["amount_base"]) for one in known_after), currency, digits=0)
    method, *others = {one["ship_method"] for one in known_after}
    if others:
        return t("replenish.cash_follows", cash=cash, more=more)
    return t("replenish.cash_follows_by", cash=cash, more=more, method=t(f"ship_method.{method}"))


def _stamp(run: dict[str, Any]) -> str:
    return md(
        "replenish.stamp",
        planned=day(run["planned_on"]),
        day=day(run["as_of_on"]),
        run=str(run["id"]),
        currency=session.current().company.base_currency,
    )


def _scope_fields() -> dict[str, Options]:
    suppliers = session.cached("waiting_suppliers", _suppliers, "", "")
    names = zip(suppliers["id"].astype(str), suppliers["name"], strict=True)
    return {
        "site": site_pills(known_sites()),
        "supplier": {"": t("scope.all_suppliers"), **dict(names)},
        "class": class_scope(),
    }


def _suppliers(conn: Reading, site: str, in_class: str) -> pd.DataFrame:
    return session.frame(conn, waiting_suppliers(warehouse_id=_id(site), in_class=in_class))


def _figure_row(figures: dict[str, Any]) -> None:
    currency = session.current().company.base_currency
    figure_row(
        [
            Figure(
                md("replenish.to_order"),
                number(figures["waiting"]),
                help=md("replenish.to_order_help"),
            ),
            Figure(md("replenish.late"), number(figures["late"]), help=md("replenish.late_help")),
            Figure(
                md("replenish.at_risk"),
                money(figures["at_risk"], currency, digits=0),
                help=md("replenish.at_risk_help"),
            ),
            Figure(
                md("replenish.cash"),
                money(_known_cash(figures), currency, digits=0),
                help=md("replenish.cash_help"),
            ),
            _fifth(figures),
        ]
    )


def _fifth(figures: dict[str, Any]) -> Figure:
    """What lacks a supplier, where anything does; else what is to be sent."""
    if figures["without_supplier"]:
        return Figure(
            md("replenish.no_supplier"),
            number(figures["without_supplier"]),
            help=md("replenish.no_supplier_help"),
        )
    return Figure(
        md("sending.figure"), number(figures["transfers"]), help=md("sending.figure_help")
    )
