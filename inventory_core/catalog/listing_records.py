"""Channel accounts and listings as they are read. Decides columns and order; changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Date, Select, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from inventory_core.db.engine import Reading
from inventory_core.db.schema.catalog import location, sku
from inventory_core.db.schema.channels import channel_account, listing, stock_pool_warehouse
from inventory_core.errors import NotFound
from inventory_core.vocabulary import SkuId


@dataclass(frozen=True, slots=True)
class Account:
    """A seller account on one platform."""

    id: int
    code: str
    name: str
    platform: str
    marketplace: str
    currency: str
    time_zone: str
    active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Listing:
    """An account's offer of one SKU; without live times it is taken as always on sale."""

    id: int
    account_id: int
    marketplace: str
    seller_sku: str
    sku_id: SkuId
    sku_code: str
    live_from_at: datetime | None
    live_to_at: datetime | None
    share_percent: int
    cap: int | None
    buffer: int
    version: int


def read_account(conn: Reading, account_id: int) -> Account:
    """One account; NotFound where there is none."""
    columns = (channel_account.c[name] for name in Account.__dataclass_fields__)
    rows = conn.rows(select(*columns).where(channel_account.c.id == account_id))
    if not rows:
        raise NotFound("record_missing", kind="account", id=account_id)
    return Account(**rows[0]._mapping)


def read_listing(conn: Reading, listing_id: int) -> Listing:
    """One listing; NotFound where there is none."""
    names = (name for name in Listing.__dataclass_fields__ if name != "sku_code")
    rows = conn.rows(
        select(*(listing.c[name] for name in names), sku.c.code.label("sku_code"))
        .join(sku, sku.c.id == listing.c.sku_id)
        .where(listing.c.id == listing_id)
    )
    if not rows:
        raise NotFound("record_missing", kind="listing", id=listing_id)
    return Listing(**rows[0]._mapping)


def select_accounts(find: str = "") -> Select[Any]:
    """Accounts by code, with their warehouses in the order they are served from, and listings."""
    pool = stock_pool_warehouse.c
    served = (
        select(
            func.string_agg(
                location.c.code,
                aggregate_order_by(literal(" → "), pool.priority, pool.warehouse_id),
            )
        )
        .join_from(stock_pool_warehouse, location, location.c.id == pool.warehouse_id)
        .where(pool.stock_pool_id == channel_account.c.stock_pool_id)
        .scalar_subquery()
    )
    listed = (
        select(func.count())
        .where(listing.c.account_id == channel_account.c.id)
        .scalar_subquery()
        .label("listings")
    )
    names = ("id", "code", "name", "platform", "marketplace", "currency", "active")
    wanted = find.strip()
    return (
        select(*(channel_account.c[n] for n in names), served.label("warehouses"), listed)
        .where(
            channel_account.c.code.icontains(wanted, autoescape=True)
            | channel_account.c.name.icontains(wanted, autoescape=True)
        )
        .order_by(channel_account.c.code_key)
    )


def select_listings(account_id: int, find: str = "") -> Select[Any]:
    """Listings of one account by SKU; live days on the account's clock."""
    zone = channel_account.c.time_zone
    wanted = find.strip()
    return (
        select(
            listing.c.id,
            sku.c.code.label("sku"),
            listing.c.seller_sku,
            cast(func.timezone(zone, listing.c.live_from_at), Date).label("live_from"),
            cast(func.timezone(zone, listing.c.live_to_at), Date).label("live_to"),
            listing.c.buffer,
            listing.c.cap,
            sku.c.name,
        )
        .join(sku, sku.c.id == listing.c.sku_id)
        .join(channel_account, channel_account.c.id == listing.c.account_id)
        .where(
            listing.c.account_id == account_id,
            sku.c.code.icontains(wanted, autoescape=True)
            | sku.c.name.icontains(wanted, autoescape=True)
            | listing.c.seller_sku.icontains(wanted, autoescape=True),
        )
        .order_by(sku.c.code_key, listing.c.id)
    )
