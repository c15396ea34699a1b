"""Stock that is there already counts before anything is bought: first of hubs, then of other sites.

A hub is a warehouse that has or expects a SKU and sells none of it. Decides which of its units
stand for which warehouse (what approved purchases counted on first; then where most money is at
risk, what lies there before what is still to come), and then which selling site gives what it can
spare where that pays. Every unit is given once; a hub keeps no safety stock of its own, because
the sites it serves hold theirs. A site is given until it buys nothing that a hub still has
(`receiving`); what costs more to send than it brings stays.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from forecasting.projection import Arrival
from forecasting.receiving import (
    Because,
    Part,
    Receiver,
    Send,
    Supply,
    cost_too_much,
    gap_units,
    helped,
    missing_units,
    settle,
)
from forecasting.situation import Planned, PlanSettings
from forecasting.transfers import Way, best_from_site, surplus
from inventory_core.planning.counted_on import CountedOn

__all__ = ["Send", "Shared", "Supply", "share_stock", "tell_sends"]

Pair = tuple[int, int]
Ways = Mapping[Pair, Mapping[int, Sequence[Way]]]


@dataclass(slots=True)
class Shared:
    """The sites that are given something as they are planned with it, and what is to be sent.
    `left`: what lies at a hub for a site and costs more to send than it brings.
    """

    again: dict[Pair, Planned] = field(default_factory=dict)
    sends: list[Send] = field(default_factory=list)
    left: dict[Pair, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(slots=True)
class _Stock:
    """What is left to give of all SKUs: of hubs by SKU id, and of selling sites."""

    supplies: Mapping[int, Sequence[Supply]]
    sites: dict[Pair, Planned]
    ways: Ways
    settings: PlanSettings

    def routes(self, from_id: int, receiver: Receiver) -> Sequence[Way]:
        here = receiver.item.situation
        return self.ways.get((from_id, here.warehouse_id), {}).get(here.sku_id, ())


def share_stock(
    planned: Sequence[Planned],
    supplies: Mapping[int, Sequence[Supply]],
    ways: Ways,
    settings: PlanSettings,
    counted: Mapping[Pair, Sequence[CountedOn]] | None = None,
) -> Shared:
    """Give what is there to the warehouses that lack it.

    `supplies` by SKU id, used up to their quantity; `ways` by (from, to) and SKU id; `counted`: of
    each site that something was bought for in this review, the units that this counted on and
    nobody has sent yet. Beyond these such a site comes last: the others are still to be planned.
    """
    stock = _Stock(supplies, {_pair(item): item for item in planned}, ways, settings)
    bought = counted or {}
    receivers = [
        Receiver(item, item)
        for item in sorted(planned, key=lambda one: (_pair(one) in bought, _urgency(one)))
    ]
    for receiver in receivers:
        for one in bought.get(_pair(receiver.item), ()):
            _give_counted(receiver, one, stock)
    for receiver in receivers:
        if receiver.parts:
            settle(receiver, settings)
        _give(receiver, stock)
    shared = Shared()
    for receiver in receivers:
        if receiver.parts:
            shared.sends += receiver.sends
        if receiver.parts or receiver.refused:
            shared.again[_pair(receiver.item)] = receiver.now
        if left := _left(receiver, stock):
            shared.left[_pair(receiver.item)] = left
    return shared


def _give_counted(receiver: Receiver, one: CountedOn, stock: _Stock) -> None:
    """What an approved purchase counted on stays on the list, by the way it had there."""
    sku_id, origin = receiver.item.situation.sku_id, one.from_warehouse_id
    routes = stock.routes(origin, receiver)
    supply = next(
        (s for s in stock.supplies.get(sku_id, ()) if s.here and s.warehouse_id == origin), None
    )
    site = stock.sites.get((sku_id, origin))
    free = supply.quantity if supply else surplus(site) if site else 0
    units = min(one.quantity, free)
    if units <= 0 or not routes:
        return
    part = Part(units, routes, supply, None, "counted", one.ship_method, kept=True, free=free)
    if supply:
        supply.quantity -= units
    elif site:
        part.donor = site
        stock.sites[sku_id, origin] = _gave(site, units)
    receiver.parts.append(part)


def _give(receiver: Receiver, stock: _Stock) -> None:
    """Until nothing is missing, or nobody has anything that is worth sending."""
    while _from_hubs(receiver, stock) or _from_a_site(receiver, stock):
        settle(receiver, stock.settings)
        while dear := cost_too_much(receiver):
            for part in dear:
                _take_back(receiver, part, stock)
            settle(receiver, stock.settings)


def _from_hubs(receiver: Receiver, stock: _Stock) -> bool:
    """Whether hubs give more; as much as is missing beside what is bought now."""
    here, trial, gave = receiver.item.situation, receiver.now, False
    for supply in stock.supplies.get(here.sku_id, ()):
        routes = stock.routes(supply.warehouse_id, receiver)
        if supply.quantity <= 0 or not routes or supply.warehouse_id in receiver.refused:
            continue
        arrives = supply.on_day + timedelta(days=min(way.days for way in routes))
        surely = supply.on_day + timedelta(days=max(way.days for way in routes))
        level, gap = missing_units(trial, arrives), gap_units(trial, surely)
        units = _cartons(max(level, gap), supply.quantity, here.carton_quantity)
        if units <= 0:
            continue
        because: Because = "level" if level >= gap else "gap"
        _add(receiver, Part(units, routes, supply, None, because, free=supply.quantity))
        supply.quantity -= units
        trial, gave = helped(trial, [Arrival(arrives, units, supply.document)]), True
    return gave


def _from_a_site(receiver: Receiver, stock: _Stock) -> bool:
    """Whether a site gives: the one whose goods bring most, never below what it is filled up to."""
    found: list[tuple[Decimal, int, Part]] = []
    sku_id, mine = _pair(receiver.item)
    for (of, place), site in stock.sites.items():
        routes = stock.routes(place, receiver) if of == sku_id and place != mine else ()
        parts = [part for part in receiver.parts if part.donor and _pair(part.donor)[1] == place]
        routes = [way for way in routes if all(way.ship_method == p.ship_method for p in parts)]
        spare = surplus(site)
        if spare <= 0 or not routes or place in receiver.refused:
            continue
        arrives = receiver.item.situation.as_of + timedelta(min(way.days for way in routes))
        weighed = best_from_site(
            receiver.now,
            site,
            routes,
            most=min(missing_units(receiver.now, arrives), spare),
            holding_rate_year=stock.settings.holding_rate_year,
        )
        if weighed:
            best = weighed[0]
            all_ways = stock.routes(place, receiver)
            part = Part(
                best.quantity, all_ways, None, site, "level", best.way.ship_method, True, spare
            )
            found.append((-best.net, place, part))
    if not found:
        return False
    _, place, part = min(found, key=lambda one: one[:2])
    assert part.donor is not None, "a site gives"
    stock.sites[sku_id, place] = _gave(part.donor, part.quantity)
    _add(receiver, part)
    return True


def _add(receiver: Receiver, part: Part) -> None:
    """A part of its own, or more of what the same origin gives already."""
    for old in receiver.parts:
        same = old.supply is part.supply and part.supply is not None
        if same or (old.donor and part.donor and _pair(old.donor) == _pair(part.donor)):
            old.quantity += part.quantity
            old.asked = receiver.now.policy
            return
    part.asked = receiver.now.policy
    receiver.parts.append(part)


def _take_back(receiver: Receiver, part: Part, stock: _Stock) -> None:
    receiver.parts.remove(part)
    if part.supply is not None:
        part.supply.quantity += part.quantity
        receiver.refused.add(part.supply.warehouse_id)
    elif part.donor is not None:
        pair = _pair(part.donor)
        stock.sites[pair] = _gave(stock.sites[pair], -part.quantity)
        receiver.refused.add(pair[1])


def _gave(site: Planned, units: int) -> Planned:
    stock = site.situation.stock
    stock = replace(
        stock,
        planned_out=stock.planned_out + units,
        inventory_position=stock.inventory_position - units,
    )
    return replace(site, situation=replace(site.situation, stock=stock))


def _left(receiver: Receiver, stock: _Stock) -> list[dict[str, Any]]:
    return [
        {"from": supply.document, "quantity": supply.quantity}
        for supply in stock.supplies.get(receiver.item.situation.sku_id, ())
        if supply.here and supply.quantity > 0 and supply.warehouse_id in receiver.refused
    ]


def tell_sends(pairs: Sequence[Planned], shared: Shared) -> list[Planned]:
    """Every purchase, whoever it is from, says what is sent beside it and what stays at a hub."""
    sends: dict[Pair, list[Send]] = defaultdict(list)
    for send in shared.sends:
        sends[_pair(send.receiver)].append(send)
    return [_told(one, sends[_pair(one)], shared.left.get(_pair(one), [])) for one in pairs]


def _told(planned: Planned, sends: Sequence[Send], left: Sequence[Mapping[str, Any]]) -> Planned:
    if planned.draft is None:
        return planned
    told: dict[str, Any] = {}
    if sends:
        told["sends"] = [
            {
                "from_warehouse_id": send.taken.way.from_warehouse_id,
                "from": send.taken.way.from_code,
                "ship_method": send.taken.way.ship_method,
                "quantity": send.taken.quantity,
                "arrives_on": send.taken.arrives_on.isoformat(),
            }
            for send in sends
        ]
    if left:
        told["left_at_hub"] = list(left)
    return replace(planned, draft=replace(planned.draft, trace={**planned.draft.trace, **told}))


def _cartons(missing: int, free: int, carton: int | None) -> int:
    """Whole cartons that cover the need where there are so many, else all that is free."""
    step = carton or 1
    return min(free, -(-max(0, missing) // step) * step)


def _pair(item: Planned) -> Pair:
    return item.situation.sku_id, item.situation.warehouse_id


def _urgency(item: Planned) -> tuple[Decimal, int, int]:
    risk = item.draft.value_at_risk_base if item.draft is not None else None
    return -(risk or Decimal(0)), item.situation.sku_id, item.situation.warehouse_id
