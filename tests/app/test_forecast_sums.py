"""The Forecasts screen adds up, in both languages and on a phone."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from playwright.sync_api import Page, expect

from app.i18n import catalogue, number
from forecasting.hierarchy_reading import Hierarchy, read_hierarchy
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.published import current_run
from inventory_core.vocabulary import ForecastGrain, Role
from jobs.planning import run_planning
from tests.browser import Served, settled
from tests.conftest import copied_database
from tests.planning.seller import make_seller

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def shop(
    server: Server,
    admin: psycopg.Connection,
    template: str,
    start_app: Callable[[str], Served],
) -> Served:
    """Two SKUs in two categories that sell daily, planned just now."""
    with copied_database(admin, template) as name:
        database = Database(server.url(name, DatabaseRole.WRITER))
        seller = make_seller(database)
        seller.run("UPDATE sku SET category = 'Light' WHERE code = 'LAMP'")
        for code in ("LAMP", "CABLE"):
            yesterday = utc_now().date() - timedelta(days=1)
            seller.sold(code, [4, 6, 5, 7, 3, 8, 6] * 26, last_on=yesterday)
        run_planning(database, SYSTEM, now=utc_now(), prophet_seconds=0)
        database.dispose()
        return start_app(name)


def _hierarchy(app: Served, grain: ForecastGrain) -> Hierarchy:
    with app.database.reading() as conn:
        run = current_run(conn)
        assert run is not None
        found = read_hierarchy(conn, run, grain)
    assert found is not None
    return found


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh", 390)])
def test_every_grain_shows_a_total_that_its_rows_add_up_to(
    shop: Served, open_page: Callable[..., Page], language: str, width: int
) -> None:
    words = catalogue(language)
    page = open_page(shop, Role.ANALYST, language=language, width=width)
    page.goto("/forecasts")
    settled(page)
    for grain in ForecastGrain:
        found = _hierarchy(shop, grain)
        page.get_by_text(words[f"hierarchy.grain_{grain.value}"], exact=True).first.click()
        settled(page)
        periods = words["hierarchy.weeks" if found.step_days == 7 else "hierarchy.days"]
        sentence = words["hierarchy.adds_up"].format(
            month=number(found.whole.month, language=language),
            horizon=number(found.whole.horizon, language=language),
            periods=periods.format(count=len(found.whole.mean)),
        )
        expect(page.get_by_text(sentence)).to_be_visible()
        expect(page.locator(".js-plotly-plot")).to_be_visible()
        expect(page.get_by_text(words["hierarchy.error"], exact=True).first).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_one_part_is_shown_with_what_it_is_made_of(
    shop: Served, open_page: Callable[..., Page]
) -> None:
    found = _hierarchy(shop, ForecastGrain.CATEGORY)
    light = next(one for one in found.sums if one.part == "Light")
    page = open_page(shop, Role.READER)
    page.goto("/forecasts?grain=category&part=Light")
    settled(page)
    expect(page.get_by_text("What Light is made of")).to_be_visible()
    expect(page.get_by_text(f"{light.month:,} in the next 4 weeks")).to_be_visible()
    page.goto("/forecasts?grain=category&part=Nothing")
    settled(page)
    expect(page.get_by_text(f"{found.whole.month:,} in the next 4 weeks")).to_be_visible()
