"""Giving changed records their former values back. Decides that later changes stand in the way."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from inventory_core.catalog.locations import change_warehouse
from inventory_core.catalog.skus import change_sku
from inventory_core.db.engine import Writing
from inventory_core.db.schema.mailbox import import_row
from inventory_core.desk.imports_legs import legs_before
from inventory_core.desk.imports_rules import KIND, restore_rules
from inventory_core.errors import Conflict, Refused
from inventory_core.office.actors import Actor
from inventory_core.trade.customers import change_customer
from inventory_core.trade.offers import change_offer, set_prices

Change = Callable[..., int]
_CHANGES: dict[str, Change] = {
    "sku": change_sku,
    "location": change_warehouse,
    "customer": change_customer,
    "offer": change_offer,
}
_DAYS = frozenset({"launched_on"})
_DECIMALS = frozenset({"lead_time_spread_days"})


def restore_changed(tx: Writing, actor: Actor, import_id: int) -> int:
    """Restore every record that the import changed, newest first; answers how many."""
    rows = tx.rows(
        select(import_row.c.content)
        .where(import_row.c.import_id == import_id, import_row.c.treatment == "changed")
        .order_by(import_row.c.id.desc())
    )
    rules = [row.content["before"] for row in rows if row.content["kind"] == KIND]
    restore_rules(tx, actor, rules, import_id)
    for row in rows:
        kept = row.content
        if kept["kind"] == KIND:
            continue
        if kept["kind"] == "exchange_rate":
            _restore_rate(tx, kept["before"])
            continue
        try:
            _restore(tx, actor, kept)
        except Conflict as error:
            named = [f"{kept['kind']} {kept['id']}"]
            raise Refused("import_in_use", import_id=import_id, count=1, records=named) from error
    return len(rows)


def _restore(tx: Writing, actor: Actor, kept: Mapping[str, Any]) -> None:
    before = {name: _value(name, value) for name, value in kept["before"].items()}
    prices, prices_from = before.pop("prices", None), before.pop("prices_from", None)
    version = kept["version"]
    if before:
        change = _CHANGES[kept["kind"]]
        version = change(tx, actor, kept["id"], before, version=version)
    if prices:
        # The former list holds again from the day on which the import had replaced it.
        breaks = [(quantity, Decimal(price)) for quantity, price in prices]
        day = date.fromisoformat(prices_from)
        set_prices(tx, actor, kept["id"], breaks, valid_from=day, version=version)


def _restore_rate(tx: Writing, before: Mapping[str, Any]) -> None:
    from_currency, to_currency, on_day = before["pair"]
    tx.execute(
        text("""
            UPDATE exchange_rate SET rate = CAST(:rate AS numeric), import_id = NULL
            WHERE from_currency = :from_currency AND to_currency = :to_currency
                AND on_day = CAST(:on_day AS date) AND kind = 'spot'
        """),
        {
            "rate": before["rate"],
            "from_currency": from_currency,
            "to_currency": to_currency,
            "on_day": on_day,
        },
    )


def _value(name: str, value: Any) -> Any:
    """What JSON turned into text, as the command wants it."""
    if value is None:
        return None
    if name == "legs":
        return legs_before(value)
    if name in _DAYS:
        return date.fromisoformat(value)
    return Decimal(value) if name in _DECIMALS else value
