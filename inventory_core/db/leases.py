"""One holder at a time, across processes: a lease that ends with the connection that holds it.

Decides that a killed holder holds nothing, because the database lets go when the session ends.
Knows no table and no job.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg

from inventory_core.db.engine import Database
from inventory_core.db.server import conninfo

_TAKE = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_WAIT = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
_PATIENCE = "SET lock_timeout = '1s'"


class Lease:
    """`held` tells whether this process is the one; a lost connection is a lost lease."""

    def __init__(self, database: Database, name: str) -> None:
        self._address = conninfo(database.url)
        self._name = name
        self._session: psycopg.Connection | None = None

    def take(self) -> bool:
        """Try to become the holder; True where this process holds the lease now."""
        if self.held():
            return True
        self.release()
        session = psycopg.connect(self._address, autocommit=True)
        row = session.execute(_TAKE, [self._name]).fetchone()
        if row is None or not row[0]:
            session.close()
            return False
        self._session = session
        return True

    def wait(self, waiting: Callable[[], None]) -> None:
        """Become the holder, after whoever is it now; `waiting` is called each second until then.

        What `waiting` raises ends the wait, and nothing is held.
        """
        if self.take():
            return
        session = psycopg.connect(self._address, autocommit=True)
        try:
            session.execute(_PATIENCE)
            while not _granted(session, self._name):
                waiting()
        except BaseException:
            session.close()
            raise
        self._session = session

    def held(self) -> bool:
        """Whether the session that holds the lease still answers."""
        if self._session is None:
            return False
        try:
            self._session.execute("SELECT 1")
        except psycopg.Error:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Let go; nothing happens where nothing is held."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _granted(session: psycopg.Connection, name: str) -> bool:
    try:
        session.execute(_WAIT, [name])
    except psycopg.errors.LockNotAvailable:
        return False
    return True
