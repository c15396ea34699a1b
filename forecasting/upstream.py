"""Stock of a hub counts for the warehouses behind it, so that nothing is bought that is there.

A hub is a warehouse that has or expects a SKU and sells none of it. Decides which of its units
stand for which warehouse: where most money is at risk first, and what lies there before what is
still to come. Suggests no transfer and buys nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from forecasting.projection import Arrival
from forecasting.situation import Planned, Situation


@dataclass(slots=True)
class Supply:
    """Units of one SKU at one hub: free from `on_day` on; `document` names them in the trace."""

    warehouse_id: int
    on_day: date
    quantity: int
    document: str


def with_upstream(
    planned: Sequence[Planned],
    supplies: Mapping[int, Sequence[Supply]],
    transit_days: Mapping[tuple[int, int], int],
) -> dict[tuple[int, int], Situation]:
    """Situations to plan again, by SKU and warehouse: those that a hub can help.

    `supplies` by SKU id; each is used up to its quantity, the earliest first.
    """
    again: dict[tuple[int, int], Situation] = {}
    for item in sorted(planned, key=_urgency):
        if item.draft is None:
            continue
        missing = int(item.draft.trace["quantity"]["needed"])
        taken: list[Arrival] = []
        for supply in supplies.get(item.situation.sku_id, ()):
            part = min(missing, supply.quantity)
            if part <= 0:
                continue
            supply.quantity -= part
            missing -= part
            way = transit_days.get((supply.warehouse_id, item.situation.warehouse_id), 0)
            taken.append(Arrival(supply.on_day + timedelta(days=way), part, supply.document))
        if taken:
            key = (item.situation.sku_id, item.situation.warehouse_id)
            again[key] = _helped(item.situation, taken)
    return again


def _urgency(item: Planned) -> tuple[Decimal, int, int]:
    risk = item.draft.value_at_risk_base if item.draft is not None else None
    return -(risk or Decimal(0)), item.situation.sku_id, item.situation.warehouse_id


def _helped(situation: Situation, taken: Sequence[Arrival]) -> Situation:
    units = sum(arrival.quantity for arrival in taken)
    stock = situation.stock
    return replace(
        situation,
        inbound=(*situation.inbound, *taken),
        stock=replace(
            stock,
            upstream=stock.upstream + units,
            inventory_position=stock.inventory_position + units,
        ),
    )
