"""What a supplier offers for a SKU, as planning compares it: terms, ways, quantities allowed.

Decides which quantities an offer lets one order (MOQ, multiple, carton, pallet), which are worth
asking for, and what a unit costs landed. Never which of them is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, lcm

from forecasting.lead_time import Route
from inventory_core.planning.inbound_costs import Share

UNIT_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Rate:
    """Base-currency units for one unit of `currency`, and the day it was stated for."""

    currency: str
    rate: Decimal
    on_day: date


@dataclass(frozen=True, slots=True)
class OfferRoute:
    """A route of an offer with its freight per unit as stated, else as a share of the price.

    `duty_share` of the price is paid beside either. None: nothing says that there is any.
    """

    route: Route
    unit_freight: Decimal = Decimal(0)
    freight_currency: str = ""
    freight_share: Share | None = None
    duty_share: Share | None = None

    @property
    def share(self) -> Decimal:
        """The part of the price that is paid on the way."""
        shares = (self.freight_share, self.duty_share)
        return sum((one.rate for one in shares if one is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What a supplier promises for one SKU; `prices` are (from quantity, unit price), rising.

    `pallet_quantity`: units on a pallet, where the supplier ships whole pallets only.
    `order_minimum`: of one order, in `minimum_currency`, where it names none in the offer's own.
    MOQ and price breaks are those of one production: `unsent` units of it stand on orders that
    have not left the house, `others` are planned for other sites with this order. `reach`: the
    price break that all of these go up to together.
    """

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
    minimum_currency: str = ""
    supplier_code: str = ""
    pallet_quantity: int | None = None
    unsent: int = 0
    others: int = 0
    reach: int = 0

    @property
    def beside(self) -> int:
        """Units that reach MOQ and price breaks together with an order of now."""
        return self.unsent + self.others

    @property
    def least(self) -> int:
        """The fewest units that MOQ and the break to be reached still ask of an order of now."""
        return max(1, max(self.moq, self.reach) - self.beside)

    def price_at(self, quantity: int) -> tuple[int, Decimal] | None:
        """The price break that a quantity reaches with what is beside it; None where no price is
        known for so few.
        """
        reached = [item for item in self.prices if item[0] <= quantity + self.beside]
        return max(reached) if reached else None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that the offer allows, and what it forces beyond the need."""

    needed: int
    ordered: int
    step: int
    forced: int


def step_of(offer: OfferTerms, carton_quantity: int | None) -> int:
    """Units by which an order grows: whole pallets, else whole order multiples and cartons.

    A pallet holds whole order multiples, and its cartons as the supplier has stacked them.
    """
    return offer.pallet_quantity or lcm(offer.order_multiple, carton_quantity or 1)


def allowed_quantity(needed: int, offer: OfferTerms, carton_quantity: int | None) -> Quantity:
    """The smallest quantity >= need and MOQ that is whole in the steps of the offer."""
    step = step_of(offer, carton_quantity)
    wanted = max(needed, offer.least)
    ordered = -(-wanted // step) * step
    return Quantity(needed=needed, ordered=ordered, step=step, forced=ordered - needed)


def quantities_worth_asking(
    needed: int,
    offer: OfferTerms,
    carton_quantity: int | None,
    parts: Sequence[float] = (1.0,),
) -> list[Quantity]:
    """The allowed quantity for each part of the need, and at each better price break above.

    The first is the smallest that meets the whole need. Which break several orders go up to is
    decided for all of them (`joint_orders`), not by one.
    """
    wanted = [needed, *(ceil(needed * part) for part in parts)]
    least = allowed_quantity(needed, offer, carton_quantity)
    if not offer.beside:
        wanted += [start for start, _ in offer.prices if start > least.ordered]
    found: dict[int, Quantity] = {}
    for units in wanted:
        raised = allowed_quantity(units, offer, carton_quantity)
        found.setdefault(
            raised.ordered,
            Quantity(needed, raised.ordered, raised.step, forced=raised.ordered - needed),
        )
    return list(found.values())


def landed_unit_cost(
    offer: OfferTerms, way: OfferRoute, unit_price: Decimal, rates: Sequence[Rate]
) -> Decimal | None:
    """Price, freight and duty of one unit in base currency; None where a rate is missing."""
    known = {rate.currency: rate.rate for rate in rates}
    price_rate = known.get(offer.currency)
    freight_rate = known.get(way.freight_currency or offer.currency)
    if price_rate is None or (way.unit_freight and freight_rate is None):
        return None
    freight = way.unit_freight * (freight_rate or Decimal(0))
    return (unit_price * price_rate * (1 + way.share) + freight).quantize(UNIT_PLACES)
