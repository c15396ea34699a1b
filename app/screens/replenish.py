"""Replenish, the heart: what to order today, in order of money at risk, grouped by supplier.

Describes the list, the five figures and which suggestion is open; the reasons and the acts of one
suggestion stand in `replenish_reasons`. Computes no quantity.
"""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, money, number, t
from app.screens.first_step import first_step
from app.screens.replenish_acts import approve_together
from app.screens.replenish_limits import draw_limits, limits_button, ticked_words
from app.screens.replenish_rates import draw_missing_rates
from app.screens.replenish_reasons import draw_reasons
from app.screens.replenish_transfers import draw_transfers
from app.sites import known_sites, site_pills
from app.widgets import Figure, empty_state, figure_row, go, page_head, query, scope_bar
from app.widgets_tables import (
    Bar,
    Column,
    Day,
    Decimal,
    Text,
    Units,
    export_button,
    goods_column,
    table,
)
from inventory_core.db.engine import Reading
from inventory_core.planning.worklist import (
    current_run,
    suggestion_figures,
    waiting_suggestions,
    waiting_suppliers,
)
from inventory_core.vocabulary import SuggestionKind

COVER_BAR_DAYS = 90.0


def draw() -> None:
    """The screen."""
    run = session.cached("replenish_run", _run)
    if run is None:
        page_head(t("nav.replenish"), md("replenish.sentence_no_plan"))
        first_step(":material/trending_up:", md("replenish.empty_no_plan"))
        return
    head = st.container()  # what it says is known once the scope is
    scope = scope_bar(_scope_fields(), stamp=_stamp(run))
    figures = session.cached("replenish_figures", _figures, scope["site"], scope["supplier"])
    with head:
        page_head(t("nav.replenish"), _sentence(figures))
    found = session.cached("replenish_rows", _rows, scope["site"], scope["supplier"], query("find"))
    rows = found[found["kind"] == SuggestionKind.BUY]
    sent = found[found["kind"] == SuggestionKind.TRANSFER]
    _figure_row(figures)
    draw_missing_rates(figures)
    if len(sent):
        draw_transfers(sent, rows)
    if len(sent) and len(rows):
        st.subheader(md("replenish.buy_title"), anchor=False)
    draw_limits(run)
    shown = _in_words(rows)
    _tools(run, listed=len(shown) > 0)
    if found.empty:
        empty_state(":material/check_circle:", md("replenish.empty_all_fine"))
    if rows.empty:
        return
    ticked = table(shown, _columns(), key="replenish_table", select="many", height=420)
    export_button(shown, _columns() | _export_columns(), name="replenish")
    # Of one supplier everything that is listed may be ordered at once: it is one order per site.
    together = rows if scope["supplier"] and not ticked else rows.iloc[ticked]
    if len(together) > 1:
        approve_together(together, ticked=bool(ticked))
    for words in ticked_words(run, together) if len(together) else ():
        st.caption(words)
    chosen = rows.iloc[ticked[0]] if ticked else _opened(rows)
    draw_reasons(chosen)


def _run(conn: Reading) -> dict[str, Any] | None:
    runs = conn.rows(current_run())
    return dict(runs[0]._mapping) if runs else None


def _figures(conn: Reading, site: str, supplier: str) -> dict[str, Any]:
    statement = suggestion_figures(warehouse_id=_id(site), supplier_id=_id(supplier))
    return dict(conn.rows(statement)[0]._mapping)


def _id(scope: str) -> int | None:
    """What a field of the scope names; None: all."""
    return int(scope) if scope.isdigit() else None


def _rows(conn: Reading, site: str, supplier: str, find: str) -> pd.DataFrame:
    statement = waiting_suggestions(warehouse_id=_id(site), supplier_id=_id(supplier), find=find)
    return session.frame(conn, statement)


def _sentence(figures: dict[str, Any]) -> str:
    if not figures["waiting"]:
        return md("replenish.sentence_none")
    currency = session.current().company.base_currency
    key = "replenish.sentence_late" if figures["late"] else "replenish.sentence"
    return md(
        key,
        late=number(figures["late"]),
        count=number(figures["waiting"]),
        cash=_cash(figures, currency),
        risk=money(figures["at_risk"], currency, digits=0),
    )


