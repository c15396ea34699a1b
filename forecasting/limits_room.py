"""What is left of every limit for the drafts of a plan: caps of budgets and containers, floors of
supplier minimums. Decides what counts as used already; weighs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from forecasting.limits import Cap, Floor
from forecasting.limits_ladder import Ladder
from forecasting.situation import Draft
from inventory_core.planning.plan_limits import PlanLimit, Use
from inventory_core.planning.rejections import Rejected
from inventory_core.vocabulary import PlanLimitKind

Pair = tuple[int, int]
# One order: supplier, warehouse, currency, ship method.
Group = tuple[int | None, int, str | None, str]
ROUNDING = 0.005
NOTHING_REJECTED = Rejected()


@dataclass(frozen=True, slots=True)
class Shared:
    """What a plan shares: its limits, what orders have used, and other open suggestions.

    `held`: what the list says now of the pairs that are planned, so that a click changes nothing
    that still fits. `rejected`: what nobody wants to buy or send for now.
    """

    as_of: date
    limits: Sequence[PlanLimit]
    ordered: Sequence[Use]
    others: Sequence[Use]
    held: Mapping[Pair, Use]
    rejected: Rejected = NOTHING_REJECTED


def currencies_of(limits: Sequence[PlanLimit], ordered: Sequence[Use]) -> set[str]:
    """Every currency that limits are stated in or orders under them were placed in."""
    named = [*(limit.currency for limit in limits), *(use.currency for use in ordered)]
    return {currency for currency in named if currency}


def _group(draft: Draft) -> Group:
    return draft.supplier_id, draft.warehouse_id, draft.currency, draft.ship_method


def floors_of(
    ladders: Sequence[Ladder], shared: Shared, rates: Mapping[str, Decimal]
) -> list[Floor]:
    """What each order still lacks to its supplier's minimum, beside drafts and open suggestions."""
    members: dict[Group, list[int]] = {}
    for place, ladder in enumerate(ladders):
        if ladder.order_minimum:
            members.setdefault(_group(ladder.draft), []).append(place)
    floors = []
    for group, found in sorted(members.items(), key=lambda one: one[1]):
        minimum = ladders[found[0]].order_minimum
        minimum_rate = rates.get(ladders[found[0]].minimum_currency)
        rate = rates.get(group[2] or "")
        if minimum is None or minimum_rate is None or rate is None:
            continue
        there = sum((one.amount for one in shared.others if _use_group(one) == group), Decimal(0))
        there += sum(
            (one.amount * rate for one in shared.ordered if one.draft and _use_group(one) == group),
            Decimal(0),
        )
        least = float(minimum * minimum_rate - there)
        if least > ROUNDING:
            name = ladders[found[0]].supplier
            floors.append(Floor(name, least, tuple(found)))
    return floors


def on_list(ladders: Sequence[Ladder], floor: Floor, shared: Shared) -> float:
    """What the list holds now of the drafts under a floor, in the same order; base currency."""
    total = Decimal(0)
    for place in floor.members:
        draft = ladders[place].draft
        use = shared.held.get((draft.sku_id, draft.warehouse_id))
        if use is not None and _use_group(use) == _group(draft):
            total += use.amount
    return float(total)


def _use_group(one: Use) -> Group:
    return one.supplier_id, one.warehouse_id, one.currency, one.ship_method


def caps_of(
    ladders: Sequence[Ladder],
    limits: Sequence[PlanLimit],
    shared: Shared,
    rates: Mapping[str, Decimal],
) -> tuple[list[Cap], list[dict[str, Any]]]:
    """What is left of every limit for these drafts, and what each was to begin with."""
    caps: list[Cap] = []
    wholes: list[dict[str, Any]] = []

    def add(limit: PlanLimit, resource: Any, whole: float, taken: float) -> None:
        members = tuple(
            place
            for place, ladder in enumerate(ladders)
            if limit.covers(
                ladder.draft.supplier_id, ladder.draft.warehouse_id, ladder.draft.ship_method
            )
        )
        caps.append(Cap(limit.name, resource, max(0.0, whole - taken), members))
        wholes.append({"id": limit.id, "kind": limit.kind.value, "whole": whole, "used": taken})

    for limit in limits:
        if limit.kind is PlanLimitKind.BUDGET:
            rate = rates.get(limit.currency or "")
            if limit.amount is None or rate is None:
                continue
            add(limit, "cost", float(limit.amount * rate), _spent(limit, shared, rates))
        else:
            count = limit.containers or 1
            taken = _loaded(limit, shared)
            add(limit, "volume", float(limit.volume_m3 or 0) * count, taken[0])
            add(limit, "weight", float(limit.weight_kg or 0) * count, taken[1])
    return caps, wholes


def _spent(limit: PlanLimit, shared: Shared, rates: Mapping[str, Decimal]) -> float:
    """Orders of the period and other open suggestions under a budget, base currency."""
    total = sum((one.amount for one in shared.others if _covers(limit, one)), Decimal(0))
    for one in shared.ordered:
        in_time = (
            one.ordered_on is not None
            and limit.starts_on is not None
            and limit.ends_on is not None
            and limit.starts_on <= one.ordered_on <= limit.ends_on
        )
        if in_time and _covers(limit, one):
            total += one.amount * rates.get(one.currency or "", Decimal(0))
    return float(total)


def _loaded(limit: PlanLimit, shared: Shared) -> tuple[float, float]:
    """m³ and kg of draft orders and other open suggestions that go into the same containers."""
    uses = [one for one in shared.others if _covers(limit, one)]
    uses += [one for one in shared.ordered if one.draft and _covers(limit, one)]
    return float(sum(one.volume_m3 for one in uses)), float(sum(one.weight_kg for one in uses))


def _covers(limit: PlanLimit, one: Use) -> bool:
    return limit.covers(one.supplier_id, one.warehouse_id, one.ship_method)
