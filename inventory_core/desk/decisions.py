"""What an approved suggestion becomes: a purchase order or a transfer. Decides: exactly once.

One click: lock, plan that SKU again, refuse where quantity, supplier or date moved, keep the
approval with its numbers, create the document under the approval's id as its key. A repeated click,
from whatever window, finds the approval and returns the same order. Never plans by itself: the
edge hands in `replan`, so that this room knows no forecasting.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from inventory_core.clock import business_day
from inventory_core.db.engine import Writing
from inventory_core.desk.answers import (
    SUBJECT_KIND,
    Choice,
    keep_yes,
    reject_suggestion,
    subject_of,
    suggestion_facts,
)
from inventory_core.desk.hand_changes import broken_knowingly, sent_knowingly
from inventory_core.desk.ordering import Accepted, order_accepted, order_of_suggestion
from inventory_core.desk.sending import Sent, lock_donors, send_accepted, transfer_of_suggestion
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.approvals import live_approval
from inventory_core.office.company import read_company
from inventory_core.planning.joint_units import JointUnits
from inventory_core.planning.release import (
    Shown,
    lock_suggestions,
    require_open,
    shown_suggestions,
)
from inventory_core.trade.offer_terms import Offer
from inventory_core.trade.offer_terms import offers as read_offers
from inventory_core.trade.price_breaks import unit_price_at
from inventory_core.trade.purchase_records import PurchaseOrder
from inventory_core.trade.transfer_records import Transfer
from inventory_core.vocabulary import (
    ApprovalState,
    PurchaseOrderState,
    SuggestionKind,
    TransferState,
)

__all__ = [
    "SUBJECT_KIND",
    "Choice",
    "Decision",
    "Fresh",
    "Replan",
    "approve_suggestions",
    "reject_suggestion",
    "subject_of",
    "suggestion_facts",
]

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fresh:
    """The same SKU planned again just now; `figures` is its position, to show what moved."""

    quantity: int
    supplier_id: int | None
    order_by_on: date | None
    figures: Mapping[str, Any]
    ship_method: str | None = None


Replan = Callable[[Writing, Sequence[Shown]], Mapping[int, Fresh | None]]


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one suggestion; `moved` names figures that changed since it was shown.

    `number` is the order's or the transfer's, and exactly one of the two ids is given; `draft`:
    neither has left the house, so that this may be taken back.
    """

    suggestion_id: int
    approval_id: int
    purchase_order_id: int | None
    transfer_id: int | None
    number: str
    decided_by: str
    replayed: bool
    moved: Mapping[str, tuple[Any, Any]]
    draft: bool = True


