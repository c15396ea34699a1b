"""Warehouses, zones and bins. Decides what a place is and whose costs it shares; never a balance.

Every warehouse has a cost pool of its own unless one is named, so that the same SKU may cost more
where freight was paid to bring it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select, func, select

from inventory_core.catalog.changes import Check, change_record, create_records, record_creation
from inventory_core.catalog.codes import (
    at_row,
    clean_code,
    clean_text,
    code_key,
    refuse_repeats,
    refuse_taken,
)
from inventory_core.catalog.fields import (
    check_country,
    check_flag,
    check_member,
    check_optional_whole,
    check_whole,
)
from inventory_core.clock import zone
from inventory_core.db.bulk import insert_rows, next_ids
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import cost_pool, location
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.errors import Invalid, NotFound
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.vocabulary import (
    Authority,
    LocationId,
    LocationKind,
    WarehouseId,
    WarehouseKind,
)

MOST_WAREHOUSE_CODE = 40
MOST_BIN_CODE = 60
_COMPANY = VIRTUAL_LOCATIONS[LocationKind.COMPANY]
_BIN_KINDS = (LocationKind.ZONE, LocationKind.RACK, LocationKind.BIN)


@dataclass(frozen=True, slots=True)
class NewWarehouse:
    """A warehouse to be created; `cost_pool` names one that several warehouses share."""

    code: str
    name: str
    kind: WarehouseKind
    country: str | None
    time_zone: str
    authority: Authority = Authority.OURS
    customs_region: str | None = None
    priority: int = 100
    cost_pool: str | None = None


@dataclass(frozen=True, slots=True)
class NewBin:
    """A zone, rack or bin; its code is unique within its warehouse."""

    code: str
    name: str = ""
    kind: LocationKind = LocationKind.BIN
    x_cm: int | None = None
    y_cm: int | None = None
    z_cm: int | None = None


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A warehouse as it stands; smaller priority comes first."""

    id: WarehouseId
    code: str
    name: str
    kind: WarehouseKind
    authority: Authority
    country: str | None
    time_zone: str
    cost_pool_id: int
    priority: int
    active: bool
    customs_region: str | None
    version: int


def create_warehouses(
    tx: Writing,
    actor: Actor,
    warehouses: Sequence[NewWarehouse],
    *,
    import_id: int | None = None,
) -> dict[str, WarehouseId]:
    """Create all or none; ids by code as given."""
    require(actor, Permission.CATALOG_EDIT)
    rows = [_checked(new, row) for row, new in enumerate(warehouses, 1)]
    pools = _cost_pools(tx, [row["pool"] for row in rows])
    for row, new_id in zip(rows, next_ids(tx, location, len(rows)), strict=True):
        row |= {"id": new_id, "warehouse_id": new_id, "parent_id": _COMPANY}
        row["cost_pool_id"] = pools[row.pop("pool")]
    codes = [new.code for new in warehouses]
    made = create_records(tx, actor, "warehouse", location, codes, rows, import_id=import_id)
    return {code: WarehouseId(warehouse_id) for code, warehouse_id in made.items()}


def change_warehouse(
    tx: Writing, actor: Actor, warehouse_id: int, changes: Mapping[str, Any], *, version: int
) -> int:
    """Change fields of one warehouse; code, cost pool and kind stay. Answers the new version."""
    require(actor, Permission.CATALOG_EDIT, warehouse_id=warehouse_id)
    known = tx.scalar(select(location.c.kind).where(location.c.id == warehouse_id))
    if known != LocationKind.WAREHOUSE:
        raise NotFound("record_missing", kind="warehouse", id=warehouse_id)
    return change_record(
        tx, actor, location, warehouse_id, changes, version=version, checks=_CHECKS
    )


def create_bins(
    tx: Writing, actor: Actor, warehouse_id: int, bins: Sequence[NewBin]
) -> dict[str, LocationId]:
    """Create zones, racks and bins of one warehouse; ids by code as given."""
    require(actor, Permission.CATALOG_EDIT, warehouse_id=warehouse_id)
    house = next((w for w in warehouses(tx) if w.id == warehouse_id), None)
    if house is None:
        raise NotFound("record_missing", kind="warehouse", id=warehouse_id)
    rows = []
    for row_no, new in enumerate(bins, 1):
        with at_row(row_no):
            rows.append(_checked_bin(house, new))
    refuse_repeats([row["code_key"] for row in rows])
    ordered = sorted(rows, key=lambda row: row["code_key"])
    made = insert_rows(tx, location, ordered, returning=("id", "code_key"), skip_existing=True)
    ids = {row.code_key: LocationId(row.id) for row in made}
    missing = {row["code_key"] for row in rows} - set(ids)
    refuse_taken([new.code for new in bins], {key.split("/", 1)[1] for key in missing})
    by_code = {new.code: ids[row["code_key"]] for new, row in zip(bins, rows, strict=True)}
    record_creation(tx, actor, "bin", by_code)
    return by_code


