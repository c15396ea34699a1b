"""The quantities that one draft may have, from its least order upwards, each with what it brings.

Value = units expected to be served until the order after the next could arrive × margin - holding
of what lies until then (what is left then saves buying it again) - landed cost of what expires;
money in the base currency.
Decides which quantities are worth asking for and which units come next when an order is topped
up; never how many are ordered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from forecasting.courses import Courses, courses_of
from forecasting.limits import Item, Level
from forecasting.order_cost import SHELF_DAYS, Ages, Way, order_costs
from forecasting.situation import Draft, Planned, PlanSettings
from forecasting.sold_in_time import in_time_again, keeping_days
from forecasting.supplier_choice import DAYS_PER_YEAR, MOST_COVER_DAYS
from forecasting.supplier_terms import OfferTerms, allowed_quantity, landed_unit_cost, step_of
from forecasting.transfers import cents

LEVELS_ASKED = 8
STEPS_AT_ONCE = 4  # and twice as many each further time
# A container is not filled with what would be needed only later than this.
MOST_FILL_DAYS = 60
ROUNDING = 1e-9


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

    def courses(self) -> Courses:
        """What its demand may be, for as long as its quantities are weighed.

        Worked out by whoever asks for quantities, because those of a whole plan fill the memory.
        """
        here, [arrival] = self.planned.situation, self.way.arrivals
        return courses_of(
            here.demand,
            sellable=here.stock.sellable,
            arrivals=here.inbound,
            starts_on=here.starts_on,
            lots=here.lots,
            horizon_days=arrival + max(self.way.gap_days, SHELF_DAYS + 1),
        )

    def at(self, quantity: int) -> Level:
        """One quantity with what it costs and brings."""
        return self.many([quantity], self.courses())[0]

    def many(self, quantities: Sequence[int], courses: Courses) -> list[Level]:
        """Several quantities, weighed together."""
        here = self.planned.situation
        ages = Ages(keeping_days(here.shelf_life_days))
        costs = order_costs(courses, self.way, quantities, ages=ages)
        found = []
        for quantity, cost in zip(quantities, costs, strict=True):
            price, landed = self.prices(quantity)
            # Where no selling price is known, a unit is taken to earn a share of its landed cost.
            margin = landed * self.settings.costs.margin_share
            if here.selling_price_base is not None:
                margin = here.selling_price_base - landed
            held = landed * self.settings.holding_rate_year / DAYS_PER_YEAR
            days = min(cost.shelf_days, self.way.gap_days)
            value = cost.served * float(margin) - quantity * days * float(held)
            value -= cost.expired * float(landed)
            found.append(
                Level(
                    quantity,
                    float(cents(price * quantity)),
                    round(value, 2),
                    quantity * self.size[0],
                    quantity * self.size[1],
                )
            )
        return found

    def prices(self, quantity: int) -> tuple[Decimal, Decimal]:
        """Unit price and landed unit cost at this quantity, base currency."""
        here = self.planned.situation
        reached = self._reached(quantity)
        rate = next(one.rate for one in here.rates if one.currency == self.offer.currency)
        landed = landed_unit_cost(self.offer, self._route, reached[1], here.rates)
        return reached[1] * rate, landed if landed is not None else reached[1] * rate

    def _reached(self, quantity: int) -> tuple[int, Decimal]:
        """The price break of a quantity that the ladder offers: for fewer no price is known."""
        reached = self.offer.price_at(quantity)
        assert reached is not None, "a limit weighs only quantities with a price"
        return reached

    @property
    def _route(self) -> Any:
        return next(
            one for one in self.offer.routes if one.route.ship_method == self.draft.ship_method
        )

    def drafted(self, quantity: int, told: Mapping[str, Any]) -> Draft:
        """The draft at another quantity with the numbers that change; `told` says why."""
        if quantity == self.draft.quantity:
            return replace(self.draft, trace={**self.draft.trace, "limits": dict(told)})
        reached = self._reached(quantity)
        price_base, landed = self.prices(quantity)
        amount = cents(price_base * quantity)
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
        trace["cost"] = {
            **trace["cost"],
            "unit_price": str(reached[1]),
            "price_from_quantity": reached[0],
            "amount_base": str(amount),
            "unit_landed": str(landed),
        }
        if trace["in_time"] is not None:
            trace["in_time"] = in_time_again(trace, quantity, self.courses())
        trace["limits"] = dict(told)
        return replace(
            self.draft,
            quantity=quantity,
            unit_price=reached[1],
            amount_base=amount,
            trace=trace,
        )


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
    least = allowed_quantity(min(offer.prices)[0], offer, carton)
    steps = max(0, (wanted - least.ordered) // least.step)
    if steps == 0 or wanted <= least.ordered:
        return [wanted]
    parts = {steps * part // (LEVELS_ASKED - 1) for part in range(LEVELS_ASKED - 1)}
    found = {least.ordered + part * least.step for part in parts} | {wanted}
    return sorted(quantity for quantity in found if quantity <= wanted)


def raised(
    ladders: Mapping[int, Ladder],
    *,
    name: str,
    cost: float | None = None,
    volume: float | None = None,
    weight: float | None = None,
) -> dict[int, Ladder]:
    """Orders with more units, the next best unit of cash first; `name` is the limit they meet.

    `cost`: until they cost so much more. `volume`, `weight`: while there is room in a container
    that goes anyway, and no SKU more than so many days ahead of its need.
    """
    forced = cost is not None
    room = {"volume": volume, "weight": weight}
    now = {place: ladder.item.levels[-1] for place, ladder in ladders.items()}
    done = {"cost": 0.0, "volume": 0.0, "weight": 0.0}
    open_places = set(ladders)
    steps = {place: _steps(ladder) for place, ladder in ladders.items()}
    following = {place: next(more, None) for place, more in steps.items()}
    while open_places and not (forced and done["cost"] >= (cost or 0) - ROUNDING):
        best, best_return = None, 0.0
        for place in sorted(open_places):
            level = following[place]
            if level is None:
                continue
            paid = max(ROUNDING, level.cost - now[place].cost)
            brings = (level.value - now[place].value) / paid
            if not forced and not _may_fill(ladders[place], now[place], level, done, room):
                continue
            if best is None or brings > best_return:
                best, best_return = place, brings
        if best is None:
            break
        level = following[best]
        assert level is not None, "a best step exists"
        for one in ("cost", "volume", "weight"):
            done[one] += getattr(level, one) - getattr(now[best], one)
        now[best] = level
        following[best] = next(steps[best], None)
    code = "minimum_reached" if forced else "container_filled"
    return {place: _topped(ladder, now[place], code, name) for place, ladder in ladders.items()}


def _steps(ladder: Ladder) -> Iterator[Level]:
    """One step after another beyond what is asked for, while it would be sold before it ages.

    Some are weighed at once, because the courses of a whole supplier would fill the memory.
    """
    here, per_day = ladder.planned.situation, ladder.planned.policy.per_day
    limit = min(MOST_COVER_DAYS, here.shelf_life_days or MOST_COVER_DAYS)
    quantity, count = ladder.item.levels[-1].quantity, STEPS_AT_ONCE
    while per_day > 0:
        some = (quantity + ladder.step * (place + 1) for place in range(count))
        asked = [units for units in some if units / per_day <= limit]
        if not asked:
            return
        yield from ladder.many(asked, ladder.courses())
        quantity, count = asked[-1], count * 2


def _may_fill(
    ladder: Ladder,
    now: Level,
    then: Level,
    done: Mapping[str, float],
    room: Mapping[str, float | None],
) -> bool:
    """Whether the next units find room, sell soon enough, and are under no maximum by hand."""
    ahead = (then.quantity - ladder.wanted.quantity) / ladder.planned.policy.per_day
    measured = then.volume > now.volume or then.weight > now.weight
    volume = done["volume"] + then.volume - now.volume
    weight = done["weight"] + then.weight - now.weight
    fits = all(
        most is None or more <= most + ROUNDING
        for most, more in ((room["volume"], volume), (room["weight"], weight))
    )
    free = ladder.planned.situation.rule.maximum is None
    in_time = ladder.draft.trace["in_time"]
    keeps = in_time is None or then.quantity <= in_time["units"]
    return measured and fits and free and keeps and ahead <= MOST_FILL_DAYS


def _topped(ladder: Ladder, level: Level, code: str, name: str) -> Ladder:
    if level.quantity <= ladder.item.levels[-1].quantity:
        return ladder
    item = Item((*ladder.item.levels, level), ladder.item.topped + 1)
    return replace(ladder, item=item, why_more=code, why_name=name)
