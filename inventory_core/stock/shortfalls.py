"""Promises that give way to a physical loss. Decides who gives way; the loss itself is posted.

Least urgent first (highest priority number), then the youngest promise. Each cut is an event and
a shortfall row with remedies, best first; the order line becomes a backorder, its order a
stock-out order. Called only while the level rows concerned are locked.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from inventory_core.db.engine import Writing
from inventory_core.stock.levels import Pair
from inventory_core.stock.posting_plan import Loss

_OPEN = text("""
    SELECT r.sku_id, r.warehouse_id, r.id, r.order_line_id, r.quantity - r.shipped - r.released
    FROM unnest(CAST(:skus AS bigint[]), CAST(:warehouses AS bigint[])) AS g(sku, wh)
    JOIN reservation r ON r.sku_id = g.sku AND r.warehouse_id = g.wh
        AND r.shipped + r.released < r.quantity
    ORDER BY r.priority DESC, r.id DESC
""")
_LOCK_LINES = text("""
    SELECT id FROM sales_order_line WHERE id = ANY(CAST(:lines AS bigint[]))
    ORDER BY id FOR NO KEY UPDATE
""")
_RELEASE = text("""
    UPDATE reservation r SET released = r.released + g.quantity,
        state = CASE WHEN r.shipped + r.released + g.quantity = r.quantity
            THEN 'short' ELSE r.state END
    FROM (SELECT reservation, sum(quantity)::bigint AS quantity
        FROM unnest(CAST(:reservations AS bigint[]), CAST(:quantities AS bigint[]))
            AS u(reservation, quantity) GROUP BY 1) AS g
    WHERE r.id = g.reservation
""")
_EVENTS = text("""
    INSERT INTO reservation_event (reservation_id, operation_id, to_state, quantity, occurred_at)
    SELECT g.reservation, g.operation, 'short', g.quantity, g.at
    FROM unnest(CAST(:reservations AS bigint[]), CAST(:operations AS bigint[]),
        CAST(:quantities AS bigint[]), CAST(:times AS timestamptz[]))
        AS g(reservation, operation, quantity, at)
""")
_BACKORDER = text("""
    WITH cut AS (
        SELECT line, sum(quantity)::bigint AS quantity
        FROM unnest(CAST(:lines AS bigint[]), CAST(:quantities AS bigint[])) AS u(line, quantity)
        WHERE line IS NOT NULL GROUP BY line
    ), changed AS (
        UPDATE sales_order_line l SET backordered = l.backordered + cut.quantity
        FROM cut WHERE l.id = cut.line RETURNING l.order_id
    )
    UPDATE sales_order o SET stocked_out = true
    WHERE NOT o.stocked_out AND o.id IN (SELECT order_id FROM changed)
""")
_SHORTFALLS = text("""
    INSERT INTO shortfall (operation_id, reservation_id, sku_id, warehouse_id, quantity, remedies)
    SELECT g.operation, g.reservation, r.sku_id, r.warehouse_id, g.quantity,
        coalesce((
            SELECT jsonb_agg(jsonb_build_object('remedy', 'other_warehouse', 'warehouse_id',
                l.warehouse_id, 'available', l.on_hand - l.reserved - l.held)
                ORDER BY l.on_hand - l.reserved - l.held DESC)
            FROM stock_level l WHERE l.sku_id = r.sku_id AND l.warehouse_id <> r.warehouse_id
                AND l.on_hand - l.reserved - l.held >= g.quantity), '[]'::jsonb)
        || coalesce((
            SELECT jsonb_build_array(jsonb_build_object('remedy', 'wait_for_inbound',
                'expected_on', min(coalesce(pl.expected_on, p.expected_on))))
            FROM purchase_order_line pl JOIN purchase_order p ON p.id = pl.purchase_order_id
            WHERE pl.sku_id = r.sku_id AND p.warehouse_id = r.warehouse_id
                AND p.state IN ('sent', 'confirmed')
                AND pl.received + pl.cancelled < pl.quantity
            HAVING count(*) > 0), '[]'::jsonb)
        || '[{"remedy": "cancel"}]'::jsonb
    FROM unnest(CAST(:reservations AS bigint[]), CAST(:operations AS bigint[]),
        CAST(:quantities AS bigint[])) AS g(reservation, operation, quantity)
    JOIN reservation r ON r.id = g.reservation
""")


@dataclass(frozen=True, slots=True)
class Cut:
    """Units that one promise loses."""

    reservation_id: int
    order_line_id: int | None
    operation_id: int
    quantity: int
    occurred_at: datetime


@dataclass(slots=True)
class Promise:
    """An open reservation, as a working copy."""

    reservation_id: int
    order_line_id: int | None
    open: int


def give_way(tx: Writing, losses: Sequence[Loss]) -> None:
    """Take the lost units out of the promises made on them. Levels are lowered by the caller."""
    if not losses:
        return
    pairs = sorted({loss.pair for loss in losses})
    promises: dict[Pair, list[Promise]] = defaultdict(list)
    for sku_id, warehouse_id, *promise in tx.rows(
        _OPEN, {"skus": [pair[0] for pair in pairs], "warehouses": [pair[1] for pair in pairs]}
    ):
        promises[sku_id, warehouse_id].append(Promise(*promise))
    cuts = choose_cuts(losses, promises)
    columns = {
        "reservations": [cut.reservation_id for cut in cuts],
        "operations": [cut.operation_id for cut in cuts],
        "quantities": [cut.quantity for cut in cuts],
        "times": [cut.occurred_at for cut in cuts],
        "lines": [cut.order_line_id for cut in cuts],
    }
    for statement in (_LOCK_LINES, _RELEASE, _EVENTS, _BACKORDER, _SHORTFALLS):
        tx.execute(statement, columns)


def choose_cuts(losses: Sequence[Loss], promises: dict[Pair, list[Promise]]) -> list[Cut]:
    """Which promises lose how much; `promises` are in the order in which they give way. Pure."""
    cuts = []
    for loss in losses:
        missing = loss.quantity
        for promise in promises[loss.pair]:
            cut = min(missing, promise.open)
            if cut == 0:
                continue
            promise.open -= cut
            missing -= cut
            cuts.append(
                Cut(
                    promise.reservation_id,
                    promise.order_line_id,
                    loss.operation_id,
                    cut,
                    loss.occurred_at,
                )
            )
        assert missing == 0, "reserved is the sum of open reservations"
    return cuts
