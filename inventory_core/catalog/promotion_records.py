"""Promotions on their way: listed, changed, called off. Decides what may still be changed.

One that has not begun can be called off; one that runs can only end today; what is over stays as
it was, because demand was learned from it, except that its record may be corrected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import Select, delete, func, select, update

from inventory_core.catalog.changes import Check, change_record
from inventory_core.catalog.codes import clean_text
from inventory_core.catalog.fields import check_day, check_decimal
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import sku
from inventory_core.db.schema.channels import (
    channel_account,
    listing,
    promotion,
    promotion_sku,
)
from inventory_core.errors import Conflict, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit


class PromotionState(StrEnum):
    """Where a promotion is on a day."""

    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion with its SKUs; no account: on every channel."""

    id: int
    name: str
    account_id: int | None
    starts_on: date
    ends_on: date
    discount_percent: Decimal
    sku_ids: tuple[int, ...]
    sku_codes: tuple[str, ...]
    cancelled_at: datetime | None
    version: int

    def state(self, today: date) -> PromotionState:
        """Planned, running, over or cancelled, as of a day."""
        if self.cancelled_at is not None:
            return PromotionState.CANCELLED
        if today < self.starts_on:
            return PromotionState.PLANNED
        return PromotionState.RUNNING if today <= self.ends_on else PromotionState.OVER


_CHECKS: Mapping[str, Check] = {
    "name": partial(clean_text, field="name"),
    "account_id": lambda value: value,
    "starts_on": partial(check_day, field="starts_on"),
    "ends_on": partial(check_day, field="ends_on"),
    "discount_percent": partial(check_decimal, field="discount_percent", most=100, places=2),
}


def read_promotion(conn: Reading, promotion_id: int) -> Promotion:
    """One promotion; NotFound where there is none."""
    rows = conn.rows(
        select(
            *(promotion.c[name] for name in _PLAIN),
            func.array_agg(promotion_sku.c.sku_id).label("sku_ids"),
            func.array_agg(sku.c.code).label("sku_codes"),
        )
        .join_from(promotion, promotion_sku)
        .join(sku, sku.c.id == promotion_sku.c.sku_id)
        .where(promotion.c.id == promotion_id)
        .group_by(promotion.c.id)
    )
    if not rows:
        raise NotFound("record_missing", kind="promotion", id=promotion_id)
    found = dict(rows[0]._mapping)
    pairs = sorted(zip(found["sku_codes"], found["sku_ids"], strict=True))
    return Promotion(
        **{name: found[name] for name in _PLAIN},
        sku_ids=tuple(sku_id for _, sku_id in pairs),
        sku_codes=tuple(code for code, _ in pairs),
    )


def change_promotion(
    tx: Writing,
    actor: Actor,
    promotion_id: int,
    changes: Mapping[str, Any],
    *,
    version: int,
    sku_ids: Sequence[int] | None = None,
) -> int:
    """Write the checked changes, and other SKUs where they are given; answers the new version."""
    require(actor, Permission.CATALOG_EDIT)
    known = read_promotion(tx, promotion_id)
    if known.cancelled_at is not None:
        raise Refused("promotion_cancelled", name=known.name)
    first = changes.get("starts_on", known.starts_on)
    last = changes.get("ends_on", known.ends_on)
    if first is None or last is None or last < first:
        raise Invalid("days_out_of_order", field="ends_on")
    wanted = None if sku_ids is None else tuple(sorted(set(sku_ids)))
    if wanted == ():
        raise Invalid("promotion_without_skus", field="sku")
    moved = wanted is not None and wanted != tuple(sorted(known.sku_ids))
    after = change_record(
        tx,
        actor,
        promotion,
        promotion_id,
        changes,
        version=version,
        checks=_CHECKS,
        more_changed=moved,
    )
    if moved and wanted is not None:
        tx.execute(delete(promotion_sku).where(promotion_sku.c.promotion_id == promotion_id))
        parts = [{"promotion_id": promotion_id, "sku_id": sku_id} for sku_id in wanted]
        insert_rows(tx, promotion_sku, parts)
        details = {"from": sorted(known.sku_ids), "to": list(wanted)}
        record_audit(tx, actor, "promotion_skus_changed", ("promotion", promotion_id), details)
    return after


