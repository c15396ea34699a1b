"""From the book and the published forecasts to the list of stock that will not sell in good time.

Decides which forecasts are worth reading at all: only of what lies there in larger numbers than
the mean demand of the horizon. What the same plan sends to other sites is not too much here, and
what it buys is not too much either. What to do with the rest is decided in `clearance`.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from forecasting.clearance import HORIZON_DAYS, Clearance, Kept, clearance
from forecasting.overriding import demand_of, planned_forecasts
from inventory_core.catalog.rates import rates_on
from inventory_core.db.engine import Reading
from inventory_core.insight.demand import sku_facts, warehouse_codes
from inventory_core.insight.slow_stock import Lying, last_sold, lying_stock
from inventory_core.office.company import read_company
from inventory_core.planning.plan_costs import plan_costs_on
from inventory_core.planning.published import current_run, forecast_digest
from inventory_core.planning.suggested_moves import suggested_moves
from inventory_core.vocabulary import WarehouseKind

CM3_PER_M3 = 1_000_000


@dataclass(frozen=True, slots=True)
class SlowStock:
    """Too much of one SKU at one warehouse, and what to do with it."""

    lying: Lying
    advice: Clearance
    category: str
    last_sold_on: date | None
    selling_price: Decimal | None


def slow_stock(conn: Reading) -> list[SlowStock]:
    """All stock that will not sell in good time, most money locked first; needs a plan."""
    run = current_run(conn)
    if run is None:
        return []
    as_of = run.plan_day
    company, fees = read_company(conn), plan_costs_on(conn, as_of)
    period_days = 1 if run.frequency == "D" else 7
    pace = {
        (row.sku_id, row.warehouse_id): row.mean_period / period_days
        for row in forecast_digest(conn, run.id)
    }
    much = {
        pair: one
        for pair, one in _staying(conn).items()
        if pair in pace and one.available > pace[pair] * _shortest_horizon()
    }
    skus = {row.id: row for row in conn.rows(sku_facts())}
    kinds = {row.id: row.kind for row in conn.rows(warehouse_codes())}
    sold = last_sold(conn, sorted(much))
    rate = Decimal(1)
    if fees.fee_currency != company.base_currency:
        known = rates_on(conn, [fees.fee_currency], company.base_currency, as_of)
        rate = known[fees.fee_currency].rate if fees.fee_currency in known else Decimal(0)
    found = []
    wanted = sorted({sku_id for sku_id, _ in much})
    for item in planned_forecasts(conn, run, as_of=as_of, sku_ids=wanted):
        one = much.get((item.sku_id, item.warehouse_id))
        if one is None:
            continue
        kept = Kept(
            as_of=as_of,
            available=one.available,
            unit_cost=one.unit_cost,
            demand=demand_of(item),
            holding_rate_year=company.holding_rate_year,
            selling_price=item.selling_price,
            shelf_life_days=skus[item.sku_id].shelf_life_days,
            last_sold_on=sold.get((item.sku_id, item.warehouse_id)),
            dead_stock_days=company.dead_stock_days,
            coming=one.coming,
            fees=fees if kinds[item.warehouse_id] == WarehouseKind.FBA else None,
            fee_rate=rate,
            volume_m3=Decimal(skus[item.sku_id].volume_cm3 or 0) / CM3_PER_M3,
        )
        advice = clearance(kept)
        if advice is not None:
            category = skus[item.sku_id].category
            found.append(SlowStock(one, advice, category, kept.last_sold_on, kept.selling_price))
    found.sort(key=lambda slow: (-slow.advice.locked, slow.lying.sku, slow.lying.warehouse))
    return found


def _staying(conn: Reading) -> dict[tuple[int, int], Lying]:
    """What lies there without what is suggested to leave, where nothing more is to be bought."""
    suggested = suggested_moves(conn)
    found = {}
    for one in lying_stock(conn):
        pair = one.sku_id, one.warehouse_id
        leaving = suggested.leaving.get(pair, 0)
        if pair not in suggested.bought and one.available > leaving:
            found[pair] = replace(
                one, available=one.available - leaving, leaving=one.leaving + leaving
            )
    return found


def _shortest_horizon() -> float:
    """Days of mean demand above which a closer look is worth it; shelf lives can be short."""
    return HORIZON_DAYS / 6
