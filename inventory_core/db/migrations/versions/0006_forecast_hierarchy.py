"""Forecasts know their channels, and what is said of many of them together is kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_EMPTY = sa.text("'{}'")


def upgrade() -> None:
    _channels_of_forecasts()
    _channels_of_outcomes()
    _sums()


def _channels_of_forecasts() -> None:
    op.add_column(
        "forecast",
        sa.Column(
            "channel_ids",
            sa.ARRAY(sa.BigInteger()),
            server_default=_EMPTY,
            nullable=False,
            comment="the accounts it sells through; 0: none known",
        ),
    )
    op.add_column(
        "forecast",
        sa.Column(
            "channel_cuts",
            sa.ARRAY(sa.Integer()),
            server_default=_EMPTY,
            nullable=False,
            comment="their shares summed up, in millionths",
        ),
    )
    op.create_check_constraint(
        op.f("ck_forecast_channels_are_the_whole"),
        "forecast",
        "cardinality(channel_ids) = cardinality(channel_cuts) AND (channel_cuts = '{}'"
        " OR channel_cuts[cardinality(channel_cuts)] = 1000000)",
    )


def _channels_of_outcomes() -> None:
    for name, kind in (
        ("channel_ids", sa.BigInteger()),
        ("channel_actual", sa.Float()),
        ("channel_model", sa.Float()),
    ):
        op.add_column(
            "forecast_outcome",
            sa.Column(name, sa.ARRAY(kind), server_default=_EMPTY, nullable=False),
        )
    op.create_check_constraint(
        op.f("ck_forecast_outcome_channels_in_step"),
        "forecast_outcome",
        "cardinality(channel_ids) = cardinality(channel_actual)"
        " AND cardinality(channel_ids) = cardinality(channel_model)",
    )


def _sums() -> None:
    op.create_table(
        "forecast_sum",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("grain", sa.String(20), nullable=False),
        sa.Column(
            "part",
            sa.Text(),
            nullable=False,
            comment="account id, country, category; company: empty",
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("mean", sa.ARRAY(sa.Float()), nullable=False),
        sa.Column(
            "quantiles", postgresql.JSONB(), nullable=False, comment="level -> units by period"
        ),
        sa.Column(
            "totals", postgresql.JSONB(), nullable=False, comment="days -> mean or level -> units"
        ),
        sa.Column(
            "past",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="units a day up to starts_on",
        ),
        sa.CheckConstraint(
            "grain IN ('channel', 'market', 'category', 'company')",
            name=op.f("ck_forecast_sum_grain_known"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["forecast_run.id"], name=op.f("fk_forecast_sum_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "grain", "part", name=op.f("pk_forecast_sum")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
