"""Tables of what is sold, where it lies, who sells it and what a currency was worth.

Decides keys and constraints of SKUs, locations, channels, listings, rates, calendars, promotions;
never a balance.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    text,
)

from inventory_core.db.schema.registry import (
    METADATA,
    RATE,
    code_columns,
    currency_column,
    extension_columns,
    id_column,
    import_column,
    is_number,
    one_of,
    quantity_column,
    recorded_at,
    refers_to,
    text_column,
    version_column,
)
from inventory_core.vocabulary import (
    Authority,
    CostMethod,
    Language,
    LocationKind,
    OrderRule,
    WarehouseKind,
)

company = Table(
    "company",
    METADATA,
    Column("id", Integer, primary_key=True),
    CheckConstraint("id = 1", name="only_one"),
    text_column("name"),
    currency_column("base_currency"),
    Column("time_zone", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("cost_method", String(20), nullable=False, server_default="moving_average"),
    Column("dead_stock_days", Integer, nullable=False, server_default=text("90")),
    Column("service_level", Numeric(5, 4), nullable=False, server_default=text("0.95")),
    Column("review_days", Integer, nullable=False, server_default=text("7")),
    Column("holding_rate_year", Numeric(6, 4), nullable=False, server_default=text("0.25")),
    Column("order_rule", String(20), nullable=False, server_default="service_level"),
    Column("simulated", Boolean, nullable=False, server_default=text("false")),
    recorded_at(),
    version_column(),
    one_of("language", Language),
    one_of("cost_method", CostMethod),
    one_of("order_rule", OrderRule),
    CheckConstraint("service_level > 0.5 AND service_level < 1", name="service_level_in_range"),
    CheckConstraint("review_days BETWEEN 1 AND 90", name="review_days_in_range"),
    CheckConstraint("dead_stock_days BETWEEN 1 AND 1000", name="dead_stock_days_in_range"),
)

sku = Table(
    "sku",
    METADATA,
    id_column(),
    *code_columns(),
    text_column("name"),
    text_column("category", default=""),
    Column("state", String(20), nullable=False, server_default="active"),
    Column("unit", String(20), nullable=False, server_default="piece"),
    Column("weight_grams", Integer),
    Column("volume_cm3", Integer),
    quantity_column("carton_quantity", nullable=True),
    Column("shelf_life_days", Integer),
    Column("lot_tracked", Boolean, nullable=False, server_default=text("false")),
    Column("serial_tracked", Boolean, nullable=False, server_default=text("false")),
    Column("class_code", String(10), nullable=False, server_default=""),
    Column("launched_on", Date),
    refers_to("successor_id", "sku.id", nullable=True),
    recorded_at(),
    import_column(),
    *extension_columns(),
    version_column(),
    CheckConstraint("state IN ('active', 'discontinued', 'archived')", name="state_known"),
    CheckConstraint("carton_quantity > 0", name="carton_positive"),
    CheckConstraint("successor_id <> id", name="successor_is_another"),
)

# One unit = numerator / denominator base units, exactly; copied onto lines that use it.
sku_unit = Table(
    "sku_unit",
    METADATA,
    refers_to("sku_id", "sku.id", primary_key=True),
    Column("unit", String(20), primary_key=True),
    Column("numerator", BigInteger, nullable=False),
    Column("denominator", BigInteger, nullable=False, server_default=text("1")),
    CheckConstraint("numerator > 0 AND denominator > 0", name="ratio_positive"),
)

barcode = Table(
    "barcode",
    METADATA,
    Column("code", String(120), primary_key=True),
    refers_to("sku_id", "sku.id", index=True),
    Column("unit", String(20), nullable=False, server_default="piece"),
)

kit_part = Table(
    "kit_part",
    METADATA,
    refers_to("kit_sku_id", "sku.id", primary_key=True),
    refers_to("part_sku_id", "sku.id", primary_key=True),
    quantity_column("quantity"),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint("kit_sku_id <> part_sku_id", name="part_is_another"),
)

cost_pool = Table(
    "cost_pool",
    METADATA,
    id_column(),
    Column("code", String(120), nullable=False, unique=True),
)

calendar = Table(
    "calendar",
    METADATA,
    id_column(),
    Column("code", String(60), nullable=False, unique=True),
    text_column("name"),
    Column("work_weekdays", ARRAY(Integer), nullable=False, comment="ISO weekdays, Monday = 1"),
)

calendar_day = Table(
    "calendar_day",
    METADATA,
    refers_to("calendar_id", "calendar.id", primary_key=True),
    Column("on_day", Date, primary_key=True),
    Column("working", Boolean, nullable=False),
    text_column("reason", default=""),
)

location = Table(
    "location",
    METADATA,
    id_column(),
    *code_columns(),
    text_column("name"),
    Column("kind", String(20), nullable=False),
    refers_to("parent_id", "location.id", nullable=True),
    # The warehouse that a bin lies in; a warehouse names itself. NULL for virtual places.
    refers_to("warehouse_id", "location.id", nullable=True, index=True),
    Column("warehouse_kind", String(20)),
    Column("authority", String(20), nullable=False, server_default="ours"),
    Column("country", String(2)),
    Column("customs_region", String(20)),
    Column("time_zone", String(64)),
    refers_to("cost_pool_id", "cost_pool.id", nullable=True),
    refers_to("calendar_id", "calendar.id", nullable=True),
    Column("x_cm", Integer),
    Column("y_cm", Integer),
    Column("z_cm", Integer),
    Column("priority", Integer, nullable=False, server_default=text("100")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    recorded_at(),
    import_column(),
    *extension_columns(),
    version_column(),
    one_of("kind", LocationKind),
    one_of("warehouse_kind", WarehouseKind),
    one_of("authority", Authority),
    CheckConstraint(
        "kind <> 'warehouse' OR (warehouse_id = id AND warehouse_kind IS NOT NULL"
        " AND time_zone IS NOT NULL AND cost_pool_id IS NOT NULL)",
        name="warehouse_complete",
    ),
    Index("ix_location_kind", "kind"),
)

exchange_rate = Table(
    "exchange_rate",
    METADATA,
    Column("from_currency", String(3), primary_key=True),
    Column("to_currency", String(3), primary_key=True),
    Column("kind", String(20), primary_key=True, server_default="spot"),
    Column("on_day", Date, primary_key=True),
    Column("rate", RATE, nullable=False),
    text_column("source", default=""),
    recorded_at(),
    import_column(),
    CheckConstraint("rate > 0", name="rate_positive"),
    CheckConstraint("from_currency <> to_currency", name="currencies_differ"),
    is_number("rate"),
)