def warehouses(conn: Reading) -> list[Warehouse]:
    """Every warehouse, the first to be served from first."""
    columns = [location.c[name] for name in Warehouse.__slots__ if name != "kind"]
    rows = conn.rows(
        select(*columns, location.c.warehouse_kind.label("kind"))
        .where(location.c.kind == LocationKind.WAREHOUSE)
        .order_by(location.c.priority, location.c.id)
    )
    return [_warehouse(row._mapping) for row in rows]


def warehouse_ids(conn: Reading, codes: Sequence[str]) -> dict[str, WarehouseId]:
    """Ids of warehouses by `code_key`; a code that none has is left out."""
    wanted = {code_key(code) for code in codes}
    return {code_key(w.code): w.id for w in warehouses(conn) if code_key(w.code) in wanted}


def _warehouse(facts: Mapping[Any, Any]) -> Warehouse:
    kind, authority = WarehouseKind(facts["kind"]), Authority(facts["authority"])
    return Warehouse(**{**facts, "kind": kind, "authority": authority})


def _checked(new: NewWarehouse, row: int) -> dict[str, Any]:
    with at_row(row):
        code = clean_code(new.code, most=MOST_WAREHOUSE_CODE)
        key = code_key(code)
        pool = f"warehouse {key}" if new.cost_pool is None else clean_code(new.cost_pool)
        values = {n: check(getattr(new, n)) for n, check in _CHECKS.items() if n != "active"}
        return {
            "code": code,
            "code_key": key,
            "kind": LocationKind.WAREHOUSE.value,
            "warehouse_kind": check_member(new.kind, WarehouseKind, field="kind"),
            "pool": pool,
            **values,
        }


def _cost_pools(tx: Writing, codes: Sequence[str]) -> dict[str, int]:
    wanted = sorted(set(codes))
    insert_rows(tx, cost_pool, [{"code": code} for code in wanted], skip_existing=True)
    rows = tx.rows(select(cost_pool.c.code, cost_pool.c.id).where(cost_pool.c.code.in_(wanted)))
    return {row.code: row.id for row in rows}


def _checked_bin(house: Warehouse, new: NewBin) -> dict[str, Any]:
    code = clean_code(new.code, most=MOST_BIN_CODE)
    if new.kind not in _BIN_KINDS:
        raise Invalid("not_in_list", field="kind", value=str(new.kind))
    spots = {
        name: check_optional_whole(getattr(new, name), field=name, least=-(10**7), most=10**7)
        for name in ("x_cm", "y_cm", "z_cm")
    }
    return {
        "code": code,
        "code_key": f"{code_key(house.code)}/{code_key(code)}",
        "name": clean_text(new.name, field="name"),
        "kind": new.kind.value,
        "parent_id": house.id,
        "warehouse_id": house.id,
        **spots,
    }


def _zone(value: Any) -> str:
    return zone(str(value)).key


def _customs_region(value: Any) -> str | None:
    return clean_text(value, field="customs_region", most=20).upper() if value else None


_CHECKS: dict[str, Check] = {
    "name": partial(clean_text, field="name"),
    "country": check_country,
    "time_zone": _zone,
    "customs_region": _customs_region,
    "authority": partial(check_member, members=Authority, field="authority"),
    "priority": partial(check_whole, field="priority", most=10_000),
    "active": partial(check_flag, field="active"),
}


def warehouse_countries(conn: Reading, warehouse_ids: Collection[int]) -> dict[int, str]:
    """The country of each of these warehouses, "" where none is stated."""
    rows = conn.rows(
        select(location.c.id, func.coalesce(location.c.country, "").label("country")).where(
            location.c.id.in_(sorted(warehouse_ids))
        )
    )
    return {row.id: row.country for row in rows}


def countries_with_warehouses(conn: Reading) -> list[str]:
    """The countries in which a warehouse stands, in order."""
    rows = conn.rows(
        select(location.c.country)
        .where(location.c.kind == LocationKind.WAREHOUSE, location.c.country.is_not(None))
        .distinct()
        .order_by(location.c.country)
    )
    return [row.country for row in rows]


def select_warehouses(find: str = "") -> Select[Any]:
    """The named SELECT behind the list of warehouses, in the order they are served from."""
    wanted = f"%{find.strip()}%"
    columns = ("id", "code", "name", "country", "time_zone", "priority", "active")
    return (
        select(*(location.c[n] for n in columns), location.c.warehouse_kind.label("kind"))
        .where(
            location.c.kind == LocationKind.WAREHOUSE,
            location.c.name.ilike(wanted) | location.c.code.ilike(wanted),
        )
        .order_by(location.c.priority, location.c.id)
    )
