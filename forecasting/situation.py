"""What is known about one SKU at one warehouse when it is planned, and what planning answers.

Decides only the shape of these records; every number in them comes from the book, from an offer
or from a published forecast, and carries its source. Computes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from forecasting.analogue import ANALOGUE
from forecasting.expiry import DatedLot
from forecasting.policy import NO_RULE, Policy, Rule, TotalDemand
from forecasting.projection import Arrival
from forecasting.supplier_terms import OfferRoute, OfferTerms, Rate
from inventory_core.planning.plan_costs import ASSUMED_COSTS, PlanCosts
from inventory_core.vocabulary import OrderRule

# What another supplier must save before it takes an order from the preferred one.
PREFERRED_SAVING_PERCENT = Decimal(5)


@dataclass(frozen=True, slots=True)
class StockNow:
    """The position row as it stood when the plan was made; `upstream` lies at a hub for it.

    `expired` units are on hand and available, but the inventory position has none of them.
    """

    on_hand: int = 0
    reserved: int = 0
    held: int = 0
    available: int = 0
    in_transit: int = 0
    on_order: int = 0
    backordered: int = 0
    inventory_position: int = 0
    planned_in: int = 0
    planned_out: int = 0
    upstream: int = 0
    expired: int = 0

    @property
    def sellable(self) -> int:
        """What new demand can be served from today, without what is to leave for other sites;
        below zero while customers wait.
        """
        return self.available - self.expired - self.backordered - self.planned_out


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What the company chose for every SKU, and the limits of a plan."""

    base_currency: str
    service_level: float
    review_days: int
    holding_rate_year: Decimal
    order_rule: OrderRule = OrderRule.SERVICE_LEVEL
    costs: PlanCosts = ASSUMED_COSTS
    saving_limit_percent: Decimal = PREFERRED_SAVING_PERCENT
    assumed_lead_time_days: int = 30
    assumed_lead_time_spread_days: float = 7.0


@dataclass(frozen=True, slots=True)
class Situation:
    """One SKU at one warehouse. `starts_on` is the first day that `demand` covers.

    `lots`: free units that expire one day, the first expired first.
    """

    sku_id: int
    warehouse_id: int
    as_of: date
    starts_on: date
    demand: TotalDemand
    stock: StockNow
    inbound: tuple[Arrival, ...] = ()
    offers: tuple[OfferTerms, ...] = ()
    rates: tuple[Rate, ...] = ()
    rule: Rule = NO_RULE
    sku_state: str = "active"
    sku_code: str = ""
    warehouse_code: str = ""
    carton_quantity: int | None = None
    volume_m3: Decimal | None = None
    shelf_life_days: int | None = None
    selling_price_base: Decimal | None = None
    source: Mapping[str, Any] = field(default_factory=dict)
    stock_known: bool = True
    warehouse_kind: str = ""
    lots: tuple[DatedLot, ...] = ()
    continues: tuple[str, ...] = ()

    @property
    def judged_by_likes(self) -> bool:
        """Nothing was sold yet: the demand is that of similar SKUs."""
        return self.source.get("champion") == ANALOGUE


@dataclass(frozen=True, slots=True)
class Draft:
    """What should be bought for one SKU and warehouse, with the evidence."""

    kind: str
    state: str
    sku_id: int
    warehouse_id: int
    quantity: int
    supplier_id: int | None
    offer_id: int | None
    ship_method: str
    unit_price: Decimal | None
    currency: str | None
    amount_base: Decimal | None
    value_at_risk_base: Decimal | None
    order_by_on: date | None
    days_late: int
    arrives_on: date | None
    runs_out_on: date | None
    days_of_cover: float | None
    assumed: tuple[str, ...]
    trace: Mapping[str, Any]
    from_warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class Usual:
    """How a SKU usually comes to a warehouse, whatever hurry there is today, and its cover then.

    `chance`: that the shelf is empty before the next goods if nothing is ordered; 0 where stock has
    not come down to the reorder point.
    """

    offer: OfferTerms
    way: OfferRoute
    policy: Policy
    chance: float


@dataclass(frozen=True, slots=True)
class Planned:
    """The cover that one SKU and warehouse needs, and the draft where something must be done.

    `wanting`: stock has come down to the reorder point. Where there is no draft all the same, an
    order of today would come after what is on its way; goods that lie nearer may still help.
    """

    situation: Situation
    policy: Policy
    offer_id: int | None
    draft: Draft | None
    wanting: bool
    usual: Usual
