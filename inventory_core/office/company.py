"""The company itself: its name, base currency, time zone and rules. One row, or none yet.

Decides that the base currency is fixed by the first posting, since every value in the book is
written in it. Never holds what the machine may choose (see `settings`).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import exists, insert, select, update

from inventory_core.clock import zone
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import company
from inventory_core.db.schema.stock import operation
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.money import check_currency
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.vocabulary import CostMethod, Language, OrderRule

MOST_CHARACTERS = 120
MOST_REVIEW_DAYS = 90
MOST_DEAD_STOCK_DAYS = 1000


@dataclass(frozen=True, slots=True)
class Company:
    """What the company has chosen; `version` 0 means that nothing has been chosen yet."""

    name: str = ""
    base_currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    language: Language = Language.EN
    cost_method: CostMethod = CostMethod.MOVING_AVERAGE
    dead_stock_days: int = 90
    service_level: Decimal = Decimal("0.95")
    review_days: int = 7
    holding_rate_year: Decimal = Decimal("0.25")
    order_rule: OrderRule = OrderRule.SERVICE_LEVEL
    simulated: bool = False
    version: int = 0


def read_company(conn: Reading) -> Company:
    """The company of this database, with the defaults where it has not been set up."""
    columns = company.c
    rows = conn.rows(
        select(
            columns.name,
            columns.base_currency,
            columns.time_zone,
            columns.language,
            columns.cost_method,
            columns.dead_stock_days,
            columns.service_level,
            columns.review_days,
            columns.holding_rate_year,
            columns.order_rule,
            columns.simulated,
            columns.version,
        )
    )
    if not rows:
        return Company()
    facts = dict(rows[0]._mapping)
    facts["language"] = Language(facts["language"])
    facts["cost_method"] = CostMethod(facts["cost_method"])
    facts["order_rule"] = OrderRule(facts["order_rule"])
    return Company(**facts)


def has_postings(conn: Reading) -> bool:
    """Whether the book holds anything; from then on the base currency stands."""
    return bool(conn.scalar(select(exists(select(operation.c.id)))))


def save_company(tx: Writing, actor: Actor, wanted: Company, *, now: datetime) -> Company:
    """Set up or change the company; `wanted.version` is the one the writer saw."""
    require(actor, Permission.SETTINGS_EDIT)
    _check(wanted)
    before = read_company(tx)
    if wanted.version != before.version:
        raise Conflict("settings_changed_meanwhile")
    if wanted.base_currency != before.base_currency and has_postings(tx):
        raise Refused("base_currency_fixed", field="base_currency", currency=before.base_currency)
    if wanted.cost_method != before.cost_method and has_postings(tx):
        raise Refused("cost_method_fixed", field="cost_method")
    values = {
        "name": wanted.name.strip(),
        "base_currency": wanted.base_currency,
        "time_zone": wanted.time_zone,
        "language": wanted.language.value,
        "cost_method": wanted.cost_method.value,
        "dead_stock_days": wanted.dead_stock_days,
        "service_level": wanted.service_level,
        "review_days": wanted.review_days,
        "holding_rate_year": wanted.holding_rate_year,
        "order_rule": wanted.order_rule.value,
        "version": before.version + 1,
    }
    if before.version:
        changed = tx.execute(
            update(company).where(company.c.version == before.version).values(values)
        )
        if changed.rowcount != 1:
            raise Conflict("settings_changed_meanwhile")
    else:
        tx.execute(insert(company).values(id=1, **values))
    facts = {n: v for n, v in values.items() if v != _kept(before, n)}
    record_audit(tx, actor, "settings_changed", ("company", 1), facts)
    return replace(wanted, simulated=before.simulated, version=before.version + 1)


def _check(wanted: Company) -> None:
    if not wanted.name.strip():
        raise Invalid("company_name_missing", field="name")
    if len(wanted.name) > MOST_CHARACTERS:
        raise Invalid("name_too_long", field="name", most=MOST_CHARACTERS)
    check_currency(wanted.base_currency, field="base_currency")
    zone(wanted.time_zone)
    for name, most in (
        ("dead_stock_days", MOST_DEAD_STOCK_DAYS),
        ("review_days", MOST_REVIEW_DAYS),
    ):
        if not 1 <= getattr(wanted, name) <= most:
            raise Invalid("days_out_of_range", field=name, fewest=1, most=most)
    if not Decimal("0.5") < wanted.service_level < 1:
        raise Invalid("service_level_out_of_range", field="service_level")
    if not 0 <= wanted.holding_rate_year <= 5:
        raise Invalid("holding_rate_out_of_range", field="holding_rate_year")


def _kept(before: Company, name: str) -> object:
    value = getattr(before, name)
    return value.value if isinstance(value, Language | CostMethod | OrderRule) else value
