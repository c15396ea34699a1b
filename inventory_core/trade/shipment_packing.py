"""Which units go into which parcel. Pure: promises and bins in, parcels out; nothing is posted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from inventory_core.clock import as_utc
from inventory_core.errors import Invalid, Refused
from inventory_core.stock.allocation import BinContent, pick
from inventory_core.stock.levels import Pair
from inventory_core.stock.postings import check_key, derived_key
from inventory_core.stock.reservations import OpenPromise

Pick = tuple[OpenPromise, BinContent, int]


@dataclass(frozen=True, slots=True)
class NewShipment:
    """Ship what is promised to an order: from one warehouse, or from wherever it is promised.

    `lines` limits it to (order_line_id, quantity); None ships all that is promised.
    """

    key: str
    order_id: int
    warehouse_id: int | None
    shipped_at: datetime
    carrier: str = ""
    tracking_code: str = ""
    lines: Sequence[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Shipped:
    """The shipments of one request, one per warehouse; cost of sales in base currency."""

    key: str
    order_id: int
    shipment_ids: tuple[int, ...]
    units: int
    cost: Decimal
    replayed: bool


@dataclass(frozen=True, slots=True)
class Parcel:
    """One shipment to be: its promises and the units picked for each."""

    key: str
    shipment: NewShipment
    warehouse_id: int
    picks: Sequence[tuple[OpenPromise, BinContent, int]]


def pack(
    shipments: Sequence[NewShipment],
    promises: Sequence[OpenPromise],
    contents: Mapping[Pair, list[BinContent]],
) -> list[Parcel]:
    """One parcel per request and warehouse; units of a bin are given out once."""
    left = {pair: list(bins) for pair, bins in contents.items()}
    by_order: dict[int, list[OpenPromise]] = defaultdict(list)
    for promise in promises:
        by_order[promise.order_id].append(promise)
    parcels = []
    for shipment in shipments:
        limits = None if shipment.lines is None else dict(shipment.lines)
        picks: dict[int, list[Pick]] = defaultdict(list)
        for promise in by_order.pop(shipment.order_id, []):
            if shipment.warehouse_id not in (None, promise.warehouse_id):
                continue
            picks[promise.warehouse_id] += _picks(promise, limits, left)
        parcels += _fill(shipment, picks)
        _check_limits(limits)
    return parcels


def _picks(
    promise: OpenPromise, limits: dict[int, int] | None, left: dict[Pair, list[BinContent]]
) -> list[Pick]:
    wanted = promise.quantity
    if limits is not None:
        wanted = min(wanted, limits.get(promise.order_line_id, 0))
    if wanted == 0:
        return []
    bins = left.get(promise.pair, [])
    picked = pick(wanted, bins)
    taken = dict(picked)
    if sum(taken.values()) < wanted:
        raise Refused(
            "not_enough_stock",
            sku_id=promise.sku_id,
            warehouse_id=promise.warehouse_id,
            missing=wanted - sum(taken.values()),
        )
    left[promise.pair] = [content.less(taken.get(content, 0)) for content in bins]
    if limits is not None:
        limits[promise.order_line_id] -= wanted
    return [(promise, content, units) for content, units in picked]


def _fill(shipment: NewShipment, picks: Mapping[int, list[Pick]]) -> list[Parcel]:
    filled = [(warehouse, listed) for warehouse, listed in sorted(picks.items()) if listed]
    if not filled:
        raise Refused("nothing_to_ship", order_id=shipment.order_id)
    return [
        Parcel(
            shipment.key if n == 0 else f"{derived_key('ship', shipment.key)}#{n}",
            shipment,
            warehouse,
            listed,
        )
        for n, (warehouse, listed) in enumerate(filled)
    ]


def check_shipments(shipments: Sequence[NewShipment]) -> None:
    """Refuse what is malformed before anything is touched."""
    if len({shipment.key for shipment in shipments}) < len(shipments):
        raise Invalid("key_twice")
    if len({shipment.order_id for shipment in shipments}) < len(shipments):
        raise Invalid("order_twice")
    for shipment in shipments:
        check_key(shipment.key)
        as_utc(shipment.shipped_at)
        for _, quantity in shipment.lines or ():
            if type(quantity) is not int or quantity <= 0:
                raise Invalid("quantity_not_positive", value=str(quantity))


def _check_limits(limits: Mapping[int, int] | None) -> None:
    for line_id, quantity in (limits or {}).items():
        if quantity > 0:
            raise Refused("not_promised", order_line_id=line_id, missing=quantity)
