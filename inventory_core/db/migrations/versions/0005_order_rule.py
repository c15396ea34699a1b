"""How much is ordered: up to the promised service level, or what costs least."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "company",
        sa.Column(
            "order_rule", sa.String(length=20), server_default="service_level", nullable=False
        ),
    )
    op.create_check_constraint(
        op.f("ck_company_order_rule_known"),
        "company",
        "order_rule IN ('service_level', 'least_cost')",
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
