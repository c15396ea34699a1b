"""What is asked when goods come in: receipts, their lines, charges. Decides shapes, no values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from inventory_core.trade.receipt_lots import NewLot


@dataclass(frozen=True, slots=True)
class NewCharge:
    """What was paid beside the goods; a supplier's credit is a negative amount."""

    kind: str
    amount: Decimal
    currency: str
    basis: str = "value"


@dataclass(frozen=True, slots=True)
class NewReceiptLine:
    """Units that came for one order line; `damaged` of them cannot be sold."""

    purchase_order_line_id: int
    quantity: int
    damaged: int = 0
    lot: NewLot | None = None


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """One delivery. More than was ordered comes in only where somebody said so (`allow_over`).

    `rest_expected_on` is the supplier's day for what is still open on the lines of this receipt.
    """

    key: str
    purchase_order_id: int
    received_at: datetime
    lines: Sequence[NewReceiptLine]
    charges: Sequence[NewCharge] = ()
    allow_over: bool = False
    rest_expected_on: date | None = None
    note: str = ""
