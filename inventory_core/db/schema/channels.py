"""Tables of who sells what where: stock pools, channel accounts, listings, prices, promotions.

Decides keys and ranges; never what is available.
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
from sqlalchemy.dialects.postgresql import ExcludeConstraint

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
from inventory_core.vocabulary import PauseReason, SaleEventKind

stock_pool = Table(
    "stock_pool",
    METADATA,
    id_column(),
    Column("code", String(120), nullable=False, unique=True),
)

stock_pool_warehouse = Table(
    "stock_pool_warehouse",
    METADATA,
    refers_to("stock_pool_id", "stock_pool.id", primary_key=True),
    refers_to("warehouse_id", "location.id", primary_key=True),
    Column("priority", Integer, nullable=False, server_default=text("100")),
)

channel_account = Table(
    "channel_account",
    METADATA,
    id_column(),
    *code_columns(),
    text_column("name"),
    Column("platform", String(20), nullable=False),
    Column("marketplace", String(20), nullable=False, server_default=""),
    currency_column(),
    Column("time_zone", String(64), nullable=False),
    refers_to("stock_pool_id", "stock_pool.id"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    recorded_at(),
    import_column(),
    *extension_columns(),
    version_column(),
)

listing = Table(
    "listing",
    METADATA,
    id_column(),
    refers_to("account_id", "channel_account.id"),
    Column("marketplace", String(20), nullable=False, server_default=""),
    Column("seller_sku", String(200), nullable=False),
    refers_to("sku_id", "sku.id", index=True),
    Column("external_id", String(200), nullable=False, server_default=""),
    refers_to("stock_pool_id", "stock_pool.id", nullable=True),
    Column("share_percent", Integer, nullable=False, server_default=text("100")),
    quantity_column("cap", nullable=True),
    quantity_column("buffer", default=0),
    time_column("live_from_at", nullable=True),
    time_column("live_to_at", nullable=True),
    recorded_at(),
    import_column(),
    *extension_columns(),
    version_column(),
    UniqueConstraint("account_id", "marketplace", "seller_sku"),
    CheckConstraint("share_percent BETWEEN 0 AND 100", name="share_in_range"),
    CheckConstraint("cap >= 0 AND buffer >= 0", name="cap_buffer_not_negative"),
    CheckConstraint("live_to_at > live_from_at", name="live_in_order"),
)

listing_price = Table(
    "listing_price",
    METADATA,
    refers_to("listing_id", "listing.id", primary_key=True),
    Column("from_on", Date, primary_key=True),
    Column("price", AMOUNT, nullable=False),
    currency_column(),
    CheckConstraint("price >= 0", name="price_not_negative"),
    is_number("price"),
)

# Days on which a channel (or, without one, every channel) did not sell a SKU that was there. The
# ranges of one number stand for equality, which GiST knows of numbers only with an extension.
sale_pause = Table(
    "sale_pause",
    METADATA,
    id_column(),
    refers_to("sku_id", "sku.id", index=True),
    refers_to("account_id", "channel_account.id", nullable=True),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, comment="NULL: until further notice"),
    Column("reason", String(20), nullable=False),
    text_column("note", default=""),
    recorded_at(),
    import_column(),
    version_column(),
    one_of("reason", PauseReason),
    CheckConstraint("last_on >= first_on", name="days_in_order"),
    ExcludeConstraint(
        (text("int8range(sku_id, sku_id, '[]')"), "&&"),
        (text("int8range(coalesce(account_id, 0), coalesce(account_id, 0), '[]')"), "&&"),
        (text("daterange(first_on, last_on, '[]')"), "&&"),
        name="ex_sale_pause_no_overlap",
    ),
)

promotion = Table(
    "promotion",
    METADATA,
    id_column(),
    key_column(),
    text_column("name"),
    refers_to("account_id", "channel_account.id", nullable=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("discount_percent", Numeric(5, 2), nullable=False, server_default=text("0")),
    recorded_at(),
    import_column(),
    time_column("cancelled_at", nullable=True),
    version_column(),
    CheckConstraint("ends_on >= starts_on", name="days_in_order"),
)

promotion_sku = Table(
    "promotion_sku",
    METADATA,
    refers_to("promotion_id", "promotion.id", primary_key=True),
    refers_to("sku_id", "sku.id", primary_key=True, index=True),
)

# A sale that people expect, on top of the ones that come with the program; one of a known kind
# takes the place of the program's date for its year.
sale_event = Table(
    "sale_event",
    METADATA,
    id_column(),
    key_column(),
    Column("kind", String(20), nullable=False),
    text_column("name_zh"),
    text_column("name_en"),
    Column("country", String(2)),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    recorded_at(),
    version_column(),
    one_of("kind", SaleEventKind),
    CheckConstraint("ends_on BETWEEN starts_on AND starts_on + 60", name="days_in_order"),
    CheckConstraint("name_zh <> '' OR name_en <> ''", name="has_a_name"),
)

customer = Table(
    "customer",
    METADATA,
    id_column(),
    *code_columns(),
    text_column("name"),
    Column("country", String(2)),
    text_column("email", default=""),
    recorded_at(),
    import_column(),
    *extension_columns(),
    version_column(),
)
