"""What purchases of this review counted on: units that were to be sent to the same site.

A purchase is made smaller by what lies elsewhere for its site. Until that is sent it must stay on
the list, though the site looks well supplied once the purchase is approved. Decides how long an
approved purchase keeps it there: until the next review, or until as much was sent that way since.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from inventory_core.db.engine import Reading


@dataclass(frozen=True, slots=True)
class CountedOn:
    """Units of one SKU that a site's approved purchases counted on from one origin by one way."""

    from_warehouse_id: int
    ship_method: str
    quantity: int


# A transfer approved in the same moment as the purchase has fulfilled it; one that was there before
# the revision was written was counted as on its way.
_COUNTED = text("""
    WITH bought AS (
        SELECT l.sku_id, p.warehouse_id, r.recorded_at, s.from_warehouse_id, s.ship_method,
            s.quantity
        FROM purchase_order p
        JOIN purchase_order_line l ON l.purchase_order_id = p.id
        JOIN approval v ON v.subject_kind = 'suggestion' AND v.subject_id = l.suggestion_id
            AND v.state = 'approved'
        JOIN suggestion_revision r ON r.suggestion_id = v.subject_id
            AND r.revision = v.subject_revision
        LEFT JOIN LATERAL jsonb_to_recordset(r.trace -> 'sends')
            AS s (from_warehouse_id bigint, ship_method text, quantity bigint) ON true
        WHERE p.state IN ('draft', 'sent', 'confirmed') AND l.received + l.cancelled < l.quantity
            AND (v.decided_at AT TIME ZONE (SELECT time_zone FROM company))::date > :since
            AND (CAST(:skus AS bigint[]) IS NULL OR l.sku_id = ANY(CAST(:skus AS bigint[])))
    ), wanted AS (
        SELECT sku_id, warehouse_id, from_warehouse_id, ship_method, sum(quantity) AS quantity,
            min(recorded_at) AS recorded_at
        FROM bought GROUP BY 1, 2, 3, 4
    )
    SELECT w.sku_id, w.warehouse_id, w.from_warehouse_id, w.ship_method,
        coalesce(w.quantity - coalesce(sum(l.quantity), 0), 0)::bigint AS quantity
    FROM wanted w
    LEFT JOIN (transfer_line l JOIN transfer t ON t.id = l.transfer_id AND t.state <> 'cancelled')
        ON l.sku_id = w.sku_id AND t.to_warehouse_id = w.warehouse_id
        AND t.from_warehouse_id = w.from_warehouse_id AND t.ship_method = w.ship_method
        AND t.recorded_at >= w.recorded_at
    GROUP BY 1, 2, 3, 4, w.quantity
    ORDER BY 1, 2, 3, 4
""")


def counted_on(
    conn: Reading, *, since: date, sku_ids: Sequence[int] | None = None
) -> dict[tuple[int, int], list[CountedOn]]:
    """By SKU and site, of purchases approved after `since` that have not come yet; sites whose
    purchase counted on nothing are there with nothing.
    """
    facts = {"since": since, "skus": None if sku_ids is None else list(sku_ids)}
    found: dict[tuple[int, int], list[CountedOn]] = defaultdict(list)
    for row in conn.rows(_COUNTED, facts):
        counted = found[row.sku_id, row.warehouse_id]
        if row.quantity > 0:
            counted.append(CountedOn(row.from_warehouse_id, row.ship_method, row.quantity))
    return dict(found)
