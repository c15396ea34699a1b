"""Planning counts freight and duty of goods from abroad; until somebody states them, by guess."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_GUESSES = {"import_freight_share": "0.10", "import_air_share": "0.35", "duty_share": "0.05"}


def upgrade() -> None:
    for name, guess in _GUESSES.items():
        share = sa.Column(name, sa.Numeric(6, 4), nullable=False, server_default=sa.text(guess))
        op.add_column("plan_cost", share)
    op.create_check_constraint(
        op.f("ck_plan_cost_import_shares_in_range"),
        "plan_cost",
        "import_freight_share BETWEEN 0 AND 5 AND import_air_share BETWEEN 0 AND 5"
        " AND duty_share BETWEEN 0 AND 5",
    )
    # Nobody who stated the other figures was asked for these.
    names = ", ".join(f"'{name}'" for name in _GUESSES)
    op.execute(f"UPDATE plan_cost SET assumed = assumed || ARRAY[{names}]::varchar[]")  # noqa: S608


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
