"""What the parts of the play share: the calendar, the numbers and what was sold so far.

Decides which moment an hour of a played day is; draws nothing and calls no command.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from jobs.sample_network import CODES, WAREHOUSES
from jobs.sample_setup import Numbers
from jobs.sample_world import MARKETS, World

# The westernmost warehouse ends its day last; by then the day is over everywhere.
LAST_ZONE = ZoneInfo("America/Los_Angeles")
_ZONES = {new.code: ZoneInfo(new.time_zone) for new in WAREHOUSES}


@dataclass(slots=True)
class Stage:
    """The play as it stands: `sold` counts promised units by (day, market, good)."""

    world: World
    numbers: Numbers
    seed: int
    sold: NDArray[np.int64] = field(init=False)
    good_of: dict[int, int] = field(init=False)
    place_of: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        shape = (len(self.world.days), len(MARKETS), len(self.world.goods))
        self.sold = np.zeros(shape, dtype=np.int64)
        self.good_of = {sku: good for good, sku in enumerate(self.numbers.skus)}
        self.place_of = {self.numbers.warehouses[code]: at for at, code in enumerate(CODES)}

    def date(self, day: int) -> date:
        """The date of a day, also of one before or after the play."""
        return self.world.days[0] + timedelta(days=day)

    def open_on(self, day: int, weekdays: Container[int]) -> int:
        """The day itself or the next one on which the gate is open (Monday is 0)."""
        while self.date(day).weekday() not in weekdays:
            day += 1
        return day

    def end(self, day: int) -> datetime:
        """The moment at which a day is over everywhere: the recorded clock of that day."""
        return end_of(self.date(day))

    def at(self, day: int, code: str, hour: float) -> datetime:
        """An hour of a warehouse's own day."""
        return moment(self.date(day), _ZONES[code], hour * 3600)


def end_of(day: date) -> datetime:
    """The last moment of a day in the westernmost zone, in UTC."""
    return moment(day, LAST_ZONE, 86_399)


def moment(day: date, zone: ZoneInfo, seconds: float) -> datetime:
    """`seconds` after midnight by the clock on the wall, in UTC."""
    wall = datetime.combine(day, time(0)) + timedelta(seconds=int(seconds))
    return wall.replace(tzinfo=zone).astimezone(UTC)
