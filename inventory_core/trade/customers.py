"""Customers who are known by a code. Decides who they are; orders keep their own personal data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from inventory_core.catalog.changes import Check, change_record, create_records
from inventory_core.catalog.codes import at_row, clean_code, clean_text, code_key
from inventory_core.catalog.fields import check_country
from inventory_core.db.engine import Writing
from inventory_core.db.schema.channels import customer
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to be created."""

    code: str
    name: str
    country: str | None = None
    email: str = ""


def create_customers(
    tx: Writing, actor: Actor, customers: Sequence[NewCustomer], *, import_id: int | None = None
) -> dict[str, int]:
    """Create all or none; ids by code as given."""
    require(actor, Permission.CATALOG_EDIT)
    rows = []
    for row_no, new in enumerate(customers, 1):
        with at_row(row_no):
            code = clean_code(new.code)
            values = {name: check(getattr(new, name)) for name, check in _CHECKS.items()}
            rows.append({"code": code, "code_key": code_key(code), **values})
    codes = [new.code for new in customers]
    return create_records(tx, actor, "customer", customer, codes, rows, import_id=import_id)


def change_customer(
    tx: Writing, actor: Actor, customer_id: int, changes: Mapping[str, Any], *, version: int
) -> int:
    """Change name, country or e-mail of one customer. Answers the new version."""
    require(actor, Permission.CATALOG_EDIT)
    return change_record(tx, actor, customer, customer_id, changes, version=version, checks=_CHECKS)


def _name(value: Any) -> str:
    name = clean_text(value, field="name")
    if not name:
        raise Invalid("name_missing", field="name")
    return name


_CHECKS: dict[str, Check] = {
    "name": _name,
    "country": check_country,
    "email": partial(clean_text, field="email", most=254),
}
