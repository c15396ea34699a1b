"""A purchase order as the supplier gets it: facts for a paper, and the paper as a workbook.

Decides what stands on the paper, in Chinese or English; `purchase_papers_pdf` draws the PDF. Our
costs, margins and suggestions are none of the supplier's business and never on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.money import currency_digits
from inventory_core.office.company import read_company
from inventory_core.office.workbooks_writing import ColumnKind, Sheet, SheetColumn, write_workbook
from inventory_core.trade.purchase_records import PurchaseOrder, purchase_order
from inventory_core.vocabulary import Language

WORDS: Mapping[Language, Mapping[str, str]] = {
    Language.EN: {
        "title": "Purchase order",
        "number": "Order number",
        "ordered_on": "Order date",
        "expected_on": "Delivery expected",
        "ship_method": "Ship by",
        "currency": "Currency",
        "buyer": "Buyer",
        "supplier": "Supplier",
        "deliver_to": "Deliver to",
        "payment": "Payment",
        "payment_days": "{days} days after delivery",
        "note": "Note",
        "line_no": "No.",
        "sku": "SKU",
        "supplier_sku": "Your code",
        "name": "Name",
        "cartons": "Cartons",
        "quantity": "Quantity",
        "unit_price": "Unit price",
        "amount": "Amount",
        "total": "Total",
        "lines": "Lines",
        "sea": "sea",
        "air": "air",
        "express": "express",
        "rail": "rail",
        "truck": "truck",
        "page": "Page {page}",
        "cancelled": "This order has been cancelled.",
    },
    Language.ZH: {
        "title": "采购订单",
        "number": "订单编号",
        "ordered_on": "下单日期",
        "expected_on": "预计到货",
        "ship_method": "运输方式",
        "currency": "币种",
        "buyer": "采购方",
        "supplier": "供应商",
        "deliver_to": "收货仓库",
        "payment": "付款",
        "payment_days": "到货后 {days} 天",
        "note": "备注",
        "line_no": "序号",
        "sku": "商品编码",
        "supplier_sku": "贵司编码",
        "name": "名称",
        "cartons": "箱数",
        "quantity": "数量",
        "unit_price": "单价",
        "amount": "金额",
        "total": "合计",
        "lines": "明细",
        "sea": "海运",
        "air": "空运",
        "express": "快递",
        "rail": "铁路",
        "truck": "卡车",
        "page": "第 {page} 页",
        "cancelled": "本订单已取消。",
    },
}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line as the supplier reads it: what is still wanted, without cancelled units."""

    line_no: int
    sku_code: str
    supplier_sku: str
    name: str
    quantity: int
    cartons: Decimal | None
    unit_price: Decimal
    amount: Decimal
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """Everything that stands on the paper."""

    order: PurchaseOrder
    buyer: str
    payment_days: int
    country: str
    lines: tuple[PaperLine, ...]

    @property
    def total(self) -> Decimal:
        """What is to be paid, in the order's currency."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def price_digits(self) -> int:
        """Decimals of the unit prices: the currency's own, more only where a price needs them."""
        least = currency_digits(self.order.currency)
        prices = [line.unit_price.normalize().as_tuple().exponent for line in self.lines]
        return max([least, *(-int(digits) for digits in prices)])


def read_order_paper(conn: Reading, order_id: int) -> OrderPaper:
    """The facts for the paper of one order."""
    order = purchase_order(conn, order_id)
    extra = {row.id: row for row in conn.rows(_LINES, {"id": order_id})}
    terms = conn.rows(_TERMS, {"id": order_id})[0]
    lines = []
    for line in order.lines:
        quantity = line.quantity - line.cancelled
        if quantity:
            carton = extra[line.id].carton_quantity
            lines.append(
                PaperLine(
                    line.line_no,
                    line.sku_code,
                    extra[line.id].supplier_sku,
                    line.sku_name,
                    quantity,
                    None if not carton else Decimal(quantity) / carton,
                    line.unit_price,
                    line.amount,
                    line.expected_on,
                )
            )
    name = read_company(conn).name
    return OrderPaper(order, name, terms.payment_days, terms.country or "", tuple(lines))


def order_workbook(paper: OrderPaper, language: Language) -> bytes:
    """The order as xlsx: one sheet with the lines, one with what stands around them."""
    words = WORDS[language]
    columns = [
        SheetColumn(words["line_no"], ColumnKind.WHOLE, width=6),
        SheetColumn(words["sku"], width=20),
        SheetColumn(words["supplier_sku"], width=18),
        SheetColumn(words["name"], width=40),
        SheetColumn(words["quantity"], ColumnKind.WHOLE, width=12),
        SheetColumn(words["cartons"], ColumnKind.DECIMAL, width=10),
        SheetColumn(f"{words['unit_price']} {paper.order.currency}", ColumnKind.DECIMAL, width=16),
        SheetColumn(f"{words['amount']} {paper.order.currency}", ColumnKind.DECIMAL, width=16),
        SheetColumn(words["expected_on"], ColumnKind.DAY, width=16),
    ]
    rows = [
        [
            line.line_no,
            line.sku_code,
            line.supplier_sku,
            line.name,
            line.quantity,
            None if line.cartons is None else round(line.cartons, 2),
            line.unit_price,
            line.amount,
            line.expected_on,
        ]
        for line in paper.lines
    ]
    rows.append([None, words["total"], "", "", sum(line.quantity for line in paper.lines)])
    rows[-1] += [None, None, paper.total, None]
    head = [SheetColumn(words["title"], width=20), SheetColumn(paper.order.number, width=50)]
    return write_workbook(
        [
            Sheet(words["lines"], columns, rows),
            Sheet(words["title"], head, [list(fact) for fact in order_facts(paper, language)]),
        ]
    )


def order_facts(paper: OrderPaper, language: Language) -> list[tuple[str, str]]:
    """What stands around the lines, as label and value; nothing that is empty."""
    words, order = WORDS[language], paper.order
    facts = [
        ("number", order.number),
        ("ordered_on", order.ordered_on.isoformat()),
        ("expected_on", order.expected_on.isoformat() if order.expected_on else ""),
        ("buyer", paper.buyer),
        ("supplier", order.supplier_name),
        ("deliver_to", " · ".join(filter(None, (order.warehouse_name, paper.country)))),
        ("ship_method", words[order.ship_method]),
        ("payment", words["payment_days"].format(days=paper.payment_days)),
        ("currency", order.currency),
        ("note", order.note),
    ]
    return [(words[name], value) for name, value in facts if value]


_LINES = text("""
SELECT l.id, k.carton_quantity, coalesce(
    (SELECT f.supplier_sku FROM offer f WHERE f.sku_id = l.sku_id
        AND f.supplier_id = o.supplier_id), '') AS supplier_sku
FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id
JOIN sku k ON k.id = l.sku_id WHERE o.id = :id
""")
_TERMS = text("""
SELECT s.payment_days, w.country FROM purchase_order o JOIN supplier s ON s.id = o.supplier_id
JOIN location w ON w.id = o.warehouse_id WHERE o.id = :id
""")
