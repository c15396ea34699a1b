"""An order that was cancelled before it was shipped is found again by every later file."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLE = "sales_line"


def upgrade() -> None:
    op.create_index(
        "ix_sales_line_withdrawn",
        _TABLE,
        ["source", "invoice", "sku_text"],
        postgresql_where=sa.text(
            "treatment IN ('order_cancelled', 'order_voided', 'order_refunded')"
        ),
    )
    op.alter_column(_TABLE, "replaced_by", comment="the import that states it anew")


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
