"""Working calendars: dates walked forward and back must agree, and factories rest when they do."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.catalog.calendar_presets import CHINA_FACTORY, lunar_new_year, preset
from inventory_core.catalog.calendar_records import (
    calendars,
    close_days,
    closures_between,
    ensure_calendars,
    set_calendar_days,
    slow_days,
)
from inventory_core.catalog.calendars import (
    ALWAYS,
    Calendar,
    Leg,
    add_working_days,
    arrival_on,
    closures,
    closures_on_the_way,
    is_working,
    latest_order_on,
    next_working_day,
    previous_working_day,
    working_days_back,
    working_days_between,
)
from inventory_core.db.engine import Database
from inventory_core.errors import Invalid
from inventory_core.office.actors import SYSTEM

FACTORY = preset(CHINA_FACTORY)
WEEK = Calendar("office", frozenset(range(1, 6)))
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("year", "first_day"),
    [
        (2011, date(2011, 2, 3)),
        (2024, date(2024, 2, 10)),
        (2025, date(2025, 1, 29)),
        (2026, date(2026, 2, 17)),
        (2027, date(2027, 2, 6)),
        (2033, date(2033, 1, 31)),
    ],
)
def test_the_lunar_year_begins_on_its_known_day(year: int, first_day: date) -> None:
    assert lunar_new_year(year) == first_day


def test_trap_40_factories_close_for_weeks_around_chinese_new_year() -> None:
    runs = closures(FACTORY, date(2027, 1, 1), date(2027, 3, 31), least_days=5)
    assert runs == [(date(2027, 1, 30), date(2027, 2, 21))]
    worked_before = working_days_between(FACTORY, date(2027, 1, 22), date(2027, 1, 29))
    assert 0 < worked_before < 6  # a slow week, not a normal one
    assert not is_working(FACTORY, date(2026, 10, 3))
    assert is_working(FACTORY, date(2026, 10, 10))  # a Saturday
    assert not is_working(FACTORY, date(2026, 11, 22))  # a Sunday


def test_only_a_closure_that_a_leg_waits_for_is_on_the_way() -> None:
    """The road rolls on while the factory rests; a closure that is met is told to its real end."""
    legs = (Leg("production", 25, FACTORY), Leg("transport", 40))
    assert closures_on_the_way(date(2026, 12, 1), legs) == []
    assert arrival_on(date(2026, 12, 1), legs) > date(2027, 2, 6)  # at sea through the holiday
    shut = (date(2027, 1, 30), date(2027, 2, 21))
    assert closures_on_the_way(date(2027, 1, 10), legs) == [shut]
    assert closures_on_the_way(date(2027, 2, 5), legs) == [shut]  # begun before the order


def test_an_empty_calendar_works_every_day() -> None:
    empty = Calendar("empty", frozenset())
    assert all(is_working(empty, date(2026, 1, 1) + timedelta(days=n)) for n in range(30))
    assert add_working_days(empty, date(2026, 1, 1), 10) == date(2026, 1, 11)


def test_working_days_skip_the_weekend() -> None:
    friday = date(2026, 11, 20)
    assert next_working_day(WEEK, friday + timedelta(days=1)) == date(2026, 11, 23)
    assert previous_working_day(WEEK, date(2026, 11, 22)) == friday
    assert add_working_days(WEEK, friday, 1) == date(2026, 11, 23)
    assert add_working_days(WEEK, friday, 0) == friday
    assert working_days_back(WEEK, date(2026, 11, 23), 1) == date(2026, 11, 22)
    opened = Calendar("c", frozenset(range(1, 6)), opened_days=frozenset({date(2026, 11, 21)}))
    assert next_working_day(opened, date(2026, 11, 21)) == date(2026, 11, 21)


@given(day=DAYS, count=st.integers(0, 60))
def test_the_way_back_is_the_latest_that_still_arrives(day: date, count: int) -> None:
    for calendar in (ALWAYS, WEEK, FACTORY):
        start = working_days_back(calendar, day, count)
        assert add_working_days(calendar, start, count) <= day
        if count:
            assert add_working_days(calendar, start + timedelta(days=1), count) > day


@given(needed=DAYS, made=st.integers(0, 40), road=st.integers(0, 45))
def test_trap_41_the_latest_order_date_arrives_and_a_day_later_does_not(
    needed: date, made: int, road: int
) -> None:
    legs = [Leg("production", made, FACTORY), Leg("transport", road)]
    last = latest_order_on(needed, legs, order_calendar=FACTORY)
    assert is_working(FACTORY, last)
    assert arrival_on(last, legs) <= needed
    following = next_working_day(FACTORY, last + timedelta(days=1))
    assert arrival_on(following, legs) > needed


def test_chinese_new_year_moves_the_latest_order_date_weeks_earlier() -> None:
    legs = [Leg("production", 12, FACTORY), Leg("transport", 30)]
    in_march = latest_order_on(date(2027, 3, 25), legs)
    in_june = latest_order_on(date(2027, 6, 25), legs)
    assert in_june == date(2027, 5, 12)
    assert in_march == date(2027, 1, 14)


def test_production_counts_working_days_and_the_road_every_day() -> None:
    legs = [Leg("production", 10, WEEK), Leg("transport", 7)]
    assert arrival_on(date(2026, 6, 1), legs) == date(2026, 6, 22)


def test_a_preset_is_written_on_first_use_and_reads_back_the_same(database: Database) -> None:
    with database.writing() as tx:
        ids = ensure_calendars(tx, [CHINA_FACTORY, "office_uk", CHINA_FACTORY])
        again = ensure_calendars(tx, [CHINA_FACTORY])
        assert again[CHINA_FACTORY] == ids[CHINA_FACTORY]
        kept = calendars(tx)[ids[CHINA_FACTORY]]
        assert kept == FACTORY
        set_calendar_days(tx, SYSTEM, ids[CHINA_FACTORY], {date(2027, 1, 30): True})
        assert is_working(calendars(tx)[ids[CHINA_FACTORY]], date(2027, 1, 30))
        christmas = date(2026, 12, 25)
        assert not is_working(calendars(tx)[ids["office_uk"]], christmas)
    with pytest.raises(Invalid, match="unknown_calendar"), database.writing() as tx:
        ensure_calendars(tx, ["moon"])


def test_trap_40_a_closed_carrier_holds_for_every_way_that_says_nothing_else(
    database: Database,
) -> None:
    with database.writing() as tx:
        days = close_days(
            tx, SYSTEM, "carrier", first=date(2026, 12, 24), last=date(2027, 1, 2), reason="strike"
        )
        close_days(
            tx, SYSTEM, "carrier", first=date(2026, 12, 28), last=date(2026, 12, 28), working=True
        )
    assert days == 10
    with database.reading() as conn:
        runs = closures_between(conn, date(2026, 12, 1), date(2027, 2, 1))
        [carrier] = calendars(conn).values()
    assert [(run.first, run.last, run.working) for run in runs] == [
        (date(2026, 12, 24), date(2026, 12, 27), False),
        (date(2026, 12, 28), date(2026, 12, 28), True),
        (date(2026, 12, 29), date(2027, 1, 2), False),
    ]
    assert arrival_on(date(2026, 12, 20), [Leg("transport", 10, carrier)]) == date(2027, 1, 8)


def test_a_preset_is_closed_on_days_of_ones_own_and_keeps_its_feasts(database: Database) -> None:
    with database.writing() as tx:
        close_days(tx, SYSTEM, CHINA_FACTORY, first=date(2026, 12, 1), last=date(2026, 12, 3))
    with database.reading() as conn:
        [factory] = calendars(conn).values()
    assert not is_working(factory, date(2026, 12, 2))
    assert not is_working(factory, date(2027, 2, 6))


def test_a_closure_that_ends_before_it_begins_is_refused(database: Database) -> None:
    with pytest.raises(Invalid, match="days_out_of_order"), database.writing() as tx:
        close_days(tx, SYSTEM, "port", first=date(2026, 12, 2), last=date(2026, 12, 1))
    with database.reading() as conn:
        assert calendars(conn) == {}


def test_a_slow_season_makes_a_leg_of_the_kind_longer_and_only_then(database: Database) -> None:
    season = {"first": date(2026, 10, 15), "last": date(2026, 12, 31)}
    with database.writing() as tx:
        resting = slow_days(tx, SYSTEM, "check_in", **season, one_in=3, reason="Q4")
        [check_in] = calendars(tx).values()
        again = slow_days(tx, SYSTEM, "check_in", **season, one_in=3, reason="Q4")
        assert [*calendars(tx).values()] == [check_in]
    assert resting == again == 52
    leg = [Leg("check_in", 5, check_in)]
    assert arrival_on(date(2026, 11, 1), leg) == date(2026, 11, 16)  # 10 days more
    assert arrival_on(date(2026, 10, 1), leg) == date(2026, 10, 6)
    assert arrival_on(date(2027, 1, 4), leg) == date(2027, 1, 9)
    # Worked are 4, 7, 10, 13 and 16 November: who needs it then must have it there on the 3rd.
    assert latest_order_on(date(2026, 11, 16), leg) == date(2026, 11, 3)
    assert arrival_on(date(2026, 11, 4), leg) == date(2026, 11, 19)
    with database.reading() as conn:
        [run] = closures_between(conn, date(2026, 10, 1), date(2027, 2, 1))
    assert (run.first, run.last, run.days, run.slow) == (
        date(2026, 10, 15), date(2026, 12, 30), 52, True)  # fmt: skip


def test_a_factory_is_slow_on_the_days_it_works(database: Database) -> None:
    with database.writing() as tx:
        slow_days(
            tx, SYSTEM, CHINA_FACTORY, first=date(2026, 6, 1), last=date(2026, 6, 14), one_in=2
        )
        [factory] = calendars(tx).values()
    worked = [day for day in range(1, 15) if is_working(factory, date(2026, 6, day))]
    # Two weeks of six days at half speed: every second of them, no Sunday among them.
    assert worked == [2, 4, 6, 9, 11, 13]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"one_in": 1}, "one_in"),
        ({"one_in": 11}, "one_in"),
        ({"first": date(2027, 1, 1)}, "ends_on"),
    ],
)
def test_a_slow_time_that_cannot_be_is_refused(
    database: Database, wrong: dict[str, object], field: str
) -> None:
    asked: dict[str, object] = {
        "first": date(2026, 10, 15), "last": date(2026, 12, 31), "one_in": 3}  # fmt: skip
    with pytest.raises(Invalid) as refused, database.writing() as tx:
        slow_days(tx, SYSTEM, "port", **{**asked, **wrong})  # type: ignore[arg-type]
    assert refused.value.params["field"] == field
    with database.reading() as conn:
        assert calendars(conn) == {}
