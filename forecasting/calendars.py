"""Decides what the calendar says about a period before it happens: its place in week, month and
year, and how far it lies from the moving feasts that sell (they never fit on a day of the year).
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays
import numpy as np
import numpy.typing as npt

from forecasting.frequency import Days, Frequency
from inventory_core.catalog.sale_event_dates import fourth_thursday_of_november, prime_day
from inventory_core.catalog.sale_events import Feasts

Floats = npt.NDArray[np.float64]

REACH_DAYS = {"D": 21, "W": 42, "MS": 45}
MIN_YEARS_FOR_FEASTS = 1.15  # a feast seen once or never teaches nothing

BESIDE_A_FEAST = ("observed", "Eve", "Holiday")


def calendar_columns(
    days: Days, frequency: Frequency, history: int, events: Feasts = ()
) -> dict[str, Floats]:
    """name → [T] for every stamp; feasts only where `history` periods span more than a year.

    `events`: what a company entered itself, as it holds in one country; a known name takes the
    place of our date of its year.
    """
    stamps = days.astype("datetime64[D]")
    months = stamps.astype("datetime64[M]")
    years = stamps.astype("datetime64[Y]")
    of_month = (stamps - months.astype("datetime64[D]")).astype(np.float64)
    of_year = (stamps - years.astype("datetime64[D]")).astype(np.float64)
    columns: dict[str, Floats] = {"of_year": of_year}
    if frequency.is_daily:
        columns["weekday"] = weekday_of(stamps).astype(np.float64)
        columns["of_month"] = of_month
    elif frequency.code == "MS":
        columns["of_year"] = (months - years.astype("datetime64[M]")).astype(np.float64)
    else:
        columns["of_month"] = of_month
    if history >= MIN_YEARS_FOR_FEASTS * frequency.year:
        columns.update(_feast_columns(stamps, frequency, events))
    return columns


def weekday_of(stamps: Days) -> npt.NDArray[np.int64]:
    """0 = Monday … 6 = Sunday."""
    return (stamps.astype(np.int64) + 3) % 7


def _feast_columns(stamps: Days, frequency: Frequency, own: Feasts) -> dict[str, Floats]:
    reach = REACH_DAYS[frequency.code[:1] if frequency.code != "MS" else "MS"]
    middle = stamps.astype(np.int64)
    if frequency.code == "MS":
        middle = middle + 15
    elif not frequency.is_daily:
        middle = middle - 3
    first, last = stamps[0].astype(object).year - 1, stamps[-1].astype(object).year + 1
    columns: dict[str, Floats] = {}
    for name, dates in _with_own(_feasts(first, last), own).items():
        if not dates:
            continue
        known = np.array(sorted(dates), dtype="datetime64[D]").astype(np.int64)
        after = np.searchsorted(known, middle).clip(1, len(known) - 1) if len(known) > 1 else 0
        before = np.maximum(np.asarray(after) - 1, 0)
        to_next, to_last = middle - known[after], middle - known[before]
        nearest = np.where(np.abs(to_next) < np.abs(to_last), to_next, to_last)
        away = np.where(np.abs(nearest) > reach, np.nan, nearest).astype(np.float64)
        if (~np.isnan(away)).any():
            columns[f"feast_{name}"] = away
    return columns


def _with_own(feasts: dict[str, tuple[date, ...]], own: Feasts) -> dict[str, tuple[date, ...]]:
    found = dict(feasts)
    for feast in own:
        years = {day.year for day in feast.days}
        kept = tuple(day for day in feasts.get(feast.name, ()) if day.year not in years)
        found[feast.name] = (*kept, *feast.days)
    return found


@lru_cache(maxsize=64)
def _feasts(first: int, last: int) -> dict[str, tuple[date, ...]]:
    years = range(first, last + 1)
    thanksgiving = [fourth_thursday_of_november(year) for year in years]
    prime = [event for event in map(prime_day, years) if event is not None]
    return {
        "lunar_new_year": _named_first_days("CN", "Chinese New Year", first, last),
        "easter": tuple(_easter(year) for year in years),
        "black_friday": tuple(day + timedelta(days=1) for day in thanksgiving),
        "christmas": tuple(date(year, 12, 25) for year in years),
        "singles_day": tuple(date(year, 11, 11) for year in years),
        "eid": _named_first_days("AE", "Eid al-Fitr", first, last),
        "prime_day": tuple(event.starts_on for event in prime),
    }


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    lunar = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - lunar + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _named_first_days(country: str, name: str, first: int, last: int) -> tuple[date, ...]:
    """The first day of a feast in every year in which the national calendar knows it.

    Days that are only off work beside it (its eve, moved or added holidays) are not the feast.
    """
    found: dict[int, date] = {}
    table = holidays.country_holidays(country, years=range(first, last + 1), language="en_US")
    for day, label in sorted(table.items()):
        if label.startswith(name) and not any(word in label for word in BESIDE_A_FEAST):
            found.setdefault(day.year, day)
    return tuple(found.values())
