"""Offers as planning and purchasing read them. Decides what holds on a day; changes nothing.

An offer without stated legs is taken as half production on the supplier's calendar, half road:
the assumption is named in `assumed` as "legs". The way is always asked for into a country, because
legs may differ by it (`offer_legs`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT

from inventory_core.catalog.calendar_presets import LEG_CALENDARS
from inventory_core.catalog.calendar_records import calendars
from inventory_core.catalog.calendars import (
    EVERY_WEEKDAY,
    Calendar,
    Leg,
    arrival_on,
)
from inventory_core.db.engine import Reading
from inventory_core.db.schema.supply import offer, offer_leg, offer_price, supplier
from inventory_core.trade.offer_legs import OfferLeg, legs_into
from inventory_core.trade.price_breaks import PriceBreak
from inventory_core.vocabulary import LegKind, OfferId, SkuId, SupplierId

# Of a lead time that nobody split into legs, this share is taken as production.
PRODUCTION_SHARE = Decimal("0.5")
_AT_THE_FACTORY = ("production", "quality")


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it holds on a day; `calendar` is the supplier's, if it has one.

    `order_minimum`: what the supplier wants at least in one order, in `minimum_currency`. `legs`:
    of all destinations; `legs_into` a country are those of one way.
    """

    id: OfferId
    supplier_id: SupplierId
    supplier_name: str
    sku_id: SkuId
    supplier_sku: str
    currency: str
    moq: int
    order_multiple: int
    pallet_quantity: int | None
    lead_time_days: int
    lead_time_spread_days: Decimal
    preferred: bool
    assumed: tuple[str, ...]
    prices: tuple[PriceBreak, ...]
    legs: tuple[OfferLeg, ...]
    calendar: Calendar | None
    order_minimum: Decimal | None
    minimum_currency: str
    payment_days: int
    valid_to: date | None
    version: int
    leg_calendars: Mapping[str, Calendar]

    def legs_into(self, country: str) -> tuple[OfferLeg, ...]:
        """The legs of every way into a country; "": those that hold everywhere."""
        return legs_into(self.legs, country)

    def ship_methods(self, country: str) -> tuple[str, ...]:
        """Ship methods with stated legs into a country; none where nobody stated any."""
        return tuple(dict.fromkeys(leg.ship_method for leg in self.legs_into(country)))

    def assumed_into(self, country: str) -> tuple[str, ...]:
        """What is assumed of goods that go there: the legs, where those stated go elsewhere."""
        named = tuple(name for name in self.assumed if name != "legs")
        return named if self.legs_into(country) else (*named, "legs")


def offers(conn: Reading, sku_ids: Sequence[int] | None, on: date) -> list[Offer]:
    """Active offers of active suppliers valid on a day, with the prices of that day, by SKU."""
    statement = (
        _select_offers()
        .where(
            offer.c.active,
            supplier.c.active,
            or_(offer.c.valid_from.is_(None), offer.c.valid_from <= on),
            or_(offer.c.valid_to.is_(None), offer.c.valid_to >= on),
        )
        .order_by(offer.c.sku_id, offer.c.preferred.desc(), offer.c.id)
    )
    if sku_ids is not None:
        statement = statement.where(offer.c.sku_id == _any(sku_ids))
    return _complete(conn, conn.rows(statement), on)


def offers_by_id(conn: Reading, offer_ids: Sequence[int], on: date) -> dict[OfferId, Offer]:
    """These offers whether active or not, with the prices of a day."""
    statement = _select_offers().where(offer.c.id == _any(offer_ids))
    return {found.id: found for found in _complete(conn, conn.rows(statement), on)}


def _select_offers() -> Select[tuple[Any, ...]]:
    return select(
        *(offer.c[name] for name in _OFFER_COLUMNS),
        supplier.c.name.label("supplier_name"),
        supplier.c.calendar_id,
        supplier.c.order_minimum,
        supplier.c.currency.label("minimum_currency"),
        supplier.c.payment_days,
    ).join(supplier, supplier.c.id == offer.c.supplier_id)


def price_history(conn: Reading, offer_id: int) -> dict[date, tuple[PriceBreak, ...]]:
    """Every price list the offer ever had, by the day from which it holds."""
    rows = conn.rows(
        select(offer_price.c.valid_from, offer_price.c.from_quantity, offer_price.c.unit_price)
        .where(offer_price.c.offer_id == offer_id)
        .order_by(offer_price.c.valid_from, offer_price.c.from_quantity)
    )
    lists: dict[date, list[PriceBreak]] = defaultdict(list)
    for row in rows:
        lists[row.valid_from].append((row.from_quantity, row.unit_price))
    return {day: tuple(prices) for day, prices in lists.items()}


