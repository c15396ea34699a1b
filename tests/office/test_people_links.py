"""One-time links: for the first owner, an invitation, a new password."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from inventory_core.db.engine import Database
from inventory_core.errors import Forbidden, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.office.links import (
    INVITE_LIFE,
    ensure_owner_link,
    ensure_owner_password,
    look_at_link,
    use_link,
)
from inventory_core.office.owners import adopt_owner, credential_of, open_for_credential
from inventory_core.office.people import invite_person, reset_password
from inventory_core.office.sessions import find_session
from inventory_core.vocabulary import Role
from tests.people import PASSWORD, first_owner

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_the_owner_link_makes_one_owner_and_then_opens_nothing(database: Database) -> None:
    with database.writing() as tx:
        token = ensure_owner_link(tx, NOW)
    assert token is not None
    with database.writing() as tx:
        signed = use_link(tx, token, name="Li Wei", password=PASSWORD, address="", now=NOW)
    assert signed.actor.roles == {Role.OWNER}
    with pytest.raises(Refused, match="link_dead"), database.writing() as tx:
        use_link(tx, token, name="Second", password=PASSWORD, address="", now=NOW)
    with database.writing() as tx:
        assert ensure_owner_link(tx, NOW) is None


def test_a_new_owner_link_kills_the_older_one(database: Database) -> None:
    with database.writing() as tx:
        old, new = ensure_owner_link(tx, NOW), ensure_owner_link(tx, NOW)
        assert old is not None
        assert new is not None
        with pytest.raises(Refused, match="link_dead"):
            look_at_link(tx, old, now=NOW)
        assert look_at_link(tx, new, now=NOW).purpose == "owner"


def test_the_database_keeps_no_link_in_readable_form(database: Database) -> None:
    with database.writing() as tx:
        token = ensure_owner_link(tx, NOW)
        assert str(token) not in str(tx.rows(text("SELECT * FROM one_time_link")))


def test_two_who_use_one_link_at_once_make_one_session(database: Database) -> None:
    with database.writing() as tx:
        token = ensure_owner_link(tx, NOW)
    together, came, refused = threading.Barrier(2), [], []

    def use(name: str) -> None:
        def act(tx):
            return use_link(tx, str(token), name=name, password=PASSWORD, address="", now=NOW)

        together.wait()
        try:
            came.append(database.write(act).actor.name)
        except Refused as error:
            refused.append(error.code)

    threads = [threading.Thread(target=use, args=(name,)) for name in ("one", "two")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(came), refused) == (1, ["link_dead"])


def test_an_invitation_expires_and_a_refused_password_does_not_use_it_up(
    database: Database,
) -> None:
    with database.writing() as tx:
        made = invite_person(tx, SYSTEM, "Mei", now=NOW, roles=[Role.BUYER])
    with pytest.raises(Exception, match="password_too_short"), database.writing() as tx:
        use_link(tx, made.token, password="short", address="", now=NOW)
    with database.writing() as tx:
        assert look_at_link(tx, made.token, now=NOW).name == "Mei"
        with pytest.raises(Refused, match="link_dead"):
            look_at_link(tx, made.token, now=NOW + INVITE_LIFE + timedelta(seconds=1))


def test_a_reset_link_ends_the_sessions_that_were_open(database: Database) -> None:
    with database.writing() as tx:
        first_owner(tx)
        made = invite_person(tx, SYSTEM, "Mei", now=NOW, roles=[Role.BUYER])
        first = use_link(tx, made.token, password=PASSWORD, address="", now=NOW)
        reset = reset_password(tx, SYSTEM, made.person_id, now=NOW)
        second = use_link(tx, reset.token, password="another one", address="", now=NOW)
        assert find_session(tx, first.token, now=NOW) is None
        assert find_session(tx, second.token, now=NOW) is not None


def test_the_same_owner_password_again_changes_nothing(database: Database) -> None:
    def kept(tx):
        return tx.scalar(text("SELECT password_hash FROM person WHERE name = 'owner'"))

    with database.writing() as tx:
        ensure_owner_password(tx, PASSWORD)
        before = kept(tx)
        ensure_owner_password(tx, PASSWORD)
        assert kept(tx) == before
        ensure_owner_password(tx, "another password")
        assert kept(tx) != before


def test_a_person_is_known_in_another_company_only_by_a_copied_hash(database: Database) -> None:
    with database.writing() as tx:
        actor = first_owner(tx)
        credential = credential_of(tx, actor)
        assert adopt_owner(tx, credential) is False
        assert open_for_credential(tx, credential, address="", now=NOW).actor == actor
        tx.execute(text("UPDATE person SET password_hash = '' WHERE name = 'owner'"))
        ensure_owner_password(tx, PASSWORD)  # the same password, another salt: somebody else
        with pytest.raises(Forbidden):
            open_for_credential(tx, credential, address="", now=NOW)
    assert PASSWORD not in repr(credential)
    assert "argon2" not in repr(credential)
