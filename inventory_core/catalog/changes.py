"""Creating and changing records that people share. Decides that a change names the version it saw.

Only fields on a record's own list can be changed, each through its own check; the audit keeps the
old and the new value. Two people who opened the same form: the second is told, not overwritten.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select, update

from inventory_core.catalog.codes import refuse_repeats, refuse_taken
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Writing
from inventory_core.errors import Conflict, Invalid, NotFound
from inventory_core.office.actors import Actor
from inventory_core.office.audit import record_audit

Check = Callable[[Any], Any]
# Beyond this many, one audit entry tells of the whole batch.
MOST_SINGLE_ENTRIES = 20


def change_record(
    tx: Writing,
    actor: Actor,
    table: Table,
    record_id: int,
    changes: Mapping[str, Any],
    *,
    version: int,
    checks: Mapping[str, Check],
    more_changed: bool = False,
) -> int:
    """Write the checked changes and raise the version; answers the version after the change.

    `more_changed` raises it although no column moves: the caller changes rows that belong to it.
    """
    unknown = set(changes) - set(checks)
    if unknown:
        raise Invalid("unknown_field", field=min(unknown))
    checked = {name: checks[name](value) for name, value in changes.items()}
    columns = [table.c[name] for name in checked]
    row = tx.execute(
        select(table.c.version, *columns)
        .where(table.c.id == record_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        raise NotFound("record_missing", kind=table.name, id=record_id)
    if row.version != version:
        raise Conflict("version_changed", kind=table.name, seen=version, current=row.version)
    moved = {n: v for n, v in checked.items() if row._mapping[n] != v}
    if not moved and not more_changed:
        return version
    tx.execute(update(table).where(table.c.id == record_id).values(**moved, version=version + 1))
    details = {name: {"from": row._mapping[name], "to": value} for name, value in moved.items()}
    if moved:
        record_audit(tx, actor, f"{table.name}_changed", (table.name, record_id), details)
    return version + 1


def create_records(
    tx: Writing,
    actor: Actor,
    kind: str,
    table: Table,
    codes: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    *,
    import_id: int | None,
) -> dict[str, int]:
    """Insert the checked row of each code, all or none, and tell the audit; ids by code as given.

    Sorted, so that two who create the same records wait for each other instead of deadlocking.
    """
    keys = [row["code_key"] for row in rows]
    refuse_repeats(keys)
    complete = [{**row, "import_id": import_id} for row in rows]
    ordered = sorted(complete, key=lambda row: str(row["code_key"]))
    made = insert_rows(tx, table, ordered, returning=("id", "code_key"), skip_existing=True)
    ids = {row.code_key: int(row.id) for row in made}
    refuse_taken(codes, set(keys) - set(ids))
    by_code = {code: ids[key] for code, key in zip(codes, keys, strict=True)}
    record_creation(tx, actor, kind, by_code, import_id=import_id)
    return by_code


def record_creation(
    tx: Writing, actor: Actor, kind: str, made: Mapping[str, int], *, import_id: int | None = None
) -> None:
    """Tell the audit of new records: one entry each, or one for a large batch."""
    if len(made) > MOST_SINGLE_ENTRIES:
        details = {"count": len(made), "first": first_names(made), "import_id": import_id}
        record_audit(tx, actor, f"{kind}_batch_created", (kind, "batch"), details)
        return
    for code, record_id in made.items():
        record_audit(tx, actor, f"{kind}_created", (kind, record_id), {"code": code})


def first_names(names: Iterable[str]) -> list[str]:
    """The first few names, enough to recognise a batch."""
    return [name for name, _ in zip(names, range(MOST_SINGLE_ENTRIES), strict=False)]
