"""Codes that a file names and the catalog does not know, made on request so that it can come in.

Decides what such a record holds before anybody has said more: its code as its name, the company's
time zone, the currency of its own rows. What is made is an import of its own and undone like one.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from inventory_core.catalog.codes import code_key
from inventory_core.catalog.locations import NewWarehouse, create_warehouses, warehouse_ids
from inventory_core.db.engine import Writing
from inventory_core.desk.imports_runs import (
    ImportReport,
    UnknownCode,
    UnknownKind,
    close_run,
    known_run,
    open_run,
)
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.company import read_company
from inventory_core.trade.suppliers import NewSupplier, create_suppliers, supplier_ids
from inventory_core.vocabulary import WarehouseKind

TEMPLATE = "unknown_codes"
# So many unknown codes are another column read as this one, not places that somebody forgot.
MOST_MADE = 50


def make_unknown(
    tx: Writing, actor: Actor, codes: Sequence[UnknownCode], *, key: str, now: datetime
) -> ImportReport:
    """Make warehouses and suppliers of these codes, all or none; what exists by now stays as it is.

    Invalid("too_many_unknown_codes") beyond `MOST_MADE`.
    """
    require(actor, Permission.DATA_IMPORT)
    require(actor, Permission.CATALOG_EDIT)
    if len(codes) > MOST_MADE:
        raise Invalid("too_many_unknown_codes", count=len(codes), most=MOST_MADE)
    named = sorted(f"{each.kind}:{each.code}:{each.currency}" for each in codes)
    content_hash = hashlib.sha256("\n".join(named).encode()).hexdigest()
    done = known_run(tx, key=key, template=TEMPLATE, file_hash=content_hash)
    if done is not None:
        return done
    places, suppliers = (_missing(tx, codes, kind) for kind in UnknownKind)
    name = ", ".join(each.code for each in codes)
    made = len(places) + len(suppliers)
    counts = {"created": made, "unchanged": len(codes) - made}
    report = ImportReport(TEMPLATE, name, "", len(codes), counts, {})
    if not made:
        return report
    import_id = open_run(
        tx, actor, key=key, template=TEMPLATE, file_name=name, file_hash=content_hash
    )
    _make(tx, actor, places, suppliers, import_id)
    report = ImportReport(TEMPLATE, name, "", len(codes), counts, {}, import_id=import_id)
    close_run(tx, import_id, report)
    record_audit(tx, actor, "file_imported", ("import", import_id), {"file": name, "at": now})
    return report


def _missing(tx: Writing, codes: Sequence[UnknownCode], kind: UnknownKind) -> list[UnknownCode]:
    wanted = [each for each in codes if each.kind is kind]
    named = [each.code for each in wanted]
    known: Collection[str] = (
        warehouse_ids(tx, named) if kind is UnknownKind.WAREHOUSE else supplier_ids(tx, named)
    )
    return [each for each in wanted if code_key(each.code) not in known]


def _make(
    tx: Writing,
    actor: Actor,
    places: Sequence[UnknownCode],
    suppliers: Sequence[UnknownCode],
    import_id: int,
) -> None:
    company = read_company(tx)
    create_warehouses(
        tx,
        actor,
        [
            NewWarehouse(each.code, each.code, WarehouseKind.OWN, None, company.time_zone)
            for each in places
        ],
        import_id=import_id,
    )
    create_suppliers(
        tx,
        actor,
        [
            NewSupplier(each.code, each.code, each.currency or company.base_currency)
            for each in suppliers
        ],
        import_id=import_id,
    )
