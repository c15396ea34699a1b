"""Notebook runs, models that an analyst registered, and promotions that can be called off."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_EMPTY = sa.text("'{}'::jsonb")
_CLOCK = sa.text("yiben_clock()")


def upgrade() -> None:
    op.create_table(
        "notebook_run",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("notebook", sa.String(160), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
        sa.Column("file_name", sa.String(200), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed_cell", sa.Integer(), nullable=True),
        sa.CheckConstraint("size >= 0", name=op.f("ck_notebook_run_size_not_negative")),
        sa.ForeignKeyConstraint(["run_id"], ["job_run.id"], name=op.f("fk_notebook_run_run_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_notebook_run")),
    )
    op.create_index("ix_notebook_run_notebook", "notebook_run", ["notebook", "run_id"])
    op.create_table(
        "notebook_entry",
        sa.Column("notebook", sa.String(160), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_notebook_entry_weekday_known")),
        sa.CheckConstraint(
            "hour BETWEEN 0 AND 23 AND minute BETWEEN 0 AND 59",
            name=op.f("ck_notebook_entry_time_known"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notebook_entry_person_id")
        ),
        sa.PrimaryKeyConstraint("notebook", name=op.f("pk_notebook_entry")),
    )
    op.create_table(
        "own_model",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("class_name", sa.String(120), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
        sa.Column(
            "file_hash", sa.String(64), nullable=False, comment="SHA-256 of the file's bytes"
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "active = (retired_at IS NULL)", name=op.f("ck_own_model_retired_in_step")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_own_model_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_model")),
        sa.UniqueConstraint("key", name=op.f("uq_own_model_key")),
    )
    op.create_index(
        "uq_own_model_active",
        "own_model",
        ["name"],
        unique=True,
        postgresql_where=sa.text("active"),
    )
    _promotion_effect()
    op.add_column("promotion", sa.Column("cancelled_at", sa.DateTime(timezone=True)))
    op.add_column(
        "promotion",
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )


def _promotion_effect() -> None:
    op.create_table(
        "promotion_effect",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("band", sa.String(20), server_default="", nullable=False),
        sa.Column("sku_id", sa.BigInteger(), nullable=True),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "factor", sa.Float(), nullable=False, comment="demand over demand without promotion"
        ),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("units", sa.Float(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False, comment="units without promotion"),
        sa.Column("learned_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('uplift', 'after', 'siblings', 'day_after', 'series')",
            name=op.f("ck_promotion_effect_kind_known"),
        ),
        sa.CheckConstraint(
            "low <= factor AND factor <= high", name=op.f("ck_promotion_effect_factor_inside")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_promotion_effect_sku_id")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["location.id"], name=op.f("fk_promotion_effect_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_effect")),
    )
    op.create_index("ix_promotion_effect_sku_id", "promotion_effect", ["sku_id"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
