"""Exchange rates on screen: list, record. Draws; the command decides."""

from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from app import session
from app.i18n import day, md, t
from app.screens.catalog_list import draw_list
from app.screens.settings import CURRENCIES
from app.widgets import day_field, field_grid
from app.widgets_acts import run_act
from app.widgets_tables import Day, Text
from app.widgets_tables import Decimal as DecimalColumn
from inventory_core.catalog.rates import NewRate, record_rates
from inventory_core.trade.catalog_lists import select_rates


def draw(today: date) -> None:
    """The newest rates first; a rate of the same day replaces the one before."""
    columns = {
        "on_day": Day(t("catalog.day")),
        "from_currency": Text(t("catalog.from_currency"), width="small"),
        "to_currency": Text(t("catalog.to_currency"), width="small"),
        "rate": DecimalColumn(t("catalog.rate"), digits=6),
    }
    draw_list(
        "rates",
        columns,
        _select,
        icon=":material/currency_exchange:",
        open_new=lambda: _new_dialog(today),
        draw_one=None,
        find=False,
    )


def _select(_find: str) -> Any:
    return select_rates()


def _new_dialog(today: date) -> None:
    base = session.current().company.base_currency

    @st.dialog(t("catalog.new_rate"))
    def ask() -> None:
        with st.form("rate_new", border=False):
            with field_grid():
                others = [code for code in CURRENCIES if code != base]
                from_currency = st.selectbox(md("catalog.from_currency"), others)
                to_currency = st.selectbox(
                    md("catalog.to_currency"), list(dict.fromkeys((base, *CURRENCIES)))
                )
                on_day = day_field(md("catalog.day"), today)
                rate = st.number_input(
                    md("catalog.rate"),
                    min_value=0.0,
                    value=None,
                    format="%.6f",
                    help=md("catalog.rate_help"),
                )
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent and not rate:
            st.error(md("catalog.rate_empty"), icon=":material/block:")
        elif sent and rate and on_day:
            exact = Decimal(str(round(rate, 10)))
            new = NewRate(str(from_currency), str(to_currency), on_day, exact)
            run_act(
                lambda tx, actor, now, _key: record_rates(tx, actor, [new]),
                name="rate_new",
                done=lambda _: md(
                    "catalog.created", name=f"{from_currency}/{to_currency} {day(on_day)}"
                ),
            )

    ask()
