"""What lies where and when it last sold, for planning what to do with too much of it. Reads only.

Decides nothing: which stock is too much, and what to do, is said by forecasting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.insight.stock_lists import position_page
from inventory_core.vocabulary import LocationKind

MOST_PAIRS = 200_000
_LAST_SOLD = text("""
    SELECT p.sku_id, p.warehouse_id, greatest(
               (SELECT max((m.occurred_at AT TIME ZONE c.time_zone)::date)
                  FROM movement m JOIN location f ON f.id = m.from_location_id
                 WHERE m.sku_id = p.sku_id AND f.warehouse_id = p.warehouse_id
                   AND m.to_location_id = :customer),
               (SELECT max(s.sold_on) FROM sales_line s
                 WHERE s.sku_id = p.sku_id AND s.treatment = 'accepted' AND s.quantity > s.cancelled
                   AND coalesce(s.warehouse_id, p.warehouse_id) = p.warehouse_id)) AS sold_on
      FROM unnest(CAST(:skus AS bigint[]), CAST(:places AS bigint[])) AS p (sku_id, warehouse_id)
     CROSS JOIN company c
""")


@dataclass(frozen=True, slots=True)
class Lying:
    """Units of a SKU at a warehouse that can be sold, and what one cost; `coming` are on the way.

    `leaving` are to go to other sites, and no longer among the available. `unit_cost` at ledger
    cost, base currency.
    """

    sku_id: int
    warehouse_id: int
    sku: str
    name: str
    warehouse: str
    available: int
    coming: int
    unit_cost: Decimal
    leaving: int = 0


def lying_stock(conn: Reading) -> list[Lying]:
    """Every SKU and warehouse with units that nobody waits for."""
    everything = {
        "skus": None, "warehouses": None, "find": "", "show": "", "after_key": "",
        "after_place": 0, "after_id": 0, "most": MOST_PAIRS,
    }  # fmt: skip
    return [
        Lying(
            sku_id=row.sku_id,
            warehouse_id=row.warehouse_id,
            sku=row.sku,
            name=row.name,
            warehouse=row.warehouse,
            available=row.available - row.backordered - row.planned_out,
            leaving=row.planned_out,
            coming=row.on_order + row.in_transit + row.planned_in,
            unit_cost=(row.value / row.on_hand).quantize(Decimal("0.0001")),
        )
        for row in conn.rows(position_page(), everything)
        if row.available > row.backordered + row.planned_out and row.on_hand > 0
    ]


def last_sold(
    conn: Reading, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], date | None]:
    """The last day on which each SKU left each warehouse for a customer; None: never."""
    facts = {
        "skus": [sku_id for sku_id, _ in pairs],
        "places": [place for _, place in pairs],
        "customer": int(VIRTUAL_LOCATIONS[LocationKind.CUSTOMER]),
    }
    rows = conn.rows(_LAST_SOLD, facts) if pairs else []
    return {(row.sku_id, row.warehouse_id): row.sold_on for row in rows}
