"""People for tests without the cost of a password hash each. Tests no behaviour."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import select, update

from inventory_core.clock import utc_now
from inventory_core.db.engine import Writing
from inventory_core.db.schema.office import person
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.owners import Credential, adopt_owner
from inventory_core.office.passwords import hash_password
from inventory_core.office.people import invite_person
from inventory_core.office.sessions import read_actor
from inventory_core.vocabulary import PersonId, Role

OWNER, PASSWORD = "owner", "correct horse battery"


@cache
def password_hash() -> str:
    """The hash of `PASSWORD`, made once a process."""
    return hash_password(PASSWORD)


def first_owner(tx: Writing, name: str = OWNER) -> Actor:
    """An owner who can sign in with `PASSWORD`."""
    adopt_owner(tx, Credential(name, password_hash(), None))
    found = tx.scalar(select(person.c.id).where(person.c.name == name))
    return read_actor(tx, PersonId(found))


def joined(tx: Writing, name: str, roles: Iterable[Role]) -> Actor:
    """Somebody with these roles who can sign in with `PASSWORD`."""
    made = invite_person(tx, SYSTEM, name, now=utc_now(), roles=roles)
    given = update(person).where(person.c.id == made.person_id)
    tx.execute(given.values(password_hash=password_hash()))
    return read_actor(tx, made.person_id)
