"""The gate of the book: who may post, into which month, and each key once. Moves no stock."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text

from inventory_core.db.engine import Writing
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.places import Place
from inventory_core.stock.posting_plan import touched_pairs
from inventory_core.stock.postings import Line, NewOperation, Posted, request_hash
from inventory_core.vocabulary import CostMethod, OperationKind

_RIGHTS = {
    OperationKind.OPENING: Permission.DATA_IMPORT,
    OperationKind.RECEIPT: Permission.STOCK_RECEIVE,
    OperationKind.RETURN: Permission.STOCK_RECEIVE,
    OperationKind.TRANSFER_OUT: Permission.TRANSFER_EDIT,
    OperationKind.TRANSFER_IN: Permission.TRANSFER_EDIT,
}

_CONTEXT = text("""
    SELECT coalesce((SELECT cost_method FROM company), 'moving_average'),
        (SELECT min(p.month_on) FROM closed_period p, unnest(CAST(:times AS timestamptz[])) AS at
            WHERE p.month_on = date_trunc('month', at AT TIME ZONE
                coalesce((SELECT time_zone FROM company), 'UTC'))::date),
        (SELECT min(sku) FROM unnest(CAST(:skus AS bigint[])) AS sku
            WHERE NOT EXISTS (SELECT FROM sku s WHERE s.id = sku))
""")
_CLAIM = text("""
    INSERT INTO operation (key, request_hash, kind, actor_id, source_kind, source_id, reverses_id,
        reason, occurred_at, import_id)
    SELECT g.key, g.hash, g.kind, :actor, g.source_kind, g.source_id, g.reverses, g.reason, g.at,
        g.import_id
    FROM unnest(CAST(:keys AS text[]), CAST(:hashes AS text[]), CAST(:kinds AS text[]),
        CAST(:source_kinds AS text[]), CAST(:source_ids AS bigint[]), CAST(:reverses AS bigint[]),
        CAST(:reasons AS text[]), CAST(:times AS timestamptz[]), CAST(:imports AS bigint[]))
        AS g(key, hash, kind, source_kind, source_id, reverses, reason, at, import_id)
    ORDER BY g.key ON CONFLICT DO NOTHING RETURNING id, key
""")
_KNOWN = text("""
    SELECT o.key, o.request_hash, o.id, ARRAY(
        SELECT m.value FROM movement m WHERE m.operation_id = o.id ORDER BY m.line_no)
    FROM operation o WHERE o.key = ANY(CAST(:keys AS text[]))
""")


def require_rights(
    actor: Actor, operations: Sequence[NewOperation], places: Mapping[int, Place]
) -> None:
    """Refuse an actor who may not do one of these acts at one of its warehouses."""
    for operation in operations:
        right = _RIGHTS.get(OperationKind(operation.kind), Permission.STOCK_ADJUST)
        if operation.reverses_id is not None:
            right = Permission.STOCK_RECEIVE
        for _, warehouse_id in touched_pairs(operation.lines, places):
            require(actor, right, warehouse_id=warehouse_id)
        require(actor, right)


def read_method(
    tx: Writing, operations: Sequence[NewOperation], lines: Sequence[Line]
) -> CostMethod:
    """The company's cost method, after refusing unknown SKUs and closed months (trap 13)."""
    method, closed, unknown = tx.rows(
        _CONTEXT,
        {
            "times": sorted({operation.occurred_at for operation in operations}),
            "skus": sorted({line.sku_id for line in lines}),
        },
    )[0]
    if unknown is not None:
        raise Invalid("unknown_sku", sku_id=unknown)
    if closed is not None:
        raise Refused("period_closed", month_on=closed)
    return CostMethod(method)


def claim(
    tx: Writing,
    actor: Actor,
    operations: Sequence[NewOperation],
    hashes: Sequence[str] | None = None,
) -> dict[str, int]:
    """Write the headers whose key is new; their numbers by key. Waits for a rival's same key.

    `hashes` are the fingerprints of what was asked, where that is not the operation itself.
    """
    rows = tx.rows(
        _CLAIM,
        {
            "actor": actor.person_id,
            "keys": [operation.key for operation in operations],
            "hashes": list(hashes or map(request_hash, operations)),
            "kinds": [str(operation.kind) for operation in operations],
            "source_kinds": [operation.source_kind for operation in operations],
            "source_ids": [operation.source_id for operation in operations],
            "reverses": [operation.reverses_id for operation in operations],
            "reasons": [operation.reason for operation in operations],
            "times": [operation.occurred_at for operation in operations],
            "imports": [operation.import_id for operation in operations],
        },
    )
    return {row[1]: row[0] for row in rows}


def answer_replays(
    tx: Writing, operations: Sequence[NewOperation], hashes: Sequence[str] | None = None
) -> dict[str, Posted]:
    """Answers of operations whose key was there before: a second read, by a newer snapshot."""
    if not operations:
        return {}
    wanted = hashes or [request_hash(operation) for operation in operations]
    asked = {item.key: hashed for item, hashed in zip(operations, wanted, strict=True)}
    known = known_answers(tx, asked)
    for operation in operations:
        if operation.key not in known:
            # Neither inserted nor known by key: the other unique column is `reverses_id`.
            raise Conflict("already_reversed", operation_id=operation.reverses_id)
    return known


def known_answers(tx: Writing, asked: Mapping[str, str]) -> dict[str, Posted]:
    """Answers of those keys that were posted before; `asked` gives the fingerprint of each."""
    known = {}
    for key, hashed, operation_id, values in tx.rows(_KNOWN, {"keys": list(asked)}):
        if hashed != asked[key]:
            raise Conflict("key_reused", key=key)
        known[key] = Posted(operation_id, key, tuple(values), True)
    return known


def claim_all(
    tx: Writing, actor: Actor, operations: Sequence[NewOperation], hashes: Sequence[str]
) -> tuple[dict[str, int], dict[str, Posted]]:
    """Claim new keys and answer known ones: numbers of the new, answers of the old, by key."""
    numbers = claim(tx, actor, operations, hashes)
    known = [pair for pair in zip(operations, hashes, strict=True) if pair[0].key not in numbers]
    return numbers, answer_replays(tx, [item[0] for item in known], [item[1] for item in known])
