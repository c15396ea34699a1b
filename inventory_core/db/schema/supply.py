"""Tables of where goods come from: suppliers, offers with prices and legs, transfers, milestones.

Decides keys and ranges of what a supplier promises and of what was seen on the way; never what to
order.
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
from sqlalchemy.dialects.postgresql import ARRAY

from inventory_core.db.schema.registry import (
    AMOUNT,
    METADATA,
    code_columns,
    currency_column,
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
    version_column,
)
from inventory_core.vocabulary import LegKind, Milestone, ShipMethod, TransferState

supplier = Table(
    "supplier",
    METADATA,
    id_column(),
    *code_columns(),
    text_column("name"),
    Column("country", String(2)),
    currency_column(),
    text_column("email", default=""),
    Column("payment_days", Integer, nullable=False, server_default=text("0")),
    Column("order_minimum", AMOUNT),
    refers_to("calendar_id", "calendar.id", nullable=True),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    recorded_at(),
    import_column(),
    *extension_columns(),
    version_column(),
    CheckConstraint("order_minimum >= 0", name="order_minimum_not_negative"),
)

offer = Table(
    "offer",
    METADATA,
    id_column(),
    refers_to("supplier_id", "supplier.id"),
    refers_to("sku_id", "sku.id", index=True),
    Column("supplier_sku", String(120), nullable=False, server_default=""),
    currency_column(),
    quantity_column("moq", default=1),
    quantity_column("order_multiple", default=1),
    # Units on one pallet, where the supplier ships whole pallets only.
    quantity_column("pallet_quantity", nullable=True),
    Column("lead_time_days", Integer, nullable=False),
    Column("lead_time_spread_days", Numeric(6, 2), nullable=False, server_default=text("0")),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("preferred", Boolean, nullable=False, server_default=text("false")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    # Names of the figures that nobody stated: shown as assumed wherever they are used.
    Column("assumed", ARRAY(String(40)), nullable=False, server_default=text("'{}'")),
    recorded_at(),
    import_column(),
    *extension_columns(),
    version_column(),
    UniqueConstraint("supplier_id", "sku_id"),
    CheckConstraint("moq > 0 AND order_multiple > 0", name="quantities_positive"),
    CheckConstraint(
        "pallet_quantity > 0 AND pallet_quantity % order_multiple = 0", name="pallet_of_multiples"
    ),
    CheckConstraint("lead_time_days BETWEEN 0 AND 730", name="lead_time_in_range"),
    CheckConstraint("lead_time_spread_days BETWEEN 0 AND 365", name="spread_in_range"),
    CheckConstraint("valid_to >= valid_from", name="validity_in_order"),
)

# Price breaks with their history: the price for `from_quantity` and more, valid from a day.
offer_price = Table(
    "offer_price",
    METADATA,
    refers_to("offer_id", "offer.id", primary_key=True),
    Column("from_quantity", Integer, primary_key=True),
    Column("valid_from", Date, primary_key=True, server_default=text("'2000-01-01'")),
    Column("unit_price", AMOUNT, nullable=False),
    recorded_at(),
    CheckConstraint("from_quantity > 0", name="quantity_positive"),
    CheckConstraint("unit_price >= 0", name="price_not_negative"),
    is_number("unit_price"),
)

# The way from supplier to warehouse, leg by leg; one leg is enough to begin with. The lead time
# of an offer with legs is the sum of the chosen ship method's legs. A leg of a destination (a
# country; '': everywhere) holds into it in place of the legs of its kind that hold everywhere.
offer_leg = Table(
    "offer_leg",
    METADATA,
    refers_to("offer_id", "offer.id", primary_key=True),
    Column("ship_method", String(20), primary_key=True),
    Column("destination", String(2), primary_key=True, server_default=""),
    Column("leg_no", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("days", Integer, nullable=False),
    Column("spread_days", Numeric(6, 2), nullable=False, server_default=text("0")),
    Column("unit_freight", AMOUNT, nullable=False, server_default=text("0")),
    currency_column(nullable=True),
    refers_to("calendar_id", "calendar.id", nullable=True),
    one_of("ship_method", ShipMethod),
    one_of("kind", LegKind),
    CheckConstraint("days >= 0 AND spread_days >= 0", name="days_not_negative"),
    CheckConstraint("destination ~ '^([A-Z]{2})?$'", name="destination_is_country"),
    # What takes the place of a kind of leg must be one: of two nobody could say which.
    Index(
        "uq_offer_leg_into",
        "offer_id",
        "ship_method",
        "destination",
        "kind",
        unique=True,
        postgresql_where=text("destination <> ''"),
    ),
)

transfer = Table(
    "transfer",
    METADATA,
    id_column(),
    key_column(),
    Column("request_hash", String(64), nullable=False, server_default=""),
    Column("number", String(40), nullable=False, unique=True),
    refers_to("from_warehouse_id", "location.id"),
    refers_to("to_warehouse_id", "location.id"),
    Column("state", String(20), nullable=False),
    Column("ship_method", String(20), nullable=False, server_default="sea"),
    time_column("shipped_at", nullable=True),
    Column("expected_on", Date),
    time_column("arrived_at", nullable=True),
    Column("freight", AMOUNT, nullable=False, server_default=text("0")),
    currency_column("freight_currency", nullable=True),
    refers_to("approval_id", "approval.id", nullable=True),
    refers_to("person_id", "person.id"),
    text_column("note", default=""),
    recorded_at(),
    version_column(),
    one_of("state", TransferState),
    one_of("ship_method", ShipMethod),
    CheckConstraint("from_warehouse_id <> to_warehouse_id", name="goes_somewhere"),
)

transfer_line = Table(
    "transfer_line",
    METADATA,
    id_column(),
    refers_to("transfer_id", "transfer.id"),
    Column("line_no", Integer, nullable=False),
    refers_to("sku_id", "sku.id", index=True),
    refers_to("lot_id", "lot.id", server_default=text("0")),
    refers_to("suggestion_id", "suggestion.id", nullable=True),
    quantity_column("quantity"),
    quantity_column("shipped", default=0),
    quantity_column("arrived", default=0),
    quantity_column("lost", default=0),
    UniqueConstraint("transfer_id", "line_no"),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint(
        "shipped BETWEEN 0 AND quantity AND arrived >= 0 AND lost >= 0"
        " AND arrived + lost <= shipped",
        name="parts_in_range",
    ),
)

# Each arrival of a part of a transfer, with the operation that it posted.
transfer_arrival = Table(
    "transfer_arrival",
    METADATA,
    id_column(),
    key_column(),
    Column("request_hash", String(64), nullable=False),
    refers_to("transfer_id", "transfer.id", index=True),
    refers_to("operation_id", "operation.id"),
    time_column("arrived_at"),
    recorded_at(),
)

# What was seen on the way of an order or a transfer. It only grows: of one milestone the latest
# entry holds, and an entry without a day takes the milestone back.
milestone = Table(
    "milestone",
    METADATA,
    id_column(),
    key_column(),
    Column("request_hash", String(64), nullable=False),
    refers_to("purchase_order_id", "purchase_order.id", nullable=True, index=True),
    refers_to("transfer_id", "transfer.id", nullable=True, index=True),
    Column("kind", String(20), nullable=False),
    Column("occurred_on", Date),
    text_column("note", default=""),
    refers_to("person_id", "person.id"),
    import_column(),
    recorded_at(),
    one_of("kind", Milestone),
    CheckConstraint("num_nonnulls(purchase_order_id, transfer_id) = 1", name="one_subject"),
    # A day more, because a day begins earlier east of Greenwich.
    CheckConstraint(
        "occurred_on <= (recorded_at AT TIME ZONE 'UTC')::date + 1", name="has_happened"
    ),
)

# When an open order is expected by its milestones, or without any when it is overdue, and the
# learned legs that are left; written anew by planning and with every milestone. `earliest_on` and
# `latest_on` hold four of five.
arrival_outlook = Table(
    "arrival_outlook",
    METADATA,
    refers_to("purchase_order_id", "purchase_order.id", primary_key=True),
    Column("expected_on", Date, nullable=False),
    Column("earliest_on", Date, nullable=False),
    Column("latest_on", Date, nullable=False),
    Column("milestone", String(20)),
    Column("milestone_on", Date),
    one_of("milestone", Milestone),
    CheckConstraint("num_nonnulls(milestone, milestone_on) <> 1", name="milestone_with_its_day"),
    CheckConstraint(
        "expected_on BETWEEN earliest_on AND latest_on AND earliest_on >= milestone_on",
        name="days_in_order",
    ),
)
