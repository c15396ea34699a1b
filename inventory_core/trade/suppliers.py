"""Suppliers. Decides who they are and how they are paid; what they sell stands in `offers`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from inventory_core.catalog.calendar_records import ensure_calendars
from inventory_core.catalog.changes import Check, change_record, create_records
from inventory_core.catalog.codes import at_row, clean_code, clean_text, code_key
from inventory_core.catalog.fields import check_country, check_decimal, check_flag, check_whole
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import calendar
from inventory_core.db.schema.supply import supplier
from inventory_core.errors import Invalid
from inventory_core.money import check_currency
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.vocabulary import SupplierId


@dataclass(frozen=True, slots=True)
class NewSupplier:
    """A supplier to be created; `order_minimum` is an amount in its currency."""

    code: str
    name: str
    currency: str
    country: str | None = None
    email: str = ""
    payment_days: int = 0
    order_minimum: Decimal | None = None
    calendar_code: str | None = None


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier as it stands."""

    id: SupplierId
    code: str
    name: str
    currency: str
    country: str | None
    email: str
    payment_days: int
    order_minimum: Decimal | None
    calendar_code: str | None
    active: bool
    version: int


def create_suppliers(
    tx: Writing,
    actor: Actor,
    suppliers: Sequence[NewSupplier],
    *,
    import_id: int | None = None,
) -> dict[str, SupplierId]:
    """Create all or none; ids by code as given."""
    require(actor, Permission.CATALOG_EDIT)
    calendar_ids = ensure_calendars(tx, [s.calendar_code for s in suppliers if s.calendar_code])
    rows = []
    for row_no, new in enumerate(suppliers, 1):
        with at_row(row_no):
            rows.append(_checked(new, calendar_ids))
    codes = [new.code for new in suppliers]
    made = create_records(tx, actor, "supplier", supplier, codes, rows, import_id=import_id)
    return {code: SupplierId(supplier_id) for code, supplier_id in made.items()}


def change_supplier(
    tx: Writing, actor: Actor, supplier_id: int, changes: Mapping[str, Any], *, version: int
) -> int:
    """Change fields of one supplier (`calendar_code` among them). Answers the new version."""
    require(actor, Permission.CATALOG_EDIT)
    wanted = dict(changes)
    if "calendar_code" in wanted:
        code = wanted.pop("calendar_code")
        wanted["calendar_id"] = ensure_calendars(tx, [code])[code] if code else None
    return change_record(tx, actor, supplier, supplier_id, wanted, version=version, checks=_CHECKS)


def supplier_ids(conn: Reading, codes: Sequence[str]) -> dict[str, SupplierId]:
    """Ids by `code_key`; a code that no supplier has is left out."""
    keys = bindparam("keys", [code_key(code) for code in codes], type_=ARRAY(TEXT))
    rows = conn.rows(
        select(supplier.c.code_key, supplier.c.id).where(supplier.c.code_key == keys.any_())
    )
    return {row.code_key: SupplierId(row.id) for row in rows}


def suppliers(conn: Reading, ids: Sequence[int] | None = None) -> list[Supplier]:
    """Suppliers by name; all of them where no ids are given."""
    columns = [supplier.c[name] for name in Supplier.__slots__ if name != "calendar_code"]
    statement = (
        select(*columns, calendar.c.code.label("calendar_code"))
        .outerjoin(calendar, calendar.c.id == supplier.c.calendar_id)
        .order_by(supplier.c.name, supplier.c.id)
    )
    if ids is not None:
        statement = statement.where(supplier.c.id.in_(list(ids)))
    return [Supplier(**row._mapping) for row in conn.rows(statement)]


def _checked(new: NewSupplier, calendar_ids: Mapping[str, int]) -> dict[str, Any]:
    code = clean_code(new.code)
    values = {n: check(getattr(new, n)) for n, check in _CHECKS.items() if hasattr(new, n)}
    calendar_id = calendar_ids[new.calendar_code] if new.calendar_code else None
    return {"code": code, "code_key": code_key(code), "calendar_id": calendar_id, **values}


def _name(value: Any) -> str:
    name = clean_text(value, field="name")
    if not name:
        raise Invalid("name_missing", field="name")
    return name


def _email(value: Any) -> str:
    address = clean_text(value, field="email", most=254)
    if address and ("@" not in address[1:-1] or " " in address):
        raise Invalid("unknown_email", field="email", value=address)
    return address


def _order_minimum(value: Any) -> Decimal | None:
    return None if value is None else check_decimal(value, field="order_minimum")


_CHECKS: dict[str, Check] = {
    "name": _name,
    "currency": check_currency,
    "country": check_country,
    "email": _email,
    "payment_days": partial(check_whole, field="payment_days", most=730),
    "order_minimum": _order_minimum,
    "active": partial(check_flag, field="active"),
    "calendar_id": lambda value: value,
}


def select_suppliers(find: str = "") -> Select[Any]:
    """The named SELECT behind the list of suppliers, by name."""
    wanted = f"%{find.strip()}%"
    columns = ("id", "code", "name", "country", "currency", "payment_days", "active")
    return (
        select(*(supplier.c[name] for name in columns), calendar.c.code.label("calendar_code"))
        .outerjoin(calendar, calendar.c.id == supplier.c.calendar_id)
        .where(supplier.c.name.ilike(wanted) | supplier.c.code.ilike(wanted))
        .order_by(supplier.c.name, supplier.c.id)
    )
