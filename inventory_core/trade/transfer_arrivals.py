"""What of a transfer arrives, and what does not. Decides quantities, losses and where freight goes.

Units come by the lots they left with; what is lost goes to scrap at its cost. The freight stands in
`transfer_freight`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import text

from inventory_core.db.bulk import insert_rows, lock_rows
from inventory_core.db.engine import Writing
from inventory_core.db.schema.office import audit_entry
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.db.schema.supply import transfer as transfer_table
from inventory_core.db.schema.supply import transfer_arrival
from inventory_core.errors import Conflict, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.ledger import post
from inventory_core.stock.postings import (
    Line,
    NewOperation,
    Posted,
    derived_key,
)
from inventory_core.trade.transfer_freight import Load, add_freight
from inventory_core.trade.transfer_records import Transfer, read_transfers
from inventory_core.trade.transfer_requests import Arrived, NewArrival, arrival_hash
from inventory_core.vocabulary import LocationKind, TransferState

_IN_TRANSIT = VIRTUAL_LOCATIONS[LocationKind.IN_TRANSIT]
_SCRAP = VIRTUAL_LOCATIONS[LocationKind.SCRAP]


def arrive_transfers(tx: Writing, actor: Actor, arrivals: Sequence[NewArrival]) -> list[Arrived]:
    """Take in what arrives, each arrival once, all or none; answers in the order asked."""
    require(actor, Permission.TRANSFER_EDIT)
    hashes = {arrival.key: arrival_hash(arrival) for arrival in arrivals}
    if len(hashes) < len(arrivals):
        raise Invalid("key_twice", key=Counter(a.key for a in arrivals).most_common(1)[0][0])
    if not arrivals:
        return []
    found = _locked(tx, actor, [arrival.transfer_id for arrival in arrivals])
    answers = _arrived_before(tx, hashes)
    fresh = [arrival for arrival in arrivals if arrival.key not in answers]
    if fresh:
        loads = _loads(tx, [arrival.transfer_id for arrival in fresh])
        plans = [_plan(arrival, found, loads) for arrival in fresh]
        all_posted = post(tx, actor, [operation for plan in plans for operation in plan[0]])
        by_key = {op.key: op for op in all_posted}
        posted = [by_key[plan[0][0].key] for plan in plans]
        _write(tx, fresh, posted, hashes)
        _progress(tx, fresh, [plan[1] for plan in plans], found)
        add_freight(tx, actor, fresh, found, loads)
        _audit(tx, actor, fresh, posted)
        for arrival, op in zip(fresh, posted, strict=True):
            answers[arrival.key] = Arrived(arrival.key, arrival.transfer_id, op.operation_id, False)
    return [answers[arrival.key] for arrival in arrivals]


def _locked(tx: Writing, actor: Actor, transfer_ids: Sequence[int]) -> dict[int, Transfer]:
    missing = set(transfer_ids) - set(lock_rows(tx, transfer_table, transfer_ids))
    if missing:
        raise NotFound("record_missing", kind="transfer", id=min(missing))
    found = {item.id: item for item in read_transfers(tx, transfer_ids)}
    for item in found.values():
        require(actor, Permission.TRANSFER_EDIT, warehouse_id=item.to_warehouse_id)
    return found


def _arrived_before(tx: Writing, hashes: Mapping[str, str]) -> dict[str, Arrived]:
    found = {}
    for row in tx.rows(_BEFORE, {"keys": list(hashes)}):
        if row.request_hash != hashes[row.key]:
            raise Conflict("key_reused", key=row.key)
        found[row.key] = Arrived(row.key, row.transfer_id, row.operation_id, True)
    return found


def _loads(tx: Writing, transfer_ids: Sequence[int]) -> dict[int, Load]:
    loads: dict[int, Load] = {}
    for row in tx.rows(_ON_THE_WAY, {"ids": sorted(set(transfer_ids)), "transit": _IN_TRANSIT}):
        load = loads.setdefault(row.transfer_id, Load(row.departure_id, defaultdict(dict), {}))
        load.left[row.sku_id][row.lot_id] = row.units
        known = load.value_by_sku.get(row.sku_id, Decimal(0))
        load.value_by_sku[row.sku_id] = known + row.value
    return loads


def _plan(
    arrival: NewArrival, found: Mapping[int, Transfer], loads: Mapping[int, Load]
) -> tuple[list[NewOperation], dict[int, tuple[int, int]]]:
    """The operations of an arrival, and by SKU how many units (came, are lost).

    A loss is an operation of its own, so that what an arrival takes over from the departure is
    exactly what it brings.
    """
    item = found[arrival.transfer_id]
    load = loads.get(arrival.transfer_id)
    if item.state is not TransferState.SHIPPED or load is None:
        raise Refused("transfer_not_under_way", number=item.number, state=item.state.value)
    came = _came(arrival, load)
    arriving: list[Line] = []
    losing: list[Line] = []
    told: dict[int, tuple[int, int]] = {}
    for sku_id in sorted({*came, *arrival.lost}):
        arrived, lost = came.get(sku_id, 0), arrival.lost.get(sku_id, 0)
        left = sum(load.left.get(sku_id, {}).values())
        if arrived + lost > left:
            raise Refused(
                "more_than_in_transit", number=item.number, sku=_code(item, sku_id), in_transit=left
            )
        losing += _moves(load, sku_id, lost, _SCRAP)
        arriving += _moves(load, sku_id, arrived, item.to_warehouse_id)
        told[sku_id] = (arrived, lost)
    operations = [
        NewOperation(
            derived_key(purpose, arrival.key),
            "transfer_in",
            arrival.arrived_at,
            movements,
            source_kind="transfer",
            source_id=arrival.transfer_id,
            reason=reason,
        )
        for purpose, movements, reason in (
            ("arrival", arriving, ""),
            ("arrival lost", losing, "lost on the way"),
        )
        if movements
    ]
    if not operations:
        raise Invalid("arrival_without_units", key=arrival.key)
    return operations, told


def _code(item: Transfer, sku_id: int) -> str:
    return next((line.sku_code for line in item.lines if line.sku_id == sku_id), str(sku_id))


def _came(arrival: NewArrival, load: Load) -> dict[int, int]:
    if arrival.lines is not None:
        came: dict[int, int] = defaultdict(int)
        for sku_id, quantity in arrival.lines:
            came[sku_id] += quantity
        return dict(came)
    return {
        sku_id: max(sum(lots.values()) - arrival.lost.get(sku_id, 0), 0)
        for sku_id, lots in load.left.items()
    }


def _moves(load: Load, sku_id: int, units: int, to_location_id: int) -> list[Line]:
    """Lines for `units` out of the lots on the way, which shrink."""
    lines = []
    for lot_id, left in sorted(load.left.get(sku_id, {}).items()):
        taken = min(units, left)
        if taken:
            lines.append(
                Line(
                    sku_id,
                    _IN_TRANSIT,
                    to_location_id,
                    taken,
                    lot_id=lot_id,
                    from_operation_id=load.departure_id,
                )
            )
            load.left[sku_id][lot_id] = left - taken
            units -= taken
    return lines


def _write(
    tx: Writing, arrivals: Sequence[NewArrival], posted: Sequence[Posted], hashes: Mapping[str, str]
) -> None:
    rows = [
        {
            "key": arrival.key,
            "request_hash": hashes[arrival.key],
            "transfer_id": arrival.transfer_id,
            "operation_id": op.operation_id,
            "arrived_at": arrival.arrived_at,
        }
        for arrival, op in zip(arrivals, posted, strict=True)
    ]
    insert_rows(tx, transfer_arrival, rows)


def _progress(
    tx: Writing,
    arrivals: Sequence[NewArrival],
    told: Sequence[Mapping[int, tuple[int, int]]],
    found: Mapping[int, Transfer],
) -> None:
    lines = {(item.id, line.sku_id): line.id for item in found.values() for line in item.lines}
    changes = [
        (lines[arrival.transfer_id, sku_id], arrived, lost)
        for arrival, counts in zip(arrivals, told, strict=True)
        for sku_id, (arrived, lost) in counts.items()
    ]
    tx.execute(
        _RAISE_LINES,
        {
            "ids": [change[0] for change in changes],
            "arrived": [change[1] for change in changes],
            "lost": [change[2] for change in changes],
        },
    )
    tx.execute(
        _ARRIVE,
        {
            "ids": [arrival.transfer_id for arrival in arrivals],
            "times": [arrival.arrived_at for arrival in arrivals],
        },
    )


def _audit(
    tx: Writing, actor: Actor, arrivals: Sequence[NewArrival], posted: Sequence[Posted]
) -> None:
    rows = [
        {
            "person_id": actor.person_id,
            "act": "transfer_arrived",
            "subject_kind": "transfer",
            "subject_id": str(arrival.transfer_id),
            "details": {"operation_id": op.operation_id, "lost": sum(arrival.lost.values())},
        }
        for arrival, op in zip(arrivals, posted, strict=True)
    ]
    insert_rows(tx, audit_entry, rows)


_BEFORE = text("""
SELECT key, request_hash, transfer_id, operation_id FROM transfer_arrival
WHERE key = ANY(CAST(:keys AS text[]))
""")
# Out minus in by transfer, SKU and lot; the value is what left, for the split of the freight.
_ON_THE_WAY = text("""
SELECT o.source_id AS transfer_id, max(o.id) FILTER (WHERE o.kind = 'transfer_out') AS departure_id,
    m.sku_id, m.lot_id,
    sum(CASE WHEN m.to_location_id = :transit THEN m.quantity ELSE -m.quantity END)::bigint
        AS units,
    coalesce(sum(m.value) FILTER (WHERE m.to_location_id = :transit), 0) AS value
