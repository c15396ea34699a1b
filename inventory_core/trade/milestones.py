"""Milestones on the way of an order or a transfer. Decides which day holds; moves no goods.

Entries only grow, with two clocks: the day on which it happened and the moment it was recorded. Of
one milestone the latest entry holds; an entry without a day takes it back. A later milestone never
lies before an earlier one, nor after today.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import text

from inventory_core.catalog.codes import at_row, clean_text
from inventory_core.catalog.fields import check_day, check_member
from inventory_core.clock import business_day
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.office import audit_entry
from inventory_core.db.schema.supply import milestone as milestone_table
from inventory_core.errors import Conflict, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.company import read_company
from inventory_core.stock.postings import check_key, request_hash
from inventory_core.vocabulary import Milestone

ORDER = tuple(Milestone)
Days = Mapping[Milestone, date]


class Subject(StrEnum):
    """What is on its way."""

    PURCHASE_ORDER = "purchase_order"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class NewMilestone:
    """What happened to one order or transfer, and on which day; no day takes it back."""

    key: str
    subject: Subject
    subject_id: int
    kind: Milestone
    occurred_on: date | None
    note: str = ""


_RIGHTS = {
    Subject.PURCHASE_ORDER: Permission.PURCHASE_EDIT,
    Subject.TRANSFER: Permission.TRANSFER_EDIT,
}


def record_milestones(
    tx: Writing,
    actor: Actor,
    entries: Sequence[NewMilestone],
    *,
    now: datetime,
    import_id: int | None = None,
) -> int:
    """Append entries, each once, all or none; answers how many were new.

    The same key with the same request changes nothing; with another one it is a Conflict.
    """
    if not entries:
        return 0
    for right in sorted({_RIGHTS[entry.subject] for entry in entries}):
        require(actor, right)
    rows = []
    for row_no, entry in enumerate(entries, 1):
        with at_row(row_no):
            rows.append(_row(actor, entry, import_id))
    found = _subjects(tx, actor, entries)
    fresh = _fresh(tx, rows)
    today = business_day(now, read_company(tx).time_zone)
    days = {
        subject: milestones_of(tx, subject, [e.subject_id for e in entries if e.subject is subject])
        for subject in Subject
    }
    after: dict[tuple[Subject, int], dict[Milestone, date]] = {}
    for row_no, (entry, row) in enumerate(zip(entries, rows, strict=True), 1):
        if row["key"] not in fresh:
            continue
        with at_row(row_no):
            known = after.setdefault(
                (entry.subject, entry.subject_id),
                dict(days[entry.subject].get(entry.subject_id, {})),
            )
            _place(known, entry, found[entry.subject, entry.subject_id], today)
    for (subject, subject_id), known in after.items():
        _refuse_disorder(known, found[subject, subject_id])
    insert_rows(tx, milestone_table, [row for row in rows if row["key"] in fresh])
    _audit(tx, actor, [entry for entry in entries if entry.key in fresh])
    return len(fresh)


def milestones_of(
    conn: Reading, subject: Subject, ids: Sequence[int]
) -> dict[int, dict[Milestone, date]]:
    """The days that hold, by order or transfer, in the order of the way."""
    found: dict[int, dict[Milestone, date]] = defaultdict(dict)
    for row in conn.rows(_STANDING[subject], {"ids": sorted(set(ids))}):
        found[row.subject_id][Milestone(row.kind)] = row.occurred_on
    return {
        key: {kind: days[kind] for kind in ORDER if kind in days} for key, days in found.items()
    }


@dataclass(frozen=True, slots=True)
class _Subject:
    number: str
    begun_on: date
    ended: bool


def _row(actor: Actor, entry: NewMilestone, import_id: int | None) -> dict[str, object]:
    order = entry.subject is Subject.PURCHASE_ORDER
    return {
        "key": check_key(entry.key),
        "request_hash": request_hash(entry),
        "purchase_order_id": entry.subject_id if order else None,
        "transfer_id": None if order else entry.subject_id,
        "kind": check_member(entry.kind, Milestone, field="milestone"),
        "occurred_on": check_day(entry.occurred_on, field="occurred_on"),
        "note": clean_text(entry.note, field="note"),
        "person_id": actor.person_id,
        "import_id": import_id,
    }


def _subjects(
    tx: Writing, actor: Actor, entries: Sequence[NewMilestone]
) -> dict[tuple[Subject, int], _Subject]:
    """Number and first day of everything named, locked so that two entries follow each other."""
    found: dict[tuple[Subject, int], _Subject] = {}
    for subject in Subject:
        ids = sorted({entry.subject_id for entry in entries if entry.subject is subject})
        for row in tx.rows(_SUBJECTS[subject], {"ids": ids}) if ids else ():
            require(actor, _RIGHTS[subject], warehouse_id=row.warehouse_id)
            found[subject, row.id] = _Subject(row.number, row.begun_on, row.ended)
        for missing in ids:
            if (subject, missing) not in found:
                raise NotFound("record_missing", kind=subject.value, id=missing)
    return found


def _fresh(tx: Writing, rows: Sequence[Mapping[str, object]]) -> set[object]:
    """Keys that are not in the book yet."""
    hashes = {row["key"]: row["request_hash"] for row in rows}
    if len(hashes) < len(rows):
        keys = [row["key"] for row in rows]
        raise Invalid("key_twice", key=next(key for key in keys if keys.count(key) > 1))
    known = tx.rows(_KNOWN, {"keys": list(hashes)})
    for row in known:
        if row.request_hash != hashes[row.key]:
            raise Conflict("key_reused", key=row.key)
    return set(hashes) - {row.key for row in known}


def _place(
    known: dict[Milestone, date], entry: NewMilestone, subject: _Subject, today: date
) -> None:
    if subject.ended:
        raise Refused("milestone_of_ended", number=subject.number)
    if entry.occurred_on is None:
        if known.pop(Milestone(entry.kind), None) is None:
            raise Refused("milestone_not_recorded", number=subject.number, milestone=entry.kind)
        return
    if not subject.begun_on <= entry.occurred_on <= today:
        raise Invalid(
            "milestone_day_impossible",
            field="occurred_on",
            value=entry.occurred_on,
            first=subject.begun_on,
            last=today,
        )
    known[Milestone(entry.kind)] = entry.occurred_on


def _refuse_disorder(known: Days, subject: _Subject) -> None:
    seen: tuple[Milestone, date] | None = None
    for kind in ORDER:
        if kind not in known:
            continue
        if seen is not None and known[kind] < seen[1]:
            raise Refused(
                "milestones_out_of_order",
                number=subject.number,
                milestone=kind,
                day=known[kind],
                earlier_day=seen[1],
            )
        seen = (kind, known[kind])


def _audit(tx: Writing, actor: Actor, entries: Sequence[NewMilestone]) -> None:
    rows = [
        {
            "person_id": actor.person_id,
            "act": "milestone_recorded",
            "subject_kind": entry.subject.value,
            "subject_id": str(entry.subject_id),
            "details": {
                "milestone": entry.kind,
                "on": entry.occurred_on.isoformat() if entry.occurred_on else None,
            },
        }
        for entry in entries
    ]
    insert_rows(tx, audit_entry, rows)


_KNOWN = text("SELECT key, request_hash FROM milestone WHERE key = ANY(CAST(:keys AS text[]))")
_STANDING = {
    subject: text(f"""
        SELECT subject_id, kind, occurred_on FROM (
            SELECT DISTINCT ON ({subject}_id, kind) {subject}_id AS subject_id, kind, occurred_on
              FROM milestone WHERE {subject}_id = ANY(CAST(:ids AS bigint[]))
             ORDER BY {subject}_id, kind, id DESC) AS latest
         WHERE occurred_on IS NOT NULL
    """)  # noqa: S608 (a word of our own)
    for subject in Subject
}
_SUBJECTS = {
    Subject.PURCHASE_ORDER: text("""
        SELECT id, number, warehouse_id, ordered_on AS begun_on, state = 'cancelled' AS ended
          FROM purchase_order WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR NO KEY UPDATE
    """),
    Subject.TRANSFER: text("""
        SELECT t.id, t.number, t.from_warehouse_id AS warehouse_id, t.state = 'cancelled' AS ended,
               (coalesce(t.shipped_at, t.recorded_at) AT TIME ZONE c.time_zone)::date AS begun_on
          FROM transfer t CROSS JOIN company c WHERE t.id = ANY(CAST(:ids AS bigint[]))
         ORDER BY t.id FOR NO KEY UPDATE OF t
    """),
}
