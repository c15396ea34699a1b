"""Writes down what an order is expected to cost and what was compared with it, for the trace.

Decides only names and rounding: money as text, expected units in hundredths, days in tenths. The
sums are made elsewhere; every number here can be worked out again from the same trace.
"""

from decimal import Decimal
from typing import Any

from forecasting.courses import COURSES
from forecasting.evidence_way import legs_of
from forecasting.order_cost import LOST_AFTER_DAYS, SHELF_DAYS
from forecasting.situation import Draft, PlanSettings, Situation
from forecasting.supplier_choice import Choice, Option, cents, hundredths, saving_by_break
from forecasting.supplier_terms import landed_unit_cost
from forecasting.waiting import brought_by, gain_of_ordering
from inventory_core.planning.inbound_costs import Share
from inventory_core.planning.plan_costs import AGE_FEES, HANDLING
from inventory_core.vocabulary import WarehouseKind

# So many options are kept, the one taken first, then those that a sum needs, then the cheapest.
MOST_CANDIDATES = 8


def order_cost(situation: Situation, settings: PlanSettings, choice: Choice) -> dict[str, Any]:
    """The expected cost of the order taken and of what was compared with it."""
    taken = choice.taken
    shown = _shown(choice)
    margin = taken.weight.unit_margin if taken.weight else None
    waiting = None if margin is None else cents(hundredths(taken.cost.served) * margin)
    return {
        "rule": settings.order_rule.value,
        "courses": COURSES,
        "most_shelf_days": SHELF_DAYS,
        "lost_after_days": LOST_AFTER_DAYS,
        "order_line_cost": text(settings.costs.order_line_cost),
        "assumed": _assumed(situation, settings, taken),
        "costs_version": settings.costs.version,
        "usual_unit": text(taken.weight.usual_unit if taken.weight else None),
        "unit_margin": text(margin),
        "compared_until": taken.compared_until,
        "options": len(choice.weighed),
        "confidence": round(taken.need.chance, 3),
        "cost_of_waiting": text(waiting),
        "served_units": text(hundredths(taken.cost.served)),
        "gain": text(gain_of_ordering(taken, settings.holding_rate_year)),
        "brings": text(brought_by(taken, situation.selling_price_base)),
        "age_fees": _age_fees(situation, settings),
        "shelf_life_days": situation.shelf_life_days,
        "candidates": [_candidate(one) for one in shown],
        "jump": jump_of(choice),
    }


def jump_of(choice: Choice) -> dict[str, Any] | None:
    """The order against the least one of the same offer by the same way, where it is larger to
    reach a price break; else the next break that was not taken against the order, with a saving
    that is not positive where it does not pay.

    Payback: on that day after the arrival the smaller order would be sold, and buying again at its
    cost would have taken the cash that the larger one ties up.
    """
    taken = choice.taken
    same = [
        one
        for one in choice.weighed
        if one.offer.offer_id == taken.offer.offer_id
        and one.way.route.ship_method == taken.way.route.ship_method
    ]
    smaller = [one for one in same if one.break_from < taken.break_from]
    larger = [one for one in same if one.break_from > taken.break_from]
    if smaller and taken.quantity.forced > 0:
        small, large = max(smaller, key=_size), taken
    elif larger:
        small, large = taken, min(larger, key=_size)
    elif taken.refused_break is not None:
        small, large = taken, taken.refused_break
    else:
        return None
    per_day, landed = taken.policy.per_day, small.unit_landed
    if not landed or large.unit_landed is None or per_day <= 0:
        return None
    cash = cents(large.unit_landed * large.quantity.ordered - landed * small.quantity.ordered)
    again = float(cash) / (per_day * float(landed))
    return {
        "taken": large is taken,
        "from_quantity": small.quantity.ordered,
        "to_quantity": large.quantity.ordered,
        "unit_saving": text(landed - large.unit_landed),
        "extra_cash": text(cash),
        "small": _unit_figures(small),
        "large": _unit_figures(large),
        "saving": text(saving_by_break(large, small)),
        "cover_days": round(large.quantity.ordered / per_day, 1),
        "payback_days": round(small.quantity.ordered / per_day + again, 1),
    }


