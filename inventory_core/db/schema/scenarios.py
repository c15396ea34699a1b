"""The table of scenarios: what was changed beside a plan, and what came of it. Decides no number.

An answer belongs to one run of its job; figures and differences are kept whole, for eyes.
"""

from sqlalchemy import CheckConstraint, Column, Date, Integer, Numeric, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from inventory_core.db.schema.registry import (
    AMOUNT,
    METADATA,
    currency_column,
    is_number,
    recorded_at,
    refers_to,
)

plan_scenario = Table(
    "plan_scenario",
    METADATA,
    refers_to("run_id", "job_run.id", primary_key=True),
    refers_to("forecast_run_id", "forecast_run.id"),
    Column("as_of_on", Date, nullable=False),
    currency_column(),
    Column("weeks", Integer, nullable=False),
    Column("service_level", Numeric(6, 4)),
    Column("lead_factor", Numeric(8, 4), nullable=False, server_default=text("1")),
    Column("demand_factor", Numeric(8, 4), nullable=False, server_default=text("1")),
    Column("delay_days", Integer, nullable=False, server_default=text("0")),
    Column("budget", AMOUNT, comment="base currency, for each review period"),
    Column("current", JSONB, nullable=False, comment="figures of the plan as it was"),
    Column("changed", JSONB, nullable=False, comment="figures of the scenario"),
    Column("differences", JSONB, nullable=False),
    recorded_at(),
    CheckConstraint("weeks > 0", name="weeks_positive"),
    CheckConstraint("service_level BETWEEN 0.5 AND 0.999", name="service_level_in_range"),
    CheckConstraint(
        "lead_factor BETWEEN 0.5 AND 3 AND demand_factor BETWEEN 0.2 AND 3",
        name="factors_in_range",
    ),
    CheckConstraint("delay_days BETWEEN 0 AND 90", name="delay_in_range"),
    CheckConstraint("budget >= 0", name="budget_not_negative"),
    CheckConstraint(
        "service_level IS NOT NULL OR lead_factor <> 1 OR demand_factor <> 1"
        " OR delay_days <> 0 OR budget IS NOT NULL",
        name="changes_something",
    ),
    is_number("budget"),
)
