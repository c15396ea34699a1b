"""Orders that stay under their supplier's minimum: topped up where that pays, else placed with
another supplier, else left out. Decides which of the three; never how a budget is shared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from forecasting.limits import Floor
from forecasting.limits_ladder import Ladder, ladder_of
from forecasting.limits_room import ROUNDING, Shared, floors_of, on_list
from forecasting.limits_topping import MOST_AHEAD_DAYS, raised
from forecasting.situation import Draft, Planned, PlanSettings
from forecasting.suggest import plan_now

# A second choice may have a minimum of its own, and so may a third.
MOST_ROUNDS = 3


@dataclass(slots=True)
class Passed:
    """Pairs after small orders were passed on, and what was given up, for the report.

    `tried`: suppliers whose minimum was too high for the pair at that place of the list.
    """

    pairs: list[Planned]
    tried: dict[int, set[int]] = field(default_factory=dict)
    given_up: list[dict[str, Any]] = field(default_factory=list)


def pass_small_orders(
    pairs: Sequence[Planned],
    shared: Shared,
    settings: PlanSettings,
    sizes: Mapping[int, tuple[float, float]],
    rates: Mapping[str, Decimal],
) -> Passed:
    """Plan what a supplier's minimum is too high for again, without that supplier."""
    passed = Passed(list(pairs))
    for _ in range(MOST_ROUNDS):
        places = [
            i for i, one in enumerate(passed.pairs) if can_be_ordered(one) and minimum_of(one)
        ]
        ladders = [
            ladder_of(passed.pairs[i], settings, sizes.get(passed.pairs[i].situation.sku_id))
            for i in places
        ]
        floors = floors_of(ladders, shared, rates)
        small = [
            (floor, short) for floor in floors if (short := _shortfall(ladders, floor, shared))
        ]
        if not small:
            break
        for floor, short in small:
            for place in floor.members:
                _elsewhere(passed, places[place], ladders[place], settings, short)
    return passed


def can_be_ordered(one: Planned) -> bool:
    """Drafts with a supplier and a known cost share the limits; others stay as they are."""
    draft = one.draft
    return (
        draft is not None
        and draft.state == "open"
        and draft.unit_price is not None
        and draft.amount_base is not None
        and draft.amount_base > 0
    )


def minimum_of(one: Planned) -> Decimal | None:
    """What the supplier of the draft wants at least in one order."""
    offer_id = one.draft.offer_id if one.draft else None
    found = (o.order_minimum for o in one.situation.offers if o.offer_id == offer_id)
    return next(found, None)


def _shortfall(ladders: Sequence[Ladder], floor: Floor, shared: Shared) -> dict[str, Any] | None:
    """What an order lacks to its minimum, base currency; None where it reaches it, topped up with
    what brings most, and still pays.

    What the list holds was weighed with all of its order: a click on a part of it weighs the rest
    no more.
    """
    members = {place: ladders[place] for place in floor.members}
    needed = sum(ladder.item.levels[-1].cost for ladder in members.values())
    short = floor.least - needed
    if short <= ROUNDING or on_list(ladders, floor, shared) >= floor.least - ROUNDING:
        return None
    topped = [one.item.levels[-1] for one in raised(members, name="", cost=short).values()]
    reached, value = sum(one.cost for one in topped), sum(one.value for one in topped)
    far = reached < floor.least
    if not far and value > 0:
        return None
    return {
        "least": round(floor.least, 2),
        "lacks": round(short, 2),
        "reached": round(reached, 2),
        "ahead_days": MOST_AHEAD_DAYS,
        "far": far,
        "value_topped": None if far else round(value, 2),
    }


def _elsewhere(
    passed: Passed,
    place: int,
    ladder: Ladder,
    settings: PlanSettings,
    short: Mapping[str, Any],
) -> None:
    one = passed.pairs[place]
    here = one.situation
    tried = passed.tried.setdefault(place, set())
    tried.add(ladder.offer.supplier_id)
    others = tuple(offer for offer in here.offers if offer.supplier_id not in tried)
    told = {"supplier": ladder.supplier, "minimum": str(ladder.order_minimum), **short}
    again = replace(one, draft=None)
    if others:
        again = plan_now(replace(here, offers=others), settings)
    if again.draft is not None:
        trace = {**again.draft.trace, "passed_over": told}
        again = replace(again, draft=replace(again.draft, trace=trace))
    # The offers stay as they were: the minimum may be reached another day.
    passed.pairs[place] = replace(again, situation=replace(again.situation, offers=here.offers))
    passed.given_up.append(_given_up(ladder, again.draft, short))


def _given_up(ladder: Ladder, instead: Draft | None, short: Mapping[str, Any]) -> dict[str, Any]:
    quantity = instead.quantity if instead else 0
    wanted = ladder.draft.quantity
    return {
        "sku_id": ladder.draft.sku_id,
        "sku": ladder.sku_code,
        "warehouse": ladder.warehouse_code,
        "supplier": ladder.supplier,
        "code": "minimum_elsewhere" if instead else "minimum_far" if short["far"] else "minimum",
        **short,
        "limit": ladder.supplier,
        "wanted": wanted,
        "quantity": quantity,
        "units": quantity - wanted,
        "rank": 0,
        "of": 0,
        "return_per_cash": round(ladder.wanted.value / ladder.wanted.cost, 4),
    }
