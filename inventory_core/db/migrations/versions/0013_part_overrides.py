"""A market that grows or shrinks is said once, for a whole category or the company."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLE = "forecast_override"


def upgrade() -> None:
    op.alter_column(_TABLE, "sku_id", nullable=True)
    op.alter_column(_TABLE, "warehouse_id", nullable=True)
    kind = sa.Column("grain", sa.String(12), comment="of a whole part: which kind of part")
    op.add_column(_TABLE, kind)
    part = sa.Column("part", sa.Text(), nullable=False, server_default=sa.text("''"))
    op.add_column(_TABLE, part)
    for name, rule in (
        (
            "one_series_or_one_part",
            "(sku_id IS NULL) = (warehouse_id IS NULL) AND (sku_id IS NULL) <> (grain IS NULL)",
        ),
        ("grain_of_whole_series", "grain IN ('category', 'company')"),
        ("part_by_percent", "grain IS NULL OR change_percent IS NOT NULL"),
    ):
        op.create_check_constraint(op.f(f"ck_forecast_override_{name}"), _TABLE, rule)
    op.drop_constraint(op.f("ck_forecast_override_reason_known"), _TABLE)
    op.create_check_constraint(
        op.f("ck_forecast_override_reason_known"),
        _TABLE,
        "reason IN ('campaign', 'price_change', 'event', 'competitor', 'listing',"
        " 'large_order', 'market_trend', 'judgement')",
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
