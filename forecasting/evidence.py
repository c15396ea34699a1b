"""Writes down every number of a draft with its source, so that a buyer can work it out by hand.

Decides the names in the trace and the reason code; takes part in no decision. JSON types only:
days as ISO text, money as text, units as numbers.
"""

from datetime import date
from decimal import Decimal
from math import floor
from typing import Any

from forecasting.evidence_cost import cost_of, faster_of, order_cost, rival, text
from forecasting.evidence_way import inbound_of, lead_time_of
from forecasting.expiry import spoils_by_day
from forecasting.lateness import Lateness
from forecasting.need import expiring_units, horizon_of
from forecasting.policy import ROUNDING, ByClass, Paying, Policy, Rule, TotalDemand
from forecasting.projection import Projection
from forecasting.situation import Draft, PlanSettings, Situation
from forecasting.supplier_choice import Choice, Option
from forecasting.waiting import brought_by

CHART_STEP_DAYS = 7


def trace_of(
    situation: Situation,
    settings: PlanSettings,
    choice: Choice,
    draft: Draft,
    *,
    expected: Projection,
    cautious: Projection,
    late: Lateness,
    faster: Option | None,
    at_risk: float,
) -> dict[str, Any]:
    """The whole evidence of one draft."""
    taken = choice.taken
    brings = brought_by(taken, situation.selling_price_base)
    return {
        "as_of": situation.as_of.isoformat(),
        "starts_on": situation.starts_on.isoformat(),
        "run": dict(situation.source),
        "reason": reason_of(situation, draft, late, brings),
        "demand": _demand(situation.demand),
        "position": _position(situation),
        "inbound": inbound_of(situation),
        "lots": _lots(situation, taken.policy),
        "policy": _policy(taken.policy),
        **({"rule": _rule(situation.rule)} if situation.rule.by_hand else {}),
        **class_told(situation.rule.by_class),
        "lead_time": lead_time_of(situation, choice, late=late, faster=faster),
        "projection": _projection(expected, cautious, taken.arrives_on, late),
        "quantity": _quantity(situation, taken, expected),
        "in_time": _in_time(taken),
        "cost": cost_of(settings, choice, draft),
        "offer": _offer(taken),
        "choice": {
            "why": choice.why,
            "saving_percent": text(choice.saving_percent),
            "saving_limit_percent": text(settings.saving_limit_percent),
            "runner_up": rival(choice.runner_up),
        },
        "faster": faster_of(faster, taken, draft),
        "order_cost": order_cost(situation, settings, choice),
        "risk": {
            "units": round(at_risk, 2),
            "unit_price_base": text(situation.selling_price_base),
        },
        "warnings": _warnings(situation, taken),
        "assumed": list(draft.assumed),
        **({"continues": list(situation.continues)} if situation.continues else {}),
    }


def reason_of(
    situation: Situation, draft: Draft, late: Lateness, brings: Decimal | None
) -> dict[str, Any]:
    """Why now, as a code and the dates that the sentence names; or that it does not pay."""
    if brings is not None and brings < 0:
        code = "loses_money"
    elif situation.stock.sellable <= 0:
        code = "out_of_stock"
    elif late.days:
        code = "runs_out_before_arrival"
    elif late.days_if_high:
        code = "may_run_out_before_arrival"
    elif situation.rule.minimum is not None:
        code = "below_minimum"
    else:
        code = "reorder_point_reached"
    return {
        "code": code,
        "runs_out_on": _day(draft.runs_out_on),
        "arrives_on": _day(draft.arrives_on),
        "order_by_on": _day(draft.order_by_on),
        "days_late": late.days,
        "days_late_if_high": late.days_if_high,
    }


def follow_up(draft: Draft | None) -> dict[str, Any] | None:
    """What is due at once when this draft has been ordered; None for nothing."""
    told = order_told(draft)
    if draft is None or told is None:
        return None
    return told | {"amount_base": text(draft.amount_base)}


def order_told(draft: Draft | None) -> dict[str, Any] | None:
    """An order beside another one: how many, from whom, by which way and when; None for none."""
    if draft is None:
        return None
    return {
        "quantity": draft.quantity,
        "supplier": draft.trace["offer"]["supplier"],
        "ship_method": draft.ship_method,
        "arrives_on": _day(draft.arrives_on),
    }


def _demand(demand: TotalDemand) -> dict[str, Any]:
    """Units sold in total within so many days from `starts_on`: the mean and each quantile."""
    return {
        "days": [int(day) for day in demand.days],
        "levels": [float(level) for level in demand.levels],
        "mean": [round(float(value), 3) for value in demand.mean],
        "quantiles": [[round(float(value), 3) for value in row] for row in demand.quantiles],
    }


def _position(situation: Situation) -> dict[str, Any]:
    stock = situation.stock
    return {
        "on_hand": stock.on_hand,
        "reserved": stock.reserved,
        "held": stock.held,
        "available": stock.available,
        "in_transit": stock.in_transit,
        "on_order": stock.on_order,
        "backordered": stock.backordered,
        "planned_in": stock.planned_in,
        "planned_out": stock.planned_out,
        "upstream": stock.upstream,
        "expired": stock.expired,
        "inventory_position": stock.inventory_position,
    }


