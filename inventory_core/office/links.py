"""One-time links: the first owner's, an invitation, a new password. Decides what a link opens.

A link carries a token of 256 bits; the database keeps its SHA-256, what it is for, and until when.
It works once. Setting a password through it ends every other session of that person.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, exists, insert, select, update

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.office import one_time_link, person, person_role
from inventory_core.errors import Invalid, Refused
from inventory_core.office.audit import record_audit
from inventory_core.office.names import check_name, fold_name
from inventory_core.office.passwords import hash_password, password_matches
from inventory_core.office.sessions import (
    SignedIn,
    end_sessions,
    hash_token,
    open_session,
    read_actor,
)
from inventory_core.vocabulary import PersonId, Role

OWNER_LINK_LIFE = timedelta(days=7)
INVITE_LIFE = timedelta(days=7)
RESET_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class LinkPurpose:
    """What a living link opens; `name` is empty for the first owner, who chooses it."""

    purpose: str
    person_id: PersonId | None
    name: str


def ensure_owner_link(tx: Writing, now: datetime) -> str | None:
    """A fresh link for the first owner, replacing older ones; None once an owner can sign in."""
    if has_owner(tx):
        return None
    tx.execute(delete(one_time_link).where(one_time_link.c.purpose == "owner"))
    return make_link(tx, "owner", None, expires_at=now + OWNER_LINK_LIFE)


def ensure_owner_password(tx: Writing, password: str, *, name: str = "owner") -> PersonId:
    """For automation: the person called `name` is an owner with this password from now on."""
    name_key = fold_name(name)
    found = tx.rows(
        select(person.c.id, person.c.password_hash).where(person.c.name_key == name_key)
    )
    person_id = PersonId(found[0].id) if found else _add_person(tx, name)
    kept_hash = found[0].password_hash if found else ""
    same = bool(kept_hash) and password_matches(kept_hash, password)
    tx.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(password_hash=kept_hash if same else hash_password(password), active=True)
    )
    _grant_owner(tx, person_id)
    return person_id


def has_owner(conn: Reading) -> bool:
    """Whether somebody who can sign in is an owner."""
    statement = select(
        exists()
        .where(person.c.id == person_role.c.person_id, person_role.c.role == Role.OWNER.value)
        .where(person.c.active, person.c.password_hash != "")
    )
    return bool(conn.scalar(statement))


def make_link(
    tx: Writing, purpose: str, person_id: PersonId | None, *, expires_at: datetime
) -> str:
    """Write a link and return its token; older unused ones of that person die."""
    if person_id is not None:
        revoke_links(tx, person_id)
    token = secrets.token_urlsafe(32)
    tx.execute(
        insert(one_time_link).values(
            token_hash=hash_token(token),
            purpose=purpose,
            person_id=person_id,
            expires_at=expires_at,
        )
    )
    return token


def revoke_links(tx: Writing, person_id: PersonId) -> None:
    """Unused links of a person open nothing from now on."""
    links = one_time_link.c
    tx.execute(delete(one_time_link).where(links.person_id == person_id, links.used_at.is_(None)))


def look_at_link(conn: Reading, token: str, *, now: datetime) -> LinkPurpose:
    """What the link opens; refuses a used, expired or invented one with the same words."""
    rows = conn.rows(_living_link(token, now))
    if not rows:
        raise Refused("link_dead")
    row = rows[0]
    return LinkPurpose(row.purpose, row.person_id, row.name or "")


def use_link(
    tx: Writing, token: str, *, password: str, address: str, now: datetime, name: str = ""
) -> SignedIn:
    """Set the password that the link allows, once, and sign its person in."""
    rows = tx.rows(_living_link(token, now).with_for_update(of=one_time_link))
    if not rows:
        raise Refused("link_dead")
    row = rows[0]
    if row.purpose == "owner":
        if has_owner(tx):
            raise Refused("link_dead")
        person_id = _add_person(tx, name)
        _grant_owner(tx, person_id)
    else:
        person_id = PersonId(row.person_id)
    tx.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(password_hash=hash_password(password), version=person.c.version + 1)
    )
    tx.execute(
        update(one_time_link)
        .where(one_time_link.c.token_hash == hash_token(token))
        .values(used_at=now)
    )
    end_sessions(tx, person_id)
    record_audit(
        tx, read_actor(tx, person_id), "password_set", ("person", person_id), {"by": row.purpose}
    )
    return open_session(tx, person_id, address=address, now=now)


def _living_link(token: str, now: datetime) -> Select[Any]:
    links = one_time_link.c
    return (
        select(links.purpose, links.person_id, person.c.name)
        .select_from(one_time_link.outerjoin(person))
        .where(links.token_hash == hash_token(token))
        .where(links.used_at.is_(None), links.expires_at > now)
        .where((links.purpose == "owner") | person.c.active)
    )


def _add_person(tx: Writing, name: str) -> PersonId:
    shown = check_name(name)
    taken = tx.scalar(select(person.c.id).where(person.c.name_key == fold_name(shown)))
    if taken is not None:
        raise Invalid("person_name_taken", field="name", name=shown)
    row = insert(person).values(name=shown, name_key=fold_name(shown)).returning(person.c.id)
    return PersonId(tx.scalar(row))


def _grant_owner(tx: Writing, person_id: PersonId) -> None:
    held = select(person_role.c.role).where(
        person_role.c.person_id == person_id, person_role.c.role == Role.OWNER.value
    )
    if tx.scalar(held) is None:
        tx.execute(insert(person_role).values(person_id=person_id, role=Role.OWNER.value))
