"""Tables of selling and buying: orders, shipments, returns, purchases, receipts.

Decides keys and the arithmetic that lines must obey; states that follow from lines are derived.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from inventory_core.db.schema.registry import (
    AMOUNT,
    METADATA,
    currency_column,
    extension_columns,
    id_column,
    import_column,
    is_number,
    key_column,
    quantity_column,
    recorded_at,
    refers_to,
    text_column,
    time_column,
    version_column,
)

sales_order = Table(
    "sales_order",
    METADATA,
    id_column(),
    key_column(),
    refers_to("account_id", "channel_account.id"),
    Column("external_id", String(120), nullable=False),
    Column("external_version", String(60), nullable=False, server_default=""),
    time_column("placed_at"),
    time_column("accepted_at"),
    time_column("cancelled_at", nullable=True),
    text_column("cancel_reason", default=""),
    currency_column(),
    Column("tax", AMOUNT, nullable=False, server_default=text("0")),
    Column("country", String(2)),
    Column("priority", Integer, nullable=False, server_default=text("100")),
    # A stock-out order: a line could not be fully reserved at acceptance, or was later cut for
    # lack of stock. Recorded when it happens; it cannot be rebuilt later.
    Column("stocked_out", Boolean, nullable=False, server_default=text("false")),
    recorded_at(),
    import_column(),
    *extension_columns(),
    version_column(),
    UniqueConstraint("account_id", "external_id"),
    Index("ix_sales_order_placed_at", "placed_at"),
)

# Personal data apart, so that it can be shown to few and erased without touching the book.
sales_order_person = Table(
    "sales_order_person",
    METADATA,
    refers_to("order_id", "sales_order.id", primary_key=True),
    refers_to("customer_id", "customer.id", nullable=True),
    text_column("name", default=""),
    text_column("email", default=""),
    Column("address", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
)

sales_order_line = Table(
    "sales_order_line",
    METADATA,
    id_column(),
    refers_to("order_id", "sales_order.id"),
    Column("line_no", Integer, nullable=False),
    Column("external_id", String(120), nullable=False, server_default=""),
    refers_to("listing_id", "listing.id", nullable=True),
    refers_to("sku_id", "sku.id"),
    Column("unit", String(20), nullable=False, server_default="piece"),
    Column("unit_numerator", Integer, nullable=False, server_default=text("1")),
    Column("unit_denominator", Integer, nullable=False, server_default=text("1")),
    quantity_column("quantity"),
    quantity_column("short_at_acceptance", default=0),
    quantity_column("backordered", default=0),
    quantity_column("shipped", default=0),
    quantity_column("cancelled", default=0),
    quantity_column("returned", default=0),
    Column("unit_price", AMOUNT, nullable=False),
    Column("discount", AMOUNT, nullable=False, server_default=text("0")),
    Column("tax", AMOUNT, nullable=False, server_default=text("0")),
    UniqueConstraint("order_id", "line_no"),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint(
        "short_at_acceptance BETWEEN 0 AND quantity AND backordered >= 0 AND shipped >= 0"
        " AND cancelled >= 0 AND returned BETWEEN 0 AND shipped",
        name="parts_not_negative",
    ),
    CheckConstraint("shipped + cancelled + backordered <= quantity", name="not_overspent"),
    CheckConstraint("unit_price >= 0", name="price_not_negative"),
    is_number("unit_price"),
    Index("ix_sales_order_line_sku_id", "sku_id"),
    Index("ix_sales_order_line_waiting", "sku_id", postgresql_where=text("backordered > 0")),
)

shipment = Table(
    "shipment",
    METADATA,
    id_column(),
    key_column(),
    refers_to("order_id", "sales_order.id", index=True),
    refers_to("warehouse_id", "location.id"),
    refers_to("operation_id", "operation.id"),
    time_column("shipped_at"),
    text_column("carrier", default=""),
    text_column("tracking_code", default=""),
    recorded_at(),
    Index("ix_shipment_shipped_at", "shipped_at"),
)

shipment_line = Table(
    "shipment_line",
    METADATA,
    refers_to("shipment_id", "shipment.id", primary_key=True),
    Column("line_no", Integer, primary_key=True),
    refers_to("order_line_id", "sales_order_line.id", index=True),
    refers_to("sku_id", "sku.id"),
    refers_to("lot_id", "lot.id", server_default=text("0")),
    quantity_column("quantity"),
    Column("cost_value", AMOUNT, nullable=False),
    CheckConstraint("quantity > 0", name="quantity_positive"),
)

sales_return = Table(
    "sales_return",
    METADATA,
    id_column(),
    key_column(),
    refers_to("order_id", "sales_order.id", index=True),
    refers_to("warehouse_id", "location.id"),
    refers_to("operation_id", "operation.id", nullable=True),
    time_column("received_at"),
    recorded_at(),
)

sales_return_line = Table(
    "sales_return_line",
    METADATA,
    refers_to("return_id", "sales_return.id", primary_key=True),
    Column("line_no", Integer, primary_key=True),
    refers_to("order_line_id", "sales_order_line.id", index=True),
    refers_to("lot_id", "lot.id", server_default=text("0")),
    quantity_column("quantity"),
    Column("condition", String(20), nullable=False),
    Column("refund", AMOUNT, nullable=False, server_default=text("0")),
    CheckConstraint("quantity > 0", name="quantity_positive"),
)

purchase_order = Table(
    "purchase_order",
    METADATA,
    id_column(),
    key_column(),
    Column("request_hash", String(64), nullable=False, server_default=""),
    Column("number", String(40), nullable=False, unique=True),
    refers_to("supplier_id", "supplier.id"),
    refers_to("warehouse_id", "location.id"),
    currency_column(),
    Column("state", String(20), nullable=False, server_default="draft"),
    Column("ordered_on", Date, nullable=False),
    Column("expected_on", Date),
    Column("ship_method", String(20), nullable=False, server_default="sea"),
    time_column("sent_at", nullable=True),
    time_column("confirmed_at", nullable=True),
    time_column("closed_at", nullable=True),
    refers_to("approval_id", "approval.id", nullable=True, index=True),
    text_column("note", default=""),
    refers_to("person_id", "person.id"),
    recorded_at(),
    import_column(),
    *extension_columns(),
    version_column(),
    CheckConstraint(
        "state IN ('draft', 'sent', 'confirmed', 'closed', 'cancelled')", name="state_known"
    ),
    Index("ix_purchase_order_supplier_id", "supplier_id"),
)

purchase_order_line = Table(
    "purchase_order_line",
    METADATA,
    id_column(),
    refers_to("purchase_order_id", "purchase_order.id"),
    Column("line_no", Integer, nullable=False),
    refers_to("sku_id", "sku.id"),
    refers_to("offer_id", "offer.id", nullable=True),
    refers_to("suggestion_id", "suggestion.id", nullable=True),
    quantity_column("quantity"),
    quantity_column("received", default=0),
    quantity_column("cancelled", default=0),
    Column("unit_price", AMOUNT, nullable=False),
    Column("expected_on", Date),
    UniqueConstraint("purchase_order_id", "line_no"),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint("received >= 0 AND cancelled BETWEEN 0 AND quantity", name="parts_in_range"),
    CheckConstraint("unit_price >= 0", name="price_not_negative"),
    is_number("unit_price"),
    Index("ix_purchase_order_line_sku_id", "sku_id"),
)

receipt = Table(
    "receipt",
    METADATA,
    id_column(),
    key_column(),
    Column("request_hash", String(64), nullable=False, server_default=""),
    refers_to("purchase_order_id", "purchase_order.id", nullable=True, index=True),
    refers_to("warehouse_id", "location.id"),
    refers_to("operation_id", "operation.id"),
    refers_to("undone_by_id", "operation.id", nullable=True),
    time_column("received_at"),
    text_column("note", default=""),
    recorded_at(),
)

receipt_line = Table(
    "receipt_line",
    METADATA,
    refers_to("receipt_id", "receipt.id", primary_key=True),
    Column("line_no", Integer, primary_key=True),
    refers_to("purchase_order_line_id", "purchase_order_line.id", nullable=True, index=True),
    refers_to("sku_id", "sku.id"),
    refers_to("lot_id", "lot.id", server_default=text("0")),
    quantity_column("quantity"),
    quantity_column("damaged", default=0),
    Column("value", AMOUNT, nullable=False, comment="landed, base currency"),
    CheckConstraint("quantity > 0 AND damaged BETWEEN 0 AND quantity", name="parts_in_range"),
)

charge = Table(
    "charge",
    METADATA,
    id_column(),
    key_column(),
    Column("request_hash", String(64), nullable=False, server_default=""),
    refers_to("receipt_id", "receipt.id", index=True),
    Column("kind", String(20), nullable=False),
    Column("basis", String(20), nullable=False, server_default="value"),
    Column("amount", AMOUNT, nullable=False),
    currency_column(),
    Column("rate", Numeric(20, 10), nullable=False),
    Column("rate_on", Date, nullable=False),
    recorded_at(),
    CheckConstraint("basis IN ('value', 'quantity', 'weight', 'volume')", name="basis_known"),
    is_number("amount"),
)
