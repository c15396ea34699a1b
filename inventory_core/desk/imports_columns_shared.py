"""Columns that several templates have, with what sellers call them. Decides their names only."""

from inventory_core.desk.imports_cells import CellKind
from inventory_core.desk.imports_columns import Column

SKU_COLUMN = Column(
    "sku",
    "商品编码",
    "SKU",
    CellKind.CODE,
    required=True,
    example="00123",
    aliases=(
        "sku code",
        "seller sku",
        "merchant sku",
        "msku",
        "lineitem sku",
        "custom label",
        "product code",
        "stock code",
        "item code",
        "article",
        "item number",
        "item no",
        "article number",
        "part number",
        "model",
        "artikelnummer",
        "product id",
        "编码",
        "SKU编码",
        "货号",
        "商品编号",
        "型号",
    ),
    note_zh="文本，前导零会保留。",
    note_en="Text; leading zeros are kept.",
)
WAREHOUSE_COLUMN = Column(
    "warehouse",
    "仓库",
    "Warehouse",
    CellKind.CODE,
    required=True,
    example="MAIN",
    aliases=("warehouse code", "location", "lager", "仓库编码", "仓"),
    note_zh="已有仓库的编码。",
    note_en="Code of an existing warehouse.",
)
CURRENCY_COLUMN = Column(
    "currency",
    "币种",
    "Currency",
    CellKind.CURRENCY,
    required=True,
    example="CNY",
    note_zh="ISO 代码，如 CNY、USD。",
    note_en="ISO code such as CNY or USD.",
)
COUNTRY_COLUMN = Column(
    "country",
    "国家",
    "Country",
    CellKind.CODE,
    example="CN",
    note_zh="两个字母的国家代码。",
    note_en="Country code of two letters.",
)
