"""A sum of sales that is stated anew takes the place of the one before it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLE = "sales_line"
_KEY = ["invoice", "sku_text", "sold_at", "quantity", "unit_price", "occurrence", "source"]


def upgrade() -> None:
    summed = sa.Column("summed", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    op.add_column(_TABLE, summed)
    by = sa.Column("replaced_by", sa.BigInteger(), comment="the import that states its sum anew")
    op.add_column(_TABLE, by)
    op.create_check_constraint(
        op.f("ck_sales_line_replaced_by_an_import"),
        _TABLE,
        "(treatment = 'replaced') = (replaced_by IS NOT NULL)",
    )
    op.drop_constraint("uq_sales_line_once", _TABLE)
    op.create_index(
        "uq_sales_line_once",
        _TABLE,
        _KEY,
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("replaced_by IS NULL"),
    )
    op.create_index(
        "ix_sales_line_replaced_by",
        _TABLE,
        ["replaced_by"],
        postgresql_where=sa.text("replaced_by > 0"),
    )
    # Which of them were sums nobody kept; a row of a file that became several lines was one.
    op.execute("""
        UPDATE sales_line SET summed = true FROM (
            SELECT import_id, row_no FROM sales_line
            WHERE import_id IS NOT NULL AND row_no IS NOT NULL AND treatment = 'accepted'
            GROUP BY import_id, row_no HAVING count(*) > 1
        ) spread
        WHERE sales_line.import_id = spread.import_id AND sales_line.row_no = spread.row_no
            AND sales_line.treatment = 'accepted'
    """)


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
