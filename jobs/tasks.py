"""The list of jobs: what each does.

Decides nothing inside a job. A task gets the open company and a way to tell its progress, and
answers with facts for the record; it commits its own transactions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from forecasting.history import planning_day
from inventory_core.clock import business_day
from inventory_core.db.backup import back_up_company, manifest_path
from inventory_core.db.engine import Database, Reading, Writing
from inventory_core.db.server import Server
from inventory_core.errors import Refused
from inventory_core.insight.kpis import last_snapshot_on
from inventory_core.insight.kpis_snapshot import first_fact_on, snapshot_kpis
from inventory_core.office.actors import Actor
from inventory_core.office.company import read_company
from inventory_core.office.job_runs import JobName
from jobs.notebooks import run_notebook
from jobs.planning import Progress, run_planning
from jobs.replays import run_replay
from jobs.scenarios import run_scenario

# Late facts of so many days are taken into the kept days again.
KPI_DAYS_AGAIN = 45
MOST_DAYS_AT_ONCE = 3600
BACKUPS_KEPT = 14


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a task may use: one company's database, and the server and folder where it lives.

    `engine`: where a large panel is forecast; "" leaves it to the size.
    """

    database: Database
    actor: Actor
    now: datetime
    slug: str = ""
    server: Server | None = None
    backup_folder: Path | None = None
    data_folder: Path | None = None
    engine: str = ""
    run_id: int = 0


Task = Callable[[Workplace, Mapping[str, Any], Progress], dict[str, Any]]


def plan(place: Workplace, settings: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Retrain and bring the suggestions in line; `settings` may name `as_of` (ISO day)."""
    given = settings.get("as_of")
    result = run_planning(
        place.database,
        place.actor,
        as_of=date.fromisoformat(given) if given else None,
        now=place.now,
        progress=progress,
        data_folder=place.data_folder,
        engine=place.engine,
    )
    return result.as_json()


def keep_kpis(place: Workplace, settings: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Keep the days of the KPIs up to yesterday; `settings` may ask for all days (`whole`)."""
    progress("reading_book", 0.1)
    with place.database.reading() as conn:
        spans = _kpi_spans(conn, place.now, whole=bool(settings.get("whole")))
    days = rows = 0
    for number, (first_on, last_on) in enumerate(spans):
        progress("writing_days", 0.3 + 0.6 * number / len(spans))
        rows += place.database.write(
            partial(_keep_days, first_on=first_on, last_on=last_on, now=place.now)
        )
        days += (last_on - first_on).days + 1
    return {"days": days, "rows": rows}


def _keep_days(tx: Writing, *, first_on: date, last_on: date, now: datetime) -> int:
    return snapshot_kpis(tx, first_on, last_on, now=now)


def back_up(place: Workplace, settings: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the company into a file beside the others; the oldest beyond a number are dropped."""
    if place.server is None or place.backup_folder is None:
        return {"file": ""}
    progress("writing_backup", 0.1)
    stamp = place.now.astimezone(UTC)
    target = place.backup_folder / f"{place.slug}-{stamp:%Y%m%dT%H%M%SZ}.dump"
    manifest = back_up_company(place.server, place.slug, target, now=place.now)
    _drop_old_backups(place.backup_folder, place.slug)
    return {"file": target.name, "bytes": manifest.size, "rows": sum(manifest.rows.values())}


def execute_notebook(
    place: Workplace, settings: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Run the notebook that `settings` name with its parameters and keep the executed copy."""
    if place.data_folder is None:
        raise Refused("notebook_without_folder")
    return run_notebook(
        place.database,
        run_id=place.run_id,
        company=place.slug,
        data_folder=place.data_folder,
        settings=settings,
        progress=progress,
    )


def play_again(place: Workplace, settings: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Play the company's last year again; `settings` may change what is assumed."""
    return run_replay(place.database, settings, now=place.now, progress=progress)


def plan_beside(
    place: Workplace, settings: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Plan a scenario beside the plan of the day; `settings` say what is changed."""
    return run_scenario(
        place.database, place.actor, settings, run_id=place.run_id, progress=progress
    )


TASKS: Mapping[JobName, Task] = {
    JobName.KPI_SNAPSHOT: keep_kpis,
    JobName.PLAN: plan,
    JobName.BACKUP: back_up,
    JobName.NOTEBOOK: execute_notebook,
    JobName.REPLAY: play_again,
    JobName.SCENARIO: plan_beside,
}


def _kpi_spans(conn: Reading, now: datetime, *, whole: bool) -> list[tuple[date, date]]:
    """From the first fact, or some weeks back where earlier days are kept, to yesterday.

    A history that ended long ago is kept to its end; of the silent years since, only the last
    weeks, in which the book itself began.
    """
    today = business_day(now, read_company(conn).time_zone)
    last_on = today - timedelta(days=1)
    first, kept = first_fact_on(conn), last_snapshot_on(conn)
    if first is None or first > last_on:
        return []
    lately = max(first, last_on - timedelta(days=KPI_DAYS_AGAIN))
    if kept is not None and not whole:
        again = min(kept, last_on) - timedelta(days=KPI_DAYS_AGAIN)
        return [(max(first, again, last_on - timedelta(days=MOST_DAYS_AT_ONCE)), last_on)]
    day = planning_day(conn, today=today)
    if not day.stale or day.through >= lately:
        return [(max(first, last_on - timedelta(days=MOST_DAYS_AT_ONCE)), last_on)]
    return [(first, day.through), (lately, last_on)]


def _drop_old_backups(folder: Path, slug: str) -> None:
    found = sorted(folder.glob(f"{slug}-*.dump"))
    for file in found[: max(0, len(found) - BACKUPS_KEPT)]:
        manifest_path(file).unlink(missing_ok=True)
        file.unlink(missing_ok=True)
