"""Templates of buying: suppliers with offers, their ways, purchase orders and their steps.

Decides columns.
"""

from dataclasses import replace

from inventory_core.desk.imports_cells import CellKind
from inventory_core.desk.imports_columns import Column, Template
from inventory_core.desk.imports_columns_shared import (
    CURRENCY_COLUMN,
    SKU_COLUMN,
    WAREHOUSE_COLUMN,
)
from inventory_core.vocabulary import LegKind, ShipMethod

SUPPLIER_COLUMN = Column(
    "supplier_code",
    "供应商编码",
    "Supplier code",
    CellKind.CODE,
    required=True,
    example="SUP-01",
    aliases=("supplier", "供应商"),
)

SUPPLIERS_OFFERS = Template(
    "suppliers_offers",
    (
        SUPPLIER_COLUMN,
        Column("supplier_name", "供应商名称", "Supplier name", example="示例工厂 Sample factory"),
        Column("supplier_country", "供应商国家", "Supplier country", CellKind.CODE, example="CN"),
        Column("supplier_email", "供应商邮箱", "Supplier e-mail", example="sales@example.com"),
        Column("payment_days", "账期(天)", "Payment days", CellKind.WHOLE, example="30", least=0),
        Column(
            "order_minimum",
            "起订金额",
            "Order minimum",
            CellKind.DECIMAL,
            least=0,
            note_zh="供应商币种。",
            note_en="In the supplier's currency.",
        ),
        SKU_COLUMN,
        CURRENCY_COLUMN,
        Column(
            "unit_price",
            "采购单价",
            "Unit price",
            CellKind.DECIMAL,
            required=True,
            example="12.50",
            aliases=("cost", "unit cost", "purchase price", "price", "成本", "单价", "采购价"),
            least=0,
        ),
        Column(
            "from_quantity",
            "起始数量",
            "From quantity",
            CellKind.WHOLE,
            example="1",
            least=1,
            note_zh="阶梯价：同一供应商和商品可写多行。",
            note_en="Price breaks: several rows for one supplier and SKU.",
        ),
        Column(
            "lead_time_days",
            "采购提前期(天)",
            "Lead time (days)",
            CellKind.WHOLE,
            required=True,
            example="45",
            least=0,
            aliases=("lead time", "交期", "交货期", "采购周期"),
        ),
        Column(
            "lead_time_spread_days",
            "提前期波动(天)",
            "Lead time spread (days)",
            CellKind.DECIMAL,
            example="10",
            least=0,
            aliases=("lead time spread",),
        ),
        Column("moq", "起订量", "MOQ", CellKind.WHOLE, example="100", least=1),
        Column(
            "order_multiple", "订货倍数", "Order multiple", CellKind.WHOLE, example="10", least=1
        ),
        Column(
            "pallet_quantity",
            "每托数量",
            "Units per pallet",
            CellKind.WHOLE,
            example="480",
            least=1,
            aliases=("pallet", "整托数量"),
        ),
        Column(
            "preferred", "首选", "Preferred", CellKind.FLAG, example="yes", allowed=("yes", "no")
        ),
    ),
    ("supplier_code", "sku", "from_quantity"),
)

OFFER_LEGS = Template(
    "offer_legs",
    (
        SUPPLIER_COLUMN,
        replace(
            SKU_COLUMN,
            required=False,
            example="",
            note_zh="留空：该供应商的全部报价。",
            note_en="Empty: every offer of this supplier.",
        ),
        Column(
            "ship_method",
            "运输方式",
            "Ship method",
            CellKind.CODE,
            required=True,
            example="sea",
            allowed=tuple(ShipMethod),
        ),
        Column(
            "destination",
            "目的国",
            "Destination",
            CellKind.CODE,
            example="DE",
            note_zh="仓库所在国的两个字母代码；留空表示所有国家。",
            note_en="Country of the warehouse in two letters; empty: everywhere.",
            aliases=("country", "destination country", "to", "国家", "目的地"),
        ),
        Column(
            "kind",
            "环节",
            "Leg",
            CellKind.CODE,
            required=True,
            example="transport",
            allowed=tuple(LegKind),
        ),
        Column(
            "days",
            "天数",
            "Days",
            CellKind.WHOLE,
            required=True,
            example="38",
            least=0,
            note_zh="0：没有该环节。",
            note_en="0: there is no such leg.",
        ),
        Column("spread_days", "波动(天)", "Spread (days)", CellKind.DECIMAL, example="4", least=0),
        Column(
            "unit_freight",
            "每件运费",
            "Freight per unit",
            CellKind.DECIMAL,
            example="0.70",
            least=0,
            aliases=("freight", "运费"),
        ),
        replace(CURRENCY_COLUMN, required=False, example="USD"),
        Column("calendar", "日历", "Calendar", CellKind.CODE, handed_out=False),
    ),
    ("supplier_code", "sku", "ship_method", "destination", "kind"),
)

PURCHASE_ORDERS = Template(
    "purchase_orders",
    (
        Column(
            "number",
            "采购单号",
            "Purchase order",
            CellKind.CODE,
            required=True,
            example="PO-1001",
            aliases=("po", "order", "po number"),
        ),
        SUPPLIER_COLUMN,
        WAREHOUSE_COLUMN,
        SKU_COLUMN,
        Column(
            "quantity", "数量", "Quantity", CellKind.WHOLE, required=True, example="500", least=1
        ),
        Column(
            "unit_price",
            "采购单价",
            "Unit price",
            CellKind.DECIMAL,
            required=True,
            example="12.50",
            least=0,
            aliases=("单价",),
        ),
        CURRENCY_COLUMN,
        Column(
            "ordered_on",
            "下单日期",
            "Ordered on",
            CellKind.DAY,
            required=True,
            example="2026-01-05",
        ),
        Column("expected_on", "预计到货", "Expected on", CellKind.DAY, example="2026-02-20"),
        Column(
            "ship_method",
            "运输方式",
            "Ship method",
            CellKind.CODE,
            example="sea",
            allowed=tuple(ShipMethod),
        ),
    ),
    ("number", "sku"),
)

MILESTONES = Template(
    "milestones",
    (
        Column(
            "number",
            "采购单号",
            "Purchase order",
            CellKind.CODE,
            required=True,
            example="PO-1001",
            note_zh="我方单号，或导入时的供应商单号。",
            note_en="Our number, or the one under which the order was imported.",
            aliases=("po", "order", "po number", "order number", "单号"),
        ),
        Column("made", "生产完成", "Goods made", CellKind.DAY, example="2026-02-03"),
        Column(
            "left_factory",
            "出厂日期",
            "Left the factory",
            CellKind.DAY,
            example="2026-02-06",
            aliases=("ex factory", "ex works", "pickup", "提货日期", "出厂"),
        ),
        Column(
            "departed",
            "离港日期",
            "Departed",
            CellKind.DAY,
            example="2026-02-12",
            aliases=("atd", "sailed", "开船日", "离港"),
        ),
        Column(
            "at_port",
            "到港日期",
            "Arrived at port",
            CellKind.DAY,
            example="2026-03-10",
            aliases=("ata", "到港"),
        ),
        Column(
            "cleared",
            "清关日期",
            "Cleared customs",
            CellKind.DAY,
            example="2026-03-14",
            aliases=("customs", "清关", "放行日期"),
        ),
        Column("note", "备注", "Note", example="MSC 123W"),
    ),
    ("number",),
)
