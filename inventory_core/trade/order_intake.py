"""Accept orders once and promise stock to them. Decides candidates; the take itself is one call.

The sale has happened, so an order is never refused for lack of stock: a line that cannot be served
whole is recorded short and becomes a backorder, since the stock-out rate cannot be rebuilt later.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from inventory_core.clock import as_utc
from inventory_core.db.engine import Reading, Writing
from inventory_core.errors import Conflict
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.allocation import candidates
from inventory_core.stock.postings import request_hash
from inventory_core.trade.order_options import read_options
from inventory_core.trade.order_records import (
    AcceptedLine,
    AcceptedOrder,
    NewOrder,
    NewOrderLine,
    check_orders,
)

# By the driver's own placeholders: this is the hot path, one round trip for the whole batch.
_ACCEPT = (
    "SELECT line, order_id, line_id, reserved, warehouse_ids FROM yiben_accept_orders(%s::bigint,"
    " %s::text[], %s::text[], %s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[],"
    " %s::text[], %s::numeric[], %s::text[], %s::int[], %s::text[], %s::bigint[],"
    " %s::int[], %s::int[], %s::bigint[], %s::bigint[], %s::numeric[],"
    " %s::numeric[], %s::numeric[], %s::bigint[], %s::text[],"
    " %s::int[], %s::int[], %s::int[], %s::bigint[], %s::bigint[])"
)
_KNOWN = text("""
    SELECT o.key, o.id, p.request_hash, l.id, l.line_no, l.quantity, l.short_at_acceptance, ARRAY(
        SELECT r.warehouse_id FROM reservation r
        JOIN reservation_event e ON e.reservation_id = r.id AND e.operation_id = p.id
        WHERE r.order_line_id = l.id AND e.to_state = 'firm' ORDER BY r.id)
    FROM sales_order o
    JOIN operation p ON p.key = 'order/' || o.id || '/accept'
    JOIN sales_order_line l ON l.order_id = o.id
    WHERE o.key = ANY(CAST(:keys AS text[])) ORDER BY o.id, l.line_no
""")


def accept_orders(
    tx: Writing, actor: Actor, orders: Sequence[NewOrder], *, now: datetime
) -> list[AcceptedOrder]:
    """Accept each order once; answers in the order asked, lines by line number.

    Stock is promised in the order given, each line whole or not at all, so an order too big for
    the stock does not block the next. The same key with another request, or an external id that
    another key has brought, is a Conflict.
    """
    require(actor, Permission.ORDER_EDIT)
    if not orders:
        return []
    check_orders(orders, now)
    if len(orders) == 1:
        return _accept(tx, actor, orders, now)
    # A savepoint, so that a caller who lives on after a Conflict keeps none of the batch.
    with tx.connection.begin_nested():
        return _accept(tx, actor, orders, now)


def _accept(
    tx: Writing, actor: Actor, orders: Sequence[NewOrder], now: datetime
) -> list[AcceptedOrder]:
    lines = [(n, order, line) for n, order in enumerate(orders, 1) for line in order.lines]
    hashes = [request_hash(order) for order in orders]
    columns = (
        actor.person_id,
        [order.key for order in orders],
        hashes,
        *_order_columns(orders, as_utc(now)),
        *_line_columns(lines),
        *_candidate_columns(tx, lines),
    )
    found: dict[int, tuple[int, list[AcceptedLine]]] = {}
    for position, order_id, line_id, reserved, warehouses in tx.connection.exec_driver_sql(
        _ACCEPT, columns
    ):
        n, _, line = lines[position - 1]
        answer = AcceptedLine(
            line_id, line.line_no, reserved, line.quantity - reserved, tuple(warehouses)
        )
        found.setdefault(n, (order_id, []))[1].append(answer)
    answers = {
        orders[n - 1].key: AcceptedOrder(
            order_id,
            orders[n - 1].key,
            tuple(sorted(accepted, key=lambda line: line.line_no)),
            False,
        )
        for n, (order_id, accepted) in found.items()
    }
    if len(answers) < len(orders):
        before = [item for item in zip(orders, hashes, strict=True) if item[0].key not in answers]
        answers |= _replays(tx, before)
    return [answers[order.key] for order in orders]


def _order_columns(orders: Sequence[NewOrder], now: datetime) -> tuple[list[object], ...]:
    return (
        [order.account_id for order in orders],
        [order.external_id for order in orders],
        [order.placed_at for order in orders],
        [order.accepted_at or now for order in orders],
        [order.currency.strip().upper() for order in orders],
        [order.tax for order in orders],
        [order.country for order in orders],
        [order.priority for order in orders],
        [order.customer_name for order in orders],
        [order.import_id for order in orders],
    )


def _line_columns(
    lines: Sequence[tuple[int, NewOrder, NewOrderLine]],
) -> tuple[list[object], ...]:
    return (
        [n for n, _, _ in lines],
        [line.line_no for _, _, line in lines],
        [line.sku_id for _, _, line in lines],
        [line.quantity for _, _, line in lines],
        [line.unit_price for _, _, line in lines],
        [line.discount for _, _, line in lines],
        [line.tax for _, _, line in lines],
        [line.listing_id for _, _, line in lines],
        [line.external_id for _, _, line in lines],
    )


def _candidate_columns(
    conn: Reading, lines: Sequence[tuple[int, NewOrder, NewOrderLine]]
) -> tuple[list[int], ...]:
    """Per line the slice of its candidates, and the pairs to lock, sorted; positions from 1."""
    demands = [(order.account_id, line.listing_id or 0, line.sku_id) for _, order, line in lines]
    options = read_options(conn, demands)
    chosen = [candidates(options.get(demand, [])) for demand in demands]
    pairs = sorted(
        {
            (demand[2], warehouse)
            for demand, warehouses in zip(demands, chosen, strict=True)
            for warehouse in warehouses
        }
    )
    position = {pair: n for n, pair in enumerate(pairs, start=1)}
    first: list[int] = []
    last: list[int] = []
    flat: list[int] = []
    for demand, warehouses in zip(demands, chosen, strict=True):
        first.append(len(flat) + 1)
        flat += [position[demand[2], warehouse] for warehouse in warehouses]
        last.append(len(flat))
    return first, last, flat, [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _replays(conn: Reading, orders: Sequence[tuple[NewOrder, str]]) -> dict[str, AcceptedOrder]:
    """Answers of orders that were there before: a second read, by a newer snapshot."""
    known: dict[str, tuple[int, str, list[AcceptedLine]]] = {}
    keys = [order.key for order, _ in orders]
    for key, order_id, hashed, line_id, line_no, quantity, short, warehouses in conn.rows(
        _KNOWN, {"keys": keys}
    ):
        line = AcceptedLine(line_id, line_no, quantity - short, short, tuple(warehouses))
        known.setdefault(key, (order_id, hashed, []))[2].append(line)
    for order, hashed in orders:
        if order.key not in known:
            raise Conflict("order_known_by_other_key", external_id=order.external_id)
        if known[order.key][1] != hashed:
            raise Conflict("key_reused", key=order.key)
    return {
        key: AcceptedOrder(order_id, key, tuple(lines), True)
        for key, (order_id, _, lines) in known.items()
    }
