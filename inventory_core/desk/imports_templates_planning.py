"""Templates of what people tell planning. Decides their columns."""

from dataclasses import replace

from inventory_core.desk.imports_cells import CellKind
from inventory_core.desk.imports_columns import Column, Template
from inventory_core.desk.imports_columns_shared import SKU_COLUMN, WAREHOUSE_COLUMN

_EMPTY_ZH = "留空表示按公司规则计算。"
_EMPTY_EN = "Empty: the company's own."

# A column that the file has is stated in every row; one that it lacks is left as it is.
RULES = Template(
    "rules",
    (
        SKU_COLUMN,
        replace(WAREHOUSE_COLUMN, aliases=(*WAREHOUSE_COLUMN.aliases, "site", "站点")),
        Column(
            "minimum",
            "最低库存",
            "Minimum",
            CellKind.WHOLE,
            example="40",
            note_zh=f"低于此数即补货。{_EMPTY_ZH}",
            note_en=f"Reorder at this many units. {_EMPTY_EN}",
            aliases=("min", "reorder point", "补货点", "最小库存"),
        ),
        Column(
            "maximum",
            "最高库存",
            "Maximum",
            CellKind.WHOLE,
            example="120",
            note_zh=f"补货不超过此数。{_EMPTY_ZH}",
            note_en=f"Filled up to this many units. {_EMPTY_EN}",
            aliases=("max", "order up to", "补足上限", "最大库存"),
        ),
        Column(
            "service_level",
            "服务水平(%)",
            "Service level (%)",
            CellKind.PERCENT,
            example="97.5",
            note_zh=f"50 到 99.9。{_EMPTY_ZH}",
            note_en=f"From 50 to 99.9. {_EMPTY_EN}",
            aliases=("service level",),
        ),
        Column(
            "review_days",
            "检视周期(天)",
            "Review period (days)",
            CellKind.WHOLE,
            example="14",
            note_zh=f"每隔几天订一次货。{_EMPTY_ZH}",
            note_en=f"How often it is ordered. {_EMPTY_EN}",
            aliases=("review period", "review days"),
        ),
        Column(
            "buying",
            "补货",
            "Replenish",
            CellKind.FLAG,
            example="yes",
            allowed=("yes", "no"),
            note_zh="否：不再为该仓采购或调入。",
            note_en="No: nothing is bought or sent there any more.",
            aliases=("buying", "buy", "采购"),
        ),
        Column("reason", "原因", "Reason"),
    ),
    ("sku", "warehouse"),
)
