"""Stock that is there already counts before anything is bought: first of hubs, then of other sites.

A hub is a warehouse that has or expects a SKU and sells none of it. Decides which of its units
stand for which warehouse (where most money is at risk first, what lies there before what is still
to come), and then which selling site gives what it can spare where that pays. Every unit is given
once; a hub keeps no safety stock of its own, because the sites it serves hold theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from forecasting.need import units_to_level
from forecasting.projection import Arrival
from forecasting.situation import Planned, Situation
from forecasting.transfers import Benefit, Way, best_from_site, best_way, order_arrives_on, surplus

Pair = tuple[int, int]


@dataclass(slots=True)
class Supply:
    """Units of one SKU at one hub: free from `on_day` on; `document` names them in the trace.

    `here`: they lie there now, so they can be sent today.
    """

    warehouse_id: int
    on_day: date
    quantity: int
    document: str
    here: bool = True


@dataclass(frozen=True, slots=True)
class Send:
    """Units of one SKU that should go to one warehouse, and every way that was weighed.

    `missing`: what the receiver lacked when these units were found; `free`: what the origin had.
    """

    receiver: Planned
    donor: Planned | None
    taken: Benefit
    weighed: tuple[Benefit, ...]
    missing: int
    free: int


@dataclass(slots=True)
class Shared:
    """Situations to plan again, by SKU and warehouse, and what is to be sent to them."""

    again: dict[Pair, Situation] = field(default_factory=dict)
    sends: list[Send] = field(default_factory=list)


def share_stock(
    planned: Sequence[Planned],
    supplies: Mapping[int, Sequence[Supply]],
    ways: Mapping[Pair, Mapping[int, Sequence[Way]]],
    *,
    holding_rate_year: Decimal = Decimal(0),
) -> Shared:
    """Give what is there to the warehouses that lack it.

    `supplies` by SKU id, used up to their quantity; `ways` by (from, to) and SKU id.
    """
    shared = Shared()
    by_sku: dict[int, list[Planned]] = {}
    for item in planned:
        by_sku.setdefault(item.situation.sku_id, []).append(item)
    spare = {_pair(item): surplus(item) for item in planned}
    for item in sorted(planned, key=_urgency):
        if not item.wanting:
            continue
        receiver = _from_hubs(item, supplies.get(item.situation.sku_id, ()), ways, shared)
        receiver = _from_sites(
            receiver, by_sku[item.situation.sku_id], spare, ways, shared, holding_rate_year
        )
        if receiver is not item:
            shared.again[_pair(item)] = receiver.situation
    return shared


def _from_hubs(
    item: Planned,
    supplies: Sequence[Supply],
    ways: Mapping[Pair, Mapping[int, Sequence[Way]]],
    shared: Shared,
) -> Planned:
    receiver = item
    for supply in supplies:
        routes = _ways(ways, supply.warehouse_id, item)
        if supply.quantity <= 0 or not routes:
            continue
        days = min(way.days for way in routes)
        missing = missing_units(receiver, supply.on_day + timedelta(days=days))
        part = _cartons(missing, supply.quantity, item.situation.carton_quantity)
        if part <= 0:
            continue
        if supply.here:
            weighed = best_way(receiver, routes, part)
            days = weighed[0].way.days
            shared.sends.append(
                Send(receiver, None, weighed[0], tuple(weighed), missing, supply.quantity)
            )
        supply.quantity -= part
        arrival = Arrival(
            supply.on_day + timedelta(days=days),
            part,
            supply.document,
            send_from=routes[0].from_code,
            suggested=supply.here,
        )
        receiver = helped(receiver, [arrival])
    return receiver


def _from_sites(
    receiver: Planned,
    sites: Sequence[Planned],
    spare: dict[Pair, int],
    ways: Mapping[Pair, Mapping[int, Sequence[Way]]],
    shared: Shared,
    holding_rate_year: Decimal,
) -> Planned:
    """The site whose goods bring most gives first; nobody gives below what it is filled up to."""
    asked = {_pair(site): site for site in sites if _pair(site) != _pair(receiver)}
    while asked:
        found = []
        for pair, site in asked.items():
            routes = _ways(ways, pair[1], receiver)
            if spare[pair] <= 0 or not routes:
                continue
            missing = missing_units(
                receiver, receiver.situation.as_of + timedelta(min(way.days for way in routes))
            )
            most = min(missing, spare[pair])
            weighed = best_from_site(
                receiver, site, routes, most=most, holding_rate_year=holding_rate_year
            )
            if weighed:
                found.append(Send(receiver, site, weighed[0], tuple(weighed), missing, spare[pair]))
        if not found:
            return receiver
        best = max(found, key=lambda one: (one.taken.net, -one.taken.way.from_warehouse_id))
        giver = (receiver.situation.sku_id, best.taken.way.from_warehouse_id)
        shared.sends.append(best)
        spare[giver] -= best.taken.quantity
        del asked[giver]
        code = best.taken.way.from_code
        arrival = Arrival(
            best.taken.arrives_on, best.taken.quantity, code, send_from=code, suggested=True
        )
        receiver = helped(receiver, [arrival])
    return receiver


def missing_units(receiver: Planned, arrives_on: date) -> int:
    """What the warehouse lacks to order-up-to when goods can be there on `arrives_on`.

    Demand lost before they arrive can no longer be served; what a purchase order would come too
    late for, goods that are nearer may still serve.
    """
    here = receiver.situation
    latest = min(arrives_on, order_arrives_on(receiver))
    return max(0, units_to_level(here, receiver.policy, latest))


def helped(receiver: Planned, taken: Sequence[Arrival]) -> Planned:
    """The same warehouse with units of another one standing for it."""
    situation = receiver.situation
    units = sum(arrival.quantity for arrival in taken)
    stock = situation.stock
    return replace(
        receiver,
        situation=replace(
            situation,
            inbound=(*situation.inbound, *taken),
            stock=replace(
                stock,
                upstream=stock.upstream + units,
                inventory_position=stock.inventory_position + units,
            ),
        ),
    )


def _cartons(missing: int, free: int, carton: int | None) -> int:
    """Whole cartons that cover the need where there are so many, else all that is free."""
    step = carton or 1
    return min(free, -(-max(0, missing) // step) * step)


def _ways(
    ways: Mapping[Pair, Mapping[int, Sequence[Way]]], from_id: int, receiver: Planned
) -> Sequence[Way]:
    here = receiver.situation
    return ways.get((from_id, here.warehouse_id), {}).get(here.sku_id, ())


def _pair(item: Planned) -> Pair:
    return item.situation.sku_id, item.situation.warehouse_id


def _urgency(item: Planned) -> tuple[Decimal, int, int]:
    risk = item.draft.value_at_risk_base if item.draft is not None else None
    return -(risk or Decimal(0)), item.situation.sku_id, item.situation.warehouse_id
