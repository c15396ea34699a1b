"""Tables of what crosses the house wall and of work done in the background.

Decides that an event is received once and that what leaves is coalesced by key; runs nothing.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
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
    recorded_at,
    refers_to,
    text_column,
    time_column,
)

inbox = Table(
    "inbox",
    METADATA,
    id_column(),
    Column("source", String(60), nullable=False),
    Column("event_id", String(200), nullable=False),
    Column("topic", String(60), nullable=False),
    Column("object_key", String(200), nullable=False, server_default=""),
    Column("object_version", String(60), nullable=False, server_default=""),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(20), nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    text_column("problem", default=""),
    time_column("due_at", nullable=True),
    recorded_at(),
    UniqueConstraint("source", "event_id"),
    CheckConstraint("state IN ('waiting', 'done', 'dead')", name="state_known"),
    Index("ix_inbox_waiting", "due_at", postgresql_where=text("state = 'waiting'")),
)

# One live row per key: a later post raises the generation, the pump reads the level when it sends.
outbox = Table(
    "outbox",
    METADATA,
    id_column(),
    Column("topic", String(40), nullable=False),
    Column("coalescing_key", String(200), nullable=False),
    Column("generation", BigInteger, nullable=False, server_default=text("1")),
    Column("sent_generation", BigInteger, nullable=False, server_default=text("0")),
    Column("payload", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    text_column("problem", default=""),
    time_column("due_at", nullable=True),
    time_column("leased_until_at", nullable=True),
    recorded_at(),
    UniqueConstraint("topic", "coalescing_key"),
    CheckConstraint("sent_generation <= generation", name="sent_not_ahead"),
    Index("ix_outbox_due", "due_at", postgresql_where=text("sent_generation < generation")),
)

job_request = Table(
    "job_request",
    METADATA,
    id_column(),
    key_column(),
    Column("job", String(60), nullable=False),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    refers_to("person_id", "person.id"),
    recorded_at(),
    time_column("taken_at", nullable=True),
)

job_run = Table(
    "job_run",
    METADATA,
    id_column(),
    Column("job", String(60), nullable=False),
    refers_to("request_id", "job_request.id", nullable=True),
    Column("state", String(20), nullable=False),
    Column("progress", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("result", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    text_column("problem", default=""),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    time_column("finished_at", nullable=True),
    CheckConstraint("state IN ('running', 'done', 'failed', 'lost')", name="state_known"),
    Index("ix_job_run_job", "job", "started_at"),
)

import_run = Table(
    "import_run",
    METADATA,
    id_column(),
    key_column(),
    Column("template", String(30), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    refers_to("person_id", "person.id"),
    recorded_at(),
    time_column("undone_at", nullable=True),
    CheckConstraint("state IN ('done', 'undone')", name="state_known"),
)

# Rows that were not taken as they are, with what was done and why: none is lost.
import_row = Table(
    "import_row",
    METADATA,
    id_column(),
    refers_to("import_id", "import_run.id", index=True),
    Column("row_no", BigInteger, nullable=False),
    Column("treatment", String(20), nullable=False),
    Column("code", String(60), nullable=False),
    Column("content", JSONB, nullable=False),
)
