"""What is there, promised, coming and missing, by SKU and warehouse. Reads only; never decides.

`available` = on_hand - reserved - held. `inventory_position` = on_hand - held + on_order +
transfers on their way or planned - reserved - backordered: every confirmed unit counted once,
whatever its date. A backorder waits at the first warehouse of its account's stock pool.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import text

from inventory_core.db.engine import Reading


@dataclass(frozen=True, slots=True)
class Position:
    """One SKU in one warehouse; `on_order` holds orders not yet received, drafts included."""

    sku_id: int
    warehouse_id: int
    on_hand: int
    reserved: int
    held: int
    available: int
    in_transit: int
    on_order: int
    backordered: int
    inventory_position: int
    planned_in: int = 0
    planned_out: int = 0


@dataclass(frozen=True, slots=True)
class Inbound:
    """Units on their way to a warehouse; `expected_on` by milestones, else as the papers say.

    None where nobody has said. `ordered_on`: of a transfer the day it was approved or entered, or
    left if that was before. `said_on`: what all this says where a plan expects another day.
    """

    sku_id: int
    warehouse_id: int
    expected_on: date | None
    quantity: int
    kind: Literal["purchase", "transfer"]
    document_number: str
    document_id: int
    state: str
    ship_method: str
    ordered_on: date | None = None
    said_on: date | None = None


# A draft is an order that a person has approved and not yet sent: not counting it would have the
# same need ordered twice (trap 45).
INBOUND_ROWS = """
    SELECT l.sku_id, p.warehouse_id,
        coalesce(a.expected_on, l.expected_on, p.expected_on) AS expected_on,
        l.quantity - l.received - l.cancelled AS quantity, 'purchase' AS kind,
        p.number AS document_number, p.id AS document_id, p.state, p.ship_method,
        p.ordered_on
    FROM purchase_order_line l JOIN purchase_order p ON p.id = l.purchase_order_id
    LEFT JOIN arrival_outlook a ON a.purchase_order_id = p.id
    WHERE p.state IN ('draft', 'sent', 'confirmed') AND l.received + l.cancelled < l.quantity
    UNION ALL
    SELECT l.sku_id, t.to_warehouse_id, t.expected_on,
        CASE t.state WHEN 'shipped' THEN l.shipped - l.arrived - l.lost ELSE l.quantity END,
        'transfer', t.number, t.id, t.state, t.ship_method,
        (least(coalesce(v.decided_at, t.recorded_at), t.shipped_at)
            AT TIME ZONE (SELECT time_zone FROM company))::date
    FROM transfer_line l JOIN transfer t ON t.id = l.transfer_id
    LEFT JOIN approval v ON v.id = t.approval_id
    WHERE t.state = 'planned' OR t.state = 'shipped' AND l.arrived + l.lost < l.shipped
"""
_FILTER = """
    (CAST(:skus AS bigint[]) IS NULL OR x.sku_id = ANY(CAST(:skus AS bigint[])))
    AND (CAST(:warehouses AS bigint[]) IS NULL
        OR x.warehouse_id = ANY(CAST(:warehouses AS bigint[])))
