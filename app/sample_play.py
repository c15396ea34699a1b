"""Brings the sample company in. Decides when it is complete; the simulator decides what it holds.

The company is played into a database that nobody sees and that takes its name when all is played
and planned; a start that was killed in the middle finds nothing half and plays again.
"""

import time
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app.i18n import day, t
from app.replanning import replan
from app.sample_start import decide_sample
from inventory_core.clock import utc_now
from inventory_core.db.companies import (
    SAMPLE_COMPANY,
    building_company,
    refresh_statistics,
    remember_company,
)
from inventory_core.db.engine import Database
from inventory_core.db.server import Server
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import JobName
from inventory_core.planning.worklist import waiting_suggestions
from inventory_core.settings import Settings
from jobs.execution import run_recorded
from jobs.sample import Played, play_sample_company
from jobs.sample_decisions import decide_some
from jobs.sample_record import forecast_the_past
from jobs.tasks import Workplace


def bring_sample(server: Server, settings: Settings, language: str, screen: Console) -> None:
    """Play and plan the sample company with progress on the terminal, and make it the open one."""
    began = time.monotonic()
    screen.print(t("sample.playing", language=language))
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(t("sample.playing", language=language), total=1.0)

        def played(step: str, done: int, of: int, on: date | None) -> None:
            words = t(f"sample.step_{step}", language=language, day=day(on, language=language))
            bar.update(task, description=words, completed=done, total=of)

        def planned(step: str, share: float) -> None:
            words = t("sample.step_plan", language=language)
            bar.update(task, description=words, completed=share, total=1.0)

        with building_company(server, SAMPLE_COMPANY) as database:
            result = play_sample_company(database, now=utc_now(), progress=played)
            refresh_statistics(server, database)
            place = Workplace(database, SYSTEM, utc_now(), slug=SAMPLE_COMPANY, server=server)
            forecast_the_past(database, now=utc_now())
            run_recorded(place, JobName.PLAN, watch=planned)
            decide_some(database, replan=replan, now=utc_now())
            waiting = _waiting(database)
    remember_company(settings.data_folder, SAMPLE_COMPANY)
    decide_sample(settings)
    screen.print(_summary(result, waiting, time.monotonic() - began, language))


def _waiting(database: Database) -> int:
    with database.reading() as conn:
        return len(conn.rows(waiting_suggestions()))


def _summary(result: Played, waiting: int, seconds: float, language: str) -> str:
    return t(
        "sample.done",
        language=language,
        orders=result.orders,
        days=(result.last_on - result.first_on).days + 1,
        suggestions=waiting,
        seconds=round(seconds),
    )