def _unit_figures(option: Option) -> dict[str, Any]:
    return {
        "unit_landed": text(option.unit_landed),
        "unit_total": text(option.unit_total),
        "unsold_units": text(hundredths(option.cost.unsold)),
    }


def _size(option: Option) -> int:
    return option.quantity.ordered


def _shown(choice: Choice) -> list[Option]:
    """The usual way to have a unit and the best preferred one are always among them."""
    known = [one for one in choice.weighed if one.unit_total is not None]
    usual = min(known, key=lambda one: one.unit_total or Decimal(0), default=choice.taken)
    preferred = next((one for one in choice.weighed if one.offer.preferred), choice.taken)
    needed = [choice.taken, *choice.weighed[:1], usual, preferred]
    rest = [*needed, *choice.weighed]
    kept = [one for place, one in enumerate(rest) if not any(one is r for r in rest[:place])]
    first, *others = kept[:MOST_CANDIDATES]
    return [first, *sorted(others, key=lambda one: _place(choice, one))]


def _place(choice: Choice, option: Option) -> int:
    return next(n for n, one in enumerate(choice.weighed) if one is option)


def _age_fees(situation: Situation, settings: PlanSettings) -> dict[str, Any] | None:
    """The fees that were counted; None where the warehouse charges none."""
    if situation.warehouse_kind != WarehouseKind.FBA:
        return None
    fees = settings.costs
    rate = next((one.rate for one in situation.rates if one.currency == fees.fee_currency), None)
    return {
        "currency": fees.fee_currency,
        "rate": text(rate),
        "aged_after_days": fees.aged_after_days,
        "aged_fee": str(fees.aged_fee),
        "low_cover_days": fees.low_cover_days,
        "low_fee": str(fees.low_fee),
        "storage_fee": str(fees.storage_fee),
        "unit_m3": text(situation.volume_m3),
    }


def _assumed(situation: Situation, settings: PlanSettings, taken: Option) -> list[str]:
    """Figures of these sums that nobody has stated."""
    fees = AGE_FEES if situation.warehouse_kind == WarehouseKind.FBA else ()
    shares = (taken.way.freight_share, taken.way.duty_share)
    figures = (one.figure for one in shares if one is not None and one.figure)
    return list(settings.costs.assumed_of((*HANDLING, *fees, *figures)))


def _candidate(option: Option) -> dict[str, Any]:
    cost, weight = option.cost, option.weight
    return {
        "offer_id": option.offer.offer_id or None,
        "supplier": option.offer.supplier,
        "ship_method": option.way.route.ship_method,
        "quantity": option.quantity.ordered,
        "beside": option.offer.beside,
        "preferred": option.offer.preferred,
        "unit_price": text(option.unit_price),
        "currency": option.offer.currency or None,
        "unit_freight": text(option.way.unit_freight),
        "freight_currency": option.way.freight_currency or option.offer.currency or None,
        "share": text(option.way.share),
        "arrives_on": option.arrives_on.isoformat(),
        "arrival_days": list(option.arrival.arrivals),
        "planned_day": option.arrival.planned,
        "gap_days": option.arrival.gap_days,
        "unit_landed": text(option.unit_landed),
        "waiting_days": str(option.waiting_days),
        "shelf_days": str(option.shelf_days),
        "unit_holding": text(option.unit_holding),
        "expired_units": str(hundredths(cost.expired)),
        "unsold_units": str(hundredths(cost.unsold)),
        "aged_months": str(hundredths(cost.aged_months)),
        "low_units": str(hundredths(cost.low_units)),
        "unit_fees": text(option.unit_fees),
        "unit_handling": text(option.unit_handling),
        "unit_total": text(option.unit_total),
        "needed_until": str(hundredths(option.needed_until)),
        "units": text(weight.units if weight else None),
        "extra": text(weight.extra if weight else None),
        "lost_units": str(hundredths(cost.lost_before + cost.lost_after)),
        "lost_margin": text(weight.lost_margin if weight else None),
        "low_fee": text(weight.low_fee if weight else None),
        "left_over": text(weight.left_over if weight else None),
        "cost": text(weight.total if weight else None),
        "cycle_service": round(cost.cycle_service, 3),
        "fill_rate": None if cost.fill_rate is None else round(cost.fill_rate, 4),
    }


