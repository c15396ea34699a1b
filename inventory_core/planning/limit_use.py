"""How much of each shared limit is used: by orders, by the open list, and what is left.

Decides only the sums that a person sees before the click; planning weighs for itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from inventory_core.catalog.rates import rates_on
from inventory_core.db.engine import Reading
from inventory_core.db.schema.supply import supplier
from inventory_core.planning.plan_limits import (
    PlanLimit,
    Use,
    open_uses,
    ordered_uses,
    plan_limits,
)
from inventory_core.vocabulary import PlanLimitKind


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit with what is used of it: money in the base currency, or m³ and kg.

    `ordered`: orders of the period, for a container those not yet sent; `listed`: open suggestions.
    """

    limit: PlanLimit
    whole: Decimal
    ordered: Decimal
    listed: Decimal
    weight_whole: Decimal = Decimal(0)
    weight: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """What is free when everything on the list is approved; below zero where it is not."""
        return self.whole - self.ordered - self.listed

    @property
    def share(self) -> float:
        """How full it is, 0 to 1, by the tighter of volume and weight."""
        shares = [(self.ordered + self.listed) / self.whole] if self.whole else [Decimal(1)]
        if self.weight_whole:
            shares.append(self.weight / self.weight_whole)
        return float(min(Decimal(1), max(shares)))


def limit_uses(
    conn: Reading, *, on: date, base_currency: str, without: tuple[int, int] | None = None
) -> list[LimitUse]:
    """Every limit that holds on a day; `without` the open suggestion of one SKU and warehouse."""
    limits = [limit for limit in plan_limits(conn) if limit.holds_on(on)]
    if not limits:
        return []
    since = min((limit.starts_on for limit in limits if limit.starts_on), default=on)
    ordered = ordered_uses(conn, since=since)
    listed = [one for one in open_uses(conn) if (one.sku_id, one.warehouse_id) != without]
    named = {limit.currency for limit in limits} | {one.currency for one in ordered}
    foreign = sorted(code for code in named if code and code != base_currency)
    found = rates_on(conn, foreign, base_currency, on)
    rates = {base_currency: Decimal(1)} | {code: rate.rate for code, rate in found.items()}
    return [_use(limit, ordered, listed, rates) for limit in limits]


def order_minimums(conn: Reading) -> dict[int, tuple[Decimal, str]]:
    """What suppliers want at least in one order, by supplier id, in their currency."""
    columns = supplier.c
    rows = conn.rows(
        select(columns.id, columns.order_minimum, columns.currency).where(
            columns.order_minimum > 0, columns.active
        )
    )
    return {row.id: (row.order_minimum, row.currency) for row in rows}


def _use(
    limit: PlanLimit,
    ordered: Sequence[Use],
    listed: Sequence[Use],
    rates: Mapping[str, Decimal],
) -> LimitUse:
    ours = [one for one in ordered if _covers(limit, one)]
    wanted = [one for one in listed if _covers(limit, one)]
    if limit.kind is PlanLimitKind.BUDGET:
        assert limit.amount is not None, "a budget has an amount"
        first, last = limit.starts_on, limit.ends_on
        spent = sum(
            (
                one.amount * rates.get(one.currency or "", Decimal(0))
                for one in ours
                if one.ordered_on and first and last and first <= one.ordered_on <= last
            ),
            Decimal(0),
        )
        whole = limit.amount * rates.get(limit.currency or "", Decimal(0))
        return LimitUse(limit, whole, spent, sum((one.amount for one in wanted), Decimal(0)))
    drafts = [one for one in ours if one.draft]
    count = limit.containers or 1
    return LimitUse(
        limit,
        whole=(limit.volume_m3 or Decimal(0)) * count,
        ordered=sum((one.volume_m3 for one in drafts), Decimal(0)),
        listed=sum((one.volume_m3 for one in wanted), Decimal(0)),
        weight_whole=(limit.weight_kg or Decimal(0)) * count,
        weight=sum((one.weight_kg for one in [*drafts, *wanted]), Decimal(0)),
    )


def _covers(limit: PlanLimit, one: Use) -> bool:
    return limit.covers(one.supplier_id, one.warehouse_id, one.ship_method)
