"""Channel accounts and listings. Decides which SKU a listing sells and from which warehouses.

An account serves from its stock pool: warehouses in the order of their priority. What is available
there is read from the stock levels, never kept here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import delete, select

from inventory_core.catalog.changes import Check, change_record, record_creation
from inventory_core.catalog.codes import (
    at_row,
    clean_code,
    clean_text,
    code_key,
    refuse_repeats,
    refuse_taken,
)
from inventory_core.catalog.fields import (
    check_decimal,
    check_flag,
    check_optional_whole,
    check_whole,
)
from inventory_core.clock import as_utc, zone
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.channels import (
    channel_account,
    listing,
    listing_price,
    stock_pool,
    stock_pool_warehouse,
)
from inventory_core.errors import Conflict, Invalid, NotFound
from inventory_core.money import check_currency
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.vocabulary import WarehouseId

MOST_ACCOUNT_CODE = 60


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A seller account on one platform; `warehouses` in the order they are served from."""

    code: str
    name: str
    platform: str
    currency: str
    time_zone: str
    marketplace: str = ""
    warehouses: Sequence[WarehouseId] = ()


@dataclass(frozen=True, slots=True)
class NewListing:
    """An account's offer of one SKU; live times say on which days a missing sale means none."""

    account_id: int
    seller_sku: str
    sku_id: int
    live_from_at: datetime | None = None
    live_to_at: datetime | None = None
    marketplace: str = ""
    external_id: str = ""
    share_percent: int = 100
    cap: int | None = None
    buffer: int = 0


@dataclass(frozen=True, slots=True)
class NewPrice:
    """The price of a listing from a day on."""

    listing_id: int
    from_on: date
    price: Decimal
    currency: str


def create_accounts(
    tx: Writing, actor: Actor, accounts: Sequence[NewAccount], *, import_id: int | None = None
) -> dict[str, int]:
    """Create accounts, each with a stock pool of its own; ids by code as given."""
    require(actor, Permission.CATALOG_EDIT)
    rows = []
    for row_no, new in enumerate(accounts, 1):
        with at_row(row_no):
            rows.append(_checked_account(new) | {"import_id": import_id})
    refuse_repeats([row["code_key"] for row in rows])
    pools = insert_rows(
        tx,
        stock_pool,
        [{"code": f"account {row['code_key']}"} for row in rows],
        returning=("id", "code"),
        skip_existing=True,
    )
    pool_ids = {row.code.removeprefix("account "): row.id for row in pools}
    refuse_taken([new.code for new in accounts], {r["code_key"] for r in rows} - set(pool_ids))
    for row in rows:
        row["stock_pool_id"] = pool_ids[row["code_key"]]
    made = insert_rows(tx, channel_account, rows, returning=("id", "code_key"))
    ids = {row.code_key: row.id for row in made}
    for row, new in zip(rows, accounts, strict=True):
        _fill_pool(tx, row["stock_pool_id"], new.warehouses)
    by_code = {new.code: ids[row["code_key"]] for new, row in zip(accounts, rows, strict=True)}
    record_creation(tx, actor, "account", by_code, import_id=import_id)
    return by_code


def change_account(
    tx: Writing, actor: Actor, account_id: int, changes: Mapping[str, Any], *, version: int
) -> int:
    """Change name or activity of one account. Answers the new version."""
    require(actor, Permission.CATALOG_EDIT)
    return change_record(
        tx, actor, channel_account, account_id, changes, version=version, checks=_ACCOUNT_CHECKS
    )


def set_pool_warehouses(
    tx: Writing, actor: Actor, account_id: int, warehouse_ids: Sequence[int]
) -> None:
    """Say from which warehouses, and in which order, an account is served."""
    require(actor, Permission.CATALOG_EDIT)
    pool_id = tx.scalar(
        select(channel_account.c.stock_pool_id).where(channel_account.c.id == account_id)
    )
    if pool_id is None:
        raise NotFound("record_missing", kind="account", id=account_id)
    tx.execute(delete(stock_pool_warehouse).where(stock_pool_warehouse.c.stock_pool_id == pool_id))
    _fill_pool(tx, pool_id, warehouse_ids)
    details = {"warehouses": list(warehouse_ids)}
    record_audit(tx, actor, "account_pool_set", ("account", account_id), details)


def pool_warehouses(conn: Reading, account_ids: Sequence[int]) -> dict[int, list[WarehouseId]]:
    """Warehouses of each account, in the order they are served from; every account has an entry."""
    pool = stock_pool_warehouse.c
    rows = conn.rows(
        select(channel_account.c.id, pool.warehouse_id)
        .outerjoin(stock_pool_warehouse, pool.stock_pool_id == channel_account.c.stock_pool_id)
        .where(channel_account.c.id.in_(list(account_ids)))
        .order_by(channel_account.c.id, pool.priority, pool.warehouse_id)
    )
    found: dict[int, list[WarehouseId]] = defaultdict(list)
    for row in rows:
        found[row.id] += [] if row.warehouse_id is None else [WarehouseId(row.warehouse_id)]
    return dict(found)


