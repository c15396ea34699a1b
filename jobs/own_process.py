"""A job in a process of its own: started, waited for with a limit of time, ended.

Decides how a process that died or took too long is told from one that recorded its failure; knows
no job. The child is `jobs.execution`.
"""

import json
import subprocess
import sys
import time

from inventory_core.office.job_runs import MOST_MINUTES, JobName, JobRequest

SECONDS_TO_LEAVE = 10.0
DIED = "job_died"
TOO_LONG = "job_time_limit"
# How a process ends whose job failed and said so; Python itself ends with 1 where it breaks.
FAILURE_RECORDED = 4


def in_a_process_of_its_own(company: str, job: JobName, request: JobRequest | None) -> str | None:
    """Run a job in a child process with a limit of time; what it does is in `execution`."""
    wanted = [] if request is None else [str(request.id), json.dumps(dict(request.settings))]
    command = [sys.executable, "-m", "jobs.execution", company, job.value, *wanted]
    child = subprocess.Popen(command)  # noqa: S603 - our own program, no shell
    deadline = time.monotonic() + MOST_MINUTES[job] * 60
    try:
        while child.poll() is None:
            if time.monotonic() > deadline:
                return TOO_LONG
            time.sleep(0.2)
    finally:
        _end(child)
    return None if child.returncode in (0, FAILURE_RECORDED) else DIED


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(SECONDS_TO_LEAVE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
