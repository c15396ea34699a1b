"""The table of what people say of single lines of demand. Decides that words follow one another.

A word names the one it follows, so that two people who saw the same cannot both have the last one.
It never says what the rule finds; whoever reads demand puts both together.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    UniqueConstraint,
    text,
)

from inventory_core.db.schema.registry import (
    METADATA,
    id_column,
    key_column,
    one_of,
    recorded_at,
    refers_to,
    text_column,
)
from inventory_core.vocabulary_planning import DemandWord, DemandWordReason

# It only grows: of one line the latest word holds, and the word `rule` takes the ones before back.
# A line is that of an order, or one of imported history, which has no foreign keys; `line_id` is
# how the SELECTs of demand name both: those of imported history below zero.
demand_word = Table(
    "demand_word",
    METADATA,
    id_column(),
    key_column(),
    refers_to("order_line_id", "sales_order_line.id", nullable=True),
    Column("sales_line_id", BigInteger),
    Column(
        "line_id",
        BigInteger,
        Computed("coalesce(order_line_id, -sales_line_id)", persisted=True),
        nullable=False,
    ),
    Column("after_id", BigInteger, comment="the word on the same line that it follows"),
    Column("word", String(12), nullable=False),
    Column("reason", String(20)),
    text_column("note", default=""),
    refers_to("said_by_id", "person.id"),
    recorded_at(),
    one_of("word", DemandWord),
    one_of("reason", DemandWordReason),
    CheckConstraint("num_nonnulls(order_line_id, sales_line_id) = 1", name="one_line"),
    CheckConstraint("sales_line_id > 0", name="sales_line_positive"),
    CheckConstraint(
        "CASE word WHEN 'ordinary' THEN coalesce(reason, '') IN"
        " ('comes_again', 'usual_size', 'other') WHEN 'one_off' THEN coalesce(reason, '') IN"
        " ('project', 'bought_ahead', 'entry_error', 'other') ELSE reason IS NULL END",
        name="reason_of_its_word",
    ),
    CheckConstraint("reason <> 'other' OR btrim(note) <> ''", name="other_needs_a_note"),
    CheckConstraint("word <> 'rule' OR after_id IS NOT NULL", name="taken_back_after_a_word"),
    UniqueConstraint("after_id"),
    UniqueConstraint("id", "line_id"),
    ForeignKeyConstraint(["after_id", "line_id"], ["demand_word.id", "demand_word.line_id"]),
    Index(
        "uq_demand_word_first", "line_id", unique=True, postgresql_where=text("after_id IS NULL")
    ),
    Index("ix_demand_word_line", "line_id", "id"),
)
