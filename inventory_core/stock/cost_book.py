"""Cost layers and pool totals in the database. Decides their lock order; computes no value.

The total row of (pool, SKU) is the lock of its layers; totals are locked after all levels, in
(pool, SKU) order. Layers and uses of one call are written together.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from inventory_core.db.engine import Writing
from inventory_core.stock.costing import ZERO, Layer, Pool, Use

PoolKey = tuple[int, int]  # (cost_pool_id, sku_id)

_PAIRS = "unnest(CAST(:pools AS bigint[]), CAST(:skus AS bigint[])) AS g(pool, sku)"
_ENSURE = text(f"""
    INSERT INTO cost_pool_total (cost_pool_id, sku_id)
    SELECT * FROM {_PAIRS} ORDER BY 1, 2 ON CONFLICT DO NOTHING
""")  # noqa: S608
_LOCK = text(f"""
    SELECT t.cost_pool_id, t.sku_id, t.quantity, t.value FROM {_PAIRS}
    JOIN cost_pool_total t ON t.cost_pool_id = g.pool AND t.sku_id = g.sku
    ORDER BY t.cost_pool_id, t.sku_id FOR NO KEY UPDATE OF t
""")  # noqa: S608
_LAYERS = text(f"""
    SELECT l.cost_pool_id, l.sku_id, l.id, l.operation_id, l.received_at, l.quantity,
        l.quantity_left, l.value, l.value_left
    FROM {_PAIRS} JOIN cost_layer l ON l.cost_pool_id = g.pool AND l.sku_id = g.sku
        AND l.quantity_left > 0
    ORDER BY l.received_at, l.id
""")  # noqa: S608
_LAST_COST = text(f"""
    SELECT g.pool, g.sku, (
        SELECT l.value / l.quantity FROM cost_layer l WHERE l.sku_id = g.sku
        ORDER BY l.cost_pool_id = g.pool DESC, l.id DESC LIMIT 1)
    FROM {_PAIRS}
""")  # noqa: S608
_NUMBERS = text("""
    SELECT nextval(pg_get_serial_sequence('cost_layer', 'id')) FROM generate_series(1, :count)
""")
_ADD_LAYERS = text("""
    INSERT INTO cost_layer (id, cost_pool_id, sku_id, operation_id, origin_layer_id, received_at,
        quantity, quantity_left, value, value_left, source_value, currency, rate, rate_on)
    SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:pools AS bigint[]), CAST(:skus AS bigint[]),
        CAST(:operations AS bigint[]), CAST(:origins AS bigint[]), CAST(:times AS timestamptz[]),
        CAST(:quantities AS bigint[]), CAST(:left AS bigint[]), CAST(:values AS numeric[]),
        CAST(:values_left AS numeric[]), CAST(:source_values AS numeric[]),
        CAST(:currencies AS text[]), CAST(:rates AS numeric[]), CAST(:rates_on AS date[]))
""")
_ADD_USES = text("""
    INSERT INTO cost_use (cost_layer_id, operation_id, line_no, quantity, value)
    SELECT * FROM unnest(CAST(:layers AS bigint[]), CAST(:operations AS bigint[]),
        CAST(:lines AS int[]), CAST(:quantities AS bigint[]), CAST(:values AS numeric[]))
""")
_LOWER_LAYERS = text("""
    UPDATE cost_layer l SET quantity_left = l.quantity_left - g.quantity,
        value_left = l.value_left - g.value
    FROM (SELECT layer, sum(quantity)::bigint AS quantity, sum(value) AS value
        FROM unnest(CAST(:layers AS bigint[]), CAST(:quantities AS bigint[]),
            CAST(:values AS numeric[])) AS u(layer, quantity, value) GROUP BY layer) AS g
    WHERE l.id = g.layer
""")
_CHANGE_TOTALS = text("""
    UPDATE cost_pool_total t SET quantity = t.quantity + g.quantity, value = t.value + g.value
    FROM unnest(CAST(:pools AS bigint[]), CAST(:skus AS bigint[]), CAST(:quantities AS bigint[]),
        CAST(:values AS numeric[])) AS g(pool, sku, quantity, value)
    WHERE t.cost_pool_id = g.pool AND t.sku_id = g.sku
