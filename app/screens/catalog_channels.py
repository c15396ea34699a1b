"""Channels on screen: list, create, change, from which warehouses each is served. Draws; the
commands decide. Its listings stand below (see `catalog_listings`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, plain, t
from app.screens.catalog_list import draw_list
from app.screens.catalog_listings import draw_listings
from app.screens.catalog_record import new_record, record_form
from app.screens.settings import CURRENCIES, ZONES
from app.sites import known_sites, site_label
from app.widgets import field_grid
from app.widgets_tables import Text, Units
from inventory_core.catalog.listing_records import Account, read_account, select_accounts
from inventory_core.catalog.listings import (
    NewAccount,
    change_account,
    create_accounts,
    pool_warehouses,
    set_pool_warehouses,
)
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor
from inventory_core.vocabulary import WarehouseId

# Their names are the same in every language.
PLATFORMS = {"amazon": "Amazon", "shopify": "Shopify", "ebay": "eBay", "walmart": "Walmart"}
OTHER = "other"


def draw(_today: date) -> None:
    """The list, the ticked channel's form and its listings."""
    columns = {
        "code": Text(t("catalog.code"), pinned=True),
        "name": Text(t("catalog.name")),
        "warehouses": Text(t("catalog.served_from")),
        "listings": Units(t("catalog.listings"), width="small"),
        "platform": Text(t("catalog.platform"), width="small"),
        "marketplace": Text(t("catalog.marketplace"), width="small"),
        "currency": Text(t("catalog.currency"), width="small"),
    }
    draw_list(
        "channels",
        columns,
        select_accounts,
        icon=":material/storefront:",
        open_new=_new_dialog,
        draw_one=_draw_one,
        words=_words,
    )


def _words(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        warehouses=rows["warehouses"].fillna("—"),
        platform=[_platform_words(platform) for platform in rows["platform"]],
    )


def _draw_one(account_id: int) -> None:
    known, served = session.read(lambda conn: _with_pool(conn, account_id))
    with st.container(border=True):
        st.subheader(plain(known.name or known.code), anchor=False)
        record_form(
            f"channel_{account_id}",
            f"{known.version}_{served}",
            lambda disabled: _known_fields(known, served, disabled=disabled),
            lambda tx, actor, wanted: _change(tx, actor, known, wanted[0], served, wanted[1]),
            saved=known.code,
        )
        draw_listings(known)


def _known_fields(
    known: Account, served: list[WarehouseId], *, disabled: bool
) -> tuple[dict[str, Any], list[WarehouseId]]:
    with field_grid():
        name = st.text_input(md("catalog.name"), known.name, disabled=disabled)
        active = st.checkbox(md("catalog.active"), known.active, disabled=disabled)
    # A list that somebody else changed meanwhile is drawn anew, not overwritten.
    pool = _pool_field(served, f"channel_{known.id}_{served}", disabled=disabled)
    return {"name": name, "active": active}, pool


def _with_pool(conn: Reading, account_id: int) -> tuple[Account, list[WarehouseId]]:
    return read_account(conn, account_id), pool_warehouses(conn, [account_id])[account_id]


def _change(
    tx: Writing,
    actor: Actor,
    known: Account,
    wanted: Mapping[str, Any],
    before: list[WarehouseId],
    pool: list[WarehouseId],
) -> int:
    version = change_account(tx, actor, known.id, wanted, version=known.version)
    if pool != before:
        set_pool_warehouses(tx, actor, known.id, pool)
    return version


def _pool_field(served: list[WarehouseId], prefix: str, *, disabled: bool) -> list[WarehouseId]:
    """Warehouses in the order they are chosen: the first one serves first."""
    names = {place.id: site_label(place) for place in known_sites()}
    return st.multiselect(
        md("catalog.served_from"),
        list(names),
        [one for one in served if one in names],
        format_func=names.__getitem__,
        help=md("catalog.served_from_help"),
        placeholder=t("catalog.served_from_none"),
        key=f"{prefix}_pool",
        disabled=disabled,
    )


def _new_dialog() -> None:
    new_record(
        t("catalog.new_channel"),
        "channel_new",
        _new_fields,
        lambda tx, actor, new: create_accounts(tx, actor, [new]),
        called=lambda new: new.code,
    )


def _new_fields() -> NewAccount:
    company = session.current().company
    with field_grid():
        code = st.text_input(md("catalog.code"))
        name = st.text_input(md("catalog.name"))
        platform = st.selectbox(
            md("catalog.platform"), [*PLATFORMS, OTHER], format_func=_platform_words
        )
        marketplace = st.text_input(md("catalog.marketplace"), max_chars=20, placeholder="US")
        currency = st.selectbox(
            md("catalog.currency"), list(dict.fromkeys((company.base_currency, *CURRENCIES)))
        )
        zone = st.selectbox(
            md("catalog.time_zone"), list(dict.fromkeys((company.time_zone, *ZONES)))
        )
    pool = _pool_field([], "channel_new", disabled=False)
    return NewAccount(code, name, platform, currency, zone, marketplace, pool)


def _platform_words(platform: str) -> str:
    return t("catalog.platform_other") if platform == OTHER else PLATFORMS.get(platform, platform)
