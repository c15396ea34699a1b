"""The runner: one process that runs the jobs of every company, one job at a time.

Decides who is the runner (a lease that a killed process does not hold), what is next (what people
asked for before what the timetable asks for), and that a run whose process died is called lost.
What a job does is in `tasks`; when it is due in `schedule`. Started by `python -m jobs.runner`.
"""

import json
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import structlog

from inventory_core.db.companies import list_companies, open_company
from inventory_core.db.engine import Database
from inventory_core.db.leases import Lease
from inventory_core.db.server import Server, open_server
from inventory_core.errors import Unavailable
from inventory_core.office.company import read_company
from inventory_core.office.job_runs import (
    JobName,
    JobRequest,
    RunState,
    finish_run,
    job_runs,
    mark_lost_runs,
    take_request,
)
from inventory_core.settings import Settings, load_settings
from jobs.logs import set_up_job_logging
from jobs.schedule import Entry, Timetable
from jobs.tasks import JOBS

log = structlog.get_logger("yiben.runner")

LEASE_NAME = "job runner"
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_LISTS = 10.0
SECONDS_TO_LEAVE = 10.0

# Runs (company, job, request) to its end and answers its exit code.
Execute = Callable[["Served", JobName, JobRequest | None], int]


@dataclass(slots=True)
class Served:
    """One company that this process is the runner of, and what is due there."""

    slug: str
    database: Database
    lease: Lease
    due: deque[str] = field(default_factory=deque)

    def serving(self) -> bool:
        """Whether this process is still the one; becoming it marks what a dead one left as lost."""
        if self.lease.held():
            return True
        if not self.lease.take():
            return False
        lost = self.database.write(mark_lost_runs)
        log.info("serving", company=self.slug, lost_runs=lost)
        return True

    def close(self) -> None:
        """Let go of the lease and of the database."""
        self.lease.release()
        self.database.dispose()


def serve_next(served: Served, execute: Execute) -> bool:
    """Run the next thing of one company to its end; False where nothing waits."""
    if not served.serving():
        return False
    request = served.database.write(take_request)
    if request is not None:
        _run(served, request.job, request, execute)
        return True
    if served.due:
        _run(served, JobName(served.due.popleft()), None, execute)
        return True
    return False


def _run(served: Served, job: JobName, request: JobRequest | None, execute: Execute) -> None:
    code = execute(served, job, request)
    if code != 0:
        log.warning("job_ended_badly", company=served.slug, job=job.value, code=code)
    # Whatever a process that ended left as running has died without a word.
    problem = "job_time_limit" if code == -signal.SIGALRM else "job_died"
    served.database.write(lambda tx: _close_open_runs(tx, problem))


def _close_open_runs(tx: "object", problem: str) -> None:
    raise NotImplementedError
