"""What limits that are shared do to a plan: which orders are cut, topped up or left out, and why.

Turns drafts, budgets, containers and supplier minimums into the numbers that `limits` weighs, and
its answer into drafts again. Decides the quantities that are offered to it and the reason that is
given; without a limit that bites, every draft stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from forecasting.joint_orders import (
    apart,
    order_again,
    order_together,
    production_of,
    tell_together,
)
from forecasting.limits import Cap, Chosen, Floor, Item, Level, choose_levels, keeps, used, worth
from forecasting.limits_filling import filled
from forecasting.limits_joint import joint_floors, left_out, priced_together
from forecasting.limits_ladder import Ladder, ladder_of
from forecasting.limits_minimum import can_be_ordered, minimum_of, pass_small_orders
from forecasting.limits_room import ROUNDING, Shared, caps_of, floors_of
from forecasting.limits_ties import in_order
from forecasting.situation import Draft, Planned, PlanSettings
from forecasting.transfers import cents
from inventory_core.planning.plan_limits import PlanLimit


@dataclass(frozen=True, slots=True)
class Limited:
    """The pairs with their drafts under the limits, and the report; None where nothing bites.
    `value`: what the weighed orders bring, base currency.
    """

    pairs: tuple[Planned, ...]
    report: dict[str, Any] | None
    value: float = 0.0


def limit_plan(
    pairs: Sequence[Planned],
    shared: Shared,
    settings: PlanSettings,
    *,
    sizes: Mapping[int, tuple[float, float]],
) -> Limited:
    """Plan the orders of one offer together, and apply every limit at once. `sizes`: m³ and kg of
    one unit by SKU id.

    What is too much at a lower price for all is tried as it is needed, then each by itself.
    """
    no, held = shared.rejected.buys, shared.held
    together = order_together(pairs, settings, no, held)
    found = _limited(together, shared, settings, sizes)
    if parted := left_out(together, found.pairs):
        needed = order_together(pairs, settings, no, held, as_needed=parted)
        of_parted = [production_of(one) in parted for one in together]
        together = [
            b if anew else a for a, b, anew in zip(together, needed, of_parted, strict=True)
        ]
        found = _better(found, _limited(together, shared, settings, sizes))
    if parted := left_out(together, found.pairs):
        alone = [apart(one, settings) if production_of(one) in parted else one for one in together]
        found = _better(found, _limited(alone, shared, settings, sizes))
    joint = tell_together(priced_together(found.pairs))
    return Limited(tuple(joint), found.report)


def _better(found: Limited, other: Limited) -> Limited:
    return other if other.value > found.value else found


def _limited(
    pairs: Sequence[Planned],
    shared: Shared,
    settings: PlanSettings,
    sizes: Mapping[int, tuple[float, float]],
) -> Limited:
    limits = [limit for limit in shared.limits if limit.holds_on(shared.as_of)]
    rates = {rate.currency: rate.rate for one in pairs for rate in one.situation.rates}
    passed = pass_small_orders(pairs, shared, settings, sizes, rates)
    again = order_again(passed.pairs, settings, shared.rejected.buys)
    places = [
        i for i, one in enumerate(again) if can_be_ordered(one) and (limits or minimum_of(one))
    ]
    ladders = [ladder_of(again[i], settings, sizes.get(again[i].situation.sku_id)) for i in places]
    floors = [*floors_of(ladders, shared, rates), *joint_floors(ladders)]
    caps, wholes = caps_of(ladders, limits, shared, rates)
    if not caps and not floors and not passed.given_up:
        return Limited(tuple(pairs), None)
    drafts, report, value = _held(ladders, caps, floors, shared), None, 0.0
    if drafts is None:
        drafts, report, value = _weighed(ladders, limits, caps, floors, wholes)
        report["changed"] = [*passed.given_up, *report["changed"]]
    for place, draft in zip(places, drafts, strict=True):
        again[place] = replace(again[place], draft=draft if draft.quantity else None)
    return Limited(tuple(again), report, value)


def _weighed(
    ladders: Sequence[Ladder],
    limits: Sequence[PlanLimit],
    caps: Sequence[Cap],
    floors: Sequence[Floor],
    wholes: Sequence[Mapping[str, Any]],
) -> tuple[list[Draft], dict[str, Any], float]:
    """The drafts under all limits, those of quantity 0 left out of the plan; the report, and what
    they bring.
    """
    full = filled(ladders, limits, caps, floors)
    items = [ladder.item for ladder in full]
    chosen = choose_levels(items, caps, floors)
    chosen = replace(chosen, levels=in_order(items, chosen.levels, caps, floors))
    ranks = _ranks(items, chosen)
    drafts = [
        _draft(ladder, place, chosen, caps, items, ranks[place])
        for place, ladder in enumerate(full)
    ]
    report = _report(full, drafts, chosen, caps, wholes, items)
    return drafts, report, worth(items, chosen.levels)


def _ranks(items: Sequence[Item], chosen: Chosen) -> list[tuple[int, float]]:
    """Return per unit of cash of the units left out of each draft, or of its last ones, ranked."""
    returns = []
    for item, level in zip(items, chosen.levels, strict=True):
        last = item.levels[-1]
        kept = item.levels[level] if 0 <= level < len(item.levels) - 1 else None
        if kept is None and level >= 0 and len(item.levels) > 1:
            kept = item.levels[-2]
        value = last.value - (kept.value if kept else 0.0)
        cost = last.cost - (kept.cost if kept else 0.0)
        returns.append(value / cost if cost > 0 else float("inf"))
    order = sorted(range(len(items)), key=lambda place: (-returns[place], place))
    ranks = {place: rank for rank, place in enumerate(order, start=1)}
    return [(ranks[place], round(returns[place], 4)) for place in range(len(items))]


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
        if kept is None and caps:
            # Left out of the list by a limit: it stays out until the next whole plan.
            items.append(Item((Level(0, 0.0, 0.0),)))
            levels.append(0)
            found.append(replace(ladder.draft, quantity=0))
            continue
        if kept is None:
            return None
        told = kept.limits
        if (int(told["wanted"]) if told else kept.quantity) != ladder.draft.quantity:
            return None
        if ladder.offer.price_at(kept.quantity) is None:
            return None  # since then the supplier has named no price for so few
        level = ladder.at(kept.quantity)
        items.append(Item((level,)))
        levels.append(0)
        found.append(ladder.draft if not told else ladder.drafted(kept.quantity, told))
    return found if keeps(items, levels, caps, floors) else None


def _draft(
    ladder: Ladder,
    place: int,
    chosen: Chosen,
    caps: Sequence[Cap],
    items: Sequence[Item],
    rank: tuple[int, float],
) -> Draft:
    level = chosen.levels[place]
    quantity = 0 if level < 0 else ladder.item.levels[level].quantity
    wanted = ladder.draft.quantity
    if quantity == wanted:
        return ladder.draft
    if quantity > wanted:
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
        "rank": rank[0],
        "of": len(items),
        "return_per_cash": rank[1],
        "value": round(ladder.wanted.value, 2),
        **_extra(ladder, quantity, level),
        "cost": str(cents(Decimal(str(ladder.wanted.cost)))),
        "how": chosen.how,
    }
    return (
        ladder.drafted(quantity, told)
        if quantity
        else replace(ladder.draft, quantity=0, trace={**ladder.draft.trace, "limits": told})
    )


def _extra(ladder: Ladder, quantity: int, level: int) -> dict[str, Any]:
    """How far ahead of their need units beyond it are bought, and what they bring or cost."""
    extra, per_day = quantity - ladder.wanted.quantity, ladder.planned.policy.per_day
    if extra <= 0 or per_day <= 0:
        return {}
    brings = ladder.item.levels[level].value - ladder.wanted.value
    return {"extra_days": round(extra / per_day), "extra_value": round(brings, 2)}


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
