"""Tables of what was forecast and proposed: runs, forecasts, policies, suggestions, KPI days.

Decides that one suggestion per SKU, warehouse and origin is open; never a quantity.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from inventory_core.db.schema.registry import (
    AMOUNT,
    METADATA,
    currency_column,
    id_column,
    import_column,
    key_column,
    one_of,
    quantity_column,
    recorded_at,
    refers_to,
    text_column,
    time_column,
)
from inventory_core.vocabulary import ForecastGrain, SuggestionKind, SuggestionState


def _amount(name: str, *, comment: str = "") -> Column[Any]:
    return Column(name, AMOUNT, nullable=False, server_default=text("0"), comment=comment or None)


forecast_run = Table(
    "forecast_run",
    METADATA,
    id_column(),
    key_column(),
    Column("as_of_on", Date, nullable=False),
    time_column("data_watermark_at"),
    Column("history_hash", String(64), nullable=False),
    Column("frequency", String(10), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("code_version", String(40), nullable=False),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("scores", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("current", Boolean, nullable=False, server_default=text("false")),
    Column("planned_on", Date, comment="the day of the newest plan made from it"),
    recorded_at(),
    Index("uq_forecast_run_current", "current", unique=True, postgresql_where=text("current")),
)

# One row per series: the quantile paths as arrays, level -> [step 1 .. horizon].
forecast = Table(
    "forecast",
    METADATA,
    refers_to("run_id", "forecast_run.id"),
    refers_to("sku_id", "sku.id"),
    refers_to("warehouse_id", "location.id"),
    Column("champion", String(40), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("mean", ARRAY(Float), nullable=False),
    Column("naive", ARRAY(Float), comment="the seasonal naive baseline, by period"),
    Column("quantiles", JSONB, nullable=False),
    Column("totals", JSONB, nullable=False, comment="days -> mean or level -> units"),
    Column("scores", JSONB, nullable=False, comment="candidate -> error per period in the trial"),
    Column("selling_price", AMOUNT, comment="recent mean, base currency; NULL: no rate known"),
    Column(
        "channel_ids",
        ARRAY(BigInteger),
        nullable=False,
        server_default=text("'{}'"),
        comment="the accounts it sells through; 0: none known",
    ),
    Column(
        "channel_cuts",
        ARRAY(Integer),
        nullable=False,
        server_default=text("'{}'"),
        comment="their shares summed up, in millionths",
    ),
    PrimaryKeyConstraint("run_id", "sku_id", "warehouse_id"),
    CheckConstraint(
        "cardinality(channel_ids) = cardinality(channel_cuts) AND (channel_cuts = '{}'"
        " OR channel_cuts[cardinality(channel_cuts)] = 1000000)",
        name="channels_are_the_whole",
    ),
)

# What a run says of many series together. The mean is the sum of its series and read from them;
# kept here is what cannot be added up: how sure the sum is, and the history it continues.
forecast_sum = Table(
    "forecast_sum",
    METADATA,
    refers_to("run_id", "forecast_run.id"),
    Column("grain", String(20), nullable=False),
    Column("part", Text, nullable=False, comment="account id, country, category; company: empty"),
    Column("starts_on", Date, nullable=False),
    Column("mean", ARRAY(Float), nullable=False),
    Column("quantiles", JSONB, nullable=False, comment="level -> units by period"),
    Column("totals", JSONB, nullable=False, comment="days -> mean or level -> units"),
    Column("past", ARRAY(BigInteger), nullable=False, comment="units a day up to starts_on"),
    PrimaryKeyConstraint("run_id", "grain", "part"),
    one_of("grain", ForecastGrain),
)

policy = Table(
    "policy",
    METADATA,
    refers_to("run_id", "forecast_run.id"),
    refers_to("sku_id", "sku.id"),
    refers_to("warehouse_id", "location.id"),
    refers_to("offer_id", "offer.id", nullable=True),
    Column("lead_time_days", Integer, nullable=False),
    Column("review_days", Integer, nullable=False),
    Column("service_level", Numeric(5, 4), nullable=False),
    Column("demand_mean", Float, nullable=False, comment="over the protection interval"),
    quantity_column("safety_stock"),
    quantity_column("reorder_point"),
    quantity_column("order_up_to"),
    Column("fill_rate", Float),
    Column("trace", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    PrimaryKeyConstraint("run_id", "sku_id", "warehouse_id"),
    CheckConstraint(
        "safety_stock >= 0 AND reorder_point >= 0 AND order_up_to >= reorder_point",
        name="levels_in_order",
    ),
)

suggestion = Table(
    "suggestion",
    METADATA,
    id_column(),
    key_column(),
    Column("kind", String(20), nullable=False),
    refers_to("sku_id", "sku.id", index=True),
    refers_to("warehouse_id", "location.id"),
    refers_to("from_warehouse_id", "location.id", nullable=True),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    time_column("opened_at"),
    time_column("closed_at", nullable=True),
    one_of("kind", SuggestionKind),
    one_of("state", SuggestionState),
    Index(
        "uq_suggestion_open",
        "kind",
        "sku_id",
        "warehouse_id",
        "from_warehouse_id",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("state IN ('open', 'needs_supplier')"),
    ),
)

# The numbers of a suggestion as they stood; a change of numbers is a new revision.
suggestion_revision = Table(
    "suggestion_revision",
    METADATA,
    refers_to("suggestion_id", "suggestion.id"),
    Column("revision", Integer, nullable=False),
    refers_to("run_id", "forecast_run.id"),
    refers_to("supplier_id", "supplier.id", nullable=True),
    refers_to("offer_id", "offer.id", nullable=True),
    refers_to("from_warehouse_id", "location.id", nullable=True),
    Column("ship_method", String(20), nullable=False, server_default="sea"),
    quantity_column("quantity"),
    Column("unit_price", AMOUNT),
    currency_column(nullable=True),
    Column("amount_base", AMOUNT, comment="base currency; NULL where no rate is known"),
    Column("value_at_risk_base", AMOUNT),
    Column("order_by_on", Date, comment="latest order date; NULL where it is already past"),
    Column("days_late", Integer, nullable=False, server_default=text("0")),
    Column("arrives_on", Date),
    Column("runs_out_on", Date),
    Column("days_of_cover", Float),
    Column("assumed", ARRAY(String(40)), nullable=False, server_default=text("'{}'")),
    Column("trace", JSONB, nullable=False),
    Column("content_hash", String(64), nullable=False),
    recorded_at(),
    PrimaryKeyConstraint("suggestion_id", "revision"),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint("days_late >= 0", name="days_late_not_negative"),
)

# Rules a person set by hand for one SKU and warehouse; they win over the computed ones. A rule that
# sets nothing is no row; who took it back stands in the audit.
replenish_rule = Table(
    "replenish_rule",
    METADATA,
    Column("id", BigInteger, Identity(always=False), nullable=False, unique=True),
    refers_to("sku_id", "sku.id"),
    refers_to("warehouse_id", "location.id"),
    Column("service_level", Numeric(5, 4)),
    Column("review_days", Integer),
    quantity_column("minimum", nullable=True),
    quantity_column("maximum", nullable=True),
    Column("buying", Boolean, nullable=False, server_default=text("true")),
    text_column("reason", default=""),
    refers_to("set_by_id", "person.id", server_default=text("0")),
    recorded_at(),
    import_column(),
    PrimaryKeyConstraint("sku_id", "warehouse_id"),
    CheckConstraint("service_level BETWEEN 0.5 AND 0.999", name="service_level_in_range"),
    CheckConstraint("review_days BETWEEN 1 AND 365", name="review_days_in_range"),
    CheckConstraint("minimum BETWEEN 0 AND 10000000", name="minimum_in_range"),
    CheckConstraint("maximum BETWEEN 0 AND 10000000", name="maximum_in_range"),
    CheckConstraint("minimum <= maximum", name="minimum_and_maximum_in_order"),
    CheckConstraint(
        "NOT buying OR num_nonnulls(service_level, review_days, minimum, maximum) > 0",
        name="something_is_set",
    ),
)

# Once a day, in the base currency: what the KPIs need, so that no screen sums the ledger. One row
# for everything of a warehouse (category '*', account 0), one per category, and for what flows
# (sales, cost, orders) one per channel account; stock itself belongs to no channel.
kpi_day = Table(
    "kpi_day",
    METADATA,
    Column("on_day", Date, nullable=False),
    refers_to("warehouse_id", "location.id"),
    Column("category", Text, nullable=False, server_default="*"),
    Column("account_id", BigInteger, nullable=False, server_default=text("0")),
    _amount("closing_value"),
    _amount("in_transit_value", comment="on its way to this warehouse"),
    _amount("dead_value"),
    _amount("dead_value_double", comment="the second band: twice as many days without a sale"),
    _amount("cost_of_sales"),
    Column("sales", AMOUNT, server_default=text("0"), comment="NULL where a rate is missing"),
    _amount("lost_sales"),
    quantity_column("orders", default=0),
    quantity_column("short_orders", default=0),
    quantity_column("units_sold", default=0),
    quantity_column("units_short", default=0),
    recorded_at(),
    PrimaryKeyConstraint("on_day", "warehouse_id", "category", "account_id"),
)
