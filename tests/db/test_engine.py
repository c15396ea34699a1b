"""Transactions begin, end and are tried again in one place."""

import threading

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inventory_core.db.engine import Database, Writing, is_lost, is_retryable
from inventory_core.errors import Unavailable


def insert(tx: Writing, act: str) -> None:
    tx.execute(
        text(
            "INSERT INTO audit_entry (person_id, act, subject_kind, subject_id)"
            " VALUES (0, :act, 'test', '1')"
        ),
        {"act": act},
    )


def test_reading_sees_one_moment_and_cannot_write(database: Database) -> None:
    count = text("SELECT count(*) FROM audit_entry")
    with database.reading() as conn:
        before = conn.scalar(count)
        with database.writing() as tx:
            insert(tx, "later")
        assert conn.scalar(count) == before
    with pytest.raises(DBAPIError, match="read-only"), database.reading() as conn:
        insert(conn, "never")  # type: ignore[arg-type]


def test_an_error_rolls_everything_back(database: Database) -> None:
    def act(tx: Writing) -> None:
        insert(tx, "never")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(act)
    with database.reading() as conn:
        assert conn.scalar(text("SELECT count(*) FROM audit_entry")) == 0


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_what_the_database_asks_to_send_again_is_sent_again(database: Database, state: str) -> None:
    tries = 0

    def act(tx: Writing) -> str:
        nonlocal tries
        tries += 1
        insert(tx, "once")
        if tries < 3:
            tx.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"))
        return "done"

    assert database.write(act) == "done"
    assert tries == 3
    with database.reading() as conn:
        assert conn.scalar(text("SELECT count(*) FROM audit_entry")) == 1


def test_the_drivers_own_errors_of_the_hot_paths_are_tried_again_too(database: Database) -> None:
    tries = 0

    def act(tx: Writing) -> str:
        nonlocal tries
        tries += 1
        if tries < 2:
            raise psycopg.errors.DeadlockDetected("deadlock detected")
        return "done"

    assert database.write(act) == "done"


def test_trying_has_an_end(database: Database) -> None:
    def act(tx: Writing) -> None:
        raise psycopg.errors.SerializationFailure("again")

    with pytest.raises(Unavailable, match="database_busy"):
        database.write(act, tries=2)


@pytest.mark.parametrize(("state", "code"), [("53100", "disk_full"), ("53300", "connections_full")])
def test_a_full_machine_is_said_in_words(database: Database, state: str, code: str) -> None:
    raise_it = text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$")
    with pytest.raises(Unavailable, match=code):
        database.write(lambda tx: tx.execute(raise_it))


def test_a_mistake_of_ours_is_not_tried_again(database: Database) -> None:
    tries = 0

    def act(tx: Writing) -> None:
        nonlocal tries
        tries += 1
        tx.execute(text("SELECT 1 / 0"))

    with pytest.raises(DBAPIError, match="division by zero"):
        database.write(act)
    assert tries == 1


def test_cut_connections_are_replaced_without_an_error(
    database: Database, admin: psycopg.Connection, database_name: str
) -> None:
    with database.writing() as tx:
        insert(tx, "before")
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
        [database_name],
    )
    database.write(lambda tx: insert(tx, "after"))

    cut = threading.Event()

    def act(tx: Writing) -> str:
        pid = tx.scalar(text("SELECT pg_backend_pid()"))
        insert(tx, "in the middle")
        if not cut.is_set():
            cut.set()
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        insert(tx, "in the middle")
        return "done"

    assert database.write(act) == "done"
    with database.reading() as conn:
        count = text("SELECT count(*) FROM audit_entry WHERE act = 'in the middle'")
        assert conn.scalar(count) == 2


def test_a_server_that_does_not_answer_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory_core.db.engine.LOST_PATIENCE_SECONDS", 0.2)
    nowhere = Database("postgresql://nobody@/nothing?host=/nowhere")
    with pytest.raises(Unavailable, match="database_away"):
        nowhere.write(lambda tx: None)


def test_which_errors_may_be_sent_again() -> None:
    lost = psycopg.OperationalError("the connection is lost")
    assert is_lost(lost)
    assert is_retryable(lost)
    assert is_retryable(psycopg.errors.DeadlockDetected())
    assert not is_lost(psycopg.errors.DeadlockDetected())
    for fatal in (psycopg.errors.UniqueViolation(), psycopg.errors.DiskFull(), psycopg.DataError()):
        assert not is_retryable(fatal)
