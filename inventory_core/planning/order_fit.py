"""What a quantity that a person chose breaks, rule by rule, and the nearest one that fits. Pure.

A hard rule is a term of the offer or a fact of the shelf: no order comes of breaking it. A soft one
(carton, shelf life, days of cover, minimum or maximum by hand, budget, container, supplier's
minimum) may be broken knowingly. What is only told (a dearer price, how long it lasts) forbids
nothing and asks for nothing. Decides which rules there are; reads nothing (see `order_room`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import lcm

from inventory_core.planning.order_rules import Fit, Rule, Told, at_least, at_most, whole
from inventory_core.trade.offer_terms import Offer
from inventory_core.trade.price_breaks import unit_price_at

MOST_COVER_DAYS = 180


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a shared limit for one order line: money in base currency, or m³ and kg."""

    kind: str
    name: str
    amount: Decimal | None = None
    volume_m3: Decimal | None = None
    weight_kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What an order line is checked against beside its offer; money in the base currency.

    `rate`: base units for one of the offer's currency; `lacking`: what the order still needs to its
    supplier's minimum; `least` and `most`: the units that a minimum and a maximum set by hand ask
    for, with these; `beside`: units of the offer that reach MOQ and price breaks with this line.
    """

    planned: int
    per_day: float
    carton_quantity: int | None = None
    shelf_life_days: int | None = None
    volume_m3: Decimal = Decimal(0)
    weight_kg: Decimal = Decimal(0)
    rate: Decimal | None = None
    lacking: Decimal | None = None
    rooms: Sequence[Room] = field(default_factory=tuple)
    least: tuple[int, int] | None = None
    most: tuple[int, int] | None = None
    beside: int = 0


def order_fit(offer: Offer, line: Line) -> Fit:
    """The rules of an order line from this offer."""
    step = offer.pallet_quantity or offer.order_multiple
    carton = 1 if offer.pallet_quantity else line.carton_quantity or 1
    rules = [
        _moq(offer.moq, line.beside),
        Rule("multiple", whole(offer.order_multiple, "multiple"), hard=True),
    ]
    if offer.pallet_quantity:
        rules.append(Rule("pallet", whole(offer.pallet_quantity, "pallet"), hard=True))
    rules += [_price_break(offer, line), Rule("carton", whole(carton, "carton"))]
    if line.per_day > 0:
        shelf = line.shelf_life_days
        rules += [_shelf_life(shelf, line.per_day)] if shelf else []
        rules += _cover_rules(line)
    rules += _by_hand(line)
    if line.rate is not None:
        rules += _money_rules(offer, line, line.rate)
    rules += [_container(room, line) for room in line.rooms if room.kind == "container"]
    return Fit(tuple(rules), (step, lcm(step, carton)))


def transfer_fit(*, free: int, missing: int, spare: int | None, carton_quantity: int | None) -> Fit:
    """The rules of a transfer. `free`: what lies at the origin for nobody else; `spare`: what a
    selling site there can do without, None for a hub.
    """
    step = carton_quantity or 1
    # A carton is opened for no less, and the last units go although they fill none.
    most, cartons = -(-missing // step) * step, whole(step, "carton")
    rules = [
        at_most("free", free, free, hard=True),
        at_most("missing", missing, most),
        Rule("carton", lambda units: None if units == free else cartons(units)),
    ]
    if spare is not None:
        rules.append(at_most("spare", spare, spare))
    return Fit(tuple(rules), (step,))


def _moq(moq: int, beside: int) -> Rule:
    """The MOQ; what goes along with the line reaches it too."""
    if not beside:
        return at_least("moq", moq, moq, hard=True)
    least = max(1, moq - beside)

    def test(units: int) -> Told | None:
        return {"moq": moq, "beside": beside, "least": least} if units < least else None

    return Rule("moq_together", test, hard=True, edges=(least,))


def _by_hand(line: Line) -> list[Rule]:
    """What people set for this SKU here. More than the maximum where the terms ask for more is none
    of the person's doing: so much was planned.
    """
    found = []
    if line.most is not None:
        units, maximum = line.most
        found.append(at_most("maximum_by_hand", maximum, max(units, line.planned)))
    if line.least is not None:
        units, minimum = line.least
        least = min(units, line.planned)  # a shared limit may have left less
        found.append(at_least("minimum_by_hand", minimum, least))
    return found


def _price_break(offer: Offer, line: Line) -> Rule:
    """Told where the unit is dearer than as planned, or where more units cost less in all."""
    usual = unit_price_at(offer.prices, line.planned + line.beside)
    breaks = [(max(1, start - line.beside), lower) for start, lower in offer.prices]

    def test(units: int) -> Told | None:
        price = unit_price_at(offer.prices, units + line.beside)
        if price is None:
            return None
        for start, lower in breaks:
            lost = usual is not None and usual < price and lower == usual
            if start > units and (lost or lower * start < price * units):
                return {"start": start, "price": lower, "now": price, "currency": offer.currency}
        return None

    starts = [start for start, _ in breaks]
    worth = [start * lower / price for start, lower in breaks for _, price in breaks if price]
    return Rule("price_break", test, edges=(*starts, *worth), only_told=True)


def _shelf_life(days: int, per_day: float) -> Rule:
    def test(units: int) -> Told | None:
        lasts = units / per_day
        return {"days": days, "lasts": round(lasts)} if lasts > days else None

    return Rule("shelf_life", test, edges=(int(days * per_day),))


def _cover_rules(line: Line) -> list[Rule]:
    """More than planned is told in days; more than half a year of it wants a yes."""
    most = max(line.planned, int(MOST_COVER_DAYS * line.per_day))

    def days(units: int) -> Told:
        lasts, planned = round(units / line.per_day), round(line.planned / line.per_day)
        return {"lasts": lasts, "planned": planned}

    def too_long(units: int) -> Told | None:
        return days(units) if units > most else None

    def longer(units: int) -> Told | None:
        return days(units) if line.planned < units <= most else None

    return [Rule("cover", too_long, edges=(most,)), Rule("lasts", longer, only_told=True)]


def _money_rules(offer: Offer, line: Line, rate: Decimal) -> list[Rule]:
    def cost(units: int) -> Decimal:
        return (unit_price_at(offer.prices, units + line.beside) or Decimal(0)) * units * rate

    def edges(amount: Decimal) -> tuple[Decimal | int, ...]:
        """Where an order costs as much, by each price, and where the prices change."""
        reached = [amount / (price * rate) for _, price in offer.prices if price and rate]
        return (*reached, *(max(1, start - line.beside) for start, _ in offer.prices))

    def budget(room: Room) -> Rule:
        left = room.amount or Decimal(0)

        def test(units: int) -> Told | None:
            over = cost(units) - left
            told = {"name": room.name, "over": over, "left": max(Decimal(0), left)}
            return told if over > 0 else None

        return Rule("budget", test, edges=edges(left))

    found = [budget(room) for room in line.rooms if room.kind == "budget"]
    lacking = line.lacking
    if lacking is not None and lacking > 0:

        def too_small(units: int) -> Told | None:
            lacks = lacking - cost(units)
            return {"supplier": offer.supplier_name, "lacks": lacks} if lacks > 0 else None

        found.append(Rule("supplier_minimum", too_small, edges=edges(lacking)))
    return found


def _container(room: Room, line: Line) -> Rule:
    sizes = (
        (room.volume_m3 or Decimal(0), line.volume_m3),
        (room.weight_kg or Decimal(0), line.weight_kg),
    )

    def test(units: int) -> Told | None:
        volume, weight = (max(Decimal(0), units * one - left) for left, one in sizes)
        found = {"name": room.name, "volume": volume, "weight": weight}
        return found if volume or weight else None

    return Rule("container", test, edges=tuple(left / one for left, one in sizes if one))
