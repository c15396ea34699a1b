"""Productions that the orders of several sites reach together, where limits change these orders.

Decides that such orders keep the price break they reach together or are left out together, and
what their units cost once the limits have given every site its number.
"""

from collections import defaultdict
from collections.abc import Sequence

from forecasting.joint_agreement import beside
from forecasting.joint_orders import (
    Production,
    drafted_offer,
    joint_offer,
    others_of,
    production_of,
)
from forecasting.limits import Floor
from forecasting.limits_ladder import Ladder
from forecasting.situation import Planned


def joint_floors(ladders: Sequence[Ladder]) -> list[Floor]:
    """At least the units from which the price holds that the orders of a production are planned
    at, or none of them.
    """
    members: dict[Production, list[int]] = defaultdict(list)
    for place, ladder in enumerate(ladders):
        if ladder.offer.others:
            members[ladder.draft.sku_id, ladder.offer.offer_id].append(place)
    floors = []
    for places in members.values():
        offer = ladders[places[0]].offer
        reached = offer.price_at(ladders[places[0]].draft.quantity)
        least = max(offer.moq, reached[0] if reached else 0) - offer.unsent
        if least > 0:
            floors.append(Floor(offer.supplier, least, tuple(places), "units"))
    return floors


def left_out(before: Sequence[Planned], after: Sequence[Planned]) -> set[Production]:
    """Productions of which limits have left no order, though several sites ordered together."""
    joint = {found for one in before if (found := production_of(one)) is not None}
    there = {
        (one.situation.sku_id, offer.offer_id)
        for one in after
        if (offer := drafted_offer(one)) is not None
    }
    return joint - there


def priced_together(pairs: Sequence[Planned]) -> list[Planned]:
    """Orders of one production know what the others have now, and pay the price of all units."""
    again = list(pairs)
    for place, (one, others) in enumerate(zip(pairs, others_of(pairs), strict=True)):
        offer = joint_offer(one)
        if offer is not None and others != offer.others:
            again[place] = beside(one, offer.offer_id, others)
    return again
