"""One-off orders in a real browser: tick, say why, read what was done, undo; in both languages."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from playwright.sync_api import Page, expect

from app.i18n import catalogue, md
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.orders import NewOrder, NewOrderLine, accept_orders
from inventory_core.vocabulary import Role
from jobs.planning import run_planning
from tests.browser import PATIENCE_MS, Served
from tests.conftest import copied_database
from tests.planning.seller import make_seller

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("few_trees")]
# The boxes stand in the first column of a grid whose rows have this height, below its heading.
ROW, BOX = 33, 16


@pytest.fixture(scope="module")
def shop(
    start_app: Callable[[str], Served],
    server: Server,
    admin: psycopg.Connection,
    template: str,
    few_trees: None,
) -> Iterator[Served]:
    with copied_database(admin, template) as name:
        database = Database(server.url(name, DatabaseRole.WRITER))
        seller = make_seller(database)
        now = utc_now()
        units = [2, 1, 3] * 46 + [80, 1]
        seller.sold("LAMP", units, last_on=now.date() - timedelta(days=1))
        goods = [NewOrderLine(1, seller.skus["CABLE"], 30, Decimal(10))]
        new = NewOrder("a", seller.account, "A-17", now, "USD", goods, country="US")
        database.write(lambda tx: accept_orders(tx, SYSTEM, [new], now=now))
        run_planning(database, SYSTEM, now=now, prophet_seconds=0)
        database.dispose()
        yield start_app(name)


def words(app: Served) -> list[str]:
    with app.database.reading() as conn:
        sql = "SELECT word FROM demand_word ORDER BY id"
        return [row[0] for row in conn.connection.exec_driver_sql(sql)]


def tick_first_row(page: Page, language: str, *, units: int = 80, within: str = "stMain") -> None:
    grid = page.get_by_test_id(within).get_by_test_id("stDataFrame").first
    expect(grid).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle")
    grid.scroll_into_view_if_needed()
    grid.click(position={"x": BOX, "y": ROW + ROW / 2})
    ticked = md("one_off.ticked", language=language, count=1, units=units)
    expect(page.get_by_text(ticked)).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("view", ["series", "one_offs"])
def test_a_large_order_is_counted_by_a_click_and_left_out_again_by_undo(
    shop: Served, open_page: Callable[..., Page], view: str, language: str
) -> None:
    texts, before = catalogue(language), words(shop)
    page = open_page(shop, Role.BUYER, language=language)
    page.goto(f"{shop.address}/forecasts?view={view}")
    tick_first_row(page, language)
    main = page.get_by_test_id("stMain")
    main.get_by_role("button", name=texts["one_off.do_ordinary"]).click()
    asked = page.get_by_test_id("stPopoverBody")
    expect(asked).to_contain_text(texts["one_off.reason_comes_again"], timeout=PATIENCE_MS)
    asked.get_by_role("button", name=texts["one_off.do_ordinary"]).dblclick()
    done = md("one_off.done_ordinary", language=language, count=1, units="80")
    notice = main.get_by_test_id("stAlert").filter(has_text=done)
    expect(notice).to_be_visible(timeout=PATIENCE_MS)
    assert words(shop) == [*before, "ordinary"]
    main.get_by_role("button", name=texts["one_off.undo"]).click()
    undone = md("one_off.undone", language=language, count=1)
    expect(main.get_by_test_id("stAlert").filter(has_text=undone)).to_be_visible(
        timeout=PATIENCE_MS
    )
    assert words(shop) == [*before, "ordinary", "rule"]


def test_a_line_is_judged_at_its_order(shop: Served, open_page: Callable[..., Page]) -> None:
    texts, before = catalogue("en"), words(shop)
    page = open_page(shop, Role.OWNER)
    page.goto(f"{shop.address}/orders?find=A-17")
    main = page.get_by_test_id("stMain")
    main.get_by_role("button", name=texts["one_off.ask"]).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(texts["one_off.of_order_note"], timeout=PATIENCE_MS)
    tick_first_row(page, "en", units=30, within="stDialog")
    dialog.get_by_role("button", name=texts["one_off.do_ordinary"]).click()
    asked = page.get_by_test_id("stPopoverBody")
    asked.get_by_role("button", name=texts["one_off.do_ordinary"]).click()
    done = md("one_off.done_ordinary", language="en", count=1, units=30)
    expect(main.get_by_test_id("stAlert").filter(has_text=done)).to_be_visible(timeout=PATIENCE_MS)
    expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
    assert words(shop) == [*before, "ordinary"]


def test_a_reader_sees_the_list_and_hears_who_may_act(
    shop: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page(shop, Role.READER)
    page.goto(f"{shop.address}/forecasts?view=one_offs")
    expect(page.get_by_text(catalogue("en")["one_off.who_may"])).to_be_visible(timeout=PATIENCE_MS)
