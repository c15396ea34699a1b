"""What it is worth to send units of a SKU from one warehouse to another. Pure: records in and out.

Net benefit = lost margin that the receiver is spared until an order could arrive + holding that
the donor is spared - freight - duty - removal fee - fixed cost - the rise of the donor's own
expected lost margin until it can be filled again. Decides ship method and quantity; creates
nothing. Demand is taken in ten equally likely cases, so that every sum can be done by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import floor

import numpy as np
import numpy.typing as npt

from forecasting.lane_freight import FreightPart
from forecasting.policy import TotalDemand
from forecasting.projection import Arrival
from forecasting.situation import Planned
from forecasting.supplier_choice import DAYS_PER_YEAR
from forecasting.supplier_terms import landed_unit_cost
from inventory_core.planning.inbound_costs import Share

Floats = npt.NDArray[np.float64]

CASES = (0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95)
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
class Lost:
    """Units lost by demand case until a day, and the demand behind them."""

    until_on: date
    demand: tuple[float, ...]
    units: tuple[float, ...]

    @property
    def expected(self) -> float:
        """Mean over the cases, in hundredths of a unit as it is shown."""
        return round(sum(self.units) / len(self.units), 2)


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
        return self.gained + self.holding_saved - self.cost - self.donor_risk


def lost_until(planned: Planned, until_on: date, *, changes: Sequence[Arrival] = ()) -> Lost:
    """Units lost before goods that arrive on `until_on` can be sold, case by case.

    `changes` arrive beside what is inbound already; a negative one leaves on its day.
    """
    here = planned.situation
    until = max(0, (until_on - here.starts_on).days)
    dated = [
        (max(0, (item.on_day - here.starts_on).days), item.quantity)
        for item in (*here.inbound, *changes)
    ]
    steps = sorted({day for day, _ in dated if day < until} | {until})
    grid, lines = _running(here.demand)
    level = np.full(len(CASES), float(here.stock.sellable))
    lost = np.zeros(len(CASES))
    before = np.zeros(len(CASES))
    for step in steps:
        through = _at(grid, lines, step)
        wanted = through - before
        served = np.minimum(wanted, np.maximum(0.0, level))
        lost += wanted - served
        level = level - served + sum(units for day, units in dated if day == step)
        before = through
    return Lost(until_on, _shown(before), _shown(lost))


def _running(demand: TotalDemand) -> tuple[Floats, Floats]:
    """Days from 0 on, and the running total of each case on them [case, day].

    Straight lines between the quantile levels, and beyond the outer ones, as `quantile_of` does.
    """
    rows = np.maximum.accumulate(demand.quantiles, axis=1)
    right = np.clip(np.searchsorted(demand.levels, CASES), 1, len(demand.levels) - 1)
    low, high = demand.levels[right - 1], demand.levels[right]
    part = (np.array(CASES) - low) / (high - low)
    totals = np.maximum(0.0, rows[:, right - 1] * (1 - part) + rows[:, right] * part)
    lines = np.vstack([np.zeros(len(CASES)), np.maximum.accumulate(totals, axis=0)])
    return np.concatenate([[0.0], demand.days]), lines.T


def _at(grid: Floats, lines: Floats, day: int) -> Floats:
    if day >= grid[-1]:
        return np.asarray(lines[:, -1] * day / grid[-1])
    right = int(np.searchsorted(grid, day, side="right"))
    part = (day - grid[right - 1]) / (grid[right] - grid[right - 1])
    return np.asarray(lines[:, right - 1] * (1 - part) + lines[:, right] * part)


def _shown(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in values)


def unit_cost(planned: Planned) -> Decimal | None:
    """Landed cost of one unit by the planned offer at its smallest order, base currency."""
    here = planned.situation
    for offer in here.offers:
        reached = offer.price_at(offer.moq)
        if offer.offer_id == planned.offer_id and offer.routes and reached is not None:
            return landed_unit_cost(offer, offer.routes[0], reached[1], here.rates)
    return None


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
    """Weigh one quantity by one way; without `donor` the goods lie at a hub that sells none."""
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
    paying = [one for one in weighed if one.net > one.cost * LEAST_RETURN and one.net > 0]
    return sorted(
        paying, key=lambda one: (-one.net, one.quantity, one.way.days, one.way.ship_method)
    )


def surplus(planned: Planned) -> int:
    """Units a selling site can give: free on its shelf, and beyond what it is ever filled up to."""
    stock = planned.situation.stock
    if planned.draft is not None:
        return 0
    spare = stock.inventory_position - planned.policy.order_up_to
    return max(0, min(stock.sellable, spare))


def cents(amount: Decimal) -> Decimal:
    """Money to two decimals, as it is shown and summed."""
    return amount.quantize(CENT, ROUND_HALF_UP)
