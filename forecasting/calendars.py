"""Decides what the calendar says about a period before it happens: its place in week, month and
year, and how far it lies from the moving feasts that sell (they never fit on a day of the year).
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays
import numpy as np
import numpy.typing as npt

from forecasting.frequency import Days, Frequency

Floats = npt.NDArray[np.float64]

REACH_DAYS = {"D": 21, "W": 42, "MS": 45}
MIN_YEARS_FOR_FEASTS = 1.15  # a feast seen once or never teaches nothing

BESIDE_A_FEAST = ("observed", "Eve", "Holiday")

# Announced by Amazon year by year; there is no rule to compute them from.
PRIME_DAYS = (
    date(2015, 7, 15), date(2016, 7, 12), date(2017, 7, 11), date(2018, 7, 16),
    date(2019, 7, 15), date(2020, 10, 13), date(2021, 6, 21), date(2022, 7, 12),
    date(2023, 7, 11), date(2024, 7, 16), date(2025, 7, 8),
)  # fmt: skip


def calendar_columns(days: Days, frequency: Frequency, history: int) -> dict[str, Floats]:
    """name → [T] for every stamp; feasts only where `history` periods span more than a year."""
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
        columns.update(_feast_columns(stamps, frequency))
    return columns


def weekday_of(stamps: Days) -> npt.NDArray[np.int64]:
    """0 = Monday … 6 = Sunday."""
    return (stamps.astype(np.int64) + 3) % 7


def _feast_columns(stamps: Days, frequency: Frequency) -> dict[str, Floats]:
    reach = REACH_DAYS[frequency.code[:1] if frequency.code != "MS" else "MS"]
    middle = stamps.astype(np.int64)
    if frequency.code == "MS":
        middle = middle + 15
    elif not frequency.is_daily:
        middle = middle - 3
    first, last = stamps[0].astype(object).year - 1, stamps[-1].astype(object).year + 1
    columns: dict[str, Floats] = {}
    for name, dates in _feasts(first, last).items():
        if not dates:
            continue
        events = np.array(sorted(dates), dtype="datetime64[D]").astype(np.int64)
        after = np.searchsorted(events, middle).clip(1, len(events) - 1) if len(events) > 1 else 0
        before = np.maximum(np.asarray(after) - 1, 0)
        to_next, to_last = middle - events[after], middle - events[before]
        nearest = np.where(np.abs(to_next) < np.abs(to_last), to_next, to_last)
        away = np.where(np.abs(nearest) > reach, np.nan, nearest).astype(np.float64)
        if (~np.isnan(away)).any():
            columns[f"feast_{name}"] = away
    return columns


@lru_cache(maxsize=64)
def _feasts(first: int, last: int) -> dict[str, tuple[date, ...]]:
    years = range(first, last + 1)
    thanksgiving = [_fourth_thursday_of_november(year) for year in years]
    return {
        "lunar_new_year": _named_first_days("CN", "Chinese New Year", first, last),
        "easter": tuple(_easter(year) for year in years),
        "black_friday": tuple(day + timedelta(days=1) for day in thanksgiving),
        "christmas": tuple(date(year, 12, 25) for year in years),
        "singles_day": tuple(date(year, 11, 11) for year in years),
        "eid": _named_first_days("AE", "Eid al-Fitr", first, last),
        "prime_day": tuple(day for day in PRIME_DAYS if first <= day.year <= last),
    }


def _fourth_thursday_of_november(year: int) -> date:
    start = date(year, 11, 1)
    return start + timedelta(days=(3 - start.weekday()) % 7 + 21)


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
