"""A quantity or supplier changed by hand, at the click. Decides that a hard rule is never broken
and a soft one only by somebody who was told; never which rules there are (`planning/order_fit`).
"""

from collections.abc import Sequence
from datetime import date

from inventory_core.db.engine import Reading
from inventory_core.desk.answers import Choice
from inventory_core.errors import Invalid, Refused
from inventory_core.planning.order_room import purchase_fit, sending_fit
from inventory_core.planning.order_rules import Breach
from inventory_core.planning.release import Shown
from inventory_core.trade.offer_terms import Offer


def broken_knowingly(
    conn: Reading,
    choice: Choice,
    shown: Shown,
    offer: Offer,
    quantity: int,
    *,
    today: date,
    base_currency: str,
    beside: int,
) -> list[str]:
    """Names of the soft rules that this order breaks with the person's knowledge; `beside`: units
    of the offer that go along.
    """
    _check_terms(shown, offer, quantity, beside)
    if (quantity, offer.id) == (shown.quantity, shown.offer_id):
        return []
    fit = purchase_fit(conn, shown, offer, today=today, base_currency=base_currency, beside=beside)
    return _known(choice, shown, quantity, fit.breaches(quantity))


def sent_knowingly(conn: Reading, choice: Choice, shown: Shown, quantity: int) -> list[str]:
    """The same for a transfer; what the origin has not got is refused where stock is taken."""
    if quantity < 1:
        raise Invalid("quantity_not_positive", field="quantity", value=quantity)
    if quantity == shown.quantity:
        return []
    return _known(choice, shown, quantity, sending_fit(conn, shown).breaches(quantity))


def _known(choice: Choice, shown: Shown, quantity: int, breaches: Sequence[Breach]) -> list[str]:
    soft = [breach.rule for breach in breaches if breach.soft]
    if set(soft) - set(choice.despite):
        raise Refused("limits_not_confirmed", sku=shown.sku_code, quantity=quantity)
    return soft


def _check_terms(shown: Shown, offer: Offer, quantity: int, beside: int) -> None:
    if quantity + beside < offer.moq:
        raise Invalid("quantity_below_moq", field="quantity", sku=shown.sku_code, moq=offer.moq)
    for step, code in (
        (offer.order_multiple, "quantity_not_multiple"),
        (offer.pallet_quantity or 1, "quantity_not_pallets"),
    ):
        if quantity % step:
            raise Invalid(code, field="quantity", sku=shown.sku_code, multiple=step)
