"""Calendars that come with the program. Decides when factories and offices are known to rest.

`china_factory`: Monday to Saturday; Chinese New Year by the lunar year, closed from 7 days before
to 15 days after its first day, and a week at half speed on either side, which is written as every
second day without work; Golden Week from 1 to 7 October. `office_uk`, `office_us`: Monday to
Friday without the public holidays. `every_day`: always open. `port`, `carrier`, `customs` and
`check_in` are open until somebody closes them, and hold for the legs of their kind everywhere.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import holidays

from inventory_core.catalog.calendars import EVERY_WEEKDAY, Calendar
from inventory_core.errors import Invalid
from inventory_core.vocabulary import LegKind

CHINA_FACTORY = "china_factory"
EVERY_DAY = "every_day"
FIRST_YEAR, LAST_YEAR = 2005, 2040
CLOSED_BEFORE_NEW_YEAR = 7
CLOSED_AFTER_NEW_YEAR = 15
SLOW_DAYS = 7
_OFFICES = {"office_uk": "GB", "office_us": "US"}
PRESET_CODES = (CHINA_FACTORY, *_OFFICES, EVERY_DAY)
# The calendar of a leg that has none of its own, where the company keeps one.
LEG_CALENDARS = {
    LegKind.BOOKING: "port",
    LegKind.TRANSPORT: "carrier",
    LegKind.CUSTOMS: "customs",
    LegKind.CHECK_IN: "check_in",
}
KNOWN_CODES = (*PRESET_CODES, *LEG_CALENDARS.values())

# Day without work and why.
Closure = tuple[date, str]


@cache
def preset(code: str) -> Calendar:
    """The calendar that comes under this code, from FIRST_YEAR to LAST_YEAR."""
    if code not in KNOWN_CODES:
        raise Invalid("unknown_calendar", field="calendar", value=code)
    closed = frozenset(day for day, _ in preset_closures(code))
    return Calendar(code, preset_weekdays(code), closed)


def preset_weekdays(code: str) -> frozenset[int]:
    """ISO weekdays worked in an ordinary week."""
    if code == CHINA_FACTORY:
        return frozenset(range(1, 7))
    return frozenset(range(1, 6)) if code in _OFFICES else EVERY_WEEKDAY


def preset_closures(code: str) -> list[Closure]:
    """Days without work beyond the weekly pattern, in order, each once."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    if code == CHINA_FACTORY:
        days = dict(closure for year in years for closure in _factory_year(year))
    elif code in _OFFICES:
        known = holidays.country_holidays(_OFFICES[code], years=list(years))
        days = dict.fromkeys(known, "public holiday")
    else:
        days = {}
    return sorted(days.items())


@cache
def lunar_new_year(year: int) -> date:
    """First day of the Chinese lunar year that begins in this calendar year."""
    known = holidays.country_holidays("CN", years=year, language="en_US")
    return min(d for d, name in known.items() if "(Spring Festival)" in name)


def _factory_year(year: int) -> Iterator[Closure]:
    new_year = lunar_new_year(year)
    first = new_year - timedelta(days=CLOSED_BEFORE_NEW_YEAR)
    last = new_year + timedelta(days=CLOSED_AFTER_NEW_YEAR)
    for back in range(2, SLOW_DAYS + 1, 2):
        yield first - timedelta(days=back), "slow before Chinese New Year"
        yield last + timedelta(days=back), "slow after Chinese New Year"
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number), "Chinese New Year"
    for number in range(1, 8):
        yield date(year, 10, number), "Golden Week"
    yield date(year, 5, 1), "Labour Day"
    yield date(year, 1, 1), "New Year's Day"
