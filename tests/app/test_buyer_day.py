"""A buyer's day in a real browser, in both languages: KPIs, reasons, approve, order, receive."""

import re
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from app.i18n import catalogue
from inventory_core.db.schema.planning import suggestion
from inventory_core.db.schema.trade import purchase_order, purchase_order_line
from inventory_core.db.server import Server
from inventory_core.stock.balances import positions
from inventory_core.stock.verify import verify_book
from inventory_core.trade.purchase_records import purchase_orders
from inventory_core.vocabulary import Role
from tests.app.screens.shop import planned_seller
from tests.browser import PATIENCE_MS, Served, settled
from tests.people import OWNER, PASSWORD
from tests.planning.seller import Seller

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def shop(
    server: Server,
    admin: psycopg.Connection,
    template: str,
    start_app: Callable[[str], Served],
) -> tuple[Served, Seller]:
    with planned_seller(server, admin, template) as (name, seller):
        return start_app(name), seller


def _suggestion(shop: tuple[Served, Seller], sku: str) -> int:
    app, seller = shop
    with app.database.reading() as conn:
        found = conn.scalar(
            select(suggestion.c.id).where(
                suggestion.c.sku_id == seller.skus[sku],
                suggestion.c.state == "open",
                suggestion.c.kind == "buy",
            )
        )
    assert found is not None
    return int(found)


def _approve_button(page: Page, words: dict[str, str]) -> Locator:
    verb = re.escape(words["replenish.approve"].split("{")[0].strip())
    return page.get_by_role("button", name=re.compile(rf"{verb} [\d,]+ ·")).first


def _orders(app: Served) -> int:
    with app.database.reading() as conn:
        return int(conn.scalar(select(func.count()).select_from(purchase_order_line)))


@pytest.mark.parametrize(("language", "sku"), [("en", "LAMP"), ("zh", "CABLE")])
def test_from_sign_in_to_stock_and_cost(
    shop: tuple[Served, Seller], open_page: Callable[..., Page], language: str, sku: str
) -> None:
    app, seller = shop
    words = catalogue(language)
    page = open_page(app, language=language)
    page.goto("/signin")
    page.fill("input[name=name]", OWNER)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.get_by_role("heading", name=words["nav.overview"])).to_be_visible(
        timeout=PATIENCE_MS
    )

    number = _suggestion(shop, sku)
    page.goto(f"/replenish?suggestion={number}")
    expect(page.get_by_role("heading", name=re.compile(f"^{sku}"))).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(page.get_by_text(words["replenish.sum_needed"]).first).to_be_visible()
    settled(page)
    _approve_button(page, words).click()
    told = page.get_by_test_id("stAlert").first
    expect(told).to_contain_text(re.compile(r"PO-\d+"), timeout=PATIENCE_MS)
    order_number = re.findall(r"PO-\d+", told.inner_text())[0]
    with app.database.reading() as conn:
        order_id = conn.scalar(
            select(purchase_order.c.id).where(purchase_order.c.number == order_number)
        )
        (line,) = purchase_orders(conn, [order_id])[0].lines
        before = positions(conn, [seller.skus[sku]], [seller.us])[0].on_hand
    assert line.sku_code == sku

    page.goto(f"/purchases?order={order_number}")
    settled(page)
    page.get_by_role(
        "button", name=re.compile(f"{re.escape(words['purchases.receive'])}$")
    ).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role(
        "button", name=re.compile(f"{re.escape(words['purchases.receive'])}$")
    ).first.click()
    expect(page.get_by_test_id("stAlert").first).to_contain_text(
        f"{line.quantity:,}", timeout=PATIENCE_MS
    )
    with app.database.reading() as conn:
        after = positions(conn, [seller.skus[sku]], [seller.us])[0].on_hand
        assert verify_book(conn) == []
    assert after == before + line.quantity

    page.goto(f"/stock?sku={sku}")
    settled(page)
    expect(page.get_by_text(f"{after:,}").first).to_be_visible(timeout=PATIENCE_MS)


def test_two_browsers_approving_twice_each_make_one_order_and_both_are_told(
    shop: tuple[Served, Seller], open_page: Callable[..., Page]
) -> None:
    app, _ = shop
    words, number, before = catalogue("en"), _suggestion(shop, "CREAM"), _orders(app)
    pages = [open_page(app, role) for role in (Role.OWNER, Role.BUYER)]
    for page in pages:
        page.goto(f"/replenish?suggestion={number}")
        expect(_approve_button(page, words)).to_be_enabled(timeout=PATIENCE_MS)
        settled(page)
    for page in pages:
        _approve_button(page, words).evaluate("button => { button.click(); button.click(); }")
    for page in pages:
        expect(page.get_by_test_id("stAlert").first).to_contain_text(
            re.compile(r"PO-\d+"), timeout=PATIENCE_MS
        )
    assert _orders(app) == before + 1
