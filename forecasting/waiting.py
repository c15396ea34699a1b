"""Decides whether an order of today pays: against waiting for the next review, and at all.

Waiting costs the margin of what the order would serve until goods of the next review. An order
that brings less in all that it will ever sell than it costs does not pay at any time. Chooses no
supplier and no quantity.
"""

from decimal import Decimal

from forecasting.supplier_choice import Option, cents, holding_unit_cost, hundredths


def gain_of_ordering(taken: Option, holding_rate_year: Decimal) -> Decimal | None:
    """What the order earns against waiting for the next review: the margin of what it serves until
    goods of that could arrive, less what the rest of it costs while it lies there so much longer,
    and what the part is dearer by that could as well come the usual way. None where a cost or the
    selling price is unknown.
    """
    weight = taken.weight
    if weight is None or weight.unit_margin is None or taken.unit_landed is None:
        return None
    served = min(hundredths(taken.cost.served), Decimal(taken.quantity.ordered))
    holding = holding_unit_cost(
        taken.unit_landed,
        waiting_days=Decimal(taken.arrival.gap_days),
        holding_rate_year=holding_rate_year,
    )
    dearer = (taken.unit_total or Decimal(0)) - weight.usual_unit
    beyond = max(Decimal(0), taken.quantity.ordered - hundredths(taken.needed_until))
    rest = (taken.quantity.ordered - served) * holding + beyond * dearer
    return cents(served * weight.unit_margin) - cents(rest) - weight.low_fee


def brought_by(taken: Option, selling_price: Decimal | None) -> Decimal | None:
    """What all units that the order will ever sell bring, less what the whole order costs until
    then; below zero where it loses money. None where a cost or the price is unknown.
    """
    if selling_price is None or taken.unit_total is None:
        return None
    sold = taken.quantity.ordered - taken.left_over - hundredths(taken.cost.expired)
    return cents(sold * selling_price - taken.quantity.ordered * taken.unit_total)
