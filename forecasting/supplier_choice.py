"""Decides from whom to buy and how much: real quantities, price breaks, total cost, runner-up.

Offers are compared by what a unit costs until it is sold (price, freight, holding) at the quantity
that would really be ordered. The preferred supplier wins unless another saves more than a limit.
Never decides whether anything is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import lcm

from forecasting.lead_time import Route
from forecasting.policy import Policy

PREFERRED_SAVING_PERCENT = Decimal(5)
# A price break is not worth more cover than this, whatever it saves.
MOST_COVER_DAYS = 365
DAYS_PER_YEAR = Decimal(365)
UNIT_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Rate:
    """Base-currency units for one unit of `currency`, and the day it was stated for."""

    currency: str
    rate: Decimal
    on_day: date


@dataclass(frozen=True, slots=True)
class OfferRoute:
    """A route of an offer with its freight per unit."""

    route: Route
    unit_freight: Decimal = Decimal(0)
    freight_currency: str = ""


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What a supplier promises for one SKU; `prices` are (from quantity, unit price), rising."""

    offer_id: int
    version: int
    supplier_id: int
    supplier: str
    currency: str
    moq: int
    order_multiple: int
    prices: tuple[tuple[int, Decimal], ...]
    routes: tuple[OfferRoute, ...]
    preferred: bool = False
    assumed: tuple[str, ...] = ()
    order_minimum: Decimal | None = None
    supplier_code: str = ""

    def price_at(self, quantity: int) -> tuple[int, Decimal] | None:
        """The price break that a quantity reaches; None where no price is known for it."""
        reached = [item for item in self.prices if item[0] <= quantity]
        return max(reached) if reached else None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that the offer allows, and what it forces beyond the need."""

    needed: int
    ordered: int
    step: int
    forced: int


@dataclass(frozen=True, slots=True)
class Option:
    """One offer by one route at one real quantity, with its costs; None where unknown."""

    offer: OfferTerms
    way: OfferRoute
    policy: Policy
    arrives_on: date
    quantity: Quantity
    break_from: int
    unit_price: Decimal | None
    unit_landed: Decimal | None
    unit_holding: Decimal | None
    cover_days: float | None
    rates: tuple[Rate, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def unit_total(self) -> Decimal | None:
        """Landed cost plus holding of one unit, base currency."""
        if self.unit_landed is None or self.unit_holding is None:
            return None
        return self.unit_landed + self.unit_holding


@dataclass(frozen=True, slots=True)
class Choice:
    """The option taken, the best one of another supplier, and why."""

    taken: Option
    runner_up: Option | None
    why: str
    saving_percent: Decimal | None


def allowed_quantity(needed: int, offer: OfferTerms, carton_quantity: int | None) -> Quantity:
    """The smallest quantity >= need and MOQ that is whole in order multiples and cartons."""
    step = lcm(offer.order_multiple, carton_quantity or 1)
    wanted = max(needed, offer.moq, 1)
    ordered = -(-wanted // step) * step
    return Quantity(needed=needed, ordered=ordered, step=step, forced=ordered - needed)


def quantities_worth_asking(
    needed: int, offer: OfferTerms, carton_quantity: int | None
) -> list[Quantity]:
    """The smallest allowed quantity, and the one at each better price break above it."""
    least = allowed_quantity(needed, offer, carton_quantity)
    found = [least]
    for from_quantity, _ in offer.prices:
        if from_quantity > least.ordered:
            raised = allowed_quantity(from_quantity, offer, carton_quantity)
            found.append(
                Quantity(needed, raised.ordered, raised.step, forced=raised.ordered - needed)
            )
    return found


def landed_unit_cost(
    offer: OfferTerms, way: OfferRoute, unit_price: Decimal, rates: Sequence[Rate]
) -> Decimal | None:
    """Price and freight of one unit in the base currency; None where a rate is missing."""
    known = {rate.currency: rate.rate for rate in rates}
    price_rate = known.get(offer.currency)
    freight_rate = known.get(way.freight_currency or offer.currency)
    if price_rate is None or (way.unit_freight and freight_rate is None):
        return None
    freight = way.unit_freight * (freight_rate or Decimal(0))
    return (unit_price * price_rate + freight).quantize(UNIT_PLACES)


def holding_unit_cost(
    unit_landed: Decimal, *, ordered: int, policy: Policy, holding_rate_year: Decimal
) -> Decimal:
    """What capital and space cost while a unit waits: on the way, in cycle and in safety stock.

    Little's law: a unit waits (ordered / 2 + safety stock) / demand per day, plus the lead time.
    """
    interval = policy.lead_time_days + policy.review_days
    per_day = Decimal(str(round(policy.demand_mean / max(1, interval), 9)))
    if per_day <= 0:
        return Decimal(0)
    waiting = (Decimal(ordered) / 2 + policy.safety_stock) / per_day + policy.lead_time_days
    return (unit_landed * holding_rate_year * waiting / DAYS_PER_YEAR).quantize(UNIT_PLACES)


def choose_option(
    options: Sequence[Option], *, saving_limit_percent: Decimal = PREFERRED_SAVING_PERCENT
) -> Choice | None:
    """The cheapest option in total; a preferred offer keeps the order unless the saving is big."""
    if not options:
        return None
    ranked = sorted(options, key=_rank)
    best = ranked[0]
    preferred = next((option for option in ranked if option.offer.preferred), None)
    taken, why, saving = best, "cheapest", None
    if preferred is not None:
        saving = _saving_percent(preferred, best)
        if best.offer.offer_id == preferred.offer.offer_id:
            why = "preferred"
        elif saving is None or saving <= saving_limit_percent:
            taken, why = preferred, "preferred"
        else:
            why = "saving"
    others = [option for option in ranked if option.offer.supplier_id != taken.offer.supplier_id]
    if len({option.offer.offer_id for option in options}) == 1:
        why = "only"
    return Choice(taken, others[0] if others else None, why, saving)


def _rank(option: Option) -> tuple[bool, Decimal, bool, int, str, int]:
    """Known cost first, then cost, preferred, and fixed ids so that ties never flip the plan."""
    cost = option.unit_total
    return (
        cost is None,
        cost or Decimal(0),
        not option.offer.preferred,
        option.offer.offer_id,
        option.way.route.ship_method,
        option.quantity.ordered,
    )


def _saving_percent(preferred: Option, best: Option) -> Decimal | None:
    if not preferred.unit_total or best.unit_total is None:
        return None
    saved = (preferred.unit_total - best.unit_total) / preferred.unit_total * 100
    return saved.quantize(Decimal("0.01"))