def cancel_promotion(
    tx: Writing, actor: Actor, promotion_id: int, *, version: int, today: date, now: datetime
) -> Promotion:
    """Call off what has not begun; let what runs end today; refuse what is over."""
    require(actor, Permission.CATALOG_EDIT)
    known = read_promotion(tx, promotion_id)
    state = known.state(today)
    if state is PromotionState.CANCELLED:
        return known
    if state is PromotionState.OVER:
        raise Refused("promotion_over", name=known.name)
    change: dict[str, Any] = {"cancelled_at": now}
    if state is PromotionState.RUNNING:
        change = {"ends_on": today}
    done = tx.execute(
        update(promotion)
        .where(promotion.c.id == promotion_id, promotion.c.version == version)
        .values(**change, version=version + 1)
    )
    if not done.rowcount:
        raise Conflict("version_changed", kind="promotion", seen=version, current=known.version)
    record_audit(tx, actor, "promotion_cancelled", ("promotion", promotion_id), change)
    return read_promotion(tx, promotion_id)


def account_names(conn: Reading) -> dict[int, str]:
    """Names of the channel accounts that are in use, by id."""
    rows = conn.rows(
        select(channel_account.c.id, channel_account.c.name)
        .where(channel_account.c.active)
        .order_by(channel_account.c.name)
    )
    return {row.id: row.name for row in rows}


def promotion_scope(
    conn: Reading, *, account_id: int | None = None, category: str | None = None
) -> list[int]:
    """Active SKUs of a category (None: of all) that are listed on an account (None: anywhere)."""
    statement = select(sku.c.id).where(sku.c.state == "active").order_by(sku.c.id)
    if category is not None:
        statement = statement.where(sku.c.category == category)
    if account_id is not None:
        live = (listing.c.account_id == account_id) & listing.c.live_to_at.is_(None)
        statement = statement.where(sku.c.id.in_(select(listing.c.sku_id).where(live)))
    return [row.id for row in conn.rows(statement)]


def categories_in_use(conn: Reading) -> list[str]:
    """Categories of active SKUs, in order."""
    statement = (
        select(sku.c.category)
        .where(sku.c.state == "active", sku.c.category != "")
        .distinct()
        .order_by(sku.c.category)
    )
    return [row.category for row in conn.rows(statement)]


def select_promotions(find: str = "") -> Select[Any]:
    """The named SELECT of the list: planned and running ones first, then the latest."""
    skus = (
        select(func.count())
        .where(promotion_sku.c.promotion_id == promotion.c.id)
        .scalar_subquery()
        .label("skus")
    )
    statement = (
        select(
            promotion.c.id,
            promotion.c.name,
            channel_account.c.name.label("account"),
            promotion.c.starts_on,
            promotion.c.ends_on,
            promotion.c.discount_percent,
            skus,
            promotion.c.cancelled_at,
        )
        .outerjoin(channel_account, channel_account.c.id == promotion.c.account_id)
        .order_by(promotion.c.ends_on.desc(), promotion.c.id.desc())
    )
    if find.strip():
        codes = (
            select(promotion_sku.c.promotion_id)
            .join(sku, sku.c.id == promotion_sku.c.sku_id)
            .where(sku.c.code.icontains(find.strip(), autoescape=True))
        )
        statement = statement.where(
            promotion.c.name.icontains(find.strip(), autoescape=True) | promotion.c.id.in_(codes)
        )
    return statement


_PLAIN = (
    "id",
    "name",
    "account_id",
    "starts_on",
    "ends_on",
    "discount_percent",
    "cancelled_at",
    "version",
)
