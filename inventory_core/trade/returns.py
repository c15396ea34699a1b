"""Take back what was shipped. Decides grade and value; refunds are recorded, not paid.

Goods come back at the cost they left with, shared exactly over the units shipped, and are not
sellable until graded: the condition is `inspection` unless somebody has looked (trap 7).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text

from inventory_core.clock import as_utc
from inventory_core.db.engine import Writing
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.ledger import Line, NewOperation, Posted, post
from inventory_core.stock.levels import lock_levels
from inventory_core.stock.postings import check_key, derived_key, exact_value
from inventory_core.trade.order_lines import LineChange, LockedLine, change_lines, lock_lines
from inventory_core.vocabulary import NO_LOT, Condition, LocationKind, OperationKind

_CUSTOMER = VIRTUAL_LOCATIONS[LocationKind.CUSTOMER]


@dataclass(frozen=True, slots=True)
class NewReturnLine:
    """Units of one order line that came back; `refund` in the order's currency."""

    order_line_id: int
    quantity: int
    condition: str = Condition.INSPECTION
    refund: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class NewReturn:
    """Goods of one order that arrived at one of our warehouses, any of them."""

    key: str
    order_id: int
    warehouse_id: int
    received_at: datetime
    lines: Sequence[NewReturnLine]


@dataclass(frozen=True, slots=True)
class Returned:
    """The return in the book; `value` in base currency is back in stock."""

    return_id: int
    key: str
    value: Decimal
    replayed: bool


@dataclass(frozen=True, slots=True)
class _Sold:
    """What an order line was shipped at."""

    sku_id: int
    quantity: int
    cost: Decimal
    lot_id: int

    def value_of(self, before: int, quantity: int) -> Decimal:
        """Cost of the next `quantity` units after `before` came back; all parts sum to `cost`."""
        share = exact_value(self.cost * (before + quantity) / self.quantity)
        return share - exact_value(self.cost * before / self.quantity)


_SOLD = text("""
    SELECT s.order_line_id, s.sku_id, sum(s.quantity)::bigint, sum(s.cost_value),
        CASE WHEN count(DISTINCT s.lot_id) = 1 THEN min(s.lot_id) ELSE 0 END
    FROM shipment_line s WHERE s.order_line_id = ANY(CAST(:lines AS bigint[]))
    GROUP BY s.order_line_id, s.sku_id
""")
_KNOWN = text("""
    SELECT r.id, r.key, r.order_id, r.warehouse_id, (
        SELECT jsonb_agg(jsonb_build_array(l.order_line_id, l.quantity) ORDER BY l.line_no)
        FROM sales_return_line l WHERE l.return_id = r.id), (
        SELECT coalesce(sum(m.value), 0) FROM movement m WHERE m.operation_id = r.operation_id)
    FROM sales_return r WHERE r.key = ANY(CAST(:keys AS text[]))
""")
_ADD = text("""
    INSERT INTO sales_return (key, order_id, warehouse_id, operation_id, received_at)
    SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:orders AS bigint[]),
        CAST(:warehouses AS bigint[]), CAST(:operations AS bigint[]),
        CAST(:times AS timestamptz[]))
    RETURNING id, key
""")
_ADD_LINES = text("""
    INSERT INTO sales_return_line (return_id, line_no, order_line_id, lot_id, quantity, condition,
        refund)
    SELECT * FROM unnest(CAST(:returns AS bigint[]), CAST(:numbers AS int[]),
        CAST(:lines AS bigint[]), CAST(:lots AS bigint[]), CAST(:quantities AS bigint[]),
        CAST(:conditions AS text[]), CAST(:refunds AS numeric[]))
""")


def receive_returns(tx: Writing, actor: Actor, returns: Sequence[NewReturn]) -> list[Returned]:
    """Take back each return once, all or none; answers in the order asked."""
    require(actor, Permission.STOCK_RECEIVE)
    if not returns:
        return []
    _check(returns)
    with tx.connection.begin_nested():
        answers = _receive(tx, actor, returns)
    return [answers[one.key] for one in returns]


def _check(returns: Sequence[NewReturn]) -> None:
    if len({one.key for one in returns}) < len(returns):
        raise Invalid("key_twice")
    for one in returns:
        check_key(one.key)
        as_utc(one.received_at)
        if not one.lines:
            raise Invalid("return_without_lines", key=one.key)
        for line in one.lines:
            if type(line.quantity) is not int or line.quantity <= 0:
                raise Invalid("quantity_not_positive", value=str(line.quantity))
            if not line.refund.is_finite() or line.refund < 0:
                raise Invalid("refund_negative", value=str(line.refund))


