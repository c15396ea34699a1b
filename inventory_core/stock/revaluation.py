"""What arrives late for goods that arrived before: freight, duty, credits. Moves no quantity.

An amount belongs to units that entered by one operation. Wherever those units are now, their share
follows them: what is left in a pool takes its share into stock, what was moved on takes it along,
what was sold, scrapped or returned to the supplier takes it to cost of sales. The shares always
sum to the amount.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.db.engine import Writing
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.money import UNIT_COST_PLACES, split_amount
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.claims import answer_replays, claim, read_method
from inventory_core.stock.cost_book import PoolKey, lock_pools
from inventory_core.stock.costing import ZERO
from inventory_core.stock.postings import NewOperation, request_hash
from inventory_core.vocabulary import OperationKind

MOST_MOVES = 100


@dataclass(frozen=True, slots=True)
class LateAmount:
    """An amount in base currency for all units of a SKU that entered by one operation."""

    operation_id: int
    sku_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class NewRevaluation:
    """Late amounts of one act; `charge_id` names the charge that they come from."""

    key: str
    occurred_at: datetime
    amounts: Sequence[LateAmount]
    reason: str = ""
    charge_id: int | None = None
    source_kind: str = ""
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class Revalued:
    """Where the amounts went, in base currency."""

    key: str
    operation_id: int
    to_stock: Decimal
    to_sold: Decimal
    replayed: bool


@dataclass(slots=True)
class _Part:
    """A cost layer and the units of it that are still there."""

    id: int
    pool: PoolKey
    quantity: int
    left: int
    origin_id: int | None
    operation_id: int


@dataclass(frozen=True, slots=True)
class _Share:
    layer_id: int
    pool: PoolKey
    to_stock: Decimal
    to_sold: Decimal


def revalue(tx: Writing, actor: Actor, wanted: Sequence[NewRevaluation]) -> list[Revalued]:
    """Add late amounts to goods that are in the book, once per key; answers in the order asked."""
    require(actor, Permission.STOCK_RECEIVE)
    headers = {item.key: _header(item) for item in wanted}
    if len(headers) < len(wanted):
        raise Invalid("key_twice", key=wanted[0].key)
    if not headers:
        return []
    read_method(tx, list(headers.values()), [])
    hashes = {item.key: request_hash(item) for item in wanted}
    numbers = claim(tx, actor, list(headers.values()), list(hashes.values()))
    known = [header for key, header in headers.items() if key not in numbers]
    answers = _replayed(tx, known, [hashes[header.key] for header in known])
    fresh = [item for item in wanted if item.key in numbers]
    if fresh:
        parts = _locked_parts(tx, {(a.operation_id, a.sku_id) for i in fresh for a in i.amounts})
        for item in fresh:
            shares = [share for late in item.amounts for share in _shares(parts, late)]
            _write(tx, numbers[item.key], item, shares)
            answers[item.key] = Revalued(
                item.key,
                numbers[item.key],
                sum((share.to_stock for share in shares), ZERO),
                sum((share.to_sold for share in shares), ZERO),
                False,
            )
    return [answers[item.key] for item in wanted]


def _header(item: NewRevaluation) -> NewOperation:
    return NewOperation(
        item.key,
        OperationKind.REVALUE,
        item.occurred_at,
        (),
        item.source_kind,
        item.source_id,
        item.reason,
    )


_TOLD = text("""
SELECT operation_id, sum(value_to_stock) AS to_stock, sum(value_to_sold) AS to_sold
FROM cost_adjustment WHERE operation_id = ANY(CAST(:ids AS bigint[])) GROUP BY operation_id
""")


def _replayed(
    tx: Writing, headers: Sequence[NewOperation], hashes: Sequence[str]
) -> dict[str, Revalued]:
    posted = answer_replays(tx, headers, hashes)
    rows = tx.rows(_TOLD, {"ids": [found.operation_id for found in posted.values()]})
    told = {row.operation_id: (row.to_stock, row.to_sold) for row in rows}
    return {
        key: Revalued(key, p.operation_id, *told.get(p.operation_id, (ZERO, ZERO)), True)
        for key, p in posted.items()
    }


# The layers of these operations and every layer that their units were moved into.
_PARTS = text(f"""
WITH RECURSIVE part AS (
    SELECT l.* FROM unnest(CAST(:operations AS bigint[]), CAST(:skus AS bigint[]))
        AS g(operation_id, sku_id)
    JOIN cost_layer l ON l.operation_id = g.operation_id AND l.sku_id = g.sku_id
    UNION
    SELECT c.* FROM part JOIN cost_layer c ON c.origin_layer_id = part.id
)
SELECT id, cost_pool_id, sku_id, quantity, quantity_left, origin_layer_id, operation_id
FROM part ORDER BY id LIMIT {MOST_MOVES * 10_000}
""")  # noqa: S608


def _locked_parts(tx: Writing, wanted: Collection[tuple[int, int]]) -> list[_Part]:
    """The layers concerned, with their pools locked in order; read again once they are locked."""
    keys = {
        "operations": [operation_id for operation_id, _ in sorted(wanted)],
        "skus": [sku_id for _, sku_id in sorted(wanted)],
    }
    locked: set[PoolKey] = set()
    for _ in range(MOST_MOVES):
        parts = [
            _Part(row.id, (row.cost_pool_id, row.sku_id), *row[3:]) for row in tx.rows(_PARTS, keys)
        ]
        missing = {part.pool for part in parts} - locked
        if not missing:
            return parts
        # Goods may have moved into a new pool while we waited.
        lock_pools(tx, missing, entering=())
        locked |= missing
    raise Conflict("goods_keep_moving")


def _shares(parts: Sequence[_Part], late: LateAmount) -> list[_Share]:
    """Split one amount over the layers of its operation, and on along the way of the goods."""
    moved: Mapping[int | None, list[_Part]] = _by_origin(parts)
    mine = [p for p in parts if p.operation_id == late.operation_id and p.pool[1] == late.sku_id]
    if not mine:
        raise Invalid("nothing_to_revalue", operation_id=late.operation_id, sku_id=late.sku_id)
    found: list[_Share] = []
    open_parts = _split_over(late.amount, mine)
    while open_parts:
        part, amount = open_parts.pop()
        children = moved.get(part.id, [])
        gone = part.quantity - part.left - sum(child.quantity for child in children)
        weights = [part.left, max(gone, 0), *(child.quantity for child in children)]
        to_stock, to_sold, *to_children = _split(amount, weights)
        if to_stock or to_sold:
            found.append(_Share(part.id, part.pool, to_stock, to_sold))
        open_parts += zip(children, to_children, strict=True)
    return found


def _by_origin(parts: Sequence[_Part]) -> Mapping[int | None, list[_Part]]:
    grouped: dict[int | None, list[_Part]] = defaultdict(list)
    for part in parts:
        grouped[part.origin_id].append(part)
    return grouped


def _split_over(amount: Decimal, parts: Sequence[_Part]) -> list[tuple[_Part, Decimal]]:
    return list(zip(parts, _split(amount, [part.quantity for part in parts]), strict=True))


def _split(amount: Decimal, weights: Sequence[int]) -> list[Decimal]:
    return split_amount(amount, weights, places=UNIT_COST_PLACES)


_ADJUST = text("""
INSERT INTO cost_adjustment
    (operation_id, cost_layer_id, charge_id, value_to_stock, value_to_sold, occurred_at)
