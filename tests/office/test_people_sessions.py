"""Signing in, staying in, and how often one may try."""

import hashlib
import threading
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import text

from inventory_core.db.engine import Database
from inventory_core.errors import Forbidden, Invalid, Refused
from inventory_core.office import passwords
from inventory_core.office.passwords import hash_password, password_matches
from inventory_core.office.sessions import (
    MOST_ATTEMPTS,
    SESSION_IDLE,
    SESSION_LIFE,
    begin_attempt,
    find_session,
    open_session,
    sign_in,
    sign_out,
    touch_session,
)
from inventory_core.vocabulary import PersonId
from tests.people import PASSWORD, first_owner

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def owner_id(database: Database) -> PersonId:
    with database.writing() as tx:
        return first_owner(tx).person_id


def enter(database: Database, name: str, password: str, address: str = "10.0.0.1", now=NOW):
    with database.writing() as tx:
        attempt = begin_attempt(tx, name=name, address=address, now=now)
    with database.writing() as tx:
        return sign_in(
            tx, attempt_id=attempt, name=name, password=password, address=address, now=now
        )


def fail(database: Database, name: str, *, address: str) -> None:
    """A try that was begun and never succeeded, which is what is counted."""
    with database.writing() as tx:
        begin_attempt(tx, name=name, address=address, now=NOW)


def test_the_right_password_opens_a_session_and_every_sign_in_a_new_one(
    database: Database, owner_id: PersonId
) -> None:
    first, second = enter(database, "owner", PASSWORD), enter(database, " OWNER ", PASSWORD)

    assert first.token != second.token
    with database.reading() as conn:
        found = find_session(conn, first.token, now=NOW)
    assert found is not None
    assert found.actor.person_id == owner_id


def test_the_database_keeps_only_hashes_of_tokens(database: Database, owner_id: PersonId) -> None:
    token = enter(database, "owner", PASSWORD).token
    with database.reading() as conn:
        kept = conn.rows(text("SELECT * FROM session"))
        passwords = conn.rows(text("SELECT password_hash FROM person WHERE password_hash <> ''"))
    assert token not in str(kept)
    assert hashlib.sha256(token.encode()).hexdigest() in str(kept)
    assert all(row.password_hash.startswith("$argon2id$") for row in passwords)


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    database: Database, owner_id: PersonId
) -> None:
    for name in ("owner", "a\0b", "\ud800"):
        with pytest.raises(Forbidden) as caught:
            enter(database, name, "wrong password", address=f"10.0.1.{len(name)}")
        assert (caught.value.code, dict(caught.value.params)) == ("sign_in_failed", {})


def test_the_program_itself_cannot_sign_in(database: Database) -> None:
    with pytest.raises(Forbidden, match="sign_in_failed"):
        enter(database, "Yiben", "")


@pytest.mark.parametrize("name", ["owner", "nobody"])
def test_after_ten_failures_a_minute_an_account_must_wait_known_or_not(
    database: Database, owner_id: PersonId, name: str
) -> None:
    for number in range(MOST_ATTEMPTS):
        fail(database, name, address=f"10.0.0.{number}")
    with pytest.raises(Refused, match="too_many_attempts"):
        enter(database, name, PASSWORD, address="10.0.9.9")
    later = NOW + timedelta(seconds=61)
    if name == "owner":
        assert enter(database, name, PASSWORD, address="10.0.9.9", now=later).token


def test_after_ten_failures_a_minute_an_address_must_wait(
    database: Database, owner_id: PersonId
) -> None:
    for number in range(MOST_ATTEMPTS):
        fail(database, f"guess {number}", address="10.0.0.1")
    with pytest.raises(Refused, match="too_many_attempts"):
        enter(database, "owner", PASSWORD)
    assert enter(database, "owner", PASSWORD, address="10.0.0.2").token


def test_success_does_not_count_as_a_try(database: Database, owner_id: PersonId) -> None:
    for _ in range(MOST_ATTEMPTS - 1):
        fail(database, "owner", address="10.0.0.1")
    for _ in range(2):
        enter(database, "owner", PASSWORD)


def test_many_tries_at_once_are_counted_like_one_after_the_other(
    database: Database, owner_id: PersonId
) -> None:
    together, allowed, refused = threading.Barrier(16), [], []

    def attempt() -> None:
        together.wait()
        try:
            allowed.append(
                database.write(lambda tx: begin_attempt(tx, name="owner", address="a", now=NOW))
            )
        except Refused:
            refused.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(allowed), len(refused)) == (MOST_ATTEMPTS, 16 - MOST_ATTEMPTS)


def test_a_session_ends_by_age_by_idleness_and_by_signing_out(
    database: Database, owner_id: PersonId
) -> None:
    with database.writing() as tx:
        token = open_session(tx, owner_id, address="", now=NOW).token
    with database.writing() as tx:
        assert find_session(tx, token, now=NOW + SESSION_IDLE) is None
        touch_session(tx, token, now=NOW + SESSION_LIFE - timedelta(hours=1))
        assert find_session(tx, token, now=NOW + SESSION_LIFE - timedelta(minutes=1)) is not None
        assert find_session(tx, token, now=NOW + SESSION_LIFE) is None
        sign_out(tx, token)
        sign_out(tx, token)
        assert find_session(tx, token, now=NOW) is None


@pytest.mark.parametrize("token", ["", "x", "\0", "' OR 1=1 --", "\ud800", "x" * 10_000])
def test_an_invented_token_is_nobody(database: Database, token: str) -> None:
    with database.reading() as conn:
        assert find_session(conn, token, now=NOW) is None


@pytest.mark.parametrize(
    ("password", "code"),
    [("short12", "password_too_short"), ("密码", "password_too_short"), ("x" * 1025, "too_long")],
)
def test_a_password_has_8_to_1024_bytes(password: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        hash_password(password)


def test_a_password_typed_on_another_keyboard_is_the_same_password() -> None:
    kept = hash_password("ｐａｓｓｗｏｒｄ１")
    assert password_matches(kept, "password1")
    assert not password_matches(kept, "password2")
    assert not password_matches("", "password1")
    assert not password_matches(kept, "x" * 100_000)


def test_an_unknown_name_costs_the_work_of_a_known_one() -> None:
    as_kept = PasswordHasher()
    assert not as_kept.check_needs_rehash(passwords._NOBODYS_HASH)
    with pytest.raises(VerifyMismatchError):
        as_kept.verify(passwords._NOBODYS_HASH, "any password")
