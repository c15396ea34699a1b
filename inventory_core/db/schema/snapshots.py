"""Tables of what a plan stood on: its whole input, and which revisions of suggestions it said.

Decides that the id of a snapshot is the hash of its content and that a revision has one maker;
never what is in a snapshot (see `forecasting/plan_document.py`).
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from inventory_core.db.schema.registry import METADATA, recorded_at, refers_to

# One row per input. What is old and led to no decision loses its content; the row stays.
plan_snapshot = Table(
    "plan_snapshot",
    METADATA,
    Column("id", String(64), primary_key=True, comment="SHA-256 of content, in hexadecimal"),
    refers_to("run_id", "forecast_run.id"),
    Column("as_of_on", Date, nullable=False),
    Column("whole", Boolean, nullable=False, comment="all SKUs; else those of one act"),
    Column("answer_hash", String(64), nullable=False, comment="SHA-256 of all that the plan said"),
    Column(
        "left_alone",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="places proposed where an answer was awaited or a no still held",
    ),
    Column("content", LargeBinary, comment="NULL: forgotten"),
    recorded_at(),
    CheckConstraint(
        "content IS NULL OR id = encode(sha256(content), 'hex')", name="id_is_hash_of_content"
    ),
)

# What stood on the list when a plan had been published. `made`: this plan brought the revision,
# others only came to the same.
plan_snapshot_suggestion = Table(
    "plan_snapshot_suggestion",
    METADATA,
    Column("snapshot_id", String(64), nullable=False),
    Column("suggestion_id", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("made", Boolean, nullable=False),
    PrimaryKeyConstraint("snapshot_id", "suggestion_id", "revision"),
    ForeignKeyConstraint(["snapshot_id"], ["plan_snapshot.id"]),
    ForeignKeyConstraint(
        ["suggestion_id", "revision"],
        ["suggestion_revision.suggestion_id", "suggestion_revision.revision"],
    ),
    Index(
        "uq_plan_snapshot_suggestion_maker",
        "suggestion_id",
        "revision",
        unique=True,
        postgresql_where=text("made"),
    ),
)
