"""Who did what to what. Decides that an entry is written and never changed; judges nothing.

`record_audit(tx, actor, "stock_adjusted", ("sku", 12), {"quantity": -3})` inside the transaction
of the act itself, so that neither exists without the other. The table only grows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.office import audit_entry, person
from inventory_core.office.actors import Actor

MOST_ENTRIES = 500


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act, as it is shown."""

    id: int
    person_name: str
    act: str
    subject_kind: str
    subject_id: str
    details: Mapping[str, Any]
    recorded_at: datetime


def record_audit(
    tx: Writing,
    actor: Actor,
    act: str,
    subject: tuple[str, object],
    details: Mapping[str, object] | None = None,
) -> None:
    """Append one entry: `act` in the past tense, `subject` as (kind, id), details as facts."""
    kind, identity = subject
    tx.execute(
        insert(audit_entry).values(
            person_id=actor.person_id,
            act=act,
            subject_kind=kind,
            subject_id=str(identity),
            details=_as_json(details or {}),
        )
    )


def list_audit(
    conn: Reading, *, subject: tuple[str, object] | None = None, limit: int = 100
) -> list[AuditEntry]:
    """The latest entries, of one subject where one is named, newest first."""
    statement = select_audit().limit(min(limit, MOST_ENTRIES))
    if subject is not None:
        statement = statement.where(
            audit_entry.c.subject_kind == subject[0], audit_entry.c.subject_id == str(subject[1])
        )
    return [AuditEntry(**row._mapping) for row in conn.rows(statement)]


def select_audit() -> Select[Any]:
    """The named SELECT behind the list, newest first."""
    return (
        select(
            audit_entry.c.id,
            person.c.name.label("person_name"),
            audit_entry.c.act,
            audit_entry.c.subject_kind,
            audit_entry.c.subject_id,
            audit_entry.c.details,
            audit_entry.c.recorded_at,
        )
        .join_from(audit_entry, person)
        .order_by(audit_entry.c.id.desc())
    )


def _as_json(value: object) -> Any:
    """Facts as JSON can hold them; decimals stay exact as text."""
    if isinstance(value, Mapping):
        return {str(name): _as_json(item) for name, item in value.items()}
    if isinstance(value, str | bool | int | float) or value is None:
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Sequence | set | frozenset):
        return [_as_json(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"an audit entry cannot hold {type(value).__name__}")
