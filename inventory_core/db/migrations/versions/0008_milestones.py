"""Milestones of the way of goods, the arrivals reckoned from them, and sale events of one's own."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CLOCK = sa.text("yiben_clock()")
_MILESTONES = "'made', 'left_factory', 'departed', 'at_port', 'cleared'"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_offer_leg_kind_known"), "offer_leg", type_="check")
    op.create_check_constraint(
        op.f("ck_offer_leg_kind_known"),
        "offer_leg",
        "kind IN ('production', 'quality', 'booking', 'transport', 'customs', 'check_in')",
    )
    _make_milestone()
    _make_arrival_outlook()
    _make_sale_event()


def _make_milestone() -> None:
    op.create_table(
        "milestone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=True),
        sa.Column("transfer_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.CheckConstraint(f"kind IN ({_MILESTONES})", name=op.f("ck_milestone_kind_known")),
        sa.CheckConstraint(
            "num_nonnulls(purchase_order_id, transfer_id) = 1",
            name=op.f("ck_milestone_one_subject"),
        ),
        sa.CheckConstraint(
            "occurred_on <= (recorded_at AT TIME ZONE 'UTC')::date + 1",
            name=op.f("ck_milestone_has_happened"),
        ),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_order.id"],
            name=op.f("fk_milestone_purchase_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_milestone_transfer_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_milestone_person_id")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_milestone_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("key", name=op.f("uq_milestone_key")),
    )
    for column in ("purchase_order_id", "transfer_id", "import_id"):
        op.create_index(op.f(f"ix_milestone_{column}"), "milestone", [column])
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON milestone"
        " FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON milestone"
        " FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()"
    )


def _make_arrival_outlook() -> None:
    op.create_table(
        "arrival_outlook",
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("earliest_on", sa.Date(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=False),
        sa.Column("milestone", sa.String(20), nullable=False),
        sa.Column("milestone_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            f"milestone IN ({_MILESTONES})", name=op.f("ck_arrival_outlook_milestone_known")
        ),
        sa.CheckConstraint(
            "expected_on BETWEEN earliest_on AND latest_on AND earliest_on >= milestone_on",
            name=op.f("ck_arrival_outlook_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_order.id"],
            name=op.f("fk_arrival_outlook_purchase_order_id"),
        ),
        sa.PrimaryKeyConstraint("purchase_order_id", name=op.f("pk_arrival_outlook")),
    )


def _make_sale_event() -> None:
    op.create_table(
        "sale_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_CLOCK, nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('prime_day', 'black_friday', 'singles_day', 'own')",
            name=op.f("ck_sale_event_kind_known"),
        ),
        sa.CheckConstraint(
            "ends_on BETWEEN starts_on AND starts_on + 60",
            name=op.f("ck_sale_event_days_in_order"),
        ),
        sa.CheckConstraint(
            "name_zh <> '' OR name_en <> ''", name=op.f("ck_sale_event_has_a_name")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_event")),
        sa.UniqueConstraint("key", name=op.f("uq_sale_event_key")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
