"""Sale pauses: from when to when a channel did not sell a SKU that was there, and why.

Decides that two pauses of one SKU and channel do not overlap. What it means for demand is read
elsewhere: such days are missing, as days without stock are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import delete, or_, select, true

from inventory_core.catalog.changes import Check, change_record, record_creation
from inventory_core.catalog.codes import at_row, clean_text
from inventory_core.catalog.fields import check_day, check_member
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.channels import sale_pause
from inventory_core.errors import Conflict, Invalid, NotFound
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.vocabulary import PauseReason


@dataclass(frozen=True, slots=True)
class NewPause:
    """Days of a pause, both included; no last day: until further notice; no account: everywhere."""

    sku_id: int
    first_on: date
    last_on: date | None
    reason: PauseReason
    account_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause as it stands."""

    id: int
    sku_id: int
    first_on: date
    last_on: date | None
    reason: PauseReason
    account_id: int | None
    note: str
    version: int


_CHECKS: dict[str, Check] = {
    "first_on": partial(check_day, field="first_on"),
    "last_on": partial(check_day, field="last_on"),
    "reason": partial(check_member, members=PauseReason, field="reason"),
    "note": partial(clean_text, field="note", most=400),
}


_SAME = ("sku_id", "account_id", "first_on", "last_on", "reason")


def state_pauses(
    tx: Writing, actor: Actor, pauses: Sequence[NewPause], *, import_id: int | None = None
) -> int:
    """State all or none; one that stands already is left, one that overlaps another: Conflict.

    Answers how many are new.
    """
    require(actor, Permission.CATALOG_EDIT)
    count = 0
    for row_no, new in enumerate(pauses, 1):
        with at_row(row_no):
            row = {name: check(getattr(new, name)) for name, check in _CHECKS.items()}
            _refuse_disorder(row["first_on"], row["last_on"])
            row |= {"sku_id": new.sku_id, "account_id": new.account_id, "import_id": import_id}
            made = insert_rows(tx, sale_pause, [row], returning=("id",), skip_existing=True)
            if not made:
                if _stands(tx, row):
                    continue
                day = new.first_on.isoformat()
                raise Conflict("pauses_overlap", row=row_no, field="first_on", value=day)
            count += 1
            record_creation(tx, actor, "sale_pause", {str(new.sku_id): made[0].id})
    return count


def change_pause(
    tx: Writing, actor: Actor, pause_id: int, changes: Mapping[str, Any], *, version: int
) -> int:
    """Change days, reason or note of one pause. Answers the new version."""
    require(actor, Permission.CATALOG_EDIT)
    known = read_pause(tx, pause_id)
    first = changes.get("first_on", known.first_on)
    last = changes.get("last_on", known.last_on)
    _refuse_disorder(first, last)
    columns = sale_pause.c
    overlapping = select(columns.id).where(
        columns.id != pause_id,
        columns.sku_id == known.sku_id,
        columns.account_id.is_not_distinct_from(known.account_id),
        true() if last is None else columns.first_on <= last,
        or_(columns.last_on.is_(None), columns.last_on >= first),
    )
    if tx.rows(overlapping):
        raise Conflict("pauses_overlap", field="first_on", value=first.isoformat())
    return change_record(tx, actor, sale_pause, pause_id, changes, version=version, checks=_CHECKS)


def drop_pause(tx: Writing, actor: Actor, pause_id: int, *, version: int) -> None:
    """Take a pause back: its days count again as they were recorded."""
    require(actor, Permission.CATALOG_EDIT)
    known = read_pause(tx, pause_id)
    columns = sale_pause.c
    gone = tx.execute(
        delete(sale_pause).where(columns.id == pause_id, columns.version == version)
    ).rowcount
    if not gone:
        raise Conflict("version_changed", kind="sale_pause", seen=version, current=known.version)
    days = {"first_on": known.first_on, "last_on": known.last_on, "reason": known.reason}
    told = {name: None if value is None else str(value) for name, value in days.items()}
    record_audit(tx, actor, "sale_pause_dropped", ("sku", known.sku_id), told)


def read_pause(conn: Reading, pause_id: int) -> Pause:
    """One pause by id."""
    names = Pause.__dataclass_fields__
    rows = conn.rows(select(*(sale_pause.c[n] for n in names)).where(sale_pause.c.id == pause_id))
    if not rows:
        raise NotFound("record_missing", kind="sale_pause", id=pause_id)
    return Pause(**{**rows[0]._mapping, "reason": PauseReason(rows[0].reason)})


def _stands(conn: Reading, row: Mapping[str, Any]) -> bool:
    same = [sale_pause.c[name].is_not_distinct_from(row[name]) for name in _SAME]
    return bool(conn.rows(select(sale_pause.c.id).where(*same)))


def _refuse_disorder(first_on: date | None, last_on: date | None) -> None:
    if first_on is None:
        raise Invalid("not_a_day", field="first_on", value="—")
    if last_on is not None and last_on < first_on:
        raise Invalid("days_out_of_order", field="last_on")
