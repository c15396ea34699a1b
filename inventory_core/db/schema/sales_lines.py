"""The table of sales history that files brought. Decides what makes two of its lines the same one;
never that anything of it is an order.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    text,
)

from inventory_core.db.schema.registry import (
    AMOUNT,
    METADATA,
    currency_column,
    id_column,
    is_number,
    quantity_column,
    time_column,
)

# Imported history: facts about demand that never move stock. Without foreign keys: four checks per
# row would halve the speed of a million lines, the ids come from joins in the writing statement,
# and nothing that history names is deleted while it does.
_SALE_KEY = ("invoice", "sku_text", "sold_at", "quantity", "unit_price", "occurrence", "source")
sales_line = Table(
    "sales_line",
    METADATA,
    id_column(),
    Column("source", String(60), nullable=False),
    Column("invoice", String(60), nullable=False),
    Column("sku_text", String(120), nullable=False),
    Column("sku_id", BigInteger),
    time_column("sold_at"),
    # Wall-clock time as the file states it; its day is the business day of the sale.
    Column("sold_on", Date, nullable=False),
    quantity_column("quantity"),
    quantity_column("cancelled", default=0),
    Column("unit_price", AMOUNT),
    currency_column(nullable=True),
    Column("occurrence", Integer, nullable=False, server_default=text("1")),
    Column("treatment", String(20), nullable=False, server_default="accepted"),
    Column("cancels_id", BigInteger, comment="the line that this cancellation takes back"),
    Column("account_id", BigInteger),
    Column("warehouse_id", BigInteger),
    Column("country", String(60)),
    Column("customer_reference", String(120)),
    Column("import_id", BigInteger),
    Column("row_no", BigInteger, comment="in the imported file"),
    Column("summed", Boolean, nullable=False, server_default=text("false")),
    Column("replaced_by", BigInteger, comment="the import that states it anew"),
    CheckConstraint(
        "(treatment = 'replaced') = (replaced_by IS NOT NULL)", name="replaced_by_an_import"
    ),
    # What was replaced may be said again.
    Index(
        "uq_sales_line_once",
        *_SALE_KEY,
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("replaced_by IS NULL"),
    ),
    Index("ix_sales_line_replaced_by", "replaced_by", postgresql_where=text("replaced_by > 0")),
    # The few lines of orders that were taken back: every later file is held against them.
    Index(
        "ix_sales_line_withdrawn",
        "source",
        "invoice",
        "sku_text",
        postgresql_where=text("treatment IN ('order_cancelled', 'order_voided', 'order_refunded')"),
    ),
    Index("ix_sales_line_sku_id_sold_on", "sku_id", "sold_on"),
    Index("ix_sales_line_import_id", "import_id", postgresql_using="brin"),
    Index("ix_sales_line_cancels_id", "cancels_id", postgresql_where=text("cancels_id > 0")),
    is_number("unit_price"),
)
