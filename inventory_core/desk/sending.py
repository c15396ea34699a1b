"""Approved transfers become planned transfers. Decides that one is written per origin, destination
and ship method, under the id of its first approval as key, and that no unit is promised twice;
never whether to send.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.supply import transfer_line
from inventory_core.errors import Refused
from inventory_core.office.actors import Actor
from inventory_core.office.approvals import Approval
from inventory_core.planning.release import Shown
from inventory_core.stock.balances import positions
from inventory_core.stock.levels import lock_levels
from inventory_core.trade.transfer_records import Transfer, read_transfer
from inventory_core.trade.transfers import NewTransfer, cancel_transfers, create_transfers
from inventory_core.vocabulary import SuggestionKind


@dataclass(frozen=True, slots=True)
class Sent:
    """One approved suggestion with the quantity it was approved at."""

    shown: Shown
    quantity: int
    approval: Approval


_Group = tuple[int, int, str]


def lock_donors(tx: Writing, shown: Sequence[Shown]) -> None:
    """Hold the stock that these transfers would take, so that two of them are weighed in turn."""
    lock_levels(tx, sorted({(one.sku_id, origin_of(one)) for one in shown if _is_transfer(one)}))


def require_free(tx: Writing, sent: Sequence[Sent]) -> None:
    """Refused where the origin has less free than is to leave; its level must be locked."""
    wanted: dict[tuple[int, int], int] = defaultdict(int)
    named: dict[tuple[int, int], Shown] = {}
    for item in sent:
        pair = (item.shown.sku_id, origin_of(item.shown))
        wanted[pair] += item.quantity
        named[pair] = item.shown
    if not wanted:
        return
    found = positions(tx, {sku_id for sku_id, _ in wanted}, {place for _, place in wanted})
    free = {
        (one.sku_id, one.warehouse_id): one.available - one.backordered - one.planned_out
        for one in found
    }
    for pair, quantity in sorted(wanted.items()):
        left = max(0, free.get(pair, 0))
        if left < quantity:
            raise Refused(
                "donor_short",
                sku=named[pair].sku_code,
                warehouse=named[pair].from_code or "",
                quantity=quantity,
                free=left,
            )


def send_accepted(
    tx: Writing,
    actor: Actor,
    sent: Sequence[Sent],
    *,
    base_currency: str,
    today: date,
    now: datetime,
) -> list[tuple[Transfer, Sent]]:
    """Plan the transfers; every accepted line comes back with the transfer it stands on."""
    groups: dict[_Group, list[Sent]] = {}
    for item in sent:
        group = (origin_of(item.shown), item.shown.warehouse_id, item.shown.ship_method)
        groups.setdefault(group, []).append(item)
    if not groups:
        return []
    require_free(tx, sent)
    new = [
        _new_transfer(group, items, base_currency=base_currency, today=today)
        for group, items in groups.items()
    ]
    made = create_transfers(tx, actor, new, now=now)
    return [(one, item) for one, items in zip(made, groups.values(), strict=True) for item in items]


def transfer_of_suggestion(conn: Reading, suggestion_id: int) -> Transfer | None:
    """The newest transfer that a suggestion became, whatever its state."""
    statement = (
        select(transfer_line.c.transfer_id)
        .where(transfer_line.c.suggestion_id == suggestion_id)
        .order_by(transfer_line.c.id.desc())
        .limit(1)
    )
    transfer_id = conn.scalar(statement)
    return None if transfer_id is None else read_transfer(conn, transfer_id)


def take_off_transfer(
    tx: Writing, actor: Actor, found: Transfer, suggestion_id: int, *, key: str, now: datetime
) -> None:
    """Cancel a planned transfer; what else stood on it is planned anew without this line."""
    cancel_transfers(tx, actor, [found.id], now=now)
    rest = [line for line in found.lines if line.suggestion_id != suggestion_id]
    if not rest:
        return
    share = Decimal(sum(line.quantity for line in rest)) / sum(
        line.quantity for line in found.lines
    )
    again = NewTransfer(
        key=f"{key}:rest",
        from_warehouse_id=found.from_warehouse_id,
        to_warehouse_id=found.to_warehouse_id,
        lines=[(line.sku_id, line.quantity) for line in rest],
        ship_method=found.ship_method,
        expected_on=found.expected_on,
        freight=(found.freight * share).quantize(Decimal("0.01")),
        freight_currency=found.freight_currency,
        approval_id=found.approval_id,
        note=found.note,
        suggestion_ids=tuple(
            (line.sku_id, line.suggestion_id) for line in rest if line.suggestion_id is not None
        ),
    )
    create_transfers(tx, actor, [again], now=now)


def origin_of(shown: Shown) -> int:
    """The warehouse that goods of a transfer come from."""
    assert shown.from_warehouse_id is not None, "a transfer comes from somewhere"
    return shown.from_warehouse_id


def _is_transfer(shown: Shown) -> bool:
    return shown.kind is SuggestionKind.TRANSFER


def _new_transfer(
    group: _Group, items: Sequence[Sent], *, base_currency: str, today: date
) -> NewTransfer:
    from_id, to_id, ship_method = group
    approval_id = min(item.approval.id for item in items)
    arrivals = filter(None, (item.shown.arrival_of_order(today) for item in items))
    freight = sum((_freight(item) for item in items), Decimal(0))
    return NewTransfer(
        # The first approval's id is the transfer's key: the same yes can never send twice.
        key=f"approval:{approval_id}",
        from_warehouse_id=from_id,
        to_warehouse_id=to_id,
        lines=[(item.shown.sku_id, item.quantity) for item in items],
        ship_method=ship_method,
        expected_on=max(arrivals, default=None),
        freight=freight,
        freight_currency=base_currency if freight else None,
        approval_id=approval_id,
        suggestion_ids=tuple((item.shown.sku_id, item.shown.id) for item in items),
    )


def _freight(item: Sent) -> Decimal:
    """The cost as it was approved without duty, which customs will say, in proportion to the
    quantity; 0 where it was only assumed.
    """
    shown = item.shown
    cost = shown.trace.get("cost", {})
    if shown.amount_base is None or not cost.get("known"):
        return Decimal(0)
    paid = shown.amount_base - Decimal(cost.get("unit_duty", 0)) * shown.quantity
    return (paid * item.quantity / shown.quantity).quantize(Decimal("0.01"))
