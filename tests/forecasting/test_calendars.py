"""The moving feasts stand on the days on which other sources put them, 2024 to 2028."""

from datetime import date, timedelta

import numpy as np
import pytest
from dateutil.easter import easter
from dateutil.relativedelta import TH, relativedelta

from forecasting.calendars import calendar_columns
from forecasting.frequency import frequency_of
from inventory_core.catalog.sale_events import Feast

YEARS = range(2024, 2029)
# As the Hong Kong Observatory publishes them.
LUNAR_NEW_YEAR = {
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
}


@pytest.fixture(scope="module")
def feasts() -> dict[str, dict[int, date]]:
    """Feast -> year -> its day, read off the columns that the models get."""
    days = np.arange("2023-01-01", "2029-01-01", dtype="datetime64[D]")
    columns = calendar_columns(days, frequency_of("D"), len(days))
    found: dict[str, dict[int, date]] = {}
    for name, away in columns.items():
        if name.startswith("feast_"):
            on = [day.astype(object) for day in days[away == 0]]
            found[name.removeprefix("feast_")] = {day.year: day for day in on}
            assert len(on) == len(found[name.removeprefix("feast_")]), "once a year"
    return found


def test_lunar_new_year_is_the_observatory_s(feasts: dict[str, dict[int, date]]) -> None:
    assert {year: feasts["lunar_new_year"][year] for year in YEARS} == LUNAR_NEW_YEAR


def test_easter_is_the_computus_of_another_library(feasts: dict[str, dict[int, date]]) -> None:
    assert {year: feasts["easter"][year] for year in YEARS} == {y: easter(y) for y in YEARS}


def test_black_friday_follows_the_fourth_thursday(feasts: dict[str, dict[int, date]]) -> None:
    for year in YEARS:
        thursday = date(year, 11, 1) + relativedelta(weekday=TH(4))
        assert feasts["black_friday"][year] == thursday + timedelta(days=1)


def test_singles_day_and_christmas_do_not_move(feasts: dict[str, dict[int, date]]) -> None:
    for year in YEARS:
        assert feasts["singles_day"][year] == date(year, 11, 11)
        assert feasts["christmas"][year] == date(year, 12, 25)


def test_eid_lies_within_a_day_of_the_arithmetic_calendar(
    feasts: dict[str, dict[int, date]],
) -> None:
    # The moon is sighted, so a rule can only come near.
    computed = {day.year: day for day in (_first_of_shawwal(year) for year in range(1445, 1450))}
    assert set(computed) >= set(YEARS)
    for year in YEARS:
        assert abs((feasts["eid"][year] - computed[year]).days) <= 1, year


def test_prime_day_is_known_where_it_was_announced(feasts: dict[str, dict[int, date]]) -> None:
    assert feasts["prime_day"][2024] == date(2024, 7, 16)
    assert feasts["prime_day"][2025] == date(2025, 7, 8)


def _first_of_shawwal(year: int) -> date:
    """Of the tabular Islamic calendar: 30 years of 354 days with 11 leap days, since 622-07-16."""
    days = (year - 1) * 354 + (3 + 11 * year) // 30
    # Nine months of 30 and 29 days in turn lie before Shawwal; the Julian epoch is JDN 1948440.
    days += 5 * 30 + 4 * 29
    return date.fromordinal(1948440 + days - 1721425)


def test_trap_30_a_date_of_ones_own_takes_the_place_of_ours_in_its_year() -> None:
    days = np.arange("2026-01-01", "2028-12-31", dtype="datetime64[D]")
    own = (
        Feast("prime_day", (date(2027, 6, 22),)),
        Feast("own_brand day", (date(2027, 3, 3),)),
    )
    columns = calendar_columns(days, frequency_of("D"), len(days), own)
    prime = [day.astype(object) for day in days[columns["feast_prime_day"] == 0]]
    assert prime[:2] == [date(2026, 6, 23), date(2027, 6, 22)]
    assert len(prime) == 3
    assert list(days[columns["feast_own_brand day"] == 0]) == [np.datetime64("2027-03-03")]