def way(found: Offer, ship_method: str | None = None, *, country: str) -> list[Leg]:
    """The legs of an offer into a country by a ship method, the first stated one where none is
    named.
    """
    methods = found.ship_methods(country)
    if not methods:
        return _assumed_way(found)
    chosen = ship_method if ship_method in methods else methods[0]
    return [
        Leg(leg.kind, leg.days, _leg_calendar(found, leg), leg.destination)
        for leg in found.legs_into(country)
        if leg.ship_method == chosen
    ]


def offer_arrival_on(
    found: Offer, ordered_on: date, ship_method: str | None = None, *, country: str
) -> date:
    """When goods ordered on a day are available there, by the calendars of every leg."""
    return arrival_on(ordered_on, way(found, ship_method, country=country))


def _leg_calendar(found: Offer, leg: OfferLeg) -> Calendar | None:
    if leg.calendar_code:
        return found.leg_calendars[leg.calendar_code]
    return found.calendar if leg.kind in _AT_THE_FACTORY else _usual_calendar(found, leg.kind)


def _usual_calendar(found: Offer, kind: str) -> Calendar | None:
    """The company's own calendar of ports, carriers, customs or check-in, if it keeps one."""
    return found.leg_calendars.get(LEG_CALENDARS[LegKind(kind)])


def _assumed_way(found: Offer) -> list[Leg]:
    """Production stops on closed days but counts weekends, as a lead time in days includes them."""
    made = int(-(-found.lead_time_days * PRODUCTION_SHARE // 1))
    calendar = found.calendar
    if calendar is not None:
        calendar = Calendar(
            calendar.code, EVERY_WEEKDAY, calendar.closed_days, calendar.opened_days
        )
    road = _usual_calendar(found, "transport")
    return [Leg("production", made, calendar), Leg("transport", found.lead_time_days - made, road)]


_OFFER_COLUMNS = (
    "id",
    "supplier_id",
    "sku_id",
    "supplier_sku",
    "currency",
    "moq",
    "order_multiple",
    "pallet_quantity",
    "lead_time_days",
    "lead_time_spread_days",
    "preferred",
    "assumed",
    "valid_to",
    "version",
)


def _any(ids: Sequence[int]) -> Any:
    return func.any(bindparam(None, list(ids), type_=ARRAY(BIGINT)))


def _complete(conn: Reading, rows: Sequence[Any], on: date) -> list[Offer]:
    ids = [row.id for row in rows]
    if not ids:
        return []
    prices, legs = _prices(conn, ids, on), _legs(conn, ids)
    known = calendars(conn)
    by_code = {calendar.code: calendar for calendar in known.values()}
    found = []
    for row in rows:
        facts = dict(row._mapping)
        calendar_id = facts.pop("calendar_id")
        ways = tuple(legs.get(row.id, ()))
        assumed = tuple(facts.pop("assumed")) + (() if ways else ("legs",))
        found.append(
            Offer(
                **facts,
                assumed=assumed,
                prices=tuple(prices.get(row.id, ())),
                legs=ways,
                calendar=known.get(calendar_id),
                leg_calendars=by_code,
            )
        )
    return found


def _prices(conn: Reading, offer_ids: Sequence[int], on: date) -> dict[int, list[PriceBreak]]:
    price = offer_price.c
    day = (
        select(price.offer_id, func.max(price.valid_from).label("valid_from"))
        .where(price.offer_id == _any(offer_ids), price.valid_from <= on)
        .group_by(price.offer_id)
        .subquery()
    )
    rows = conn.rows(
        select(price.offer_id, price.from_quantity, price.unit_price)
        .join(day, (day.c.offer_id == price.offer_id) & (day.c.valid_from == price.valid_from))
        .order_by(price.offer_id, price.from_quantity)
    )
    found: dict[int, list[PriceBreak]] = defaultdict(list)
    for row in rows:
        found[row.offer_id].append((row.from_quantity, row.unit_price))
    return found


def _legs(conn: Reading, offer_ids: Sequence[int]) -> dict[int, list[OfferLeg]]:
    rows = conn.rows(
        select(offer_leg)
        .where(offer_leg.c.offer_id == _any(offer_ids))
        .order_by(
            offer_leg.c.offer_id,
            offer_leg.c.ship_method.desc(),
            offer_leg.c.destination,
            offer_leg.c.leg_no,
        )
    )
    codes = {key: known.code for key, known in calendars(conn).items()} if rows else {}
    found: dict[int, list[OfferLeg]] = defaultdict(list)
    for row in rows:
        facts = dict(row._mapping)
        offer_id, calendar_id = facts.pop("offer_id"), facts.pop("calendar_id")
        found[offer_id].append(OfferLeg(**facts, calendar_code=codes.get(calendar_id)))
    return found
