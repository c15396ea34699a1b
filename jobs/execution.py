"""One recorded run of one job: begun, its progress told, ended with what came out or went wrong.

Decides how a failure is recorded (the code of a refusal, or a number that finds the log line) and
never hides one. `python -m jobs.execution COMPANY JOB` is how the runner runs a job in a process
of its own, so that it can be stopped and its memory is given back.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import structlog

from inventory_core.clock import new_id, utc_now
from inventory_core.db.companies import open_company
from inventory_core.db.engine import Database
from inventory_core.db.leases import Lease
from inventory_core.db.server import open_server
from inventory_core.errors import YibenError
from inventory_core.logs import set_up_logging
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import (
    JobName,
    RunState,
    finish_run,
    note_progress,
    run_lease_name,
    start_run,
)
from inventory_core.settings import load_settings
from jobs.own_process import FAILURE_RECORDED
from jobs.planning import Progress
from jobs.tasks import TASKS, Workplace

log = structlog.get_logger("yiben.jobs")

SECONDS_BETWEEN_NOTES = 0.5


class RunnerGone(SystemExit):
    """The runner that started this process is dead; its successor will begin anew."""


def run_recorded(
    place: Workplace,
    job: JobName,
    *,
    settings: Mapping[str, Any] | None = None,
    request_id: int | None = None,
    watch: Progress | None = None,
) -> RunState:
    """Run a job here and now, with its record; a failure is recorded and answered, not raised."""
    with held_run(place.database, job, request_id) as run_id:
        return _run(place, job, run_id, settings or {}, watch)


@contextmanager
def held_run(database: Database, job: JobName, request_id: int | None) -> Iterator[int]:
    """The record of a run, and the lease that tells everybody that it is alive."""
    run_id = database.write(lambda tx: start_run(tx, job, request_id=request_id))
    with Lease(database, run_lease_name(run_id)) as lease:
        lease.take()
        yield run_id


def _run(
    place: Workplace,
    job: JobName,
    run_id: int,
    settings: Mapping[str, Any],
    watch: Progress | None,
) -> RunState:
    log.info("job_started", job=job.value, run_id=run_id, company=place.slug)
    began = time.monotonic()
    try:
        here = replace(place, run_id=run_id)
        result = TASKS[job](here, settings, _noted(place, run_id, watch))
    except YibenError as error:
        log.warning("job_refused", job=job.value, run_id=run_id, code=error.code, **error.params)
        facts = {"params": json.loads(json.dumps(error.params, default=str))}
        _finish(place, run_id, RunState.FAILED, facts, error.code)
        return RunState.FAILED
    except Exception:
        number = new_id().hex[-8:]
        log.exception("job_failed", job=job.value, run_id=run_id, number=number)
        _finish(place, run_id, RunState.FAILED, {"params": {"number": number}}, "job_failed")
        return RunState.FAILED
    seconds = round(time.monotonic() - began, 1)
    log.info("job_done", job=job.value, run_id=run_id, company=place.slug, seconds=seconds)
    _finish(place, run_id, RunState.DONE, result, "")
    return RunState.DONE


def _finish(
    place: Workplace, run_id: int, state: RunState, result: Mapping[str, Any], problem: str
) -> None:
    place.database.write(lambda tx: finish_run(tx, run_id, state, result=result, problem=problem))


def _noted(place: Workplace, run_id: int, watch: Progress | None) -> Progress:
    """Progress that reaches the record at most every half second, and whoever watches."""
    last = [float("-inf")]
    parent = os.getppid()

    def tell(step: str, share: float) -> None:
        if watch is not None:
            watch(step, share)
        if os.getppid() != parent:
            raise RunnerGone(3)
        if time.monotonic() - last[0] < SECONDS_BETWEEN_NOTES and share < 1:
            return
        last[0] = time.monotonic()
        place.database.write(lambda tx: note_progress(tx, run_id, step=step, share=share))

    return tell


def main(arguments: list[str]) -> int:
    """COMPANY JOB [REQUEST_ID [SETTINGS as JSON]]: run one job and leave."""
    settings = load_settings()
    set_up_logging(settings.log_format)
    slug, job = arguments[0], JobName(arguments[1])
    request_id = int(arguments[2]) if len(arguments) > 2 and arguments[2] else None
    facts = json.loads(arguments[3]) if len(arguments) > 3 else {}
    server = open_server(settings)
    database = open_company(server, slug, pool_size=2)
    place = Workplace(
        database,
        SYSTEM,
        utc_now(),
        slug=slug,
        server=server,
        backup_folder=settings.data_folder / "backups",
        data_folder=settings.data_folder,
        engine=settings.forecast_engine,
    )
    state = run_recorded(place, job, settings=facts, request_id=request_id)
    database.dispose()
    return 0 if state is RunState.DONE else FAILURE_RECORDED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
