"""The runner: one process that runs the jobs of every company, one job at a time.

Decides who is the runner (a lease that a killed process does not hold), what is next (what people
asked for before what the timetable asks for), and that a run whose process died is called lost.
What a job does is in `tasks`, when it is due in `schedule`, its process in `own_process`: nothing
that forecasts is loaded here, so that the runner is up at once. Started by `python -m jobs.runner`.
"""

import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import structlog

from inventory_core.clock import new_id
from inventory_core.db.companies import list_companies, open_company
from inventory_core.db.engine import Database
from inventory_core.db.file_locks import shared
from inventory_core.db.leases import Lease
from inventory_core.db.server import Server, open_server
from inventory_core.logs import set_up_logging
from inventory_core.office.company import read_company
from inventory_core.office.job_runs import (
    NIGHTLY,
    JobName,
    JobRequest,
    RunState,
    mark_lost_runs,
    take_request,
)
from inventory_core.office.notebook_runs import notebook_entries, request_due_notebook
from inventory_core.settings import load_settings
from jobs.own_process import in_a_process_of_its_own
from jobs.schedule import Entry, Timetable

log = structlog.get_logger("yiben.runner")

LEASE_NAME = "job runner"
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_LISTS = 10.0
NOTEBOOK_LINE = "notebook:"


@dataclass(slots=True)
class Served:
    """One company that this process may be the runner of, and what is due there."""

    slug: str
    database: Database
    lease: Lease
    due: deque[str] = field(default_factory=deque)

    def serving(self) -> bool:
        """Whether this process is the one; becoming it marks what a dead one left as lost."""
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


# Runs a job of a company to its end; answers why it had to be ended, or nothing.
Execute = Callable[[Served, JobName, JobRequest | None], str | None]


def serve_next(served: Served, execute: Execute) -> bool:
    """Run the next thing of one company to its end; False where nothing waits."""
    if not served.serving():
        return False
    request = served.database.write(take_request)
    if request is None and not served.due:
        return False
    if request is None and served.due[0].startswith(NOTEBOOK_LINE):
        _ask_for_notebook(served, served.due.popleft())
        return True
    job = request.job if request is not None else JobName(served.due.popleft())
    problem = execute(served, job, request)
    if problem is not None:
        log.error("job_ended", company=served.slug, job=job.value, problem=problem)
        served.database.write(lambda tx: mark_lost_runs(tx, state=RunState.FAILED, problem=problem))
    return True


def _ask_for_notebook(served: Served, line: str) -> None:
    """A due notebook becomes a request, taken at the next look: it is kept with its parameters."""
    name, key = line.removeprefix(NOTEBOOK_LINE), f"timetable:{new_id()}"
    served.database.write(lambda tx: request_due_notebook(tx, name, key=key))


class Runner:
    """The loop over all companies of a server."""

    def __init__(self, server: Server, execute: Execute, *, only: tuple[str, ...] = ()) -> None:
        self._server = server
        self._execute = execute
        self._only = only
        self._served: dict[str, Served] = {}
        self._timetable = Timetable(self._put)
        self._listed_at = float("-inf")
        self.stopping = False

    def run(self) -> None:
        """Serve until told to stop; a company that fails does not stop the others."""
        while not self.stopping:
            if not self.look_once():
                time.sleep(SECONDS_BETWEEN_LOOKS)
        self._timetable.stop()
        for served in self._served.values():
            served.close()

    def look_once(self) -> bool:
        """Look at every company once; True where something was run."""
        busy = False
        self._find_companies()
        for slug, served in list(self._served.items()):
            if self.stopping:
                break
            try:
                busy = serve_next(served, self._execute) or busy
            except Exception:
                log.exception("company_failed", company=slug)
                self._forget(slug)
        return busy

    def _find_companies(self) -> None:
        if time.monotonic() - self._listed_at < SECONDS_BETWEEN_LISTS:
            return
        self._listed_at = time.monotonic()
        slugs = [s for s in list_companies(self._server) if not self._only or s in self._only]
        for slug in set(self._served) - set(slugs):
            self._forget(slug)
        for slug in slugs:
            try:
                self._open(slug)
            except Exception:
                log.exception("company_not_opened", company=slug)

    def _open(self, slug: str) -> None:
        if slug not in self._served:
            database = open_company(self._server, slug, pool_size=2)
            self._served[slug] = Served(slug, database, Lease(database, LEASE_NAME))
        with self._served[slug].database.reading() as conn:
            time_zone = read_company(conn).time_zone
            lines = notebook_entries(conn)
        entries = [Entry(slug, job.value, at, time_zone) for job, at in NIGHTLY.items()]
        for one in lines:
            name, at = f"{NOTEBOOK_LINE}{one.notebook}", (one.hour, one.minute)
            entries.append(Entry(slug, name, at, time_zone, weekday=one.weekday))
        self._timetable.set_entries(slug, entries)

    def _forget(self, slug: str) -> None:
        self._timetable.set_entries(slug, ())
        self._served.pop(slug).close()

    def _put(self, slug: str, job: str) -> None:
        """Called by the timetable's thread: a job that is already waiting is not put twice."""
        served = self._served.get(slug)
        if served is not None and job not in served.due:
            served.due.append(job)


def main() -> int:
    """Serve the companies of this installation until a signal says stop."""
    settings = load_settings()
    set_up_logging(settings.log_format)
    only = tuple(filter(None, settings.served_companies.split(",")))
    runner = Runner(
        open_server(settings),
        lambda served, job, request: in_a_process_of_its_own(served.slug, job, request),
        only=only,
    )

    def stop(number: int, frame: FrameType | None) -> None:
        runner.stopping = True
        # Leaves a running job's wait at once; its process is ended on the way out.
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("runner_started")
    with shared(settings.data_folder / "users.lock"):
        runner.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
