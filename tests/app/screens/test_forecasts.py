"""The Forecasts screen shows what was published; the Jobs screen asks and does not run."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from app.charts_forecasts import demand_picture
from app.i18n import t
from app.screens.forecasts_reading import read_overall, read_series
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import waiting_requests
from inventory_core.vocabulary import Role
from jobs.planning import run_planning
from tests.browser import Served
from tests.planning.seller import NOW, YESTERDAY, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")


def test_history_and_forecast_meet_at_the_planning_day(database: Database) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [10] * 140, last_on=YESTERDAY)
    seller.sold("CABLE", [1] * 140, last_on=YESTERDAY)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    with database.reading() as conn:
        found = read_overall(conn)
        assert found is not None
        first = found.series[0]
        series = read_series(conn, found.run, first.sku_id, first.warehouse_id)
    assert [one.sku for one in found.series] == ["LAMP", "CABLE"]
    assert series is not None
    assert series.past[-1] == YESTERDAY
    assert series.ahead[0] == date(2026, 3, 8)
    assert series.demand.tolist() == [70] * 20
    assert sum(one.series for one in found.classes) == 2


def test_trap_35_what_was_left_out_as_one_off_is_named_with_its_day(database: Database) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [2, 1, 3] * 46 + [80, 1], last_on=YESTERDAY)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    with database.reading() as conn:
        found = read_overall(conn)
        assert found is not None
        series = read_series(conn, found.run, found.series[0].sku_id, found.series[0].warehouse_id)
    assert series is not None
    assert series.one_offs == ((date(2026, 2, 28), 80),)
    assert series.left_out.tolist() == [0.0] * 19 + [80.0]
    assert (series.demand - series.counted).tolist() == series.left_out.tolist()
    bars = {bar.name: bar for bar in demand_picture(series, title="", language="en").data}
    cut = bars[t("one_off.chart_left_out")]
    assert (list(cut.x), list(cut.y)) == ([YESTERDAY], [80.0])
    assert sum(bars[t("forecasts.chart_demand")].y) == series.counted.sum()


def test_a_week_without_stock_shows_what_was_counted_in_its_place(
    database: Database,
) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [10] * 130 + [0, 0, 0] + [10] * 7, last_on=YESTERDAY)
    for moment, present in (("2025-11-01", True), ("2026-02-20", False), ("2026-02-23", True)):
        seller.run(
            "INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)"
            " VALUES (:sku, :place, :present,"
            " CAST(:at AS timestamp) AT TIME ZONE 'America/Los_Angeles')",
            sku=seller.skus["LAMP"], place=seller.us, present=present, at=moment,
        )  # fmt: skip
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    with database.reading() as conn:
        found = read_overall(conn)
        assert found is not None
        series = read_series(conn, found.run, found.series[0].sku_id, found.series[0].warehouse_id)
    assert series is not None
    assert series.demand[-2:].tolist() == [40, 70]
    assert series.counted[-2:].tolist() == pytest.approx([70, 70])
    marks = demand_picture(series, title="", language="en").data
    [estimated] = [one for one in marks if one.name == t("one_off.chart_estimated")]
    assert (list(estimated.x), list(estimated.y)) == ([date(2026, 2, 22)], pytest.approx([70]))


@pytest.mark.browser
@pytest.mark.parametrize(("language", "words"), [("en", "Run now"), ("zh", "立即运行")])
def test_a_press_of_the_button_asks_once_for_a_run(
    running_app: Served, open_page: Callable[..., Page], language: str, words: str
) -> None:
    page = open_page(running_app, Role.OWNER, language=language)
    with running_app.database.reading() as conn:
        before = len(waiting_requests(conn))
    page.goto("/jobs")
    page.get_by_role("button", name=words).nth(before).dblclick()
    expect(page.get_by_test_id("stAlertContentSuccess")).to_be_visible()
    with running_app.database.reading() as conn:
        assert len(waiting_requests(conn)) == before + 1
