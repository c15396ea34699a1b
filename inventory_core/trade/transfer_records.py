"""Transfers as they are read. Decides nothing; writes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select, text

from inventory_core.db.engine import Reading
from inventory_core.db.schema.catalog import location, sku
from inventory_core.db.schema.supply import transfer, transfer_line
from inventory_core.errors import NotFound
from inventory_core.vocabulary import TransferState


@dataclass(frozen=True, slots=True)
class TransferLine:
    """Units of one SKU on their way; what neither arrived nor was lost is still in transit."""

    id: int
    line_no: int
    sku_id: int
    sku_code: str
    sku_name: str
    suggestion_id: int | None
    quantity: int
    shipped: int
    arrived: int
    lost: int

    @property
    def in_transit(self) -> int:
        """Units that left and have not come."""
        return self.shipped - self.arrived - self.lost


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as it stands; freight in its own currency."""

    id: int
    key: str
    number: str
    from_warehouse_id: int
    from_code: str
    from_time_zone: str
    to_warehouse_id: int
    to_code: str
    to_time_zone: str
    state: TransferState
    ship_method: str
    shipped_at: datetime | None
    expected_on: date | None
    arrived_at: datetime | None
    freight: Decimal
    freight_currency: str | None
    approval_id: int | None
    note: str
    version: int
    lines: tuple[TransferLine, ...]
    replayed: bool = False


def read_transfer(conn: Reading, transfer_id: int) -> Transfer:
    """One transfer by id."""
    found = read_transfers(conn, [transfer_id])
    if not found:
        raise NotFound("record_missing", kind="transfer", id=transfer_id)
    return found[0]


def read_transfers(conn: Reading, transfer_ids: Sequence[int]) -> list[Transfer]:
    """These transfers by id, with their lines."""
    ids = {"ids": sorted(set(transfer_ids))}
    lines: dict[int, list[TransferLine]] = defaultdict(list)
    for transfer_id, *facts in conn.rows(_LINES, ids):
        lines[transfer_id].append(TransferLine(*facts))
    found = []
    for row in conn.rows(_TRANSFERS, ids):
        header = {**row._mapping, "state": TransferState(row.state)}
        found.append(Transfer(**header, lines=tuple(lines[row.id])))
    return found


_TRANSFERS = text("""
SELECT t.id, t.key, t.number, t.from_warehouse_id, f.code AS from_code,
    f.time_zone AS from_time_zone, t.to_warehouse_id, d.code AS to_code,
    d.time_zone AS to_time_zone, t.state, t.ship_method, t.shipped_at, t.expected_on, t.arrived_at,
    t.freight, t.freight_currency, t.approval_id, t.note, t.version
FROM transfer t JOIN location f ON f.id = t.from_warehouse_id
JOIN location d ON d.id = t.to_warehouse_id
WHERE t.id = ANY(CAST(:ids AS bigint[])) ORDER BY t.id
""")
_LINES = text("""
SELECT l.transfer_id, l.id, l.line_no, l.sku_id, k.code, k.name, l.suggestion_id, l.quantity,
    l.shipped, l.arrived, l.lost
FROM transfer_line l JOIN sku k ON k.id = l.sku_id
WHERE l.transfer_id = ANY(CAST(:ids AS bigint[])) ORDER BY l.transfer_id, l.line_no
""")


def select_transfers() -> Select[Any]:
    """The named SELECT behind the list of transfers, newest first: one row per transfer, with
    the SKU of its first line (code and name) and how many lines it has.
    """
    line = transfer_line.c
    sums = (
        select(
            line.transfer_id,
            func.sum(line.quantity).label("quantity"),
            func.sum(line.shipped - line.arrived - line.lost).label("in_transit"),
            func.sum(line.arrived).label("arrived"),
            func.sum(line.lost).label("lost"),
            func.count().label("line_count"),
        )
        .group_by(line.transfer_id)
        .subquery()
    )
    first = (
        select(sku.c.code + " · " + sku.c.name)
        .join(transfer_line, line.sku_id == sku.c.id)
        .where(line.transfer_id == transfer.c.id)
        .order_by(line.id)
        .limit(1)
        .scalar_subquery()
    )
    origin, target = location.alias("origin"), location.alias("target")
    return (
        select(
            transfer.c.id,
            transfer.c.number,
            transfer.c.state,
            origin.c.code.label("from_code"),
            target.c.code.label("to_code"),
            first.label("first_sku"),
            sums.c.line_count,
            sums.c.quantity,
            sums.c.in_transit,
            sums.c.arrived,
            sums.c.lost,
            transfer.c.ship_method,
            transfer.c.shipped_at,
            transfer.c.expected_on,
        )
        .join(sums, sums.c.transfer_id == transfer.c.id)
        .join(origin, origin.c.id == transfer.c.from_warehouse_id)
        .join(target, target.c.id == transfer.c.to_warehouse_id)
        .order_by(transfer.c.id.desc())
    )


def find_transfer_id(conn: Reading, text_given: str) -> int | None:
    """The transfer that a text names by its number; None where there is none."""
    found = conn.rows(select(transfer.c.id).where(transfer.c.number == text_given.upper()))
    return int(found[0].id) if found else None
