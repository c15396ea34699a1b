"""Limits that many suggestions share: budgets, containers, and what a transfer costs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AMOUNT = sa.Numeric(24, 6)
_ZERO, _ONE = sa.text("0"), sa.text("1")
_TRUE, _FALSE = sa.text("true"), sa.text("false")
_CLOCK = sa.text("yiben_clock()")
_METHODS = "ship_method IN ('sea', 'air', 'express', 'rail', 'truck')"
_OPEN = sa.text("state IN ('open', 'needs_supplier')")


def upgrade() -> None:
    _lanes()
    _limits()
    _reports()
    _several_origins()


def _lanes() -> None:
    op.create_table(
        "transfer_lane",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("from_warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("to_warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("ship_method", sa.String(20), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("unit_freight", _AMOUNT, server_default=_ZERO, nullable=False),
        sa.Column("removal_fee", _AMOUNT, server_default=_ZERO, nullable=False, comment="per unit"),
        sa.Column(
            "fixed_cost", _AMOUNT, server_default=_ZERO, nullable=False, comment="per transfer"
        ),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=_TRUE, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.Column("version", sa.Integer(), server_default=_ONE, nullable=False),
        sa.CheckConstraint(_METHODS, name=op.f("ck_transfer_lane_ship_method_known")),
        sa.CheckConstraint(
            "from_warehouse_id <> to_warehouse_id", name=op.f("ck_transfer_lane_goes_somewhere")
        ),
        sa.CheckConstraint("days BETWEEN 0 AND 365", name=op.f("ck_transfer_lane_days_in_range")),
        sa.CheckConstraint(
            "unit_freight >= 0 AND removal_fee >= 0 AND fixed_cost >= 0",
            name=op.f("ck_transfer_lane_costs_not_negative"),
        ),
        *(
            sa.CheckConstraint(
                f"{name} <> 'NaN'::numeric", name=op.f(f"ck_transfer_lane_{name}_is_number")
            )
            for name in ("unit_freight", "removal_fee", "fixed_cost")
        ),
        sa.ForeignKeyConstraint(
            ["from_warehouse_id"], ["location.id"], name=op.f("fk_transfer_lane_from_warehouse_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_warehouse_id"], ["location.id"], name=op.f("fk_transfer_lane_to_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_lane")),
        sa.UniqueConstraint(
            "from_warehouse_id",
            "to_warehouse_id",
            "ship_method",
            name=op.f("uq_transfer_lane_from_warehouse_id_to_warehouse_id_ship_method"),
        ),
    )


def _limits() -> None:
    op.create_table(
        "plan_limit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column("ship_method", sa.String(20), nullable=True),
        sa.Column("amount", _AMOUNT, nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("volume_m3", sa.Numeric(12, 3), nullable=True, comment="of one container"),
        sa.Column("weight_kg", sa.Numeric(12, 1), nullable=True, comment="of one container"),
        sa.Column("containers", sa.Integer(), nullable=True, comment="the most at once"),
        sa.Column("fill", sa.Boolean(), server_default=_FALSE, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=_TRUE, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.Column("version", sa.Integer(), server_default=_ONE, nullable=False),
        sa.CheckConstraint(
            "kind IN ('budget', 'container')", name=op.f("ck_plan_limit_kind_known")
        ),
        sa.CheckConstraint(_METHODS, name=op.f("ck_plan_limit_ship_method_known")),
        sa.CheckConstraint(
            "kind <> 'budget' OR (amount IS NOT NULL AND currency IS NOT NULL"
            " AND starts_on IS NOT NULL AND ends_on IS NOT NULL)",
            name=op.f("ck_plan_limit_budget_complete"),
        ),
        sa.CheckConstraint(
            "kind <> 'container' OR (volume_m3 IS NOT NULL AND weight_kg IS NOT NULL"
            " AND containers IS NOT NULL AND supplier_id IS NOT NULL AND ship_method IS NOT NULL)",
            name=op.f("ck_plan_limit_container_complete"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_plan_limit_amount_not_negative")),
        sa.CheckConstraint(
            "volume_m3 > 0 AND weight_kg > 0 AND containers > 0",
            name=op.f("ck_plan_limit_container_positive"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_plan_limit_days_in_order")),
        sa.CheckConstraint("amount <> 'NaN'::numeric", name=op.f("ck_plan_limit_amount_is_number")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_plan_limit_supplier_id")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["location.id"], name=op.f("fk_plan_limit_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_limit")),
    )


def _reports() -> None:
    op.create_table(
        "plan_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.Column("report_hash", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["forecast_run.id"], name=op.f("fk_plan_report_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_report")),
    )
    op.create_index(op.f("ix_plan_report_run_id"), "plan_report", ["run_id"])


def _several_origins() -> None:
    """Goods of one SKU may come to a warehouse from the hub and from another site at once."""
    op.add_column("suggestion", sa.Column("from_warehouse_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_suggestion_from_warehouse_id"),
        "suggestion",
        "location",
        ["from_warehouse_id"],
        ["id"],
    )
    op.drop_index("uq_suggestion_open", table_name="suggestion")
    op.create_index(
        "uq_suggestion_open",
        "suggestion",
        ["kind", "sku_id", "warehouse_id", "from_warehouse_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
