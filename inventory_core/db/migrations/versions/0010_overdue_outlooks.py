"""An overdue order is expected on a day, too, where nobody has recorded a step of it."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("arrival_outlook", "milestone", nullable=True)
    op.alter_column("arrival_outlook", "milestone_on", nullable=True)
    op.create_check_constraint(
        op.f("ck_arrival_outlook_milestone_with_its_day"),
        "arrival_outlook",
        "num_nonnulls(milestone, milestone_on) <> 1",
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
