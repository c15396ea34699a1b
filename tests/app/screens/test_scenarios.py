"""What if: asked on the screen, planned by the job, shown beside today's plan; first steps."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.clock import utc_now
from inventory_core.errors import Forbidden
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.job_runs import JobName, RunState, waiting_requests
from inventory_core.planning.scenarios import Scenario, drop_scenario, kept_scenarios
from inventory_core.trade.offers import NewOffer, create_offers
from inventory_core.trade.suppliers import NewSupplier, create_suppliers
from inventory_core.vocabulary import PersonId, Role, WarehouseKind
from jobs.execution import run_recorded
from jobs.planning import run_planning
from jobs.tasks import Workplace
from tests.app.screens.test_forecasts_learning import drawn, words
from tests.browser import Served

pytestmark = pytest.mark.usefixtures("few_trees")

EN = catalogue("en")
READER = Actor(PersonId(0), "reader", frozenset({Role.READER}))


@pytest.fixture
def selling(desk: Served) -> Served:
    """A seller of lamps for ten months, with a supplier and nothing in stock."""
    today = utc_now().date()
    with desk.database.writing() as tx:
        create_warehouses(
            tx, SYSTEM, [NewWarehouse("US", "US", WarehouseKind.OVERSEAS, "US", "UTC")]
        )
        skus = create_skus(tx, SYSTEM, [NewSku("LAMP", "Lamp", category="Light")])
        supplier = create_suppliers(tx, SYSTEM, [NewSupplier("NB", "Ningbo", "CNY", "CN")])["NB"]
        offer = NewOffer(supplier, skus["LAMP"], "CNY", 30, prices=[(1, Decimal(4))])
        create_offers(tx, SYSTEM, [offer])
        tx.execute(
            text(
                "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on,"
                " quantity, unit_price, currency, warehouse_id) SELECT 'file', d::text, s.code,"
                " s.id, d, d, 5 + extract(day FROM d)::int % 3, 10,"
                " (SELECT base_currency FROM company), w.id FROM sku s, location w,"
                " generate_series(CAST(:first AS date), CAST(:last AS date), '1 day') d"
                " WHERE w.code = 'US'"
            ),
            {"first": today - timedelta(days=300), "last": today - timedelta(days=1)},
        )
    return desk


def press(test: AppTest, label: str) -> AppTest:
    [button] = [one for one in test.button if one.label == label]
    after = button.click().run()
    assert not after.exception, after.exception
    return after


def asked(desk: Served) -> list[tuple[JobName, dict]]:
    with desk.database.reading() as conn:
        return [(one.job, dict(one.settings)) for one in waiting_requests(conn)]


def test_before_the_first_plan_one_button_makes_it_once(selling: Served) -> None:
    for screen in ("replenish", "forecasts", "replay"):
        test = drawn(selling, "", screen=screen)
        assert EN["shell.first_plan"] in words(test), screen
    press(test, EN["shell.first_plan_button"])
    assert asked(selling) == [(JobName.PLAN, {})]
    [button] = [
        one for one in drawn(selling, "", screen="replenish").button
        if one.label == EN["shell.first_plan_button"]
    ]  # fmt: skip
    assert button.disabled


def test_before_the_first_figures_the_overview_writes_them(selling: Served) -> None:
    test = drawn(selling, "", screen="overview")
    assert EN["shell.first_kpi_snapshot"] in words(test)
    press(test, EN["shell.first_kpi_snapshot_button"])
    assert asked(selling) == [(JobName.KPI_SNAPSHOT, {})]
    place = Workplace(selling.database, SYSTEM, utc_now())
    assert run_recorded(place, JobName.KPI_SNAPSHOT) is RunState.DONE
    filled = drawn(selling, "", screen="overview")
    assert EN["overview.empty"] not in words(filled)
    assert len(filled.metric) == 5


def kept(desk: Served) -> list[int]:
    with desk.database.reading() as conn:
        return [one.run_id for one in kept_scenarios(conn)]


def test_a_scenario_is_asked_from_the_form_and_shown_beside_todays_plan(selling: Served) -> None:
    run_planning(selling.database, SYSTEM, now=utc_now(), prophet_seconds=0)
    test = drawn(selling, "", screen="replay")
    assert EN["scenario.empty"] in words(test)
    # Nothing changed: refused with a sentence, and nothing is asked.
    test = press(test, EN["scenario.run"])
    assert EN["error.scenario_changes_nothing"] in words(test)
    assert asked(selling) == []
    test.number_input(key="scenario_demand_factor").set_value(20)
    test.number_input(key="scenario_budget").set_value(300)
    press(test, EN["scenario.run"])
    settings = {"demand_factor": "1.2000", "budget": "300.00"}
    assert asked(selling) == [(JobName.SCENARIO, settings)]
    place = Workplace(selling.database, SYSTEM, utc_now())
    for each in (settings, Scenario(delay_days=14).as_settings()):
        assert run_recorded(place, JobName.SCENARIO, settings=each) is RunState.DONE
    shown = drawn(selling, "", screen="replay")
    assert [one.value for one in shown.error] == []
    figures, differing = shown.dataframe[0].value, shown.dataframe[1].value
    # Today's plan, the newest scenario, and the one before beside it.
    assert len(figures.columns) == 4
    rows = set(figures["figure"])
    assert {EN["scenario.row.follow_cash"], EN["scenario.row.expired"]} <= rows
    assert shown.number_input(key="scenario_level").help == EN["scenario.level_help"]
    assert len(differing) == 1
    assert "port delay 14 days" in words(shown)
    picked = shown.selectbox(key="scenario_which").select_index(1).run()
    assert not picked.exception
    assert "Budget leaves out" in picked.dataframe[1].value["why"].iloc[0]
    with pytest.raises(Forbidden), selling.database.writing() as tx:
        drop_scenario(tx, READER, kept(selling)[0], now=utc_now())
    newer, _ = kept(selling)
    opened = press(picked, EN["scenario.delete"])
    assert len(kept(selling)) == 2
    deleted = [one for one in opened.button if one.label == EN["scenario.delete"]][-1].click().run()
    assert [one.value for one in deleted.error] == []
    assert kept(selling) == [newer]


def test_the_past_stands_behind_the_other_view(selling: Served) -> None:
    test = drawn(selling, "past", screen="replay")
    assert EN["replay.empty"] in words(test)
    test.number_input(key="replay_budget").set_value(500)
    press(test, EN["replay.run"])
    [(job, settings)] = asked(selling)
    assert (job, settings["budget"]) == (JobName.REPLAY, 500)


@pytest.mark.parametrize("screen", ["overview", "replenish", "forecasts", "replay"])
def test_an_empty_screen_says_that_it_begins_with_the_import_of_sales(
    desk: Served, screen: str
) -> None:
    for view in ("", "past") if screen == "replay" else ("",):
        assert EN["shell.first_import"] in words(drawn(desk, view, screen=screen))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "screen", "key", "asked"),
    [
        ("en", "replay?view=past", "shell.first_import_button", ""),
        ("en", "orders", "shell.first_import_button", ""),
        ("zh", "stock", "stock.empty_button", "?template=opening_stock"),
        ("zh", "import?part=complete", "shell.first_import_button", ""),
    ],
)
def test_the_button_of_an_empty_screen_opens_the_import(
    running_app: Served,
    open_page: Callable[..., Page],
    language: str,
    screen: str,
    key: str,
    asked: str,
) -> None:
    page = open_page(running_app, Role.OWNER, language=language)
    page.goto(f"/{screen}")
    page.get_by_role("button", name=catalogue(language)[key]).click()
    expect(page).to_have_url(f"{running_app.address}/import{asked}")
