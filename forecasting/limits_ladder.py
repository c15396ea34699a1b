"""The quantities that one draft may have, from its least order upwards, each with what it brings.

Value = units expected to be served until the order after the next could arrive × margin - holding
of what lies until then (what is left then saves buying it again) - landed cost of what expires;
money in the base currency. Units beyond what is needed save nothing: they are held for as long as
they are expected to lie, and what will never sell is lost. Decides which quantities are worth
asking for; never how many are ordered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from forecasting.courses import Courses, courses_of
from forecasting.limits import Item, Level
from forecasting.order_cost import (
    LOST_AFTER_DAYS,
    SHELF_DAYS,
    Ages,
    OrderCost,
    Way,
    order_costs,
)
from forecasting.situation import Draft, Planned, PlanSettings, Situation
from forecasting.sold_in_time import in_time_again, keeping_days
from forecasting.supplier_choice import DAYS_PER_YEAR
from forecasting.supplier_terms import OfferTerms, allowed_quantity, landed_unit_cost, step_of
from forecasting.transfers import cents

LEVELS_ASKED = 8


@dataclass(frozen=True, slots=True)
class Ladder:
    """A draft and the quantities it may have instead; `wanted` is what planning asked for."""

    draft: Draft
    planned: Planned
    settings: PlanSettings
    offer: OfferTerms
    size: tuple[float, float]
    way: Way
    item: Item
    wanted: Level
    why_more: str = ""
    why_name: str = ""

    @property
    def order_minimum(self) -> Decimal | None:
        """What the supplier wants at least in one order, in `minimum_currency`."""
        return self.offer.order_minimum

    @property
    def minimum_currency(self) -> str:
        """The currency of that minimum: the supplier's, which its offer need not be in."""
        return self.offer.minimum_currency or self.offer.currency

    @property
    def supplier(self) -> str:
        """Its name."""
        return self.offer.supplier

    @property
    def sku_code(self) -> str:
        """As people write it."""
        return self.planned.situation.sku_code

    @property
    def warehouse_code(self) -> str:
        """As people write it."""
        return self.planned.situation.warehouse_code

    @property
    def step(self) -> int:
        """Units by which the order grows."""
        return step_of(self.offer, self.planned.situation.carton_quantity)

    def courses(self, days: int = SHELF_DAYS + 1) -> Courses:
        """What its demand may be, for as long as its quantities are weighed: so many days from
        the arrival.

        Worked out by whoever asks for quantities, because those of a whole plan fill the memory.
        """
        here, [arrival] = self.planned.situation, self.way.arrivals
        return courses_of(
            here.demand,
            sellable=here.stock.sellable,
            arrivals=here.inbound,
            starts_on=here.starts_on,
            lots=here.lots,
            horizon_days=arrival + max(self.way.gap_days, days),
        )

    def at(self, quantity: int) -> Level:
        """One quantity with what it costs and brings."""
        if quantity > self.wanted.quantity:
            return self.beyond([quantity], self.courses(LOST_AFTER_DAYS))[0]
        return self.many([quantity], self.courses())[0]

    def many(self, quantities: Sequence[int], courses: Courses) -> list[Level]:
        """Several quantities of what is needed, weighed together."""
        costs = order_costs(courses, self.way, quantities, ages=self._ages)
        return [
            self._level(quantity, self._until_next(quantity, cost, self._money(quantity)))
            for quantity, cost in zip(quantities, costs, strict=True)
        ]

    def beyond(self, quantities: Sequence[int], courses: Courses) -> list[Level]:
        """Quantities beyond what is needed; `courses` as long as LOST_AFTER_DAYS.

        The needed ones count as in `many`; the others are held until they are sold.
        """
        asked = [self.wanted.quantity, *quantities]
        needed, *costs = order_costs(courses, self.way, asked, ages=self._ages)
        base = self._until_next(self.wanted.quantity, needed, self._money(self.wanted.quantity))
        found = []
        for quantity, cost in zip(quantities, costs, strict=True):
            margin, held, landed = self._money(quantity)
            unit_days = quantity * cost.shelf_days - self.wanted.quantity * needed.shelf_days
            gone = max(cost.expired, cost.unsold) - max(needed.expired, needed.unsold)
            lost = max(0.0, gone)
            value = self._until_next(self.wanted.quantity, needed, (margin, held, landed))
            value += (cost.served - needed.served) * margin - unit_days * held - lost * landed
            found.append(self._level(quantity, self.wanted.value + value - base))
        return found

    def _until_next(
        self, quantity: int, cost: OrderCost, money: tuple[float, float, float]
    ) -> float:
        """What an order brings until the order after the next could arrive."""
        margin, held, landed = money
        days = min(cost.shelf_days, self.way.gap_days)
        return cost.served * margin - quantity * days * held - cost.expired * landed

    @property
    def _ages(self) -> Ages:
        return Ages(keeping_days(self.planned.situation.shelf_life_days))

    def _money(self, quantity: int) -> tuple[float, float, float]:
        """Margin, holding for a day and landed cost of a unit, at the price of this quantity."""
        here = self.planned.situation
        _, landed = self.prices(quantity)
        # Where no selling price is known, a unit is taken to earn a share of its landed cost.
        margin = landed * self.settings.costs.margin_share
        if here.selling_price_base is not None:
            margin = here.selling_price_base - landed
        held = landed * self.settings.holding_rate_year / DAYS_PER_YEAR
        return float(margin), float(held), float(landed)

    def _level(self, quantity: int, value: float) -> Level:
        price, _ = self.prices(quantity)
        return Level(
            quantity,
            float(cents(price * quantity)),
            round(value, 2),
            quantity * self.size[0],
            quantity * self.size[1],
        )

    def prices(self, quantity: int) -> tuple[Decimal, Decimal]:
        """Unit price and landed unit cost at this quantity, base currency."""
        return _prices(self.draft, self.planned.situation, self.offer, quantity)[1:]

    def drafted(self, quantity: int, told: Mapping[str, Any]) -> Draft:
        """The draft at another quantity with the numbers that change; `told` says why."""
        if quantity == self.draft.quantity:
            return replace(self.draft, trace={**self.draft.trace, "limits": dict(told)})
        trace = dict(self.draft.trace)
        per_day = self.planned.policy.per_day
        extra = quantity - int(trace["quantity"]["needed"])
        trace["quantity"] = {
            **trace["quantity"],
            "ordered": quantity,
            "forced": extra,
            "forced_days": round(extra / per_day, 1) if per_day > 0 else None,
            "cover_days": round(quantity / per_day, 1) if per_day > 0 else None,
        }
        if trace["in_time"] is not None:
            trace["in_time"] = in_time_again(trace, quantity, self.courses())
        trace["limits"] = dict(told)
        draft = replace(self.draft, quantity=quantity, trace=trace)
        return priced_at(draft, self.planned.situation, self.offer)


