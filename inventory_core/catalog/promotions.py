"""Promotions: which SKUs are pushed on which days. Decides no price and no expected uplift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from inventory_core.catalog.changes import record_creation
from inventory_core.catalog.codes import at_row, clean_text
from inventory_core.catalog.fields import check_decimal
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Writing
from inventory_core.db.schema.channels import promotion, promotion_sku
from inventory_core.errors import Conflict, Invalid
from inventory_core.office.actors import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class NewPromotion:
    """SKUs pushed from `starts_on` to `ends_on`, both included; no account: on every channel."""

    key: str
    name: str
    starts_on: date
    ends_on: date
    discount_percent: Decimal
    sku_ids: Sequence[int]
    account_id: int | None = None


def create_promotions(
    tx: Writing,
    actor: Actor,
    promotions: Sequence[NewPromotion],
    *,
    import_id: int | None = None,
) -> dict[str, int]:
    """Create promotions; ids by key. A repeated key gives the promotion that it made before."""
    require(actor, Permission.CATALOG_EDIT)
    rows: dict[str, dict[str, Any]] = {}
    for row_no, new in enumerate(promotions, 1):
        with at_row(row_no):
            rows[new.key] = _checked(new) | {"import_id": import_id}
    made = insert_rows(
        tx,
        promotion,
        [rows[key] for key in sorted(rows)],
        returning=("id", "key"),
        skip_existing=True,
    )
    fresh = {row.key: row.id for row in made}
    parts = [
        {"promotion_id": fresh[new.key], "sku_id": sku_id}
        for new in promotions
        if new.key in fresh
        for sku_id in sorted(set(new.sku_ids))
    ]
    insert_rows(tx, promotion_sku, parts)
    record_creation(tx, actor, "promotion", fresh, import_id=import_id)
    return {**fresh, **_replayed(tx, {k: row for k, row in rows.items() if k not in fresh})}


def _replayed(tx: Writing, rows: dict[str, dict[str, Any]]) -> dict[str, int]:
    compared = ("name", "starts_on", "ends_on", "discount_percent", "account_id")
    columns = [promotion.c[name] for name in compared]
    known = tx.rows(
        select(promotion.c.id, promotion.c.key, *columns).where(promotion.c.key.in_(list(rows)))
    )
    for row in known:
        if any(row._mapping[name] != rows[row.key][name] for name in compared):
            raise Conflict("key_reused", key=row.key)
    return {row.key: row.id for row in known}


def _checked(new: NewPromotion) -> dict[str, Any]:
    if new.ends_on < new.starts_on:
        raise Invalid("days_out_of_order", field="ends_on")
    percent = check_decimal(new.discount_percent, field="discount_percent", most=100, places=2)
    return {
        "key": new.key,
        "name": clean_text(new.name, field="name"),
        "starts_on": new.starts_on,
        "ends_on": new.ends_on,
        "discount_percent": percent,
        "account_id": new.account_id,
    }
