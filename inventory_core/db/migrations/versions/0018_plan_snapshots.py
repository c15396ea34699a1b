"""Every plan keeps what it stood on, so that it can be computed again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_snapshot",
        sa.Column(
            "id", sa.String(64), nullable=False, comment="SHA-256 of content, in hexadecimal"
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False, comment="all SKUs; else those of one act"),
        sa.Column(
            "answer_hash",
            sa.String(64),
            nullable=False,
            comment="SHA-256 of all that the plan said",
        ),
        sa.Column(
            "left_alone",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="places proposed where an answer was awaited or a no still held",
        ),
        sa.Column("content", sa.LargeBinary(), comment="NULL: forgotten"),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("yiben_clock()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_snapshot")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["forecast_run.id"], name=op.f("fk_plan_snapshot_run_id")
        ),
        sa.CheckConstraint(
            "content IS NULL OR id = encode(sha256(content), 'hex')",
            name=op.f("ck_plan_snapshot_id_is_hash_of_content"),
        ),
    )
    said = "plan_snapshot_suggestion"
    op.create_table(
        said,
        sa.Column("snapshot_id", sa.String(64), nullable=False),
        sa.Column("suggestion_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "snapshot_id", "suggestion_id", "revision", name=op.f(f"pk_{said}")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["plan_snapshot.id"],
            name=op.f(f"fk_{said}_snapshot_id"),
        ),
        sa.ForeignKeyConstraint(
            ["suggestion_id", "revision"],
            ["suggestion_revision.suggestion_id", "suggestion_revision.revision"],
            name=op.f(f"fk_{said}_suggestion_id_revision"),
        ),
    )
    op.create_index(
        f"uq_{said}_maker",
        said,
        ["suggestion_id", "revision"],
        unique=True,
        postgresql_where=sa.text("made"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
