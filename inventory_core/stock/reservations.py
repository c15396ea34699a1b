"""Promises: made, kept or released, each step a new record. Decides no quantity and no warehouse.

The level row of (SKU, warehouse) guards its reservations: whoever changes one holds that lock.
Levels themselves are changed by the caller, together with whatever else moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from inventory_core.db.engine import Reading, Writing
from inventory_core.stock.levels import Pair
from inventory_core.vocabulary import ReservationState


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """What is still promised by one reservation of an order line."""

    reservation_id: int
    order_id: int
    order_line_id: int
    line_no: int
    sku_id: int
    warehouse_id: int
    quantity: int

    @property
    def pair(self) -> Pair:
        """The level row that guards it."""
        return (self.sku_id, self.warehouse_id)


@dataclass(frozen=True, slots=True)
class NewPromise:
    """Units of a warehouse for an order line."""

    order_line_id: int
    pair: Pair
    quantity: int
    priority: int
    operation_id: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Units of a promise that are shipped or released."""

    reservation_id: int
    operation_id: int
    quantity: int
    to_state: ReservationState
    occurred_at: datetime


_OPEN = text("""
    SELECT r.id, l.order_id, l.id, l.line_no, r.sku_id, r.warehouse_id,
        r.quantity - r.shipped - r.released
    FROM sales_order_line l JOIN reservation r ON r.order_line_id = l.id
    WHERE l.order_id = ANY(CAST(:orders AS bigint[])) AND r.shipped + r.released < r.quantity
    ORDER BY l.order_id, l.line_no, r.id
""")
_MAKE = text("""
    WITH g AS (
        SELECT nextval(pg_get_serial_sequence('reservation', 'id')) AS id, u.*
        FROM unnest(CAST(:lines AS bigint[]), CAST(:skus AS bigint[]),
            CAST(:warehouses AS bigint[]), CAST(:quantities AS bigint[]),
            CAST(:priorities AS int[]), CAST(:operations AS bigint[]),
            CAST(:times AS timestamptz[]))
            AS u(line, sku, wh, quantity, priority, operation, at)
    ), made AS (
        INSERT INTO reservation (id, order_line_id, sku_id, warehouse_id, state, priority,
            quantity)
        SELECT g.id, g.line, g.sku, g.wh, 'firm', g.priority, g.quantity FROM g
    )
    INSERT INTO reservation_event (reservation_id, operation_id, to_state, quantity, occurred_at)
    SELECT g.id, g.operation, 'firm', g.quantity, g.at FROM g
""")
_STEP = text("""
    WITH g AS (
        SELECT * FROM unnest(CAST(:reservations AS bigint[]), CAST(:operations AS bigint[]),
            CAST(:quantities AS bigint[]), CAST(:states AS text[]), CAST(:times AS timestamptz[]))
            AS u(reservation, operation, quantity, state, at)
    ), total AS (
        SELECT reservation, coalesce(sum(quantity) FILTER (WHERE state = 'shipped'), 0) AS shipped,
            coalesce(sum(quantity) FILTER (WHERE state <> 'shipped'), 0) AS released,
            max(state) AS state
        FROM g GROUP BY reservation
    ), changed AS (
        UPDATE reservation r SET shipped = r.shipped + t.shipped,
            released = r.released + t.released,
            state = CASE WHEN r.shipped + r.released + t.shipped + t.released = r.quantity
                THEN t.state ELSE r.state END
        FROM total t WHERE r.id = t.reservation
    )
    INSERT INTO reservation_event (reservation_id, operation_id, to_state, quantity, occurred_at)
    SELECT g.reservation, g.operation, g.state, g.quantity, g.at FROM g
""")


def open_promises(conn: Reading, order_ids: Sequence[int]) -> list[OpenPromise]:
    """What is promised to these orders and not yet shipped, by order and line."""
    rows = conn.rows(_OPEN, {"orders": sorted(set(order_ids))})
    return [OpenPromise(*row) for row in rows]


def make_promises(tx: Writing, promises: Sequence[NewPromise]) -> None:
    """Write new firm reservations and their events; the level rows are locked and raised."""
    if promises:
        tx.execute(
            _MAKE,
            {
                "lines": [promise.order_line_id for promise in promises],
                "skus": [promise.pair[0] for promise in promises],
                "warehouses": [promise.pair[1] for promise in promises],
                "quantities": [promise.quantity for promise in promises],
                "priorities": [promise.priority for promise in promises],
                "operations": [promise.operation_id for promise in promises],
                "times": [promise.occurred_at for promise in promises],
            },
        )


def step_promises(tx: Writing, steps: Sequence[Step]) -> None:
    """Move units of promises on to shipped or released; the level rows are locked and lowered."""
    if steps:
        tx.execute(
            _STEP,
            {
                "reservations": [step.reservation_id for step in steps],
                "operations": [step.operation_id for step in steps],
                "quantities": [step.quantity for step in steps],
                "states": [str(step.to_state) for step in steps],
                "times": [step.occurred_at for step in steps],
            },
        )
