"""One site that lacks a SKU: what it is given, and what is bought beside that, until both agree.

A part is what one origin gives. Decides by which way each part goes, weighed against the purchase
that is really suggested beside it, and plans the site again with all of its parts. Which origin
gives how much is decided in `upstream`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import ceil
from typing import Literal

from forecasting.clearance import too_much
from forecasting.need import cautious_stock, units_to_level
from forecasting.policy import ROUNDING, Policy
from forecasting.projection import Arrival
from forecasting.situation import Planned, PlanSettings, Situation
from forecasting.suggest import plan_now
from forecasting.transfers import (
    Benefit,
    Way,
    benefit,
    best_way,
    order_arrives_on,
    pays_between_sites,
)

# Ways and the purchase beside them nearly always agree at once; after these they are kept.
MOST_ROUNDS = 4
Because = Literal["level", "gap", "counted"]


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

    `receiver` with what comes before them, and the purchase beside all that is sent; `alone` would
    be bought if nothing were sent. `because`: they fill it up to its level, close a gap before an
    order could, or a purchase that was approved counted on them. `missing`: what the receiver lacks
    without them; `free`: what the origin has.
    """

    receiver: Planned
    donor: Planned | None
    taken: Benefit
    weighed: tuple[Benefit, ...]
    missing: int
    free: int
    alone: int
    because: Because


@dataclass(slots=True)
class Part:
    """Units of one origin for one site: of a hub (`supply`), or of a selling site (`donor`, as it
    was before). `asked`: the cover that last asked for more of it. `ship_method` once it is chosen;
    `kept` where nobody may choose another.
    """

    quantity: int
    ways: Sequence[Way]
    supply: Supply | None = None
    donor: Planned | None = None
    because: Because = "level"
    ship_method: str = ""
    kept: bool = False
    free: int = 0
    asked: Policy | None = None

    @property
    def sent(self) -> bool:
        """It leaves today; else it is still to come to the hub."""
        return self.supply is None or self.supply.here


@dataclass(slots=True)
class Receiver:
    """A site: `item` as it was planned alone, `now` as it is planned with its parts."""

    item: Planned
    now: Planned
    parts: list[Part] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)


def plan_site(situation: Situation, settings: PlanSettings) -> Planned:
    """The plan of one site; what lies there in too large numbers is not bought, unless a person
    set a minimum.
    """
    planned = plan_now(situation, settings)
    if planned.draft is None or situation.rule.minimum is not None:
        return planned
    lying = situation.stock.sellable
    if too_much(situation.demand, lying, situation.shelf_life_days) < 1:
        return planned
    return replace(planned, draft=None, wanting=False)


def settle(receiver: Receiver, settings: PlanSettings) -> None:
    """Plan the site with its parts, each by the way that is best beside what is then bought."""
    ways: list[str] | None = None
    for _ in range(MOST_ROUNDS):
        arrivals = _lay(receiver, settings, choose=True)
        chosen = [part.ship_method for part in receiver.parts]
        if chosen == ways:
            return
        ways = chosen
        receiver.now = plan_site(helped(receiver.item, arrivals).situation, settings)
    _lay(receiver, settings, choose=False)


def _lay(receiver: Receiver, settings: PlanSettings, *, choose: bool) -> list[Arrival]:
    """When each part comes; writes down what is to be sent."""
    arrivals: list[Arrival] = []
    receiver.sends = []
    alone = receiver.item.draft.quantity if receiver.item.draft else 0
    for part in receiver.parts:
        site = replace(receiver.now, situation=helped(receiver.item, arrivals).situation)
        if part.supply is not None and not part.supply.here:
            arrivals.append(_to_come(part, part.supply))
            continue
        if site.draft is None and part.asked is not None:
            # Nothing is bought beside it: what it is for is said by the cover that asked for it.
            site = replace(site, policy=part.asked)
        weighed = _weighed(site, part, settings)
        if part.kept or not choose:
            weighed.sort(key=lambda one: one.way.ship_method != part.ship_method)
        taken = weighed[0]
        part.ship_method = taken.way.ship_method
        missing = _lacking(site, part, taken)
        receiver.sends.append(
            Send(site, part.donor, taken, tuple(weighed), missing, part.free, alone, part.because)
        )
        origin = part.supply.document if part.supply else taken.way.from_code
        arrivals.append(
            Arrival(
                taken.arrives_on,
                part.quantity,
                origin,
                send_from=taken.way.from_code,
                suggested=True,
            )
        )
    return arrivals


def _to_come(part: Part, supply: Supply) -> Arrival:
    days = min(way.days for way in part.ways)
    return Arrival(
        supply.on_day + timedelta(days=days),
        part.quantity,
        supply.document,
        send_from=part.ways[0].from_code,
    )


def _weighed(site: Planned, part: Part, settings: PlanSettings) -> list[Benefit]:
    """Every way for this part, the best first."""
    if part.donor is None:
        return best_way(site, part.ways, part.quantity)
    rate = settings.holding_rate_year
    found = [
        benefit(site, way, part.quantity, donor=part.donor, holding_rate_year=rate)
        for way in part.ways
        if way.between_sites
    ]
    return sorted(found, key=lambda one: (-one.net, one.way.days, one.way.ship_method))


def _lacking(site: Planned, part: Part, taken: Benefit) -> int:
    """Units that this part is for, in the words of its reason."""
    if part.because == "counted":
        return part.quantity
    if part.because == "gap":
        return gap_units(site, taken.arrives_on)
    soonest = min(way.days for way in part.ways)
    return _to_level(site, site.situation.as_of + timedelta(days=soonest))


def missing_units(site: Planned, arrives_on: date) -> int:
    """What the warehouse lacks to order-up-to when goods can be there on `arrives_on`; nothing
    above its reorder point.
    """
    return _to_level(site, arrives_on) if site.wanting else 0


def _to_level(site: Planned, arrives_on: date) -> int:
    """Demand lost before the goods arrive can no longer be served; what a purchase order would come
    too late for, goods that are nearer may still serve.
    """
    latest = min(arrives_on, order_arrives_on(site))
    return max(0, units_to_level(site.situation, site.policy, latest))


def gap_units(site: Planned, arrives_on: date) -> int:
    """What high demand misses from the arrival until goods ordered today could come, however much
    is on its way for later; and what customers still wait for then, which is served first.
    """
    here = site.situation
    if here.sku_state != "active" or not here.rule.buying:
        return 0
    first, end = ((day - here.starts_on).days for day in (arrives_on, order_arrives_on(site)))
    lost = float(cautious_stock(here, site.policy).lost[max(0, first) : max(0, end)].sum())
    if lost <= ROUNDING:
        return 0
    there = sum(item.quantity for item in here.inbound if item.on_day <= arrives_on)
    return ceil(lost + max(0, -here.stock.sellable - there) - ROUNDING)


def cost_too_much(receiver: Receiver) -> list[Part]:
    """Parts that cost more than they bring; what an approved purchase counted on still comes."""
    sent = [part for part in receiver.parts if part.sent]
    return [
        part
        for part, send in zip(sent, receiver.sends, strict=True)
        if part.because != "counted"
        and (send.taken.loses if part.donor is None else not pays_between_sites(send.taken))
    ]


def helped(site: Planned, taken: Sequence[Arrival]) -> Planned:
    """The same warehouse with units of another one standing for it."""
    situation = site.situation
    units = sum(arrival.quantity for arrival in taken)
    stock = situation.stock
    return replace(
        site,
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
