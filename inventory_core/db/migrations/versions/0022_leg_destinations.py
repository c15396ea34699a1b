"""A leg of an offer may hold for one country only: the way to Germany is another than to the US."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TABLE = "offer_leg"


def upgrade() -> None:
    op.add_column(
        _TABLE,
        sa.Column("destination", sa.String(2), server_default=sa.text("''"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_offer_leg_destination_is_country"), _TABLE, "destination ~ '^([A-Z]{2})?$'"
    )
    op.drop_constraint(op.f("pk_offer_leg"), _TABLE, type_="primary")
    op.create_primary_key(
        op.f("pk_offer_leg"), _TABLE, ["offer_id", "ship_method", "destination", "leg_no"]
    )
    op.create_index(
        "uq_offer_leg_into",
        _TABLE,
        ["offer_id", "ship_method", "destination", "kind"],
        unique=True,
        postgresql_where=sa.text("destination <> ''"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
