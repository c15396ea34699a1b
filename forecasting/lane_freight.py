"""What moving one unit of a SKU along a lane between warehouses costs in freight and duty.

Decides by what freight is charged: by the unit, by the kilogram, by the cubic metre; an aircraft
charges the weight or the space, whichever is more. Where a rate needs a weight or a size that
nobody stated, the freight is not known. Chooses no way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory_core.planning.inbound_costs import BY_AIR
from inventory_core.planning.lanes import Lane

# Air carriers count this many cm³ as a kilogram (IATA, volumetric weight).
CM3_A_KILOGRAM = 6000
CM3_A_M3 = 1_000_000
GRAMS_A_KILOGRAM = 1000


@dataclass(frozen=True, slots=True)
class FreightPart:
    """`rate` in base currency per `per` (unit, kilogram, m3); one unit of the SKU is `amount`."""

    per: str
    rate: Decimal
    amount: Decimal

    @property
    def cost(self) -> Decimal:
        """Of one unit."""
        return self.rate * self.amount


def freight_parts(
    lane: Lane, sku: Mapping[str, Any], rate: Decimal
) -> tuple[FreightPart, ...] | None:
    """What the freight of one unit is made of, `rate` base units a unit of the lane's currency;
    None where it is not known.
    """
    if not rate or (lane.unit_freight is None and lane.kg_freight is None):
        return None
    amounts = {
        "unit": (lane.unit_freight, Decimal(1)),
        "kilogram": (lane.kg_freight, _kilograms(lane, sku)),
        "m3": (lane.m3_freight, _of(sku["volume_cm3"], CM3_A_M3)),
    }
    parts = []
    for per, (price, amount) in amounts.items():
        if not price:
            continue
        if amount is None:
            return None
        parts.append(FreightPart(per, price * rate, amount))
    return tuple(parts)


def _kilograms(lane: Lane, sku: Mapping[str, Any]) -> Decimal | None:
    """What is charged as weight. Past transfers were divided by what they weighed."""
    weight = _of(sku["weight_grams"], GRAMS_A_KILOGRAM)
    space = _of(sku["volume_cm3"], CM3_A_KILOGRAM)
    if lane.source != "stated" or lane.ship_method not in BY_AIR or space is None:
        return weight
    return space if weight is None else max(weight, space)


def _of(value: object, divisor: int) -> Decimal | None:
    return Decimal(value) / divisor if isinstance(value, int) and value > 0 else None
