"""What learning keeps: released models, overrides, outcomes and alarms of forecasts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "forecast_run",
        sa.Column(
            "planned_on",
            sa.Date(),
            nullable=True,
            comment="the day of the newest plan made from it",
        ),
    )
    op.add_column(
        "forecast",
        sa.Column(
            "naive",
            postgresql.ARRAY(sa.Float()),
            nullable=True,
            comment="the seasonal naive baseline, by period",
        ),
    )
    op.create_table(
        "model_release",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column(
            "configuration",
            sa.String(length=64),
            nullable=False,
            comment="hash of code and settings",
        ),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "scores",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "loss",
            sa.Float(),
            nullable=True,
            comment="backtest loss of the champions of its series",
        ),
        sa.Column(
            "baseline_loss",
            sa.Float(),
            nullable=True,
            comment="that of the seasonal naive baseline",
        ),
        sa.Column("cpu_seconds", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False, comment="why it holds its state"),
        sa.Column(
            "gain",
            sa.Float(),
            nullable=True,
            comment="share by which it beat the champion of its day",
        ),
        sa.Column("against_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("yiben_clock()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('champion', 'challenger', 'retired', 'rolled_back')",
            name=op.f("ck_model_release_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["against_id"], ["model_release.id"], name=op.f("fk_model_release_against_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_model_release_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["forecast_run.id"], name=op.f("fk_model_release_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_release")),
        sa.UniqueConstraint("key", name=op.f("uq_model_release_key")),
        sa.UniqueConstraint("run_id", name=op.f("uq_model_release_run_id")),
    )
    op.create_index(
        "uq_model_release_champion",
        "model_release",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'champion'"),
    )
    op.create_table(
        "forecast_override",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("sku_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("change_percent", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("units_per_day", sa.Numeric(precision=14, scale=3), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "model_units",
            sa.Float(),
            nullable=False,
            comment="forecast of its days when it was made",
        ),
        sa.Column(
            "naive_units",
            sa.Float(),
            nullable=True,
            comment="the same by the seasonal naive baseline",
        ),
        sa.Column("planned_units", sa.Float(), nullable=False, comment="what it made of them"),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("yiben_clock()"),
            nullable=False,
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('campaign', 'price_change', 'event', 'competitor', 'listing',"
            " 'large_order', 'judgement')",
            name=op.f("ck_forecast_override_reason_known"),
        ),
        sa.CheckConstraint(
            "(change_percent IS NULL) <> (units_per_day IS NULL)",
            name=op.f("ck_forecast_override_one_kind_of_change"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)",
            name=op.f("ck_forecast_override_withdrawn_by_somebody"),
        ),
        sa.CheckConstraint(
            "change_percent >= -100 AND change_percent <= 1000",
            name=op.f("ck_forecast_override_change_percent_in_range"),
        ),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_forecast_override_days_in_order")),
        sa.CheckConstraint(
            "units_per_day >= 0", name=op.f("ck_forecast_override_units_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name=op.f("fk_forecast_override_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["forecast_run.id"], name=op.f("fk_forecast_override_run_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_forecast_override_sku_id")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["location.id"], name=op.f("fk_forecast_override_warehouse_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["person.id"], name=op.f("fk_forecast_override_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast_override")),
        sa.UniqueConstraint("key", name=op.f("uq_forecast_override_key")),
    )
    op.create_index(
        "ix_forecast_override_pair",
        "forecast_override",
        ["sku_id", "warehouse_id", "first_on"],
        unique=False,
    )
    op.create_table(
        "forecast_outcome",
        sa.Column("sku_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("actual", sa.Float(), nullable=False),
        sa.Column("model", sa.Float(), nullable=False),
        sa.Column(
            "planned", sa.Float(), nullable=False, comment="the model with the overrides of the day"
        ),
        sa.Column("naive", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column(
            "seen", sa.Boolean(), nullable=False, comment="false: partly out of stock, not judged"
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("yiben_clock()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["forecast_run.id"], name=op.f("fk_forecast_outcome_run_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_forecast_outcome_sku_id")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["location.id"], name=op.f("fk_forecast_outcome_warehouse_id")
        ),
        sa.PrimaryKeyConstraint(
            "sku_id", "warehouse_id", "week_on", name=op.f("pk_forecast_outcome")
        ),
    )
    op.create_index("ix_forecast_outcome_week", "forecast_outcome", ["week_on"], unique=False)
    op.create_table(
        "forecast_alarm",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sku_id", sa.BigInteger(), nullable=True),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("measure", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("last_week_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('tracking', 'bias', 'coverage')", name=op.f("ck_forecast_alarm_kind_known")
        ),
        sa.CheckConstraint(
            "(sku_id IS NULL) = (warehouse_id IS NULL) AND (sku_id IS NULL) <> (category IS NULL)",
            name=op.f("ck_forecast_alarm_one_subject"),
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_forecast_alarm_sku_id")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["location.id"], name=op.f("fk_forecast_alarm_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast_alarm")),
    )
    op.create_index(
        "uq_forecast_alarm_open",
        "forecast_alarm",
        [
            "kind",
            sa.literal_column("coalesce(sku_id, 0)"),
            sa.literal_column("coalesce(warehouse_id, 0)"),
            sa.literal_column("coalesce(category, '')"),
        ],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "learning_limits",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release_margin", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("tracking_signal", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("bias_share", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("least_coverage", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_learning_limits_one_row")),
        sa.CheckConstraint(
            "weeks BETWEEN 4 AND 52", name=op.f("ck_learning_limits_weeks_in_range")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_limits")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
