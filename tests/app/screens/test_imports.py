"""The import screen in a real browser: check, import, complete, look back and undo."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from app.i18n import catalogue
from inventory_core.vocabulary import Role
from tests.app.screens.test_forecasts_learning import drawn
from tests.browser import Served, settled
from tests.desk.importing import csv_file

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)

HEADER = "invoice,sku,description,quantity,timestamp,unit_price,customer_id,country"
LINES = (
    HEADER,
    *(
        f"{n},A{n % 7},Article {n % 7},{n},2026-01-{n % 27 + 1:02} 10:00,5,7,GB"
        for n in range(1, 60)
    ),
    "C60,A1,Article 1,-8,2026-03-01 10:00,5,7,GB",
    '61,A1,Article 1,"1,5",2026-03-01 10:00,5,7,GB',
)


def upload(page: Page, path: Path) -> None:
    page.locator('[data-testid="stFileUploader"] input[type=file]').set_input_files(path)
    expect(page.get_by_text(path.name).first).to_be_visible()


def press(page: Page, name: str) -> None:
    """Press a button that stands still: not while the screen is being drawn anew."""
    expect(page.get_by_role("button", name=name)).to_be_visible()
    settled(page)
    page.get_by_role("button", name=name).click()


def test_a_file_is_checked_imported_completed_and_taken_back(
    running_app: Served, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(running_app, Role.OWNER)
    page.goto("/import")
    settled(page)
    upload(page, csv_file(tmp_path, "sales.csv", LINES))
    press(page, "Check the file")
    expect(page.get_by_text("Nothing was written yet")).to_be_visible()
    expect(page.get_by_text("1 row is refused")).to_be_visible()
    press(page, "Import 61 rows")
    expect(page.get_by_text("taken as import")).to_be_visible()
    press(page, "Complete them")
    press(page, "Accept assumptions for 7 SKUs")
    expect(page.get_by_text("Nothing is missing.")).to_be_visible()
    with running_app.database.reading() as conn:
        assert conn.scalar(text("SELECT count(*) FROM offer")) == 7
        assert conn.scalar(text("SELECT count(*) FROM sales_line")) == 60
    page.goto("/import?part=history")
    settled(page)
    expect(page.locator("canvas").first).to_be_visible()


def test_columns_of_other_names_are_asked_for_and_the_answers_hold(
    running_app: Served, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(running_app, Role.OWNER)
    page.goto("/import")
    settled(page)
    lines = ["Bill,Ref,How many,When,Each,Currency", "Z9,Q1,3,2026-03-02 09:00,4.5,EUR"]
    upload(page, csv_file(tmp_path, "odd.csv", lines))
    press(page, "Check the file")
    headings = {"SKU": "Ref", "Quantity": "How many", "Time": "When", "Unit price": "Each"}
    for name, heading in headings.items():
        page.get_by_role("combobox", name=name).click()
        page.get_by_role("option", name=heading, exact=True).click()
    press(page, "Check again")
    expect(page.get_by_text("Nothing was written yet")).to_be_visible()
    press(page, "Import 1 row")
    expect(page.get_by_text("taken as import")).to_be_visible()
    with running_app.database.reading() as conn:
        asked = text("SELECT quantity, currency FROM sales_line WHERE sku_text = 'Q1'")
        assert [tuple(row) for row in conn.rows(asked)] == [(3, "EUR")]


def test_bad_cells_are_named_in_chinese_and_nothing_is_written(
    running_app: Served, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(running_app, Role.BUYER, language="zh")
    page.goto("/import")
    settled(page)
    page.get_by_text("商品", exact=True).first.click()
    expect(page.get_by_text("您库存和盘点的商品")).to_be_visible()
    settled(page)
    upload(page, csv_file(tmp_path, "skus.csv", ["商品编码,名称,箱规", 'B1,茶壶,"1,5"']))
    press(page, "检查文件")
    expect(page.get_by_text("有 1 处需要改正后才能导入")).to_be_visible()
    expect(page.get_by_role("button", name="导入 1 行")).to_have_count(0)


def test_the_order_of_days_can_be_said_for_every_file_that_holds_days(desk: Served) -> None:
    test = drawn(desk, "", screen="import")
    asked = catalogue("en")["imports.option.day_order"]
    for template, holds_days in (("rates", True), ("warehouses", False), ("purchase_orders", True)):
        test = test.radio(key="import_template_").set_value(template).run()
        assert not test.exception
        assert (asked in [one.label for one in test.selectbox]) is holds_days


def test_what_nobody_stated_is_left_to_the_file_and_its_channel(desk: Served) -> None:
    """A form that states the company's own currency makes prices of another one wrong."""
    test = drawn(desk, "", screen="import")
    stated = {one.label: one.value for one in test.selectbox}
    for name in ("currency", "time_zone", "warehouse"):
        assert stated[catalogue("en")[f"imports.option.{name}"]] == ""
