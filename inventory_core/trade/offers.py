"""Offers: what a supplier asks for a SKU. Decides which price and which way hold on a day.

Prices are kept by the day from which they hold, the whole list of breaks each time, so that the
price of any past day can be read again. A figure that nobody stated is named in `assumed`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import delete, select

from inventory_core.catalog.calendar_records import ensure_calendars
from inventory_core.catalog.changes import Check, change_record, record_creation
from inventory_core.catalog.codes import at_row, clean_text
from inventory_core.catalog.fields import (
    check_country,
    check_day,
    check_decimal,
    check_flag,
    check_member,
    check_optional_whole,
    check_whole,
)
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Writing
from inventory_core.db.schema.supply import offer, offer_leg, offer_price
from inventory_core.errors import Conflict, Invalid
from inventory_core.money import check_currency
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.trade.offer_legs import EVERYWHERE, OfferLeg
from inventory_core.trade.offer_terms import Offer, offers, offers_by_id
from inventory_core.trade.price_breaks import PriceBreak, check_price_breaks
from inventory_core.vocabulary import LegKind, OfferId, ShipMethod

__all__ = [
    "NewOffer",
    "Offer",
    "OfferLeg",
    "change_offer",
    "create_offers",
    "offers",
    "offers_by_id",
    "set_prices",
]

# The price list that an offer begins with holds since ever, unless a day is named.
FIRST_PRICE_ON = date(2000, 1, 1)
_PRICE_NAMES = frozenset({"prices", "price", "unit_price", "cost"})


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer to be created; `prices` are (from quantity, unit price) in the offer's currency."""

    supplier_id: int
    sku_id: int
    currency: str
    lead_time_days: int
    lead_time_spread_days: Decimal | int = 0
    moq: int = 1
    order_multiple: int = 1
    prices: Sequence[PriceBreak] = ()
    preferred: bool = False
    assumed: Sequence[str] = ()
    legs: Sequence[OfferLeg] = ()
    supplier_sku: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    prices_from: date = FIRST_PRICE_ON
    pallet_quantity: int | None = None


def create_offers(
    tx: Writing, actor: Actor, new_offers: Sequence[NewOffer], *, import_id: int | None = None
) -> list[OfferId]:
    """Create all or none; ids in the order given. One offer per supplier and SKU."""
    require(actor, Permission.CATALOG_EDIT)
    rows = []
    prices: list[list[PriceBreak]] = []
    for row_no, new in enumerate(new_offers, 1):
        with at_row(row_no):
            rows.append(_checked(new) | {"import_id": import_id})
            prices.append(check_price_breaks(new.prices))
    ordered = sorted(rows, key=_pair)
    made = insert_rows(
        tx, offer, ordered, returning=("id", "supplier_id", "sku_id"), skip_existing=True
    )
    ids = {(row.supplier_id, row.sku_id): OfferId(row.id) for row in made}
    taken = [row_no for row_no, row in enumerate(rows, 1) if _pair(row) not in ids]
    if taken or len(made) < len(rows):
        raise Conflict("offers_taken", rows=taken[:20], count=len(taken))
    found = [ids[_pair(row)] for row in rows]
    _write_prices(tx, dict(zip(found, prices, strict=True)), [o.prices_from for o in new_offers])
    _write_legs(tx, dict(zip(found, [new.legs for new in new_offers], strict=True)))
    by_pair = {f"{row['supplier_id']}/{row['sku_id']}": ids[_pair(row)] for row in rows}
    record_creation(tx, actor, "offer", by_pair, import_id=import_id)
    return found


def change_offer(
    tx: Writing, actor: Actor, offer_id: int, changes: Mapping[str, Any], *, version: int
) -> int:
    """Change fields of one offer; the ways (`legs`) are replaced whole. Answers the new version.

    A figure that a person states is no longer assumed. Prices have a command of their own.
    """
    require(actor, Permission.CATALOG_EDIT)
    wanted = dict(changes)
    legs = wanted.pop("legs", None)
    if "assumed" not in wanted:
        wanted["assumed"] = _still_assumed(tx, offer_id, set(changes))
    _require_whole_pallets(tx, offer_id, wanted)
    after = change_record(
        tx,
        actor,
        offer,
        offer_id,
        wanted,
        version=version,
        checks=_CHECKS,
        more_changed=legs is not None,
    )
    if legs is not None:
        tx.execute(delete(offer_leg).where(offer_leg.c.offer_id == offer_id))
        _write_legs(tx, {OfferId(offer_id): legs})
        record_audit(tx, actor, "offer_legs_set", ("offer", offer_id), {"legs": len(legs)})
    return after


def set_prices(
    tx: Writing,
    actor: Actor,
    offer_id: int,
    prices: Sequence[PriceBreak],
    *,
    valid_from: date,
    version: int,
) -> int:
    """Give an offer a new price list from a day on; earlier lists stay as history."""
    require(actor, Permission.CATALOG_EDIT)
    checked = check_price_breaks(prices)
    stated = {"assumed": _still_assumed(tx, offer_id, _PRICE_NAMES)}
    after = change_record(
        tx, actor, offer, offer_id, stated, version=version, checks=_CHECKS, more_changed=True
    )
    tx.execute(
        delete(offer_price).where(
            offer_price.c.offer_id == offer_id, offer_price.c.valid_from == valid_from
        )
    )
    _write_prices(tx, {OfferId(offer_id): checked}, [valid_from])
    details = {"valid_from": valid_from, "prices": [[q, str(price)] for q, price in checked]}
    record_audit(tx, actor, "offer_prices_set", ("offer", offer_id), details)
    return after


