"""A scenario planned beside the plan of the day: figures of both, and what differs and why.

Both are planned by the same functions on the same facts and carried forward alike, so whatever
differs comes from the scenario. Decides which reason is given for a difference; writes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from forecasting.evidence import order_told
from forecasting.plan_ahead import WEEKS, Ahead, play_ahead
from forecasting.policy import ROUNDING
from forecasting.replenish import Plan, PlanFacts, plan_of
from forecasting.scenario import BUDGET_NAME, under
from forecasting.situation import Draft, Planned, Usual
from inventory_core.planning.scenarios import Scenario

Pair = tuple[int, int]

MOST_DIFFERENCES = 1_000
# Less than this changed in the expected margin of a pair, with the same order, is no difference.
LEAST_MARGIN = 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One plan in figures; money in the base currency, expected over the weeks where not of today.

    `orders`, `order_cash`, `late`, `transfers`: of today; `follow_cash`: of orders that are due at
    once when those are placed. `at_risk`: units that will be asked for and cannot be served;
    `margin`: lost with them; `expired`: cost of what is not sold in time. `cash_by_week`: of
    orders, when they are placed.
    """

    orders: int
    order_cash: float
    follow_cash: float
    late: int
    transfers: int
    at_risk: float
    fill_rate: float | None
    margin: float
    expired: float
    cash: float
    stock_end: float
    cash_by_week: tuple[float, ...]
    stock_by_week: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The plan as it is, the plan under the scenario, and the pairs that differ."""

    weeks: int
    current: Figures
    changed: Figures
    differences: tuple[Mapping[str, Any], ...]


def compare(
    facts: PlanFacts,
    scenario: Scenario,
    *,
    weeks: int = WEEKS,
    told: Callable[[str, float], None] = lambda step, share: None,
) -> Comparison:
    """Plan twice on the same facts, play both forward, and lay them side by side."""
    review = facts.settings.review_days
    told("planning_as_is", 0.1)
    before = plan_of(facts)
    told("planning_scenario", 0.35)
    after = plan_of(under(facts, scenario))
    told("playing_ahead", 0.6)
    earns = facts.settings.costs.margin_share
    then = play_ahead(before, review_days=review, weeks=weeks, margin_share=earns)
    told("playing_ahead", 0.8)
    budget = None if scenario.budget is None else float(scenario.budget)
    now = play_ahead(after, review_days=review, budget=budget, weeks=weeks, margin_share=earns)
    told("comparing", 0.95)
    return Comparison(
        weeks, _figures(before, then), _figures(after, now), _differences(before, after, then, now)
    )


def _figures(plan: Plan, ahead: Ahead) -> Figures:
    drafts = [one.draft for one in plan.pairs if one.draft is not None]
    asked, lost = float(ahead.asked.sum()), float(ahead.lost.sum())
    return Figures(
        orders=len(drafts),
        order_cash=round(float(sum(draft.amount_base or 0 for draft in drafts)), 2),
        follow_cash=round(float(sum(_follow_cash(draft) for draft in drafts)), 2),
        late=sum(draft.days_late > 0 for draft in drafts),
        transfers=len(plan.transfers),
        at_risk=round(lost, 1),
        fill_rate=round(1 - lost / asked, 4) if asked > 0 else None,
        margin=round(float(ahead.margin.sum()), 2),
        expired=round(ahead.expired, 2),
        cash=round(float(ahead.cash.sum()), 2),
        stock_end=round(float(ahead.value[-1]), 2),
        cash_by_week=tuple(round(float(each), 2) for each in ahead.cash),
        stock_by_week=tuple(round(float(each), 2) for each in ahead.value),
    )


def _differences(
    before: Plan, after: Plan, then: Ahead, now: Ahead
) -> tuple[Mapping[str, Any], ...]:
    """What is ordered, sent or missed otherwise, by the weight of cash and margin."""
    cut = _cut_by_budget(after)
    sent = _sends(before), _sends(after)
    found: list[tuple[float, str, Mapping[str, Any]]] = []
    for row, (one, other) in enumerate(zip(before.pairs, after.pairs, strict=True)):
        margin = float(now.margin[row] - then.margin[row])
        here = one.situation
        sends = [each.get((here.sku_id, here.warehouse_id), []) for each in sent]
        same = order_told(one.draft) == order_told(other.draft) and sends[0] == sends[1]
        if same and abs(margin) < LEAST_MARGIN:
            continue
        cash = _cash(other.draft) - _cash(one.draft)
        told = {
            "sku": here.sku_code,
            "warehouse": here.warehouse_code,
            "before": order_told(one.draft),
            "after": order_told(other.draft),
            "sent_before": sends[0],
            "sent_after": sends[1],
            "cash": round(cash, 2),
            "at_risk": round(float(now.lost[row] - then.lost[row]), 1),
            "margin": round(margin, 2),
            "why": _why(one, other, cut, sends),
        }
        found.append((-abs(cash) - abs(margin), f"{here.sku_code}@{here.warehouse_code}", told))
    found.sort(key=lambda each: each[:2])
    return tuple(told for _, _, told in found[:MOST_DIFFERENCES])


def _follow_cash(draft: Draft) -> Decimal:
    """What the order costs that is due once this one is placed."""
    follows = draft.trace.get("follows") or {}
    return Decimal(follows.get("amount_base") or 0)


def _cash(draft: Draft | None) -> float:
    return 0.0 if draft is None else float(draft.amount_base or 0)


def _sends(plan: Plan) -> dict[Pair, list[dict[str, Any]]]:
    """What is sent to each SKU and warehouse, and from where."""
    found: dict[Pair, list[dict[str, Any]]] = {}
    for send in plan.transfers:
        told = {
            "quantity": send.quantity,
            "from": send.trace["reason"]["from"],
            "ship_method": send.ship_method,
            "arrives_on": send.arrives_on.isoformat() if send.arrives_on else None,
        }
        found.setdefault((send.sku_id, send.warehouse_id), []).append(told)
    return found


def _cut_by_budget(plan: Plan) -> dict[Pair, int]:
    """Units that the scenario's budget took from each order, by SKU id and warehouse code."""
    changed: Sequence[Mapping[str, Any]] = (plan.report or {}).get("changed", ())
    codes = {
        (one.situation.sku_id, one.situation.warehouse_code): one.situation.warehouse_id
        for one in plan.pairs
    }
    return {
        (one["sku_id"], codes[one["sku_id"], one["warehouse"]]): -one["units"]
        for one in changed
        if one["code"] == "budget" and one["limit"] == BUDGET_NAME and one["units"] < 0
    }


