"""Sale events that come with the program. Decides on which days they fall, and which are a guess.

Prime Day is announced by Amazon year by year and follows no rule: the announced ones are listed,
and a later year is guessed as the Tuesday nearest to the middle one of the last three. Singles' Day
is 11 November; Black Friday follows the fourth Thursday of November.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from inventory_core.vocabulary import SaleEventKind

# First days in the United States, as Amazon announced them.
PRIME_DAYS = (
    date(2015, 7, 15), date(2016, 7, 12), date(2017, 7, 11), date(2018, 7, 16),
    date(2019, 7, 15), date(2020, 10, 13), date(2021, 6, 21), date(2022, 7, 12),
    date(2023, 7, 11), date(2024, 7, 16), date(2025, 7, 8), date(2026, 6, 23),
)  # fmt: skip
_PRIME_LENGTHS = {2015: 1, 2016: 1, 2017: 1, 2025: 4, 2026: 4}
USUAL_PRIME_DAYS = 2
GUESSED_FROM_YEARS = 3
TUESDAY = 1
BLACK_FRIDAY_DAYS = 4  # to Cyber Monday


@dataclass(frozen=True, slots=True)
class ProgramEvent:
    """One event of one year; `guessed`: nobody has announced it yet."""

    kind: SaleEventKind
    starts_on: date
    ends_on: date
    guessed: bool = False


def program_events(year: int) -> list[ProgramEvent]:
    """The events of a year, in order."""
    friday = fourth_thursday_of_november(year) + timedelta(days=1)
    singles = date(year, 11, 11)
    found = [
        ProgramEvent(SaleEventKind.SINGLES_DAY, singles, singles),
        ProgramEvent(
            SaleEventKind.BLACK_FRIDAY, friday, friday + timedelta(days=BLACK_FRIDAY_DAYS - 1)
        ),
    ]
    prime = prime_day(year)
    return sorted([*found, *([prime] if prime else [])], key=lambda event: event.starts_on)


def prime_day(year: int) -> ProgramEvent | None:
    """Prime Day of a year, guessed where it is not announced; None before there was one."""
    if year < PRIME_DAYS[0].year:
        return None
    known = {day.year: day for day in PRIME_DAYS}
    first = known.get(year) or _guessed_prime_day(year)
    length = _PRIME_LENGTHS.get(year, USUAL_PRIME_DAYS)
    if year not in known:
        length = _PRIME_LENGTHS.get(PRIME_DAYS[-1].year, USUAL_PRIME_DAYS)
    return ProgramEvent(
        SaleEventKind.PRIME_DAY, first, first + timedelta(days=length - 1), year not in known
    )


def fourth_thursday_of_november(year: int) -> date:
    """Thanksgiving in the United States."""
    start = date(year, 11, 1)
    return start + timedelta(days=(3 - start.weekday()) % 7 + 21)


def _guessed_prime_day(year: int) -> date:
    last = PRIME_DAYS[-GUESSED_FROM_YEARS:]
    middle = sorted((day - date(day.year, 1, 1)).days for day in last)[len(last) // 2]
    day = date(year, 1, 1) + timedelta(days=middle)
    forward = (TUESDAY - day.weekday()) % 7
    return day + timedelta(days=forward if forward <= 3 else forward - 7)
