"""Tables of the analyst's work: notebook runs, their hours, own models, effects of promotions.

Decides that a run has one record, a notebook one line in the timetable, and a name one active
model; never what a notebook may do nor whether a model is good.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from inventory_core.db.schema.registry import (
    METADATA,
    id_column,
    key_column,
    recorded_at,
    refers_to,
    time_column,
    version_column,
)

# State, start and end of a run stand in `job_run`; no file name: the executed copy was dropped.
notebook_run = Table(
    "notebook_run",
    METADATA,
    refers_to("run_id", "job_run.id", primary_key=True),
    Column("notebook", String(160), nullable=False),
    Column("parameters", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("file_name", String(200), nullable=False, server_default=""),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    Column("failed_cell", Integer),
    CheckConstraint("size >= 0", name="size_not_negative"),
    Index("ix_notebook_run_notebook", "notebook", "run_id"),
)

# No weekday: every day. Hours are the company's clock.
notebook_entry = Table(
    "notebook_entry",
    METADATA,
    Column("notebook", String(160), primary_key=True),
    Column("parameters", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("weekday", Integer),
    Column("hour", Integer, nullable=False),
    Column("minute", Integer, nullable=False),
    refers_to("person_id", "person.id"),
    recorded_at(),
    version_column(),
    CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday_known"),
    CheckConstraint("hour BETWEEN 0 AND 23 AND minute BETWEEN 0 AND 59", name="time_known"),
)

own_model = Table(
    "own_model",
    METADATA,
    id_column(),
    key_column(),
    Column("name", String(40), nullable=False),
    Column("file_name", String(120), nullable=False),
    Column("class_name", String(120), nullable=False),
    Column("parameters", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("file_hash", String(64), nullable=False, comment="SHA-256 of the file's bytes"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    refers_to("person_id", "person.id"),
    recorded_at(),
    time_column("retired_at", nullable=True),
    CheckConstraint("active = (retired_at IS NULL)", name="retired_in_step"),
    Index("uq_own_model_active", "name", unique=True, postgresql_where=text("active")),
)

# What the last training learned of promotions, whole; no category, SKU: holds for everything.
promotion_effect = Table(
    "promotion_effect",
    METADATA,
    id_column(),
    Column("kind", String(20), nullable=False),
    Column("category", Text, nullable=False, server_default=""),
    Column("band", String(20), nullable=False, server_default=""),
    refers_to("sku_id", "sku.id", nullable=True, index=True),
    refers_to("warehouse_id", "location.id", nullable=True),
    Column("factor", Float, nullable=False, comment="demand over demand without promotion"),
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("events", Integer, nullable=False),
    Column("units", Float, nullable=False),
    Column("expected", Float, nullable=False, comment="units without promotion"),
    Column("learned_on", Date, nullable=False),
    CheckConstraint(
        "kind IN ('uplift', 'after', 'siblings', 'day_after', 'series')", name="kind_known"
    ),
    CheckConstraint("low <= factor AND factor <= high", name="factor_inside"),
)
