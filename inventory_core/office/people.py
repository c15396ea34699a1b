"""The people of the company. Decides who may come in, in which roles, and who may not any more.

Managing people needs one permission; every change is in the audit. Two rules hold always: there is
an active owner, and whoever is sent away or loses their password is out at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    delete,
    exists,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy import func as sql

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import location
from inventory_core.db.schema.office import person, person_role, person_warehouse, session
from inventory_core.errors import Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.links import INVITE_LIFE, RESET_LIFE, make_link, revoke_links
from inventory_core.office.names import check_name, fold_name
from inventory_core.office.passwords import hash_password, password_matches
from inventory_core.office.sessions import end_sessions
from inventory_core.vocabulary import Language, PersonId, Role, WarehouseId


@dataclass(frozen=True, slots=True)
class Person:
    """One person, as the list shows them. `joined` is whether they have set a password."""

    id: PersonId
    name: str
    email: str
    active: bool
    joined: bool
    roles: frozenset[Role]
    warehouses: frozenset[WarehouseId]
    seen_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Invited:
    """A person with the token of the one-time link that lets them in."""

    person_id: PersonId
    token: str
    expires_at: datetime


def list_people(conn: Reading, actor: Actor) -> list[Person]:
    """Everybody, the active first, by name; the program itself is nobody."""
    require(actor, Permission.PEOPLE_MANAGE)
    roles = _gathered(person_role.c.role, person_role.c.person_id)
    scope = _gathered(person_warehouse.c.warehouse_id, person_warehouse.c.person_id)
    seen = (
        select(sql.max(session.c.seen_at))
        .where(session.c.person_id == person.c.id)
        .scalar_subquery()
    )
    rows = conn.rows(
        select(
            person.c.id,
            person.c.name,
            person.c.email,
            person.c.active,
            (person.c.password_hash != "").label("joined"),
            roles.label("roles"),
            scope.label("scope"),
            seen.label("seen_at"),
            person.c.version,
        )
        .where(person.c.id != 0)
        .order_by(person.c.active.desc(), person.c.name_key)
    )
    return [
        Person(
            PersonId(row.id),
            row.name,
            row.email,
            row.active,
            row.joined,
            frozenset(Role(role) for role in row.roles),
            frozenset(WarehouseId(one) for one in row.scope),
            row.seen_at,
            row.version,
        )
        for row in rows
    ]


def invite_person(
    tx: Writing,
    actor: Actor,
    name: str,
    *,
    now: datetime,
    roles: Iterable[Role],
    warehouses: Iterable[WarehouseId] = (),
    email: str = "",
) -> Invited:
    """Add a person who sets their password through the link; a name is never given twice."""
    require(actor, Permission.PEOPLE_MANAGE)
    shown, granted = check_name(name), _check_roles(roles)
    added = tx.scalar(
        text(
            "INSERT INTO person (name, name_key, email) VALUES (:name, :name_key, :email)"
            " ON CONFLICT (name_key) DO NOTHING RETURNING id"
        ),
        {"name": shown, "name_key": fold_name(shown), "email": email.strip()},
    )
    if added is None:
        raise Invalid("person_name_taken", field="name", name=shown)
    person_id = PersonId(added)
    scope = _write_rights(tx, person_id, granted, warehouses)
    expires_at = now + INVITE_LIFE
    token = make_link(tx, "invite", person_id, expires_at=expires_at)
    facts = {"name": shown, "roles": sorted(granted), "warehouses": sorted(scope)}
    record_audit(tx, actor, "person_invited", ("person", person_id), facts)
    return Invited(person_id, token, expires_at)


def reset_password(tx: Writing, actor: Actor, person_id: PersonId, *, now: datetime) -> Invited:
    """Take the password away, end every session, and give a link for a new one."""
    require(actor, Permission.PEOPLE_MANAGE)
    found = _lock_person(tx, person_id)
    if not found.active:
        raise Refused("person_inactive", name=found.name)
    if person_id == actor.person_id:
        raise Refused("own_password_by_form")
    purpose, life = ("reset", RESET_LIFE) if found.password_hash else ("invite", INVITE_LIFE)
    tx.execute(update(person).where(person.c.id == person_id).values(password_hash=""))
    end_sessions(tx, person_id)
    _keep_an_owner(tx)
    token = make_link(tx, purpose, person_id, expires_at=now + life)
    record_audit(tx, actor, "password_reset", ("person", person_id), {"name": found.name})
    return Invited(person_id, token, now + life)


def change_password(
    tx: Writing, actor: Actor, *, now: datetime, old: str, new: str, token: str
) -> Actor:
    """One's own password, known the old one; every other session of that person ends."""
    found = _lock_person(tx, actor.person_id)
    if not password_matches(found.password_hash, old):
        raise Invalid("old_password_wrong", field="old")
    tx.execute(
        update(person)
        .where(person.c.id == actor.person_id)
        .values(password_hash=hash_password(new))
    )
    end_sessions(tx, actor.person_id, except_token=token)
    revoke_links(tx, actor.person_id)
    record_audit(tx, actor, "password_changed", ("person", actor.person_id))
    return actor


