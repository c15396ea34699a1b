"""Loaders of opening stock and of purchase orders that were placed before. Decides keys and dates.

Opening stock is one posting per warehouse and day, from the supplier's place, with its value in the
base currency; an order that is on its way is created, sent, and counts as on order from then on.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import text

from inventory_core.catalog.codes import code_key
from inventory_core.catalog.locations import Warehouse, warehouses
from inventory_core.catalog.skus import sku_ids
from inventory_core.clock import zone
from inventory_core.db.engine import Reading
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.desk.imports_loading import Load, Outcome, known_ids, naming
from inventory_core.desk.imports_rows import Row, folded
from inventory_core.stock.ledger import Line, NewOperation, post
from inventory_core.stock.postings import derived_key, exact_value
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    create_purchase_orders,
    send_purchase_orders,
)
from inventory_core.trade.suppliers import supplier_ids
from inventory_core.vocabulary import LocationKind, OperationKind, ShipMethod

_SUPPLIER = VIRTUAL_LOCATIONS[LocationKind.SUPPLIER]

_OPENED = text("""
    SELECT m.sku_id, m.to_location_id AS warehouse_id, sum(m.quantity)::bigint AS quantity,
        sum(m.value) AS value
    FROM operation o JOIN movement m ON m.operation_id = o.id
    WHERE o.kind = 'opening' AND m.sku_id = ANY(CAST(:skus AS bigint[]))
        AND NOT EXISTS (SELECT FROM operation r WHERE r.reverses_id = o.id)
    GROUP BY 1, 2
""")


def load_opening_stock(load: Load, rows: Sequence[Row]) -> Outcome:
    """Units and unit cost by SKU and warehouse; a pair opens once, and none is no opening."""
    skus = known_ids(load, rows, "sku", sku_ids(load.tx, [r["sku"] for r in rows]), "sku_unknown")
    places = {code_key(place.code): place for place in warehouses(load.tx)}
    ids: Mapping[str, int] = {key: place.id for key, place in places.items()}
    homes = known_ids(load, rows, "warehouse", ids, "warehouse_unknown_code")
    opened = opened_pairs(load.tx, list(skus.values()))
    outcome = Outcome()
    lines: dict[tuple[int, datetime], list[Line]] = defaultdict(list)
    for row in rows:
        if row.row_no not in skus or row.row_no not in homes:
            continue
        pair = (skus[row.row_no], homes[row.row_no])
        value = exact_value(row["unit_cost"] * row["quantity"])
        if pair in opened:
            if opened[pair] == (row["quantity"], value):
                outcome.unchanged += 1
            else:
                load.problems.add(
                    row.row_no, "quantity", "opening_exists", row["quantity"], str(opened[pair][0])
                )
            continue
        if row["quantity"] == 0:  # a list of stock names what has run out too; nothing to post
            outcome.unchanged += 1
            continue
        at = _counted_at(load, row["counted_on"], places[code_key(row["warehouse"])])
        lines[pair[1], at].append(Line(pair[0], _SUPPLIER, pair[1], row["quantity"], value=value))
        outcome.created += 1
    if load.problems.count == 0:
        with naming(load, rows, "sku"):
            post_opening(load, lines)
    outcome.facts["units_opened"] = sum(line.quantity for each in lines.values() for line in each)
    return outcome


def opened_pairs(conn: Reading, skus: Sequence[int]) -> dict[tuple[int, int], tuple[int, Decimal]]:
    """Units and value that stand as opening stock, by SKU and warehouse."""
    return {
        (row.sku_id, row.warehouse_id): (row.quantity, row.value)
        for row in conn.rows(_OPENED, {"skus": sorted(set(skus))})
    }


def post_opening(load: Load, lines: Mapping[tuple[int, datetime], Sequence[Line]]) -> None:
    """One posting per warehouse and moment."""
    post(
        load.tx,
        load.actor,
        [
            NewOperation(
                key=derived_key("opening", f"{load.import_id}:{warehouse_id}:{at.isoformat()}"),
                kind=OperationKind.OPENING,
                occurred_at=at,
                lines=sorted(group, key=lambda line: line.sku_id),
                source_kind="import",
                source_id=load.import_id,
                import_id=load.import_id,
            )
            for (warehouse_id, at), group in sorted(lines.items())
        ],
    )


def _counted_at(load: Load, counted_on: date | None, place: Warehouse) -> datetime:
    """The end of the counted day where the goods are, or now."""
    if counted_on is None:
        return load.now
    start = datetime.combine(counted_on + timedelta(days=1), time(), zone(place.time_zone))
    return min(start.astimezone(UTC) - timedelta(seconds=1), load.now)


def load_purchase_orders(load: Load, rows: Sequence[Row]) -> Outcome:
    """Orders by their number at the supplier; their own numbers go into the note."""
    skus = known_ids(load, rows, "sku", sku_ids(load.tx, [r["sku"] for r in rows]), "sku_unknown")
    ids: Mapping[str, int] = {code_key(place.code): place.id for place in warehouses(load.tx)}
    homes = known_ids(load, rows, "warehouse", ids, "warehouse_unknown_code")
    known: Mapping[str, int] = supplier_ids(load.tx, [row["supplier_code"] for row in rows])
    suppliers = known_ids(load, rows, "supplier_code", known, "supplier_unknown_code")
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[code_key(row["number"])].append(row)
    _refuse_mixed(load, groups)
    outcome = Outcome()
    if load.problems.count:
        return outcome
    orders = [
        _order(number, group, skus, homes, suppliers) for number, group in sorted(groups.items())
    ]
    firsts = [groups[number][0] for number in sorted(groups)]
    with naming(load, firsts, "number"):
        made = create_purchase_orders(
            load.tx, load.actor, orders, now=load.now, import_id=load.import_id
        )
        fresh = [order.id for order in made if not order.replayed]
        send_purchase_orders(load.tx, load.actor, fresh, now=load.now)
    for number, order in zip(sorted(groups), made, strict=True):
        if order.replayed:
            outcome.unchanged += len(groups[number])
        else:
            outcome.created += len(groups[number])
    outcome.facts["orders_created"] = len(fresh)
    return outcome


def _refuse_mixed(load: Load, groups: Mapping[str, Sequence[Row]]) -> None:
    """One number is one order: one supplier, one warehouse, one currency, one day."""
    for group in groups.values():
        first = group[0]
        for row in group[1:]:
            for key in ("supplier_code", "warehouse", "currency", "ordered_on", "ship_method"):
                if folded(row[key]) != folded(first[key]):
                    load.problems.add(row.row_no, key, "order_mixed", row[key], str(first.row_no))


def _order(
    number: str,
    group: Sequence[Row],
    skus: Mapping[int, int],
    homes: Mapping[int, int],
    suppliers: Mapping[int, int],
) -> NewPurchaseOrder:
    first = group[0]
    supplier_id = suppliers[first.row_no]
    return NewPurchaseOrder(
        key=derived_key("imported order", f"{supplier_id}:{number}"),
        supplier_id=supplier_id,
        warehouse_id=homes[first.row_no],
        currency=first["currency"],
        ordered_on=first["ordered_on"],
        lines=[
            NewPurchaseLine(
                line_no=line_no,
                sku_id=skus[row.row_no],
                quantity=row["quantity"],
                unit_price=Decimal(row["unit_price"]),
                expected_on=row["expected_on"],
            )
            for line_no, row in enumerate(group, 1)
        ],
        expected_on=min((r["expected_on"] for r in group if r["expected_on"]), default=None),
        ship_method=first["ship_method"] or ShipMethod.SEA,
        note=str(first["number"]),
    )