def create_listings(
    tx: Writing, actor: Actor, listings: Sequence[NewListing], *, import_id: int | None = None
) -> list[int]:
    """Create all or none; ids in the order given."""
    require(actor, Permission.CATALOG_EDIT)
    rows = []
    for row_no, new in enumerate(listings, 1):
        with at_row(row_no):
            rows.append(_checked_listing(new) | {"import_id": import_id})
    made = insert_rows(
        tx,
        listing,
        sorted(rows, key=_listing_key),
        returning=("id", "account_id", "marketplace", "seller_sku"),
        skip_existing=True,
    )
    ids = {(row.account_id, row.marketplace, row.seller_sku): row.id for row in made}
    taken = [row["seller_sku"] for row in rows if _listing_key(row) not in ids]
    if taken or len(made) < len(rows):
        raise Conflict("listings_taken", field="seller_sku", codes=taken[:20])
    by_code = {f"{key[0]}/{key[2]}": listing_id for key, listing_id in ids.items()}
    record_creation(tx, actor, "listing", by_code, import_id=import_id)
    return [ids[_listing_key(row)] for row in rows]


def change_listing(
    tx: Writing, actor: Actor, listing_id: int, changes: Mapping[str, Any], *, version: int
) -> int:
    """Change live times, share, cap or buffer of one listing. Answers the new version."""
    require(actor, Permission.CATALOG_EDIT)
    _check_live(changes.get("live_from_at"), changes.get("live_to_at"))
    return change_record(
        tx, actor, listing, listing_id, changes, version=version, checks=_LISTING_CHECKS
    )


def record_prices(tx: Writing, actor: Actor, prices: Sequence[NewPrice]) -> None:
    """Record listing prices; a price of the same listing and day is replaced."""
    require(actor, Permission.CATALOG_EDIT)
    rows: dict[tuple[int, date], dict[str, Any]] = {}
    for row_no, new in enumerate(prices, 1):
        with at_row(row_no):
            rows[new.listing_id, new.from_on] = {
                "listing_id": new.listing_id,
                "from_on": new.from_on,
                "price": check_decimal(new.price, field="price"),
                "currency": check_currency(new.currency),
            }
    ordered = [rows[key] for key in sorted(rows)]
    insert_rows(
        tx,
        listing_price,
        ordered,
        replace_on=("listing_id", "from_on"),
        replace=("price", "currency"),
    )


def _checked_account(new: NewAccount) -> dict[str, Any]:
    code = clean_code(new.code, most=MOST_ACCOUNT_CODE)
    if len(set(new.warehouses)) < len(new.warehouses):
        raise Invalid("warehouse_repeated", field="warehouses")
    return {
        "code": code,
        "code_key": code_key(code),
        "name": clean_text(new.name, field="name"),
        "platform": clean_text(new.platform, field="platform", most=20).lower(),
        "marketplace": clean_text(new.marketplace, field="marketplace", most=20),
        "currency": check_currency(new.currency),
        "time_zone": zone(new.time_zone).key,
    }


def _fill_pool(tx: Writing, pool_id: int, warehouse_ids: Sequence[int]) -> None:
    rows = [
        {"stock_pool_id": pool_id, "warehouse_id": warehouse_id, "priority": place}
        for place, warehouse_id in enumerate(warehouse_ids, 1)
    ]
    insert_rows(tx, stock_pool_warehouse, rows)


def _checked_listing(new: NewListing) -> dict[str, Any]:
    values = {name: check(getattr(new, name)) for name, check in _LISTING_CHECKS.items()}
    _check_live(values["live_from_at"], values["live_to_at"])
    return {
        "account_id": new.account_id,
        "marketplace": clean_text(new.marketplace, field="marketplace", most=20),
        "seller_sku": clean_code(new.seller_sku, field="seller_sku"),
        "sku_id": new.sku_id,
        **values,
    }


def _check_live(first: datetime | None, last: datetime | None) -> None:
    if first is not None and last is not None and last <= first:
        raise Invalid("live_times_out_of_order", field="live_to_at")


def _listing_key(row: Mapping[str, Any]) -> tuple[int, str, str]:
    return row["account_id"], row["marketplace"], row["seller_sku"]


def _moment(value: Any) -> datetime | None:
    return None if value is None else as_utc(value)


_ACCOUNT_CHECKS: dict[str, Check] = {
    "name": partial(clean_text, field="name"),
    "active": partial(check_flag, field="active"),
}
_LISTING_CHECKS: dict[str, Check] = {
    "external_id": partial(clean_text, field="external_id", most=200),
    "live_from_at": _moment,
    "live_to_at": _moment,
    "share_percent": partial(check_whole, field="share_percent", most=100),
    "cap": partial(check_optional_whole, field="cap"),
    "buffer": partial(check_whole, field="buffer"),
}
