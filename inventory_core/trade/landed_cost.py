"""What received goods cost on the spot, as pure functions. Decides the split; rates are handed in.

Landed value of a line = quantity x unit price x rate + its share of every charge. A charge is
spread by value, quantity, weight or volume; shares sum to the charge to the last digit (largest
remainder). Values are in the base currency, six places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from inventory_core.errors import Invalid, Refused
from inventory_core.money import UNIT_COST_PLACES, split_amount

BASES = ("value", "quantity", "weight", "volume")
_SMALLEST = Decimal(1).scaleb(-UNIT_COST_PLACES)


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """Received units of one SKU; weight and volume are of one unit."""

    sku: str
    quantity: int
    unit_price: Decimal
    weight_grams: int | None = None
    volume_cm3: int | None = None


@dataclass(frozen=True, slots=True)
class ChargeAmount:
    """A charge in base currency; a credit is negative."""

    amount: Decimal
    basis: str = "value"


@dataclass(frozen=True, slots=True)
class LandedLine:
    """`source_value` in the currency of purchase, `value` landed in base currency."""

    source_value: Decimal
    goods_value: Decimal
    charge_value: Decimal

    @property
    def value(self) -> Decimal:
        """What the line cost on the spot."""
        return self.goods_value + self.charge_value


def land(
    lines: Sequence[GoodsLine], rate: Decimal, charges: Sequence[ChargeAmount]
) -> list[LandedLine]:
    """Landed values of the lines, bought at `rate` units of base currency per unit of theirs."""
    source = [line.quantity * line.unit_price for line in lines]
    goods = [to_base(value, rate) for value in source]
    shares = [Decimal(0)] * len(lines)
    for charge in charges:
        parts = split_charge(charge.amount, charge.basis, lines, goods)
        shares = [share + part for share, part in zip(shares, parts, strict=True)]
    landed = [LandedLine(*facts) for facts in zip(source, goods, shares, strict=True)]
    for line, found in zip(lines, landed, strict=True):
        if found.value < 0:
            raise Refused("credit_exceeds_value", sku=line.sku)
    return landed


def to_base(amount: Decimal, rate: Decimal) -> Decimal:
    """`amount` at `rate`, rounded once to six places."""
    return (amount * rate).quantize(_SMALLEST, ROUND_HALF_UP)


def split_charge(
    amount: Decimal, basis: str, lines: Sequence[GoodsLine], goods: Sequence[Decimal]
) -> list[Decimal]:
    """Shares of a charge per line. Goods that are worth nothing share a charge by quantity."""
    weights: list[Decimal] = [
        _weight(basis, line, value) for line, value in zip(lines, goods, strict=True)
    ]
    if sum(weights) == 0:
        weights = [Decimal(line.quantity) for line in lines]
    return split_amount(amount, weights, places=UNIT_COST_PLACES)


def split_value(value: Decimal, quantities: Sequence[int]) -> list[Decimal]:
    """One line's value over parts of it (good and damaged units), by quantity."""
    return split_amount(value, quantities, places=UNIT_COST_PLACES)


def _weight(basis: str, line: GoodsLine, value: Decimal) -> Decimal:
    if basis == "value":
        return value
    if basis == "quantity":
        return Decimal(line.quantity)
    if basis not in BASES:
        raise Invalid("not_in_list", field="basis", value=basis)
    each = line.weight_grams if basis == "weight" else line.volume_cm3
    if each is None:
        # A guess would move money from one SKU to another without anybody noticing.
        raise Refused("weight_missing" if basis == "weight" else "volume_missing", sku=line.sku)
    return Decimal(each * line.quantity)
