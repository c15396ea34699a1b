"""The yes or no to one suggestion, kept with the numbers that were seen. Decides what of a
suggestion an approval binds; never what becomes of it (see `decisions`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.approvals import Approval, Subject, decide_approval, open_approval
from inventory_core.office.audit import record_audit
from inventory_core.planning.release import (
    Shown,
    close_suggestion,
    lock_suggestions,
    require_open,
    shown_suggestions,
)
from inventory_core.vocabulary import SuggestionState

SUBJECT_KIND = "suggestion"
_AUDITED = ("quantity", "offer_id", "from_warehouse_id", "despite")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person clicked: the revision seen, and the quantity or offer if changed by hand.

    `despite`: soft rules that the person was told such a change breaks, and wants it all the same.
    """

    suggestion_id: int
    revision: int
    key: str
    quantity: int | None = None
    offer_id: int | None = None
    despite: tuple[str, ...] = ()


def keep_yes(
    tx: Writing,
    actor: Actor,
    choice: Choice,
    shown: Shown,
    details: Mapping[str, Any],
    *,
    now: datetime,
) -> Approval:
    """Keep the yes with the numbers seen, and take the suggestion off the list."""
    decided = _keep(tx, actor, choice.key, shown, details=details, now=now)
    told = {name: details[name] for name in details if name in _AUDITED}
    facts = {"revision": shown.revision, **told}
    record_audit(tx, actor, "suggestion_approved", (SUBJECT_KIND, shown.id), facts)
    return decided


def reject_suggestion(
    tx: Writing, actor: Actor, choice: Choice, *, reason: str, now: datetime
) -> Approval:
    """Say no, with a reason; the suggestion leaves the list and its numbers are kept."""
    require(actor, Permission.PURCHASE_APPROVE)
    lock_suggestions(tx, [choice.suggestion_id])
    shown = shown_suggestions(tx, [choice.suggestion_id])[choice.suggestion_id]
    require_open(shown, choice.revision)
    decided = _keep(tx, actor, choice.key, shown, reason=reason, now=now)
    facts = {"reason": reason.strip()}
    record_audit(tx, actor, "suggestion_rejected", (SUBJECT_KIND, shown.id), facts)
    return decided


def _keep(
    tx: Writing,
    actor: Actor,
    key: str,
    shown: Shown,
    *,
    now: datetime,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Approval:
    """One answer, and the suggestion off the list: a yes has details, a no a reason."""
    state = SuggestionState.REJECTED if details is None else SuggestionState.APPROVED
    asked = open_approval(tx, actor, subject_of(shown), suggestion_facts(shown), key=f"{key}:ask")
    decided = decide_approval(
        tx,
        actor,
        asked.id,
        approved=state is SuggestionState.APPROVED,
        key=key,
        now=now,
        permission=Permission.PURCHASE_APPROVE,
        reason=reason,
        details=details,
    )
    close_suggestion(tx, shown.id, state, now=now)
    return decided


def subject_of(shown: Shown) -> Subject:
    """The revision that an approval binds."""
    return Subject(SUBJECT_KIND, shown.id, shown.revision)


def suggestion_facts(shown: Shown) -> dict[str, Any]:
    """The numbers that a person decides on, as they are kept with the approval."""
    return {
        "sku": shown.sku_code,
        "sku_name": shown.sku_name,
        "warehouse": shown.warehouse_code,
        "supplier": shown.supplier_name,
        "from_warehouse": shown.from_code,
        "quantity": shown.quantity,
        "unit_price": None if shown.unit_price is None else str(shown.unit_price),
        "currency": shown.currency,
        "amount_base": None if shown.amount_base is None else str(shown.amount_base),
        "order_by_on": shown.order_by_on and shown.order_by_on.isoformat(),
        "arrives_on": shown.arrives_on and shown.arrives_on.isoformat(),
        "content_hash": shown.content_hash,
        "revision": shown.revision,
    }
