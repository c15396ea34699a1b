"""What an order asks and what the book answers. Decides the shape of a request; writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from inventory_core.clock import as_utc
from inventory_core.errors import Invalid
from inventory_core.money import check_currency
from inventory_core.stock.postings import check_key

MOST_ORDERS = 5_000
MOST_LINES = 500
DEFAULT_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class NewOrderLine:
    """One line as the channel gave it; quantity in base units, money in the order's currency."""

    line_no: int
    sku_id: int
    quantity: int
    unit_price: Decimal
    listing_id: int | None = None
    external_id: str = ""
    discount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A sale that has happened. A lower `priority` is more urgent.

    `accepted_at` is for playing back history: the moment the promise was made, not after `now`.
    """

    key: str
    account_id: int
    external_id: str
    placed_at: datetime
    currency: str
    lines: Sequence[NewOrderLine]
    country: str | None = None
    customer_name: str = ""
    tax: Decimal = Decimal(0)
    priority: int = DEFAULT_PRIORITY
    accepted_at: datetime | None = None
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class AcceptedLine:
    """What was promised at acceptance: the whole line from these warehouses, or nothing."""

    line_id: int
    line_no: int
    reserved: int
    short: int
    warehouse_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AcceptedOrder:
    """The answer to one order, the same each time it is asked with the same key."""

    order_id: int
    key: str
    lines: tuple[AcceptedLine, ...]
    replayed: bool

    @property
    def stocked_out(self) -> bool:
        """Whether any line could not be promised in full."""
        return any(line.short for line in self.lines)


@dataclass(frozen=True, slots=True)
class NewCancel:
    """Cancel what is not yet shipped of an order."""

    key: str
    order_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """How many units were cancelled; of them `released` had been promised."""

    key: str
    order_id: int
    units: int
    released: int
    replayed: bool


def check_orders(orders: Sequence[NewOrder], now: datetime) -> None:
    """Refuse what is malformed before anything is touched."""
    as_utc(now)
    if len(orders) > MOST_ORDERS:
        raise Invalid("too_many_at_once", most=MOST_ORDERS)
    if len({order.key for order in orders}) < len(orders):
        raise Invalid("key_twice")
    for order in orders:
        _check_order(order, now)


def _check_order(order: NewOrder, now: datetime) -> None:
    check_key(order.key)
    if not order.external_id or len(order.external_id) > 120:
        raise Invalid("external_id_length", key=order.key, most=120)
    check_currency(order.currency)
    as_utc(order.placed_at)
    if order.accepted_at is not None and as_utc(order.accepted_at) > now:
        raise Invalid("accepted_in_future", key=order.key)
    if not 1 <= len(order.lines) <= MOST_LINES:
        raise Invalid("order_lines_count", key=order.key, most=MOST_LINES)
    if len({line.line_no for line in order.lines}) < len(order.lines):
        raise Invalid("line_number_twice", key=order.key)
    for line in order.lines:
        if type(line.quantity) is not int or not 0 < line.quantity < 2**62:
            raise Invalid("quantity_not_positive", sku_id=line.sku_id, value=str(line.quantity))
        if not line.unit_price.is_finite() or line.unit_price < 0:
            raise Invalid("price_negative", sku_id=line.sku_id, value=str(line.unit_price))
