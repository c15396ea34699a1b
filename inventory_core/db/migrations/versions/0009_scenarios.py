"""Scenarios beside the plan of the day, and what came of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ONE = sa.text("1")


def upgrade() -> None:
    op.create_table(
        "plan_scenario",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("forecast_run_id", sa.BigInteger(), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("service_level", sa.Numeric(6, 4), nullable=True),
        sa.Column("lead_factor", sa.Numeric(8, 4), server_default=_ONE, nullable=False),
        sa.Column("demand_factor", sa.Numeric(8, 4), server_default=_ONE, nullable=False),
        sa.Column("delay_days", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "budget",
            sa.Numeric(24, 6),
            nullable=True,
            comment="base currency, for each review period",
        ),
        sa.Column(
            "current", postgresql.JSONB(), nullable=False, comment="figures of the plan as it was"
        ),
        sa.Column("changed", postgresql.JSONB(), nullable=False, comment="figures of the scenario"),
        sa.Column("differences", postgresql.JSONB(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("yiben_clock()"),
            nullable=False,
        ),
        *_checks(),
        sa.ForeignKeyConstraint(["run_id"], ["job_run.id"], name=op.f("fk_plan_scenario_run_id")),
        sa.ForeignKeyConstraint(
            ["forecast_run_id"], ["forecast_run.id"], name=op.f("fk_plan_scenario_forecast_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_plan_scenario")),
    )


def _checks() -> list[sa.CheckConstraint]:
    rules = {
        "weeks_positive": "weeks > 0",
        "service_level_in_range": "service_level BETWEEN 0.5 AND 0.999",
        "factors_in_range": "lead_factor BETWEEN 0.5 AND 3 AND demand_factor BETWEEN 0.2 AND 3",
        "delay_in_range": "delay_days BETWEEN 0 AND 90",
        "budget_not_negative": "budget >= 0",
        "changes_something": "service_level IS NOT NULL OR lead_factor <> 1 OR demand_factor <> 1"
        " OR delay_days <> 0 OR budget IS NOT NULL",
        "budget_is_number": "budget <> 'NaN'::numeric",
    }
    return [
        sa.CheckConstraint(rule, name=op.f(f"ck_plan_scenario_{name}"))
        for name, rule in rules.items()
    ]


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
