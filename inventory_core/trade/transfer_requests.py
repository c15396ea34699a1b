"""What is asked of a transfer: to be planned, to arrive. Decides only what is malformed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory_core.catalog.fields import check_decimal, check_member, check_whole
from inventory_core.errors import Invalid
from inventory_core.money import check_currency
from inventory_core.stock.postings import check_key, request_hash
from inventory_core.vocabulary import ShipMethod


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """Units of SKUs to be moved; `lines` are (sku_id, quantity), each SKU once."""

    key: str
    from_warehouse_id: int
    to_warehouse_id: int
    lines: Sequence[tuple[int, int]]
    ship_method: str = ShipMethod.SEA
    expected_on: date | None = None
    freight: Decimal | int = 0
    freight_currency: str | None = None
    approval_id: int | None = None
    note: str = ""
    suggestion_ids: tuple[tuple[int, int], ...] = ()  # (sku_id, suggestion_id)


@dataclass(frozen=True, slots=True)
class NewArrival:
    """Units that came, as (sku_id, quantity); None: all that is still on the way, less the lost.

    `lost` names units that will never come, by SKU.
    """

    key: str
    transfer_id: int
    arrived_at: datetime
    lines: Sequence[tuple[int, int]] | None = None
    lost: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrived:
    """An arrival in the book."""

    key: str
    transfer_id: int
    operation_id: int
    replayed: bool


def check_transfer(new: NewTransfer) -> None:
    """Invalid where a transfer cannot be meant like this."""
    check_key(new.key)
    check_member(new.ship_method, ShipMethod, field="ship_method")
    freight = check_decimal(new.freight, field="freight")
    if freight and new.freight_currency is None:
        raise Invalid("currency_missing", field="freight_currency")
    if new.freight_currency is not None:
        check_currency(new.freight_currency, field="freight_currency")
    if new.from_warehouse_id == new.to_warehouse_id:
        raise Invalid("transfer_goes_nowhere", field="to_warehouse_id")
    if not new.lines:
        raise Invalid("transfer_without_lines", field="lines")
    if len({sku_id for sku_id, _ in new.lines}) < len(new.lines):
        raise Invalid("line_repeated", field="sku_id")
    for _, quantity in new.lines:
        check_whole(quantity, field="quantity", least=1)


def arrival_hash(arrival: NewArrival) -> str:
    check_key(arrival.key)
    for quantity in [*arrival.lost.values(), *(units for _, units in arrival.lines or ())]:
        check_whole(quantity, field="quantity")
    return request_hash((arrival.transfer_id, arrival.arrived_at, *_asked(arrival)))


def _asked(arrival: NewArrival) -> tuple[Any, Any]:
    lines = None if arrival.lines is None else sorted(arrival.lines)
    return lines, sorted(arrival.lost.items())
