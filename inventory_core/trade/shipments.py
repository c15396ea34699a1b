"""Ship what is promised to orders. Decides which units go; promises and cost follow in one act.

One shipment per order and warehouse, one operation each. Units leave first-expired first-out. The
promise leaves `reserved` in the same statement in which the goods leave `on_hand`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import text

from inventory_core.db.engine import Writing
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.errors import Conflict
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.ledger import Line, NewOperation, Posted, post
from inventory_core.stock.levels import Pair, lock_levels
from inventory_core.stock.lots import pickable
from inventory_core.stock.naming import naming
from inventory_core.stock.postings import derived_key
from inventory_core.stock.reservations import Step, open_promises, step_promises
from inventory_core.trade.order_lines import LineChange, change_lines
from inventory_core.trade.shipment_packing import (
    NewShipment,
    Parcel,
    Shipped,
    check_shipments,
    pack,
)
from inventory_core.vocabulary import LocationKind, OperationKind, ReservationState

__all__ = ["NewShipment", "Shipped", "ship_orders"]

_CUSTOMER = VIRTUAL_LOCATIONS[LocationKind.CUSTOMER]


_KNOWN = text("""
    SELECT g.key, s.order_id, s.id,
        (SELECT sum(l.quantity)::bigint FROM shipment_line l WHERE l.shipment_id = s.id),
        (SELECT sum(l.cost_value) FROM shipment_line l WHERE l.shipment_id = s.id)
    FROM (
        SELECT g.key, s.id FROM unnest(CAST(:keys AS text[])) AS g(key)
        JOIN shipment s ON s.key = g.key
        UNION ALL
        SELECT g.key, s.id FROM unnest(CAST(:keys AS text[]), CAST(:derived AS text[]),
            CAST(:orders AS bigint[])) AS g(key, derived, ord)
        JOIN shipment s ON s.order_id = g.ord AND starts_with(s.key, g.derived || '#')
    ) AS g JOIN shipment s ON s.id = g.id ORDER BY s.id
""")
_ADD = text("""
    INSERT INTO shipment (key, order_id, warehouse_id, operation_id, shipped_at, carrier,
        tracking_code)
    SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:orders AS bigint[]),
        CAST(:warehouses AS bigint[]), CAST(:operations AS bigint[]),
        CAST(:times AS timestamptz[]), CAST(:carriers AS text[]), CAST(:codes AS text[]))
    RETURNING id, key
""")
_ADD_LINES = text("""
    INSERT INTO shipment_line (shipment_id, line_no, order_line_id, sku_id, lot_id, quantity,
        cost_value)
    SELECT * FROM unnest(CAST(:shipments AS bigint[]), CAST(:numbers AS int[]),
        CAST(:lines AS bigint[]), CAST(:skus AS bigint[]), CAST(:lots AS bigint[]),
        CAST(:quantities AS bigint[]), CAST(:costs AS numeric[]))
