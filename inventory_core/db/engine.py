"""The one door to the database. Decides where transactions begin, end and retry; knows no table.

`reading()` gives one unchanging snapshot that cannot write; `writing()` gives one transaction that
commits at the end of the block. Commands receive the open connection and never commit. `Writing`
is a subtype of `Reading`, so the type checker refuses a write under `reading()`. A whole command
is retried in `write`, once for all, because commands have no effects outside the transaction.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, CursorResult, Executable, Row, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from inventory_core.errors import Unavailable

Result = TypeVar("Result")

MOST_TRIES = 5
LOST_PATIENCE_SECONDS = 10.0
STATEMENT_TIMEOUT_SECONDS = 120
LOCK_TIMEOUT_SECONDS = 20
# Serialization failure, deadlock, lock not available: the same command may succeed next time.
_RETRYABLE_STATES = frozenset({"40001", "40P01", "55P03"})
# The server went away or is not ready: connection exceptions, shutdown, crash, start-up.
_LOST_STATES = ("08", "57P01", "57P02", "57P03")

# Out of room: nothing was written, and it works again when somebody has made room.
_FULL_STATES = {"53100": "disk_full", "53200": "memory_full", "53300": "connections_full"}


class Reading:
    """A connection that may look. Thin on purpose: SQL goes in, rows come out."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def execute(
        self,
        statement: Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Run one statement."""
        return self.connection.execute(statement, parameters)

    def rows(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """All rows of one statement."""
        return self.connection.execute(statement, parameters).all()

    def scalar(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Any:
        """First column of the first row, or None."""
        return self.connection.execute(statement, parameters).scalar()

    @property
    def psycopg(self) -> psycopg.Connection[Any]:
        """The driver's own connection, inside the same transaction, for the measured hot paths."""
        raw = self.connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        return raw


class Writing(Reading):
    """A connection that may change things; commits when its block ends without an error."""

    __slots__ = ()


class Database:
    """One company's database: a pool, two kinds of transaction, and the retry rule."""

    def __init__(self, url: str | URL, *, pool_size: int = 8, name: str = "yiben") -> None:
        parsed = make_url(url)
        # Options given with the address (the role on an outside server) join our own.
        given = parsed.query.get("options", "")
        parsed = parsed.difference_update_query(["options"])
        self.url = parsed.set(drivername="postgresql+psycopg")
        self._engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={
                "application_name": name,
                "options": (
                    f"{given} -c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s"
                    f" -c lock_timeout={LOCK_TIMEOUT_SECONDS}s -c timezone=UTC"
                ),
            },
        )

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """One snapshot, read only: everything read inside belongs to one moment."""
        with self._engine.connect() as connection:
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with connection.begin():
                yield Reading(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction at READ COMMITTED; committed at the end, rolled back on any error."""
        with self._engine.begin() as connection:
            yield Writing(connection)

    def write(self, act: Callable[[Writing], Result], *, tries: int = MOST_TRIES) -> Result:
        """Run `act` in its own transaction; run it again when the database asks for it.

        `act` must carry an idempotency key, since a commit whose answer was lost is sent again.
        A server that is away is waited for, at most LOST_PATIENCE_SECONDS.
        """
        attempt, give_up_at = 0, time.monotonic() + LOST_PATIENCE_SECONDS
        while True:
            try:
                with self.writing() as tx:
                    return act(tx)
            except (DBAPIError, psycopg.Error) as error:
                attempt += 1
                if is_lost(error):
                    if time.monotonic() > give_up_at:
                        raise Unavailable("database_away") from error
                elif not is_retryable(error):
                    if (code := _FULL_STATES.get(_state(error))) is not None:
                        raise Unavailable(code) from error
                    raise
                elif attempt >= tries:
                    raise Unavailable("database_busy", tries=tries) from error
                # Full jitter, so that those who collided do not meet again.
                time.sleep(random.uniform(0, min(0.05 * 2**attempt, 1.0)))  # noqa: S311

    def dispose(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


def is_retryable(error: DBAPIError | psycopg.Error) -> bool:
    """True where the same transaction may succeed if sent again."""
    return _state(error) in _RETRYABLE_STATES or is_lost(error)


def is_lost(error: DBAPIError | psycopg.Error) -> bool:
    """True where the server went away or is not ready; it may be starting again."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = _state(error)
    if state:
        return state.startswith(_LOST_STATES)
    # The driver itself found the connection dead or could not make one: it knows no state then.
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.OperationalError)


def _state(error: DBAPIError | psycopg.Error) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None) or ""


def advisory_lock(tx: Writing, name: str) -> bool:
    """Take the named lock until the transaction ends; False where somebody else holds it."""
    statement = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
    return bool(tx.scalar(statement, {"name": name}))
