"""What a quantity that a person chose breaks, rule by rule, and the nearest one that fits. Pure.

A hard rule is a term of the offer or a fact of the shelf: no order comes of breaking it. A soft one
(carton, shelf life, days of cover, minimum or maximum by hand, budget, container, supplier's
minimum) may be broken knowingly. What is only told (a dearer price, how long it lasts) forbids
nothing and asks for nothing. Decides which rules there are; reads nothing (see `order_room`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import lcm
from typing import Any

from inventory_core.trade.offer_terms import Offer
from inventory_core.trade.price_breaks import unit_price_at

Told = Mapping[str, Any]
MOST_COVER_DAYS = 180
# A quantity against one rule: None where it keeps it, else what the sentence names.
Test = Callable[[int], Told | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule by its name; it begins or ceases to be broken at its `edges`. `only_told`: worth a
    word, and no reason to offer another quantity for any other rule.
    """

    name: str
    test: Test
    hard: bool = False
    only_told: bool = False
    edges: Sequence[Decimal | int] = ()


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a quantity breaks; `nearest` keeps it and every hard one, and all that are not
    only told if any does.
    """

    rule: str
    hard: bool
    told: Told
    nearest: int | None
    only_told: bool = False

    @property
    def soft(self) -> bool:
        """Whether somebody must say yes to it."""
        return not self.hard and not self.only_told


@dataclass(frozen=True, slots=True)
class Fit:
    """The rules of one order line. What is offered instead is whole in one of `steps`, so that the
    nearest lies beside the quantity itself or beside an edge.
    """

    rules: Sequence[Rule]
    steps: Sequence[int] = (1,)

    def breaches(self, quantity: int) -> list[Breach]:
        """What this quantity breaks, hard rules first."""
        found = [(rule, told) for rule in self.rules if (told := rule.test(quantity)) is not None]
        binding = [rule for rule in self.rules if not rule.only_told]
        hard = [rule for rule in self.rules if rule.hard]
        whole = self._nearest(quantity, binding) if found else None

        def nearest(rule: Rule) -> int | None:
            if rule.only_told:
                return self._nearest(quantity, [*binding, rule]) if rule.edges else None
            return self._nearest(quantity, [*hard, rule]) if whole is None else whole

        return sorted(
            (
                Breach(rule.name, rule.hard, told, nearest(rule), rule.only_told)
                for rule, told in found
            ),
            key=lambda breach: (breach.only_told, not breach.hard),
        )

    def _nearest(self, quantity: int, rules: Sequence[Rule]) -> int | None:
        return next(
            (
                units
                for units in self._around(quantity)
                if all(rule.test(units) is None for rule in rules)
            ),
            None,
        )

    def _around(self, quantity: int) -> list[int]:
        """Quantities that may be offered, the nearest first, of two as near the smaller."""
        places = {quantity, *(edge for rule in self.rules for edge in rule.edges)}
        offered = {
            int(place // step + more) * step
            for place in places
            for step in self.steps
            for more in (-1, 0, 1)
        }
        offered |= {int(edge) for rule in self.rules for edge in rule.edges}
        return sorted((n for n in offered if n > 0), key=lambda n: (abs(n - quantity), n))


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
    for, with these.
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


def order_fit(offer: Offer, line: Line) -> Fit:
    """The rules of an order line from this offer."""
    step = offer.pallet_quantity or offer.order_multiple
    carton = 1 if offer.pallet_quantity else line.carton_quantity or 1
    rules = [
        _at_least("moq", offer.moq, offer.moq, hard=True),
        Rule("multiple", _whole(offer.order_multiple, "multiple"), hard=True),
    ]
    if offer.pallet_quantity:
        rules.append(Rule("pallet", _whole(offer.pallet_quantity, "pallet"), hard=True))
    rules += [_price_break(offer, line.planned), Rule("carton", _whole(carton, "carton"))]
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
    most, whole = -(-missing // step) * step, _whole(step, "carton")
    rules = [
        _at_most("free", free, free, hard=True),
        _at_most("missing", missing, most),
        Rule("carton", lambda units: None if units == free else whole(units)),
    ]
    if spare is not None:
        rules.append(_at_most("spare", spare, spare))
    return Fit(tuple(rules), (step,))


def _at_most(name: str, told: int, most: int, *, hard: bool = False) -> Rule:
    def test(units: int) -> Told | None:
        return {name: told} if units > most else None

    return Rule(name, test, hard, edges=(most,))


def _at_least(name: str, told: int, least: int, *, hard: bool = False) -> Rule:
    def test(units: int) -> Told | None:
        return {name: told} if units < least else None

    return Rule(name, test, hard, edges=(least,))


def _by_hand(line: Line) -> list[Rule]:
    """What people set for this SKU here. More than the maximum where the terms ask for more is none
    of the person's doing: so much was planned.
    """
    found = []
    if line.most is not None:
        units, maximum = line.most
        found.append(_at_most("maximum_by_hand", maximum, max(units, line.planned)))
    if line.least is not None:
        units, minimum = line.least
        least = min(units, line.planned)  # a shared limit may have left less
        found.append(_at_least("minimum_by_hand", minimum, least))
    return found


def _whole(step: int, name: str) -> Test:
    return lambda units: {name: step} if units % step else None


def _price_break(offer: Offer, planned: int) -> Rule:
    """Told where the unit is dearer than as planned, or where more units cost less in all."""
    usual = unit_price_at(offer.prices, planned)

    def test(units: int) -> Told | None:
        price = unit_price_at(offer.prices, units)
        if price is None:
            return None
        for start, lower in offer.prices:
            lost = usual is not None and usual < price and lower == usual
            if start > units and (lost or lower * start < price * units):
                return {"start": start, "price": lower, "now": price, "currency": offer.currency}
        return None

    starts = [start for start, _ in offer.prices]
    worth = [
        start * lower / price for start, lower in offer.prices for _, price in offer.prices if price
    ]
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
        return (unit_price_at(offer.prices, units) or Decimal(0)) * units * rate

    def edges(amount: Decimal) -> tuple[Decimal | int, ...]:
        """Where an order costs as much, by each price, and where the prices change."""
        reached = [amount / (price * rate) for _, price in offer.prices if price and rate]
        return (*reached, *(start for start, _ in offer.prices))

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
