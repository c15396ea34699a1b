"""One running approval for one subject. Decides who said yes or no to which numbers, once.

An approval binds a subject's revision and the facts shown for it. It knows nothing of stock or
purchasing: the caller (`desk/decisions`) asks, this module answers, and nobody registers here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.office import approval, approval_act, person
from inventory_core.errors import Conflict, Invalid, NotFound
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.vocabulary import ApprovalState, PersonId

MOST_REASON_CHARACTERS = 500
_LIVE = (ApprovalState.WAITING.value, ApprovalState.APPROVED.value)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is decided on: one revision of one thing."""

    kind: str
    id: int
    revision: int


@dataclass(frozen=True, slots=True)
class Approval:
    """Where an approval stands, and on which numbers."""

    id: int
    subject: Subject
    state: ApprovalState
    facts: Mapping[str, Any]
    asked_by_id: PersonId
    asked_by: str
    asked_at: datetime
    decided_at: datetime | None
    decided_by: str
    replayed: bool = False


def open_approval(
    tx: Writing,
    actor: Actor,
    subject: Subject,
    facts: Mapping[str, Any],
    *,
    key: str,
    asked_by_id: PersonId | None = None,
) -> Approval:
    """Ask for a decision, in the name of `asked_by_id` where somebody else asked it before; a
    subject that already has a live approval gets that one back.
    """
    require(actor, Permission.VIEW)
    statement = (
        insert_once(approval)
        .values(
            key=key,
            subject_kind=subject.kind,
            subject_id=subject.id,
            subject_revision=subject.revision,
            state=ApprovalState.WAITING.value,
            facts=dict(facts),
            requested_by_id=actor.person_id if asked_by_id is None else asked_by_id,
        )
        .on_conflict_do_nothing()
        .returning(approval.c.id)
    )
    made = tx.scalar(statement)
    found = live_approval(tx, subject.kind, subject.id)
    if found is None:
        raise Conflict("key_reused", key=key)
    return found if made == found.id else _replayed(found)


def decide_approval(
    tx: Writing,
    actor: Actor,
    approval_id: int,
    *,
    approved: bool,
    key: str,
    now: datetime,
    permission: Permission,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> Approval:
    """Say yes or no, once. The same answer again is a replay; another answer is a Conflict.

    `details` are kept with the act: what was decided where it differs from what was shown.
    """
    require(actor, permission)
    reason = _check_reason(reason, needed=not approved)
    current = _locked(tx, approval_id)
    target = ApprovalState.APPROVED if approved else ApprovalState.REJECTED
    if current.state is target:
        return _replayed(current)
    if current.state is not ApprovalState.WAITING:
        raise Conflict("already_decided", state=current.state.value, by=current.decided_by)
    tx.execute(
        update(approval)
        .where(approval.c.id == approval_id)
        .values(state=target.value, decided_at=now)
    )
    act = "approve" if approved else "reject"
    _record_act(tx, actor, approval_id, act, key, reason, details or {})
    return _one(tx, approval_id)


def undo_approval(
    tx: Writing, actor: Actor, approval_id: int, *, key: str, permission: Permission, reason: str
) -> Approval:
    """Take an approval back; whether it still may be is the caller's rule."""
    require(actor, permission)
    current = _locked(tx, approval_id)
    if current.state is ApprovalState.UNDONE:
        return _replayed(current)
    return _taken_back(tx, actor, current, ApprovalState.APPROVED, key, reason)


def withdraw_approval(
    tx: Writing, actor: Actor, approval_id: int, *, key: str, permission: Permission, reason: str
) -> Approval:
    """Close a question that nobody answered: what it asked about is not so any more."""
    require(actor, permission)
    current = _locked(tx, approval_id)
    return _taken_back(tx, actor, current, ApprovalState.WAITING, key, reason)


def live_approval(conn: Reading, subject_kind: str, subject_id: int) -> Approval | None:
    """The waiting or approved approval of a subject, of which there is at most one."""
    found = _read(
        conn,
        approval.c.subject_kind == subject_kind,
        approval.c.subject_id == subject_id,
        approval.c.state.in_(_LIVE),
    )
    return found[0] if found else None


def approvals_of(conn: Reading, approval_ids: Sequence[int]) -> dict[int, Approval]:
    """These approvals by id, whatever their state."""
    ids = sorted(set(approval_ids))
    return {one.id: one for one in _read(conn, approval.c.id.in_(ids), most=len(ids))}


def list_approvals(conn: Reading, state: ApprovalState, *, most: int = 200) -> list[Approval]:
    """Approvals in one state, newest first."""
    return _read(conn, approval.c.state == state.value, most=most)


def _taken_back(
    tx: Writing, actor: Actor, current: Approval, state: ApprovalState, key: str, reason: str
) -> Approval:
    """Close what is in this state; Conflict in any other."""
    if current.state is not state:
        raise Conflict("already_decided", state=current.state.value, by=current.decided_by)
    tx.execute(
        update(approval).where(approval.c.id == current.id).values(state=ApprovalState.UNDONE.value)
    )
    _record_act(tx, actor, current.id, "undo", key, _check_reason(reason, needed=False), {})
    return _one(tx, current.id)


def _locked(tx: Writing, approval_id: int) -> Approval:
    tx.execute(select(approval.c.id).where(approval.c.id == approval_id).with_for_update())
    return _one(tx, approval_id)


def _one(conn: Reading, approval_id: int) -> Approval:
    found = _read(conn, approval.c.id == approval_id)
    if not found:
        raise NotFound("approval_unknown", approval_id=approval_id)
    return found[0]


def _read(conn: Reading, *conditions: Any, most: int = 1) -> list[Approval]:
    last_act = (
        select(approval_act.c.approval_id, func.max(approval_act.c.id).label("act_id"))
        .group_by(approval_act.c.approval_id)
        .subquery()
    )
    asker = person.alias("asker")
    statement = (
        select(approval, asker.c.name.label("asked_by"), person.c.name.label("decided_by"))
        .join(asker, asker.c.id == approval.c.requested_by_id)
        .outerjoin(last_act, last_act.c.approval_id == approval.c.id)
        .outerjoin(approval_act, approval_act.c.id == last_act.c.act_id)
        .outerjoin(person, person.c.id == approval_act.c.person_id)
        .where(*conditions)
        .order_by(approval.c.id.desc())
        .limit(most)
    )
    return [
        Approval(
            id=row.id,
            subject=Subject(row.subject_kind, row.subject_id, row.subject_revision),
            state=ApprovalState(row.state),
            facts=row.facts,
            asked_by_id=PersonId(row.requested_by_id),
            asked_by=row.asked_by,
            asked_at=row.recorded_at,
            decided_at=row.decided_at,
            decided_by=row.decided_by or "",
        )
        for row in conn.rows(statement)
    ]


def _record_act(
    tx: Writing,
    actor: Actor,
    approval_id: int,
    act: str,
    key: str,
    reason: str,
    details: Mapping[str, Any],
) -> None:
    tx.execute(
        insert(approval_act).values(
            key=key,
            approval_id=approval_id,
            person_id=actor.person_id,
            act=act,
            reason=reason,
            details=dict(details),
        )
    )


def _check_reason(reason: str, *, needed: bool) -> str:
    cleaned = reason.strip()
    if needed and not cleaned:
        raise Invalid("reason_missing", field="reason")
    if len(cleaned) > MOST_REASON_CHARACTERS:
        raise Invalid("text_too_long", field="reason", most=MOST_REASON_CHARACTERS)
    return cleaned


def _replayed(found: Approval) -> Approval:
    return replace(found, replayed=True)
