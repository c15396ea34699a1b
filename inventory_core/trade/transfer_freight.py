"""Freight of a transfer. Decides when it is posted, at which rate, and over which goods.

Once, with the first arrival, on the units that left: it follows those that arrive, stays with
those still on the way, and the part of what is lost is an expense. The rate is that of the day of
the first arrival.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_core.catalog.company import company
from inventory_core.catalog.rates import rates_for, refuse_missing
from inventory_core.clock import business_day
from inventory_core.db.engine import Writing
from inventory_core.money import UNIT_COST_PLACES, split_amount
from inventory_core.office.actors import Actor
from inventory_core.stock.postings import derived_key
from inventory_core.stock.revaluation import LateAmount, NewRevaluation, revalue
from inventory_core.trade.landed_cost import to_base
from inventory_core.trade.transfer_records import Transfer
from inventory_core.trade.transfer_requests import NewArrival


@dataclass(slots=True)
class Load:
    """What a transfer still has on the way: its departure, and units by SKU and lot."""

    departure_id: int
    left: dict[int, dict[int, int]]
    value_by_sku: dict[int, Decimal]


def add_freight(
    tx: Writing,
    actor: Actor,
    arrivals: Sequence[NewArrival],
    found: Mapping[int, Transfer],
    loads: Mapping[int, Load],
) -> None:
    first: dict[int, NewArrival] = {}
    for arrival in arrivals:
        item = found[arrival.transfer_id]
        if item.freight and not any(line.arrived or line.lost for line in item.lines):
            first.setdefault(item.id, arrival)
    if not first:
        return
    base = company(tx).base_currency
    wanted = {
        i: (
            found[i].freight_currency or base,
            base,
            business_day(arrival.arrived_at, found[i].to_time_zone),
        )
        for i, arrival in first.items()
    }
    rates = rates_for(tx, set(wanted.values()))
    posts = []
    for i, arrival in sorted(first.items()):
        if wanted[i] not in rates:
            refuse_missing(wanted[i])
        amount = to_base(found[i].freight, rates[wanted[i]].rate)
        posts.append(_freight(arrival, loads[i], amount))
    revalue(tx, actor, posts)


def _freight(arrival: NewArrival, load: Load, amount: Decimal) -> NewRevaluation:
    """The freight over the SKUs that left, by their value; by SKU alike where all are worthless."""
    values = load.value_by_sku
    weights = list(values.values()) if sum(values.values()) else [Decimal(1)] * len(values)
    shares = split_amount(amount, weights, places=UNIT_COST_PLACES)
    return NewRevaluation(
        derived_key("transfer freight", arrival.key),
        arrival.arrived_at,
        [
            LateAmount(load.departure_id, sku_id, share)
            for sku_id, share in zip(values, shares, strict=True)
            if share
        ],
        reason="freight",
        source_kind="transfer",
        source_id=arrival.transfer_id,
    )
