"""Signing in, staying in, signing out. Decides who a token is and how often one may try.

A token is 256 bits of chance and leaves this module once; the database keeps its SHA-256. A new
token is made at every sign-in, so a planted one is worth nothing. Attempts that failed count
against the account and against the address, whether the name exists or not.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, text, update
from sqlalchemy import func as sql

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.office import (
    person,
    person_role,
    person_warehouse,
    session,
    sign_in_attempt,
)
from inventory_core.errors import Forbidden, Refused
from inventory_core.office.actors import Actor
from inventory_core.office.audit import record_audit
from inventory_core.office.names import fold_name
from inventory_core.office.passwords import hash_password, needs_new_hash, password_matches
from inventory_core.vocabulary import PersonId, Role, WarehouseId

SESSION_LIFE = timedelta(days=14)
SESSION_IDLE = timedelta(days=3)
SEEN_EVERY = timedelta(minutes=5)
MOST_ATTEMPTS = 10
ATTEMPT_WINDOW = timedelta(minutes=1)
ATTEMPTS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a fresh session; `token` is for their cookie and nowhere else."""

    actor: Actor
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A living session: who it is and how they read."""

    actor: Actor
    language: str | None
    seen_at: datetime


def begin_attempt(tx: Writing, *, name: str, address: str, now: datetime) -> int:
    """Count one try before anything is compared; commit it before `sign_in`. Returns its id."""
    name_key = fold_name(name)
    # One at a time per account and per address, or many at once would all count too few.
    for lock in sorted((f"sign-in name {name_key}", f"sign-in address {address}")):
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))"), {"lock": lock})
    tries = sign_in_attempt.c
    recent = (
        select(
            sql.count().filter(tries.name_key == name_key),
            sql.count().filter(tries.address == address),
        )
        .where(or_(tries.name_key == name_key, tries.address == address))
        .where(tries.tried_at > now - ATTEMPT_WINDOW, ~tries.succeeded)
    )
    if max(tx.rows(recent)[0]) >= MOST_ATTEMPTS:
        raise Refused("too_many_attempts", minutes=1)
    tx.execute(delete(sign_in_attempt).where(tries.tried_at < now - ATTEMPTS_KEPT))
    row = insert(sign_in_attempt).values(
        name_key=name_key, address=address[:64], succeeded=False, tried_at=now
    )
    return int(tx.scalar(row.returning(tries.id)))


def sign_in(
    tx: Writing, *, attempt_id: int, name: str, password: str, address: str, now: datetime
) -> SignedIn:
    """A fresh session for the right password; the same refusal for every kind of wrong."""
    found = tx.rows(
        select(person.c.id, person.c.password_hash, person.c.active).where(
            person.c.name_key == fold_name(name)
        )
    )
    kept_hash = found[0].password_hash if found and found[0].active else ""
    if not password_matches(kept_hash, password):
        raise Forbidden("sign_in_failed")
    person_id = PersonId(found[0].id)
    if needs_new_hash(kept_hash):
        tx.execute(
            update(person)
            .where(person.c.id == person_id)
            .values(password_hash=hash_password(password))
        )
    done = update(sign_in_attempt).where(sign_in_attempt.c.id == attempt_id)
    tx.execute(done.values(succeeded=True))
    return open_session(tx, person_id, address=address, now=now)


def open_session(tx: Writing, person_id: PersonId, *, address: str, now: datetime) -> SignedIn:
    """A fresh session for a person whose identity has just been proven."""
    token = secrets.token_urlsafe(32)
    expires_at = now + SESSION_LIFE
    tx.execute(delete(session).where(session.c.expires_at < now))
    tx.execute(
        insert(session).values(
            token_hash=hash_token(token),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
            address=address[:64],
        )
    )
    actor = read_actor(tx, person_id)
    record_audit(tx, actor, "signed_in", ("person", person_id), {"address": address})
    return SignedIn(actor, token, expires_at)


def find_session(conn: Reading, token: str, *, now: datetime) -> Session | None:
    """Whose token this is; None where it is unknown, expired, idle too long, or they left."""
    if not token:
        return None
    rows = conn.rows(
        select(person.c.id, person.c.language, session.c.seen_at)
        .join_from(session, person)
        .where(
            session.c.token_hash == hash_token(token),
            session.c.expires_at > now,
            session.c.seen_at > now - SESSION_IDLE,
            person.c.active,
        )
    )
    if not rows:
        return None
    found = rows[0]
    return Session(read_actor(conn, PersonId(found.id)), found.language, found.seen_at)


def touch_session(tx: Writing, token: str, *, now: datetime) -> None:
    """Note that the session is in use; call it only every `SEEN_EVERY`."""
    tx.execute(update(session).where(session.c.token_hash == hash_token(token)).values(seen_at=now))


def sign_out(tx: Writing, token: str) -> None:
    """End this session; ending an ended one is no error."""
    tx.execute(delete(session).where(session.c.token_hash == hash_token(token)))


def end_sessions(tx: Writing, person_id: PersonId, *, except_token: str = "") -> int:
    """End every session of a person (but one); returns how many."""
    statement = delete(session).where(session.c.person_id == person_id)
    if except_token:
        statement = statement.where(session.c.token_hash != hash_token(except_token))
    return tx.execute(statement).rowcount


def read_actor(conn: Reading, person_id: PersonId) -> Actor:
    """The person as an actor, with the roles and warehouses of this moment."""
    roles = (
        select(sql.coalesce(sql.array_agg(person_role.c.role), text("'{}'")))
        .where(person_role.c.person_id == person_id)
        .scalar_subquery()
    )
    scope = (
        select(sql.coalesce(sql.array_agg(person_warehouse.c.warehouse_id), text("'{}'")))
        .where(person_warehouse.c.person_id == person_id)
        .scalar_subquery()
    )
    row = conn.rows(
        select(person.c.name, roles.label("roles"), scope.label("scope")).where(
            person.c.id == person_id
        )
    )[0]
    return Actor(
        person_id,
        row.name,
        frozenset(Role(role) for role in row.roles),
        frozenset(WarehouseId(one) for one in row.scope),
    )


def hash_token(token: str) -> str:
    """What the database keeps of a token. No salt: the token itself is chance enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