def _why(
    one: Planned,
    other: Planned,
    cut: Mapping[Pair, int],
    sends: Sequence[Sequence[Mapping[str, Any]]],
) -> dict[str, Any]:
    """The reason as a code and the numbers of its sentence; the nearest cause comes first."""
    pair = (other.situation.sku_id, other.situation.warehouse_id)
    if pair in cut:
        return {"code": "budget", "units": cut[pair]}
    a, b = order_told(one.draft), order_told(other.draft)
    if a == b:
        before, after = (sum(each["quantity"] for each in side) for side in sends)
        if before != after:
            return {"code": "sent", "before": before, "after": after}
        return {"code": "same_order" if sends[0] == sends[1] else "sent_otherwise"}
    if a and b and (a["supplier"], a["ship_method"]) != (b["supplier"], b["ship_method"]):
        return {"code": "other_way", "supplier": b["supplier"], "ship_method": b["ship_method"]}
    position = other.situation.stock.inventory_position
    if (a is None) != (b is None):
        return _why_due(one.usual, other.usual, position, due=b is not None)
    if a and b and a["quantity"] == b["quantity"]:
        return {"code": "later" if b["arrives_on"] > a["arrives_on"] else "sooner"}
    if one.policy.order_up_to != other.policy.order_up_to:
        return {"code": "levels", **_drivers(one, other)}
    if position != one.situation.stock.inventory_position:
        return {"code": "shared", "before": one.situation.stock.inventory_position,
                "after": position}  # fmt: skip
    return {"code": "served_less" if _units(a) > _units(b) else "served_more"}


def _why_due(before: Usual, after: Usual, position: int, *, due: bool) -> dict[str, Any]:
    """Stock has come down to the reorder point or not; where it has in both, by the chance."""
    points = before.policy.reorder_point, after.policy.reorder_point
    if (position <= points[0], position <= points[1]) == (not due, due):
        code = "due" if due else "not_due"
        return {"code": code, "position": position, "before": points[0], "after": points[1]}
    allowed = 1 - after.policy.service_level
    if (after.chance >= allowed - ROUNDING) != due:  # a faster way than the usual one decided
        return {"code": "served_more" if due else "served_less"}
    code = "emptier" if due else "fuller"
    return {"code": code, "chance": round(after.chance, 4), "allowed": round(allowed, 4)}


def _units(order: Mapping[str, Any] | None) -> int:
    return 0 if order is None else int(order["quantity"])


def _drivers(one: Planned, other: Planned) -> dict[str, Any]:
    """Which part of order-up-to moved most: expected demand until the next goods, or safety."""
    demand = other.policy.demand_mean - one.policy.demand_mean
    safety = other.policy.safety_stock - one.policy.safety_stock
    return {
        "before": one.policy.order_up_to,
        "after": other.policy.order_up_to,
        "demand": round(demand),
        "safety": safety,
    }


def as_json(figures: Figures) -> dict[str, Any]:
    """The same with JSON types only."""
    return asdict(figures)
