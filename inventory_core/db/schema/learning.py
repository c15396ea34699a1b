"""Tables of what is learned from what came: released models, overrides, outcomes, alarms.

Decides that one release is champion and that an override changes demand in one way only; never
whether a forecast was good.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from inventory_core.db.schema.registry import (
    METADATA,
    id_column,
    key_column,
    one_of,
    recorded_at,
    refers_to,
    text_column,
    time_column,
    version_column,
)
from inventory_core.vocabulary import AlarmKind, ForecastGrain, OverrideReason, ReleaseState

# Every retraining is a release; the champion's run is the one that planning uses.
model_release = Table(
    "model_release",
    METADATA,
    id_column(),
    key_column(),
    refers_to("run_id", "forecast_run.id", unique=True),
    Column("state", String(20), nullable=False),
    Column("configuration", String(64), nullable=False, comment="hash of code and settings"),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("scores", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("loss", Float, comment="backtest loss of the champions of its series"),
    Column("baseline_loss", Float, comment="that of the seasonal naive baseline"),
    Column("cpu_seconds", Float),
    Column("reason", String(40), nullable=False, comment="why it holds its state"),
    Column("gain", Float, comment="share by which it beat the champion of its day"),
    refers_to("against_id", "model_release.id", nullable=True),
    refers_to("decided_by_id", "person.id"),
    time_column("decided_at"),
    recorded_at(),
    one_of("state", ReleaseState),
    Index(
        "uq_model_release_champion",
        "state",
        unique=True,
        postgresql_where=text("state = 'champion'"),
    ),
)

# What a person knows that no history holds, of one SKU at one warehouse or of all that `grain` and
# `part` name; `model_units` and `naive_units` keep what would have been said without it, so that it
# can be judged when the days have passed.
forecast_override = Table(
    "forecast_override",
    METADATA,
    id_column(),
    key_column(),
    refers_to("sku_id", "sku.id", nullable=True),
    refers_to("warehouse_id", "location.id", nullable=True),
    Column("grain", String(12), comment="of a whole part: which kind of part"),
    text_column("part", default=""),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("change_percent", Numeric(8, 2)),
    Column("units_per_day", Numeric(14, 3)),
    Column("reason", String(20), nullable=False),
    text_column("note", default=""),
    refers_to("run_id", "forecast_run.id"),
    Column("model_units", Float, nullable=False, comment="forecast of its days when it was made"),
    Column("naive_units", Float, comment="the same by the seasonal naive baseline"),
    Column("planned_units", Float, nullable=False, comment="what it made of them"),
    refers_to("made_by_id", "person.id"),
    recorded_at(),
    time_column("withdrawn_at", nullable=True),
    refers_to("withdrawn_by_id", "person.id", nullable=True),
    one_of("reason", OverrideReason),
    CheckConstraint(
        "(sku_id IS NULL) = (warehouse_id IS NULL) AND (sku_id IS NULL) <> (grain IS NULL)",
        name="one_series_or_one_part",
    ),
    one_of("grain", ForecastGrain),
    CheckConstraint(
        "CASE WHEN grain = 'channel' THEN part ~ '^[0-9]{1,18}$'"
        " ELSE coalesce(grain, '') IN ('market', 'category') OR part = '' END",
        name="part_of_its_grain",
    ),
    CheckConstraint("grain IS NULL OR change_percent IS NOT NULL", name="part_by_percent"),
    CheckConstraint("last_on >= first_on", name="days_in_order"),
    CheckConstraint(
        "(change_percent IS NULL) <> (units_per_day IS NULL)", name="one_kind_of_change"
    ),
    CheckConstraint(
        "change_percent >= -100 AND change_percent <= 1000", name="change_percent_in_range"
    ),
    CheckConstraint("units_per_day >= 0", name="units_not_negative"),
    CheckConstraint(
        "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_by_somebody"
    ),
    Index("ix_forecast_override_pair", "sku_id", "warehouse_id", "first_on"),
)

# One week (Monday to Sunday) of one series: what had been said before it began, and what came.
forecast_outcome = Table(
    "forecast_outcome",
    METADATA,
    refers_to("sku_id", "sku.id"),
    refers_to("warehouse_id", "location.id"),
    Column("week_on", Date, nullable=False),
    refers_to("run_id", "forecast_run.id"),
    Column("actual", Float, nullable=False),
    Column("model", Float, nullable=False),
    Column("planned", Float, nullable=False, comment="the model with the overrides of the day"),
    Column("naive", Float),
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("seen", Boolean, nullable=False, comment="false: partly out of stock, not judged"),
    Column("channel_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("channel_actual", ARRAY(Float), nullable=False, server_default=text("'{}'")),
    Column("channel_model", ARRAY(Float), nullable=False, server_default=text("'{}'")),
    recorded_at(),
    PrimaryKeyConstraint("sku_id", "warehouse_id", "week_on"),
    CheckConstraint(
        "cardinality(channel_ids) = cardinality(channel_actual)"
        " AND cardinality(channel_ids) = cardinality(channel_model)",
        name="channels_in_step",
    ),
    Index("ix_forecast_outcome_week", "week_on"),
)

forecast_alarm = Table(
    "forecast_alarm",
    METADATA,
    id_column(),
    Column("kind", String(20), nullable=False),
    refers_to("sku_id", "sku.id", nullable=True),
    refers_to("warehouse_id", "location.id", nullable=True),
    text_column("category", nullable=True),
    Column("measure", Float, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("weeks", Integer, nullable=False),
    Column("last_week_on", Date, nullable=False),
    time_column("opened_at"),
    time_column("closed_at", nullable=True),
    one_of("kind", AlarmKind),
    CheckConstraint(
        "(sku_id IS NULL) = (warehouse_id IS NULL) AND (sku_id IS NULL) <> (category IS NULL)",
        name="one_subject",
    ),
    Index(
        "uq_forecast_alarm_open",
        "kind",
        text("coalesce(sku_id, 0)"),
        text("coalesce(warehouse_id, 0)"),
        text("coalesce(category, '')"),
        unique=True,
        postgresql_where=text("closed_at IS NULL"),
    ),
)

# One row, or none: the defaults of `planning/learning_limits.py` hold.
learning_limits = Table(
    "learning_limits",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("release_margin", Numeric(5, 4), nullable=False),
    Column("tracking_signal", Numeric(6, 2), nullable=False),
    Column("bias_share", Numeric(5, 4), nullable=False),
    Column("least_coverage", Numeric(5, 4), nullable=False),
    Column("weeks", Integer, nullable=False),
    version_column(),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("weeks BETWEEN 4 AND 52", name="weeks_in_range"),
)
