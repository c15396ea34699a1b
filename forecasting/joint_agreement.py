"""How many units each site orders where all reach MOQ and price breaks of one offer together.

Each orders what is best for it beside the others; what all lack to the MOQ, or to a lower price
that pays for all, is split so that every site buys as far ahead of its need. What the list says
stands where it is still best for each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from forecasting.limits_ladder import Ladder, ladder_of, priced_at
from forecasting.order_cost import LOST_AFTER_DAYS
from forecasting.receiving import plan_site
from forecasting.situation import Planned, PlanSettings, Situation
from forecasting.supplier_choice import MOST_COVER_DAYS
from forecasting.supplier_terms import OfferTerms, step_of

Pair = tuple[int, int]

# What is best for one site beside the others nearly always stands after two rounds.
MOST_ROUNDS = 6
# What is lacking is handed out in about so many parts, however many steps it has.
MOST_STEPS = 200


def planned_beside(
    one: Planned, offer_id: int, others: int, settings: PlanSettings, reach: int = 0
) -> Planned:
    """One site planned where so many units of the offer are ordered for other sites."""
    situation = _with_others(one.situation, offer_id, others, reach)
    return plan_site(situation, settings)


def beside(one: Planned, offer_id: int, others: int) -> Planned:
    """The same order where so many units go along with it, at the price of all."""
    draft, situation = one.draft, _with_others(one.situation, offer_id, others, None)
    assert draft is not None, "this site orders"
    offer = next(offer for offer in situation.offers if offer.offer_id == offer_id)
    if draft.amount_base is not None:
        draft = priced_at(draft, situation, offer)
    return replace(one, situation=situation, draft=draft)


def _with_others(here: Situation, offer_id: int, others: int, reach: int | None) -> Situation:
    """The site where others order with it; `reach` None: as it stands."""
    return replace(
        here,
        offers=tuple(
            replace(offer, others=others, reach=offer.reach if reach is None else reach)
            if offer.offer_id == offer_id
            else offer
            for offer in here.offers
        ),
    )


def _gaining(one: Planned, gain: float) -> Planned:
    """The order says what going up to a lower price together brings, base currency."""
    if one.draft is None:
        return one
    trace = {**one.draft.trace, "joint_price": {"gain": str(round(gain, 2))}}
    return replace(one, draft=replace(one.draft, trace=trace))


@dataclass(slots=True)
class Together:
    """The sites that may order from one offer, as they were planned alone; `held`: units of it that
    the list says. `as_needed`: none goes up to a lower price.
    """

    alone: Sequence[Planned]
    offer: OfferTerms
    settings: PlanSettings
    held: Mapping[Pair, int] = field(default_factory=dict)
    as_needed: bool = False
    known: dict[tuple[int, int, int], Planned] = field(default_factory=dict)
    ladders: dict[int, Ladder] = field(default_factory=dict)

    def planned(self) -> Sequence[Planned]:
        """The sites planned beside each other."""
        if not self.as_needed and (kept := self._kept()) is not None:
            return kept
        bought = [self._units(one) for one in self.alone]
        needed = [self._beside(place, bought, 0) for place in range(len(bought))]
        found = self._agreed(needed, 0)
        if found is None:
            return self._apart()
        best, most = found, 0.0
        for start, _ in () if self.as_needed else self.offer.prices:
            if start > sum(map(self._units, found)) + self.offer.unsent:
                gain = self._gain(found, start)
                jumped = self._agreed(found, start) if gain > most else None
                if jumped is not None:
                    best, most = jumped, gain
        return [_gaining(one, most) for one in best] if most else best

    def _kept(self) -> Sequence[Planned] | None:
        """What the list says, where that is best for each beside the others; else None."""
        units = [self.held.get(_pair(one), 0) for one in self.alone]
        total = sum(units) + self.offer.unsent
        if not self._several(units) or total < self.offer.moq:
            return None
        reached = max((start for start, _ in self.offer.prices if start <= total), default=0)
        for reach in (0, reached):
            found = [self._beside(place, units, reach) for place in range(len(units))]
            if [self._units(one) for one in found] == units:
                return found
        return None

    def _apart(self) -> Sequence[Planned]:
        """Each orders what is best for it alone, and says so, at the price of all."""
        bought = [self._units(one) for one in self.alone]
        again = []
        for one, units in zip(self.alone, bought, strict=True):
            others = sum(bought) - units
            if units and others:
                one = beside(one, self.offer.offer_id, others)
                assert one.draft is not None, "this site orders"
                quantity = {**one.draft.trace["quantity"], "alone": True}
                trace = {**one.draft.trace, "quantity": quantity}
                one = replace(one, draft=replace(one.draft, trace=trace))
            again.append(one)
        return again

    def _agreed(self, needed: Sequence[Planned], reach: int) -> list[Planned] | None:
        """What is best for each beside the others, once that is the same for all; else None."""
        units = self._filled(needed, max(reach, self.offer.moq))
        if units is None:
            return None
        for _ in range(MOST_ROUNDS):
            before = list(units)
            found = []
            for place in range(len(units)):
                found.append(self._beside(place, units, reach))
                units[place] = self._units(found[place])
            if units == before:
                return found if self._several(units) else None
        return None

    def _beside(self, place: int, units: Sequence[int], reach: int) -> Planned:
        others = sum(units) - units[place]
        if (place, others, reach) not in self.known:
            self.known[place, others, reach] = planned_beside(
                self.alone[place], self.offer.offer_id, others, self.settings, reach
            )
        return self.known[place, others, reach]

    def _units(self, one: Planned) -> int:
        mine = one.draft is not None and one.draft.offer_id == self.offer.offer_id
        return one.draft.quantity if mine and one.draft else 0

    def _filled(self, found: Sequence[Planned], least: int) -> list[int] | None:
        """What each would order, and what all lack to `least` beside it: step by step for the site
        that is then least ahead of its need. Last where goods would expire, where they come by a
        dearer way than usual or a person set a maximum. None where nothing goes along.
        """
        units = [self._units(one) for one in found]
        ordering = [place for place, number in enumerate(units) if number]
        if not self._several(units):
            return None
        while sum(units) + self.offer.unsent < least:
            place = min(ordering, key=lambda i: (*self._ahead(found[i], units[i]), i))
            step = step_of(self.offer, found[place].situation.carton_quantity)
            rest = least - self.offer.unsent - sum(units)
            units[place] += step * max(1, rest // step // MOST_STEPS)
        return units

    def _several(self, units: Sequence[int]) -> bool:
        """Whether one order goes with another, of this plan or not sent yet."""
        ordering = sum(number > 0 for number in units)
        return ordering > 1 or (ordering == 1 and self.offer.unsent > 0)

    def _ahead(self, one: Planned, units: int) -> tuple[bool, float]:
        """Whether a step more does not belong here, and how many days ahead of the need it is."""
        assert one.draft is not None, "this site orders"
        step = step_of(self.offer, one.situation.carton_quantity)
        in_time, per_day = one.draft.trace["in_time"], one.policy.per_day
        late = in_time is not None and units + step > in_time["units"]
        hurried = one.draft.ship_method != one.usual.way.route.ship_method
        needed = int(one.draft.trace["quantity"]["needed"])
        ahead = (units + step - needed) / per_day if per_day > 0 else float("inf")
        return late or hurried or one.situation.rule.maximum is not None, ahead

    def _gain(self, found: Sequence[Planned], start: int) -> float:
        """What going up to a price break together brings: all units are cheaper, and what is bought
        ahead of its need is held, or never sold.
        """
        units, known = self._filled(found, start), (one.draft for one in found if one.draft)
        if units is None or any(draft.amount_base is None for draft in known):
            return 0.0
        gain = self._gain_of_unsent(found, start)
        for one, number in zip(found, units, strict=True):
            if not number or one.draft is None:
                continue
            if not self._keeps(one, number):
                return 0.0
            ladder = self._ladder(one)
            landed = ladder.prices(one.draft.quantity)[1]
            cheap = replace(ladder, offer=self._at_price_of(start))
            gain += float(landed - cheap.prices(number)[1]) * number
            if number > one.draft.quantity:
                [more] = cheap.beyond([number], cheap.courses(LOST_AFTER_DAYS))
                gain += more.value - cheap.wanted.value
        return gain

    def _at_price_of(self, start: int) -> OfferTerms:
        """The offer where any number costs what so many do."""
        price = dict(self.offer.prices)[start]
        return replace(self.offer, moq=1, prices=((1, price),), unsent=0, others=0)

    def _ladder(self, one: Planned) -> Ladder:
        key = id(one)  # of the agreed plan, which lives as long as this
        if key not in self.ladders:
            self.ladders[key] = ladder_of(one, self.settings, None)
        return self.ladders[key]

    def _gain_of_unsent(self, found: Sequence[Planned], start: int) -> float:
        """What is not sent yet is cheaper too: its price is that of all units."""
        one = next(one for one in found if self._units(one))
        assert one.draft is not None, "this site orders"
        offer, rates = self.offer, one.situation.rates
        now = self._ladder(one).offer.price_at(one.draft.quantity)
        then = dict(offer.prices)[start]
        rate = next(rate.rate for rate in rates if rate.currency == offer.currency)
        return 0.0 if now is None else float((now[1] - then) * rate) * offer.unsent

    def _keeps(self, one: Planned, units: int) -> bool:
        """Whether so much belongs here, and would be sold before it ages."""
        per_day, shelf = one.policy.per_day, one.situation.shelf_life_days
        assert one.draft is not None, "this site orders"
        if units == one.draft.quantity:
            return True
        late, _ = self._ahead(one, units - step_of(self.offer, one.situation.carton_quantity))
        most = min(MOST_COVER_DAYS, shelf or MOST_COVER_DAYS)
        return not late and per_day > 0 and units / per_day <= most


def _pair(one: Planned) -> Pair:
    return one.situation.sku_id, one.situation.warehouse_id
