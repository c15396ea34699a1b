"""Offers on screen: terms, price breaks with their history, the way. Draws; commands decide."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, plain, t
from app.screens.catalog_list import draw_list
from app.screens.catalog_offer_legs import draw_way
from app.screens.catalog_record import record_form
from app.screens.settings import CURRENCIES
from app.widgets import day_field, field_grid
from app.widgets_acts import run_act
from app.widgets_tables import Day, Flag, Money, Name, Text, Units, table
from app.widgets_tables import Decimal as DecimalColumn
from inventory_core.catalog.skus import read_sku, sku_named
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.trade.catalog_lists import select_offers
from inventory_core.trade.offer_terms import price_history
from inventory_core.trade.offers import (
    NewOffer,
    Offer,
    change_offer,
    create_offers,
    offers_by_id,
    set_prices,
)
from inventory_core.trade.price_breaks import PriceBreak
from inventory_core.trade.suppliers import suppliers


def draw(today: date) -> None:
    """The list, and the ticked offer's terms below it."""
    columns = {
        "sku": Text(t("catalog.sku")),
        "name": Name(t("catalog.name"), width=150),
        "supplier": Name(t("catalog.supplier")),
        "unit_price": Money(t("catalog.price"), digits=4),
        "currency": Text(t("catalog.currency"), width=64),
        "moq": Units(t("catalog.moq"), width=64),
        "order_multiple": Units(t("catalog.multiple"), width="small"),
        "pallet_quantity": Units(t("catalog.pallet"), width="small"),
        "lead_time_days": Units(t("catalog.lead_time"), width=100),
        "lead_time_spread_days": DecimalColumn(t("catalog.spread"), digits=1, width=60),
        "preferred": Flag(t("catalog.preferred"), width="small"),
        "assumed": Text(t("catalog.assumed")),
    }
    if not session.may(Permission.COST_VIEW):
        columns.pop("unit_price")
    draw_list(
        "offers",
        columns,
        select_offers,
        icon=":material/request_quote:",
        open_new=_new_dialog,
        draw_one=lambda offer_id: _draw_one(offer_id, today),
        words=lambda rows: rows.assign(assumed=[_names(one) for one in rows["assumed"]]),
    )


def _names(listed: str) -> str:
    return ", ".join(t(f"assumed.{name}") for name in listed.split(", ") if name)


def _draw_one(offer_id: int, today: date) -> None:
    found, history, code = session.read(lambda conn: _read(conn, offer_id, today))
    with st.container(border=True):
        st.subheader(plain(f"{code} · {found.supplier_name}"), anchor=False)
        stated = [name for name in found.assumed if name != "legs"]
        if stated:
            st.warning(
                md("catalog.assumed_words", names=", ".join(t(f"assumed.{n}") for n in stated)),
                icon=":material/help:",
            )
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _terms(found)
        with right:
            draw_way(found, today)
            if session.may(Permission.COST_VIEW):
                _prices(found, history, today)


def _read(
    conn: Reading, offer_id: int, today: date
) -> tuple[Offer, dict[date, tuple[PriceBreak, ...]], str]:
    found = next(iter(offers_by_id(conn, [offer_id], today).values()))
    return found, price_history(conn, offer_id), read_sku(conn, found.sku_id).code


def _terms(found: Offer) -> None:
    record_form(
        f"offer_{found.id}",
        found.version,
        lambda disabled: _fields(found, f"offer_{found.id}", disabled=disabled),
        lambda tx, actor, wanted: _change(tx, actor, found, wanted),
        saved=found.supplier_name,
    )


def _change(tx: Writing, actor: Actor, found: Offer, wanted: dict[str, Any]) -> int:
    """What stands in a form that a person saved is stated, not assumed any more."""
    assumed = [name for name in found.assumed if name not in wanted and name != "legs"]
    changes = wanted | {"assumed": assumed}
    return change_offer(tx, actor, found.id, changes, version=found.version)


def _prices(found: Offer, history: dict[date, tuple[PriceBreak, ...]], today: date) -> None:
    st.markdown(f"**{md('catalog.prices')}** · {plain(found.currency)}")
    allowed = session.may(Permission.CATALOG_EDIT)
    with st.form(f"offer_prices_{found.id}_{found.version}", border=False):
        wanted = _price_editor(found.prices, f"offer_prices_{found.id}", disabled=not allowed)
        valid_from = day_field(
            md("catalog.prices_from"), today, key=f"offer_from_{found.id}", disabled=not allowed
        )
        sent = st.form_submit_button(md("catalog.save_prices"), disabled=not allowed)
    if sent and valid_from:
        run_act(
            lambda tx, actor, now, _key: set_prices(
                tx, actor, found.id, wanted, valid_from=valid_from, version=found.version
            ),
            name=f"offer_prices_{found.id}",
            done=lambda _: md("catalog.saved", name=found.supplier_name),
        )
    if len(history) > 1:
        with st.expander(md("catalog.price_history")):
            _history(history, found.id)


