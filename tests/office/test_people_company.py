"""What the company has chosen, and what stands once goods are booked."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from forecasting.replenish import plan_settings
from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.audit import list_audit
from inventory_core.office.company import Company, read_company, save_company
from inventory_core.planning.plan_costs import ASSUMED_COSTS
from inventory_core.vocabulary import CostMethod, OrderRule, PersonId, Role

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_a_company_is_set_up_once_and_then_changed_by_version(database: Database) -> None:
    with database.writing() as tx:
        made = save_company(tx, SYSTEM, Company(name="Northwind", base_currency="USD"), now=NOW)
        assert made == read_company(tx)
        later = save_company(tx, SYSTEM, replace(made, dead_stock_days=120), now=NOW)
        with pytest.raises(Conflict, match="settings_changed_meanwhile"):
            save_company(tx, SYSTEM, replace(made, review_days=14), now=NOW)
        assert read_company(tx) == later
        latest = list_audit(tx, subject=("company", 1))[0]
    assert latest.details == {"dead_stock_days": 120, "version": 2}


def test_orders_follow_the_service_level_until_somebody_chooses_least_cost(
    database: Database,
) -> None:
    with database.writing() as tx:
        made = save_company(tx, SYSTEM, Company(name="Northwind"), now=NOW)
        assert made.order_rule is OrderRule.SERVICE_LEVEL
        save_company(tx, SYSTEM, replace(made, order_rule=OrderRule.LEAST_COST), now=NOW)
        found = read_company(tx)
        latest = list_audit(tx, subject=("company", 1))[0]
    assert plan_settings(found, ASSUMED_COSTS).order_rule is OrderRule.LEAST_COST
    assert latest.details == {"order_rule": "least_cost", "version": 2}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "company_name_missing"),
        ({"base_currency": "XYZ"}, "unknown_currency"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"dead_stock_days": 0}, "days_out_of_range"),
        ({"review_days": 91}, "days_out_of_range"),
        ({"dead_stock_days": 1001}, "days_out_of_range"),
        ({"service_level": Decimal("0.5")}, "service_level_out_of_range"),
        ({"service_level": Decimal(1)}, "service_level_out_of_range"),
        ({"holding_rate_year": Decimal(-1)}, "holding_rate_out_of_range"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    database: Database, change: dict[str, object], code: str
) -> None:
    with pytest.raises(Invalid, match=code), database.writing() as tx:
        save_company(tx, SYSTEM, replace(Company(name="Northwind"), **change), now=NOW)
    with database.reading() as conn:
        assert read_company(conn).version == 0


def test_before_the_first_posting_currency_and_cost_method_may_change(database: Database) -> None:
    with database.writing() as tx:
        made = save_company(tx, SYSTEM, Company(name="Northwind"), now=NOW)
        wanted = replace(made, base_currency="EUR", cost_method=CostMethod.FIFO)
        assert save_company(tx, SYSTEM, wanted, now=NOW).base_currency == "EUR"


def test_a_reader_changes_no_settings(database: Database) -> None:
    reader = Actor(PersonId(0), "reader", frozenset({Role.READER}))
    with pytest.raises(Forbidden), database.writing() as tx:
        save_company(tx, reader, Company(name="Northwind"), now=NOW)