def cost_of(settings: PlanSettings, choice: Choice, draft: Draft) -> dict[str, Any]:
    """Price, freight, rates and what a unit of the order taken costs until it is sold."""
    taken = choice.taken
    used = {settings.base_currency, *(one.offer.currency for one in choice.weighed)}
    used |= {one.way.freight_currency for one in choice.weighed}
    return {
        "unit_price": text(taken.unit_price),
        "price_from_quantity": taken.break_from,
        "currency": draft.currency,
        "unit_freight": text(taken.way.unit_freight),
        "freight_currency": taken.way.freight_currency or draft.currency,
        "freight_share": _share(taken.way.freight_share),
        "duty_share": _share(taken.way.duty_share),
        "rates": [
            {"currency": rate.currency, "rate": str(rate.rate), "on": rate.on_day.isoformat()}
            for rate in taken.rates
            if rate.currency in used
        ],
        "base_currency": settings.base_currency,
        "amount_base": text(draft.amount_base),
        "unit_landed": text(taken.unit_landed),
        "waiting_days": str(taken.waiting_days),
        "unit_holding": text(taken.unit_holding),
        "unit_fees": text(taken.unit_fees),
        "unit_handling": text(taken.unit_handling),
        "unit_total": text(taken.unit_total),
        "holding_rate_year": str(settings.holding_rate_year),
    }


def _share(found: Share | None) -> dict[str, Any] | None:
    """A part of the price, from whom it is known, and what the receipts add up to."""
    if found is None:
        return None
    facts: dict[str, Any] = {"rate": str(found.rate), "source": found.source}
    if found.figure:
        return facts | {"figure": found.figure}
    return facts | {
        "receipts": found.receipts,
        "paid": str(found.paid),
        "goods": str(found.goods),
    }


def rival(option: Option | None) -> dict[str, Any] | None:
    """Another option as the buyer compares it."""
    if option is None:
        return None
    return {
        "offer_id": option.offer.offer_id,
        "supplier_id": option.offer.supplier_id,
        "supplier": option.offer.supplier,
        "ship_method": option.way.route.ship_method,
        "quantity": option.quantity.ordered,
        "unit_price": text(option.unit_price),
        "currency": option.offer.currency,
        "unit_landed": text(option.unit_landed),
        "unit_holding": text(option.unit_holding),
        "unit_total": text(option.unit_total),
        "lead_time_days": option.policy.lead_time_days,
        "legs": legs_of(option.way.route),
        "arrives_on": option.arrives_on.isoformat(),
    }


def faster_of(faster: Option | None, taken: Option, draft: Draft) -> dict[str, Any] | None:
    """A faster way, what it would cost more for this quantity, and the days won."""
    if faster is None:
        return None
    ordered, landed, extra = taken.quantity.ordered, None, None
    reached = faster.offer.price_at(ordered)
    if reached is not None:
        landed = landed_unit_cost(faster.offer, faster.way, reached[1], faster.rates)
    if landed is not None and taken.unit_landed is not None:
        extra = (landed - taken.unit_landed) * ordered
    found = rival(faster) or {}
    for name in ("unit_holding", "unit_total"):
        del found[name]  # those of another quantity
    found |= {"quantity": ordered, "unit_landed": text(landed)}
    found["unit_price"] = text(reached[1] if reached else None)
    found["extra_base"] = text(None if extra is None else extra.quantize(Decimal("0.01")))
    found["in_time"] = draft.runs_out_on is not None and faster.arrives_on <= draft.runs_out_on
    found["days_won"] = (taken.arrives_on - faster.arrives_on).days
    return found


def text(value: Decimal | None) -> str | None:
    """Money as text; None stays None."""
    return None if value is None else str(value)
