"""Rules by hand in a real browser: two windows at once, and fields that can be emptied again."""

from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from app.i18n import catalogue
from inventory_core.db.server import Server
from inventory_core.planning.rules import replenish_rules
from inventory_core.vocabulary import Role
from tests.app.screens.shop import planned_seller
from tests.browser import PATIENCE_MS, Served

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("few_trees")]
WORDS = catalogue("en")


@pytest.fixture(scope="module")
def shop(
    start_app: Callable[[str], Served],
    server: Server,
    admin: psycopg.Connection,
    template: str,
    few_trees: None,
) -> Served:
    with planned_seller(server, admin, template) as (name, _):
        return start_app(name)


def opened(page: Page, app: Served) -> None:
    """The first card, and the rules of its SKU."""
    page.goto(f"{app.address}/replenish")
    button = page.get_by_test_id("stMain").get_by_role("button", name=WORDS["rules.open"])
    expect(button.last).to_be_enabled(timeout=PATIENCE_MS)
    button.last.click()
    expect(field(page, "minimum")).to_be_visible(timeout=PATIENCE_MS)


def field(page: Page, part: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("dialog").get_by_role("textbox", name=WORDS[f"rules.{part}"])


def save(page: Page, **parts: str) -> None:
    for part, value in parts.items():
        field(page, part).fill(value)
        field(page, part).press("Tab")
    page.get_by_role("dialog").get_by_role("button", name=WORDS["shell.save"]).click()


def done(page: Page) -> None:
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=PATIENCE_MS)


def minima(app: Served) -> list[int | None]:
    with app.database.reading() as conn:
        return [rule.minimum for rule in replenish_rules(conn).values()]


def test_of_two_windows_the_second_hears_of_the_first_and_what_is_set_can_be_emptied(
    shop: Served,
    open_page: Callable[..., Page],
) -> None:
    first, second = open_page(shop, Role.BUYER), open_page(shop, Role.OWNER)
    opened(first, shop)
    opened(second, shop)
    save(first, minimum="900", reason="fair")
    done(first)
    expect(first.get_by_test_id("stMain")).to_contain_text(
        "As you set it: minimum 900.", timeout=PATIENCE_MS
    )
    save(second, minimum="700")
    refused = second.get_by_role("dialog").get_by_test_id("stAlert")
    expect(refused).to_contain_text(WORDS["error.rule_changed_meanwhile"], timeout=PATIENCE_MS)
    assert minima(shop) == [900]
    # Looked at again, it shows what the first one set; a part is set beside it.
    opened(second, shop)
    expect(field(second, "minimum")).to_have_value("900", timeout=PATIENCE_MS)
    expect(second.get_by_role("dialog")).to_contain_text("Set by buyer", timeout=PATIENCE_MS)
    save(second, service_level="98")
    done(second)
    assert minima(shop) == [900]
    opened(first, shop)
    expect(field(first, "service_level")).to_have_value("98", timeout=PATIENCE_MS)
    save(first, minimum="", service_level="")
    done(first)
    assert minima(shop) == []
