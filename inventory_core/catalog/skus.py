"""SKUs: create, change, find. Decides which SKU a code means; never how many there are of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Select, String, bindparam, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from inventory_core.catalog.changes import Check, change_record, create_records
from inventory_core.catalog.codes import at_row, clean_code, clean_text, code_key
from inventory_core.catalog.fields import check_day, check_flag, check_optional_whole
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import barcode, sku
from inventory_core.db.schema.channels import listing
from inventory_core.errors import Conflict, Invalid, NotFound
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.vocabulary import SkuId

__all__ = [
    "FoundSku",
    "NewSku",
    "Sku",
    "change_sku",
    "clean_code",
    "code_key",
    "create_skus",
    "find_by_any_code",
    "read_sku",
    "sku_ids",
    "sku_named",
    "skus_named",
    "successor_named",
]

STATES = ("active", "discontinued", "archived")
MOST_INTEGER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class NewSku:
    """A SKU to be created; weight and volume are of one unit."""

    code: str
    name: str
    category: str = ""
    unit: str = "piece"
    weight_grams: int | None = None
    volume_cm3: int | None = None
    carton_quantity: int | None = None
    shelf_life_days: int | None = None
    lot_tracked: bool = False
    serial_tracked: bool = False
    launched_on: date | None = None
    barcodes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sku:
    """A SKU as it stands."""

    id: SkuId
    code: str
    name: str
    category: str
    state: str
    unit: str
    weight_grams: int | None
    volume_cm3: int | None
    carton_quantity: int | None
    shelf_life_days: int | None
    lot_tracked: bool
    serial_tracked: bool
    class_code: str
    launched_on: date | None
    successor_id: int | None
    version: int


@dataclass(frozen=True, slots=True)
class FoundSku:
    """A SKU that a scanned or typed text names, and by which of its codes."""

    sku_id: SkuId
    code: str
    name: str
    matched_by: str


def create_skus(
    tx: Writing, actor: Actor, skus: Sequence[NewSku], *, import_id: int | None = None
) -> dict[str, SkuId]:
    """Create all or none; ids by code as given. A code that exists: Conflict naming the rows."""
    require(actor, Permission.CATALOG_EDIT)
    rows = [_checked(new, row) for row, new in enumerate(skus, 1)]
    codes = [new.code for new in skus]
    made = create_records(tx, actor, "sku", sku, codes, rows, import_id=import_id)
    by_code = {code: SkuId(sku_id) for code, sku_id in made.items()}
    _add_barcodes(tx, {by_code[new.code]: new for new in skus})
    return by_code


def change_sku(
    tx: Writing, actor: Actor, sku_id: int, changes: Mapping[str, Any], *, version: int
) -> int:
    """Change fields of one SKU; the code is not one of them. Answers the new version."""
    require(actor, Permission.CATALOG_EDIT)
    if changes.get("successor_id") is not None:
        _refuse_circle(tx, sku_id, changes["successor_id"])
    return change_record(tx, actor, sku, sku_id, changes, version=version, checks=_CHECKS)


def sku_ids(conn: Reading, codes: Sequence[str]) -> dict[str, SkuId]:
    """Ids by `code_key`; a code that no SKU has is left out."""
    keys = bindparam("keys", [code_key(code) for code in codes], type_=ARRAY(String))
    rows = conn.rows(select(sku.c.code_key, sku.c.id).where(sku.c.code_key == keys.any_()))
    return {row.code_key: SkuId(row.id) for row in rows}


def read_sku(conn: Reading, sku_id: int) -> Sku:
    """One SKU by id."""
    rows = conn.rows(_select_sku().where(sku.c.id == sku_id))
    if not rows:
        raise NotFound("record_missing", kind="sku", id=sku_id)
    return Sku(**rows[0]._mapping)


def find_by_any_code(conn: Reading, typed: str) -> list[FoundSku]:
    """SKUs that this text names: by own code, barcode or seller SKU of a listing, in that order.

    More than one answer means that the text is ambiguous; the caller asks, it does not choose.
    """
    code = clean_code(typed)
    own = select(sku.c.id.label("sku_id"), literal("code").label("by")).where(
        sku.c.code_key == code_key(typed)
    )
    scanned = select(barcode.c.sku_id, literal("barcode")).where(barcode.c.code == code)
    listed = select(listing.c.sku_id, literal("listing")).where(listing.c.seller_sku == code)
    hits = union_all(own, scanned, listed).subquery()
    rows = conn.rows(
        select(sku.c.id, sku.c.code, sku.c.name, hits.c.by).join(hits, hits.c.sku_id == sku.c.id)
    )
    order = ("code", "barcode", "listing")
    found: dict[int, FoundSku] = {}
    for row in sorted(rows, key=lambda row: order.index(row.by)):
        found.setdefault(row.id, FoundSku(SkuId(row.id), row.code, row.name, row.by))
    return list(found.values())


def skus_named(conn: Reading, codes: Sequence[str], *, field: str = "sku") -> list[SkuId]:
    """The SKUs of codes that a person typed; Invalid where a code is missing, NotFound with the
    first that no SKU has.
    """
    keys = [code_key(clean_code(code, field=field)) for code in codes]
    known = sku_ids(conn, codes)
    for code, key in zip(codes, keys, strict=True):
        if key not in known:
            raise NotFound("sku_code_unknown", field=field, value=code)
    return [known[key] for key in keys]


def sku_named(conn: Reading, code: str, *, field: str = "sku") -> SkuId:
    """The SKU of one code that a person typed."""
    return skus_named(conn, [code], field=field)[0]


def successor_named(conn: Reading, code: str) -> SkuId | None:
    """The SKU that a person names as successor; None where the field is left empty."""
    return sku_named(conn, code, field="successor") if code.strip() else None


def _refuse_circle(tx: Writing, sku_id: int, successor_id: int) -> None:
    """Whoever continues a SKU is not continued by it. Successors change one at a time."""
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('successors', 0))"))
    walk = text(
        """
        WITH RECURSIVE heir AS (
            SELECT id, successor_id FROM sku WHERE id = :successor_id
            UNION
            SELECT sku.id, sku.successor_id FROM sku JOIN heir ON sku.id = heir.successor_id
        )
        SELECT count(*) AS steps, bool_or(id = :sku_id) AS closed FROM heir
        """
    )
    [found] = tx.rows(walk, {"sku_id": sku_id, "successor_id": successor_id})
    if not found.steps:
        raise NotFound("record_missing", kind="sku", id=successor_id)
    if found.closed:
        raise Invalid("successor_in_circle", field="successor")


def _checked(new: NewSku, row: int) -> dict[str, Any]:
    with at_row(row):
        code = clean_code(new.code)
        values = {
            name: check(getattr(new, name))
            for name, check in _CHECKS.items()
            if name not in ("state", "class_code", "successor_id")
        }
        return {"code": code, "code_key": code_key(code), **values}


def _add_barcodes(tx: Writing, by_sku: Mapping[SkuId, NewSku]) -> None:
    rows = [
        {"code": clean_code(code, field="barcode"), "sku_id": sku_id, "unit": new.unit}
        for sku_id, new in by_sku.items()
        for code in dict.fromkeys(new.barcodes)
    ]
    rows.sort(key=lambda row: str(row["code"]))
    made = insert_rows(tx, barcode, rows, returning=("code",), skip_existing=True)
    taken = {str(row["code"]) for row in rows} - {row.code for row in made}
    if taken or len(made) < len(rows):
        raise Conflict("barcodes_taken", field="barcode", codes=sorted(taken)[:20])


def _state(value: Any) -> str:
    if value not in STATES:
        raise Invalid("not_in_list", field="state", value=str(value))
    return str(value)


def _name(value: Any) -> str:
    name = clean_text(value, field="name")
    if not name:
        raise Invalid("name_missing", field="name")
    return name


def _whole(field: str) -> Any:
    return partial(check_optional_whole, field=field, least=1, most=MOST_INTEGER)


_CHECKS: dict[str, Check] = {
    "name": _name,
    "category": partial(clean_text, field="category", most=120),
    "unit": partial(clean_text, field="unit", most=20),
    "weight_grams": _whole("weight_grams"),
    "volume_cm3": _whole("volume_cm3"),
    "carton_quantity": _whole("carton_quantity"),
    "shelf_life_days": _whole("shelf_life_days"),
    "lot_tracked": partial(check_flag, field="lot_tracked"),
    "serial_tracked": partial(check_flag, field="serial_tracked"),
    "launched_on": partial(check_day, field="launched_on"),
    "state": _state,
    "class_code": partial(clean_text, field="class_code", most=10),
    "successor_id": partial(check_optional_whole, field="successor_id", least=1),
}


def _select_sku() -> Select[Any]:
    return select(*(sku.c[name] for name in Sku.__slots__))
