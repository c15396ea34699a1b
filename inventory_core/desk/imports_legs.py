"""Loader of the legs of offers' ways. Decides which offers a row speaks of and what it changes.

A row states one leg, everywhere or into one country, of one SKU's offer or, without a SKU, of every
offer of the supplier; a row with a SKU is laid over one without. Legs that the file does not name
stay. What a row leaves empty stays as it was, and of a leg that is new for a country as it is
everywhere.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from inventory_core.catalog.codes import code_key
from inventory_core.catalog.locations import countries_with_warehouses
from inventory_core.catalog.skus import sku_ids
from inventory_core.db.schema.supply import offer
from inventory_core.desk.imports_loading import Load, Outcome, known_ids, naming
from inventory_core.desk.imports_rows import Row
from inventory_core.trade.offer_legs import EVERYWHERE, OfferLeg, restated
from inventory_core.trade.offers import Offer, change_offer, offers_by_id
from inventory_core.trade.suppliers import supplier_ids
from inventory_core.vocabulary import OfferId

Key = tuple[str, str, str]  # ship method, destination, kind
_MONEY = ("spread_days", "unit_freight")


class _Asked:
    """What the file says of the legs of one offer: of each the rows, the one for all SKUs first."""

    def __init__(self) -> None:
        self.by_key: dict[Key, list[Row]] = defaultdict(list)

    def hear(self, row: Row) -> None:
        said = self.by_key[_key(row)]
        said.append(row)
        said.sort(key=lambda one: one["sku"] is not None)


def load_offer_legs(load: Load, rows: Sequence[Row]) -> Outcome:
    """Bring every offer that the file speaks of to the legs that it states."""
    _refuse_places_without_warehouse(load, rows)
    asked = _asked(load, rows)
    outcome = Outcome()
    if load.problems.count:
        return outcome
    treated: dict[int, str] = dict.fromkeys((row.row_no for row in rows), "unchanged")
    found = offers_by_id(load.tx, list(asked), load.now.date())
    for offer_id, one in sorted(asked.items()):
        _change(load, found[OfferId(offer_id)], one, treated)
    counted = list(treated.values())
    outcome.created, outcome.changed = counted.count("created"), counted.count("changed")
    outcome.unchanged = counted.count("unchanged")
    return outcome


def legs_before(kept: Sequence[Mapping[str, Any]]) -> list[OfferLeg]:
    """The legs again that an undo finds written down."""
    return [OfferLeg(**{**leg, **{name: Decimal(leg[name]) for name in _MONEY}}) for leg in kept]


def _key(row: Row) -> Key:
    return row["ship_method"], (row["destination"] or EVERYWHERE).upper(), row["kind"]


def _refuse_places_without_warehouse(load: Load, rows: Sequence[Row]) -> None:
    """A country in which no warehouse stands is a slip (UK for GB): its legs would never hold."""
    known = set(countries_with_warehouses(load.tx))
    for row in rows:
        destination = (row["destination"] or "").upper()
        if destination and destination not in known:
            load.problems.add(row.row_no, "destination", "no_warehouse_there", row["destination"])


def _asked(load: Load, rows: Sequence[Row]) -> dict[int, _Asked]:
    """The rows by the offer that they speak of."""
    named = [row for row in rows if row["sku"] is not None]
    codes = sku_ids(load.tx, [row["sku"] for row in named])
    skus = known_ids(load, named, "sku", codes, "sku_unknown")
    suppliers = supplier_ids(load.tx, [row["supplier_code"] for row in rows])
    columns = offer.c
    by_supplier: dict[int, dict[int, int]] = defaultdict(dict)
    for one in load.tx.rows(
        select(columns.id, columns.supplier_id, columns.sku_id).where(
            columns.supplier_id.in_(sorted(suppliers.values()))
        )
    ):
        by_supplier[one.supplier_id][one.sku_id] = one.id
    asked: dict[int, _Asked] = defaultdict(_Asked)
    for row in rows:
        offers = by_supplier.get(suppliers.get(code_key(row["supplier_code"]), 0), {})
        if row["sku"] is not None:
            if row.row_no not in skus:
                continue
            sku_id = skus[row.row_no]
            offers = {sku_id: offers[sku_id]} if sku_id in offers else {}
        if not offers:
            load.problems.add(row.row_no, "supplier_code", "offer_unknown", row["supplier_code"])
        for offer_id in offers.values():
            asked[offer_id].hear(row)
    return asked


def _change(load: Load, found: Offer, asked: _Asked, treated: dict[int, str]) -> None:
    before = {(leg.ship_method, leg.destination, leg.kind): leg for leg in found.legs}
    stated = _stated(before, asked)
    after = restated(found.legs, list(stated.values()))
    if set(after) == set(found.legs):
        return
    for key, said in asked.by_key.items():
        if stated[key] == before.get(key):
            continue
        for row in said:
            if key not in before:
                treated[row.row_no] = "created"
            elif treated[row.row_no] == "unchanged":
                treated[row.row_no] = "changed"
    row = next(iter(asked.by_key.values()))[-1]
    with naming(load, [row], "supplier_code"):
        version = change_offer(
            load.tx, load.actor, found.id, {"legs": after}, version=found.version
        )
    old = {"legs": [asdict(leg) for leg in found.legs]}
    load.changed(row.row_no, "offer", found.id, version, old)


def _stated(before: Mapping[Key, OfferLeg], asked: _Asked) -> dict[Key, OfferLeg]:
    """The legs as the rows state them, those that hold everywhere first."""
    found: dict[Key, OfferLeg] = {}
    for key in sorted(asked.by_key, key=lambda key: key[1]):
        method, destination, kind = key
        usual = (method, EVERYWHERE, kind)
        leg = before.get(key) or found.get(usual) or before.get(usual)
        leg = leg or OfferLeg(method, 0, kind, 0)
        for row in asked.by_key[key]:
            leg = _told(row, leg)
        found[key] = replace(leg, destination=destination)
    return found


def _told(row: Row, leg: OfferLeg) -> OfferLeg:
    """A leg with what a row fills in."""
    names = {name: name for name in ("days", "spread_days", "unit_freight", "currency")}
    names["calendar"] = "calendar_code"
    told = {name: row[key] for key, name in names.items() if row[key] is not None}
    return replace(leg, **told)
