"""Reads a golden sheet: a small planning situation as a planner would write it down.

Demand is the same every day. `high` is demand over any period at the 95 % quantile, in percent of
the mean; the quantiles lie on a straight line through (50 %, 100 %) and (95 %, high).
"""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.expiry import DatedLot, free_lots
from forecasting.lead_time import Route
from forecasting.policy import Rule, TotalDemand
from forecasting.projection import Arrival
from forecasting.situation import PlanSettings, Situation, StockNow
from forecasting.supplier_terms import OfferRoute, OfferTerms, Rate
from inventory_core.catalog.calendars import ALWAYS, Calendar, Leg
from inventory_core.vocabulary import OrderRule

FOLDER = Path(__file__).parent
LEVELS = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975])
DAYS = np.arange(7.0, 246.0, 7.0)
SETTINGS = PlanSettings(
    base_currency="USD", service_level=0.95, review_days=7, holding_rate_year=Decimal("0.25")
)


def cases() -> list[str]:
    """Names of all golden folders."""
    return sorted(folder.name for folder in FOLDER.iterdir() if (folder / "input.toml").exists())


def read_sheet(case: str, name: str) -> dict[str, Any]:
    """One sheet of a case as TOML."""
    return tomllib.loads((FOLDER / case / f"{name}.toml").read_text(encoding="utf-8"))


def steady_demand(per_day: float, high: float = 100.0) -> TotalDemand:
    """The same mean every day, with a spread that is a straight line in the quantile level."""
    mean = per_day * DAYS
    factor = 1 + (high / 100 - 1) * (LEVELS - 0.5) / 0.45
    return TotalDemand(DAYS, LEVELS, mean, mean[:, None] * factor[None, :])


def situation_of(sheet: dict[str, Any]) -> Situation:
    """The planning situation that a sheet describes."""
    calendars = {name: _calendar(name, item) for name, item in sheet.get("calendar", {}).items()}
    stock = dict(sheet.get("stock", {}))
    inbound = tuple(
        Arrival(item["on"], item["quantity"], item["document"]) for item in sheet.get("inbound", [])
    )
    on_hand, reserved, held = (stock.get(name, 0) for name in ("on_hand", "reserved", "held"))
    dated = [DatedLot(item["expires_on"], item["quantity"]) for item in sheet.get("lot", [])]
    expired = sum(lot.quantity for lot in dated if lot.expires_on < sheet["as_of"])
    live = [lot for lot in dated if lot.expires_on >= sheet["as_of"]]
    coming = sum(item.quantity for item in inbound)
    owed = stock.get("backordered", 0)
    rates = {"USD": "1", **sheet.get("rates", {})}
    return Situation(
        sku_id=1,
        warehouse_id=100,
        as_of=sheet["as_of"],
        starts_on=sheet["as_of"],
        demand=steady_demand(**sheet["demand"]),
        stock=StockNow(
            on_hand=on_hand,
            reserved=reserved,
            held=held,
            available=on_hand - reserved - held,
            on_order=coming,
            backordered=owed,
            inventory_position=on_hand - reserved - held + coming - owed - expired,
            expired=expired,
        ),
        lots=free_lots(live, reserved + owed),
        inbound=inbound,
        offers=tuple(
            _offer(number, item, calendars) for number, item in enumerate(sheet.get("offer", []), 1)
        ),
        rates=tuple(
            Rate(currency, Decimal(rate), sheet["as_of"]) for currency, rate in rates.items()
        ),
        rule=Rule(**sheet.get("rule", {})),
        sku_state=sheet.get("sku_state", "active"),
        carton_quantity=sheet.get("carton_quantity"),
        shelf_life_days=sheet.get("shelf_life_days"),
        selling_price_base=Decimal(sheet["selling_price"]) if "selling_price" in sheet else None,
        warehouse_kind=sheet.get("warehouse_kind", ""),
    )


def settings_of(sheet: dict[str, Any]) -> PlanSettings:
    """The company of every sheet; a sheet may choose the rule of its orders."""
    return replace(SETTINGS, order_rule=OrderRule(sheet.get("order_rule", "service_level")))


def _calendar(name: str, item: dict[str, Any]) -> Calendar:
    shut: set[date] = set()
    for first, last in item.get("shut", []):
        shut |= {first + timedelta(days=step) for step in range((last - first).days + 1)}
    return Calendar(name, frozenset(item.get("weekdays", range(1, 8))), frozenset(shut))


def _offer(number: int, item: dict[str, Any], calendars: dict[str, Calendar]) -> OfferTerms:
    office = calendars.get(item.get("calendar", ""), ALWAYS)
    ways = item.get("way") or [{"days": item["lead_time_days"]}]
    routes = []
    for way in ways:
        if "production_days" in way:
            legs = [
                Leg("production", way["production_days"], office),
                Leg("transport", way["days"]),
            ]
        else:
            legs = [Leg("production", way["days"], office)]
        spread = way.get("spread_days", 0.0)
        route = Route(way.get("ship_method", "sea"), tuple(legs), spread, office)
        routes.append(OfferRoute(route, Decimal(way.get("unit_freight", "0"))))
    return OfferTerms(
        offer_id=number,
        version=1,
        supplier_id=number,
        supplier=item["supplier"],
        currency=item.get("currency", "USD"),
        moq=item.get("moq", 1),
        order_multiple=item.get("multiple", 1),
        prices=tuple((row[0], Decimal(row[1])) for row in item.get("prices", [])),
        routes=tuple(routes),
        preferred=item.get("preferred", False),
        assumed=tuple(item.get("assumed", ())),
        pallet_quantity=item.get("pallet"),
    )
