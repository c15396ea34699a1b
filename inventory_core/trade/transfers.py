"""Warehouse to warehouse, through in transit. Decides the steps: planned, shipped, arrived.

Goods keep their cost layers on the way. They leave first expired first out, and arrive in parts,
late or not at all: what is lost goes to scrap. What arrives, and the freight, is in
`transfer_arrivals`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.db.bulk import insert_rows, lock_rows, next_ids
from inventory_core.db.engine import Writing
from inventory_core.db.schema.office import audit_entry
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.db.schema.supply import transfer as transfer_table
from inventory_core.db.schema.supply import transfer_line as line_table
from inventory_core.errors import Conflict, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.allocation import BinContent, pick
from inventory_core.stock.ledger import post
from inventory_core.stock.levels import Pair, lock_levels
from inventory_core.stock.lots import pickable
from inventory_core.stock.postings import Line, NewOperation, derived_key, request_hash
from inventory_core.trade.transfer_arrivals import arrive_transfers
from inventory_core.trade.transfer_records import Transfer, TransferLine, read_transfers
from inventory_core.trade.transfer_requests import Arrived, NewArrival, NewTransfer, check_transfer
from inventory_core.vocabulary import LocationKind, TransferState

__all__ = [
    "Arrived",
    "NewArrival",
    "NewTransfer",
    "Transfer",
    "TransferLine",
    "arrive_transfers",
    "cancel_transfers",
    "create_transfers",
    "ship_transfers",
]

_IN_TRANSIT = VIRTUAL_LOCATIONS[LocationKind.IN_TRANSIT]
# Transfer, key and the moment it left.
Shipping = tuple[int, str, datetime]


def create_transfers(
    tx: Writing, actor: Actor, transfers: Sequence[NewTransfer], *, now: datetime
) -> list[Transfer]:
    """Plan each transfer once, all or none; answers in the order asked. Nothing moves yet."""
    for new in transfers:
        require(actor, Permission.TRANSFER_EDIT, warehouse_id=new.from_warehouse_id)
        check_transfer(new)
    hashes = {new.key: request_hash(new) for new in transfers}
    if len(hashes) < len(transfers):
        raise Invalid("key_twice", key=Counter(n.key for n in transfers).most_common(1)[0][0])
    if not transfers:
        return []
    _refuse_unknown(tx, transfers)
    ordered = sorted(transfers, key=lambda new: new.key)
    ids = next_ids(tx, transfer_table, len(ordered))
    rows = [
        _row(actor, new, new_id, hashes[new.key]) for new, new_id in zip(ordered, ids, strict=True)
    ]
    made = insert_rows(tx, transfer_table, rows, returning=("id", "key"), skip_existing=True)
    fresh = {row.key: row.id for row in made}
    insert_rows(
        tx,
        line_table,
        [row for new in ordered if new.key in fresh for row in _line_rows(fresh[new.key], new)],
    )
    told = {number: {"at": now.isoformat()} for number in fresh.values()}
    _audit(tx, actor, "transfer_created", told)
    known = tx.rows(_KNOWN, {"keys": list(hashes)})
    for row in known:
        if row.request_hash != hashes[row.key]:
            raise Conflict("key_reused", key=row.key)
    found = {item.key: item for item in read_transfers(tx, [row.id for row in known])}
    return [replace(found[new.key], replayed=new.key not in fresh) for new in transfers]


def ship_transfers(tx: Writing, actor: Actor, shippings: Sequence[Shipping]) -> list[Transfer]:
    """Let the goods of planned transfers leave, each once; refused where they are not there."""
    require(actor, Permission.TRANSFER_EDIT)
    if not shippings:
        return []
    found = locked_transfers(tx, [shipping[0] for shipping in shippings])
    for item in found.values():
        require(actor, Permission.TRANSFER_EDIT, warehouse_id=item.from_warehouse_id)
    shipped = _shipped_before(tx, shippings)
    fresh = [shipping for shipping in shippings if shipping[1] not in shipped]
    for transfer_id, _, _ in fresh:
        if found[transfer_id].state is not TransferState.PLANNED:
            raise Refused(
                "transfer_not_planned",
                number=found[transfer_id].number,
                state=found[transfer_id].state.value,
            )
    if fresh:
        post(tx, actor, _departures(tx, fresh, found))
        ids = [shipping[0] for shipping in fresh]
        tx.execute(_SHIP_LINES, {"ids": ids})
        tx.execute(_SHIP, {"ids": ids, "times": [shipping[2] for shipping in fresh]})
        _audit(tx, actor, "transfer_shipped", {i: {"at": at.isoformat()} for i, _, at in fresh})
    after = {item.id: item for item in read_transfers(tx, list(found))}
    return [replace(after[i], replayed=key in shipped) for i, key, _ in shippings]


def cancel_transfers(
    tx: Writing, actor: Actor, transfer_ids: Sequence[int], *, now: datetime
) -> list[Transfer]:
    """Cancel transfers that have not left; cancelled ones stay as they are."""
    require(actor, Permission.TRANSFER_EDIT)
    found = locked_transfers(tx, transfer_ids)
    for item in found.values():
        require(actor, Permission.TRANSFER_EDIT, warehouse_id=item.from_warehouse_id)
        if item.state not in (TransferState.PLANNED, TransferState.CANCELLED):
            raise Refused("transfer_not_planned", number=item.number, state=item.state.value)
    fresh = [item.id for item in found.values() if item.state is TransferState.PLANNED]
    tx.execute(_CANCEL, {"ids": fresh})
    _audit(tx, actor, "transfer_cancelled", {i: {"at": now.isoformat()} for i in fresh})
    return read_transfers(tx, transfer_ids)


def locked_transfers(tx: Writing, transfer_ids: Sequence[int]) -> dict[int, Transfer]:
    """The transfers by id, locked in id order."""
    missing = set(transfer_ids) - set(lock_rows(tx, transfer_table, transfer_ids))
    if missing:
        raise NotFound("record_missing", kind="transfer", id=min(missing))
    return {item.id: item for item in read_transfers(tx, transfer_ids)}


_UNKNOWN = text("""
SELECT (SELECT min(g) FROM unnest(CAST(:warehouses AS bigint[])) AS g WHERE NOT EXISTS
        (SELECT FROM location l WHERE l.id = g AND l.kind = 'warehouse')) AS warehouse,
       (SELECT min(g) FROM unnest(CAST(:skus AS bigint[])) AS g
        WHERE NOT EXISTS (SELECT FROM sku s WHERE s.id = g)) AS sku
