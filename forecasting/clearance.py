"""Stock that will not sell in good time: how much, what it costs to keep, what discount clears it.

Too much is what lies there beyond what the coming HORIZON_DAYS would sell even if demand is high
(its 0.9 quantile). Advice only: it creates no order and changes no price.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

from forecasting.order_cost import LOST_AFTER_DAYS
from forecasting.policy import ROUNDING, TotalDemand
from forecasting.quantiles import quantile_of
from inventory_core.planning.plan_costs import PlanCosts

HORIZON_DAYS = 180
HIGH_LEVEL = 0.9
MOST_WAIT_DAYS = LOST_AFTER_DAYS
# From this break-even discount on, waiting costs so much that the goods should go at once.
CLEARING_DISCOUNT = 0.3
DAYS_PER_YEAR = 365
DAYS_PER_MONTH = 30
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Kept:
    """One SKU at one warehouse as it lies there on `as_of`; money in the base currency.

    `fees` where the warehouse charges for age and room, with `fee_rate` base units for one of their
    currency; `volume_m3` of one unit.
    """

    as_of: date
    available: int
    unit_cost: Decimal
    demand: TotalDemand
    holding_rate_year: Decimal
    selling_price: Decimal | None = None
    shelf_life_days: int | None = None
    last_sold_on: date | None = None
    dead_stock_days: int = 90
    coming: int = 0
    fees: PlanCosts | None = None
    fee_rate: Decimal = Decimal(1)
    volume_m3: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Clearance:
    """What to do with too much stock, and why.

    `sells_at_most`: units of the horizon when demand is high; `surplus` beyond it, worth `locked`;
    `wait_days` until a surplus unit would be sold at the usual pace, mean; `unsold_share` of the
    surplus that never would be. `break_even`: any discount below it earns more than waiting.
    """

    action: str  # "clear" or "promote"
    reason: str  # "dead", "expires", "too_slow" or "too_much"
    horizon_days: int
    sells_at_most: int
    surplus: int
    per_day: float
    cover_days: float | None
    locked: Decimal
    holding_month: Decimal
    wait_days: float
    unsold_share: float
    break_even: float | None
    coming: int


def clearance(kept: Kept) -> Clearance | None:
    """What to do with this stock; None where all of it may well be sold in good time."""
    limit = min(MOST_WAIT_DAYS, kept.shelf_life_days or MOST_WAIT_DAYS)
    horizon = min(HORIZON_DAYS, limit)
    mean, _ = kept.demand.at(horizon)
    surplus = too_much(kept.demand, kept.available, kept.shelf_life_days)
    if surplus < 1:
        return None
    per_day = mean / horizon
    wait, unsold = waiting(kept.available, surplus, per_day, limit)
    month = kept.unit_cost * kept.holding_rate_year / 12 + _age_fee_month(kept)
    kept_cost = float(kept.unit_cost * kept.holding_rate_year) * wait / DAYS_PER_YEAR
    kept_cost += float(_age_fee(kept, wait))
    even = None
    if kept.selling_price:
        even = min(1.0, unsold + kept_cost / float(kept.selling_price))
    reason = _reason(kept, unsold)
    clears = reason in ("dead", "expires") or (even is not None and even >= CLEARING_DISCOUNT)
    return Clearance(
        action="clear" if clears else "promote",
        reason="too_slow" if reason == "too_much" and clears else reason,
        horizon_days=horizon,
        sells_at_most=kept.available - surplus,
        surplus=surplus,
        per_day=per_day,
        cover_days=kept.available / per_day if per_day > ROUNDING else None,
        locked=(kept.unit_cost * surplus).quantize(CENT, ROUND_HALF_UP),
        holding_month=(month * surplus).quantize(CENT, ROUND_HALF_UP),
        wait_days=wait,
        unsold_share=unsold,
        break_even=even,
        coming=kept.coming,
    )


def too_much(demand: TotalDemand, lying: int, shelf_life_days: int | None = None) -> int:
    """Units that lie there beyond what the horizon would sell even if demand is high; below zero
    where it would sell more.
    """
    mean, quantiles = demand.at(min(HORIZON_DAYS, shelf_life_days or HORIZON_DAYS))
    high = max(mean, quantile_of(demand.levels, quantiles, HIGH_LEVEL))
    return lying - ceil(high - ROUNDING)


def waiting(available: int, surplus: int, per_day: float, limit: int) -> tuple[float, float]:
    """Mean days that the last `surplus` of the units wait, and the share that is never sold.

    Unit number k is sold after k / per_day days; after `limit` days nothing more is.
    """
    first = available - surplus
    sold_by_then = per_day * limit
    if sold_by_then <= first:
        return float(limit), 1.0
    last = min(float(available), sold_by_then)
    days = (last - first) * (first + last) / 2 / per_day
    unsold = available - last
    return (days + unsold * limit) / surplus, unsold / surplus


def _reason(kept: Kept, unsold: float) -> str:
    sold = kept.last_sold_on
    if sold is None or (kept.as_of - sold).days > kept.dead_stock_days:
        return "dead"
    if unsold > 0 and kept.shelf_life_days is not None:
        return "expires"
    return "too_much"


def _age_fee(kept: Kept, wait: float) -> Decimal:
    """Fees of one unit until it is sold; its age is counted from today."""
    if kept.fees is None:
        return Decimal(0)
    months = Decimal(str(max(0.0, wait - kept.fees.aged_after_days) / DAYS_PER_MONTH))
    stored = Decimal(str(wait / DAYS_PER_MONTH)) * kept.fees.storage_fee * kept.volume_m3
    return (kept.fees.aged_fee * months + stored) * kept.fee_rate


def _age_fee_month(kept: Kept) -> Decimal:
    """The fee of one unit in a month once it is old enough."""
    if kept.fees is None:
        return Decimal(0)
    return (kept.fees.aged_fee + kept.fees.storage_fee * kept.volume_m3) * kept.fee_rate
