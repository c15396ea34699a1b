"""Calendars in the database. Decides how a calendar is kept and read; dates are computed elsewhere.

A preset is written on first use, so a company may then change its days like those of any other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from inventory_core.catalog.calendar_presets import KNOWN_CODES, preset_closures, preset_weekdays
from inventory_core.catalog.calendars import MOST_CLOSED_DAYS, Calendar, is_working
from inventory_core.catalog.codes import clean_text
from inventory_core.catalog.fields import check_whole
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import calendar, calendar_day
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit

MOST_TIMES_SLOWER = 10
LEAST_SLOW_RUNS = 3


def set_calendar_days(
    tx: Writing, actor: Actor, calendar_id: int, days: Mapping[date, bool], *, reason: str = ""
) -> None:
    """Say of single days whether work is done (True) or not (False)."""
    require(actor, Permission.CATALOG_EDIT)
    why = clean_text(reason, field="reason")
    rows = [
        {"calendar_id": calendar_id, "on_day": day, "working": working, "reason": why}
        for day, working in sorted(days.items())
    ]
    insert_rows(
        tx,
        calendar_day,
        rows,
        replace_on=("calendar_id", "on_day"),
        replace=("working", "reason"),
    )
    record_audit(tx, actor, "calendar_changed", ("calendar", calendar_id), {"days": len(rows)})


def close_days(
    tx: Writing,
    actor: Actor,
    code: str,
    *,
    first: date,
    last: date,
    working: bool = False,
    reason: str = "",
) -> int:
    """Say that a calendar rests from a day to another, or works after all; answers how many days.

    A preset that was not in use yet is written first.
    """
    require(actor, Permission.CATALOG_EDIT)
    span = (last - first).days + 1
    if not 1 <= span <= MOST_CLOSED_DAYS:
        raise Invalid("days_out_of_order", field="ends_on")
    known = _ids(tx, [code]) or ensure_calendars(tx, [code])
    days = {first + timedelta(days=step): working for step in range(span)}
    set_calendar_days(tx, actor, known[code], days, reason=reason)
    return span


def slow_days(
    tx: Writing,
    actor: Actor,
    code: str,
    *,
    first: date,
    last: date,
    one_in: int,
    reason: str = "",
) -> int:
    """Say that from a day to another work goes so many times as slowly: of the days of the weekly
    pattern only one in `one_in` is worked. Answers how many days rest; said twice it is the same.
    """
    require(actor, Permission.CATALOG_EDIT)
    pace = check_whole(one_in, field="one_in", least=2, most=MOST_TIMES_SLOWER)
    if not 1 <= (last - first).days + 1 <= MOST_CLOSED_DAYS:
        raise Invalid("days_out_of_order", field="ends_on")
    known = _ids(tx, [code]) or ensure_calendars(tx, [code])
    usual = calendars(tx, [known[code]])[known[code]]
    pattern = replace(usual, closed_days=frozenset(), opened_days=frozenset())
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    worked = [day for day in days if is_working(pattern, day)]
    resting = [day for place, day in enumerate(worked, 1) if place % pace]
    set_calendar_days(tx, actor, known[code], dict.fromkeys(resting, False), reason=reason)
    return len(resting)


@dataclass(frozen=True, slots=True)
class Closure:
    """Days in a row on which a calendar rests, or works against its pattern, and why.

    `days`: fewer than from `first` to `last` where single days between are worked: it is slow.
    """

    code: str
    first: date
    last: date
    working: bool
    reason: str
    days: int = 1

    @property
    def slow(self) -> bool:
        """Whether work goes on between, more slowly."""
        return self.days < (self.last - self.first).days + 1


def closures_between(conn: Reading, first: date, last: date) -> list[Closure]:
    """What is stated of single days of every calendar between two days, in runs, in order."""
    rows = conn.rows(
        select(
            calendar.c.code, calendar_day.c.on_day, calendar_day.c.working, calendar_day.c.reason
        )
        .join(calendar, calendar.c.id == calendar_day.c.calendar_id)
        .where(calendar_day.c.on_day.between(first, last))
        .order_by(calendar.c.code, calendar_day.c.on_day)
    )
    runs: list[Closure] = []
    for row in rows:
        new = Closure(row.code, row.on_day, row.on_day, row.working, row.reason, 1)
        if runs and _follows(runs[-1], new, gap=1):
            runs[-1] = replace(runs[-1], last=row.on_day, days=runs[-1].days + 1)
            continue
        runs.append(new)
    return sorted(_slowed(runs), key=lambda run: (run.first, run.code))


def _follows(before: Closure, after: Closure, *, gap: int) -> bool:
    alike = replace(after, first=before.first, last=before.last, days=before.days) == before
    return alike and before.last + timedelta(days=gap) == after.first


def _slowed(runs: Sequence[Closure]) -> list[Closure]:
    """Closures for one reason with one worked day between each, three or more, are a slow time."""
    found: list[Closure] = []
    place = 0
    while place < len(runs):
        end = place + 1
        while end < len(runs) and _follows(runs[end - 1], runs[end], gap=2):
            end += 1
        chain = runs[place:end]
        if len(chain) >= LEAST_SLOW_RUNS and not chain[0].working:
            days = sum(run.days for run in chain)
            found.append(replace(chain[0], last=chain[-1].last, days=days))
        else:
            found += chain
        place = end
    return found


def ensure_calendars(tx: Writing, codes: Sequence[str]) -> dict[str, int]:
    """Ids of calendars by code; a preset is written on first use, an unknown code is Invalid."""
    wanted = sorted(set(codes))
    found = _ids(tx, wanted)
    for code in wanted:
        if code not in found:
            if code not in KNOWN_CODES:
                raise Invalid("unknown_calendar", field="calendar", value=code)
            _write(tx, code, sorted(preset_weekdays(code)), preset_closures(code))
    return _ids(tx, wanted)


def calendars(conn: Reading, ids: Sequence[int] | None = None) -> dict[int, Calendar]:
    """Calendars by id, all of them where no ids are given."""
    statement = select(calendar.c.id, calendar.c.code, calendar.c.work_weekdays)
    day_statement = select(
        calendar_day.c.calendar_id, calendar_day.c.on_day, calendar_day.c.working
    )
    if ids is not None:
        statement = statement.where(calendar.c.id.in_(list(ids)))
        day_statement = day_statement.where(calendar_day.c.calendar_id.in_(list(ids)))
    days: dict[tuple[int, bool], set[date]] = defaultdict(set)
    for row in conn.rows(day_statement):
        days[row.calendar_id, row.working].add(row.on_day)
    return {
        row.id: Calendar(
            row.code,
            frozenset(row.work_weekdays),
            frozenset(days[row.id, False]),
            frozenset(days[row.id, True]),
        )
        for row in conn.rows(statement)
    }


def _ids(conn: Reading, codes: Sequence[str]) -> dict[str, int]:
    rows = conn.rows(select(calendar.c.code, calendar.c.id).where(calendar.c.code.in_(list(codes))))
    return {row.code: row.id for row in rows}


def _write(
    tx: Writing, code: str, weekdays: Sequence[int], closed: Sequence[tuple[date, str]]
) -> int | None:
    row = {"code": code, "name": code, "work_weekdays": weekdays}
    made = insert_rows(tx, calendar, [row], returning=("id",), skip_existing=True)
    if not made:
        return None
    calendar_id = int(made[0].id)
    days = [
        {"calendar_id": calendar_id, "on_day": day, "working": False, "reason": reason}
        for day, reason in closed
    ]
    insert_rows(tx, calendar_day, days)
    return calendar_id
