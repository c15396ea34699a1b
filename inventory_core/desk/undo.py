"""Taking approvals back. Decides that they may be taken back until the order or the goods left.

A line leaves the draft order or planned transfer, or the whole where it was the only one; the
suggestion is open again and the approval says who undid it. Nothing is deleted. Several are taken
back all or none; who comes second is told who was first. What is suggested without them is planned
by the edge (`app/undoing`), in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory_core.db.engine import Writing
from inventory_core.desk.decisions import MOST_AT_ONCE, SUBJECT_KIND
from inventory_core.desk.ordering import order_of_suggestion
from inventory_core.desk.sending import take_off_transfer, transfer_of_suggestion
from inventory_core.errors import Conflict, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.approvals import Approval, approvals_of, undo_approval
from inventory_core.office.audit import record_audit
from inventory_core.planning.release import (
    Shown,
    lock_suggestions,
    reopen_suggestion,
    shown_suggestions,
)
from inventory_core.trade.purchase_steps import LineChange, cancel_purchase_orders, change_lines
from inventory_core.vocabulary import ApprovalState, PurchaseOrderState, TransferState


@dataclass(frozen=True, slots=True)
class Undone:
    """One approval that was taken back: the suggestion as it was approved, and its document.

    `replayed`: `undone_by` had taken it back before; what is shown then is what stands now.
    """

    approval_id: int
    shown: Shown
    number: str
    undone_by: str
    replayed: bool


def undo_decisions(
    tx: Writing,
    actor: Actor,
    approval_ids: Sequence[int],
    *,
    key: str,
    reason: str,
    now: datetime,
) -> list[Undone]:
    """Undo approvals, all or none; refused once an order of theirs was sent to the supplier."""
    require(actor, Permission.PURCHASE_APPROVE)
    ids = sorted(set(approval_ids))
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise Invalid("too_many_at_once", field="approval_ids", most=MOST_AT_ONCE)
    # What an approval is about never changes; where it stands is read under the lock.
    subjects = {one.id: _suggestion_of(one) for one in approvals_of(tx, ids).values()}
    for approval_id in ids:
        if approval_id not in subjects:
            raise NotFound("approval_unknown", approval_id=approval_id)
    lock_suggestions(tx, sorted(set(subjects.values())))
    current, shown = approvals_of(tx, ids), shown_suggestions(tx, list(subjects.values()))
    for one in shown.values():
        require(actor, Permission.PURCHASE_APPROVE, warehouse_id=one.warehouse_id)
    return [
        _undo(
            tx,
            actor,
            current[approval_id],
            shown[subjects[approval_id]],
            key=f"{key}:{approval_id}",
            reason=reason,
            now=now,
        )
        for approval_id in ids
    ]


def _suggestion_of(found: Approval) -> int:
    if found.subject.kind != SUBJECT_KIND:
        raise NotFound("approval_unknown", approval_id=found.id)
    return found.subject.id


def _undo(
    tx: Writing,
    actor: Actor,
    approval: Approval,
    shown: Shown,
    *,
    key: str,
    reason: str,
    now: datetime,
) -> Undone:
    if approval.state not in (ApprovalState.APPROVED, ApprovalState.UNDONE):
        raise Conflict("already_decided", state=approval.state.value, by=approval.decided_by)
    if approval.state is ApprovalState.UNDONE:
        return Undone(approval.id, shown, "", approval.decided_by, replayed=True)
    transfer = transfer_of_suggestion(tx, shown.id)
    if transfer is not None:
        if transfer.state is not TransferState.PLANNED:
            raise Refused(
                "transfer_not_planned", number=transfer.number, state=transfer.state.value
            )
        take_off_transfer(tx, actor, transfer, shown.id, key=key, now=now)
        number = transfer.number
    else:
        number = _take_off_order(tx, actor, shown.id, reason=reason, now=now)
    undone = undo_approval(
        tx,
        actor,
        approval.id,
        key=key,
        permission=Permission.PURCHASE_APPROVE,
        reason=reason,
    )
    reopen_suggestion(tx, shown.id)
    record_audit(tx, actor, "approval_undone", (SUBJECT_KIND, shown.id), {"reason": reason})
    return Undone(approval.id, shown, number, undone.decided_by, replayed=False)


def _take_off_order(
    tx: Writing, actor: Actor, suggestion_id: int, *, reason: str, now: datetime
) -> str:
    order = order_of_suggestion(tx, suggestion_id)
    assert order is not None, "an approved suggestion has its document in the same transaction"
    if order.state is not PurchaseOrderState.DRAFT:
        raise Refused("order_already_sent", number=order.number)
    mine = [line for line in order.lines if line.suggestion_id == suggestion_id and line.open]
    if len(mine) == sum(1 for line in order.lines if line.open):
        cancel_purchase_orders(tx, actor, [order.id], reason=reason, now=now)
        return order.number
    changes = [LineChange(line.line_no, cancel=True) for line in mine]
    change_lines(tx, actor, order.id, changes, version=order.version, now=now)
    return order.number
