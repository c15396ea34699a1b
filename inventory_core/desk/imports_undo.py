"""Taking a whole import back. Decides what stands in the way; the record of the import stays.

Stock is taken back by reversing operations, orders by cancelling them, facts and records that
nothing uses by removing them, changed records by their former values. What has since used any of
it is named and nothing is undone. SKUs and places that sales history made stay where they are used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT

from inventory_core.db.engine import Writing
from inventory_core.db.schema.catalog import barcode, exchange_rate, location, sku, sku_unit
from inventory_core.db.schema.channels import (
    channel_account,
    customer,
    sale_pause,
    stock_pool,
    stock_pool_warehouse,
)
from inventory_core.db.schema.mailbox import import_run
from inventory_core.db.schema.registry import METADATA
from inventory_core.db.schema.sales_lines import sales_line
from inventory_core.db.schema.supply import offer, offer_leg, offer_price, supplier
from inventory_core.db.schema.trade import purchase_order
from inventory_core.desk.imports_milestones import take_back_milestones
from inventory_core.desk.imports_restore import restore_changed
from inventory_core.desk.imports_runs import read_import
from inventory_core.desk.sales_treatments import SalesTreatment
from inventory_core.desk.sales_withdrawn import bring_back
from inventory_core.errors import Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.stock.ledger import reverse
from inventory_core.stock.postings import derived_key
from inventory_core.trade.purchase_orders import cancel_purchase_orders, purchase_orders
from inventory_core.vocabulary import PurchaseOrderState

MOST_NAMED = 50
# Rows that belong to a record and go with it; everything else that points to it is a user of it.
_PARTS: dict[str, tuple[tuple[Table, str], ...]] = {
    "sku": ((barcode, "sku_id"), (sku_unit, "sku_id")),
    "offer": ((offer_price, "offer_id"), (offer_leg, "offer_id")),
    "location": ((stock_pool_warehouse, "warehouse_id"),),
}
# In this order: who uses before who is used.
_MADE: tuple[Table, ...] = (
    sale_pause,
    offer,
    supplier,
    channel_account,
    sku,
    customer,
    location,
)


@dataclass(frozen=True, slots=True)
class Consumer:
    """A record made by the import and the kind of record that uses it."""

    kind: str
    code: str
    used_by: str


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """What was taken back, by kind, and what stayed because something uses it."""

    import_id: int
    removed: Mapping[str, int]
    stayed: Mapping[str, int]
    replayed: bool


def undo_import(
    tx: Writing, actor: Actor, import_id: int, *, key: str, reason: str, now: datetime
) -> UndoneImport:
    """Take one import back as a whole; Refused("import_in_use") lists what stands in the way."""
    require(actor, Permission.DATA_IMPORT)
    tx.execute(select(import_run.c.id).where(import_run.c.id == import_id).with_for_update())
    run = read_import(tx, import_id)
    if run.state == "undone":
        return UndoneImport(import_id, {}, {}, replayed=True)
    removed: dict[str, int] = {}
    removed["operation"] = _reverse_stock(tx, actor, import_id, key, reason, now)
    removed["purchase_order"] = _cancel_orders(tx, actor, import_id, reason, now)
    removed["milestone"] = take_back_milestones(tx, actor, import_id, key=key, now=now)
    removed["sales_line"] = _remove_sales(tx, import_id)
    restored = restore_changed(tx, actor, import_id)
    stayed: dict[str, int] = {}
    consumers: list[Consumer] = []
    for table in _MADE:
        used = _used_records(tx, table, import_id)
        if run.template == "sales":
            stayed[table.name] = len({each.code for each in used})
        else:
            consumers.extend(used)
        removed[table.name] = _remove_unused(tx, table, import_id, {each.code for each in used})
    if consumers:
        named = [f"{each.code} ({each.used_by})" for each in consumers[:MOST_NAMED]]
        raise Refused("import_in_use", import_id=import_id, count=len(consumers), records=named)
    removed["exchange_rate"] = tx.execute(
        delete(exchange_rate).where(exchange_rate.c.import_id == import_id)
    ).rowcount
    tx.execute(
        update(import_run)
        .where(import_run.c.id == import_id)
        .values(state="undone", undone_at=func.yiben_clock())
    )
    told = {name: count for name, count in removed.items() if count} | {"restored": restored}
    record_audit(tx, actor, "import_undone", ("import", import_id), {"reason": reason, **told})
    return UndoneImport(
        import_id,
        {name: count for name, count in told.items() if count},
        {name: count for name, count in stayed.items() if count},
        replayed=False,
    )


def _reverse_stock(
    tx: Writing, actor: Actor, import_id: int, key: str, reason: str, now: datetime
) -> int:
    """Post the opposite of every operation of the import that still stands, newest first."""
    rows = tx.rows(
        text("""
            SELECT o.id FROM operation o
            WHERE o.import_id = :import_id AND o.reverses_id IS NULL
                AND NOT EXISTS (SELECT FROM operation r WHERE r.reverses_id = o.id)
            ORDER BY o.id DESC
        """),
        {"import_id": import_id},
    )
    for row in rows:
        step = derived_key("undo import", f"{key}:{row.id}")
        reverse(tx, actor, row.id, key=step, occurred_at=now, reason=reason)
    return len(rows)


def _cancel_orders(tx: Writing, actor: Actor, import_id: int, reason: str, now: datetime) -> int:
    ids = [
        row.id
        for row in tx.rows(
            select(purchase_order.c.id).where(purchase_order.c.import_id == import_id)
        )
    ]
    orders = purchase_orders(tx, ids) if ids else []
    received = [o.number for o in orders if any(line.received for line in o.lines)]
    if received:
        raise Refused(
            "import_in_use", import_id=import_id, count=len(received), records=received[:MOST_NAMED]
        )
    standing = [o.id for o in orders if o.state is not PurchaseOrderState.CANCELLED]
    if standing:
        cancel_purchase_orders(tx, actor, standing, reason=reason, now=now)
    return len(standing)


def _remove_sales(tx: Writing, import_id: int) -> int:
    """Facts go; cancellations between this import and others are taken apart first, and what it
    stated anew, sums and orders, comes back. What a later import replaced goes after that one.
    """
    parameters = {"import_id": import_id}
    later = tx.scalar(
        text("""
            SELECT max(replaced_by) FROM sales_line
            WHERE import_id = :import_id AND replaced_by > :import_id
        """),
        parameters,
    )
    if later is not None:
        raise Refused("import_replaced", import_id=import_id, later=later)
    tx.execute(
        text("""
            UPDATE sales_line s SET cancelled = 0 FROM sales_line c
            WHERE c.import_id = :import_id AND c.cancels_id = s.id
                AND s.import_id IS DISTINCT FROM :import_id
        """),
        parameters,
    )
    tx.execute(
        text("""
            UPDATE sales_line c SET cancels_id = NULL, treatment = 'cancel_unmatched'
            FROM sales_line s
            WHERE s.import_id = :import_id AND c.cancels_id = s.id
                AND c.import_id IS DISTINCT FROM :import_id
        """),
        parameters,
    )
    gone = tx.execute(delete(sales_line).where(sales_line.c.import_id == import_id)).rowcount
    bring_back(tx, import_id)
    tx.execute(
        update(sales_line)
        .where(sales_line.c.replaced_by == import_id)
        .values(treatment=SalesTreatment.ACCEPTED.value, replaced_by=None)
    )
    return gone


def _used_records(tx: Writing, table: Table, import_id: int) -> list[Consumer]:
    """Records of this import that rows of other tables point to."""
    own = _PARTS.get(table.name, ())
    found: list[Consumer] = []
    for other, column in _pointing_to(table):
        if any(other is part and column == name for part, name in own):
            continue
        code = table.c.code if "code" in table.c else table.c.id
        source = other.alias() if other is table else other
        pointing = source.c[column]
        # Records of one import may name each other, or themselves; that is no use by another.
        uses = [pointing == table.c.id]
        if other is table:
            uses.append(source.c.import_id.is_distinct_from(import_id))
        statement = (
            select(code.label("code"))
            .where(
                table.c.import_id == import_id,
                select(pointing).where(*uses).exists(),
            )
            .order_by(table.c.id)
        )
        found += [Consumer(table.name, str(row.code), other.name) for row in tx.rows(statement)]
    return found


def _pointing_to(table: Table) -> list[tuple[Table, str]]:
    """Every column in the schema that names records of `table`, sales facts included."""
    columns = [
        (other, column.name)
        for other in METADATA.sorted_tables
        for column in other.columns
        if any(key.column is table.c.id for key in column.foreign_keys)
    ]
    facts = {"sku": "sku_id", "channel_account": "account_id", "location": "warehouse_id"}
    if table.name in facts:
        columns.append((sales_line, facts[table.name]))
    return columns


def _remove_unused(tx: Writing, table: Table, import_id: int, used: set[str]) -> int:
    code = table.c.code if "code" in table.c else table.c.id
    rows = tx.rows(select(table.c.id, code.label("code")).where(table.c.import_id == import_id))
    ids = [row.id for row in rows if str(row.code) not in used]
    if not ids:
        return 0
    for part, column in _PARTS.get(table.name, ()):
        tx.execute(delete(part).where(part.c[column] == _any(ids)))
    if table is not channel_account:
        return tx.execute(delete(table).where(table.c.id == _any(ids))).rowcount
    # An account goes together with the stock pool that was made for it.
    pools = delete(table).where(table.c.id == _any(ids)).returning(table.c.stock_pool_id)
    pool_ids = [row.stock_pool_id for row in tx.rows(pools)]
    in_pools = stock_pool_warehouse.c.stock_pool_id == _any(pool_ids)
    tx.execute(delete(stock_pool_warehouse).where(in_pools))
    tx.execute(delete(stock_pool).where(stock_pool.c.id == _any(pool_ids)))
    return len(ids)


def _any(ids: Sequence[int]) -> Any:
    return func.any(bindparam(None, list(ids), type_=ARRAY(BIGINT)))
