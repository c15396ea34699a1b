"""What it is worth to send units of a SKU from one warehouse to another. Pure: records in and out.

Net benefit = lost margin that the receiver is spared until an order could arrive + goods of a hub,
which are paid for and need not be bought + holding that a donor is spared - freight - duty -
removal fee - fixed cost - the rise of the donor's own expected lost margin until it can be filled
again. Decides ship method and quantity; creates nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import floor

from forecasting.lane_freight import FreightPart
from forecasting.projection import Arrival
from forecasting.situation import Planned
from forecasting.supplier_choice import DAYS_PER_YEAR
from forecasting.supplier_terms import landed_unit_cost
from forecasting.transfer_losses import Lost, lost_until
from inventory_core.planning.inbound_costs import Share

# A transfer between selling sites must bring in at least this much beyond what it costs to move.
LEAST_RETURN = Decimal("0.2")
QUANTITIES_ASKED = 8
MOST_WAIT_DAYS = 365
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Way:
    """One way for one SKU; costs in the base currency, `removal` where the donor is FBA, `duty`
    where it crosses a border.

    `freight`: what `unit_freight` is made of. `known` False: nobody has said what it costs, and
    `unit_freight` is a share of the purchase price or nothing; the shares that were taken stand
    beside it.
    """

    from_warehouse_id: int
    from_code: str
    ship_method: str
    days: int
    unit_freight: Decimal = Decimal(0)
    removal: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)
    source: str = "stated"
    known: bool = True
    between_sites: bool = True
    freight_share: Decimal | None = None
    removal_share: Decimal | None = None
    freight: tuple[FreightPart, ...] = ()
    duty: Decimal = Decimal(0)
    duty_share: Share | None = None

    def cost(self, quantity: int) -> Decimal:
        """What moving `quantity` units costs."""
        return cents((self.unit_freight + self.removal + self.duty) * quantity + self.fixed)


@dataclass(frozen=True, slots=True)
class Benefit:
    """What one quantity by one way brings; money in the base currency."""

    way: Way
    quantity: int
    arrives_on: date
    without: Lost
    with_it: Lost
    margin: Decimal | None
    gained: Decimal
    unit_goods: Decimal | None
    goods_saved: Decimal
    holding_saved: Decimal
    donor_without: Lost | None
    donor_with: Lost | None
    donor_margin: Decimal | None
    donor_risk: Decimal
    wait_days: tuple[int, int]

    @property
    def avoided(self) -> float:
        """Units that the receiver no longer loses."""
        return round(self.without.expected - self.with_it.expected, 2)

    @property
    def cost(self) -> Decimal:
        """Freight, duty, removal and fixed cost together."""
        return self.way.cost(self.quantity)

    @property
    def net(self) -> Decimal:
        """What remains."""
        brought = self.gained + self.goods_saved + self.holding_saved
        return brought - self.cost - self.donor_risk

    @property
    def loses(self) -> bool:
        """It costs more than it brings; nobody knows where the cost of the goods is unknown."""
        return self.net < 0 and self.unit_goods is not None


def unit_cost(planned: Planned) -> Decimal | None:
    """Landed cost of one unit as it usually comes, at the smallest order, base currency."""
    here, usual = planned.situation, planned.usual
    reached = usual.offer.price_at(usual.offer.least)
    return reached and landed_unit_cost(usual.offer, usual.way, reached[1], here.rates)


def unit_margin(planned: Planned) -> Decimal | None:
    """Selling price less landed cost, never below zero; None where either is unknown."""
    price, cost = planned.situation.selling_price_base, unit_cost(planned)
    return None if price is None or cost is None else max(Decimal(0), cents(price - cost))


def order_arrives_on(planned: Planned) -> date:
    """When goods ordered from the supplier today would be there."""
    return planned.situation.as_of + timedelta(days=planned.policy.lead_time_days)


def benefit(
    receiver: Planned,
    way: Way,
    quantity: int,
    *,
    donor: Planned | None = None,
    holding_rate_year: Decimal = Decimal(0),
) -> Benefit:
    """Weigh one quantity by one way; without `donor` the goods lie at a hub that sells none.

    What a hub has is paid for: each of its units is one that is not bought, now or next time.
    """
    until = order_arrives_on(receiver)
    arrives = receiver.situation.as_of + timedelta(days=way.days)
    sent = Arrival(arrives, quantity, way.from_code)
    without = lost_until(receiver, until)
    with_it = lost_until(receiver, until, changes=[sent])
    margin = unit_margin(receiver)
    avoided = Decimal(str(round(without.expected - with_it.expected, 2)))
    donor_without = donor_with = donor_margin = None
    risk = saved = Decimal(0)
    waits = (0, 0)
    goods = unit_cost(receiver) if donor is None else None
    if donor is not None:
        filled_on = order_arrives_on(donor) + timedelta(days=donor.policy.review_days)
        leaves = Arrival(donor.situation.starts_on, -quantity, way.from_code)
        donor_without = lost_until(donor, filled_on)
        donor_with = lost_until(donor, filled_on, changes=[leaves])
        donor_margin = unit_margin(donor)
        rise = Decimal(str(round(donor_with.expected - donor_without.expected, 2)))
        risk = cents(rise * (donor_margin if donor_margin is not None else margin or Decimal(0)))
        waits = (_wait_days(donor, -quantity), way.days + _wait_days(receiver, quantity))
        saved = _holding_saved(receiver, quantity, waits, holding_rate_year)
    return Benefit(
        way=way,
        quantity=quantity,
        arrives_on=arrives,
        without=without,
        with_it=with_it,
        margin=margin,
        gained=cents(avoided * (margin or Decimal(0))),
        unit_goods=goods,
        goods_saved=cents(quantity * (goods or Decimal(0))),
        holding_saved=saved,
        donor_without=donor_without,
        donor_with=donor_with,
        donor_margin=donor_margin,
        donor_risk=risk,
        wait_days=waits,
    )


def _wait_days(planned: Planned, change: int) -> int:
    """Days until the middle one of the moved units would be sold: position ± half / a day."""
    per_day = planned.policy.per_day
    ahead = max(0.0, planned.situation.stock.inventory_position + change / 2)
    return MOST_WAIT_DAYS if per_day <= 0 else min(MOST_WAIT_DAYS, floor(ahead / per_day))


def _holding_saved(
    receiver: Planned, quantity: int, waits: tuple[int, int], rate: Decimal
) -> Decimal:
    days = max(0, waits[0] - waits[1])
    return cents((unit_cost(receiver) or Decimal(0)) * rate * quantity * days / DAYS_PER_YEAR)


def best_way(receiver: Planned, ways: Sequence[Way], quantity: int) -> list[Benefit]:
    """From a hub: every way weighed for this quantity, the best first; cheap before fast."""
    weighed = [benefit(receiver, way, quantity) for way in ways]
    return sorted(weighed, key=lambda one: (-one.net, one.cost, one.way.days, one.way.ship_method))


def best_from_site(
    receiver: Planned,
    donor: Planned,
    ways: Sequence[Way],
    *,
    most: int,
    holding_rate_year: Decimal,
) -> list[Benefit]:
    """From another selling site: worthwhile quantities of each way, the best first.

    Whole cartons where a carton is known; nothing where the margin is unknown, or where an order
    from the supplier would be there sooner.
    """
    latest = order_arrives_on(receiver)
    carton = receiver.situation.carton_quantity or 1
    cartons = most // carton
    if cartons <= 0 or unit_margin(receiver) is None:
        return []
    asked = sorted({max(1, cartons * part // QUANTITIES_ASKED) for part in range(1, 9)})
    weighed = [
        benefit(receiver, way, count * carton, donor=donor, holding_rate_year=holding_rate_year)
        for way in ways
        if way.between_sites and receiver.situation.as_of + timedelta(days=way.days) <= latest
        for count in asked
    ]
    paying = [one for one in weighed if pays_between_sites(one)]
    return sorted(
        paying, key=lambda one: (-one.net, one.quantity, one.way.days, one.way.ship_method)
    )


def pays_between_sites(one: Benefit) -> bool:
    """Whether it brings enough beyond its cost to be worth the work and the doubt."""
    return one.net > one.cost * LEAST_RETURN and one.net > 0


def surplus(planned: Planned) -> int:
    """Units a selling site can give: what is free on its shelf beyond what it is ever filled up to.

    What is still to come was bought or sent for this site, and stays.
    """
    if planned.draft is not None:
        return 0
    return max(0, planned.situation.stock.sellable - planned.policy.order_up_to)


def cents(amount: Decimal) -> Decimal:
    """Money to two decimals, as it is shown and summed."""
    return amount.quantize(CENT, ROUND_HALF_UP)