def _lots(situation: Situation, policy: Policy) -> dict[str, Any] | None:
    """Free units by the last day on which they can be sold, and what is expected to outlast it."""
    if not situation.lots:
        return None
    demand = situation.demand.path(horizon_of(situation, policy))
    return {
        "free": [[lot.expires_on.isoformat(), lot.quantity] for lot in situation.lots],
        "spoils": [
            [day.isoformat(), round(units, 2)]
            for day, units in spoils_by_day(situation.lots, demand, situation.starts_on)
        ],
    }


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "lead_time_days": policy.lead_time_days,
        "review_days": policy.review_days,
        "protection_days": policy.protection_days,
        "intervals": list(policy.intervals),
        "service_level": policy.service_level,
        "demand_mean": round(policy.demand_mean, 3),
        "demand_quantile": round(policy.demand_quantile, 3),
        "safety_stock": policy.safety_stock,
        "reorder_point": policy.reorder_point,
        "order_up_to": policy.order_up_to,
        "computed_reorder_point": policy.computed_reorder_point,
        "computed_order_up_to": policy.computed_order_up_to,
        "fill_rate": None if policy.fill_rate is None else round(policy.fill_rate, 4),
        "manual": list(policy.manual),
        "paying": _paying(policy.paying),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    """The parts that a person set, by name."""
    return {name: getattr(rule, name) for name in rule.by_hand}


def class_told(has: ByClass | None) -> dict[str, Any]:
    """The class that was planned with, since when, and by part the class that set it."""
    if has is None:
        return {}
    sets = {name: getattr(has, name) for name in ("service_level", "review_days")}
    sets = {name: cell for name, cell in sets.items() if cell}
    return {"class": {"name": has.name, "since": has.since_on.isoformat(), "sets": sets}}


def _paying(paying: Paying | None) -> dict[str, str] | None:
    if paying is None:
        return None
    return {"margin": str(paying.margin), "holding": str(paying.holding)}


def _projection(
    expected: Projection, cautious: Projection, arrives: date, late: Lateness
) -> dict[str, Any]:
    return {
        "starts_on": expected.starts_on.isoformat(),
        "step_days": CHART_STEP_DAYS,
        "expected": _thin(expected),
        "cautious": _thin(cautious),
        "expected_empty_on": _day(expected.empty_on()),
        "cautious_empty_on": _day(cautious.empty_on()),
        "ends_on": _day(late.ends_on),
        "short_on": _day(late.short_on),
        "lost_before_arrival": round(expected.lost_before(arrives), 3),
    }


def _thin(projection: Projection) -> list[float]:
    return [round(float(value), 1) for value in projection.stock[::CHART_STEP_DAYS]]


def _quantity(situation: Situation, taken: Option, expected: Projection) -> dict[str, Any]:
    policy, quantity, need = taken.policy, taken.quantity, taken.need
    per_day = policy.per_day
    extra = quantity.ordered - need.units
    return {
        "order_up_to": policy.order_up_to,
        "inventory_position": situation.stock.inventory_position,
        "expiring": expiring_units(situation, policy),
        "lost_before_arrival": floor(expected.lost_before(taken.arrives_on) + ROUNDING),
        "to_level": need.to_level,
        "most_asked": need.most_asked,
        "needed": need.units,
        "moq": taken.offer.moq,
        "beside": taken.offer.beside,
        "reach": taken.offer.reach,
        "order_multiple": taken.offer.order_multiple,
        "carton_quantity": situation.carton_quantity,
        "pallet_quantity": taken.offer.pallet_quantity,
        "step": quantity.step,
        "ordered": quantity.ordered,
        "forced": extra,
        "forced_days": round(extra / per_day, 1) if per_day > 0 else None,
        "cover_days": None if taken.cover_days is None else round(taken.cover_days, 1),
    }


def _in_time(taken: Option) -> dict[str, Any] | None:
    """What is worth having before it expires; `expires`: expected of what is ordered."""
    found = taken.need.in_time
    if found is None:
        return None
    return {
        "days": found.days,
        "units": found.units,
        "gain": found.gain.per_cost,
        "gain_assumed": found.gain.assumed,
        "expires": round(taken.cost.expired, 2),
    }


def _offer(taken: Option) -> dict[str, Any]:
    offer = taken.offer
    return {
        "id": offer.offer_id or None,
        "version": offer.version,
        "supplier_id": offer.supplier_id or None,
        "supplier": offer.supplier,
        "supplier_code": offer.supplier_code,
        "preferred": offer.preferred,
        "prices": [[from_quantity, str(price)] for from_quantity, price in offer.prices],
        "order_minimum": text(offer.order_minimum),
        "assumed": list(offer.assumed),
    }


def _warnings(situation: Situation, taken: Option) -> list[str]:
    """What a buyer should look at before saying yes; sentences are made by the screen."""
    found = []
    shelf = situation.shelf_life_days
    if shelf and not taken.need.in_time and taken.cover_days and taken.cover_days > shelf:
        found.append("outlasts_shelf_life")
    if taken.unit_price is None:
        found.append("no_price")
    elif taken.unit_landed is None:
        found.append("no_rate")
    if not situation.stock_known:
        found.append("stock_unknown")
    if situation.judged_by_likes:
        found.append("judged_by_likes")
    return found


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
