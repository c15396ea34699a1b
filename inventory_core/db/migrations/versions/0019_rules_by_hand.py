"""Rules by hand say who set them, when and why, and cannot contradict themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLE = "replenish_rule"
_CHECKS = (
    ("service_level_in_range", "service_level BETWEEN 0.5 AND 0.999"),
    ("review_days_in_range", "review_days BETWEEN 1 AND 365"),
    ("minimum_in_range", "minimum BETWEEN 0 AND 10000000"),
    ("maximum_in_range", "maximum BETWEEN 0 AND 10000000"),
    ("minimum_and_maximum_in_order", "minimum <= maximum"),
    (
        "something_is_set",
        "NOT buying OR num_nonnulls(service_level, review_days, minimum, maximum) > 0",
    ),
)


def upgrade() -> None:
    # No screen ever set a rule. What code of somebody's own wrote is kept where it means something.
    op.execute("UPDATE replenish_rule SET service_level = 0.999 WHERE service_level > 0.999")
    op.execute("UPDATE replenish_rule SET service_level = 0.5 WHERE service_level < 0.5")
    op.execute(
        "DELETE FROM replenish_rule WHERE buying"
        " AND num_nonnulls(service_level, review_days, minimum, maximum) = 0"
    )
    identity = sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)
    op.add_column(_TABLE, identity)
    op.create_unique_constraint(op.f("uq_replenish_rule_id"), _TABLE, ["id"])
    op.add_column(_TABLE, sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column(
        _TABLE,
        sa.Column("set_by_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        _TABLE,
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("yiben_clock()"),
            nullable=False,
        ),
    )
    op.add_column(_TABLE, sa.Column("import_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_replenish_rule_import_id"), _TABLE, ["import_id"])
    for column, target in (("set_by_id", "person"), ("import_id", "import_run")):
        name = op.f(f"fk_replenish_rule_{column}")
        op.create_foreign_key(name, _TABLE, target, [column], ["id"])
    # A change names what it saw, not a version of it: two windows that mean the same do not clash.
    op.drop_column(_TABLE, "version")
    for name, rule in _CHECKS:
        op.create_check_constraint(op.f(f"ck_replenish_rule_{name}"), _TABLE, rule)


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
