"""Taking an approval back. Decides that it may be taken back until the order or the goods left.

The line leaves the draft order or planned transfer, or the whole where it was the only one; the
suggestion is open again and the approval says who undid it. Nothing is deleted.
"""

from datetime import datetime

from inventory_core.db.engine import Writing
from inventory_core.desk.decisions import SUBJECT_KIND
from inventory_core.desk.ordering import order_of_suggestion
from inventory_core.desk.sending import take_off_transfer, transfer_of_suggestion
from inventory_core.errors import NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.approvals import Approval, live_approval, undo_approval
from inventory_core.office.audit import record_audit
from inventory_core.planning.release import lock_suggestions, reopen_suggestion
from inventory_core.trade.purchase_steps import LineChange, cancel_purchase_orders, change_lines
from inventory_core.vocabulary import ApprovalState, PurchaseOrderState, TransferState


def undo_decision(
    tx: Writing, actor: Actor, suggestion_id: int, *, key: str, reason: str, now: datetime
) -> Approval:
    """Undo the approval of one suggestion; refused once its order was sent to the supplier."""
    require(actor, Permission.PURCHASE_APPROVE)
    lock_suggestions(tx, [suggestion_id])
    approval = live_approval(tx, SUBJECT_KIND, suggestion_id)
    if approval is None or approval.state is not ApprovalState.APPROVED:
        raise NotFound("approval_unknown", approval_id=suggestion_id)
    transfer = transfer_of_suggestion(tx, suggestion_id)
    if transfer is not None:
        if transfer.state is not TransferState.PLANNED:
            raise Refused(
                "transfer_not_planned", number=transfer.number, state=transfer.state.value
            )
        take_off_transfer(tx, actor, transfer, suggestion_id, key=key, now=now)
    else:
        _take_off_order(tx, actor, suggestion_id, reason=reason, now=now)
    undone = undo_approval(
        tx,
        actor,
        approval.id,
        key=key,
        permission=Permission.PURCHASE_APPROVE,
        reason=reason,
    )
    reopen_suggestion(tx, suggestion_id)
    record_audit(tx, actor, "approval_undone", (SUBJECT_KIND, suggestion_id), {"reason": reason})
    return undone


def _take_off_order(
    tx: Writing, actor: Actor, suggestion_id: int, *, reason: str, now: datetime
) -> None:
    order = order_of_suggestion(tx, suggestion_id)
    assert order is not None, "an approved suggestion has its document in the same transaction"
    if order.state is not PurchaseOrderState.DRAFT:
        raise Refused("order_already_sent", number=order.number)
    mine = [line for line in order.lines if line.suggestion_id == suggestion_id and line.open]
    if len(mine) == sum(1 for line in order.lines if line.open):
        cancel_purchase_orders(tx, actor, [order.id], reason=reason, now=now)
        return
    changes = [LineChange(line.line_no, cancel=True) for line in mine]
    change_lines(tx, actor, order.id, changes, version=order.version, now=now)
