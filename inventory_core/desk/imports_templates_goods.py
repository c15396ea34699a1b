"""Templates of what there is: SKUs, warehouses, rates, opening stock, customers. Decides columns.

Names of columns are part of the file format, so they stand here and not among the texts of the
screens.
"""

from inventory_core.desk.imports_cells import CellKind
from inventory_core.desk.imports_columns import Column, Template
from inventory_core.desk.imports_columns_shared import (
    COUNTRY_COLUMN,
    SKU_COLUMN,
    WAREHOUSE_COLUMN,
)
from inventory_core.vocabulary import Authority, WarehouseKind

SKUS = Template(
    "skus",
    (
        SKU_COLUMN,
        Column(
            "name",
            "名称",
            "Name",
            required=True,
            example="示例商品 Sample SKU",
            aliases=(
                "product name",
                "product title",
                "title",
                "item name",
                "description",
                "bezeichnung",
                "商品名称",
                "品名",
                "标题",
            ),
        ),
        Column(
            "category",
            "类目",
            "Category",
            example="厨具 Kitchen",
            aliases=("cat", "product type", "品类", "分类"),
        ),
        Column("unit", "单位", "Unit", example="piece"),
        Column("weight_grams", "重量(克)", "Weight (g)", CellKind.WHOLE, example="350", least=1),
        Column(
            "volume_cm3", "体积(立方厘米)", "Volume (cm3)", CellKind.WHOLE, example="1200", least=1
        ),
        Column(
            "carton_quantity",
            "箱规",
            "Units per carton",
            CellKind.WHOLE,
            example="24",
            least=1,
            aliases=("carton quantity", "carton qty", "ctn qty", "pcs per carton", "每箱数量"),
        ),
        Column("shelf_life_days", "保质期(天)", "Shelf life (days)", CellKind.WHOLE, least=1),
        Column(
            "lot_tracked",
            "批次管理",
            "Lot tracked",
            CellKind.FLAG,
            example="no",
            allowed=("yes", "no"),
        ),
        Column(
            "serial_tracked",
            "序列号管理",
            "Serial tracked",
            CellKind.FLAG,
            example="no",
            allowed=("yes", "no"),
        ),
        Column("launched_on", "上市日期", "Launched on", CellKind.DAY, example="2026-01-31"),
        Column(
            "successor",
            "后继 SKU",
            "Successor SKU",
            CellKind.CODE,
            note_zh="由哪个 SKU 承接；其历史从本 SKU 延续。",
            note_en="The SKU that continues this one and inherits its sales history.",
        ),
        Column(
            "barcodes",
            "条码",
            "Barcodes",
            CellKind.TEXT,
            example="6901234567892",
            aliases=("barcode", "ean", "upc", "gtin"),
            note_zh="多个条码用空格分开。",
            note_en="Several barcodes: separate them by blanks.",
        ),
    ),
    ("sku",),
)

WAREHOUSES = Template(
    "warehouses",
    (
        Column(
            "code",
            "仓库编码",
            "Warehouse code",
            CellKind.CODE,
            required=True,
            example="SZ-HUB",
            aliases=("warehouse", "仓库"),
        ),
        Column(
            "name",
            "仓库名称",
            "Warehouse name",
            required=True,
            example="深圳仓 Shenzhen hub",
            aliases=("name", "名称"),
        ),
        Column(
            "kind",
            "仓库类型",
            "Warehouse kind",
            CellKind.CODE,
            required=True,
            example="own",
            allowed=tuple(WarehouseKind),
            aliases=("kind", "类型"),
        ),
        COUNTRY_COLUMN,
        Column(
            "time_zone",
            "时区",
            "Time zone",
            CellKind.TEXT,
            required=True,
            example="Asia/Shanghai",
            note_zh="IANA 名称。",
            note_en="IANA name.",
        ),
        Column(
            "authority",
            "库存以谁为准",
            "Counted by",
            CellKind.CODE,
            example="ours",
            allowed=tuple(Authority),
        ),
        Column("priority", "优先级", "Priority", CellKind.WHOLE, example="100", least=0),
    ),
    ("code",),
)

RATES = Template(
    "rates",
    (
        Column(
            "from_currency",
            "原币种",
            "From currency",
            CellKind.CURRENCY,
            required=True,
            example="USD",
        ),
        Column(
            "to_currency",
            "目标币种",
            "To currency",
            CellKind.CURRENCY,
            required=True,
            example="CNY",
        ),
        Column(
            "on_day",
            "日期",
            "Day",
            CellKind.DAY,
            required=True,
            example="2026-01-31",
            aliases=("date",),
        ),
        Column(
            "rate",
            "汇率",
            "Rate",
            CellKind.DECIMAL,
            required=True,
            example="7.123456",
            note_zh="1 原币种等于多少目标币种。",
            note_en="What 1 of the first is in the second.",
        ),
    ),
    ("from_currency", "to_currency", "on_day"),
)

OPENING_STOCK = Template(
    "opening_stock",
    (
        SKU_COLUMN,
        WAREHOUSE_COLUMN,
        Column(
            "quantity",
            "数量",
            "Quantity",
            CellKind.WHOLE,
            required=True,
            example="120",
            least=0,
            aliases=("on hand", "库存", "在库", "stock", "qty", "bestand", "库存数量"),
        ),
        Column(
            "unit_cost",
            "单位成本",
            "Unit cost",
            CellKind.DECIMAL,
            required=True,
            example="12.50",
            least=0,
            note_zh="本位币。",
            note_en="In the base currency.",
            aliases=("cost", "cost price", "purchase price", "ek preis", "成本", "采购价"),
        ),
        Column("counted_on", "盘点日期", "Counted on", CellKind.DAY, example="2026-01-31"),
    ),
    ("sku", "warehouse"),
)

CUSTOMERS = Template(
    "customers",
    (
        Column(
            "code",
            "客户编号",
            "Customer code",
            CellKind.CODE,
            required=True,
            example="17850",
            aliases=("customer", "customer id", "客户"),
        ),
        Column(
            "name",
            "客户名称",
            "Customer name",
            required=True,
            example="示例客户 Sample customer",
            aliases=("name", "名称"),
        ),
        COUNTRY_COLUMN,
        Column("email", "邮箱", "E-mail", example="buyer@example.com"),
    ),
    ("code",),
)
