"""Tables of what many suggestions share: lanes between warehouses, costs beside price and freight,
limits of a plan, its report.

Decides which parts a limit of each kind must have; never a quantity.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Integer,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from inventory_core.db.schema.registry import (
    AMOUNT,
    METADATA,
    currency_column,
    id_column,
    is_number,
    one_of,
    recorded_at,
    refers_to,
    text_column,
    version_column,
)
from inventory_core.vocabulary import PlanLimitKind, ShipMethod

# What one way from warehouse to warehouse takes and costs; without a row planning goes by the
# latest transfers, and between customs regions nothing is proposed without one or the other.
transfer_lane = Table(
    "transfer_lane",
    METADATA,
    id_column(),
    refers_to("from_warehouse_id", "location.id"),
    refers_to("to_warehouse_id", "location.id"),
    Column("ship_method", String(20), nullable=False),
    Column("days", Integer, nullable=False),
    Column("unit_freight", AMOUNT, nullable=False, server_default=text("0")),
    Column("kg_freight", AMOUNT, nullable=False, server_default=text("0")),
    Column("m3_freight", AMOUNT, nullable=False, server_default=text("0")),
    Column("removal_fee", AMOUNT, nullable=False, server_default=text("0"), comment="per unit"),
    Column("fixed_cost", AMOUNT, nullable=False, server_default=text("0"), comment="per transfer"),
    currency_column(),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    recorded_at(),
    version_column(),
    UniqueConstraint("from_warehouse_id", "to_warehouse_id", "ship_method"),
    one_of("ship_method", ShipMethod),
    CheckConstraint("from_warehouse_id <> to_warehouse_id", name="goes_somewhere"),
    CheckConstraint("days BETWEEN 0 AND 365", name="days_in_range"),
    CheckConstraint(
        "unit_freight >= 0 AND removal_fee >= 0 AND fixed_cost >= 0", name="costs_not_negative"
    ),
    CheckConstraint("kg_freight >= 0 AND m3_freight >= 0", name="rates_not_negative"),
    is_number("unit_freight"),
    is_number("kg_freight"),
    is_number("m3_freight"),
    is_number("removal_fee"),
    is_number("fixed_cost"),
)

# What planning counts beside price and freight, whole each time, from a day on; a later version of
# the same day takes its place. The first holds since ever. Without a row our assumptions count.
plan_cost = Table(
    "plan_cost",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("valid_from", Date, nullable=False),
    Column("order_line_cost", AMOUNT, nullable=False, comment="base currency"),
    currency_column("fee_currency"),
    Column("aged_after_days", Integer, nullable=False),
    Column("aged_fee", AMOUNT, nullable=False, comment="per unit and month"),
    Column("low_cover_days", Integer, nullable=False),
    Column("low_fee", AMOUNT, nullable=False, comment="per unit sold"),
    Column("storage_fee", AMOUNT, nullable=False, comment="per m³ and month"),
    Column("freight_share", Numeric(6, 4), nullable=False, comment="of the purchase price"),
    Column("removal_share", Numeric(6, 4), nullable=False, comment="of the purchase price"),
    Column("removal_days", Integer, nullable=False),
    Column("margin_share", Numeric(6, 4), nullable=False, comment="of the landed cost"),
    Column("import_freight_share", Numeric(6, 4), nullable=False, server_default=text("0.10")),
    Column("import_air_share", Numeric(6, 4), nullable=False, server_default=text("0.35")),
    Column("duty_share", Numeric(6, 4), nullable=False, server_default=text("0.05")),
    # Names of the figures that nobody stated: shown as assumed wherever they are used.
    Column("assumed", ARRAY(String(40)), nullable=False, server_default=text("'{}'")),
    refers_to("person_id", "person.id"),
    recorded_at(),
    CheckConstraint("version > 1 OR valid_from = '2000-01-01'", name="first_since_ever"),
    CheckConstraint(
        "order_line_cost >= 0 AND aged_fee >= 0 AND low_fee >= 0 AND storage_fee >= 0",
        name="costs_not_negative",
    ),
    CheckConstraint(
        "aged_after_days BETWEEN 1 AND 3650 AND low_cover_days BETWEEN 0 AND 365"
        " AND removal_days BETWEEN 0 AND 365",
        name="days_in_range",
    ),
    CheckConstraint(
        "freight_share BETWEEN 0 AND 5 AND removal_share BETWEEN 0 AND 5"
        " AND margin_share BETWEEN 0 AND 5",
        name="shares_in_range",
    ),
    CheckConstraint(
        "import_freight_share BETWEEN 0 AND 5 AND import_air_share BETWEEN 0 AND 5"
        " AND duty_share BETWEEN 0 AND 5",
        name="import_shares_in_range",
    ),
    is_number("order_line_cost"),
    is_number("aged_fee"),
    is_number("low_fee"),
    is_number("storage_fee"),
)

# A budget is an amount for orders placed in a span of days; a container is what one shipment of a
# supplier may hold. No supplier, warehouse or ship method named: all of them together.
plan_limit = Table(
    "plan_limit",
    METADATA,
    id_column(),
    Column("kind", String(20), nullable=False),
    text_column("name"),
    refers_to("supplier_id", "supplier.id", nullable=True),
    refers_to("warehouse_id", "location.id", nullable=True),
    Column("ship_method", String(20)),
    Column("amount", AMOUNT),
    currency_column(nullable=True),
    Column("volume_m3", Numeric(12, 3), comment="of one container"),
    Column("weight_kg", Numeric(12, 1), comment="of one container"),
    Column("containers", Integer, comment="the most at once"),
    Column("fill", Boolean, nullable=False, server_default=text("false")),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    recorded_at(),
    version_column(),
    one_of("kind", PlanLimitKind),
    one_of("ship_method", ShipMethod),
    CheckConstraint(
        "kind <> 'budget' OR (amount IS NOT NULL AND currency IS NOT NULL"
        " AND starts_on IS NOT NULL AND ends_on IS NOT NULL)",
        name="budget_complete",
    ),
    CheckConstraint(
        "kind <> 'container' OR (volume_m3 IS NOT NULL AND weight_kg IS NOT NULL"
        " AND containers IS NOT NULL AND supplier_id IS NOT NULL AND ship_method IS NOT NULL)",
        name="container_complete",
    ),
    CheckConstraint("amount >= 0", name="amount_not_negative"),
    CheckConstraint(
        "volume_m3 > 0 AND weight_kg > 0 AND containers > 0", name="container_positive"
    ),
    CheckConstraint("ends_on >= starts_on", name="days_in_order"),
    is_number("amount"),
)

# What the limits did to a plan: which drafts were cut or topped up, by how much and why.
plan_report = Table(
    "plan_report",
    METADATA,
    id_column(),
    refers_to("run_id", "forecast_run.id", index=True),
    Column("report", JSONB, nullable=False),
    Column("report_hash", String(64), nullable=False),
    recorded_at(),
)
