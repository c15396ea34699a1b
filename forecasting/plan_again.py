"""A plan computed again from its snapshot, laid beside what was published.

Decides what counts as a difference: any number of a suggestion, its reasons where this plan brought
them, a suggestion more or less. Pure: nothing is read and nothing is written.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forecasting.plan_document import PlanDocument, answer_hash, document_of
from forecasting.replenish import PlanFacts, plan_of, proposals_of
from inventory_core.planning.plan_snapshots import PlanSnapshot, place_name
from inventory_core.planning.suggestions import Place, Proposal

# What only names the place of a suggestion, or is compared in its own way.
_APART = ("kind", "sku_id", "warehouse_id", "from_warehouse_id", "assumed", "state", "trace")
NUMBERS = tuple(name for name in Proposal.__dataclass_fields__ if name not in _APART)
WHOLE = "suggestion"


@dataclass(frozen=True, slots=True)
class Difference:
    """One number of one suggestion; of `WHOLE` one side is None. Of `trace` both name its parts."""

    kind: str
    sku: str
    warehouse: str
    what: str
    published: object
    computed: object


@dataclass(frozen=True, slots=True)
class PlannedAgain:
    """How a plan compares. `suggestions`: those that were listed; `left_alone` were proposed where
    an answer was awaited or a no still held. `same_answer`: covers and report too.
    """

    document: PlanDocument
    suggestions: int
    left_alone: int
    differences: tuple[Difference, ...]
    same_answer: bool

    @property
    def same(self) -> bool:
        """Nothing that the plan said came out otherwise."""
        return self.same_answer and not self.differences


def plan_again(
    snapshot: PlanSnapshot, published: Mapping[Place, Mapping[str, Any]]
) -> PlannedAgain:
    """Compute the plan of a snapshot from it alone and compare it with what was published."""
    document = document_of(snapshot.id, snapshot.content)
    plan = plan_of(document.facts)
    computed = {one.place: one for one in proposals_of(plan)}
    left = {place for place in computed if place_name(place) in snapshot.left_alone}
    found: list[Difference] = []
    for place in sorted({*computed, *published}):
        if place not in published and place in left:
            continue
        found += _differences(document.facts, place, published.get(place), computed.get(place))
    return PlannedAgain(
        document=document,
        suggestions=len(published),
        left_alone=len(left - set(published)),
        differences=tuple(found),
        same_answer=answer_hash(plan) == snapshot.answer_hash,
    )


def _differences(
    facts: PlanFacts,
    place: Place,
    published: Mapping[str, Any] | None,
    computed: Proposal | None,
) -> list[Difference]:
    kind, sku_id, warehouse_id, _ = place
    sku = facts.book.skus.get(sku_id, {}).get("code", sku_id)
    named = kind, str(sku), facts.book.warehouses.get(warehouse_id, str(warehouse_id))
    if published is None or computed is None:
        units = (None if one is None else one["quantity"] for one in (published, _row(computed)))
        return [Difference(*named, WHOLE, *units)]
    row = _row(computed)
    assert row is not None, "it was computed"
    found = [
        Difference(*named, name, published[name], row[name])
        for name in NUMBERS
        if published[name] != row[name]
    ]
    if list(published["assumed"]) != list(computed.assumed):
        both = (", ".join(one) for one in (published["assumed"], computed.assumed))
        found.append(Difference(*named, "assumed", *both))
    if published["made"]:
        parts = _other_parts(published["trace"], json.loads(json.dumps(computed.trace)))
        found += [Difference(*named, "trace", *parts)] if parts[0] else []
    return found


def _row(proposal: Proposal | None) -> dict[str, Any] | None:
    if proposal is None:
        return None
    return {name: getattr(proposal, name) for name in NUMBERS}


def _other_parts(published: Mapping[str, Any], computed: Mapping[str, Any]) -> tuple[str, str]:
    names = sorted({*published, *computed})
    other = ", ".join(name for name in names if published.get(name) != computed.get(name))
    return other, other