SELECT :operation_id, s.layer_id, :charge_id, s.to_stock, s.to_sold, :occurred_at
FROM unnest(CAST(:layers AS bigint[]), CAST(:to_stock AS numeric[]), CAST(:to_sold AS numeric[]))
    AS s(layer_id, to_stock, to_sold)
""")
_RAISE_LAYERS = text("""
UPDATE cost_layer l SET value_left = l.value_left + s.to_stock
FROM unnest(CAST(:layers AS bigint[]), CAST(:to_stock AS numeric[])) AS s(layer_id, to_stock)
WHERE l.id = s.layer_id AND s.to_stock <> 0 AND l.value_left + s.to_stock >= 0
RETURNING l.id
""")
_RAISE_TOTALS = text("""
UPDATE cost_pool_total t SET value = t.value + s.to_stock
FROM (SELECT pool, sku, sum(to_stock) AS to_stock
    FROM unnest(CAST(:pools AS bigint[]), CAST(:skus AS bigint[]), CAST(:to_stock AS numeric[]))
        AS g(pool, sku, to_stock) GROUP BY pool, sku HAVING sum(to_stock) <> 0) AS s
WHERE t.cost_pool_id = s.pool AND t.sku_id = s.sku AND t.value + s.to_stock >= 0
RETURNING t.sku_id
""")


def _write(tx: Writing, number: int, item: NewRevaluation, shares: Sequence[_Share]) -> None:
    merged: dict[tuple[int, PoolKey], list[Decimal]] = {}
    for share in shares:
        sums = merged.setdefault((share.layer_id, share.pool), [ZERO, ZERO])
        sums[0] += share.to_stock
        sums[1] += share.to_sold
    columns: dict[str, Any] = {
        "layers": [layer_id for layer_id, _ in merged],
        "to_stock": [sums[0] for sums in merged.values()],
        "to_sold": [sums[1] for sums in merged.values()],
    }
    header = {
        "operation_id": number,
        "charge_id": item.charge_id,
        "occurred_at": item.occurred_at,
    }
    tx.execute(_ADJUST, columns | header)
    raised = {key: sums[0] for key, sums in merged.items() if sums[0]}
    if not raised:
        return
    layers = [layer_id for layer_id, _ in raised]
    amounts = list(raised.values())
    done = tx.rows(_RAISE_LAYERS, {"layers": layers, "to_stock": amounts})
    pools = [pool for _, pool in raised]
    pool_columns = {"pools": [p[0] for p in pools], "skus": [p[1] for p in pools]}
    totals = tx.rows(_RAISE_TOTALS, {**pool_columns, "to_stock": amounts})
    changed: dict[PoolKey, Decimal] = defaultdict(lambda: ZERO)
    for pool, amount in zip(pools, amounts, strict=True):
        changed[pool] += amount
    if len(done) < len(layers) or len(totals) < sum(1 for a in changed.values() if a):
        raise Refused("credit_exceeds_value", key=item.key)
