"""Decides when goods ordered on a day arrive, and the last day on which to order for a day.

A lead time is a chain of legs. A leg's days are calendar days, except that days on which its
calendar is shut for longer than a weekend (Chinese New Year, Golden Week) do not count: nobody
works on the order. An order is placed on a working day of the supplier. Chooses no supplier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

EVERY_DAY = frozenset(range(1, 8))
ONE_DAY = timedelta(days=1)
# No closure lasts longer; a calendar without a working day in this span is a mistake.
MOST_DAYS_CLOSED = 120


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """ISO weekdays worked, days shut against the rule, days worked against the rule."""

    code: str
    weekdays: frozenset[int] = EVERY_DAY
    shut: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether orders are taken on this day."""
        if day in self.open:
            return True
        return day not in self.shut and (not self.weekdays or day.isoweekday() in self.weekdays)


ALWAYS_OPEN = WorkCalendar("every_day")


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of the way from order to shelf."""

    kind: str
    days: int
    spread_days: float = 0.0
    calendar: WorkCalendar = ALWAYS_OPEN


@dataclass(frozen=True, slots=True)
class Route:
    """All legs of one ship method, in order; `office` is the calendar of who takes the order."""

    ship_method: str
    legs: tuple[Leg, ...]
    office: WorkCalendar = ALWAYS_OPEN

    @property
    def days(self) -> int:
        """Lead time without closures."""
        return sum(leg.days for leg in self.legs)

    @property
    def spread_days(self) -> float:
        """Standard deviation of the sum of independent legs."""
        return sqrt(sum(leg.spread_days**2 for leg in self.legs))


def next_working_day(calendar: WorkCalendar, day: date) -> date:
    """The day itself or the first after it on which the calendar works."""
    for _ in range(MOST_DAYS_CLOSED):
        if calendar.works(day):
            return day
        day += ONE_DAY
    return day


def arrives_on(route: Route, ordered_on: date) -> date:
    """Day on which goods are available when the order goes out on the first working day."""
    day = next_working_day(route.office, ordered_on)
    for leg in route.legs:
        day = _through(leg, day)
    return day


def latest_order_on(route: Route, needed_on: date) -> date:
    """The last working day on which an order still arrives on `needed_on` or before.

    Arrival never moves back when an order goes out later, so the first hit walking back is it.
    """
    day = needed_on - timedelta(days=route.days)
    for _ in range(2 * MOST_DAYS_CLOSED):
        if route.office.works(day) and arrives_on(route, day) <= needed_on:
            return day
        day -= ONE_DAY
    return day


def closures_between(calendars: Sequence[WorkCalendar], first: date, last: date) -> list[date]:
    """Days shut by a closure (not by a weekend) from `first` to `last`: they explain a date."""
    shut = {day for calendar in calendars for day in calendar.shut if first <= day <= last}
    return sorted(shut)


def _through(leg: Leg, day: date) -> date:
    left, passed = leg.days, 0
    while left > 0 and passed < leg.days + 2 * MOST_DAYS_CLOSED:
        day += ONE_DAY
        passed += 1
        if day not in leg.calendar.shut:
            left -= 1
    return day
