"""The three views of the Forecasts screen, empty and full, in both languages; acts go through."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue, day
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.db.schema.planning import forecast_run
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import waiting_requests
from inventory_core.planning.overrides import all_overrides
from inventory_core.planning.registry import champion_release
from inventory_core.planning.worklist import current_run
from inventory_core.vocabulary import Role, WarehouseKind
from jobs.planning import run_planning
from tests.app.test_rights import PATIENCE_SECONDS, one_screen
from tests.browser import Served

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]

VIEWS = ("series", "record", "models")


@pytest.fixture
def planned(desk: Served) -> Served:
    """LAMP sells more than it was forecast to, ten weeks ago and since."""
    now = utc_now()
    today = now.date()
    with desk.database.writing() as tx:
        create_warehouses(
            tx, SYSTEM, [NewWarehouse("US", "US", WarehouseKind.OVERSEAS, "US", "UTC")]
        )
        create_skus(tx, SYSTEM, [NewSku("LAMP", "Lamp", category="Light")])
        tx.execute(
            text(
                "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on,"
                " quantity, unit_price, currency, warehouse_id) SELECT 'file', d::text, s.code,"
                " s.id, d, d, 5 + extract(day FROM d)::int % 3"
                " + CASE WHEN d >= CAST(:rise AS date) THEN 5 ELSE 0 END, 10,"
                " (SELECT base_currency FROM company), w.id FROM sku s, location w,"
                " generate_series(CAST(:first AS date), CAST(:last AS date), '1 day') d"
                " WHERE w.code = 'US'"
            ),
            {
                "first": today - timedelta(days=280),
                "rise": today - timedelta(days=70),
                "last": today - timedelta(days=1),
            },
        )
    past = today - timedelta(days=70)
    run_planning(desk.database, SYSTEM, now=now, as_of=past, prophet_seconds=0, proposing=False)
    run_planning(desk.database, SYSTEM, now=now, prophet_seconds=0)
    return desk


def drawn(
    desk: Served, view: str, role: Role = Role.OWNER, *, screen: str = "forecasts", **address: str
) -> AppTest:
    test = AppTest.from_function(
        one_screen, default_timeout=PATIENCE_SECONDS, kwargs={"key": screen}
    )
    test.session_state["ticket"] = str(desk.ticket(role))
    for name, value in {"view": view, **address}.items():
        test.query_params[name] = value
    test = test.run()
    assert not test.exception, test.exception
    return test


def category(desk: Served) -> AppTest:
    return drawn(desk, "series", grain="category", part="Light")


def words(test: AppTest) -> str:
    parts = (*test.markdown, *test.subheader, *test.caption, *test.error, *test.success)
    return " ".join(str(one.value) for one in parts)


def test_every_view_is_drawn_with_data_for_who_may_only_look_too(planned: Served) -> None:
    for role in (Role.OWNER, Role.READER):
        for view in VIEWS:
            test = drawn(planned, view, role)
            assert [one.value for one in test.error] == [], (view, role)
            assert len(test.dataframe) >= 1, (view, role)


def test_the_record_names_what_leans(planned: Served) -> None:
    found = drawn(planned, "record")
    alarms = found.dataframe[0].value
    assert "Light" in set(alarms["subject"])
    assert any("too little was forecast" in said for said in alarms["what"])


def count_overrides(database: Database) -> list[float]:
    with database.reading() as conn:
        return [one.planned_units / one.model_units for one in all_overrides(conn)]


def test_the_stamp_of_the_list_tells_the_day_of_the_plan_from_that_of_the_forecast(
    planned: Served,
) -> None:
    with planned.database.writing() as tx:
        [run] = tx.rows(current_run())
        learned = run.as_of_on - timedelta(days=3)
        tx.execute(update(forecast_run).where(forecast_run.c.current).values(as_of_on=learned))
    said = words(drawn(planned, "", screen="replenish"))
    assert f"Planned as of {day(run.planned_on)}" in said
    assert f"of sales to {day(learned)}" in said


def test_an_override_is_set_and_taken_back_from_the_screen(planned: Served) -> None:
    test = drawn(planned, "series")
    [button] = [b for b in test.button if b.label == catalogue("en")["learning.override_do"]]
    test = button.click().run()
    assert not test.exception
    assert count_overrides(planned.database) == [pytest.approx(1.2)]
    on_the_card = words(drawn(planned, "", screen="replenish"))
    assert catalogue("en")["learning.in_this_plan"] in on_the_card
    assert "+20%" in on_the_card.replace("\\", "")
    [back] = [b for b in test.button if b.label == catalogue("en")["learning.withdraw"]]
    back.click().run()
    with planned.database.reading() as conn:
        assert [one.withdrawn_at is None for one in all_overrides(conn)] == [False]


def test_a_market_trend_is_set_for_a_category_and_taken_back_there(planned: Served) -> None:
    """It is planned with by a plan of its own, and seen, not taken back, beside each series."""
    said = catalogue("en")
    test = category(planned)
    [button] = [b for b in test.button if b.label == said["learning.override_do"]]
    test = button.click().run()
    assert not test.exception
    assert count_overrides(planned.database) == [pytest.approx(1.2)]
    with planned.database.reading() as conn:
        assert len(waiting_requests(conn)) == 1
    series = drawn(planned, "series")
    assert "category Light: " in words(series)
    assert said["learning.withdraw"] not in [b.label for b in series.button]
    assert drawn(planned, "record").dataframe[-1].value["series"].tolist() == ["category Light"]
    [back] = [b for b in category(planned).button if b.label == said["learning.withdraw"]]
    back.click().run()
    with planned.database.reading() as conn:
        assert [one.withdrawn_at is None for one in all_overrides(conn)] == [False]


def test_one_click_goes_back_to_the_release_before_and_asks_for_a_plan(planned: Served) -> None:
    run_planning(planned.database, SYSTEM, now=utc_now(), prophet_seconds=0.001)
    with planned.database.writing() as tx:
        # Another configuration that won: what it replaced can be gone back to.
        tx.execute(text("UPDATE model_release SET state = 'retired' WHERE state = 'champion'"))
        tx.execute(text("UPDATE model_release SET state = 'champion' WHERE state = 'challenger'"))
    test = drawn(planned, "models")
    with planned.database.reading() as conn:
        before = champion_release(conn)
    [button] = [b for b in test.button if str(b.key).startswith("act_roll_back")]
    button.click().run()
    with planned.database.reading() as conn:
        after = champion_release(conn)
        assert before is not None
        assert after is not None
        assert after.id < before.id
        assert len(waiting_requests(conn)) == 1
