"""The legs of an offer's way, and which of them hold into one country.

A leg without a destination holds everywhere. One that names a country takes, for that ship method
and into that country, the place of all legs of its kind that hold everywhere. Decides no date.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_core.vocabulary import LegKind

EVERYWHERE = ""
_PLACES = {kind.value: place for place, kind in enumerate(LegKind)}


@dataclass(frozen=True, slots=True)
class OfferLeg:
    """One part of the way by one ship method; freight is per unit, in the currency named.

    `destination`: the country for which it was stated, EVERYWHERE where none was named.
    """

    ship_method: str
    leg_no: int
    kind: str
    days: int
    spread_days: Decimal = Decimal(0)
    unit_freight: Decimal = Decimal(0)
    currency: str | None = None
    calendar_code: str | None = None
    destination: str = EVERYWHERE


def legs_into(legs: Sequence[OfferLeg], country: str) -> tuple[OfferLeg, ...]:
    """The legs that hold into a country, in order, ship method by ship method."""
    methods = dict.fromkeys(leg.ship_method for leg in legs)
    return tuple(
        leg
        for method in methods
        for leg in _in_order([leg for leg in legs if leg.ship_method == method], country)
    )


def destinations_of(legs: Sequence[OfferLeg]) -> tuple[str, ...]:
    """The countries that legs name, in order."""
    return tuple(sorted({leg.destination for leg in legs if leg.destination}))


def stated_for(
    wanted: Sequence[OfferLeg], everywhere: Sequence[OfferLeg], country: str
) -> list[OfferLeg]:
    """What must be stated for a country so that its way by one ship method is `wanted`: the legs
    that differ from those that hold everywhere. What is the same keeps following them, and a leg
    that is left out takes no days there.
    """
    known = {leg.kind: leg for leg in everywhere}
    found = [
        replace(leg, destination=country)
        for leg in wanted
        if leg.kind not in known or _bare(leg) != _bare(known[leg.kind])
    ]
    if not wanted:
        return []
    left_out = {kind: leg for kind, leg in known.items() if kind not in {w.kind for w in wanted}}
    for kind, leg in left_out.items():
        found.append(OfferLeg(leg.ship_method, _PLACES[kind] + 1, kind, 0, destination=country))
    return found


def restated(legs: Sequence[OfferLeg], stated: Sequence[OfferLeg]) -> list[OfferLeg]:
    """All legs where some are stated anew: each takes the place of its kind on its way, or stands
    where goods pass it. Everywhere a leg of no days is left out; into a country it says that goods
    going there do not need it.
    """
    ways = dict.fromkeys((leg.ship_method, leg.destination) for leg in (*legs, *stated))
    found: list[OfferLeg] = []
    for way in ways:
        new = {leg.kind: leg for leg in stated if (leg.ship_method, leg.destination) == way}
        old = [leg for leg in legs if (leg.ship_method, leg.destination) == way]
        old.sort(key=lambda leg: leg.leg_no)
        if not new:
            found += old
            continue
        placed = [leg for leg in _placed(old, new) if leg.days or leg.destination]
        if [leg.kind for leg in placed] != [leg.kind for leg in old]:
            placed = [replace(leg, leg_no=place) for place, leg in enumerate(placed, 1)]
        found += placed
    return found


def _bare(leg: OfferLeg) -> OfferLeg:
    return replace(leg, leg_no=0, destination=EVERYWHERE)


def _in_order(legs: Sequence[OfferLeg], country: str) -> list[OfferLeg]:
    """The legs of one method: one of the country where the first of its kind stood, or, where none
    did, before what goods pass later.
    """
    everywhere = [leg for leg in legs if leg.destination == EVERYWHERE]
    everywhere.sort(key=lambda leg: leg.leg_no)
    return _placed(
        everywhere, {leg.kind: leg for leg in legs if country and leg.destination == country}
    )


def _placed(everywhere: Sequence[OfferLeg], own: dict[str, OfferLeg]) -> list[OfferLeg]:
    found = list(_replaced(everywhere, own))
    new = [leg for leg in own.values() if leg not in found]
    for leg in sorted(new, key=lambda leg: _PLACES[leg.kind]):
        later = (at for at, one in enumerate(found) if _PLACES[one.kind] > _PLACES[leg.kind])
        found.insert(next(later, len(found)), leg)
    return found


def _replaced(everywhere: Sequence[OfferLeg], own: dict[str, OfferLeg]) -> Iterator[OfferLeg]:
    told: set[str] = set()
    for leg in everywhere:
        if leg.kind not in own:
            yield leg
        elif leg.kind not in told:
            told.add(leg.kind)
            yield own[leg.kind]
