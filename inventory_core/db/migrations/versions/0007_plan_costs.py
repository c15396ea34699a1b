"""What planning counts beside price and freight is the company's; offers may come by the pallet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_AMOUNT, _SHARE = sa.Numeric(24, 6), sa.Numeric(6, 4)
_CLOCK = sa.text("yiben_clock()")


def upgrade() -> None:
    _costs()
    # Null in every row that there is: nobody has been asked yet.
    op.add_column("offer", sa.Column("pallet_quantity", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_offer_pallet_of_multiples"),
        "offer",
        "pallet_quantity > 0 AND pallet_quantity % order_multiple = 0",
    )


def _costs() -> None:
    op.create_table(
        "plan_cost",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("order_line_cost", _AMOUNT, nullable=False, comment="base currency"),
        sa.Column("fee_currency", sa.String(3), nullable=False),
        sa.Column("aged_after_days", sa.Integer(), nullable=False),
        sa.Column("aged_fee", _AMOUNT, nullable=False, comment="per unit and month"),
        sa.Column("low_cover_days", sa.Integer(), nullable=False),
        sa.Column("low_fee", _AMOUNT, nullable=False, comment="per unit sold"),
        sa.Column("storage_fee", _AMOUNT, nullable=False, comment="per m³ and month"),
        sa.Column("freight_share", _SHARE, nullable=False, comment="of the purchase price"),
        sa.Column("removal_share", _SHARE, nullable=False, comment="of the purchase price"),
        sa.Column("removal_days", sa.Integer(), nullable=False),
        sa.Column("margin_share", _SHARE, nullable=False, comment="of the landed cost"),
        sa.Column(
            "assumed",
            postgresql.ARRAY(sa.String(40)),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.CheckConstraint(
            "version > 1 OR valid_from = '2000-01-01'", name=op.f("ck_plan_cost_first_since_ever")
        ),
        sa.CheckConstraint(
            "order_line_cost >= 0 AND aged_fee >= 0 AND low_fee >= 0 AND storage_fee >= 0",
            name=op.f("ck_plan_cost_costs_not_negative"),
        ),
        sa.CheckConstraint(
            "aged_after_days BETWEEN 1 AND 3650 AND low_cover_days BETWEEN 0 AND 365"
            " AND removal_days BETWEEN 0 AND 365",
            name=op.f("ck_plan_cost_days_in_range"),
        ),
        sa.CheckConstraint(
            "freight_share BETWEEN 0 AND 5 AND removal_share BETWEEN 0 AND 5"
            " AND margin_share BETWEEN 0 AND 5",
            name=op.f("ck_plan_cost_shares_in_range"),
        ),
        *(
            sa.CheckConstraint(
                f"{name} <> 'NaN'::numeric", name=op.f(f"ck_plan_cost_{name}_is_number")
            )
            for name in ("order_line_cost", "aged_fee", "low_fee", "storage_fee")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_cost_person_id")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_plan_cost")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
