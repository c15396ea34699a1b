"""Children live and die with their keeper, and only our own orphans are ended."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.supervisor import Supervisor, python_program
from inventory_core.db.processes import is_same, start_mark
from inventory_core.errors import Unavailable

SLEEP = ("-c", "import time; time.sleep(600)")
KEEPER = """
import sys
from pathlib import Path
from app.supervisor import Supervisor, python_program
keeper = Supervisor(Path(sys.argv[1]))
keeper.end_orphans()
keeper.catch_signals()
keeper.start([python_program(name, ("-c", "import time; time.sleep(600)"), {}) for name in "ab"])
print("up", flush=True)
keeper.watch()
"""


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def noted(notes: Path) -> list[tuple[int, str]]:
    try:
        return [(entry["pid"], entry["mark"]) for entry in json.loads(notes.read_text())]
    except (OSError, ValueError):
        return []


def start_keeper(notes: Path) -> "subprocess.Popen[bytes]":
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(notes)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == b"up\n"
    return keeper


def test_one_signal_stops_all_and_leaves_no_note(tmp_path: Path) -> None:
    notes = tmp_path / "run" / "children.json"
    for sign in (signal.SIGTERM, signal.SIGINT):
        keeper = start_keeper(notes)
        children = noted(notes)
        assert len(children) == 2
        keeper.send_signal(sign)
        assert keeper.wait(timeout=20) == 0
        assert not any(is_same(*child) for child in children)
        assert not notes.exists()


def test_a_dead_child_is_started_again(tmp_path: Path) -> None:
    notes = tmp_path / "children.json"
    keeper = start_keeper(notes)
    before = noted(notes)
    os.kill(before[0][0], signal.SIGKILL)
    until(lambda: len(noted(notes)) == 2 and noted(notes)[0][0] != before[0][0])
    assert noted(notes)[1] == before[1]
    keeper.terminate()
    keeper.wait(timeout=20)


def test_orphans_of_a_killed_keeper_are_ended_by_the_next(tmp_path: Path) -> None:
    notes = tmp_path / "children.json"
    keeper = start_keeper(notes)
    orphans = noted(notes)
    keeper.kill()
    keeper.wait()
    assert all(is_same(*orphan) for orphan in orphans)
    second = start_keeper(notes)
    assert not any(is_same(*orphan) for orphan in orphans)
    second.terminate()
    second.wait(timeout=20)


def test_a_stranger_who_got_the_number_of_an_orphan_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, *SLEEP])
    notes = tmp_path / "children.json"
    notes.write_text(json.dumps([{"name": "web", "pid": stranger.pid, "mark": "other start"}]))
    assert Supervisor(notes).end_orphans() == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_zombie_is_nobody(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    until(lambda: start_mark(child.pid) is None)  # ended, not yet asked for
    child.wait()


def test_a_child_that_keeps_dying_ends_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.supervisor.FIRST_RESTART_SECONDS", 0.001)
    monkeypatch.setattr("app.supervisor.SECONDS_BETWEEN_LOOKS", 0.01)
    keeper = Supervisor(tmp_path / "children.json")
    keeper.start([python_program("good", SLEEP, {}), python_program("bad", ("-c", "exit(3)"), {})])
    good = noted(tmp_path / "children.json")[0]
    with pytest.raises(Unavailable, match="program_keeps_dying"):
        keeper.watch()
    assert not is_same(*good)


def test_a_program_that_runs_once_is_waited_for_and_answers_its_code(tmp_path: Path) -> None:
    keeper = Supervisor(tmp_path / "children.json")
    assert keeper.run_once(python_program("once", ("-c", "exit(4)"), {})) == 4
    assert not (tmp_path / "children.json").exists()
