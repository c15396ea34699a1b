"""Files as sellers have them: other names of the same columns, and what a header says beside."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.import_words import problem_column
from inventory_core.db.engine import Database
from inventory_core.desk.imports_columns import ColumnsSaid, Matched, match_header
from inventory_core.desk.imports_headings import from_parameters
from inventory_core.desk.imports_templates_goods import OPENING_STOCK
from inventory_core.desk.imports_templates_sales import SALES
from inventory_core.desk.imports_templates_trade import SUPPLIERS_OFFERS
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.errors import Invalid
from tests.desk.importing import OPTIONS, PLACE_LINES, SKU_LINES, csv_file, load, sell, values

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


WRONG = "Order No,SKU,Qty,Pieces,Order Date,Ship date,Price,Paid each,Market"


def test_a_column_taken_wrongly_is_corrected_and_another_said_to_be_absent() -> None:
    assert match(WRONG).positions["sold_at"] == 4
    said = ColumnsSaid(
        {"sold_at": "Ship date", "unit_price": "Paid each", "quantity": "pieces"},
        absent=frozenset({"country"}),
    )
    matched = match_header(SALES, WRONG.split(","), file_name="mine.csv", said=said)
    assert matched.positions == {
        "invoice": 0, "sku": 1, "quantity": 3, "sold_at": 5, "unit_price": 7,
    }  # fmt: skip
    assert matched.unknown == ("Qty", "Order Date", "Price", "Market")


def test_two_columns_never_take_one_heading() -> None:
    said = ColumnsSaid({"sold_at": "Ship date", "quantity": "ship DATE"})
    with pytest.raises(Invalid, match="column_for_two") as refused:
        match_header(SALES, WRONG.split(","), file_name="mine.csv", said=said)
    assert refused.value.params["column"] == "Ship date"
    assert refused.value.params["columns"] == ["Time / 时间", "Quantity / 数量"]


def test_a_needed_column_that_was_said_to_be_absent_is_asked_for() -> None:
    said = ColumnsSaid(absent=frozenset({"sku"}))
    with pytest.raises(Invalid, match="columns_missing") as refused:
        match_header(SALES, WRONG.split(","), file_name="mine.csv", said=said)
    assert refused.value.params["keys"] == ["sku"]


def test_a_check_shows_what_was_taken_for_what_with_the_first_values(
    database: Database, tmp_path: Path
) -> None:
    lines = (
        "Order No,SKU,Qty,Date,Price (GBP),Remark",
        "1,A1,2,2026-03-02,4.50,",
        "2,A1,2,2026-03-03,4.50,gift",
        "3,A2,7,2026-03-04,5,",
        "4,A3,8,2026-03-05,6,",
    )
    report = sell(database, csv_file(tmp_path, "mine.csv", lines), SalesOptions(), dry_run=True)
    seen = {heading.title: (heading.key, heading.values) for heading in report.headings}
    assert seen["Qty"] == ("quantity", ("2", "7", "8"))
    assert seen["Date"] == ("sold_at", ("2026-03-02", "2026-03-03", "2026-03-04"))
    assert seen["Remark"] == ("", ("gift",))


def test_a_file_unreadable_because_of_a_wrong_column_says_which_it_took(
    database: Database, tmp_path: Path
) -> None:
    lines = ("SKU,Units,How many,Date,Price", *(f"A{n},pcs,3,2026-03-0{n},4" for n in range(1, 6)))
    path = csv_file(tmp_path, "mine.csv", lines)
    with pytest.raises(Invalid, match="file_mostly_unreadable") as refused:
        sell(database, path, dry_run=True)
    assert refused.value.params["column"] == "Units", "the person's own heading"
    taken = {heading.key: heading for heading in from_parameters(refused.value.params["headings"])}
    assert (taken["quantity"].title, taken["quantity"].values) == ("Units", ("pcs",))
    said = ColumnsSaid({"quantity": "How many"})
    assert sell(database, path, replace(OPTIONS, said=said)).counts["accepted"] == 5


def test_a_problem_names_the_own_heading_or_our_name_of_what_the_file_lacks(
    seller: Database, tmp_path: Path
) -> None:
    stock = csv_file(tmp_path, "stock.csv", ["Our ref,Units there", "00123,many"])
    said = ColumnsSaid(
        {"sku": "Our ref", "quantity": "Units there"}, {"warehouse": "SZ", "unit_cost": "a lot"}
    )
    report = load(seller, "opening_stock", stock, said=said, key="k")
    assert [problem_column(report, each, "zh") for each in report.problems] == [
        "Units there",
        "单位成本",
    ]