def _history(history: dict[date, tuple[PriceBreak, ...]], offer_id: int) -> None:
    told = [(on, quantity, price) for on, prices in history.items() for quantity, price in prices]
    rows = pd.DataFrame(told, columns=["on", "quantity", "price"])
    columns = {
        "on": Day(t("catalog.prices_from")),
        "quantity": Units(t("catalog.from_quantity")),
        "price": Money(t("catalog.price"), digits=4),
    }
    table(rows, columns, key=f"offer_history_{offer_id}", height="content")


def _price_editor(prices: tuple[PriceBreak, ...], key: str, *, disabled: bool) -> list[PriceBreak]:
    listed: list[tuple[int, Decimal | None]] = [*prices] or [(1, None)]
    typed = st.data_editor(
        pd.DataFrame(
            {
                "quantity": pd.Series([quantity for quantity, _ in listed], dtype="Int64"),
                "price": pd.Series(
                    [None if price is None else float(price) for _, price in listed],
                    dtype="Float64",
                ),
            }
        ),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        placeholder="",
        disabled=disabled,
        column_config={
            "quantity": st.column_config.NumberColumn(
                t("catalog.from_quantity"), min_value=1, step=1
            ),
            "price": st.column_config.NumberColumn(
                t("catalog.price"), min_value=0.0, format="%.4f"
            ),
        },
    )
    return [
        (int(row["quantity"]), Decimal(str(round(float(row["price"]), 6))))
        for row in typed.to_dict("records")
        if not pd.isna(row["quantity"]) and not pd.isna(row["price"])
    ]


def _fields(found: Offer | None, prefix: str, *, disabled: bool) -> dict[str, Any]:
    numbers = (
        ("moq", "catalog.moq", 1, 10**9),
        ("order_multiple", "catalog.multiple", 1, 10**9),
        ("lead_time_days", "catalog.lead_time", 0, 730),
        ("lead_time_spread_days", "catalog.spread", 0, 365),
    )
    values: dict[str, Any] = {}
    with field_grid():
        for name, label, least, most in numbers:
            known = int(getattr(found, name)) if found else {"lead_time_days": 30}.get(name, least)
            number = st.number_input(
                md(label), least, most, known, key=f"{prefix}_{name}", disabled=disabled
            )
            values[name] = int(number)
        pallet = st.number_input(
            md("catalog.pallet"),
            1,
            10**9,
            found.pallet_quantity if found else None,
            key=f"{prefix}_pallet",
            help=md("catalog.pallet_help"),
            disabled=disabled,
        )
        values["pallet_quantity"] = None if pallet is None else int(pallet)
        values["supplier_sku"] = st.text_input(
            md("catalog.supplier_sku"),
            found.supplier_sku if found else "",
            key=f"{prefix}_code",
            disabled=disabled,
        )
        values["valid_to"] = day_field(
            md("catalog.valid_to"),
            found.valid_to if found else None,
            key=f"{prefix}_valid_to",
            disabled=disabled,
        )
        values["preferred"] = st.checkbox(
            md("catalog.preferred"),
            found.preferred if found else False,
            key=f"{prefix}_preferred",
            disabled=disabled,
        )
    return values


def _new_dialog() -> None:
    sellers = session.read(lambda conn: [one for one in suppliers(conn) if one.active])

    @st.dialog(t("catalog.new_offer"), width="medium")
    def ask() -> None:
        if not sellers:
            st.info(md("catalog.no_suppliers"))
            return
        with st.form("offer_new", border=False):
            seller = st.selectbox(md("catalog.supplier"), sellers, format_func=lambda one: one.name)
            with field_grid():
                code = st.text_input(md("catalog.sku"), value=st.query_params.get("sku", ""))
                currency = st.selectbox(
                    md("catalog.currency"), list(dict.fromkeys((sellers[0].currency, *CURRENCIES)))
                )
            wanted = _fields(None, "offer_new", disabled=False)
            prices = _price_editor((), "offer_new_prices", disabled=False)
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent:
            run_act(
                lambda tx, actor, now, _key: _create(
                    tx, actor, code, seller.id, str(currency), wanted, prices
                ),
                name="offer_new",
                done=lambda _: md("catalog.created", name=f"{seller.name} · {code}"),
            )

    ask()


def _create(
    tx: Writing,
    actor: Actor,
    code: str,
    supplier_id: int,
    currency: str,
    wanted: dict[str, Any],
    prices: list[PriceBreak],
) -> Any:
    new = NewOffer(supplier_id, sku_named(tx, code), currency, prices=prices, **wanted)
    return create_offers(tx, actor, [new])