""")


def _refuse_unknown(tx: Writing, transfers: Sequence[NewTransfer]) -> None:
    houses = {i for new in transfers for i in (new.from_warehouse_id, new.to_warehouse_id)}
    skus = {sku_id for new in transfers for sku_id, _ in new.lines}
    row = tx.rows(_UNKNOWN, {"warehouses": sorted(houses), "skus": sorted(skus)})[0]
    for kind, missing in row._mapping.items():
        if missing is not None:
            raise NotFound("record_missing", kind=kind, id=missing)


def _row(actor: Actor, new: NewTransfer, new_id: int, digest: str) -> dict[str, Any]:
    return {
        "id": new_id,
        "key": new.key,
        "request_hash": digest,
        "number": f"TR-{new_id:06}",
        "from_warehouse_id": new.from_warehouse_id,
        "to_warehouse_id": new.to_warehouse_id,
        "state": TransferState.PLANNED.value,
        "ship_method": str(new.ship_method),
        "expected_on": new.expected_on,
        "freight": Decimal(new.freight),
        "freight_currency": new.freight_currency,
        "approval_id": new.approval_id,
        "person_id": actor.person_id,
        "note": new.note,
    }


def _line_rows(transfer_id: int, new: NewTransfer) -> list[dict[str, Any]]:
    suggestions = dict(new.suggestion_ids)
    return [
        {
            "transfer_id": transfer_id,
            "line_no": line_no,
            "sku_id": sku_id,
            "quantity": quantity,
            "suggestion_id": suggestions.get(sku_id),
        }
        for line_no, (sku_id, quantity) in enumerate(new.lines, 1)
    ]


def _shipped_before(tx: Writing, shippings: Sequence[Shipping]) -> set[str]:
    """Keys that have shipped their transfer already; another transfer or time: Conflict."""
    by_key = {derived_key("ship transfer", key): (key, i, at) for i, key, at in shippings}
    if len(by_key) < len(shippings):
        raise Invalid("key_twice", key=shippings[0][1])
    known = set()
    for row in tx.rows(_OPERATIONS, {"keys": list(by_key)}):
        key, transfer_id, shipped_at = by_key[row.key]
        if (row.source_id, row.occurred_at) != (transfer_id, shipped_at):
            raise Conflict("key_reused", key=key)
        known.add(key)
    return known


def _departures(
    tx: Writing, shippings: Sequence[Shipping], found: Mapping[int, Transfer]
) -> list[NewOperation]:
    pairs: dict[Pair, None] = {}
    for transfer_id, _, _ in shippings:
        item = found[transfer_id]
        pairs |= {(line.sku_id, item.from_warehouse_id): None for line in item.lines}
    lock_levels(tx, list(pairs))
    left = {pair: list(bins) for pair, bins in pickable(tx, list(pairs)).items()}
    return [
        NewOperation(
            derived_key("ship transfer", key),
            "transfer_out",
            shipped_at,
            [
                movement
                for line in found[transfer_id].lines
                for movement in _leaving(found[transfer_id], line, left)
            ],
            source_kind="transfer",
            source_id=transfer_id,
        )
        for transfer_id, key, shipped_at in shippings
    ]


def _leaving(item: Transfer, line: TransferLine, left: dict[Pair, list[BinContent]]) -> list[Line]:
    pair = (line.sku_id, item.from_warehouse_id)
    picked = pick(line.quantity, left.get(pair, []))
    missing = line.quantity - sum(units for _, units in picked)
    if missing:
        raise Refused("not_enough_stock", sku_id=line.sku_id, warehouse_id=pair[1], missing=missing)
    taken: dict[BinContent, int] = defaultdict(int)
    for content, units in picked:
        taken[content] += units
    left[pair] = [content.less(taken.get(content, 0)) for content in left[pair]]
    return [
        Line(line.sku_id, content.location_id, _IN_TRANSIT, units, lot_id=content.lot_id)
        for content, units in picked
    ]


def _audit(tx: Writing, actor: Actor, act: str, told: Mapping[int, Mapping[str, Any]]) -> None:
    rows = [
        {
            "person_id": actor.person_id,
            "act": act,
            "subject_kind": "transfer",
            "subject_id": str(transfer_id),
            "details": dict(details),
        }
        for transfer_id, details in told.items()
    ]
    insert_rows(tx, audit_entry, rows)


_KNOWN = text("SELECT id, key, request_hash FROM transfer WHERE key = ANY(CAST(:keys AS text[]))")
_OPERATIONS = text("""
SELECT key, source_id, occurred_at FROM operation WHERE key = ANY(CAST(:keys AS text[]))
""")
_SHIP_LINES = text("""
UPDATE transfer_line SET shipped = quantity WHERE transfer_id = ANY(CAST(:ids AS bigint[]))
""")
_SHIP = text("""
UPDATE transfer t SET state = 'shipped', shipped_at = g.shipped_at, version = t.version + 1
FROM unnest(CAST(:ids AS bigint[]), CAST(:times AS timestamptz[])) AS g(id, shipped_at)
WHERE t.id = g.id
""")
_CANCEL = text("""
UPDATE transfer SET state = 'cancelled', version = version + 1
WHERE id = ANY(CAST(:ids AS bigint[])) AND state = 'planned'
""")