def _receive(tx: Writing, actor: Actor, returns: Sequence[NewReturn]) -> dict[str, Returned]:
    line_ids = [line.order_line_id for one in returns for line in one.lines]
    sold = {row[0]: _Sold(*row[1:]) for row in tx.rows(_SOLD, {"lines": sorted(set(line_ids))})}
    pairs = {
        (sold[line.order_line_id].sku_id, one.warehouse_id)
        for one in returns
        for line in one.lines
        if line.order_line_id in sold
    }
    lock_levels(tx, pairs, ensure=pairs)
    counters = {line.id: line for line in lock_lines(tx, line_ids=line_ids)}
    answers = _replays(tx, returns)
    returns = [one for one in returns if one.key not in answers]
    if not returns:
        return answers
    back: dict[int, int] = {}
    operations = [_operation(one, sold, counters, back) for one in returns]
    posted = post(tx, actor, operations)
    change_lines(tx, {line: LineChange(returned=back[line]) for line in sorted(back)})
    return answers | _record(tx, returns, posted, sold)


def _operation(
    one: NewReturn,
    sold: Mapping[int, _Sold],
    counters: Mapping[int, LockedLine],
    back: dict[int, int],
) -> NewOperation:
    """The goods on their way back; `back` counts the units of each line in this call."""
    lines = []
    for line in one.lines:
        counter = counters.get(line.order_line_id)
        if counter is None or counter.order_id != one.order_id:
            raise Invalid("line_of_other_order", order_line_id=line.order_line_id)
        before = counter.returned + back.get(line.order_line_id, 0)
        shipped = sold.get(line.order_line_id)
        if shipped is None or before + line.quantity > counter.shipped:
            raise Refused("more_than_shipped", order_line_id=line.order_line_id)
        back[line.order_line_id] = back.get(line.order_line_id, 0) + line.quantity
        lines.append(
            Line(
                shipped.sku_id,
                _CUSTOMER,
                one.warehouse_id,
                line.quantity,
                lot_id=shipped.lot_id or NO_LOT,
                to_condition=line.condition,
                value=shipped.value_of(before, line.quantity),
            )
        )
    return NewOperation(
        derived_key("return", one.key),
        OperationKind.RETURN,
        one.received_at,
        tuple(lines),
        source_kind="sales_order",
        source_id=one.order_id,
    )


def _record(
    tx: Writing,
    returns: Sequence[NewReturn],
    posted: Sequence[Posted],
    sold: Mapping[int, _Sold],
) -> dict[str, Returned]:
    made = tx.rows(
        _ADD,
        {
            "keys": [one.key for one in returns],
            "orders": [one.order_id for one in returns],
            "warehouses": [one.warehouse_id for one in returns],
            "operations": [answer.operation_id for answer in posted],
            "times": [one.received_at for one in returns],
        },
    )
    numbers = {row[1]: row[0] for row in made}
    rows = [(numbers[one.key], n, line) for one in returns for n, line in enumerate(one.lines, 1)]
    tx.execute(
        _ADD_LINES,
        {
            "returns": [row[0] for row in rows],
            "numbers": [row[1] for row in rows],
            "lines": [row[2].order_line_id for row in rows],
            "lots": [sold[row[2].order_line_id].lot_id for row in rows],
            "quantities": [row[2].quantity for row in rows],
            "conditions": [str(row[2].condition) for row in rows],
            "refunds": [row[2].refund for row in rows],
        },
    )
    return {
        one.key: Returned(numbers[one.key], one.key, sum(answer.values, Decimal(0)), False)
        for one, answer in zip(returns, posted, strict=True)
    }


def _replays(tx: Writing, returns: Sequence[NewReturn]) -> dict[str, Returned]:
    asked = {one.key: one for one in returns}
    known = {}
    for number, key, order_id, warehouse_id, lines, value in tx.rows(_KNOWN, {"keys": list(asked)}):
        # The moment is when it is done, not part of what is asked: a retry comes later.
        one = asked[key]
        wanted = [[line.order_line_id, line.quantity] for line in one.lines]
        if (order_id, warehouse_id, lines) != (one.order_id, one.warehouse_id, wanted):
            raise Conflict("key_reused", key=key)
        known[key] = Returned(number, key, value, True)
    return known
