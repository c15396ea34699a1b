"""What limits that are shared do to a plan: which orders are cut, topped up or left out, and why.

Turns drafts, budgets, containers and supplier minimums into the numbers that `limits` weighs, and
its answer into drafts again. Decides the quantities that are offered to it and the reason that is
given; without a limit that bites, every draft stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from forecasting.limits import Cap, Chosen, Floor, Item, choose_levels, keeps, used
from forecasting.limits_ladder import Ladder, ladder_of, raised
from forecasting.limits_room import ROUNDING, Shared, caps_of, floors_of
from forecasting.situation import Draft, Planned, PlanSettings
from forecasting.transfers import cents
from inventory_core.planning.plan_limits import PlanLimit
from inventory_core.vocabulary import PlanLimitKind, SuggestionState


@dataclass(frozen=True, slots=True)
class Limited:
    """The pairs with their drafts under the limits, and the report; None where nothing bites."""

    pairs: tuple[Planned, ...]
    report: dict[str, Any] | None


def limit_plan(
    pairs: Sequence[Planned],
    shared: Shared,
    settings: PlanSettings,
    *,
    sizes: Mapping[int, tuple[float, float]],
) -> Limited:
    """Apply every limit at once. `sizes`: m³ and kg of one unit by SKU id."""
    limits = [limit for limit in shared.limits if limit.holds_on(shared.as_of)]
    places = [i for i, one in enumerate(pairs) if _ready(one) and (limits or _has_minimum(one))]
    ladders = [ladder_of(pairs[i], settings, sizes.get(pairs[i].situation.sku_id)) for i in places]
    rates = {rate.currency: rate.rate for one in pairs for rate in one.situation.rates}
    floors = floors_of(ladders, shared, rates)
    caps, wholes = caps_of(ladders, limits, shared, rates)
    if not caps and not floors:
        return Limited(tuple(pairs), None)
    drafts = _held(ladders, caps, floors, shared)
    report = None
    if drafts is None:
        drafts, report = _weighed(ladders, limits, caps, floors, wholes)
    again = list(pairs)
    for place, draft in zip(places, drafts, strict=True):
        again[place] = replace(pairs[place], draft=draft if draft.quantity else None)
    return Limited(tuple(again), report)


def _weighed(
    ladders: Sequence[Ladder],
    limits: Sequence[PlanLimit],
    caps: Sequence[Cap],
    floors: Sequence[Floor],
    wholes: Sequence[Mapping[str, Any]],
) -> tuple[list[Draft], dict[str, Any]]:
    """The drafts under all limits, those of quantity 0 left out of the plan; and the report."""
    filled, dropped = _filled(ladders, limits, caps, floors)
    caps = [_without(cap, dropped) for cap in caps]
    floors = [_without(floor, dropped) for floor in floors]
    items = [ladder.item for ladder in filled]
    chosen = choose_levels(items, caps, [floor for floor in floors if floor.members])
    drafts = [
        _draft(ladder, place, chosen, caps, items, dropped.get(place))
        for place, ladder in enumerate(filled)
    ]
    return drafts, _report(filled, drafts, chosen, caps, wholes, items)


def _without(limit: Any, dropped: Mapping[int, str]) -> Any:
    """The same cap or floor for what is still to be ordered."""
    return replace(limit, members=tuple(i for i in limit.members if i not in dropped))


def _ready(one: Planned) -> bool:
    """Drafts that can be ordered and whose cost is known share the limits; others stay."""
    draft = one.draft
    return (
        draft is not None
        and draft.state == SuggestionState.OPEN.value
        and draft.unit_price is not None
        and draft.amount_base is not None
        and draft.amount_base > 0
    )


def _has_minimum(one: Planned) -> bool:
    return any(
        offer.order_minimum
        for offer in one.situation.offers
        if one.draft is not None and offer.offer_id == one.draft.offer_id
    )


def _held(
    ladders: Sequence[Ladder], caps: Sequence[Cap], floors: Sequence[Floor], shared: Shared
) -> list[Draft] | None:
    """The quantities of the list where the same is wanted as then and all of it still fits."""
    levels: list[int] = []
    items: list[Item] = []
    found: list[Draft] = []
    if not shared.held:
        return None
    for ladder in ladders:
        kept = shared.held.get((ladder.draft.sku_id, ladder.draft.warehouse_id))
        if kept is None:
            return None
        told = kept.limits
        if (int(told["wanted"]) if told else kept.quantity) != ladder.draft.quantity:
            return None
        level = ladder.at(kept.quantity)
        items.append(Item((level,)))
        levels.append(0)
        found.append(ladder.draft if not told else ladder.drafted(kept.quantity, told))
    return found if keeps(items, levels, caps, floors) else None


def _filled(
    ladders: Sequence[Ladder],
    limits: Sequence[PlanLimit],
    caps: Sequence[Cap],
    floors: Sequence[Floor],
) -> tuple[list[Ladder], dict[int, str]]:
    """Orders topped up to their supplier's minimum, and containers filled where that is wanted.

    Orders whose minimum would cost more than it brings are left out.
    """
    again = list(ladders)
    dropped: dict[int, str] = {}
    for floor in floors:
        short = floor.least - sum(again[place].item.levels[-1].cost for place in floor.members)
        if short <= ROUNDING:
            continue
        members = {place: again[place] for place in floor.members}
        topped = raised(members, name=floor.name, cost=short)
        brings = sum(ladder.item.levels[-1].value for ladder in topped.values())
        costs_met = sum(ladder.item.levels[-1].cost for ladder in topped.values()) >= floor.least
        for place in floor.members:
            if costs_met and brings > 0:
                again[place] = topped[place]
            else:
                dropped[place] = floor.name
    for limit in limits:
        if limit.kind is not PlanLimitKind.CONTAINER or not limit.fill:
            continue
        volume = next(cap for cap in caps if (cap.name, cap.resource) == (limit.name, "volume"))
        weight = next(cap for cap in caps if (cap.name, cap.resource) == (limit.name, "weight"))
        loaded = {place: again[place] for place in volume.members if place not in dropped}
        if loaded:
            again = _loaded_full(again, loaded, limit, volume, weight)
    return again, dropped


def _loaded_full(
    ladders: list[Ladder],
    members: Mapping[int, Ladder],
    limit: PlanLimit,
    volume: Cap,
    weight: Cap,
) -> list[Ladder]:
    """The last container that the orders begin is filled with the units that bring most."""
    one_volume, one_weight = float(limit.volume_m3 or 0), float(limit.weight_kg or 0)
    count = limit.containers or 1
    lasts = [ladder.item.levels[-1] for ladder in members.values()]
    wanted = (sum(last.volume for last in lasts), sum(last.weight for last in lasts))
    before = (one_volume * count - volume.most, one_weight * count - weight.most)
    begun = max((before[0] + wanted[0]) / one_volume, (before[1] + wanted[1]) / one_weight)
    containers = min(count, max(1, -int(-begun // 1)))
    room = (
        one_volume * containers - before[0] - wanted[0],
        one_weight * containers - before[1] - wanted[1],
    )
    if min(room) <= 0:
        return ladders
    fuller = raised(members, name=limit.name, volume=room[0], weight=room[1])
    return [fuller.get(place, ladder) for place, ladder in enumerate(ladders)]


def _draft(
    ladder: Ladder,
    place: int,
    chosen: Chosen,
    caps: Sequence[Cap],
    items: Sequence[Item],
    dropped: str | None,
) -> Draft:
    level = chosen.levels[place]
    quantity = 0 if dropped or level < 0 else ladder.item.levels[level].quantity
    wanted = ladder.draft.quantity
    if quantity == wanted:
        return ladder.draft
    if dropped:
        code, name = "minimum", dropped
    elif quantity > wanted:
        code, name = ladder.why_more, ladder.why_name
    elif not any(place in cap.members for cap in caps):
        code, name = "minimum", ladder.supplier
    else:
        cap = _biting(place, level, chosen, caps, items)
        code, name = ("container" if cap.resource != "cost" else "budget"), cap.name
    told = {
        "code": code,
        "limit": name,
        "wanted": wanted,
        "quantity": quantity,
        "units": quantity - wanted,
        "rank": chosen.ranks[place],
        "of": len(items),
        "return_per_cash": round(ladder.wanted.value / ladder.wanted.cost, 4),
        "value": round(ladder.wanted.value, 2),
        "cost": str(cents(Decimal(str(ladder.wanted.cost)))),
        "how": chosen.how,
    }
    return (
        ladder.drafted(quantity, told)
        if quantity
        else replace(ladder.draft, quantity=0, trace={**ladder.draft.trace, "limits": told})
    )


def _biting(
    place: int, level: int, chosen: Chosen, caps: Sequence[Cap], items: Sequence[Item]
) -> Cap:
    """The limit for which the next quantity of this draft has no room; the dearest of them."""
    mine = [(number, cap) for number, cap in enumerate(caps) if place in cap.members]
    levels = items[place].levels

    def lacks(cap: Cap) -> bool:
        now = levels[level].use(cap.resource) if level >= 0 else 0.0
        extra = levels[level + 1].use(cap.resource) - now
        return extra > cap.most - used(items, chosen.levels, cap) + ROUNDING

    tight = [one for one in mine if lacks(one[1])] or mine
    return max(tight, key=lambda one: (chosen.shadows[one[0]], -one[0]))[1]


def _report(
    ladders: Sequence[Ladder],
    drafts: Sequence[Draft],
    chosen: Chosen,
    caps: Sequence[Cap],
    wholes: Sequence[Mapping[str, Any]],
    items: Sequence[Item],
) -> dict[str, Any]:
    changed = [
        {
            "sku_id": draft.sku_id,
            "sku": ladder.sku_code,
            "warehouse": ladder.warehouse_code,
            "supplier": ladder.supplier,
            **draft.trace["limits"],
        }
        for ladder, draft in zip(ladders, drafts, strict=True)
        if "limits" in draft.trace
    ]
    return {
        "how": chosen.how,
        "changed": sorted(changed, key=lambda one: (one["rank"], one["sku_id"])),
        "limits": [
            {
                **whole,
                "name": cap.name,
                "resource": cap.resource,
                "whole": round(float(whole["whole"]), 2),
                "used": round(float(whole["used"]), 2),
                "planned": round(used(items, chosen.levels, cap), 2),
                "more_brings": round(shadow, 4),
            }
            for cap, whole, shadow in zip(caps, wholes, chosen.shadows, strict=True)
        ],
    }
