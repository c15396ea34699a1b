"""The company as the trade needs it. Decides that nothing is posted before it is founded.

What a company may choose, and how it is changed, stands in `office/company`.
"""

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert

from inventory_core.catalog.codes import clean_text
from inventory_core.clock import zone
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import company as company_table
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.money import check_currency
from inventory_core.office.actors import SYSTEM, Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.company import Company, read_company, save_company
from inventory_core.vocabulary import CostMethod, Language

__all__ = [
    "Company", "NewCompany", "change_company", "company", "found_by_first_file", "found_company",
]  # fmt: skip

change_company = save_company


@dataclass(frozen=True, slots=True)
class NewCompany:
    """What is asked at the first start; the base currency stands from the first posting on."""

    name: str
    base_currency: str
    time_zone: str
    language: Language
    simulated: bool = False
    cost_method: CostMethod = CostMethod.MOVING_AVERAGE


def company(conn: Reading) -> Company:
    """The founded company; Refused where nobody has said what the base currency is."""
    found = read_company(conn)
    if not found.version:
        raise Refused("company_not_founded")
    return found


def found_by_first_file(tx: Writing, *, base_currency: str = "", time_zone: str = "") -> bool:
    """Found a company that nobody has set up, still nameless; whether that was needed.

    Without it nothing has a value in the book. It follows from bringing in data, so no right of its
    own is asked for. The currency is the one stated, else the usual one.
    """
    usual = read_company(tx)
    if usual.version:
        return False
    currency = check_currency(base_currency or usual.base_currency, field="base_currency")
    values = {
        "id": 1,
        "name": "",
        "base_currency": currency,
        "time_zone": zone(time_zone).key if time_zone else _usual_zone(usual, currency),
        "language": usual.language.value,
    }
    tx.execute(insert(company_table).values(values).on_conflict_do_nothing())
    record_audit(tx, SYSTEM, "company_founded", ("company", 1), values)
    return True


def _usual_zone(usual: Company, currency: str) -> str:
    return usual.time_zone if currency == usual.base_currency else "UTC"


def found_company(tx: Writing, actor: Actor, new: NewCompany) -> Company:
    """Set the company up, once."""
    require(actor, Permission.SETTINGS_EDIT)
    name = clean_text(new.name, field="name", most=120)
    if not name:
        raise Invalid("company_name_missing", field="name")
    values = {
        "id": 1,
        "name": name,
        "base_currency": check_currency(new.base_currency, field="base_currency"),
        "time_zone": zone(new.time_zone).key,
        "language": Language(new.language).value,
        "cost_method": CostMethod(new.cost_method).value,
        "simulated": new.simulated,
    }
    once = insert(company_table).values(values).on_conflict_do_nothing()
    if not tx.rows(once.returning(company_table.c.id)):
        raise Conflict("company_founded")
    record_audit(tx, actor, "company_founded", ("company", 1), values)
    return read_company(tx)
