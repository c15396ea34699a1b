"""Decides from whom to buy and how much: real quantities, price breaks, expected cost, runner-up.

Options are compared by what they are expected to cost: each unit until it is sold (price, freight,
holding, fees) beyond the cheapest way to have one, what is left over for good, and the margin of
sales lost meanwhile. The preferred supplier wins unless another saves more than a limit. Never
decides whether anything is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from forecasting.need import Need
from forecasting.order_cost import OrderCost, Way
from forecasting.policy import Policy
from forecasting.situation import PREFERRED_SAVING_PERCENT
from forecasting.supplier_terms import UNIT_PLACES, OfferRoute, OfferTerms, Quantity, Rate

# A price break is not worth more cover than this, whatever it saves.
MOST_COVER_DAYS = 365
DAYS_PER_YEAR = Decimal(365)
DAYS_PER_MONTH = Decimal(30)
CENT = Decimal("0.01")
# Quantities that a least-cost order is chosen among, as parts of what the service level asks for;
# they lose half a percent of the cost of the best of all.
PARTS_OF_NEED = (0.125, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Weight:
    """What an option is expected to cost beyond the usual cost of a unit; base currency.

    `units` are bought this way: the quantity, or what is needed until the slowest option could be
    followed by another, if that is more. `low_fee`: for sales from too little cover. `left_over`:
    what will not be sold at all was counted at the usual cost, and is worth nothing.
    """

    usual_unit: Decimal
    units: Decimal
    extra: Decimal
    lost_units: Decimal
    unit_margin: Decimal | None
    lost_margin: Decimal
    low_fee: Decimal
    left_over: Decimal

    @property
    def total(self) -> Decimal:
        """Expected cost of this option."""
        return self.extra + self.lost_margin + self.low_fee + self.left_over


@dataclass(frozen=True, slots=True)
class Option:
    """One offer by one route at one real quantity, with its costs; None where unknown.

    `need`: of an order by this way, and whether it is due. `unit_fees`: of age and storage;
    `unit_handling`: a unit's part of what one order line costs. `refused_break`: the order up to
    the next price break, where that costs more than it saves.
    """

    offer: OfferTerms
    way: OfferRoute
    policy: Policy
    arrives_on: date
    quantity: Quantity
    break_from: int
    unit_price: Decimal | None
    unit_landed: Decimal | None
    cost: OrderCost
    arrival: Way
    cover_days: float | None
    need: Need
    needed_until: float = 0.0
    compared_until: int = 0
    unit_holding: Decimal | None = None
    unit_fees: Decimal = Decimal(0)
    unit_handling: Decimal = Decimal(0)
    low_fee: Decimal = Decimal(0)
    rates: tuple[Rate, ...] = ()
    weight: Weight | None = None
    refused_break: "Option | None" = None

    @property
    def waiting_days(self) -> Decimal:
        """Days that a unit is paid for and not sold: on the way and on the shelf."""
        arrivals = self.arrival.arrivals
        days = sum(arrivals) / len(arrivals) + self.cost.shelf_days
        return Decimal(str(round(days, 1)))

    @property
    def shelf_days(self) -> Decimal:
        """Days that a unit lies on the shelf, mean."""
        return Decimal(str(round(self.cost.shelf_days, 1)))

    @property
    def left_over(self) -> Decimal:
        """Expected units never sold, without those that expire: these are among the fees."""
        return max(Decimal(0), hundredths(self.cost.unsold) - hundredths(self.cost.expired))

    @property
    def unit_total(self) -> Decimal | None:
        """One unit until it is sold: landed, holding, fees, its part of the order line."""
        if self.unit_landed is None or self.unit_holding is None:
            return None
        return self.unit_landed + self.unit_holding + self.unit_fees + self.unit_handling


@dataclass(frozen=True, slots=True)
class Choice:
    """The option taken, the best one of another supplier, and why; `weighed` are all of them."""

    taken: Option
    runner_up: Option | None
    why: str
    saving_percent: Decimal | None
    weighed: tuple[Option, ...] = ()


def holding_unit_cost(
    unit_landed: Decimal, *, waiting_days: Decimal, holding_rate_year: Decimal
) -> Decimal:
    """What capital and space of one unit cost while it is on the way and on the shelf."""
    return (unit_landed * holding_rate_year * waiting_days / DAYS_PER_YEAR).quantize(UNIT_PLACES)


def weigh_options(options: Sequence[Option], selling_price: Decimal | None) -> list[Option]:
    """The options with their expected cost; `weight` stays None where a price or rate is missing.

    The usual cost of a unit is the lowest `unit_total` of all: what will be sold later is worth
    that, and a lost sale costs the selling price less that, never below zero.
    """
    known = [option.unit_total for option in options if option.unit_total is not None]
    if not known:
        return list(options)
    usual = min(known)
    margin = None if selling_price is None else max(Decimal(0), selling_price - usual)
    return [replace(option, weight=_weight(option, usual, margin)) for option in options]


def _weight(option: Option, usual: Decimal, margin: Decimal | None) -> Weight | None:
    if option.unit_total is None:
        return None
    units = max(Decimal(option.quantity.ordered), hundredths(option.needed_until))
    lost = hundredths(option.cost.lost_before + option.cost.lost_after)
    return Weight(
        usual_unit=usual,
        units=units,
        extra=cents((option.unit_total - usual) * units),
        lost_units=lost,
        unit_margin=margin,
        lost_margin=cents(lost * (margin or Decimal(0))),
        low_fee=option.low_fee,
        left_over=cents(option.left_over * usual),
    )


def saving_by_break(large: Option, small: Option) -> Decimal | None:
    """What the larger order saves on all that it would sell; None where a cost is unknown.

    The smaller one is repeated while demand asks for more, so that it leaves little behind where
    demand does not: u0 · (ordered - unsold + unsold0) against u · ordered, u the cost of a unit.
    """
    if large.unit_total is None or small.unit_total is None:
        return None
    ordered = large.quantity.ordered
    sold = ordered - hundredths(large.cost.unsold) + hundredths(small.cost.unsold)
    return cents(small.unit_total * sold - large.unit_total * ordered)


def choose_option(
    options: Sequence[Option], *, saving_limit_percent: Decimal = PREFERRED_SAVING_PERCENT
) -> Choice:
    """The cheapest option in total; a preferred offer keeps the order unless the saving is big.

    Compared by expected cost where it is known, else by the cost of a unit until it is sold.
    """
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
    return Choice(taken, others[0] if others else None, why, saving, tuple(ranked))


def _rank(option: Option) -> tuple[bool, Decimal, Decimal, bool, int, str, int]:
    """Known cost first, then cost, preferred, and fixed ids so that ties never flip the plan."""
    unit = option.unit_total
    return (
        unit is None,
        option.weight.total if option.weight else Decimal(0),
        unit or Decimal(0),
        not option.offer.preferred,
        option.offer.offer_id,
        option.way.route.ship_method,
        option.quantity.ordered,
    )


def _saving_percent(preferred: Option, best: Option) -> Decimal | None:
    """What the best option saves, in percent of what the goods of the preferred one cost."""
    if not preferred.unit_total or best.unit_total is None:
        return None
    if preferred.weight is None or best.weight is None:
        saved = (preferred.unit_total - best.unit_total) / preferred.unit_total
    else:
        paid = preferred.unit_total * preferred.weight.units
        saved = (preferred.weight.total - best.weight.total) / paid
    return (saved * 100).quantize(CENT, ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    """Money as it is shown, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def hundredths(units: float) -> Decimal:
    """Expected units as they are shown; a sum that rounding left a hair below nothing is 0.0."""
    return Decimal(str(round(units, 2) + 0.0))
