"""Tables of classes: where a SKU stands now, when it moved, and what the company chose by class.

Decides that a class is one of a closed list, that moves and choices only grow, and that a policy
sets something; never which class a SKU has.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
)

from inventory_core.db.schema.registry import (
    AMOUNT,
    METADATA,
    id_column,
    is_number,
    one_of,
    recorded_at,
    refers_to,
)
from inventory_core.vocabulary_planning import AbcClass, XyzClass

# Where every SKU stood at the newest classing, with what it was judged by. Its class and the day
# since which it has it are those of its newest move.
sku_class = Table(
    "sku_class",
    METADATA,
    refers_to("sku_id", "sku.id", primary_key=True),
    Column("as_of_on", Date, nullable=False, comment="the day of the newest classing"),
    Column("abc", String(4), nullable=False),
    Column("xyz", String(4), nullable=False),
    Column("since_on", Date, nullable=False),
    Column("measure", String(20), nullable=False, comment="what amount is"),
    Column("amount", AMOUNT, nullable=False, comment="of 12 months, base currency"),
    Column("place", Integer, comment="1: the largest amount; NULL: not ranked"),
    Column("ranked", Integer, nullable=False, comment="SKUs that were ranked"),
    Column("share", Float, comment="of the sum of all positive amounts"),
    Column("reached", Float, comment="share of all SKUs with this amount or more"),
    Column("border_a", AMOUNT, comment="between the last A and the first B"),
    Column("border_b", AMOUNT, comment="between the last B and the first C"),
    Column("variation", Float, comment="of weekly demand: deviation / mean; NULL: too few weeks"),
    Column("weeks", Integer, nullable=False, comment="weeks that variation was measured over"),
    one_of("abc", AbcClass),
    one_of("xyz", XyzClass),
    CheckConstraint("measure IN ('margin', 'usual_margin', 'sales')", name="measure_known"),
    is_number("amount"),
    CheckConstraint("since_on <= as_of_on", name="since_not_ahead"),
)

# Append-only: one row for every move, the first one too.
sku_class_move = Table(
    "sku_class_move",
    METADATA,
    id_column(),
    refers_to("sku_id", "sku.id"),
    Column("since_on", Date, nullable=False),
    Column("abc", String(4), nullable=False),
    Column("xyz", String(4), nullable=False),
    recorded_at(),
    one_of("abc", AbcClass),
    one_of("xyz", XyzClass),
    Index("ix_sku_class_move_sku", "sku_id", "since_on", "id"),
)

# What the company chose, whole and by version; without a row the defaults hold. Append-only.
class_choice = Table(
    "class_choice",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("a_share", Numeric(5, 4), nullable=False),
    Column("b_share", Numeric(5, 4), nullable=False),
    Column("x_most", Numeric(6, 4), nullable=False, comment="largest variation that is X"),
    Column("y_most", Numeric(6, 4), nullable=False),
    Column("band", Numeric(5, 4), nullable=False, comment="beyond a border, before a SKU moves"),
    Column("new_days", Integer, nullable=False),
    refers_to("person_id", "person.id"),
    recorded_at(),
    CheckConstraint(
        "a_share BETWEEN 0.01 AND 0.99 AND b_share BETWEEN 0.01 AND 0.999 AND a_share < b_share",
        name="shares_in_order",
    ),
    CheckConstraint(
        "x_most BETWEEN 0.01 AND 50 AND y_most BETWEEN 0.01 AND 50 AND x_most < y_most",
        name="variations_in_order",
    ),
    CheckConstraint("band BETWEEN 0 AND 0.5", name="band_in_range"),
    CheckConstraint("new_days BETWEEN 14 AND 365", name="new_days_in_range"),
)

class_policy = Table(
    "class_policy",
    METADATA,
    Column("version", Integer, ForeignKey("class_choice.version"), nullable=False),
    Column("cell", String(2), nullable=False, comment="a class A, or a part of it AX"),
    Column("service_level", Numeric(5, 4)),
    Column("review_days", Integer),
    PrimaryKeyConstraint("version", "cell"),
    CheckConstraint("cell ~ '^[ABC][XYZ]?$'", name="cell_known"),
    CheckConstraint("service_level BETWEEN 0.5 AND 0.999", name="service_level_in_range"),
    CheckConstraint("review_days BETWEEN 1 AND 365", name="review_days_in_range"),
    CheckConstraint("num_nonnulls(service_level, review_days) > 0", name="something_is_set"),
)
