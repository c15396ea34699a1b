"""Loaders of suppliers with their offers. Decides what a row adds to or changes in an offer.

Several rows of one supplier and SKU are the breaks of one price list. What a file states is stated:
it is taken off the list of assumed figures.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from inventory_core.catalog.calendar_presets import CHINA_FACTORY
from inventory_core.catalog.codes import code_key
from inventory_core.catalog.skus import sku_ids
from inventory_core.db.schema.supply import offer
from inventory_core.desk.imports_loading import Load, Outcome, known_ids, naming
from inventory_core.desk.imports_rows import Row
from inventory_core.trade.offers import (
    FIRST_PRICE_ON,
    NewOffer,
    Offer,
    change_offer,
    create_offers,
    offers_by_id,
    set_prices,
)
from inventory_core.trade.suppliers import NewSupplier, create_suppliers, supplier_ids

Pair = tuple[int, int]
_TERMS = (
    "currency",
    "lead_time_days",
    "lead_time_spread_days",
    "moq",
    "order_multiple",
    "pallet_quantity",
    "preferred",
)


def load_suppliers_offers(load: Load, rows: Sequence[Row]) -> Outcome:
    """Suppliers by code, offers by supplier and SKU; a known supplier stays as it is."""
    skus = known_ids(load, rows, "sku", sku_ids(load.tx, [r["sku"] for r in rows]), "sku_unknown")
    outcome = Outcome()
    suppliers = _suppliers(load, rows, outcome)
    by_pair: dict[Pair, list[Row]] = {}
    for row in rows:
        if row.row_no in skus:
            pair = (suppliers[code_key(row["supplier_code"])], skus[row.row_no])
            by_pair.setdefault(pair, []).append(row)
    known = _known_offers(load, by_pair)
    new, fresh = [], []
    for pair, group in by_pair.items():
        found = known.get(pair)
        if found is None:
            new.append(new_offer(pair, group))
            fresh.append(group[0])
            outcome.created += len(group)
        elif _change(load, found, group):
            outcome.changed += len(group)
        else:
            outcome.unchanged += len(group)
    with naming(load, fresh, "sku"):
        create_offers(load.tx, load.actor, new, import_id=load.import_id)
    outcome.facts["offers_created"] = len(new)
    return outcome


def new_offer(pair: Pair, group: Sequence[Row], assumed: Sequence[str] = ()) -> NewOffer:
    """The offer that a group of rows describes."""
    first = group[0]
    return NewOffer(
        supplier_id=pair[0],
        sku_id=pair[1],
        currency=first["currency"],
        lead_time_days=first["lead_time_days"],
        lead_time_spread_days=first["lead_time_spread_days"] or Decimal(0),
        moq=first["moq"] or 1,
        order_multiple=first["order_multiple"] or 1,
        pallet_quantity=first["pallet_quantity"],
        prices=_prices(group),
        preferred=bool(first["preferred"]),
        assumed=assumed,
    )


def _suppliers(load: Load, rows: Sequence[Row], outcome: Outcome) -> Mapping[str, int]:
    ids: dict[str, int] = dict(supplier_ids(load.tx, [row["supplier_code"] for row in rows]))
    new: dict[str, NewSupplier] = {}
    fresh = []
    for row in rows:
        key = code_key(row["supplier_code"])
        if key in ids or key in new:
            continue
        country = row["supplier_country"]
        new[key] = NewSupplier(
            code=row["supplier_code"],
            name=row["supplier_name"] or row["supplier_code"],
            currency=row["currency"],
            country=country,
            email=row["supplier_email"] or "",
            payment_days=row["payment_days"] or 0,
            order_minimum=row["order_minimum"],
            # Factories there close for weeks around the Spring Festival.
            calendar_code=CHINA_FACTORY if (country or "").upper() == "CN" else None,
        )
        fresh.append(row)
    with naming(load, fresh, "supplier_code"):
        made = create_suppliers(load.tx, load.actor, list(new.values()), import_id=load.import_id)
    outcome.facts["suppliers_created"] = len(made)
    return ids | {code_key(code): made_id for code, made_id in made.items()}


def _known_offers(load: Load, pairs: Mapping[Pair, Any]) -> dict[Pair, Offer]:
    sku_list = sorted({pair[1] for pair in pairs})
    rows = load.tx.rows(select(offer.c.id).where(offer.c.sku_id.in_(sku_list)))
    found = offers_by_id(load.tx, [row.id for row in rows], load.now.date())
    return {
        (each.supplier_id, each.sku_id): each
        for each in found.values()
        if (each.supplier_id, each.sku_id) in pairs
    }


def _change(load: Load, found: Offer, group: Sequence[Row]) -> bool:
    """Bring a known offer to what the file states; True where something changed."""
    first = group[0]
    stated = {key: first[key] for key in _TERMS if first[key] is not None}
    changes = {key: value for key, value in stated.items() if getattr(found, key) != value}
    assumed = [name for name in found.assumed if name not in stated and name not in ("legs",)]
    confirmed = set(found.assumed) & set(stated)
    if changes or confirmed:
        changes["assumed"] = assumed
    prices = _prices(group)
    repriced = prices != tuple(found.prices)
    if not changes and not repriced:
        return False
    version = found.version
    with naming(load, group, "sku"):
        if changes:
            version = change_offer(load.tx, load.actor, found.id, changes, version=version)
        if repriced:
            day = load.now.date() if found.prices else FIRST_PRICE_ON
            version = set_prices(
                load.tx, load.actor, found.id, prices, valid_from=day, version=version
            )
    old: dict[str, Any] = {key: getattr(found, key) for key in changes}
    if "assumed" in old:
        old["assumed"] = [name for name in found.assumed if name != "legs"]
    if repriced:
        old["prices"] = [[quantity, str(price)] for quantity, price in found.prices]
        old["prices_from"] = _day(day)
    load.changed(first.row_no, "offer", found.id, version, old)
    return True


def _prices(group: Sequence[Row]) -> tuple[tuple[int, Decimal], ...]:
    return tuple(sorted((row["from_quantity"] or 1, row["unit_price"]) for row in group))


def _day(day: date) -> str:
    return day.isoformat()
