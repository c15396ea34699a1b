"""Models that an analyst registered: who, which file, since when. Decides one active model a name.

The file itself is read, checked and run by forecasting; here stands only the hash that it must
have. A new registration of a name retires the one before it; nothing is deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, update

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.analysts import own_model
from inventory_core.db.schema.office import person
from inventory_core.errors import Conflict, NotFound
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit


@dataclass(frozen=True, slots=True)
class NewOwnModel:
    """A checked file: the class in it, its parameters, and the SHA-256 of its bytes."""

    name: str
    file_name: str
    class_name: str
    parameters: Mapping[str, Any]
    file_hash: str


@dataclass(frozen=True, slots=True)
class OwnModel:
    """One registration, as it is shown and loaded."""

    id: int
    name: str
    file_name: str
    class_name: str
    parameters: Mapping[str, Any]
    file_hash: str
    active: bool
    person_name: str
    recorded_at: datetime
    retired_at: datetime | None


def register_own_model(
    tx: Writing, actor: Actor, new: NewOwnModel, *, key: str, now: datetime
) -> OwnModel:
    """Make it the active model of its name; the same content registered again changes nothing."""
    require(actor, Permission.MODEL_REGISTER)
    facts = {
        "name": new.name,
        "file_name": new.file_name,
        "class_name": new.class_name,
        "parameters": dict(new.parameters),
        "file_hash": new.file_hash,
    }
    replayed = _one(tx, own_model.c.key == key)
    if replayed is not None:
        if any(getattr(replayed, name) != value for name, value in facts.items()):
            raise Conflict("key_reused", key=key)
        return replayed
    active = _one(tx, (own_model.c.name == new.name) & own_model.c.active)
    if active is not None and all(getattr(active, name) == facts[name] for name in facts):
        return active
    if active is not None:
        _retire(tx, active, now)
    row = facts | {"key": key, "person_id": actor.person_id}
    made = insert_rows(tx, own_model, [row], returning=("id",))[0].id
    record_audit(tx, actor, "own_model_registered", ("own_model", made), facts)
    found = _one(tx, own_model.c.id == made)
    assert found is not None, "what was inserted is there"
    return found


def retire_own_model(tx: Writing, actor: Actor, name: str, *, now: datetime) -> OwnModel:
    """Take the active model of this name out of the competition from the next planning on."""
    require(actor, Permission.MODEL_REGISTER)
    active = _one(tx, (own_model.c.name == name) & own_model.c.active)
    if active is None:
        raise NotFound("own_model_missing", name=name)
    _retire(tx, active, now)
    record_audit(tx, actor, "own_model_retired", ("own_model", active.id), {"name": name})
    return active


def own_models(conn: Reading, *, active_only: bool = False) -> list[OwnModel]:
    """All registrations, newest first; by name where only the active ones are asked for."""
    statement = _select_own_models()
    if active_only:
        statement = statement.where(own_model.c.active).order_by(own_model.c.name)
    return [_record(row) for row in conn.rows(statement.order_by(own_model.c.id.desc()))]


def _select_own_models() -> Select[Any]:
    columns = [own_model.c[name] for name in OwnModel.__dataclass_fields__ if name != "person_name"]
    joined = own_model.join(person, person.c.id == own_model.c.person_id)
    return select(*columns, person.c.name.label("person_name")).select_from(joined)


def _one(tx: Reading, where: Any) -> OwnModel | None:
    statement = _select_own_models().where(where).with_for_update(of=own_model)
    rows = tx.rows(statement)
    return _record(rows[0]) if rows else None


def _record(row: Row[Any]) -> OwnModel:
    return OwnModel(**row._mapping)


def _retire(tx: Writing, known: OwnModel, now: datetime) -> None:
    tx.execute(
        update(own_model).where(own_model.c.id == known.id).values(active=False, retired_at=now)
    )