def approve_suggestions(
    tx: Writing, actor: Actor, choices: Sequence[Choice], *, replan: Replan, now: datetime
) -> list[Decision]:
    """Approve suggestions, all or none: one order per supplier and warehouse, one transfer per way.

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
    asked = [shown[choice.suggestion_id] for choice in fresh_choices]
    lock_donors(tx, asked)
    plans = replan(tx, asked)
    company = read_company(tx)
    today = business_day(now, company.time_zone)
    moved = {one.id: _what_moved(one, plans.get(one.id)) for one in asked}
    catalogue = _offers_of(tx, asked, today)
    along = _along(tx, fresh_choices, shown)
    bought = [
        _accept(
            tx,
            actor,
            choice,
            shown[choice.suggestion_id],
            catalogue,
            along,
            today=today,
            base_currency=company.base_currency,
            now=now,
        )
        for choice in fresh_choices
        if shown[choice.suggestion_id].kind is SuggestionKind.BUY
    ]
    sent = [
        _accept_transfer(tx, actor, choice, shown[choice.suggestion_id], now=now)
        for choice in fresh_choices
        if shown[choice.suggestion_id].kind is SuggestionKind.TRANSFER
    ]
    for order, line in order_accepted(tx, actor, bought, today=today, now=now):
        done[line.shown.id] = _decision(line, actor, moved, order=order)
    base = company.base_currency
    for transfer, item in send_accepted(tx, actor, sent, base_currency=base, today=today, now=now):
        done[item.shown.id] = _decision(item, actor, moved, transfer=transfer)
    return [done[i] for i in ids]


def _decision(
    item: Accepted | Sent,
    actor: Actor,
    moved: Mapping[int, Mapping[str, tuple[Any, Any]]],
    *,
    order: PurchaseOrder | None = None,
    transfer: Transfer | None = None,
) -> Decision:
    document = order or transfer
    assert document is not None, "a decision becomes an order or a transfer"
    return Decision(
        suggestion_id=item.shown.id,
        approval_id=item.approval.id,
        purchase_order_id=order.id if order else None,
        transfer_id=transfer.id if transfer else None,
        number=document.number,
        decided_by=actor.name,
        replayed=False,
        moved=moved[item.shown.id],
    )


def _approved_before(tx: Writing, shown: Shown) -> Decision | None:
    found = live_approval(tx, SUBJECT_KIND, shown.id)
    if found is None or found.state is not ApprovalState.APPROVED:
        return None
    transfer = transfer_of_suggestion(tx, shown.id)
    order = order_of_suggestion(tx, shown.id) if transfer is None else None
    document = order or transfer
    assert document is not None, "an approved suggestion has its document in the same transaction"
    return Decision(
        suggestion_id=shown.id,
        approval_id=found.id,
        purchase_order_id=order.id if order else None,
        transfer_id=transfer.id if transfer else None,
        number=document.number,
        decided_by=found.decided_by,
        replayed=True,
        moved={},
        draft=document.state in (PurchaseOrderState.DRAFT, TransferState.PLANNED),
    )


def _offers_of(tx: Writing, shown: Sequence[Shown], on: date) -> dict[int, Offer]:
    if not shown:
        return {}
    found = read_offers(tx, [item.sku_id for item in shown], on)
    return {offer.id: offer for offer in found}


def _along(tx: Writing, choices: Sequence[Choice], shown: Mapping[int, Shown]) -> JointUnits:
    """What reaches MOQ and price breaks together: of each as it is chosen, before any is closed."""
    chosen = {
        one.suggestion_id: (one.offer_id or seen.offer_id, one.quantity or seen.quantity)
        for one in choices
        for seen in [shown[one.suggestion_id]]
        if seen.kind is SuggestionKind.BUY
    }
    skus = sorted({shown[suggestion_id].sku_id for suggestion_id in chosen})
    return JointUnits(tx, skus, chosen)


def _accept(
    tx: Writing,
    actor: Actor,
    choice: Choice,
    shown: Shown,
    catalogue: Mapping[int, Offer],
    along: JointUnits,
    *,
    today: date,
    base_currency: str,
    now: datetime,
) -> Accepted:
    offer_id = choice.offer_id or shown.offer_id
    offer = catalogue.get(offer_id) if offer_id else None
    if offer is None or offer.sku_id != shown.sku_id:
        raise Refused("suggestion_needs_supplier", sku=shown.sku_code)
    quantity = shown.quantity if choice.quantity is None else choice.quantity
    beside = along.beside(shown.id, offer.id)
    despite = broken_knowingly(
        tx, choice, shown, offer, quantity,
        today=today, base_currency=base_currency, beside=beside,
    )  # fmt: skip
    unit_price = unit_price_at(offer.prices, quantity + beside)
    if unit_price is None:
        raise Refused("offer_without_price", sku=shown.sku_code, quantity=quantity)
    details = {
        "quantity": quantity,
        "offer_id": offer.id,
        "unit_price": str(unit_price),
        "currency": offer.currency,
        **_despite(despite),
    }
    approval = keep_yes(tx, actor, choice, shown, details, now=now)
    return Accepted(shown, offer, quantity, unit_price, approval)


def _accept_transfer(
    tx: Writing, actor: Actor, choice: Choice, shown: Shown, *, now: datetime
) -> Sent:
    if choice.offer_id is not None:
        raise Invalid("transfer_has_no_offer", field="offer_id", sku=shown.sku_code)
    quantity = shown.quantity if choice.quantity is None else choice.quantity
    despite = sent_knowingly(tx, choice, shown, quantity)
    details = {
        "quantity": quantity,
        "from_warehouse_id": shown.from_warehouse_id,
        **_despite(despite),
    }
    return Sent(shown, quantity, keep_yes(tx, actor, choice, shown, details, now=now))


def _despite(rules: Sequence[str]) -> dict[str, Any]:
    return {"despite": list(rules)} if rules else {}


def _what_moved(shown: Shown, fresh: Fresh | None) -> dict[str, tuple[Any, Any]]:
    if fresh is None:
        raise Conflict("suggestion_outdated", sku=shown.sku_code, quantity=0, what="no_need")
    before: dict[str, Any] = {
        "quantity": shown.quantity,
        "supplier": shown.supplier_id,
        "order_by_on": shown.order_by_on,
    }
    after: dict[str, Any] = {
        "quantity": fresh.quantity,
        "supplier": fresh.supplier_id,
        "order_by_on": fresh.order_by_on,
    }
    if fresh.ship_method is not None:
        before["ship_method"] = shown.ship_method
        after["ship_method"] = fresh.ship_method
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
