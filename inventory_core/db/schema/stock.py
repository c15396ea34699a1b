"""Tables of the stock book: operations, movements, levels, promises, lots, serials and cost.

Decides what the database itself refuses: an unbalanced or negative movement, more promised than
present, a key used twice, a cost layer overdrawn. Append-only tables are listed in `seeds.py`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from inventory_core.db.schema.registry import (
    AMOUNT,
    METADATA,
    extension_columns,
    id_column,
    import_column,
    is_number,
    key_column,
    one_of,
    quantity_column,
    recorded_at,
    refers_to,
    text_column,
    time_column,
)
from inventory_core.vocabulary import Condition, OperationKind, ReservationState

# The header of every change. Two clocks: occurred_at is their world, recorded_at is ours.
operation = Table(
    "operation",
    METADATA,
    id_column(),
    key_column(),
    Column("request_hash", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    refers_to("actor_id", "person.id"),
    Column("source_kind", String(30), nullable=False, server_default=""),
    Column("source_id", BigInteger),
    refers_to("reverses_id", "operation.id", nullable=True, unique=True),
    text_column("reason", default=""),
    time_column("occurred_at"),
    recorded_at(),
    import_column(),
    one_of("kind", OperationKind),
    Index("ix_operation_source", "source_kind", "source_id"),
    Index("ix_operation_recorded_at", "recorded_at"),
)

# One row moves a quantity from one location to another, so the book balances by its shape.
movement = Table(
    "movement",
    METADATA,
    Column("id", BigInteger, Identity(always=False), nullable=False),
    recorded_at(),
    refers_to("operation_id", "operation.id"),
    Column("line_no", Integer, nullable=False),
    time_column("occurred_at"),
    refers_to("sku_id", "sku.id"),
    refers_to("from_location_id", "location.id"),
    refers_to("to_location_id", "location.id"),
    refers_to("lot_id", "lot.id", server_default=text("0")),
    refers_to("serial_id", "serial.id", nullable=True),
    Column("from_condition", String(20), nullable=False, server_default="good"),
    Column("to_condition", String(20), nullable=False, server_default="good"),
    Column("owner_id", BigInteger, nullable=False, server_default=text("0")),
    quantity_column("quantity"),
    Column("value", AMOUNT, nullable=False, comment="base currency, at ledger cost, whole line"),
    Column("average_value", AMOUNT, nullable=False, comment="the same by moving average"),
    PrimaryKeyConstraint("recorded_at", "id"),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint(
        "from_location_id <> to_location_id OR from_condition <> to_condition",
        name="goes_somewhere",
    ),
    CheckConstraint("value >= 0 AND average_value >= 0", name="value_not_negative"),
    is_number("value"),
    is_number("average_value"),
    one_of("from_condition", Condition),
    one_of("to_condition", Condition),
    Index("ix_movement_sku_id_occurred_at", "sku_id", "occurred_at"),
    Index("ix_movement_operation_id", "operation_id"),
    Index("ix_movement_lot_id", "lot_id", postgresql_where=text("lot_id <> 0")),
    postgresql_partition_by="RANGE (recorded_at)",
)

# The row that a promise locks. reserved + held <= on_hand: the database refuses to oversell.
stock_level = Table(
    "stock_level",
    METADATA,
    refers_to("sku_id", "sku.id", primary_key=True),
    refers_to("warehouse_id", "location.id", primary_key=True),
    quantity_column("on_hand", default=0),
    quantity_column("reserved", default=0),
    quantity_column("held", default=0),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("reserved >= 0 AND held >= 0", name="parts_not_negative"),
    CheckConstraint("reserved + held <= on_hand", name="no_oversell"),
    Index("ix_stock_level_warehouse_id", "warehouse_id"),
    postgresql_with={"fillfactor": 70},
)

# Where inside a warehouse the goods are, by lot, condition and owner; changes under the level lock.
bin_stock = Table(
    "bin_stock",
    METADATA,
    refers_to("sku_id", "sku.id", primary_key=True),
    refers_to("location_id", "location.id", primary_key=True),
    refers_to("lot_id", "lot.id", primary_key=True),
    Column("condition", String(20), primary_key=True),
    Column("owner_id", BigInteger, primary_key=True, autoincrement=False),
    quantity_column("quantity"),
    CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    one_of("condition", Condition),
    Index("ix_bin_stock_location_id", "location_id"),
    postgresql_with={"fillfactor": 70},
)

lot = Table(
    "lot",
    METADATA,
    id_column(),
    refers_to("sku_id", "sku.id", nullable=True),
    refers_to("supplier_id", "supplier.id", nullable=True),
    Column("code", String(120), nullable=False),
    Column("produced_on", Date),
    Column("expires_on", Date),
    text_column("quality_report", default=""),
    Column("on_hold", Boolean, nullable=False, server_default=text("false")),
    text_column("hold_reason", default=""),
    recorded_at(),
    import_column(),
    *extension_columns(),
    # The same lot number from two suppliers, or with two expiry dates, is two lots.
    UniqueConstraint(
        "sku_id", "supplier_id", "code", "expires_on", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint("id = 0 OR sku_id IS NOT NULL", name="sku_known"),
)

serial = Table(
    "serial",
    METADATA,
    id_column(),
    refers_to("sku_id", "sku.id"),
    Column("code", String(120), nullable=False),
    refers_to("lot_id", "lot.id", server_default=text("0")),
    refers_to("location_id", "location.id"),
    recorded_at(),
    UniqueConstraint("sku_id", "code"),
)

reservation = Table(
    "reservation",
    METADATA,
    id_column(),
    refers_to("order_line_id", "sales_order_line.id", nullable=True, index=True),
    refers_to("transfer_line_id", "transfer_line.id", nullable=True, index=True),
    refers_to("sku_id", "sku.id"),
    refers_to("warehouse_id", "location.id"),
    refers_to("lot_id", "lot.id", nullable=True),
    Column("state", String(20), nullable=False),
    Column("priority", Integer, nullable=False, server_default=text("100")),
    quantity_column("quantity"),
    quantity_column("shipped", default=0),
    quantity_column("released", default=0),
    time_column("expires_at", nullable=True),
    recorded_at(),
    one_of("state", ReservationState),
    CheckConstraint("quantity > 0 AND shipped >= 0 AND released >= 0", name="parts_not_negative"),
    CheckConstraint("shipped + released <= quantity", name="not_overspent"),
    CheckConstraint(
        "state NOT IN ('shipped', 'released', 'expired') OR shipped + released = quantity",
        name="ended_is_empty",
    ),
    Index(
        "ix_reservation_open",
        "sku_id",
        "warehouse_id",
        postgresql_where=text("shipped + released < quantity"),
    ),
)

# Every step of a promise, append-only: the reserved figure of any moment can be rebuilt.
reservation_event = Table(
    "reservation_event",
    METADATA,
    id_column(),
    refers_to("reservation_id", "reservation.id", index=True),
    refers_to("operation_id", "operation.id", index=True),
    Column("to_state", String(20), nullable=False),
    quantity_column("quantity"),
    time_column("occurred_at"),
    recorded_at(),
    one_of("to_state", ReservationState),
)

# What was promised and then physically lost: work for a person, with ranked remedies.
shortfall = Table(
    "shortfall",
    METADATA,
    id_column(),
    refers_to("operation_id", "operation.id"),
    refers_to("reservation_id", "reservation.id"),
    refers_to("sku_id", "sku.id"),
    refers_to("warehouse_id", "location.id"),
    quantity_column("quantity"),
    Column("remedies", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    time_column("resolved_at", nullable=True),
    recorded_at(),
    CheckConstraint("quantity > 0", name="quantity_positive"),
)

# Written whenever available crosses zero: the stock-out hours that un-censor demand.
availability_edge = Table(
    "availability_edge",
    METADATA,
    id_column(),
    refers_to("sku_id", "sku.id"),
    refers_to("warehouse_id", "location.id"),
    Column("in_stock", Boolean, nullable=False),
    time_column("occurred_at"),
    recorded_at(),
    Index("ix_availability_edge_pair", "sku_id", "warehouse_id", "occurred_at"),
)
