"""Freight between warehouses is paid by the kilogram or the cubic metre, not only by the unit."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TABLE = "transfer_lane"
_RATES = ("kg_freight", "m3_freight")


def upgrade() -> None:
    for name in _RATES:
        rate = sa.Column(name, sa.Numeric(24, 6), nullable=False, server_default=sa.text("0"))
        op.add_column(_TABLE, rate)
        op.create_check_constraint(
            op.f(f"ck_transfer_lane_{name}_is_number"), _TABLE, f"{name} <> 'NaN'::numeric"
        )
    op.create_check_constraint(
        op.f("ck_transfer_lane_rates_not_negative"), _TABLE, "kg_freight >= 0 AND m3_freight >= 0"
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
