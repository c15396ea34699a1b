"""Tables of what stock cost, of closed months and of counts.

Decides that a layer cannot be overdrawn and that an empty one is worth nothing; values are in the
base currency, exact to six places.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    text,
)

from inventory_core.db.schema.registry import (
    AMOUNT,
    METADATA,
    RATE,
    UNIT_COST,
    currency_column,
    id_column,
    is_number,
    key_column,
    quantity_column,
    recorded_at,
    refers_to,
    time_column,
    version_column,
)

cost_layer = Table(
    "cost_layer",
    METADATA,
    id_column(),
    refers_to("cost_pool_id", "cost_pool.id"),
    refers_to("sku_id", "sku.id"),
    refers_to("operation_id", "operation.id", index=True),
    refers_to("origin_layer_id", "cost_layer.id", nullable=True),
    time_column("received_at"),
    quantity_column("quantity"),
    quantity_column("quantity_left"),
    Column("value", AMOUNT, nullable=False, comment="base currency, exact total"),
    Column("value_left", AMOUNT, nullable=False),
    Column("source_value", AMOUNT),
    currency_column(nullable=True),
    Column("rate", RATE),
    Column("rate_on", Date),
    recorded_at(),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint("quantity_left BETWEEN 0 AND quantity", name="not_overdrawn"),
    CheckConstraint("value >= 0 AND value_left >= 0", name="value_not_negative"),
    CheckConstraint("quantity_left > 0 OR value_left = 0", name="empty_is_worthless"),
    is_number("value"),
    is_number("value_left"),
    Index(
        "ix_cost_layer_open",
        "cost_pool_id",
        "sku_id",
        "id",
        postgresql_where=text("quantity_left > 0"),
    ),
)

cost_use = Table(
    "cost_use",
    METADATA,
    id_column(),
    refers_to("cost_layer_id", "cost_layer.id", index=True),
    refers_to("operation_id", "operation.id", index=True),
    Column("line_no", Integer, nullable=False),
    quantity_column("quantity"),
    Column("value", AMOUNT, nullable=False),
    recorded_at(),
    CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    is_number("value"),
)

# Late freight, invoice differences, revaluation: split between what is left and what was sold.
cost_adjustment = Table(
    "cost_adjustment",
    METADATA,
    id_column(),
    refers_to("operation_id", "operation.id"),
    refers_to("cost_layer_id", "cost_layer.id", index=True),
    refers_to("charge_id", "charge.id", nullable=True),
    Column("value_to_stock", AMOUNT, nullable=False),
    Column("value_to_sold", AMOUNT, nullable=False),
    time_column("occurred_at"),
    recorded_at(),
    is_number("value_to_stock"),
    is_number("value_to_sold"),
)

# Total quantity and value of a pool: moving average = value / quantity, never a stored price.
cost_pool_total = Table(
    "cost_pool_total",
    METADATA,
    refers_to("cost_pool_id", "cost_pool.id", primary_key=True),
    refers_to("sku_id", "sku.id", primary_key=True),
    quantity_column("quantity", default=0),
    Column("value", AMOUNT, nullable=False, server_default=text("0")),
    CheckConstraint("quantity >= 0 AND value >= 0", name="not_negative"),
    CheckConstraint("quantity > 0 OR value = 0", name="empty_is_worthless"),
    is_number("value"),
)

closed_period = Table(
    "closed_period",
    METADATA,
    Column("month_on", Date, primary_key=True),
    refers_to("person_id", "person.id"),
    Column("row_count", BigInteger, nullable=False),
    Column("content_hash", String(64), nullable=False),
    recorded_at(),
)

stock_count = Table(
    "stock_count",
    METADATA,
    id_column(),
    key_column(),
    refers_to("warehouse_id", "location.id"),
    refers_to("person_id", "person.id"),
    refers_to("operation_id", "operation.id", nullable=True),
    time_column("counted_at"),
    recorded_at(),
    version_column(),
)

stock_count_line = Table(
    "stock_count_line",
    METADATA,
    refers_to("stock_count_id", "stock_count.id", primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("sku_id", BigInteger, nullable=False),
    refers_to("location_id", "location.id"),
    refers_to("lot_id", "lot.id", server_default=text("0")),
    quantity_column("expected"),
    quantity_column("counted"),
    Column("unit_cost", UNIT_COST),
    ForeignKeyConstraint(["sku_id"], ["sku.id"]),
    CheckConstraint("counted >= 0", name="counted_not_negative"),
)