def change_rights(
    tx: Writing,
    actor: Actor,
    person_id: PersonId,
    *,
    now: datetime,
    roles: Iterable[Role],
    warehouses: Iterable[WarehouseId] = (),
) -> PersonId:
    """Replace roles and warehouse scope; takes effect with the person's next click."""
    require(actor, Permission.PEOPLE_MANAGE)
    found = _lock_person(tx, person_id)
    granted = _check_roles(roles)
    scope = _write_rights(tx, person_id, granted, warehouses)
    _keep_an_owner(tx)
    facts = {
        "name": found.name,
        "roles": sorted(granted),
        "warehouses": sorted(scope),
    }
    record_audit(tx, actor, "rights_changed", ("person", person_id), facts)
    return person_id


def deactivate_person(tx: Writing, actor: Actor, person_id: PersonId, *, now: datetime) -> PersonId:
    """Send a person away: no sign-in, sessions and links dead at once; their history stays."""
    require(actor, Permission.PEOPLE_MANAGE)
    found = _lock_person(tx, person_id)
    tx.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(active=False, version=person.c.version + 1)
    )
    ended = end_sessions(tx, person_id)
    revoke_links(tx, person_id)
    _keep_an_owner(tx)
    facts = {"name": found.name, "sessions_ended": ended}
    record_audit(tx, actor, "person_deactivated", ("person", person_id), facts)
    return person_id


def reactivate_person(tx: Writing, actor: Actor, person_id: PersonId, *, now: datetime) -> Invited:
    """Let a person back in, through a new link: the old password is gone."""
    require(actor, Permission.PEOPLE_MANAGE)
    found = _lock_person(tx, person_id)
    if found.active:
        raise Refused("person_active", name=found.name)
    tx.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(active=True, password_hash="", version=person.c.version + 1)
    )
    token = make_link(tx, "invite", person_id, expires_at=now + INVITE_LIFE)
    record_audit(tx, actor, "person_reactivated", ("person", person_id), {"name": found.name})
    return Invited(person_id, token, now + INVITE_LIFE)


def choose_language(tx: Writing, actor: Actor, language: Language) -> Language:
    """The language in which this person reads."""
    tx.execute(update(person).where(person.c.id == actor.person_id).values(language=language.value))
    return language


def _write_rights(
    tx: Writing, person_id: PersonId, roles: frozenset[Role], warehouses: Iterable[WarehouseId]
) -> frozenset[WarehouseId]:
    """Replace the rows of both kinds; returns the scope."""
    scope = frozenset(warehouses)
    known = select(sql.count()).where(location.c.id.in_(scope), location.c.kind == "warehouse")
    if scope and tx.scalar(known) != len(scope):
        raise NotFound("warehouse_unknown", field="warehouses")
    tx.execute(delete(person_role).where(person_role.c.person_id == person_id))
    tx.execute(delete(person_warehouse).where(person_warehouse.c.person_id == person_id))
    tx.execute(
        insert(person_role), [{"person_id": person_id, "role": role.value} for role in roles]
    )
    if scope:
        rows = [{"person_id": person_id, "warehouse_id": one} for one in scope]
        tx.execute(insert(person_warehouse), rows)
    return scope


def _keep_an_owner(tx: Writing) -> None:
    """Refuse the whole act when nobody could manage people afterwards.

    One such act at a time: two owners who send each other away would both see the other.
    """
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('last owner', 0))"))
    remains = select(
        exists()
        .where(person.c.id == person_role.c.person_id, person_role.c.role == Role.OWNER.value)
        .where(person.c.active, person.c.password_hash != "")
    )
    if not tx.scalar(remains):
        raise Refused("last_owner")


def _check_roles(roles: Iterable[Role]) -> frozenset[Role]:
    granted = frozenset(Role(role) for role in roles)
    if not granted:
        raise Invalid("role_missing", field="roles")
    return granted


def _lock_person(tx: Writing, person_id: PersonId) -> Row[Any]:
    rows = tx.rows(
        select(person.c.name, person.c.active, person.c.password_hash)
        .where(person.c.id == person_id, person.c.id != 0)
        .with_for_update()
    )
    if not rows:
        raise NotFound("person_unknown", field="person")
    return rows[0]


def _gathered(column: ColumnElement[Any], owner: ColumnElement[Any]) -> ScalarSelect[Any]:
    """All values of a column that belong to the person of the outer row, as an array."""
    return (
        select(sql.coalesce(sql.array_agg(column), literal_column("'{}'")))
        .where(owner == person.c.id)
        .scalar_subquery()
    )
