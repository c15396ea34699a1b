"""Everything the overview says about a period, read from the kept days in one go.

Decides which days are compared: the period, the equally long one before it, and twelve points for
a spark line, each the same length as the period. Reads no ledger.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from inventory_core.catalog.locations import Warehouse, warehouses
from inventory_core.db.engine import Reading
from inventory_core.insight.diagnosis import Diagnosis, diagnose, worst_place
from inventory_core.insight.kpis import Figures, KpiDay, Scope, figures, read_days, trend

POINTS = 12
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """One warehouse with its own figures and days of the period."""

    warehouse: Warehouse
    figures: Figures
    days: tuple[KpiDay, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """A period, the one before, the way there, and the warehouses one by one."""

    now: Figures
    before: Figures | None
    points: tuple[Figures, ...]
    places: tuple[Place, ...]
    diagnosis: Diagnosis


def read_overview(conn: Reading, scope: Scope, first_on: date, last_on: date) -> Overview:
    """The overview of [first_on, last_on]; `before` is None where history does not reach back."""
    length = (last_on - first_on).days + 1
    earlier = first_on - timedelta(days=length)
    step = length / (POINTS - 1)
    ends = [last_on - timedelta(days=round(step * n)) for n in reversed(range(POINTS))]
    days = read_days(conn, scope, earlier - timedelta(days=length + 1), last_on)
    reaches_back = bool(days) and days[0].on_day <= earlier
    known_ends = [
        end for end in ends if days and days[0].on_day <= end - timedelta(days=length) + ONE_DAY
    ]
    now = figures(_around(days, first_on, last_on), first_on, last_on)
    before = None
    if reaches_back:
        before = figures(_around(days, earlier, first_on - ONE_DAY), earlier, first_on - ONE_DAY)
    worst = worst_place(conn, scope, first_on, last_on)
    return Overview(
        now,
        before,
        tuple(trend(days, known_ends, length)),
        tuple(_places(conn, scope, first_on, last_on)),
        diagnose(now, before or now, worst),
    )


def _places(conn: Reading, scope: Scope, first_on: date, last_on: date) -> list[Place]:
    found = []
    for place in warehouses(conn):
        if scope.warehouse_ids and place.id not in scope.warehouse_ids:
            continue
        own = Scope((int(place.id),), scope.category, scope.account_id)
        days = read_days(conn, own, first_on - ONE_DAY, last_on)
        if days:
            within = tuple(day for day in days if day.on_day >= first_on)
            found.append(Place(place, figures(days, first_on, last_on), within))
    return found


def _around(days: list[KpiDay], first_on: date, last_on: date) -> list[KpiDay]:
    return [day for day in days if first_on - ONE_DAY <= day.on_day <= last_on]
