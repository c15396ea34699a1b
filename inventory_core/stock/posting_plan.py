"""What a batch of operations does to levels, bins and cost. Decides; reads and writes nothing.

Operations are played in order on working copies of locked rows, so a later one may use what an
earlier one brought. Physical stock never goes below zero. What a person or an operator says is
physically so (a count, a loss, a hold) takes stock even from promises: the promise gives way, and
the plan names the loss. Everything else is refused where it would break a promise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from inventory_core.errors import Refused
from inventory_core.stock.bins import Bin
from inventory_core.stock.cost_book import PoolKey
from inventory_core.stock.costing import ZERO, Origin, Pool
from inventory_core.stock.levels import Edge, Level, Pair, crossing
from inventory_core.stock.places import Place
from inventory_core.stock.postings import Line, NewOperation, exact_value
from inventory_core.vocabulary import Condition, CostMethod, OperationKind

# Facts about the goods themselves: they win over promises.
PHYSICAL_KINDS = frozenset(
    {OperationKind.ADJUSTMENT, OperationKind.COUNT, OperationKind.HOLD, OperationKind.SCRAP}
)
Claimed = tuple[int, NewOperation]  # (operation_id, what was asked)


@dataclass(frozen=True, slots=True)
class LineValue:
    """What one line is worth at ledger cost, and by moving average."""

    value: Decimal
    average_value: Decimal


@dataclass(frozen=True, slots=True)
class Loss:
    """Promised units that are not there any more."""

    operation_id: int
    pair: Pair
    quantity: int
    occurred_at: datetime


@dataclass(slots=True)
class Book:
    """Working copies of everything the batch touches, and what became of it."""

    places: Mapping[int, Place]
    levels: dict[Pair, Level]
    bins: dict[Bin, int]
    pools: Mapping[PoolKey, Pool]
    method: CostMethod
    values: list[list[LineValue]] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)


def play(book: Book, claimed: Sequence[Claimed], kept: Mapping[str, Mapping[Pair, int]]) -> None:
    """Play the operations on `book` in order; Refused where one cannot be.

    `kept` gives, by operation key, the promised units that the operation fulfils.
    """
    for operation_id, operation in claimed:
        pairs = touched_pairs(operation.lines, book.places)
        before = {pair: book.levels[pair].available for pair in pairs}
        for line in operation.lines:
            _move(book, line)
        for pair, quantity in kept.get(operation.key, {}).items():
            book.levels[pair].reserved -= quantity
        for pair in pairs:
            _settle(book, operation_id, operation, pair)
            book.edges += crossing(
                pair, before[pair], book.levels[pair].available, operation.occurred_at
            )
        _refuse_negative_bins(book, operation.lines)
        book.values.append(
            [
                _value_of(book, operation_id, operation, line_no, line)
                for line_no, line in enumerate(operation.lines, start=1)
            ]
        )


def touched_pairs(lines: Iterable[Line], places: Mapping[int, Place]) -> list[Pair]:
    """The level rows that the lines change, each once."""
    pairs: dict[Pair, None] = {}
    for line in lines:
        for location_id in (line.from_location_id, line.to_location_id):
            warehouse_id = places[location_id].warehouse_id
            if warehouse_id is not None:
                pairs[line.sku_id, warehouse_id] = None
    return list(pairs)


def touched_bins(line: Line, places: Mapping[int, Place]) -> list[tuple[Bin, int]]:
    """The bin rows that the line changes, with the change."""
    ends = (
        (line.from_location_id, line.from_condition, -line.quantity),
        (line.to_location_id, line.to_condition, line.quantity),
    )
    return [
        ((line.sku_id, location_id, line.lot_id, str(condition)), change)
        for location_id, condition, change in ends
        if places[location_id].warehouse_id is not None
    ]


def touched_pools(line: Line, places: Mapping[int, Place]) -> tuple[PoolKey | None, PoolKey | None]:
    """The cost pools that the line leaves and enters."""
    left = places[line.from_location_id].pool_id
    entered = places[line.to_location_id].pool_id
    return (
        None if left is None else (left, line.sku_id),
        None if entered is None else (entered, line.sku_id),
    )


def _move(book: Book, line: Line) -> None:
    for (sku_id, location_id, lot_id, condition), change in touched_bins(line, book.places):
        warehouse_id = book.places[location_id].warehouse_id
        assert warehouse_id is not None
        level = book.levels[sku_id, warehouse_id]
        level.on_hand += change
        if condition != Condition.GOOD:
            level.held += change
        key = (sku_id, location_id, lot_id, condition)
        book.bins[key] = book.bins.get(key, 0) + change


def _value_of(
    book: Book, operation_id: int, operation: NewOperation, line_no: int, line: Line
) -> LineValue:
    left, entered = touched_pools(line, book.places)
    if left == entered:
        # Inside one pool nothing is issued; the figure says what moved, for reports by warehouse.
        value = book.pools[left].average_value(line.quantity) if left else line.value or ZERO
        return LineValue(exact_value(value), exact_value(value))
    if left is None:
        assert entered is not None
        value = _entering_value(book.pools[entered], line)
        origin = Origin(line.source_value, line.currency, line.rate, line.rate_on)
        book.pools[entered].enter(operation_id, operation.occurred_at, line.quantity, value, origin)
        return LineValue(value, value)
    issue = book.pools[left].issue(
        operation_id,
        line_no,
        line.quantity,
        first_of=line.from_operation_id,
        only_of=operation.reverses_id,
        known_value=line.value,
    )
    if entered is not None:
        book.pools[entered].enter_carried(operation_id, issue)
    fifo = book.method is CostMethod.FIFO
    return LineValue(issue.fifo_value if fifo else issue.average_value, issue.average_value)


def _entering_value(pool: Pool, line: Line) -> Decimal:
    if line.value is not None:
        return exact_value(line.value)
    guess = pool.unit_cost_guess()
    if guess is None:
        raise Refused("cost_unknown", sku_id=line.sku_id)
    return exact_value(guess * line.quantity)


def _settle(book: Book, operation_id: int, operation: NewOperation, pair: Pair) -> None:
    level = book.levels[pair]
    shortage = level.reserved + level.held - level.on_hand
    if level.on_hand >= 0 and shortage <= 0:
        return
    gives_way = operation.kind in PHYSICAL_KINDS and shortage <= level.reserved
    if level.on_hand < 0 or not gives_way:
        sku_id, warehouse_id = pair
        raise Refused(
            "not_enough_stock",
            sku_id=sku_id,
            warehouse_id=warehouse_id,
            missing=max(shortage, -level.on_hand),
        )
    level.reserved -= shortage
    book.losses.append(Loss(operation_id, pair, shortage, operation.occurred_at))


def _refuse_negative_bins(book: Book, lines: Iterable[Line]) -> None:
    for line in lines:
        for key, _ in touched_bins(line, book.places):
            if book.bins[key] < 0:
                raise Refused(
                    "not_enough_in_location",
                    sku_id=key[0],
                    location_id=key[1],
                    lot_id=key[2],
                    condition=key[3],
                    missing=-book.bins[key],
                )
