"""Writers that keep a diary while their database is killed under them.

A writer notes a key before it asks and notes it again when the answer came. After the last kill:
every answered key stands in the book exactly once, and no key stands there that nobody asked for.
"""

import os
import random
import shutil
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from inventory_core.db.companies import (
    create_company_database,
    list_companies,
    open_company,
    prepare_server,
)
from inventory_core.db.embedded import (
    EmbeddedServer,
    find_cluster,
    postmaster_pid,
    start_embedded,
    stop_embedded,
)
from inventory_core.db.engine import Database, Writing
from inventory_core.db.server import Server
from inventory_core.errors import Unavailable

COMPANY = "killed"
SECONDS_OF_LOAD = 0.4
_POST = text(
    "INSERT INTO operation (key, request_hash, kind, actor_id, occurred_at)"
    " VALUES (:key, '', 'adjustment', 0, now()) ON CONFLICT (key) DO NOTHING"
)


@dataclass
class ServerFolder:
    """A data folder with a server that may die at any moment."""

    path: Path

    def start(self) -> Server:
        """The server, running, with the company in it."""
        server = Server(start_embedded(self.path), None)
        prepare_server(server)
        if COMPANY not in list_companies(server):
            create_company_database(server, COMPANY)
        return server

    def kill(self, *, whole: bool) -> None:
        """End the postmaster, or every process of the server at once, by SIGKILL."""
        pid = postmaster_pid(find_cluster(self.path))
        assert pid is not None
        children = _children(pid) if whole else []
        for each in (pid, *children):
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def remove(self) -> None:
        """Stop the server and delete the folder."""
        if (self.path / "pw").exists():
            stop_embedded(find_cluster(self.path))
        shutil.rmtree(self.path, ignore_errors=True)


@dataclass
class Diary:
    """What one writer asked for and what was answered."""

    asked: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)


class Campaign:
    """Writers under load on one folder, kills in between, one reckoning at the end."""

    def __init__(self, folder: ServerFolder, *, writers: int, seed: int = 1) -> None:
        self._folder = folder
        self._server = folder.start()
        self._diaries = [Diary() for _ in range(writers)]
        self._done = threading.Event()
        self._chance = random.Random(seed)
        self.back_within: list[float] = []

    def run(self, *, kills: int, whole: bool) -> None:
        """Kill the server `kills` times while everybody writes."""
        database = open_company(self._server, COMPANY, pool_size=len(self._diaries))
        threads = [
            threading.Thread(target=self._write, args=(database, diary, number))
            for number, diary in enumerate(self._diaries)
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in range(kills):
                self._let_them_write()
                self._folder.kill(whole=whole)
                began = time.monotonic()
                revived = start_embedded(self._folder.path)
                self.back_within.append(time.monotonic() - began)
                assert isinstance(revived, EmbeddedServer)
            self._let_them_write()
        finally:
            self._done.set()
            for thread in threads:
                thread.join()
            database.dispose()

    def check(self) -> None:
        """Every answered key once, no key that nobody asked for."""
        database = open_company(self._server, COMPANY)
        with database.reading() as conn:
            found = [row[0] for row in conn.rows(text("SELECT key FROM operation"))]
        database.dispose()
        answered = set().union(*(diary.answered for diary in self._diaries))
        asked = set().union(*(diary.asked for diary in self._diaries))
        assert len(found) == len(set(found))
        assert answered - set(found) == set()
        assert set(found) - asked == set()
        assert len(answered) > 100

    def _let_them_write(self) -> None:
        """Until a few hundred more answers came; a random moment after that."""
        before = self._answers()
        deadline = time.monotonic() + 60
        while self._answers() < before + 200:
            assert time.monotonic() < deadline, "the writers do not come back"
            time.sleep(0.01)
        time.sleep(self._chance.uniform(0, SECONDS_OF_LOAD))

    def _answers(self) -> int:
        return sum(len(diary.answered) for diary in self._diaries)

    def _write(self, database: Database, diary: Diary, writer: int) -> None:
        number = 0
        while not self._done.is_set():
            number += 1
            key = f"{writer}-{number}"
            diary.asked.add(key)
            while not self._done.is_set():
                try:
                    database.write(lambda tx, key=key: post(tx, key))  # type: ignore[misc]
                except Unavailable:
                    continue  # the same key again: it is asked until it is answered
                diary.answered.add(key)
                break


def post(tx: Writing, key: str) -> None:
    """One operation, once per key however often it is sent."""
    tx.execute(_POST, {"key": key})


def _children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(folder.name))
    return found
