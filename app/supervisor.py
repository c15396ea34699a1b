"""Keeps the processes of one installation alive together. Decides restarts, limits and the end.

Children are noted with pid and start time in a file, so that the next start after a kill -9 ends
exactly the orphans of this installation and nothing else. A child that dies is started again, but
not for ever: one that keeps dying ends everything with a clear word.
"""

import json
import logging
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from inventory_core.db.processes import end_process, is_same, start_mark
from inventory_core.errors import Unavailable

MOST_RESTARTS = 5
RESTART_WINDOW_SECONDS = 120.0
STOP_PATIENCE_SECONDS = 15.0
SECONDS_BETWEEN_LOOKS = 0.2
# The n-th restart within the window waits this often doubled, so that a short trouble passes.
FIRST_RESTART_SECONDS = 0.2
SECONDS_BETWEEN_CHECKS = 2.0

log = logging.getLogger("yiben.up")


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: a name for people, a command, and its environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    deaths: deque[float] = field(default_factory=deque)
    start_at: float | None = None


class Supervisor:
    """Runs programs until it is told to stop, by a signal or by a program that keeps dying."""

    def __init__(self, notes: Path, *, check: Callable[[], None] = lambda: None) -> None:
        """`notes` is the file of living children; `check` is called every two seconds."""
        self._notes = notes
        self._check = check
        self._children: list[_Child] = []
        self._stopping = False

    def end_orphans(self) -> int:
        """End the children that a killed predecessor left; returns how many there were."""
        try:
            noted = json.loads(self._notes.read_text())
        except (OSError, ValueError):
            return 0
        alive = [entry for entry in noted if is_same(int(entry["pid"]), str(entry["mark"]))]
        for entry in alive:
            log.warning("Ending %s (%s) of an earlier run.", entry["name"], entry["pid"])
            end_process(
                int(entry["pid"]), str(entry["mark"]), patience_seconds=STOP_PATIENCE_SECONDS
            )
        return len(alive)

    def catch_signals(self) -> None:
        """From here on Ctrl-C and a request to end stop all children, then us."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._on_signal)

    def run_once(self, program: Program) -> int:
        """Run a program to its end; its exit code. A signal ends it early."""
        child = _Child(program, self._launch(program))
        self._children.append(child)
        self._write_notes()
        while child.process.poll() is None and not self._stopping:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        self.stop()
        return int(child.process.returncode)

    def start(self, programs: Sequence[Program]) -> None:
        """Start every program, in order."""
        for program in programs:
            self._children.append(_Child(program, self._launch(program)))
            self._write_notes()

    def watch(self) -> None:
        """Stay until told to stop; starts again what died. Stops everything on the way out."""
        checked_at = time.monotonic()
        try:
            while not self._stopping:
                self.tend()
                if time.monotonic() - checked_at > SECONDS_BETWEEN_CHECKS:
                    self._check()
                    checked_at = time.monotonic()
                time.sleep(SECONDS_BETWEEN_LOOKS)
        finally:
            self.stop()

    def tend(self) -> None:
        """Start again what died, each a while after its death."""
        for child in self._children:
            if self._stopping or child.process.poll() is None:
                continue
            if child.start_at is None:
                self._note_death(child)
            elif time.monotonic() >= child.start_at:
                child.start_at = None
                child.process = self._launch(child.program)
                self._write_notes()

    @property
    def stopping(self) -> bool:
        """Whether a signal has asked for the end."""
        return self._stopping

    def stop(self) -> None:
        """Ask all children to end, wait, and kill those that do not listen."""
        for child in self._children:
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_PATIENCE_SECONDS
        for child in self._children:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("%s did not end in time and is killed.", child.program.name)
                child.process.kill()
                child.process.wait()
        self._children.clear()
        self._notes.unlink(missing_ok=True)

    def _launch(self, program: Program) -> subprocess.Popen[bytes]:
        # Its own session: Ctrl-C reaches only us, and we end the children in order.
        return subprocess.Popen(  # noqa: S603
            list(program.command),
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _note_death(self, child: _Child) -> None:
        now = time.monotonic()
        child.deaths.append(now)
        while child.deaths and now - child.deaths[0] > RESTART_WINDOW_SECONDS:
            child.deaths.popleft()
        code = child.process.returncode
        if len(child.deaths) > MOST_RESTARTS:
            raise Unavailable("program_keeps_dying", name=child.program.name, status=str(code))
        child.start_at = now + FIRST_RESTART_SECONDS * 2 ** len(child.deaths)
        log.warning("%s ended (%s); starting it again.", child.program.name, code)

    def _write_notes(self) -> None:
        noted = [
            {
                "name": child.program.name,
                "pid": child.process.pid,
                "mark": start_mark(child.process.pid),
            }
            for child in self._children
        ]
        self._notes.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._notes.with_name(self._notes.name + ".new")
        unfinished.write_text(json.dumps(noted))
        unfinished.replace(self._notes)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True


def python_program(name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Program:
    """A program of our own, run by the interpreter that runs us."""
    return Program(name, [sys.executable, *arguments], environment)
