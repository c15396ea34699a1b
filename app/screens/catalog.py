"""Catalog: what is sold, from whom, where it lies, what currencies are worth. Draws the frame."""

from collections.abc import Callable
from datetime import date
from typing import Any

from app import session
from app.i18n import md, prose, t
from app.screens import (
    catalog_calendar,
    catalog_channels,
    catalog_offers,
    catalog_partners,
    catalog_pauses,
    catalog_promotions,
    catalog_rates,
    catalog_rules,
    catalog_skus,
)
from app.widgets import page_head
from app.widgets_scope import scope_bar
from inventory_core.clock import business_day, utc_now
from inventory_core.db.engine import Reading
from inventory_core.trade.catalog_lists import select_catalog_counts

_PARTS: dict[str, Callable[[date], None]] = {
    "skus": catalog_skus.draw,
    "offers": catalog_offers.draw,
    "suppliers": catalog_partners.draw_suppliers,
    "warehouses": catalog_partners.draw_warehouses,
    "channels": catalog_channels.draw,
    "promotions": catalog_promotions.draw,
    "pauses": catalog_pauses.draw,
    "rules": catalog_rules.draw,
    "calendar": catalog_calendar.draw,
    "rates": catalog_rates.draw,
}


def draw() -> None:
    """One sentence on the whole catalog, and the part that the address names."""
    counts = session.cached("catalog_counts", _counts)
    sentence = md(
        "catalog.sentence",
        skus=counts.skus,
        suppliers=counts.suppliers,
        warehouses=counts.warehouses,
    )
    if counts.without_offer:
        sentence = prose(sentence, md("catalog.without_offer", count=counts.without_offer))
    page_head(md("catalog.title"), sentence)
    part = scope_bar({"part": {name: t(f"catalog.part_{name}") for name in _PARTS}})["part"]
    today = business_day(utc_now(), session.current().company.time_zone)
    with session.part():
        _PARTS[part](today)


def _counts(conn: Reading) -> Any:
    return conn.rows(select_catalog_counts())[0]
