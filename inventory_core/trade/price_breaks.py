"""What an offer's conditions do to a quantity and its price, as pure functions. Knows no table."""

from collections.abc import Sequence
from decimal import Decimal

from inventory_core.errors import Invalid

# From which quantity on, and the unit price that holds from there on.
PriceBreak = tuple[int, Decimal]


def check_price_breaks(prices: Sequence[PriceBreak]) -> list[PriceBreak]:
    """The price breaks in ascending order, each quantity once, prices not negative."""
    ordered = sorted(prices, key=lambda price: price[0])
    if not ordered:
        raise Invalid("price_missing", field="prices")
    quantities = [quantity for quantity, _ in ordered]
    if len(set(quantities)) < len(quantities):
        raise Invalid("price_break_repeated", field="prices")
    if quantities[0] < 1 or any(not p.is_finite() or p < 0 for _, p in ordered):
        raise Invalid("price_break_out_of_range", field="prices")
    return ordered


def unit_price_at(prices: Sequence[PriceBreak], quantity: int) -> Decimal | None:
    """The price of one unit when `quantity` are ordered: that of the highest break reached.

    None below the lowest break: the supplier has named no price for so few.
    """
    reached = [price for price in prices if price[0] <= quantity]
    return max(reached, key=lambda price: price[0])[1] if reached else None


def next_break(prices: Sequence[PriceBreak], quantity: int) -> PriceBreak | None:
    """The nearest break above `quantity` that is cheaper per unit, or None."""
    now = unit_price_at(prices, quantity)
    above = sorted(p for p in prices if p[0] > quantity and (now is None or p[1] < now))
    return above[0] if above else None


def orderable_quantity(needed: int, *, moq: int, order_multiple: int) -> int:
    """The smallest quantity that covers `needed` and that the supplier accepts."""
    if needed <= 0:
        return 0
    wanted = max(needed, moq)
    return -(-wanted // order_multiple) * order_multiple
