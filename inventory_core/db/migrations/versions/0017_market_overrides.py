"""A market or a channel grows or shrinks by itself, whatever else its SKUs sell elsewhere."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLE = "forecast_override"


def upgrade() -> None:
    # No screen ever named a part where there is none; who did it elsewhere meant nothing by it.
    op.execute("UPDATE forecast_override SET part = '' WHERE coalesce(grain, 'company') = 'company'")
    op.drop_constraint(op.f("ck_forecast_override_grain_of_whole_series"), _TABLE)
    for name, rule in (
        ("grain_known", "grain IN ('channel', 'market', 'category', 'company')"),
        (
            "part_of_its_grain",
            "CASE WHEN grain = 'channel' THEN part ~ '^[0-9]{1,18}$'"
            " ELSE coalesce(grain, '') IN ('market', 'category') OR part = '' END",
        ),
    ):
        op.create_check_constraint(op.f(f"ck_forecast_override_{name}"), _TABLE, rule)


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