def priced_at(draft: Draft, here: Situation, offer: OfferTerms) -> Draft:
    """The draft at the price of its quantity and of what is beside it."""
    reached, price_base, landed = _prices(draft, here, offer, draft.quantity)
    amount = cents(price_base * draft.quantity)
    cost = {
        **draft.trace["cost"],
        "unit_price": str(reached[1]),
        "price_from_quantity": reached[0],
        "amount_base": str(amount),
        "unit_landed": str(landed),
    }
    quantity = {**draft.trace["quantity"], "beside": offer.beside}
    trace = {**draft.trace, "cost": cost, "quantity": quantity}
    return replace(draft, unit_price=reached[1], amount_base=amount, trace=trace)


def _prices(
    draft: Draft, here: Situation, offer: OfferTerms, quantity: int
) -> tuple[tuple[int, Decimal], Decimal, Decimal]:
    """The price break reached, and unit price and landed unit cost in the base currency."""
    reached = offer.price_at(quantity)
    assert reached is not None, "a limit weighs only quantities with a price"
    rate = next(one.rate for one in here.rates if one.currency == offer.currency)
    way = next(one for one in offer.routes if one.route.ship_method == draft.ship_method)
    landed = landed_unit_cost(offer, way, reached[1], here.rates)
    return reached, reached[1] * rate, landed if landed is not None else reached[1] * rate


def ladder_of(planned: Planned, settings: PlanSettings, size: tuple[float, float] | None) -> Ladder:
    """The quantities of one draft that can be ordered; `size`: m³ and kg of one unit."""
    draft, here = planned.draft, planned.situation
    assert draft is not None, "only a draft has quantities"
    assert draft.arrives_on is not None, "an order arrives"
    offer = next(one for one in here.offers if one.offer_id == draft.offer_id)
    arrival = max(0, (draft.arrives_on - here.starts_on).days)
    policy = planned.policy
    gap = max(1, policy.protection_days - policy.lead_time_days) + policy.review_days
    empty = Level(0, 0.0, 0.0)
    bare = Ladder(
        draft=draft,
        planned=planned,
        settings=settings,
        offer=offer,
        size=size or (0.0, 0.0),
        way=Way((arrival,), gap, arrival),
        item=Item((empty,)),
        wanted=empty,
    )
    levels = bare.many(_asked(draft.quantity, offer, here.carton_quantity), bare.courses())
    return replace(bare, item=Item(tuple(levels)), wanted=levels[-1])


def _asked(wanted: int, offer: OfferTerms, carton: int | None) -> list[int]:
    """From the least order that has a price to what is wanted, in whole steps, not many."""
    least = allowed_quantity(min(offer.prices)[0] - offer.beside, offer, carton)
    steps = max(0, (wanted - least.ordered) // least.step)
    if steps == 0 or wanted <= least.ordered:
        return [wanted]
    parts = {steps * part // (LEVELS_ASKED - 1) for part in range(LEVELS_ASKED - 1)}
    found = {least.ordered + part * least.step for part in parts} | {wanted}
    return sorted(quantity for quantity in found if quantity <= wanted)
