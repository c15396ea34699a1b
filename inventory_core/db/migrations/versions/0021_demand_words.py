"""A person's word on a line of demand: ordinary, one-off, or what the rule says."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TABLE = "demand_word"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("sales_line_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "line_id",
            sa.BigInteger(),
            sa.Computed("coalesce(order_line_id, -sales_line_id)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "after_id",
            sa.BigInteger(),
            nullable=True,
            comment="the word on the same line that it follows",
        ),
        sa.Column("word", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("said_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("yiben_clock()"),
            nullable=False,
        ),
        *_checks(),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["sales_order_line.id"], name=op.f("fk_demand_word_order_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["person.id"], name=op.f("fk_demand_word_said_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["after_id", "line_id"],
            ["demand_word.id", "demand_word.line_id"],
            name=op.f("fk_demand_word_after_id_line_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_word")),
        sa.UniqueConstraint("key", name=op.f("uq_demand_word_key")),
        sa.UniqueConstraint("after_id", name=op.f("uq_demand_word_after_id")),
        sa.UniqueConstraint("id", "line_id", name=op.f("uq_demand_word_id_line_id")),
    )
    op.create_index(
        "uq_demand_word_first",
        _TABLE,
        ["line_id"],
        unique=True,
        postgresql_where=sa.text("after_id IS NULL"),
    )
    op.create_index("ix_demand_word_line", _TABLE, ["line_id", "id"])
    for trigger, act, level in (
        ("refuse_change", "UPDATE OR DELETE", "ROW"),
        ("refuse_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {act} ON {_TABLE}"
            f" FOR EACH {level} EXECUTE FUNCTION yiben_refuse_change()"
        )


def _checks() -> list[sa.CheckConstraint]:
    rules = {
        "word_known": "word IN ('ordinary', 'one_off', 'rule')",
        "reason_known": "reason IN ('comes_again', 'usual_size', 'project', 'bought_ahead',"
        " 'entry_error', 'other')",
        "one_line": "num_nonnulls(order_line_id, sales_line_id) = 1",
        "sales_line_positive": "sales_line_id > 0",
        "reason_of_its_word": "CASE word WHEN 'ordinary' THEN coalesce(reason, '') IN"
        " ('comes_again', 'usual_size', 'other') WHEN 'one_off' THEN coalesce(reason, '') IN"
        " ('project', 'bought_ahead', 'entry_error', 'other') ELSE reason IS NULL END",
        "other_needs_a_note": "reason <> 'other' OR btrim(note) <> ''",
        "taken_back_after_a_word": "word <> 'rule' OR after_id IS NOT NULL",
    }
    return [
        sa.CheckConstraint(rule, name=op.f(f"ck_demand_word_{name}"))
        for name, rule in rules.items()
    ]


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
