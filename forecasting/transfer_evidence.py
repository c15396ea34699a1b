"""Writes down every number of a suggested transfer, so that a planner can work it out by hand.

Decides the names in the trace and the reason code; takes part in no decision. JSON types only:
days as ISO text, money as text, units as numbers.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from forecasting.evidence_way import inbound_of
from forecasting.need import cautious_stock, days_of_cover, expiring_units
from forecasting.receiving import Send
from forecasting.situation import Draft, Planned
from forecasting.transfer_losses import CASES, Lost
from forecasting.transfers import LEAST_RETURN, Benefit, order_arrives_on, unit_cost
from inventory_core.vocabulary import SuggestionKind, SuggestionState


def transfer_draft(send: Send, *, bought: Draft | None, base_currency: str) -> Draft:
    """The suggestion to send these units, with its evidence; `bought` is the purchase beside it as
    shared limits and minimums left it.
    """
    taken, receiver = send.taken, send.receiver
    here = receiver.situation
    return Draft(
        kind=SuggestionKind.TRANSFER.value,
        state=SuggestionState.OPEN.value,
        sku_id=here.sku_id,
        warehouse_id=here.warehouse_id,
        quantity=taken.quantity,
        supplier_id=None,
        offer_id=None,
        ship_method=taken.way.ship_method,
        unit_price=None,
        currency=None,
        amount_base=taken.cost,
        value_at_risk_base=taken.gained,
        order_by_on=None,
        days_late=0,
        arrives_on=taken.arrives_on,
        runs_out_on=_runs_out_on(receiver),
        days_of_cover=days_of_cover(here, receiver.policy),
        assumed=_assumed(taken),
        trace=_trace(send, bought, base_currency),
        from_warehouse_id=taken.way.from_warehouse_id,
    )


def _assumed(taken: Benefit) -> tuple[str, ...]:
    found = []
    if taken.way.source == "assumed":
        found.append("transit_days")
    if not taken.way.known:
        found.append("freight")
    if taken.margin is None:
        found.append("margin")
    return tuple(found)


def _trace(send: Send, bought: Draft | None, base_currency: str) -> dict[str, Any]:
    taken, receiver = send.taken, send.receiver
    here = receiver.situation
    code = "send_from_hub" if send.donor is None else "send_from_site"
    return {
        "as_of": here.as_of.isoformat(),
        "starts_on": here.starts_on.isoformat(),
        "run": dict(here.source),
        "reason": {
            "code": code,
            "from": taken.way.from_code,
            "runs_out_on": _day(_runs_out_on(receiver)),
            "arrives_on": _day(taken.arrives_on),
            "order_by_on": None,
            "days_late": 0,
        },
        "from": taken.way.from_code,
        "to": here.warehouse_code,
        "leaves_on": here.as_of.isoformat(),
        "base_currency": base_currency,
        "quantity": _quantity(send),
        "receiver": _receiver(send),
        "donor": _donor(send),
        "cost": _cost(taken),
        "bought": {"alone": send.alone, "beside": bought.quantity if bought else 0},
        "net": str(taken.net),
        "least_return": str(LEAST_RETURN) if send.donor is not None else None,
        "ways": [_way(one) for one in _one_of_each(send.weighed)],
        "assumed": list(_assumed(taken)),
    }


def _quantity(send: Send) -> dict[str, Any]:
    """The units in the words of their reason: up to the level, into a gap, or counted on."""
    receiver, here = send.receiver, send.receiver.situation
    told: dict[str, Any] = {"because": send.because, "missing": send.missing}
    if send.because == "level":
        position, expiring = here.stock.inventory_position, expiring_units(here, receiver.policy)
        up_to = receiver.policy.order_up_to
        told |= {
            "order_up_to": up_to,
            "inventory_position": position,
            "expiring": expiring,
            "lost_before_arrival": up_to - position + expiring - send.missing,
        }
    return told | {
        "free": send.free,
        "carton_quantity": here.carton_quantity,
        "sent": send.taken.quantity,
    }


def _runs_out_on(receiver: Planned) -> date | None:
    return cautious_stock(receiver.situation, receiver.policy).empty_on()


def _receiver(send: Send) -> dict[str, Any]:
    taken, here = send.taken, send.receiver.situation
    return {
        "sellable": here.stock.sellable,
        "inbound": inbound_of(here),
        "order_arrives_on": order_arrives_on(send.receiver).isoformat(),
        "lost_without": _lost(taken.without),
        "lost_with": _lost(taken.with_it),
        "avoided": taken.avoided,
        "unit_price": _text(here.selling_price_base),
        "unit_cost": _text(unit_cost(send.receiver)),
        "unit_margin": _text(taken.margin),
        "gained": str(taken.gained),
        "unit_goods": _text(taken.unit_goods),
        "goods_saved": str(taken.goods_saved),
    }


def _donor(send: Send) -> dict[str, Any] | None:
    if send.donor is None:
        return None
    taken, here = send.taken, send.donor.situation
    assert taken.donor_without is not None, "a site that gives has been weighed"
    assert taken.donor_with is not None, "a site that gives has been weighed"
    return {
        "sellable": here.stock.sellable,
        "planned_out": here.stock.planned_out,
        "inventory_position": here.stock.inventory_position,
        "order_up_to": send.donor.policy.order_up_to,
        "inbound": inbound_of(here),
        "lost_without": _lost(taken.donor_without),
        "lost_with": _lost(taken.donor_with),
        "unit_margin": _text(
            taken.donor_margin if taken.donor_margin is not None else taken.margin
        ),
        "risk": str(taken.donor_risk),
        "per_day": round(send.donor.policy.per_day, 4),
        "wait_days": taken.wait_days[0],
        "wait_days_there": taken.wait_days[1],
        "holding_saved": str(taken.holding_saved),
    }


def _lost(lost: Lost) -> dict[str, Any]:
    """Demand until the day and the units lost of it, by case; `expected` is the mean."""
    return {
        "until_on": lost.until_on.isoformat(),
        "cases": list(CASES),
        "demand": list(lost.demand),
        "lost": list(lost.units),
        "expected": lost.expected,
    }


def _cost(taken: Benefit) -> dict[str, Any]:
    way = taken.way
    return {
        "unit_freight": str(way.unit_freight),
        "freight": [
            {"per": one.per, "rate": str(one.rate), "amount": str(one.amount)}
            for one in way.freight
        ],
        "unit_duty": str(way.duty),
        "duty_share": None if way.duty_share is None else str(way.duty_share.rate),
        "duty_source": None if way.duty_share is None else way.duty_share.source,
        "unit_removal": str(way.removal),
        "fixed": str(way.fixed),
        "total": str(taken.cost),
        "source": way.source,
        "known": way.known,
        "freight_share": _text(way.freight_share),
        "removal_share": _text(way.removal_share),
    }


def _way(one: Benefit) -> dict[str, Any]:
    return {
        "ship_method": one.way.ship_method,
        "days": one.way.days,
        "arrives_on": one.arrives_on.isoformat(),
        "quantity": one.quantity,
        "avoided": one.avoided,
        "gained": str(one.gained),
        "cost": str(one.cost),
        "net": str(one.net),
    }


def _one_of_each(weighed: Sequence[Benefit]) -> list[Benefit]:
    """The best quantity of each ship method; `weighed` has the best first."""
    best: dict[str, Benefit] = {}
    for one in weighed:
        best.setdefault(one.way.ship_method, one)
    return list(best.values())


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