FROM operation o JOIN movement m ON m.operation_id = o.id
WHERE o.source_kind = 'transfer' AND o.source_id = ANY(CAST(:ids AS bigint[]))
    AND o.kind IN ('transfer_out', 'transfer_in')
GROUP BY o.source_id, m.sku_id, m.lot_id ORDER BY o.source_id, m.sku_id, m.lot_id
""")
_RAISE_LINES = text("""
UPDATE transfer_line l SET arrived = l.arrived + g.arrived, lost = l.lost + g.lost
FROM (SELECT id, sum(arrived)::bigint AS arrived, sum(lost)::bigint AS lost
    FROM unnest(CAST(:ids AS bigint[]), CAST(:arrived AS bigint[]), CAST(:lost AS bigint[]))
        AS u(id, arrived, lost) GROUP BY id) AS g
WHERE l.id = g.id
""")
_ARRIVE = text("""
UPDATE transfer t SET version = t.version + 1,
    state = CASE WHEN done.all_of_it THEN 'arrived' ELSE t.state END,
    arrived_at = CASE WHEN done.all_of_it THEN g.arrived_at END
FROM (SELECT id, max(at) AS arrived_at FROM unnest(CAST(:ids AS bigint[]),
        CAST(:times AS timestamptz[])) AS u(id, at) GROUP BY id) AS g,
    LATERAL (SELECT bool_and(l.arrived + l.lost = l.shipped) AS all_of_it FROM transfer_line l
        WHERE l.transfer_id = g.id) AS done
WHERE t.id = g.id
""")
