"""What an approved suggestion becomes. Decides that it becomes one purchase order, exactly once.

One click: lock, plan that SKU again, refuse where quantity, supplier or date moved, keep the
approval with its numbers, create the order under the approval's id as its key. A repeated click,
from whatever window, finds the approval and returns the same order. Never plans by itself: the
edge hands in `replan`, so that this room knows no forecasting.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from inventory_core.clock import business_day
from inventory_core.db.engine import Writing
from inventory_core.desk.ordering import Accepted, order_accepted, order_of_suggestion
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.approvals import (
    Approval,
    Subject,
    decide_approval,
    live_approval,
    open_approval,
)
from inventory_core.office.audit import record_audit
from inventory_core.office.company import read_company
from inventory_core.planning.release import (
    Shown,
    close_suggestion,
    lock_suggestions,
    require_open,
    shown_suggestions,
)
from inventory_core.trade.offer_terms import Offer
from inventory_core.trade.offer_terms import offers as read_offers
from inventory_core.trade.price_breaks import unit_price_at
from inventory_core.vocabulary import ApprovalState, SuggestionKind, SuggestionState

SUBJECT_KIND = "suggestion"
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person clicked: the revision seen, and the quantity or offer if changed by hand."""

    suggestion_id: int
    revision: int
    key: str
    quantity: int | None = None
    offer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Fresh:
    """The same SKU planned again just now; `figures` is its position, to show what moved."""

    quantity: int
    supplier_id: int | None
    order_by_on: date | None
    figures: Mapping[str, Any]


