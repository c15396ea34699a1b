"""`yiben up`: everything starts together, comes back after any kill -9, and stops together."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inventory_core.db.embedded import find_cluster, is_alive, postmaster_pid, stop_embedded
from inventory_core.db.processes import is_same

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 120


class Installation:
    """One data folder with a `yiben up` of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Installation":
        told = {
            "YIBEN_DATA_FOLDER": str(self.folder),
            "YIBEN_PORT": str(self.port),
            "YIBEN_SAMPLE_ON_FIRST_START": "false",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "up"],
            env={**os.environ, **told},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder.parent / f"{self.folder.name}.log").open("ab"),
        )
        until(self.answers)
        return self

    def answers(self) -> bool:
        """Whether the web answers, the database behind it included."""
        assert self.process is not None
        assert self.process.poll() is None, "yiben up has ended"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", "/signin")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def children(self) -> dict[str, tuple[int, str]]:
        try:
            noted = json.loads((self.folder / "run" / "children.json").read_text())
        except FileNotFoundError:
            return {}
        return {entry["name"]: (entry["pid"], entry["mark"]) for entry in noted}

    def end(self, sign: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(sign)
        return self.process.wait(timeout=PATIENCE_SECONDS)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def installation(test_root: Path) -> Iterator[Installation]:
    folder = test_root / f"up-{uuid.uuid4().hex[:8]}"
    made = Installation(folder)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGTERM)
    if (folder / "pw").exists():
        stop_embedded(find_cluster(folder))
    shutil.rmtree(folder, ignore_errors=True)


def test_any_process_may_be_killed_and_the_installation_comes_back(
    installation: Installation,
) -> None:
    installation.start()
    until((installation.folder / "owner-link.txt").exists)
    link = (installation.folder / "owner-link.txt").read_text()
    assert link.startswith(f"http://localhost:{installation.port}/link/main/")
    assert (installation.folder / "owner-link.txt").stat().st_mode & 0o077 == 0
    for name in ("web", "runner"):
        pid, mark = installation.children()[name]
        os.kill(pid, signal.SIGKILL)
        until(lambda name=name, pid=pid: installation.children()[name][0] != pid)  # type: ignore[misc]
        assert not is_same(pid, mark)
    until(installation.answers)

    database = postmaster_pid(find_cluster(installation.folder))
    assert database is not None
    os.kill(database, signal.SIGKILL)
    until(lambda: postmaster_pid(find_cluster(installation.folder)) not in {None, database})
    until(installation.answers)

    orphans = installation.children().values()
    installation.end(signal.SIGKILL)
    installation.start()
    until(lambda: not any(is_same(*orphan) for orphan in orphans))
    until(lambda: len(installation.children()) == 2 and installation.answers())


def test_one_signal_stops_web_runner_and_database(installation: Installation) -> None:
    installation.start()
    children = installation.children().values()
    assert installation.end(signal.SIGTERM) == 0
    assert not any(is_same(*child) for child in children)
    assert not is_alive(find_cluster(installation.folder))


def test_a_second_start_on_the_same_folder_is_refused_with_the_address(
    installation: Installation,
) -> None:
    installation.start()
    second = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "up"],
        env={**os.environ, "YIBEN_DATA_FOLDER": str(installation.folder), "COLUMNS": "300"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert second.returncode == 1
    assert f"http://localhost:{installation.port}" in second.stderr
    assert installation.answers()
