"""The listings of one channel on screen: list, create, and the days on which each is on sale.

Draws; the commands decide. A day is one on the channel's clock.
"""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from app import session
from app.i18n import md, plain, t
from app.screens.catalog_record import new_record, record_form
from app.widgets import day_field, field_grid
from app.widgets_tables import Day, Name, Text, Units, find_box, table
from inventory_core.catalog.listing_records import Account, Listing, read_listing, select_listings
from inventory_core.catalog.listings import NewListing, change_listing, create_listings
from inventory_core.catalog.skus import sku_named
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor, Permission

MOST_ROWS = 500


def draw_listings(account: Account) -> None:
    """The list of a channel's listings, and the ticked one's form."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(f"##### {md('catalog.listings')}")
        st.space("stretch")
        if st.button(
            md("catalog.new_listing"),
            key=f"listing_new_{account.id}",
            icon=":material/add:",
            disabled=not session.may(Permission.CATALOG_EDIT),
        ):
            _new_dialog(account)
    wanted = find_box(t("catalog.find"), f"listings_{account.id}")
    rows = session.cached("catalog_listings", _rows, account.id, wanted)
    if rows.empty:
        st.caption(md("catalog.no_listings"))
        return
    columns = {
        "sku": Text(t("catalog.sku"), pinned=True),
        "live_from": Day(t("catalog.live_from")),
        "live_to": Day(t("catalog.live_to")),
        "seller_sku": Text(t("catalog.seller_sku")),
        "buffer": Units(t("catalog.buffer"), width="small"),
        "cap": Units(t("catalog.cap"), width="small"),
        "name": Name(t("catalog.name")),
    }
    ticked = table(rows, columns, key=f"listings_table_{account.id}", select="one", height=260)
    if len(rows) >= MOST_ROWS:
        st.caption(md("catalog.shown", shown=MOST_ROWS))
    if ticked:
        draw_listing(account, int(rows["id"].iloc[ticked[0]]))


def _rows(conn: Reading, account_id: int, wanted: str) -> Any:
    return session.frame(conn, select_listings(account_id, wanted).limit(MOST_ROWS))


def draw_listing(account: Account, listing_id: int) -> None:
    """The form of one listing."""
    known = session.read(lambda conn: read_listing(conn, listing_id))
    st.markdown(f"**{plain(known.sku_code)}** · {plain(known.seller_sku)}")
    record_form(
        f"listing_{listing_id}",
        known.version,
        lambda disabled: _fields(account, known, f"listing_{listing_id}", disabled=disabled),
        lambda tx, actor, wanted: change_listing(
            tx, actor, listing_id, wanted, version=known.version
        ),
        saved=known.seller_sku,
    )


def _new_dialog(account: Account) -> None:
    new_record(
        t("catalog.new_listing"),
        "listing_new",
        lambda: _new_fields(account),
        lambda tx, actor, wanted: _create(tx, actor, account, *wanted),
        called=lambda wanted: wanted[1] or wanted[0],
    )


def _new_fields(account: Account) -> tuple[str, str, dict[str, Any]]:
    with field_grid():
        code = st.text_input(md("catalog.sku"))
        seller_sku = st.text_input(md("catalog.seller_sku"), help=md("catalog.seller_sku_help"))
    return code, seller_sku, _fields(account, None, "listing_new", disabled=False)


def _create(
    tx: Writing, actor: Actor, account: Account, code: str, seller_sku: str, wanted: dict[str, Any]
) -> Any:
    new = NewListing(account.id, seller_sku or code, sku_named(tx, code), **wanted)
    return create_listings(tx, actor, [new])


def _fields(
    account: Account, known: Listing | None, prefix: str, *, disabled: bool
) -> dict[str, Any]:
    """On sale from and to, what is kept back, at most how many are shown."""
    zone = ZoneInfo(account.time_zone)
    options: dict[str, Any] = {"disabled": disabled}
    with field_grid():
        first = day_field(
            md("catalog.live_from"),
            _day_of(known.live_from_at if known else None, zone),
            help=md("catalog.live_help"),
            key=f"{prefix}_from",
            **options,
        )
        last = day_field(
            md("catalog.live_to"),
            _day_of(known.live_to_at if known else None, zone),
            help=md("catalog.live_to_help"),
            key=f"{prefix}_to",
            **options,
        )
        kept_back = st.number_input(
            md("catalog.buffer"),
            min_value=0,
            value=known.buffer if known else 0,
            help=md("catalog.buffer_help"),
            key=f"{prefix}_buffer",
            **options,
        )
        cap = st.number_input(
            md("catalog.cap"),
            min_value=0,
            value=known.cap if known else None,
            help=md("catalog.cap_help"),
            key=f"{prefix}_cap",
            **options,
        )
    return {
        "live_from_at": _moment(first, known.live_from_at if known else None, zone, time.min),
        "live_to_at": _moment(last, known.live_to_at if known else None, zone, time.max),
        "buffer": int(kept_back),
        "cap": None if cap is None else int(cap),
    }


def _moment(
    day: date | None, known: datetime | None, zone: ZoneInfo, clock: time
) -> datetime | None:
    """The edge of a day; a moment that is known to lie in it stays as it was stated."""
    if day is None or day == _day_of(known, zone):
        return None if day is None else known
    return datetime.combine(day, clock, zone)


def _day_of(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return None if moment is None else moment.astimezone(zone).date()
