"""Tables of people and their acts: persons, sessions, audit, approvals, forms, rules and flows.

Decides that ids and secrets are unique and hashed; never who may do what (`office/actors.py`).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from inventory_core.db.schema.registry import (
    METADATA,
    id_column,
    key_column,
    one_of,
    recorded_at,
    refers_to,
    text_column,
    time_column,
    version_column,
)
from inventory_core.vocabulary import ApprovalState, Role

person = Table(
    "person",
    METADATA,
    id_column(),
    Column("name", String(120), nullable=False),
    Column("name_key", String(240), nullable=False, unique=True),
    text_column("email", default=""),
    text_column("password_hash", default=""),
    Column("language", String(2)),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    recorded_at(),
    version_column(),
)

person_role = Table(
    "person_role",
    METADATA,
    refers_to("person_id", "person.id"),
    Column("role", String(20), nullable=False),
    PrimaryKeyConstraint("person_id", "role"),
    one_of("role", Role),
)

# No row: every warehouse. Rows: only these.
person_warehouse = Table(
    "person_warehouse",
    METADATA,
    refers_to("person_id", "person.id"),
    refers_to("warehouse_id", "location.id"),
    PrimaryKeyConstraint("person_id", "warehouse_id"),
)

person_identity = Table(
    "person_identity",
    METADATA,
    Column("issuer", String(200), nullable=False),
    Column("subject", String(200), nullable=False),
    refers_to("person_id", "person.id"),
    PrimaryKeyConstraint("issuer", "subject"),
)

# Only hashes of tokens are kept.
session = Table(
    "session",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    refers_to("person_id", "person.id", index=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    time_column("expires_at"),
    Column("address", String(64), nullable=False, server_default=""),
)

one_time_link = Table(
    "one_time_link",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    refers_to("person_id", "person.id", nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    time_column("expires_at"),
    time_column("used_at", nullable=True),
    CheckConstraint("purpose IN ('owner', 'invite', 'reset')", name="purpose_known"),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    METADATA,
    id_column(),
    Column("name_key", String(240), nullable=False),
    Column("address", String(64), nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Column("tried_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_sign_in_attempt_recent", "name_key", "tried_at"),
)

audit_entry = Table(
    "audit_entry",
    METADATA,
    id_column(),
    refers_to("person_id", "person.id", index=True),
    Column("act", String(60), nullable=False),
    Column("subject_kind", String(40), nullable=False),
    Column("subject_id", String(120), nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    recorded_at(),
    Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
)

# An approval binds one revision of its subject and one version of its flow.
approval = Table(
    "approval",
    METADATA,
    id_column(),
    key_column(),
    Column("subject_kind", String(30), nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("subject_revision", Integer, nullable=False),
    refers_to("flow_version_id", "flow_version.id", nullable=True),
    Column("state", String(20), nullable=False),
    Column("facts", JSONB, nullable=False, comment="the numbers that were decided on"),
    refers_to("requested_by_id", "person.id"),
    recorded_at(),
    time_column("decided_at", nullable=True),
    one_of("state", ApprovalState),
    Index(
        "uq_approval_live",
        "subject_kind",
        "subject_id",
        unique=True,
        postgresql_where=text("state IN ('waiting', 'approved')"),
    ),
)

approval_act = Table(
    "approval_act",
    METADATA,
    id_column(),
    key_column(),
    refers_to("approval_id", "approval.id", index=True),
    refers_to("person_id", "person.id"),
    Column("act", String(20), nullable=False),
    text_column("reason", default=""),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    recorded_at(),
    CheckConstraint("act IN ('approve', 'reject', 'undo', 'delegate')", name="act_known"),
)


def _versioned_definition(name: str) -> Table:
    """A definition that people change without code: every change is a new number of its code."""
    return Table(
        name,
        METADATA,
        id_column(),
        Column("code", String(60), nullable=False),
        Column("number", Integer, nullable=False),
        Column("definition", JSONB, nullable=False),
        recorded_at(),
        UniqueConstraint("code", "number"),
    )


flow_version = _versioned_definition("flow_version")
rule_version = _versioned_definition("rule_version")
form_version = _versioned_definition("form_version")

report = Table(
    "report",
    METADATA,
    id_column(),
    Column("code", String(60), nullable=False, unique=True),
    Column("definition", JSONB, nullable=False),
    refers_to("person_id", "person.id"),
    recorded_at(),
    version_column(),
)
