"""Who lives behind a pid. Decides when a process is the one we knew; never ends one by name.

A pid alone proves nothing: it may be a zombie, or a stranger that got the number later. The pair
of pid and start time names one process for as long as the machine runs.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

_PROC = Path("/proc")
_SECONDS_BETWEEN_LOOKS = 0.02


def start_mark(pid: int) -> str | None:
    """When the living process `pid` began, as an opaque text; None for the dead and for zombies."""
    if (_PROC / "self").exists():
        return _mark_from_proc(pid)
    answer = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, started = answer.stdout.strip().partition(" ")
    return started.strip() if state and not state.startswith("Z") else None


def _mark_from_proc(pid: int) -> str | None:
    try:
        line = (_PROC / str(pid) / "stat").read_text()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    # The program's name stands in brackets and may hold blanks; fields are counted after it.
    fields = line.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    return None if state in {"Z", "X"} else f"{boot}:{started}"


def is_same(pid: int, mark: str) -> bool:
    """Whether the process that was noted with `mark` still lives."""
    return start_mark(pid) == mark


def end_process(pid: int, mark: str, *, patience_seconds: float) -> None:
    """Ask the noted process to end, wait, and kill it when it does not listen."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if not is_same(pid, mark):
            return
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience_seconds
        while is_same(pid, mark) and time.monotonic() < deadline:
            time.sleep(_SECONDS_BETWEEN_LOOKS)


def working_folder(pid: int) -> Path | None:
    """Where the process stands; None where that cannot be told (no /proc, not ours to see)."""
    try:
        return (_PROC / str(pid) / "cwd").resolve(strict=True)
    except OSError:
        return None
