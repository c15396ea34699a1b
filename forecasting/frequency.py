"""Decides what a period is: its step on the calendar, its season and the windows worth averaging.

Daily, weekly (ending on a named weekday) and monthly (month start) are known; nothing else is
guessed. Time stamps are whole days without a zone: the business day of a warehouse.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from inventory_core.errors import Invalid

Days = npt.NDArray[np.datetime64]
_WEEKLY = re.compile(r"^W-(MON|TUE|WED|THU|FRI|SAT|SUN)$")


@dataclass(frozen=True, slots=True)
class Frequency:
    """One kind of period. `season` is the short cycle, `year` the periods of about one year."""

    code: str
    season: int
    year: int
    windows: tuple[int, ...]
    half_lives: tuple[float, ...]
    level_window: int

    @property
    def is_daily(self) -> bool:
        return self.code == "D"


def frequency_of(code: str, season: int | None = None) -> Frequency:
    """The frequency of a pandas code (`D`, `W-MON`…`W-SUN`, `MS`); Invalid for any other."""
    upper = code.strip().upper()
    if season is not None and season < 1:
        raise Invalid("history_season_too_short", season=season)
    if upper == "D":
        return Frequency("D", season or 7, 364, (1, 3, 7, 14, 28, 56, 112, 364), (4, 14, 60), 56)
    if upper == "W":
        upper = "W-SUN"
    if _WEEKLY.match(upper):
        return Frequency(upper, season or 52, 52, (1, 2, 4, 8, 13, 26, 52), (2, 6, 20), 13)
    if upper == "MS":
        return Frequency("MS", season or 12, 12, (1, 2, 3, 6, 12, 24), (1.5, 4, 10), 12)
    raise Invalid("history_unknown_frequency", frequency=code)


def period_range(frequency: Frequency, first: Any, last: Any) -> Days:
    """Every period stamp from `first` to `last`, both included."""
    stamps = pd.date_range(pd.Timestamp(first), pd.Timestamp(last), freq=frequency.code)
    return np.asarray(stamps.values, dtype="datetime64[D]")


def periods_after(frequency: Frequency, last: Any, count: int) -> Days:
    """The `count` stamps that follow `last`."""
    stamps = pd.date_range(pd.Timestamp(last), periods=count + 1, freq=frequency.code)[1:]
    return np.asarray(stamps.values, dtype="datetime64[D]")