def _known_cash(figures: dict[str, Any]) -> Any:
    """No value rather than nothing, where not one of the orders has a value."""
    return None if figures["unpriced"] == figures["waiting"] else figures["cash"]


def _cash(figures: dict[str, Any], currency: str) -> str:
    """What all orders cost, and how many of them are not in it."""
    known = _known_cash(figures)
    if known is None:
        return t("replenish.cash_unknown")
    cash = money(known, currency, digits=0)
    if not figures["unpriced"]:
        return cash
    return t("replenish.cash_in_part", cash=cash, count=figures["unpriced"])


def _stamp(run: dict[str, Any]) -> str:
    return md(
        "replenish.stamp",
        day=day(run["as_of_on"]),
        run=str(run["id"]),
        currency=session.current().company.base_currency,
    )


def _scope_fields() -> dict[str, dict[str, str]]:
    suppliers = session.cached("waiting_suppliers", _suppliers)
    return {
        "site": site_pills(known_sites()),
        "supplier": {"": t("scope.all_suppliers"), **dict(suppliers)},
    }


def _suppliers(conn: Reading) -> list[tuple[str, str]]:
    return [(str(row.id), row.name) for row in conn.rows(waiting_suppliers())]


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


def _tools(run: dict[str, Any], *, listed: bool) -> None:
    """One line over the list: what to do with it, and what stands beside it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if listed:
            st.markdown(f":small[:gray[{md('replenish.list_hint')}]]", width="content")
        # Not at the right end: there the tools of the table below would lie over them.
        limits_button(run)
        if st.button(md("scenario.open"), type="tertiary", icon=":material/alt_route:"):
            go("replay")


def _in_words(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        why=[reason_words(reason) for reason in rows["reason"]],
        order_by=[
            _order_by(on, late)
            for on, late in zip(rows["order_by_on"], rows["days_late"], strict=True)
        ],
        cover=rows["days_of_cover"].fillna(0.0),
        confidence=pd.to_numeric(rows["confidence"]) * 100,
        ship=[t(f"ship.{method}") for method in rows["ship_method"]],
    )


def _columns() -> dict[str, Column]:
    base = session.current().company.base_currency
    return {
        "sku": goods_column(pinned=True, width=224),
        # How many, by when and why come first: what it costs stands on its button too.
        "quantity": Units(t("replenish.quantity"), width=60),
        "order_by": Text(t("replenish.order_by"), named=True, width=98),
        "warehouse": Text(t("replenish.site"), width=66),
        "why": Text(t("replenish.why"), width=202),
        "supplier": Text(t("replenish.supplier"), width=110),
        "cover": Bar(t("replenish.cover"), help=t("slow.cover"), most=COVER_BAR_DAYS, width=60),
        "amount_base": Decimal(t("replenish.cost", currency=base), digits=0, width=70),
        "value_at_risk_base": Decimal(
            t("replenish.risk_column", currency=base), digits=0, width=84
        ),
    }


def _export_columns() -> dict[str, Column]:
    """What the file says beyond the list on the screen."""
    return {
        "ship": Text(t("replenish.ship")),
        "arrives_on": Day(t("replenish.arrives")),
        "confidence": Decimal(t("replenish.confidence"), digits=0),
    }


def _order_by(on: date | None, late: int) -> str:
    if late:
        return f"⚠ {t('replenish.days_late', days=number(late))}"
    return day(on) if on is not None and not pd.isna(on) else "—"


def _opened(rows: pd.DataFrame) -> pd.Series:
    """The suggestion that the address names, else the first of the list."""
    wanted = query("suggestion")
    if wanted.isdigit():
        named = rows[rows["id"] == int(wanted)]
        if len(named):
            return named.iloc[0]
    return rows.iloc[0]


def reason_words(reason: dict[str, Any] | None) -> str:
    """Five words: why now."""
    if not reason:
        return "—"

    def on(name: str) -> str:
        value = reason.get(name)
        return day(date.fromisoformat(value), year=False) if value else "—"

    return t(
        f"replenish.reason_{reason['code']}",
        runs_out=on("runs_out_on"),
        arrives=on("arrives_on"),
        order_by=on("order_by_on"),
    )
