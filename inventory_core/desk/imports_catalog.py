"""Loaders of what there is: SKUs, warehouses, rates, customers. Decides new, changed or equal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from inventory_core.catalog.codes import code_key
from inventory_core.catalog.locations import (
    NewWarehouse,
    change_warehouse,
    create_warehouses,
    warehouses,
)
from inventory_core.catalog.rates import NewRate, record_rates
from inventory_core.catalog.skus import NewSku, Sku, change_sku, create_skus, sku_ids
from inventory_core.db.schema.catalog import exchange_rate, sku
from inventory_core.db.schema.channels import customer
from inventory_core.desk.imports_loading import Load, Outcome, differences, known_ids, naming
from inventory_core.desk.imports_rows import Row
from inventory_core.trade.customers import NewCustomer, change_customer, create_customers
from inventory_core.vocabulary import Authority, WarehouseKind

_SKU_FIELDS = (
    "name",
    "category",
    "unit",
    "weight_grams",
    "volume_cm3",
    "carton_quantity",
    "shelf_life_days",
    "lot_tracked",
    "serial_tracked",
    "launched_on",
)
_WAREHOUSE_FIELDS = ("name", "country", "time_zone", "authority", "priority")
_CUSTOMER_FIELDS = ("name", "country", "email")


def load_skus(load: Load, rows: Sequence[Row]) -> Outcome:
    """SKUs by code; barcodes are taken for new SKUs."""
    keys = [code_key(row["sku"]) for row in rows]
    columns = [sku.c[name] for name in Sku.__slots__]
    known = {
        row.code_key: row
        for row in load.tx.rows(select(sku.c.code_key, *columns).where(sku.c.code_key.in_(keys)))
    }
    outcome = Outcome()
    new, fresh = [], [row for row, key in zip(rows, keys, strict=True) if key not in known]
    for row in fresh:
        facts = {name: row[name] for name in _SKU_FIELDS if row[name] is not None}
        codes = tuple((row["barcodes"] or "").split())
        new.append(NewSku(row["sku"], barcodes=codes, **facts))
    with naming(load, fresh, "sku"):
        made = create_skus(load.tx, load.actor, new, import_id=load.import_id)
    outcome.created = len(new)
    heirs = _successors(load, rows)
    for row, key in zip(rows, keys, strict=True):
        heir = {"successor_id": heirs[row.row_no]} if row.row_no in heirs else {}
        if key not in known:
            if heir:
                with naming(load, [row], "successor"):
                    change_sku(load.tx, load.actor, made[row["sku"]], heir, version=1)
            continue
        found = known[key]
        changes = differences(row, _SKU_FIELDS, found)
        if heir and found.successor_id != heir["successor_id"]:
            changes |= heir
        _bring(load, row, outcome, "sku", found, changes, change_sku)
    return outcome


def _successors(load: Load, rows: Sequence[Row]) -> dict[int, int]:
    """The SKU that continues that of a row, by row number; it may stand in the same file."""
    stated = [row for row in rows if row["successor"] is not None]
    ids = sku_ids(load.tx, [row["successor"] for row in stated])
    return known_ids(load, stated, "successor", ids, "sku_unknown")


def load_warehouses(load: Load, rows: Sequence[Row]) -> Outcome:
    """Warehouses by code; the kind of an existing one stays."""
    known = {code_key(place.code): place for place in warehouses(load.tx)}
    outcome = Outcome()
    new, fresh = [], []
    for row in rows:
        found = known.get(code_key(row["code"]))
        if found is None:
            fresh.append(row)
            new.append(
                NewWarehouse(
                    row["code"],
                    row["name"],
                    WarehouseKind(row["kind"]),
                    row["country"],
                    row["time_zone"],
                    authority=Authority(row["authority"] or Authority.OURS),
                    priority=row["priority"] if row["priority"] is not None else 100,
                )
            )
            continue
        changes = differences(row, _WAREHOUSE_FIELDS, found)
        _bring(load, row, outcome, "location", found, changes, change_warehouse)
    with naming(load, fresh, "code"):
        create_warehouses(load.tx, load.actor, new, import_id=load.import_id)
    outcome.created = len(new)
    return outcome


def load_rates(load: Load, rows: Sequence[Row]) -> Outcome:
    """Rates by pair and day; another rate for a known day replaces it."""
    columns = exchange_rate.c
    days = {row["on_day"] for row in rows}
    known = {
        (row.from_currency, row.to_currency, row.on_day): row.rate
        for row in load.tx.rows(
            select(columns.from_currency, columns.to_currency, columns.on_day, columns.rate).where(
                columns.on_day.in_(days), columns.kind == "spot"
            )
        )
    }
    outcome = Outcome()
    new = []
    for row in rows:
        pair = (row["from_currency"], row["to_currency"], row["on_day"])
        if known.get(pair) == row["rate"]:
            outcome.unchanged += 1
            continue
        new.append(NewRate(*pair, row["rate"], "import"))
        if pair in known:
            outcome.changed += 1
            old = {"pair": [pair[0], pair[1], pair[2].isoformat()], "rate": str(known[pair])}
            load.changed(row.row_no, "exchange_rate", 0, 0, old)
        else:
            outcome.created += 1
    with naming(load, rows, "rate"):
        record_rates(load.tx, load.actor, new, import_id=load.import_id)
    return outcome


def load_customers(load: Load, rows: Sequence[Row]) -> Outcome:
    """Customers by code."""
    keys = [code_key(row["code"]) for row in rows]
    known = {
        row.code_key: row
        for row in load.tx.rows(select(customer).where(customer.c.code_key.in_(keys)))
    }
    outcome = Outcome()
    new, fresh = [], []
    for row, key in zip(rows, keys, strict=True):
        if key not in known:
            fresh.append(row)
            new.append(NewCustomer(row["code"], row["name"], row["country"], row["email"] or ""))
            continue
        found = known[key]
        changes = differences(row, _CUSTOMER_FIELDS, found)
        _bring(load, row, outcome, "customer", found, changes, change_customer)
    with naming(load, fresh, "code"):
        create_customers(load.tx, load.actor, new, import_id=load.import_id)
    outcome.created = len(new)
    return outcome


def _bring(
    load: Load,
    row: Row,
    outcome: Outcome,
    kind: str,
    found: Any,
    changes: Mapping[str, Any],
    change: Callable[..., int],
) -> None:
    """Bring a known record to what its row states, and remember what it held."""
    if not changes:
        outcome.unchanged += 1
        return
    with naming(load, [row], "name"):
        version = change(load.tx, load.actor, found.id, changes, version=found.version)
    load.changed(row.row_no, kind, found.id, version, {n: getattr(found, n) for n in changes})
    outcome.changed += 1
