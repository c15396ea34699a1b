"""Working calendars as pure functions. Decides which days work is done and what that does to dates.

A lead time is a chain: production and quality advance on the working days of their calendar, the
road on every day unless a carrier's calendar is given. Walking the chain back from the day the
goods are needed gives the latest order date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

EVERY_WEEKDAY = frozenset(range(1, 8))
# A calendar that is closed for longer than this is a mistake of data, not a holiday.
MOST_CLOSED_DAYS = 366
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A weekly pattern (ISO, Monday = 1) with exceptions; an empty pattern means every day.

    `opened_days` are days worked although the pattern or a closure says otherwise.
    """

    code: str
    work_weekdays: frozenset[int] = EVERY_WEEKDAY
    closed_days: frozenset[date] = frozenset()
    opened_days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of the way. `days` are working days of `calendar`, or plain days without one.

    `stated_for`: the country for which somebody stated it, "" where it holds everywhere.
    """

    kind: str
    days: int
    calendar: Calendar | None = None
    stated_for: str = ""


ALWAYS = Calendar("every_day")


def is_working(calendar: Calendar, day: date) -> bool:
    """Whether work is done on this day."""
    if day in calendar.opened_days:
        return True
    pattern = calendar.work_weekdays or EVERY_WEEKDAY
    return day.isoweekday() in pattern and day not in calendar.closed_days


def next_working_day(calendar: Calendar, day: date) -> date:
    """The first working day on or after `day`."""
    return _nearest(calendar, day, ONE_DAY)


def previous_working_day(calendar: Calendar, day: date) -> date:
    """The last working day on or before `day`."""
    return _nearest(calendar, day, -ONE_DAY)


def add_working_days(calendar: Calendar, day: date, count: int) -> date:
    """The day on which `count` working days after `day` have been done; `day` is not one of them.

    No days: `day` itself, whether work is done on it or not.
    """
    if _never_rests(calendar):
        return day + timedelta(days=count)
    for _ in range(count):
        day = next_working_day(calendar, day + ONE_DAY)
    return day


def working_days_back(calendar: Calendar, day: date, count: int) -> date:
    """The latest day from which `count` working days can be done by the end of `day`.

    The counterpart of `add_working_days`: adding the days again ends on or before `day`, and
    starting one day later does not.
    """
    if not count:
        return day
    if _never_rests(calendar):
        return day - timedelta(days=count)
    for _ in range(count):
        day = previous_working_day(calendar, day) - ONE_DAY
    return day


def working_days_between(calendar: Calendar, after: date, until: date) -> int:
    """Working days after `after` up to and including `until`."""
    span = (until - after).days
    return sum(is_working(calendar, after + timedelta(days=i)) for i in range(1, span + 1))


def arrival_on(ordered_on: date, legs: Sequence[Leg]) -> date:
    """The day the goods are available when ordered on `ordered_on`."""
    day = ordered_on
    for leg in legs:
        day = add_working_days(leg.calendar or ALWAYS, day, leg.days)
    return day


def latest_order_on(
    needed_on: date, legs: Sequence[Leg], *, order_calendar: Calendar = ALWAYS
) -> date:
    """The last day, a working day of the buyer, on which ordering still arrives by `needed_on`."""
    day = needed_on
    for leg in reversed(legs):
        day = working_days_back(leg.calendar or ALWAYS, day, leg.days)
    return previous_working_day(order_calendar, day)


def closures(
    calendar: Calendar, first_on: date, last_on: date, *, least_days: int = 3
) -> list[tuple[date, date]]:
    """Runs of at least `least_days` days without work between two days, as first and last day."""
    found: list[tuple[date, date]] = []
    day = first_on
    while day <= last_on:
        start = day
        while day <= last_on and not is_working(calendar, day):
            day += ONE_DAY
        if (day - start).days >= least_days:
            found.append((start, day - ONE_DAY))
        day += ONE_DAY
    return found


def closures_on_the_way(ordered_on: date, legs: Sequence[Leg]) -> list[tuple[date, date]]:
    """The closures that an order of `ordered_on` waits for, each from its first day to its last:
    those inside the dates of a leg that keeps that calendar.
    """
    found: set[tuple[date, date]] = set()
    day = ordered_on
    for leg in legs:
        calendar = leg.calendar or ALWAYS
        done = add_working_days(calendar, day, leg.days)
        if done > day:
            first = day + ONE_DAY
            if not is_working(calendar, first):
                first = previous_working_day(calendar, first)
            found.update(closures(calendar, first, done))
        day = done
    return sorted(found)


def _never_rests(calendar: Calendar) -> bool:
    return not calendar.closed_days and (calendar.work_weekdays or EVERY_WEEKDAY) == EVERY_WEEKDAY


def _nearest(calendar: Calendar, day: date, step: timedelta) -> date:
    for _ in range(MOST_CLOSED_DAYS):
        if is_working(calendar, day):
            return day
        day += step
    return day
