"""Files as sellers have them: other names of the same columns, and what a header says beside."""

from decimal import Decimal
from pathlib import Path

import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.imports_columns import ColumnsSaid, Matched, match_header
from inventory_core.desk.imports_templates_goods import OPENING_STOCK
from inventory_core.desk.imports_templates_sales import SALES
from inventory_core.desk.imports_templates_trade import SUPPLIERS_OFFERS
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.errors import Invalid
from tests.desk.importing import PLACE_LINES, SKU_LINES, csv_file, load, sell, values

NEEDED = {"invoice", "sku", "quantity", "sold_at", "unit_price"}


def match(header: str) -> Matched:
    return match_header(SALES, header.split(","), file_name="mine.csv")


@pytest.mark.parametrize(
    "header",
    [
        "Order No,Product Code,Item,Qty,Order Date,Unit Price (GBP),Market",
        "Name,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Order ID",
        "Transaction ID,Custom label,Quantity sold,Sale date,Sale price",
        "订单编号,货号,品名,件数,付款时间,售价（元）,站点",
        "ORDER_NUMBER,Seller SKU,UNITS SOLD,Purchase-Date,Price,Sales Channel",
    ],
)
def test_names_that_sellers_use_are_understood(header: str) -> None:
    assert set(match(header).positions) >= NEEDED


def test_the_name_of_a_shopify_order_is_its_number_and_elsewhere_that_of_the_goods() -> None:
    shopify = match("Name,Currency,Created at,Lineitem quantity,Lineitem name,Lineitem price,SKU")
    assert (shopify.positions["invoice"], shopify.positions["description"]) == (0, 4)
    goods = match("Name,Created at,Quantity,Price,SKU")
    assert goods.positions["description"] == 0
    assert "invoice" not in goods.positions


def test_of_two_names_of_one_column_the_nearest_is_read_and_the_other_said() -> None:
    matched = match("Order No,SKU,Product Code,Qty,Date,Order date,Unit price,Price")
    assert matched.positions["sku"] == 1
    assert matched.positions["sold_at"] == 5
    assert matched.positions["unit_price"] == 6
    assert matched.unknown == ("Product Code", "Date", "Price")


def test_the_same_name_twice_is_still_refused() -> None:
    with pytest.raises(Invalid, match="column_twice"):
        match("Order No,SKU,sku,Qty,Date,Price")


def test_a_header_without_a_needed_column_names_it() -> None:
    with pytest.raises(Invalid, match="columns_missing") as refused:
        match("Order No,SKU,Date,Price (EUR)")
    assert refused.value.params["columns"] == ["Quantity / 数量"]


FILE = ("Order No,Product Code,Qty,Order Date,Unit Price (GBP)", "7,00123,2,03/01/2026,4.20")


def test_the_currency_in_a_header_is_that_of_the_lines(database: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "mine.csv", FILE)
    report = sell(database, path, SalesOptions(day_first=True))
    assert report.counts["accepted"] == 1
    assert "currency_assumed" not in {note.code for note in report.notes}
    [row] = values(database, "SELECT currency, unit_price, quantity FROM sales_line")
    assert row == ("GBP", Decimal("4.20"), 2)


def test_another_currency_than_the_header_says_is_refused(
    database: Database, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, "mine.csv", FILE)
    with pytest.raises(Invalid, match="currency_differs") as refused:
        sell(database, path, SalesOptions(day_first=True, currency="usd"))
    assert refused.value.params == {"header": "GBP", "given": "USD"}
    assert values(database, "SELECT 1 FROM sales_line") == []
    report = sell(database, path, SalesOptions(day_first=True, currency="gbp"))
    assert report.counts["accepted"] == 1


def test_what_a_person_says_of_a_column_holds_before_what_is_guessed() -> None:
    header = ["Our ref", "Depot", "Qty", "Units there", "Paid each (GBP)"]
    with pytest.raises(Invalid, match="columns_missing") as refused:
        match_header(OPENING_STOCK, header, file_name="mine.csv")
    assert refused.value.params["keys"] == ["sku", "warehouse", "unit_cost"]
    said = ColumnsSaid(
        {"sku": "our ref", "unit_cost": "Paid each (GBP)", "quantity": "Units there"},
        {"warehouse": "MAIN"},
    )
    matched = match_header(OPENING_STOCK, header, file_name="mine.csv", said=said)
    assert matched.positions == {"sku": 0, "unit_cost": 4, "quantity": 3}
    assert matched.stated == {"warehouse": "MAIN"}
    assert matched.unknown == ("Depot", "Qty")


def test_a_value_stated_for_all_rows_is_read_like_a_cell(
    database: Database, tmp_path: Path
) -> None:
    skus, places = csv_file(tmp_path, "skus.csv", SKU_LINES), csv_file(tmp_path, "p", PLACE_LINES)
    for template, path in (("skus", skus), ("warehouses", places)):
        load(database, template, path)
    stock = csv_file(tmp_path, "stock.csv", ["Our ref,Units there", "00123,7", "1E5,0"])
    named = {"sku": "Our ref", "quantity": "Units there"}
    said = ColumnsSaid(named, {"warehouse": "SZ", "unit_cost": "a lot"})
    report = load(database, "opening_stock", stock, said=said, key="first")
    assert {problem.code for problem in report.problems} == {"cell_not_decimal"}
    assert values(database, "SELECT 1 FROM movement") == []
    said = ColumnsSaid(named, {"warehouse": "SZ", "unit_cost": "12.50"})
    report = load(database, "opening_stock", stock, said=said, key="second")
    assert report.counts == {"created": 1, "changed": 0, "unchanged": 1}
    assert values(database, "SELECT on_hand FROM stock_level") == [(7,)]


def test_the_currency_in_the_header_of_a_price_list_is_that_of_the_offers() -> None:
    header = ["供应商", "货号", "采购价(CNY)", "交期(天)"]
    assert match_header(SUPPLIERS_OFFERS, header, file_name="p").stated == {"currency": "CNY"}
