"""Suppliers: created in batches, changed by version, with a calendar of their own."""

from decimal import Decimal

import pytest

from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Invalid
from inventory_core.office.actors import SYSTEM
from inventory_core.office.audit import list_audit
from inventory_core.trade.suppliers import (
    NewSupplier,
    change_supplier,
    create_suppliers,
    supplier_ids,
    suppliers,
)


def test_a_supplier_is_read_as_it_was_created(database: Database) -> None:
    new = NewSupplier(
        "NB-01", "Ningbo Brightway", "cny", "cn", "a@b.cn", 30, Decimal(5000), "china_factory"
    )
    with database.writing() as tx:
        made = create_suppliers(tx, SYSTEM, [new, NewSupplier("YW", "Yiwu", "USD")])
        assert supplier_ids(tx, ["nb-01"]) == {"nb-01": made["NB-01"]}
        kept = suppliers(tx, [made["NB-01"]])[0]
        assert [s.code for s in suppliers(tx)] == ["NB-01", "YW"]
    assert (kept.currency, kept.country, kept.calendar_code) == ("CNY", "CN", "china_factory")
    assert (kept.order_minimum, kept.payment_days, kept.version) == (Decimal(5000), 30, 1)
    with pytest.raises(Conflict, match="codes_taken"), database.writing() as tx:
        create_suppliers(tx, SYSTEM, [NewSupplier("nb-01", "x", "CNY")])


def test_a_change_is_versioned_and_kept_in_the_audit(database: Database) -> None:
    with database.writing() as tx:
        supplier_id = create_suppliers(tx, SYSTEM, [NewSupplier("A", "A", "CNY")])["A"]
        changes = {"payment_days": 45, "calendar_code": "china_factory"}
        assert change_supplier(tx, SYSTEM, supplier_id, changes, version=1) == 2
        assert suppliers(tx)[0].calendar_code == "china_factory"
        with pytest.raises(Conflict, match="version_changed"):
            change_supplier(tx, SYSTEM, supplier_id, {"payment_days": 1}, version=1)
        told = list_audit(tx, subject=("supplier", supplier_id))[0]
        assert told.details["payment_days"] == {"from": 0, "to": 45}
        change_supplier(tx, SYSTEM, supplier_id, {"calendar_code": None}, version=2)
        assert suppliers(tx)[0].calendar_code is None


@pytest.mark.parametrize(
    "new",
    [
        NewSupplier("A", "", "CNY"),
        NewSupplier("A", "a", "ZZZ"),
        NewSupplier("A", "a", "CNY", "CHN"),
        NewSupplier("A", "a", "CNY", email="nobody"),
        NewSupplier("A", "a", "CNY", payment_days=-1),
        NewSupplier("A", "a", "CNY", order_minimum=Decimal("NaN")),
        NewSupplier("A", "a", "CNY", calendar_code="moon"),
    ],
)
def test_a_supplier_with_something_wrong_is_refused(database: Database, new: NewSupplier) -> None:
    with pytest.raises(Invalid), database.writing() as tx:
        create_suppliers(tx, SYSTEM, [new])
