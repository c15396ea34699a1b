"""Receiving, undoing and creating in a real browser: the dialogs that a person works with."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from app.i18n import catalogue
from inventory_core.catalog.skus import sku_ids
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.verify import verify_book
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    PurchaseOrder,
    create_purchase_orders,
    purchase_order,
)
from inventory_core.vocabulary import Role
from tests.browser import PATIENCE_MS, Served
from tests.trade.receiving import level
from tests.trade.world import NOW, TODAY, World, make_world

pytestmark = pytest.mark.browser
WORDS = catalogue("en")


def _seeded(app: Served) -> tuple[World, PurchaseOrder]:
    world = make_world(app.database)
    lines = [
        NewPurchaseLine(1, world.skus["LAMP"], 100, Decimal(2)),
        NewPurchaseLine(2, world.skus["CABLE"], 50, Decimal(2)),
    ]
    new = NewPurchaseOrder("po", world.supplier, world.hub, "USD", TODAY, lines)
    with app.database.writing() as tx:
        return world, create_purchase_orders(tx, SYSTEM, [new], now=NOW)[0]


def _press(page: Page, key: str, *, dialog: bool = False) -> None:
    place = page.get_by_role("dialog") if dialog else page.get_by_test_id("stMain")
    label = re.compile(f"{re.escape(WORDS[key])}$")
    button = place.get_by_role("button", name=label).first
    expect(button).to_be_enabled(timeout=PATIENCE_MS)
    button.click()


def _fill(page: Page, key: str, value: str) -> None:
    field = page.get_by_role("dialog").get_by_label(WORDS[key], exact=True).first
    field.fill(value)
    field.press("Tab")


def test_a_person_receives_undoes_and_creates(running_app: Served, open_page) -> None:  # type: ignore[no-untyped-def]
    world, order = _seeded(running_app)
    page: Page = open_page(running_app, Role.OWNER, language="en", width=1440)
    page.goto(f"{running_app.address}/purchases?order={order.number}")

    _press(page, "purchases.receive")
    _fill(page, "purchases.came", "101")
    _press(page, "purchases.receive", dialog=True)
    expect(page.get_by_role("dialog").get_by_test_id("stAlert")).to_contain_text(
        "LAMP", timeout=PATIENCE_MS
    )
    _fill(page, "purchases.came", "60")
    _fill(page, "purchases.damaged", "4")
    _press(page, "purchases.receive", dialog=True)
    done = page.get_by_test_id("stAlert").first
    expect(done).to_contain_text("110", timeout=PATIENCE_MS)
    with running_app.database.reading() as conn:
        assert [line.open for line in purchase_order(conn, order.id).lines] == [40, 0]
        assert level(conn, world.skus["LAMP"], world.hub) == (60, 0, 4)

    _press(page, "purchases.undo")
    _press(page, "purchases.undo", dialog=True)
    expect(done).to_contain_text(WORDS["purchases.undone"], timeout=PATIENCE_MS)
    with running_app.database.reading() as conn:
        assert [line.open for line in purchase_order(conn, order.id).lines] == [100, 50]
        assert verify_book(conn) == []

    page.goto(f"{running_app.address}/catalog?part=skus")
    _press(page, "catalog.new_sku")
    _fill(page, "catalog.code", "MUG-1")
    _fill(page, "catalog.name", "Mug")
    _press(page, "shell.save", dialog=True)
    expect(page.get_by_test_id("stAlert").first).to_contain_text("MUG", timeout=PATIENCE_MS)
    with running_app.database.reading() as conn:
        assert "mug-1" in sku_ids(conn, ["MUG-1"])