""")


class CostBook:
    """Working copies of the locked pools of one call, and how they stood when locked."""

    def __init__(self, pools: Mapping[PoolKey, Pool]) -> None:
        self.pools = pools
        self._before = {key: (pool.quantity, pool.value) for key, pool in pools.items()}

    def save(self, tx: Writing) -> None:
        """Write new layers, uses and totals."""
        entered = [(key, layer) for key, pool in self.pools.items() for layer in pool.entered]
        if entered:
            numbers = tx.execute(_NUMBERS, {"count": len(entered)}).scalars().all()
            for number, (_, layer) in zip(numbers, entered, strict=True):
                layer.id = number
            tx.execute(_ADD_LAYERS, _layer_columns(entered))
        uses = [use for pool in self.pools.values() for use in pool.uses]
        if uses:
            _save_uses(tx, uses, {id(layer) for _, layer in entered})
        self._save_totals(tx)

    def _save_totals(self, tx: Writing) -> None:
        changed = {
            key: (pool.quantity - self._before[key][0], pool.value - self._before[key][1])
            for key, pool in sorted(self.pools.items(), key=lambda item: item[0])
        }
        changed = {key: change for key, change in changed.items() if change != (0, ZERO)}
        if changed:
            tx.execute(
                _CHANGE_TOTALS,
                {
                    **_columns(changed),
                    "quantities": [quantity for quantity, _ in changed.values()],
                    "values": [value for _, value in changed.values()],
                },
            )


def lock_pools(
    tx: Writing, keys: Collection[PoolKey], *, entering: Collection[PoolKey]
) -> CostBook:
    """Lock the totals of `keys` in order and read their open layers; `entering` must exist after.

    Call it only while the levels concerned are locked.
    """
    if entering:
        tx.execute(_ENSURE, _columns(sorted(set(entering))))
    columns = _columns(sorted(set(keys)))
    pools = {key: Pool([]) for key in sorted(set(keys))}
    for pool_id, sku_id, quantity, value in tx.rows(_LOCK, columns):
        pools[pool_id, sku_id].quantity = quantity
        pools[pool_id, sku_id].value = value
    for pool_id, sku_id, *layer in tx.rows(_LAYERS, columns):
        pools[pool_id, sku_id].layers.append(Layer(*layer))
    return CostBook(pools)


def learn_last_costs(tx: Writing, book: CostBook, keys: Collection[PoolKey]) -> None:
    """Fill in the last known unit cost of `keys`, for goods that turn up without a price."""
    for pool_id, sku_id, unit_cost in tx.rows(_LAST_COST, _columns(sorted(set(keys)))):
        book.pools[pool_id, sku_id].last_unit_cost = unit_cost


def _save_uses(tx: Writing, uses: Sequence[Use], new: Collection[int]) -> None:
    columns = _use_columns(uses)
    tx.execute(_ADD_USES, columns)
    # A layer made in this call was written with what is left of it.
    older = [use for use in uses if id(use.layer) not in new]
    if older:
        tx.execute(_LOWER_LAYERS, _use_columns(older))


def _use_columns(uses: Sequence[Use]) -> dict[str, list[Any]]:
    return {
        "layers": [use.layer.id for use in uses],
        "operations": [use.operation_id for use in uses],
        "lines": [use.line_no for use in uses],
        "quantities": [use.quantity for use in uses],
        "values": [use.value for use in uses],
    }


def _layer_columns(entered: Sequence[tuple[PoolKey, Layer]]) -> dict[str, list[Any]]:
    layers = [layer for _, layer in entered]
    return {
        **_columns(key for key, _ in entered),
        "ids": [layer.id for layer in layers],
        "operations": [layer.operation_id for layer in layers],
        "origins": [layer.origin_layer.id if layer.origin_layer else None for layer in layers],
        "times": [layer.received_at for layer in layers],
        "quantities": [layer.quantity for layer in layers],
        "left": [layer.quantity_left for layer in layers],
        "values": [layer.value for layer in layers],
        "values_left": [layer.value_left for layer in layers],
        "source_values": [layer.origin.source_value for layer in layers],
        "currencies": [layer.origin.currency for layer in layers],
        "rates": [layer.origin.rate for layer in layers],
        "rates_on": [layer.origin.rate_on for layer in layers],
    }


def _columns(keys: Iterable[PoolKey]) -> dict[str, list[Any]]:
    listed = list(keys)
    return {"pools": [key[0] for key in listed], "skus": [key[1] for key in listed]}