""")


def ship_orders(tx: Writing, actor: Actor, shipments: Sequence[NewShipment]) -> list[Shipped]:
    """Ship each request once, all or none; answers in the order asked."""
    require(actor, Permission.STOCK_ADJUST)
    if not shipments:
        return []
    check_shipments(shipments)
    with naming(tx), tx.connection.begin_nested():
        answers = _ship(tx, actor, shipments)
    return [answers[shipment.key] for shipment in shipments]


def _ship(tx: Writing, actor: Actor, shipments: Sequence[NewShipment]) -> dict[str, Shipped]:
    order_ids = [shipment.order_id for shipment in shipments]
    pairs = {promise.pair for promise in open_promises(tx, order_ids)}
    lock_levels(tx, pairs)
    # From here on nobody else can change these promises, so what was shipped before is known too.
    answers = _replays(tx, shipments)
    shipments = [shipment for shipment in shipments if shipment.key not in answers]
    if not shipments:
        return answers
    promises = [promise for promise in open_promises(tx, order_ids) if promise.pair in pairs]
    parcels = pack(shipments, promises, pickable(tx, pairs))
    posted = post(
        tx,
        actor,
        [_operation(parcel) for parcel in parcels],
        kept={derived_key("ship", parcel.key): _kept(parcel) for parcel in parcels},
    )
    steps = []
    shipped: dict[int, int] = defaultdict(int)
    for parcel, answer in zip(parcels, posted, strict=True):
        for promise, _, quantity in parcel.picks:
            shipped[promise.order_line_id] += quantity
            steps.append(
                Step(
                    promise.reservation_id,
                    answer.operation_id,
                    quantity,
                    ReservationState.SHIPPED,
                    parcel.shipment.shipped_at,
                )
            )
    change_lines(tx, {line: LineChange(shipped=shipped[line]) for line in sorted(shipped)})
    step_promises(tx, steps)
    return answers | _record(tx, parcels, posted)


def _operation(parcel: Parcel) -> NewOperation:
    return NewOperation(
        derived_key("ship", parcel.key),
        OperationKind.SHIPMENT,
        parcel.shipment.shipped_at,
        tuple(
            Line(promise.sku_id, content.location_id, _CUSTOMER, quantity, lot_id=content.lot_id)
            for promise, content, quantity in parcel.picks
        ),
        source_kind="sales_order",
        source_id=parcel.shipment.order_id,
    )


def _kept(parcel: Parcel) -> Mapping[Pair, int]:
    kept: dict[Pair, int] = defaultdict(int)
    for promise, _, quantity in parcel.picks:
        kept[promise.pair] += quantity
    return kept


def _record(tx: Writing, parcels: Sequence[Parcel], posted: Sequence[Posted]) -> dict[str, Shipped]:
    made = tx.rows(
        _ADD,
        {
            "keys": [parcel.key for parcel in parcels],
            "orders": [parcel.shipment.order_id for parcel in parcels],
            "warehouses": [parcel.warehouse_id for parcel in parcels],
            "operations": [answer.operation_id for answer in posted],
            "times": [parcel.shipment.shipped_at for parcel in parcels],
            "carriers": [parcel.shipment.carrier for parcel in parcels],
            "codes": [parcel.shipment.tracking_code for parcel in parcels],
        },
    )
    numbers = {row[1]: row[0] for row in made}
    rows = [
        (numbers[parcel.key], n, promise, content, quantity, value)
        for parcel, answer in zip(parcels, posted, strict=True)
        for n, ((promise, content, quantity), value) in enumerate(
            zip(parcel.picks, answer.values, strict=True), start=1
        )
    ]
    tx.execute(
        _ADD_LINES,
        {
            "shipments": [row[0] for row in rows],
            "numbers": [row[1] for row in rows],
            "lines": [row[2].order_line_id for row in rows],
            "skus": [row[2].sku_id for row in rows],
            "lots": [row[3].lot_id for row in rows],
            "quantities": [row[4] for row in rows],
            "costs": [row[5] for row in rows],
        },
    )
    answers: dict[str, Shipped] = {}
    for parcel, answer in zip(parcels, posted, strict=True):
        key = parcel.shipment.key
        before = answers.get(key, Shipped(key, parcel.shipment.order_id, (), 0, Decimal(0), False))
        answers[key] = Shipped(
            key,
            before.order_id,
            (*before.shipment_ids, numbers[parcel.key]),
            before.units + sum(quantity for _, _, quantity in parcel.picks),
            before.cost + sum(answer.values, Decimal(0)),
            False,
        )
    return answers


def _replays(tx: Writing, shipments: Sequence[NewShipment]) -> dict[str, Shipped]:
    # The moment is when it is done, not part of what is asked: a retry comes later.
    asked = {shipment.key: shipment for shipment in shipments}
    known: dict[str, Shipped] = {}
    for key, order_id, number, units, cost in tx.rows(
        _KNOWN,
        {
            "keys": list(asked),
            "derived": [derived_key("ship", key) for key in asked],
            "orders": [shipment.order_id for shipment in shipments],
        },
    ):
        if order_id != asked[key].order_id:
            raise Conflict("key_reused", key=key)
        before = known.get(key, Shipped(key, order_id, (), 0, Decimal(0), True))
        known[key] = Shipped(
            key,
            order_id,
            (*before.shipment_ids, number),
            before.units + units,
            before.cost + cost,
            True,
        )
    return known
