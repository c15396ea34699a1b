"""Asking for a decision that one may not take oneself. Decides only that the question stands.

Whoever sees a suggestion may ask; whoever holds the right to approve finds it on the Approvals
screen, and `decisions.approve_suggestions` answers it under the same approval. Where the plan has
moved meanwhile, the question is asked anew on the new numbers, in the name of who asked it; its
facts keep when it was first asked (`asked_at`), when anew (`asked_anew_at`) and the quantity of
before (`quantity_before`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from inventory_core.db.engine import Writing
from inventory_core.desk.decisions import SUBJECT_KIND, Choice, subject_of, suggestion_facts
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.approvals import (
    Approval,
    live_approval,
    open_approval,
    withdraw_approval,
)
from inventory_core.office.audit import record_audit
from inventory_core.planning.release import lock_suggestions, require_open, shown_suggestions
from inventory_core.planning.suggestions import OPEN_STATES
from inventory_core.vocabulary import ApprovalState


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


def close_questions(
    tx: Writing, actor: Actor, suggestion_ids: Sequence[int], *, key: str
) -> dict[int, Approval]:
    """Let go of suggestions whose question waits, so that the plan may revise them. Answers the
    questions by suggestion, for `ask_again`.
    """
    require(actor, Permission.PURCHASE_APPROVE)
    lock_suggestions(tx, suggestion_ids)
    asked: dict[int, Approval] = {}
    for suggestion_id in suggestion_ids:
        found = live_approval(tx, SUBJECT_KIND, suggestion_id)
        if found is None or found.state is not ApprovalState.WAITING:
            continue
        withdraw_approval(
            tx,
            actor,
            found.id,
            key=f"{key}:{suggestion_id}",
            permission=Permission.PURCHASE_APPROVE,
            reason="",
        )
        asked[suggestion_id] = found
    return asked


def ask_again(
    tx: Writing, actor: Actor, asked: Mapping[int, Approval], *, key: str, now: datetime
) -> list[Approval]:
    """The same questions on the numbers of now; what the plan withdrew is no question any more."""
    require(actor, Permission.PURCHASE_APPROVE)
    return [
        open_approval(
            tx,
            actor,
            subject_of(shown),
            suggestion_facts(shown) | _before(asked[shown.id], now),
            key=f"{key}:{shown.id}:again",
            asked_by_id=asked[shown.id].asked_by_id,
        )
        for shown in shown_suggestions(tx, list(asked)).values()
        if shown.state in OPEN_STATES
    ]


def _before(asked: Approval, now: datetime) -> dict[str, Any]:
    first = asked.facts.get("asked_at") or asked.asked_at.isoformat()
    return {
        "asked_at": first,
        "asked_anew_at": now.isoformat(),
        "quantity_before": asked.facts["quantity"],
    }
