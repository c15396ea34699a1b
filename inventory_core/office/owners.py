"""One person in several companies of a server. Decides when two rows are one person.

A salted hash is equal in two databases only where it was copied, so an equal name with an equal
hash is the same person with the same password. The hash never leaves the server.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, insert, select

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.office import person, person_role
from inventory_core.errors import Forbidden
from inventory_core.office.actors import Actor
from inventory_core.office.links import has_owner
from inventory_core.office.names import fold_name
from inventory_core.office.sessions import SignedIn, open_session
from inventory_core.vocabulary import PersonId, Role


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """Name and salted hash of one person; has no text form, so that no log can hold it."""

    name: str
    password_hash: str
    language: str | None


def credential_of(conn: Reading, actor: Actor) -> Credential:
    """What the actor signs in with."""
    row = conn.rows(
        select(person.c.name, person.c.password_hash, person.c.language).where(
            person.c.id == actor.person_id
        )
    )[0]
    return Credential(row.name, row.password_hash, row.language)


def adopt_owner(tx: Writing, credential: Credential) -> bool:
    """Make this person the first owner where the company has none; True where it did."""
    name_key = fold_name(credential.name)
    if not credential.password_hash or has_owner(tx):
        return False
    if tx.scalar(select(exists().where(person.c.name_key == name_key))):
        return False
    row = insert(person).values(
        name=credential.name,
        name_key=name_key,
        password_hash=credential.password_hash,
        language=credential.language,
    )
    person_id = tx.scalar(row.returning(person.c.id))
    tx.execute(insert(person_role).values(person_id=person_id, role=Role.OWNER.value))
    return True


def open_for_credential(
    tx: Writing, credential: Credential, *, address: str, now: datetime
) -> SignedIn:
    """A session for the same person in this company; Forbidden where it is somebody else."""
    found = tx.scalar(
        select(person.c.id).where(
            person.c.name_key == fold_name(credential.name),
            person.c.password_hash == credential.password_hash,
            person.c.password_hash != "",
            person.c.active,
        )
    )
    if found is None:
        raise Forbidden("sign_in_failed")
    return open_session(tx, PersonId(found), address=address, now=now)
