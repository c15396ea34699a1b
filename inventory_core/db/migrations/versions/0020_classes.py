"""Every SKU has a class, and a class may have a service level and a review period of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_AMOUNT = sa.Numeric(24, 6)
_CLOCK = sa.text("yiben_clock()")
_ABC = "abc IN ('A', 'B', 'C', 'new', 'none')"
_XYZ = "xyz IN ('X', 'Y', 'Z', 'none')"


def upgrade() -> None:
    _make_classes()
    _make_choices()
    for table in ("sku_class_move", "class_choice", "class_policy"):
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()"
        )


def _make_classes() -> None:
    op.create_table(
        "sku_class",
        sa.Column("sku_id", sa.BigInteger(), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False, comment="the day of the newest classing"),
        sa.Column("abc", sa.String(4), nullable=False),
        sa.Column("xyz", sa.String(4), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(20), nullable=False, comment="what amount is"),
        sa.Column("amount", _AMOUNT, nullable=False, comment="of 12 months, base currency"),
        sa.Column("place", sa.Integer(), comment="1: the largest amount; NULL: not ranked"),
        sa.Column("ranked", sa.Integer(), nullable=False, comment="SKUs that were ranked"),
        sa.Column("share", sa.Float(), comment="of the sum of all positive amounts"),
        sa.Column("reached", sa.Float(), comment="share of all SKUs with this amount or more"),
        sa.Column("border_a", _AMOUNT, comment="between the last A and the first B"),
        sa.Column("border_b", _AMOUNT, comment="between the last B and the first C"),
        sa.Column(
            "variation",
            sa.Float(),
            comment="of weekly demand: deviation / mean; NULL: too few weeks",
        ),
        sa.Column(
            "weeks", sa.Integer(), nullable=False, comment="weeks that variation was measured over"
        ),
        sa.CheckConstraint(_ABC, name=op.f("ck_sku_class_abc_known")),
        sa.CheckConstraint(_XYZ, name=op.f("ck_sku_class_xyz_known")),
        sa.CheckConstraint(
            "measure IN ('margin', 'usual_margin', 'sales')", name=op.f("ck_sku_class_measure_known")
        ),
        sa.CheckConstraint(
            "amount <> 'NaN'::numeric", name=op.f("ck_sku_class_amount_is_number")
        ),
        sa.CheckConstraint("since_on <= as_of_on", name=op.f("ck_sku_class_since_not_ahead")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_sku_class_sku_id")),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_sku_class")),
    )
    op.create_table(
        "sku_class_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sku_id", sa.BigInteger(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("abc", sa.String(4), nullable=False),
        sa.Column("xyz", sa.String(4), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.CheckConstraint(_ABC, name=op.f("ck_sku_class_move_abc_known")),
        sa.CheckConstraint(_XYZ, name=op.f("ck_sku_class_move_xyz_known")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_sku_class_move_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sku_class_move")),
    )
    op.create_index("ix_sku_class_move_sku", "sku_class_move", ["sku_id", "since_on", "id"])


def _make_choices() -> None:
    op.create_table(
        "class_choice",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("a_share", sa.Numeric(5, 4), nullable=False),
        sa.Column("b_share", sa.Numeric(5, 4), nullable=False),
        sa.Column("x_most", sa.Numeric(6, 4), nullable=False, comment="largest variation that is X"),
        sa.Column("y_most", sa.Numeric(6, 4), nullable=False),
        sa.Column(
            "band",
            sa.Numeric(5, 4),
            nullable=False,
            comment="beyond a border, before a SKU moves",
        ),
        sa.Column("new_days", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.CheckConstraint(
            "a_share BETWEEN 0.01 AND 0.99 AND b_share BETWEEN 0.01 AND 0.999"
            " AND a_share < b_share",
            name=op.f("ck_class_choice_shares_in_order"),
        ),
        sa.CheckConstraint(
            "x_most BETWEEN 0.01 AND 50 AND y_most BETWEEN 0.01 AND 50 AND x_most < y_most",
            name=op.f("ck_class_choice_variations_in_order"),
        ),
        sa.CheckConstraint("band BETWEEN 0 AND 0.5", name=op.f("ck_class_choice_band_in_range")),
        sa.CheckConstraint(
            "new_days BETWEEN 14 AND 365", name=op.f("ck_class_choice_new_days_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_class_choice_person_id")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_class_choice")),
    )
    op.create_table(
        "class_policy",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cell", sa.String(2), nullable=False, comment="a class A, or a part of it AX"),
        sa.Column("service_level", sa.Numeric(5, 4)),
        sa.Column("review_days", sa.Integer()),
        sa.CheckConstraint("cell ~ '^[ABC][XYZ]?$'", name=op.f("ck_class_policy_cell_known")),
        sa.CheckConstraint(
            "service_level BETWEEN 0.5 AND 0.999",
            name=op.f("ck_class_policy_service_level_in_range"),
        ),
        sa.CheckConstraint(
            "review_days BETWEEN 1 AND 365", name=op.f("ck_class_policy_review_days_in_range")
        ),
        sa.CheckConstraint(
            "num_nonnulls(service_level, review_days) > 0",
            name=op.f("ck_class_policy_something_is_set"),
        ),
        sa.ForeignKeyConstraint(
            ["version"], ["class_choice.version"], name=op.f("fk_class_policy_version")
        ),
        sa.PrimaryKeyConstraint("version", "cell", name=op.f("pk_class_policy")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