def _pair(row: Mapping[str, Any]) -> tuple[int, int]:
    return row["supplier_id"], row["sku_id"]


def _checked(new: NewOffer) -> dict[str, Any]:
    values = {n: check(getattr(new, n)) for n, check in _CHECKS.items() if n != "active"}
    first, last = values["valid_from"], values["valid_to"]
    if first is not None and last is not None and last < first:
        raise Invalid("days_out_of_order", field="valid_to")
    _check_pallet(values["pallet_quantity"], values["order_multiple"])
    return {"supplier_id": new.supplier_id, "sku_id": new.sku_id, **values}


def _require_whole_pallets(tx: Writing, offer_id: int, wanted: Mapping[str, Any]) -> None:
    names = ("pallet_quantity", "order_multiple")
    rows = tx.rows(select(*(offer.c[name] for name in names)).where(offer.c.id == offer_id))
    for row in rows:
        facts = {**row._mapping, **wanted}
        pallet, multiple = (_CHECKS[name](facts[name]) for name in names)
        _check_pallet(pallet, multiple)


def _check_pallet(pallet_quantity: int | None, order_multiple: int) -> None:
    """Whole pallets must be quantities that can be ordered."""
    if pallet_quantity and pallet_quantity % order_multiple:
        raise Invalid(
            "pallet_not_of_multiples",
            field="pallet_quantity",
            pallet=pallet_quantity,
            multiple=order_multiple,
        )


def _still_assumed(tx: Writing, offer_id: int, stated: Collection[str]) -> list[str]:
    names = tx.scalar(select(offer.c.assumed).where(offer.c.id == offer_id)) or ()
    return [name for name in names if name not in stated]


def _write_prices(
    tx: Writing, prices: Mapping[OfferId, Sequence[PriceBreak]], valid_from: Sequence[date]
) -> None:
    rows = [
        {
            "offer_id": offer_id,
            "from_quantity": quantity,
            "valid_from": day,
            "unit_price": check_decimal(price, field="unit_price"),
        }
        for (offer_id, breaks), day in zip(prices.items(), valid_from, strict=True)
        for quantity, price in breaks
    ]
    insert_rows(tx, offer_price, rows)


def _write_legs(tx: Writing, legs: Mapping[OfferId, Sequence[OfferLeg]]) -> None:
    codes = [leg.calendar_code for ways in legs.values() for leg in ways if leg.calendar_code]
    calendar_ids = ensure_calendars(tx, codes)
    rows = [
        {"offer_id": offer_id, **_checked_leg(leg, calendar_ids)}
        for offer_id, ways in legs.items()
        for leg in ways
    ]
    _refuse_repeated_legs(rows)
    insert_rows(tx, offer_leg, rows)


def _refuse_repeated_legs(rows: Sequence[Mapping[str, Any]]) -> None:
    """One leg of a kind into a country, and one in each place."""
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        way = (row["offer_id"], row["ship_method"], row["destination"])
        told = {(*way, row["leg_no"])} | ({(*way, row["kind"])} if row["destination"] else set())
        if told & seen:
            raise Invalid(
                "leg_repeated",
                field="kind",
                value=row["kind"],
                method=row["ship_method"],
                destination=row["destination"],
            )
        seen |= told


def _checked_leg(leg: OfferLeg, calendar_ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "ship_method": check_member(leg.ship_method, ShipMethod, field="ship_method"),
        "leg_no": check_whole(leg.leg_no, field="leg_no", least=1, most=50),
        "kind": check_member(leg.kind, LegKind, field="kind"),
        "days": check_whole(leg.days, field="days", most=730),
        "spread_days": check_decimal(leg.spread_days, field="spread_days", most=365, places=2),
        "unit_freight": check_decimal(leg.unit_freight, field="unit_freight"),
        "currency": check_currency(leg.currency) if leg.currency else None,
        "calendar_id": calendar_ids[leg.calendar_code] if leg.calendar_code else None,
        "destination": check_country(leg.destination, field="destination") or EVERYWHERE,
    }


def _assumed(value: Any) -> list[str]:
    names = sorted({clean_text(name, field="assumed", most=40) for name in value})
    if any(not name.isidentifier() for name in names):
        raise Invalid("not_in_list", field="assumed", value=", ".join(names))
    return names


_CHECKS: dict[str, Check] = {
    "supplier_sku": partial(clean_text, field="supplier_sku", most=120),
    "currency": check_currency,
    "moq": partial(check_whole, field="moq", least=1),
    "order_multiple": partial(check_whole, field="order_multiple", least=1),
    "pallet_quantity": partial(check_optional_whole, field="pallet_quantity", least=1),
    "lead_time_days": partial(check_whole, field="lead_time_days", most=730),
    "lead_time_spread_days": partial(
        check_decimal, field="lead_time_spread_days", most=365, places=2
    ),
    "valid_from": partial(check_day, field="valid_from"),
    "valid_to": partial(check_day, field="valid_to"),
    "preferred": partial(check_flag, field="preferred"),
    "active": partial(check_flag, field="active"),
    "assumed": _assumed,
}
