"""Days on which a channel did not sell a SKU that was there, as people state them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sale_pause",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sku_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True, comment="NULL: until further notice"),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("yiben_clock()"),
            nullable=False,
        ),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "reason IN ('suspended', 'buy_box_lost', 'taken_down', 'other')",
            name=op.f("ck_sale_pause_reason_known"),
        ),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_sale_pause_days_in_order")),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(sku_id, sku_id, '[]')"), "&&"),
            (sa.text("int8range(coalesce(account_id, 0), coalesce(account_id, 0), '[]')"), "&&"),
            (sa.text("daterange(first_on, last_on, '[]')"), "&&"),
            name="ex_sale_pause_no_overlap",
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_sale_pause_sku_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_account.id"], name=op.f("fk_sale_pause_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_sale_pause_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_pause")),
    )
    op.create_index(op.f("ix_sale_pause_sku_id"), "sale_pause", ["sku_id"])
    op.create_index(op.f("ix_sale_pause_import_id"), "sale_pause", ["import_id"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
