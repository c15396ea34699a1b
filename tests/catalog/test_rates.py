"""Exchange rates: the latest on or before the day, never a guess."""

from datetime import date
from decimal import Decimal

import pytest

from inventory_core.catalog.company import NewCompany, found_company
from inventory_core.catalog.rates import NewRate, Rate, rate_on, rates_on, record_rates
from inventory_core.db.engine import Database, Writing
from inventory_core.errors import Invalid, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.vocabulary import Language

D = Decimal


def _found(tx: Writing) -> None:
    found_company(tx, SYSTEM, NewCompany("Seller", "CNY", "Asia/Shanghai", Language.ZH))


def test_trap_10_the_rate_of_a_day_is_the_latest_on_or_before_it(database: Database) -> None:
    with database.writing() as tx:
        _found(tx)
        record_rates(
            tx,
            SYSTEM,
            [
                NewRate("USD", "CNY", date(2026, 1, 1), D("7.1")),
                NewRate("USD", "CNY", date(2026, 2, 1), D("7.2")),
            ],
        )
        assert rate_on(tx, "USD", "CNY", date(2026, 1, 31)) == Rate(D("7.1"), date(2026, 1, 1))
        assert rate_on(tx, "USD", "CNY", date(2026, 2, 1)) == Rate(D("7.2"), date(2026, 2, 1))
        assert rate_on(tx, "CNY", "CNY", date(2020, 1, 1)).rate == 1
        with pytest.raises(Refused, match="rate_missing") as told:
            rate_on(tx, "USD", "CNY", date(2025, 12, 31))
    assert told.value.params["from_currency"] == "USD"


def test_an_inverse_serves_where_it_is_newer(database: Database) -> None:
    with database.writing() as tx:
        _found(tx)
        record_rates(
            tx,
            SYSTEM,
            [
                NewRate("USD", "CNY", date(2026, 1, 1), D(7)),
                NewRate("CNY", "USD", date(2026, 1, 5), D("0.125")),
            ],
        )
        assert rate_on(tx, "USD", "CNY", date(2026, 1, 4)).rate == 7
        assert rate_on(tx, "USD", "CNY", date(2026, 1, 5)).rate == 8


def test_two_foreign_currencies_meet_through_the_base(database: Database) -> None:
    with database.writing() as tx:
        _found(tx)
        record_rates(
            tx,
            SYSTEM,
            [
                NewRate("GBP", "CNY", date(2026, 1, 9), D(9)),
                NewRate("USD", "CNY", date(2026, 1, 2), D("7.2")),
            ],
        )
        assert rate_on(tx, "GBP", "USD", date(2026, 2, 1)) == Rate(D("1.25"), date(2026, 1, 2))
        found = rates_on(tx, ["GBP", "EUR", "CNY"], "CNY", date(2026, 2, 1))
    assert {currency: rate.rate for currency, rate in found.items()} == {"GBP": D(9), "CNY": D(1)}


def test_recording_the_same_day_again_replaces_the_rate(database: Database) -> None:
    day = date(2026, 1, 1)
    with database.writing() as tx:
        _found(tx)
        record_rates(tx, SYSTEM, [NewRate("USD", "CNY", day, D(7))])
        record_rates(tx, SYSTEM, [NewRate("USD", "CNY", day, D("7.5"))])
        assert rate_on(tx, "USD", "CNY", day).rate == D("7.5")


@pytest.mark.parametrize("rate", [D(0), D(-1), D("NaN"), D("Infinity"), 7.1, D("1e-30")])
def test_a_rate_that_is_none_is_refused(database: Database, rate: Decimal) -> None:
    with pytest.raises(Invalid), database.writing() as tx:
        record_rates(tx, SYSTEM, [NewRate("USD", "CNY", date(2026, 1, 1), rate)])
    with pytest.raises(Invalid, match="unknown_currency"), database.writing() as tx:
        record_rates(tx, SYSTEM, [NewRate("XXZ", "CNY", date(2026, 1, 1), D(1))])