"""
POSITION_ROWS = f"""
    WITH coming AS (
        SELECT sku_id, warehouse_id,
            coalesce(sum(quantity) FILTER (WHERE kind = 'purchase'), 0)::bigint AS on_order,
            coalesce(sum(quantity) FILTER (WHERE kind = 'transfer' AND state = 'shipped'), 0)
                ::bigint AS in_transit,
            coalesce(sum(quantity) FILTER (WHERE kind = 'transfer' AND state = 'planned'), 0)
                ::bigint AS planned_in
        FROM ({INBOUND_ROWS}) AS i GROUP BY sku_id, warehouse_id
    ), going AS (
        SELECT l.sku_id, t.from_warehouse_id AS warehouse_id,
            sum(l.quantity - coalesce(r.promised, 0))::bigint AS planned_out
        FROM transfer_line l JOIN transfer t ON t.id = l.transfer_id AND t.state = 'planned'
        LEFT JOIN (SELECT transfer_line_id, sum(quantity - shipped - released)::bigint AS promised
            FROM reservation WHERE transfer_line_id IS NOT NULL GROUP BY 1) AS r
            ON r.transfer_line_id = l.id
        GROUP BY l.sku_id, t.from_warehouse_id
    ), waiting AS (
        SELECT l.sku_id, (
            SELECT w.warehouse_id FROM stock_pool_warehouse w
            WHERE w.stock_pool_id = coalesce(g.stock_pool_id, a.stock_pool_id)
            ORDER BY w.priority, w.warehouse_id LIMIT 1) AS warehouse_id,
            sum(l.backordered)::bigint AS backordered
        FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id
        JOIN channel_account a ON a.id = o.account_id LEFT JOIN listing g ON g.id = l.listing_id
        WHERE l.backordered > 0 GROUP BY 1, 2
    ), x AS (
        SELECT sku_id, warehouse_id, on_hand, reserved, held, in_transit, on_order, backordered,
            planned_in, planned_out
        FROM (SELECT sku_id, warehouse_id, on_hand, reserved, held FROM stock_level) AS l
        FULL JOIN coming USING (sku_id, warehouse_id)
        FULL JOIN going USING (sku_id, warehouse_id)
        FULL JOIN waiting USING (sku_id, warehouse_id)
        WHERE warehouse_id IS NOT NULL
    )
    SELECT x.sku_id, x.warehouse_id, coalesce(x.on_hand, 0) AS on_hand,
        coalesce(x.reserved, 0) AS reserved, coalesce(x.held, 0) AS held,
        coalesce(x.on_hand - x.reserved - x.held, 0) AS available,
        coalesce(x.in_transit, 0) AS in_transit, coalesce(x.on_order, 0) AS on_order,
        coalesce(x.backordered, 0) AS backordered,
        coalesce(x.on_hand - x.held - x.reserved, 0) + coalesce(x.on_order, 0)
            + coalesce(x.in_transit, 0) + coalesce(x.planned_in, 0) - coalesce(x.planned_out, 0)
            - coalesce(x.backordered, 0) AS inventory_position,
        coalesce(x.planned_in, 0) AS planned_in, coalesce(x.planned_out, 0) AS planned_out
    FROM x WHERE {_FILTER} ORDER BY x.sku_id, x.warehouse_id
"""  # noqa: S608

POSITIONS = text(POSITION_ROWS)
_INBOUND = text(
    f"SELECT x.* FROM ({INBOUND_ROWS}) AS x WHERE {_FILTER}"  # noqa: S608
    " ORDER BY x.sku_id, x.warehouse_id, x.expected_on NULLS LAST, x.document_number"
)


def positions(
    conn: Reading,
    sku_ids: Collection[int] | None = None,
    warehouse_ids: Collection[int] | None = None,
) -> list[Position]:
    """Positions of these SKUs in these warehouses (None: all), by SKU and warehouse."""
    return [Position(*row) for row in conn.rows(POSITIONS, _chosen(sku_ids, warehouse_ids))]


def inbound(
    conn: Reading,
    sku_ids: Collection[int] | None = None,
    warehouse_ids: Collection[int] | None = None,
) -> list[Inbound]:
    """What is on its way to these warehouses, soonest first."""
    return [Inbound(*row) for row in conn.rows(_INBOUND, _chosen(sku_ids, warehouse_ids))]


def _chosen(
    sku_ids: Collection[int] | None, warehouse_ids: Collection[int] | None
) -> dict[str, list[int] | None]:
    return {
        "skus": None if sku_ids is None else sorted(set(sku_ids)),
        "warehouses": None if warehouse_ids is None else sorted(set(warehouse_ids)),
    }
