"""The timetable: at which hour of the company's clock a job is due. The only user of APScheduler.

Decides when, never what: a due job is handed to the runner, which runs one at a time. Hours that
passed while nothing ran are made up for once, however many they were.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from inventory_core.clock import zone

# A job that was due this long ago is still run, once; an older one waits for its next hour.
MADE_UP_FOR_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timetable."""

    company: str
    job: str
    at: tuple[int, int]
    time_zone: str
    weekday: int | None = None  # 1 Monday … 7 Sunday; none: every day


class Timetable:
    """Calls `due(company, job)` at the hours of its entries, from a thread of its own."""

    def __init__(self, due: Callable[[str, str], None]) -> None:
        self._due = due
        self._scheduler = BackgroundScheduler(
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": MADE_UP_FOR_SECONDS,
            }
        )
        self._scheduler.start()

    def set_entries(self, company: str, entries: Iterable[Entry]) -> None:
        """Replace the lines of one company; unchanged lines keep their next time."""
        wanted = {f"{entry.company}:{entry.job}": entry for entry in entries}
        for known in self._scheduler.get_jobs():
            if known.id.startswith(f"{company}:") and known.id not in wanted:
                self._scheduler.remove_job(known.id)
        for name, entry in wanted.items():
            line = f"{entry.at[0]:02d}:{entry.at[1]:02d} {entry.time_zone} {entry.weekday or '*'}"
            known = self._scheduler.get_job(name)
            if known is not None and known.name == line:
                continue
            self._scheduler.add_job(
                self._due,
                _trigger(entry),
                args=(entry.company, entry.job),
                id=name,
                name=line,
                replace_existing=True,
            )

    def next_times(self) -> dict[str, datetime]:
        """When each line is due next, by `company:job`."""
        return {
            job.id: job.next_run_time for job in self._scheduler.get_jobs() if job.next_run_time
        }

    def stop(self) -> None:
        """No more calls."""
        self._scheduler.shutdown(wait=False)


def next_time(entry: Entry, *, now: datetime) -> datetime:
    """The next hour of an entry after `now`, for a screen."""
    found = _trigger(entry).get_next_fire_time(None, now)
    assert isinstance(found, datetime), "an hour of the day or the week always comes again"
    return found


def _trigger(entry: Entry) -> CronTrigger:
    return CronTrigger(
        day_of_week="*" if entry.weekday is None else entry.weekday - 1,
        hour=entry.at[0],
        minute=entry.at[1],
        timezone=zone(entry.time_zone),
    )