Replan = Callable[[Writing, Sequence[Shown]], Mapping[int, Fresh | None]]


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one suggestion; `moved` names figures that changed since it was shown."""

    suggestion_id: int
    approval_id: int
    purchase_order_id: int
    number: str
    decided_by: str
    replayed: bool
    moved: Mapping[str, tuple[Any, Any]]


def approve_suggestions(
    tx: Writing, actor: Actor, choices: Sequence[Choice], *, replan: Replan, now: datetime
) -> list[Decision]:
    """Approve buy suggestions, all or none, and order them: one order per supplier and warehouse.

    Raises Conflict("suggestion_outdated") with the difference where the fresh plan disagrees.
    """
    require(actor, Permission.PURCHASE_APPROVE)
    if not 0 < len(choices) <= MOST_AT_ONCE:
        raise Invalid("too_many_at_once", field="choices", most=MOST_AT_ONCE)
    ids = [choice.suggestion_id for choice in choices]
    lock_suggestions(tx, ids)
    shown = shown_suggestions(tx, ids)
    done = {i: found for i in ids if (found := _approved_before(tx, shown[i])) is not None}
    fresh_choices = [choice for choice in choices if choice.suggestion_id not in done]
    for choice in fresh_choices:
        require(
            actor,
            Permission.PURCHASE_APPROVE,
            warehouse_id=shown[choice.suggestion_id].warehouse_id,
        )
        require_open(shown[choice.suggestion_id], choice.revision)
    plans = replan(tx, [shown[choice.suggestion_id] for choice in fresh_choices])
    today = business_day(now, read_company(tx).time_zone)
    catalogue = _offers_of(tx, [shown[choice.suggestion_id] for choice in fresh_choices], today)
    moved = {
        choice.suggestion_id: _what_moved(
            shown[choice.suggestion_id], plans.get(choice.suggestion_id)
        )
        for choice in fresh_choices
    }
    accepted = [
        _accept(tx, actor, choice, shown[choice.suggestion_id], catalogue, now=now)
        for choice in fresh_choices
    ]
    made = {
        item.shown.id: Decision(
            suggestion_id=item.shown.id,
            approval_id=item.approval.id,
            purchase_order_id=order.id,
            number=order.number,
            decided_by=actor.name,
            replayed=False,
            moved=moved[item.shown.id],
        )
        for order, item in order_accepted(tx, actor, accepted, today=today, now=now)
    }
    by_id = made | done
    return [by_id[i] for i in ids]


def reject_suggestion(
    tx: Writing, actor: Actor, choice: Choice, *, reason: str, now: datetime
) -> Approval:
    """Say no, with a reason; the suggestion leaves the list and its numbers are kept."""
    require(actor, Permission.PURCHASE_APPROVE)
    lock_suggestions(tx, [choice.suggestion_id])
    shown = shown_suggestions(tx, [choice.suggestion_id])[choice.suggestion_id]
    require_open(shown, choice.revision)
    asked = open_approval(
        tx, actor, subject_of(shown), suggestion_facts(shown), key=f"{choice.key}:ask"
    )
    decided = decide_approval(
        tx,
        actor,
        asked.id,
        approved=False,
        key=choice.key,
        now=now,
        permission=Permission.PURCHASE_APPROVE,
        reason=reason,
    )
    close_suggestion(tx, shown.id, SuggestionState.REJECTED, now=now)
    record_audit(
        tx, actor, "suggestion_rejected", (SUBJECT_KIND, shown.id), {"reason": reason.strip()}
    )
    return decided


def _approved_before(tx: Writing, shown: Shown) -> Decision | None:
    found = live_approval(tx, SUBJECT_KIND, shown.id)
    if found is None or found.state is not ApprovalState.APPROVED:
        return None
    order = order_of_suggestion(tx, shown.id)
    assert order is not None, "an approved suggestion has its order in the same transaction"
    return Decision(shown.id, found.id, order.id, order.number, found.decided_by, True, {})


def _offers_of(tx: Writing, shown: Sequence[Shown], on: date) -> dict[int, Offer]:
    if not shown:
        return {}
    found = read_offers(tx, [item.sku_id for item in shown], on)
    return {offer.id: offer for offer in found}


def _accept(
    tx: Writing,
    actor: Actor,
    choice: Choice,
    shown: Shown,
    catalogue: Mapping[int, Offer],
    *,
    now: datetime,
) -> Accepted:
    if shown.kind is not SuggestionKind.BUY:
        raise Refused("suggestion_not_a_purchase", sku=shown.sku_code)
    offer_id = choice.offer_id or shown.offer_id
    offer = catalogue.get(offer_id) if offer_id else None
    if offer is None or offer.sku_id != shown.sku_id:
        raise Refused("suggestion_needs_supplier", sku=shown.sku_code)
    quantity = choice.quantity or shown.quantity
    _check_terms(shown, offer, quantity)
    unit_price = unit_price_at(offer.prices, quantity)
    if unit_price is None:
        raise Refused("offer_without_price", sku=shown.sku_code, quantity=quantity)
    asked = open_approval(
        tx, actor, subject_of(shown), suggestion_facts(shown), key=f"{choice.key}:ask"
    )
    decided = decide_approval(
        tx,
        actor,
        asked.id,
        approved=True,
        key=choice.key,
        now=now,
        permission=Permission.PURCHASE_APPROVE,
        details={
            "quantity": quantity,
            "offer_id": offer.id,
            "unit_price": str(unit_price),
            "currency": offer.currency,
        },
    )
    close_suggestion(tx, shown.id, SuggestionState.APPROVED, now=now)
    record_audit(
        tx,
        actor,
        "suggestion_approved",
        (SUBJECT_KIND, shown.id),
        {"revision": shown.revision, "quantity": quantity, "offer_id": offer.id},
    )
    return Accepted(shown, offer, quantity, unit_price, decided)


def _what_moved(shown: Shown, fresh: Fresh | None) -> dict[str, tuple[Any, Any]]:
    if fresh is None:
        raise Conflict("suggestion_outdated", sku=shown.sku_code, quantity=0, what="no_need")
    before = {
        "quantity": shown.quantity,
        "supplier": shown.supplier_id,
        "order_by_on": shown.order_by_on,
    }
    after = {
        "quantity": fresh.quantity,
        "supplier": fresh.supplier_id,
        "order_by_on": fresh.order_by_on,
    }
    for what, value in before.items():
        if after[what] != value:
            raise Conflict(
                "suggestion_outdated", sku=shown.sku_code, quantity=fresh.quantity, what=what
            )
    seen = shown.trace.get("position", {})
    return {
        name: (seen[name], value)
        for name, value in fresh.figures.items()
        if name in seen and seen[name] != value
    }


def _check_terms(shown: Shown, offer: Offer, quantity: int) -> None:
    if quantity < offer.moq:
        raise Invalid("quantity_below_moq", field="quantity", sku=shown.sku_code, moq=offer.moq)
    if quantity % offer.order_multiple:
        raise Invalid(
            "quantity_not_multiple",
            field="quantity",
            sku=shown.sku_code,
            multiple=offer.order_multiple,
        )


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
        "quantity": shown.quantity,
        "unit_price": None if shown.unit_price is None else str(shown.unit_price),
        "currency": shown.currency,
        "amount_base": None if shown.amount_base is None else str(shown.amount_base),
        "order_by_on": shown.order_by_on and shown.order_by_on.isoformat(),
        "arrives_on": shown.arrives_on and shown.arrives_on.isoformat(),
        "content_hash": shown.content_hash,
        "revision": shown.revision,
    }
