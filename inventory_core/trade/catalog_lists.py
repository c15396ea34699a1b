"""Named SELECTs behind the catalog's lists. Decides columns and order; executes nothing."""

from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from inventory_core.db.schema.catalog import exchange_rate, location, sku
from inventory_core.db.schema.channels import channel_account, sale_pause
from inventory_core.db.schema.classes import sku_class
from inventory_core.db.schema.supply import offer, offer_price, supplier

_ESCAPE = "~"


def select_skus(find: str = "") -> Select[Any]:
    """SKUs by code, with how many active offers each has, and its class."""
    offers = (
        select(func.count())
        .where(offer.c.sku_id == sku.c.id, offer.c.active)
        .scalar_subquery()
        .label("offers")
    )
    return (
        select(
            sku.c.id,
            sku.c.code,
            sku.c.name,
            sku.c.category,
            sku.c.state,
            offers,
            sku.c.carton_quantity,
            sku.c.weight_grams,
            sku.c.volume_cm3,
            sku.c.shelf_life_days,
            sku.c.launched_on,
            sku_class.c.abc,
            sku_class.c.xyz,
        )
        .outerjoin(sku_class, sku_class.c.sku_id == sku.c.id)
        .where(_contains(find, sku.c.code, sku.c.name))
        .order_by(sku.c.code_key)
    )


def select_offers(find: str = "") -> Select[Any]:
    """Offers by SKU, with the price of the smallest quantity in the latest list."""
    latest = (
        select(offer_price.c.unit_price)
        .where(offer_price.c.offer_id == offer.c.id)
        .order_by(offer_price.c.valid_from.desc(), offer_price.c.from_quantity)
        .limit(1)
        .scalar_subquery()
        .label("unit_price")
    )
    return (
        select(
            offer.c.id,
            sku.c.code.label("sku"),
            sku.c.name,
            supplier.c.name.label("supplier"),
            latest,
            offer.c.currency,
            offer.c.moq,
            offer.c.order_multiple,
            offer.c.pallet_quantity,
            offer.c.lead_time_days,
            offer.c.lead_time_spread_days,
            offer.c.preferred,
            offer.c.active,
            func.array_to_string(offer.c.assumed, ", ").label("assumed"),
        )
        .join(sku, sku.c.id == offer.c.sku_id)
        .join(supplier, supplier.c.id == offer.c.supplier_id)
        .where(_contains(find, sku.c.code, sku.c.name, supplier.c.name))
        .order_by(sku.c.code_key, offer.c.preferred.desc(), offer.c.id)
    )


def select_rates() -> Select[Any]:
    """Exchange rates, the newest first."""
    return select(
        exchange_rate.c.on_day,
        exchange_rate.c.from_currency,
        exchange_rate.c.to_currency,
        exchange_rate.c.rate,
        exchange_rate.c.source,
    ).order_by(
        exchange_rate.c.on_day.desc(), exchange_rate.c.from_currency, exchange_rate.c.to_currency
    )


def select_pauses(find: str = "") -> Select[Any]:
    """Sale pauses with SKU and channel (none: every one), the newest first."""
    return (
        select(
            sale_pause.c.id,
            sku.c.code.label("sku"),
            sku.c.name,
            channel_account.c.code.label("account"),
            sale_pause.c.first_on,
            sale_pause.c.last_on,
            sale_pause.c.reason,
            sale_pause.c.note,
        )
        .join(sku, sku.c.id == sale_pause.c.sku_id)
        .outerjoin(channel_account, channel_account.c.id == sale_pause.c.account_id)
        .where(_contains(find, sku.c.code, sku.c.name))
        .order_by(sale_pause.c.first_on.desc(), sale_pause.c.id.desc())
    )


def select_catalog_counts() -> Select[Any]:
    """One row: SKUs, suppliers, warehouses, and active SKUs that nobody offers."""
    offered = select(offer.c.sku_id).where(offer.c.active)
    return select(
        select(func.count()).select_from(sku).scalar_subquery().label("skus"),
        select(func.count()).select_from(supplier).scalar_subquery().label("suppliers"),
        select(func.count())
        .where(location.c.kind == "warehouse")
        .scalar_subquery()
        .label("warehouses"),
        select(func.count())
        .where(sku.c.state == "active", sku.c.id.not_in(offered))
        .scalar_subquery()
        .label("without_offer"),
    )


def _contains(find: str, *columns: ColumnElement[str]) -> ColumnElement[bool]:
    wanted = find.strip()
    for special in (_ESCAPE, "%", "_"):
        wanted = wanted.replace(special, _ESCAPE + special)
    return or_(*(column.ilike(f"%{wanted}%", escape=_ESCAPE) for column in columns))
