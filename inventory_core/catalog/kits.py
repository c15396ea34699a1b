"""Kits: SKUs that are sold whole and stocked as parts. Decides what a kit consists of.

A kit is one level deep: its parts are stocked SKUs, so availability is one minimum over parts.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, exists, or_, select

from inventory_core.catalog.fields import check_whole
from inventory_core.db.bulk import insert_rows, lock_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import kit_part, sku
from inventory_core.errors import Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.vocabulary import SkuId


def set_kit_parts(tx: Writing, actor: Actor, kit_id: int, parts: Mapping[int, int]) -> None:
    """Say that one kit consists of these parts (SKU → units); no parts makes it a plain SKU."""
    require(actor, Permission.CATALOG_EDIT)
    for quantity in parts.values():
        check_whole(quantity, field="quantity", least=1)
    if kit_id in parts:
        raise Invalid("kit_contains_itself", field="parts")
    known = set(lock_rows(tx, sku, [kit_id, *parts]))
    missing = {kit_id, *parts} - known
    if missing:
        raise NotFound("record_missing", kind="sku", id=min(missing))
    nested = tx.scalar(
        select(
            exists().where(
                or_(kit_part.c.kit_sku_id.in_(list(parts)), kit_part.c.part_sku_id == kit_id)
            )
        )
    )
    if parts and nested:
        raise Refused("kit_inside_kit", field="parts")
    tx.execute(delete(kit_part).where(kit_part.c.kit_sku_id == kit_id))
    rows = [
        {"kit_sku_id": kit_id, "part_sku_id": part, "quantity": quantity}
        for part, quantity in sorted(parts.items())
    ]
    insert_rows(tx, kit_part, rows)
    record_audit(tx, actor, "kit_parts_set", ("sku", kit_id), {"parts": {**_named(parts)}})


def kit_parts(conn: Reading, sku_ids: Sequence[int]) -> dict[SkuId, dict[SkuId, int]]:
    """Parts of those SKUs that are kits: kit → part → units in one kit."""
    found: dict[SkuId, dict[SkuId, int]] = defaultdict(dict)
    for row in conn.rows(select(kit_part).where(kit_part.c.kit_sku_id.in_(list(sku_ids)))):
        found[SkuId(row.kit_sku_id)][SkuId(row.part_sku_id)] = row.quantity
    return dict(found)


def explode_kits(conn: Reading, quantities: Mapping[int, int]) -> dict[SkuId, int]:
    """Units of stocked SKUs that these quantities need; a part shared by two kits is summed."""
    parts = kit_parts(conn, list(quantities))
    needed: dict[SkuId, int] = defaultdict(int)
    for sku_id, quantity in quantities.items():
        for part, each in parts.get(SkuId(sku_id), {SkuId(sku_id): 1}).items():
            needed[part] += each * quantity
    return dict(needed)


def _named(parts: Mapping[int, int]) -> dict[str, int]:
    return {str(part): quantity for part, quantity in parts.items()}
