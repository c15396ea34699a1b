"""Sale events: the program's dates, a company's own over them, and what nobody has announced."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inventory_core.catalog.sale_event_dates import PRIME_DAYS, prime_day, program_events
from inventory_core.catalog.sale_events import (
    Feast,
    NewSaleEvent,
    SaleEvent,
    change_sale_event,
    create_sale_events,
    feasts_in,
    own_feasts,
    sale_events,
    times_seen,
)
from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.vocabulary import PersonId, Role, SaleEventKind

KIND = SaleEventKind
ANNOUNCED = NewSaleEvent("p27", KIND.PRIME_DAY, date(2027, 6, 22), date(2027, 6, 25))


def create(database: Database, *events: NewSaleEvent) -> dict[str, int]:
    with database.writing() as tx:
        return create_sale_events(tx, SYSTEM, events)


def prime_days(database: Database, year: int) -> list[tuple[date, bool]]:
    with database.reading() as conn:
        found = sale_events(conn, year, year)
    return [(one.starts_on, one.guessed) for one in found if one.kind is KIND.PRIME_DAY]


def test_trap_30_prime_day_of_a_year_not_announced_is_a_guess_and_says_so() -> None:
    guess = prime_day(PRIME_DAYS[-1].year + 1)
    assert guess is not None
    assert guess.guessed
    assert guess.starts_on.weekday() == 1
    assert guess.starts_on.month in (6, 7)
    known = prime_day(2026)
    assert known is not None
    assert (known.starts_on, known.ends_on, known.guessed) == (
        date(2026, 6, 23), date(2026, 6, 26), False,
    )  # fmt: skip
    assert prime_day(2014) is None


def test_the_program_knows_three_events_of_a_year() -> None:
    assert [(one.kind, one.starts_on) for one in program_events(2026)] == [
        (KIND.PRIME_DAY, date(2026, 6, 23)),
        (KIND.SINGLES_DAY, date(2026, 11, 11)),
        (KIND.BLACK_FRIDAY, date(2026, 11, 27)),
    ]


def test_an_entry_takes_the_place_of_the_guess_of_its_year_only(database: Database) -> None:
    create(database, ANNOUNCED)
    assert prime_days(database, 2027) == [(date(2027, 6, 22), False)]
    [(_, guessed)] = prime_days(database, 2028)
    assert guessed


def test_an_entry_that_is_removed_leaves_the_guess_again(database: Database) -> None:
    [made] = create(database, ANNOUNCED).values()
    with database.writing() as tx:
        change_sale_event(tx, SYSTEM, made, {"active": False}, version=1)
    [(_, guessed)] = prime_days(database, 2027)
    assert guessed


def test_models_know_own_events_by_name_whatever_its_case(database: Database) -> None:
    create(
        database,
        NewSaleEvent("a", KIND.OWN, date(2025, 3, 3), date(2025, 3, 5), name_en="Brand Day"),
        NewSaleEvent("b", KIND.OWN, date(2026, 3, 9), date(2026, 3, 9), name_en="brand day"),
        ANNOUNCED,
    )
    with database.reading() as conn:
        assert own_feasts(conn) == (
            Feast("own_brand day", (date(2025, 3, 3), date(2026, 3, 9))),
            Feast("prime_day", (date(2027, 6, 22),)),
        )


def test_trap_30_an_entry_for_one_country_leaves_the_date_of_all_others(
    database: Database,
) -> None:
    create(database, replace(ANNOUNCED, key="jp", country="JP"))
    with database.reading() as conn:
        found = [e for e in sale_events(conn, 2027, 2027) if e.kind is KIND.PRIME_DAY]
        entered = own_feasts(conn)
    assert [(one.country, one.guessed) for one in found] == [("JP", False), (None, True)]
    assert feasts_in(entered, "JP") == (Feast("prime_day", (date(2027, 6, 22),), "JP"),)
    assert feasts_in(entered, "") == ()


def test_an_entry_for_a_country_takes_the_place_of_one_for_everywhere_in_its_year() -> None:
    days = (date(2025, 3, 3), date(2026, 3, 9))
    entered = (Feast("own_sale", days), Feast("own_sale", (date(2026, 4, 1),), "US"))
    assert feasts_in(entered, "US") == (Feast("own_sale", (days[0], date(2026, 4, 1)), "US"),)
    assert [feasts_in(entered, place)[0].days for place in ("DE", "")] == [days, days]


def test_an_event_was_seen_where_it_took_place_while_there_were_sales() -> None:
    first, today = date(2025, 6, 1), date(2026, 6, 1)
    sale, us = (SaleEvent(KIND.OWN, date(2027, 3, 3), date(2027, 3, 3), "", "Sale", c, 1)
                for c in (None, "US"))  # fmt: skip
    past = [replace(sale, starts_on=day) for day in (date(2025, 3, 3), date(2026, 3, 9))]
    assert times_seen([*past, sale, us], sale, first, today) == 1
    assert times_seen([*past, sale, us], us, first, today) == 1
    assert times_seen([sale], sale, first, today) == 0


def test_the_same_key_enters_once(database: Database) -> None:
    first = create(database, ANNOUNCED)
    assert create(database, ANNOUNCED) == first
    other = NewSaleEvent("p27", KIND.PRIME_DAY, date(2027, 7, 1), date(2027, 7, 2))
    with pytest.raises(Conflict, match="key_reused"):
        create(database, other)
    assert prime_days(database, 2027) == [(date(2027, 6, 22), False)]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (NewSaleEvent("x", KIND.OWN, date(2027, 1, 1), date(2027, 1, 2)), "without_name"),
        (NewSaleEvent("x", KIND.PRIME_DAY, date(2027, 1, 2), date(2027, 1, 1)), "out_of_order"),
        (NewSaleEvent("x", KIND.PRIME_DAY, date(2027, 1, 2), date(2027, 5, 1)), "too_long"),
    ],
)
def test_what_cannot_be_an_event_is_refused(
    database: Database, event: NewSaleEvent, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        create(database, event)
    with database.reading() as conn:
        assert own_feasts(conn) == ()


def test_a_reader_enters_nothing(database: Database) -> None:
    reader = Actor(PersonId(0), "R", frozenset({Role.READER}))
    with pytest.raises(Forbidden), database.writing() as tx:
        create_sale_events(tx, reader, [ANNOUNCED])
    assert prime_days(database, 2027)[0][1]


def test_the_database_refuses_an_event_that_ends_before_it_begins(database: Database) -> None:
    with pytest.raises(DBAPIError, match="days_in_order"), database.writing() as tx:
        tx.execute(
            text(
                "INSERT INTO sale_event (key, kind, name_zh, name_en, starts_on, ends_on)"
                " VALUES ('x', 'own', '', 'X', '2027-02-02', '2027-02-01')"
            )
        )
    with database.reading() as conn:
        assert own_feasts(conn) == ()
