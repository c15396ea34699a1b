"""Orders of one SKU for several sites from one supplier: MOQ and price breaks are theirs together.

A supplier's MOQ is what it makes at once, wherever the goods go. Decides which orders go together,
and says so; how many units each site orders then is decided in `joint_agreement`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from forecasting.joint_agreement import Pair, Together, planned_beside
from forecasting.situation import Planned, PlanSettings
from forecasting.supplier_terms import OfferTerms, step_of
from inventory_core.planning.plan_limits import Use

NOTHING_HELD: Mapping[Pair, Use] = {}
# A SKU and the offer by which it is bought: what is made at once.
Production = tuple[int, int]


def order_together(
    pairs: Sequence[Planned],
    settings: PlanSettings,
    rejected: Set[Pair] = frozenset(),
    held: Mapping[Pair, Use] = NOTHING_HELD,
    as_needed: Set[Production] | None = None,
) -> list[Planned]:
    """The same plan with the orders of one offer planned beside each other. `rejected`: nobody
    wants these for now, so nothing is to be reached with them. `held`: what the list says.
    `as_needed`: only these, and none goes up to a lower price.
    """
    again = list(pairs)
    for key, places in _groups(pairs, rejected).items():
        here = pairs[places[0]].situation
        offer = next(one for one in here.offers if one.offer_id == key[1])
        asked = as_needed is None or key in as_needed
        if asked and (len(places) > 1 or offer.unsent):
            listed = {
                pair: use.quantity
                for pair, use in held.items()
                if use.supplier_id == offer.supplier_id
            }
            alone = [pairs[i] for i in places]
            found = Together(alone, offer, settings, listed, as_needed is not None).planned()
            for place, one in zip(places, found, strict=True):
                again[place] = one
    return again


def order_again(
    pairs: Sequence[Planned], settings: PlanSettings, rejected: Set[Pair] = frozenset()
) -> list[Planned]:
    """The same after some orders went elsewhere: what counted on them is planned beside the rest.

    What went elsewhere was planned by itself, and stays as it is.
    """
    beside, again = others_of(pairs), list(pairs)
    places = [
        place
        for place, one in enumerate(pairs)
        if (offer := joint_offer(one)) is not None and offer.others != beside[place]
    ]
    alone = order_together([apart(pairs[i], settings) for i in places], settings, rejected)
    for place, one in zip(places, alone, strict=True):
        again[place] = one
    return again


def apart(one: Planned, settings: PlanSettings) -> Planned:
    """The site as it is planned when no other orders with it."""
    offer = joint_offer(one)
    return one if offer is None else planned_beside(one, offer.offer_id, 0, settings)


def joint_offer(one: Planned) -> OfferTerms | None:
    """The offer of an order that counts on orders of other sites; None for all others."""
    offer = drafted_offer(one)
    return offer if offer is not None and offer.others else None


def production_of(one: Planned) -> Production | None:
    """What an order is made with that counts on orders of other sites."""
    offer = joint_offer(one)
    return None if offer is None else (one.situation.sku_id, offer.offer_id)


def others_of(pairs: Sequence[Planned]) -> list[int]:
    """Units that other sites order with each order that counts on some; 0 for all else."""
    keys = [production_of(one) for one in pairs]
    units = [one.draft.quantity if one.draft else 0 for one in pairs]
    total: dict[Production | None, int] = defaultdict(int)
    for key, number in zip(keys, units, strict=True):
        total[key] += number
    return [total[k] - number if k else 0 for k, number in zip(keys, units, strict=True)]


def drafted_offer(one: Planned) -> OfferTerms | None:
    """The offer that a draft is bought by; None where there is none."""
    if one.draft is None or one.draft.offer_id is None:
        return None
    return next((o for o in one.situation.offers if o.offer_id == one.draft.offer_id), None)


def tell_together(pairs: Sequence[Planned]) -> list[Planned]:
    """Every draft names what its MOQ and its price are reached with."""
    sites: dict[Production, list[tuple[str, int, int]]] = defaultdict(list)
    for place, one in enumerate(pairs):
        if (key := production_of(one)) is not None and one.draft is not None:
            sites[key].append((one.situation.warehouse_code, one.draft.quantity, place))
    again = list(pairs)
    for place, one in enumerate(pairs):
        offer = drafted_offer(one)
        if offer is None or one.draft is None or not offer.beside:
            continue
        others = [
            {"warehouse": code, "quantity": units}
            for code, units, of in sorted(sites[one.situation.sku_id, offer.offer_id])
            if of != place
        ]
        together = {"sites": others, "unsent": offer.unsent}
        trace = {**one.draft.trace, "together": together}
        again[place] = replace(one, draft=replace(one.draft, trace=trace))
    return again


def _groups(pairs: Sequence[Planned], rejected: Set[Pair]) -> dict[Production, list[int]]:
    """Places of the orders of each offer for which it matters how much is ordered in all; and of
    sites that lack the SKU and for which the whole MOQ did not pay.
    """
    found: dict[Production, list[int]] = defaultdict(list)
    for place, one in enumerate(pairs):
        here = one.situation
        offer = drafted_offer(one)
        if one.draft is None and one.wanting:
            offer = next((o for o in here.offers if o == one.usual.offer), None)
        if offer is None or (here.sku_id, here.warehouse_id) in rejected:
            continue
        if offer.moq > step_of(offer, here.carton_quantity) or len(offer.prices) > 1:
            found[here.sku_id, offer.offer_id].append(place)
    return found
