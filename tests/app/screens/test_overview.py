"""The overview in a real browser, empty and with the sample company, in both languages."""

import re
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from app.i18n import catalogue, t
from inventory_core.vocabulary import Role
from tests.browser import PATIENCE_MS, Served

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_company_is_told_what_fills_the_screen(
    running_app: Served, open_page: Callable[..., Page], language: str
) -> None:
    words = catalogue(language)
    page = open_page(running_app, Role.OWNER, language=language)
    page.goto("/overview")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text(words["overview.empty_sentence"])).to_be_visible(timeout=PATIENCE_MS)
    # Nothing was seen yet: nobody says that all is well.
    expect(main.get_by_text(words["overview.all_fine"])).to_have_count(0)
    expect(main.get_by_test_id("stAlertContentError")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_kpis_are_read_narrowed_and_led_from_to_the_orders(
    start_app: Callable[[str], Served],
    sample_template: str,
    open_page: Callable[..., Page],
    admin: psycopg.Connection,
    language: str,
) -> None:
    words = catalogue(language)
    app = start_app(sample_template)
    page = open_page(app, Role.OWNER, language=language, width=1440)
    page.goto("/overview")
    main = page.get_by_test_id("stMain")
    metrics = main.get_by_test_id("stMetric")
    expect(metrics).to_have_count(5, timeout=PATIENCE_MS)
    for name in ("turnover", "stock_to_sales", "stock_out_rate", "dead_share", "average"):
        expect(metrics.filter(has_text=words[f"overview.{name}"])).to_have_count(1)
    everywhere = metrics.nth(4).inner_text()
    main.get_by_role("radio", name="FBA-DE").or_(main.get_by_role("button", name="FBA-DE")).click()
    expect(metrics.nth(4)).not_to_have_text(everywhere, timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(r"site=\d+"))
    main.get_by_role("button", name=words["attention.late_orders_button"]).first.click()
    expect(page).to_have_url(re.compile("/orders"), timeout=PATIENCE_MS)


@pytest.mark.slow
def test_the_scope_of_a_phone_stands_in_even_boxes_that_stay_in_the_address(
    start_app: Callable[[str], Served], sample_template: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(start_app(sample_template), Role.OWNER, width=390, phone=True)
    page.goto("/overview?period=30")
    main = page.get_by_test_id("stMain")
    boxes = main.get_by_test_id("stSelectbox")
    expect(boxes).to_have_count(4, timeout=PATIENCE_MS)
    places = [boxes.nth(one).bounding_box() for one in range(4)]
    assert len({round(one["width"]) for one in places if one}) == 1
    assert [round(one["x"]) for one in places[:2] if one] == [
        round(one["x"]) for one in places[2:] if one
    ]
    period = boxes.nth(1).get_by_role("combobox")
    expect(period).to_have_value(t("overview.days", language="en", days=30))
    boxes.nth(0).click()
    # In a box there is room for the name of a site.
    page.get_by_role("option", name="Hub Shenzhen (SZ-HUB)").click()
    expect(page).to_have_url(re.compile(r"site=\d+"), timeout=PATIENCE_MS)


@pytest.mark.slow
def test_a_reader_sees_no_costs(
    start_app: Callable[[str], Served], sample_template: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(start_app(sample_template), Role.READER, language="en")
    page.goto("/overview")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("Needs attention now")).to_be_visible(timeout=PATIENCE_MS)
    expect(main.get_by_text("Inventory turnover", exact=True)).to_have_count(0)
