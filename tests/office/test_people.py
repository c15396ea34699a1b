"""Who may come in, as what, and that there is always an owner."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from inventory_core.db.engine import Database
from inventory_core.errors import Forbidden, Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.audit import list_audit
from inventory_core.office.links import use_link
from inventory_core.office.people import (
    change_password,
    change_rights,
    deactivate_person,
    invite_person,
    list_people,
    reactivate_person,
    reset_password,
)
from inventory_core.office.sessions import find_session, open_session, read_actor
from inventory_core.vocabulary import PersonId, Role, WarehouseId
from tests.people import PASSWORD, first_owner, joined

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def owner(database: Database) -> Actor:
    with database.writing() as tx:
        return first_owner(tx)


def join(database: Database, name: str, *roles: Role) -> Actor:
    with database.writing() as tx:
        return joined(tx, name, roles)


def names(database: Database, owner: Actor) -> dict[str, tuple[bool, bool]]:
    with database.reading() as conn:
        return {one.name: (one.active, one.joined) for one in list_people(conn, owner)}


def test_an_invited_person_has_the_roles_that_were_given(database: Database, owner: Actor) -> None:
    buyer = join(database, "Mei Lin", Role.BUYER, Role.ANALYST)

    assert buyer.roles == {Role.BUYER, Role.ANALYST}
    assert names(database, owner) == {"Mei Lin": (True, True), "owner": (True, True)}


def test_one_name_is_never_given_twice_however_it_is_spelled(
    database: Database, owner: Actor
) -> None:
    join(database, "Mei Lin", Role.BUYER)

    with pytest.raises(Invalid, match="person_name_taken"), database.writing() as tx:
        invite_person(tx, owner, "  MEI　lin ", now=NOW, roles=[Role.READER])
    assert len(names(database, owner)) == 2


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "a\0b", "x" * 121])
def test_a_name_that_cannot_be_shown_is_refused(
    database: Database, owner: Actor, name: str
) -> None:
    with pytest.raises(Invalid), database.writing() as tx:
        invite_person(tx, owner, name, now=NOW, roles=[Role.READER])


def test_somebody_without_a_role_is_refused(database: Database, owner: Actor) -> None:
    with pytest.raises(Invalid, match="role_missing"), database.writing() as tx:
        invite_person(tx, owner, "Nobody", now=NOW, roles=[])


def test_an_unknown_warehouse_is_no_scope(database: Database, owner: Actor) -> None:
    with pytest.raises(NotFound, match="warehouse_unknown"), database.writing() as tx:
        invite_person(
            tx, owner, "Wang", now=NOW, roles=[Role.WAREHOUSE], warehouses=[WarehouseId(4711)]
        )


def test_only_who_manages_people_may(database: Database, owner: Actor) -> None:
    manager = join(database, "Manager", Role.MANAGER)
    acts = [
        lambda tx: invite_person(tx, manager, "X", now=NOW, roles=[Role.OWNER]),
        lambda tx: change_rights(tx, manager, manager.person_id, now=NOW, roles=[Role.OWNER]),
        lambda tx: reset_password(tx, manager, owner.person_id, now=NOW),
        lambda tx: deactivate_person(tx, manager, owner.person_id, now=NOW),
        lambda tx: reactivate_person(tx, manager, owner.person_id, now=NOW),
        lambda tx: list_people(tx, manager),
    ]
    for act in acts:
        with pytest.raises(Forbidden, match="permission_missing"), database.writing() as tx:
            act(tx)
    assert names(database, owner) == {"Manager": (True, True), "owner": (True, True)}


def test_the_last_owner_cannot_be_sent_away_demoted_or_reset(
    database: Database, owner: Actor
) -> None:
    me = owner.person_id
    with pytest.raises(Refused, match="last_owner"), database.writing() as tx:
        deactivate_person(tx, owner, me, now=NOW)
    with pytest.raises(Refused, match="last_owner"), database.writing() as tx:
        change_rights(tx, owner, me, now=NOW, roles=[Role.READER])
    with pytest.raises(Refused, match="own_password_by_form"), database.writing() as tx:
        reset_password(tx, owner, me, now=NOW)
    with database.reading() as conn:
        assert read_actor(conn, me).roles == {Role.OWNER}


def test_an_invited_owner_who_never_came_is_not_an_owner(database: Database, owner: Actor) -> None:
    with database.writing() as tx:
        invite_person(tx, owner, "Second", now=NOW, roles=[Role.OWNER])
    with pytest.raises(Refused, match="last_owner"), database.writing() as tx:
        deactivate_person(tx, owner, owner.person_id, now=NOW)


def test_two_owners_who_send_each_other_away_at_once_leave_one(
    database: Database, owner: Actor
) -> None:
    other = join(database, "Second", Role.OWNER)
    together, refused = threading.Barrier(2), []

    def send_away(actor: Actor, whom: PersonId) -> None:
        def act(tx):
            deactivate_person(tx, actor, whom, now=NOW)

        together.wait()
        try:
            database.write(act)
        except Refused as error:
            refused.append(error.code)

    threads = [
        threading.Thread(target=send_away, args=(owner, other.person_id)),
        threading.Thread(target=send_away, args=(other, owner.person_id)),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert refused == ["last_owner"]
    assert sorted(active for active, _ in names(database, SYSTEM).values()) == [False, True]


def test_who_is_sent_away_is_out_at_once_and_comes_back_through_a_new_link(
    database: Database, owner: Actor
) -> None:
    buyer = join(database, "Mei", Role.BUYER)
    with database.writing() as tx:
        signed = open_session(tx, buyer.person_id, address="", now=NOW)
        deactivate_person(tx, owner, buyer.person_id, now=NOW)
    with database.reading() as conn:
        assert find_session(conn, signed.token, now=NOW) is None

    with database.writing() as tx:
        made = reactivate_person(tx, owner, buyer.person_id, now=NOW)
        assert find_session(tx, signed.token, now=NOW) is None
        assert use_link(tx, made.token, password=PASSWORD, address="", now=NOW).actor == buyer


def test_a_reset_ends_every_session_of_that_person_only(database: Database, owner: Actor) -> None:
    buyer = join(database, "Mei", Role.BUYER)
    with database.writing() as tx:
        hers = [open_session(tx, buyer.person_id, address="", now=NOW) for _ in range(2)]
        mine = open_session(tx, owner.person_id, address="", now=NOW)
        reset_password(tx, owner, buyer.person_id, now=NOW)
    with database.reading() as conn:
        assert [find_session(conn, one.token, now=NOW) for one in hers] == [None, None]
        assert find_session(conn, mine.token, now=NOW) is not None


def test_changing_ones_own_password_needs_the_old_one_and_keeps_this_session(
    database: Database, owner: Actor
) -> None:
    with database.writing() as tx:
        here = open_session(tx, owner.person_id, address="", now=NOW).token
        there = open_session(tx, owner.person_id, address="", now=NOW).token
    with pytest.raises(Invalid, match="old_password_wrong"), database.writing() as tx:
        change_password(tx, owner, now=NOW, old="wrong", new="another one", token=here)
    with database.writing() as tx:
        change_password(tx, owner, now=NOW, old=PASSWORD, new="another one", token=here)
    with database.reading() as conn:
        assert find_session(conn, here, now=NOW) is not None
        assert find_session(conn, there, now=NOW) is None


def test_a_change_of_rights_is_seen_by_the_living_session(database: Database, owner: Actor) -> None:
    buyer = join(database, "Mei", Role.BUYER)
    with database.writing() as tx:
        token = open_session(tx, buyer.person_id, address="", now=NOW).token
        change_rights(tx, owner, buyer.person_id, now=NOW, roles=[Role.READER])
    with database.reading() as conn:
        found = find_session(conn, token, now=NOW)
    assert found is not None
    assert found.actor.roles == {Role.READER}


def test_every_change_of_people_is_in_the_audit_without_secrets(
    database: Database, owner: Actor
) -> None:
    with database.writing() as tx:
        made = invite_person(tx, owner, "Mei", now=NOW, roles=[Role.BUYER])
        buyer = use_link(tx, made.token, password=PASSWORD, address="", now=NOW).actor
        change_rights(tx, owner, buyer.person_id, now=NOW, roles=[Role.READER])
        reset_password(tx, owner, buyer.person_id, now=NOW + timedelta(minutes=1))
        deactivate_person(tx, owner, buyer.person_id, now=NOW)
    with database.reading() as conn:
        entries = list_audit(conn, subject=("person", buyer.person_id))
    assert [(one.person_name, one.act) for one in entries] == [
        ("owner", "person_deactivated"),
        ("owner", "password_reset"),
        ("owner", "rights_changed"),
        ("Mei", "signed_in"),
        ("Mei", "password_set"),
        ("owner", "person_invited"),
    ]
    assert all("argon2" not in str(one.details) for one in entries)
