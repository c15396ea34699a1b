"""Asking for a decision that one may not take oneself. Decides only that the question stands.

Whoever sees a suggestion may ask; whoever holds the right to approve finds it on the Approvals
screen, and `decisions.approve_suggestions` answers it under the same approval.
"""

from datetime import datetime

from inventory_core.db.engine import Writing
from inventory_core.desk.decisions import Choice, subject_of, suggestion_facts
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.approvals import Approval, open_approval
from inventory_core.office.audit import record_audit
from inventory_core.planning.release import lock_suggestions, require_open, shown_suggestions


def request_approval(tx: Writing, actor: Actor, choice: Choice, *, now: datetime) -> Approval:
    """Put one open suggestion before those who may approve it; asking twice asks once."""
    require(actor, Permission.PLAN_RUN)
    lock_suggestions(tx, [choice.suggestion_id])
    shown = shown_suggestions(tx, [choice.suggestion_id])[choice.suggestion_id]
    require_open(shown, choice.revision)
    facts = suggestion_facts(shown) | {"asked_at": now.isoformat()}
    asked = open_approval(tx, actor, subject_of(shown), facts, key=choice.key)
    if not asked.replayed:
        record_audit(tx, actor, "approval_requested", ("suggestion", shown.id), {})
    return asked
