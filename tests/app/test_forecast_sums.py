"""The Forecasts screen adds up, in both languages."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from app.companies import companies
from app.i18n import catalogue, number, t
from forecasting.hierarchy_reading import Hierarchy, read_hierarchy
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.published import current_run
from inventory_core.vocabulary import ForecastGrain, Role
from jobs.planning import run_planning
from tests.browser import Served
from tests.conftest import copied_database
from tests.planning.seller import Seller, make_seller

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]

PATIENCE_SECONDS = 120


def forecasts_screen() -> None:
    """What a run of the app does for this screen, without the menu."""
    import streamlit as st  # noqa: PLC0415 AppTest runs this as a script of its own

    from app import session  # noqa: PLC0415
    from app.screens import forecasts  # noqa: PLC0415

    session.enter()
    st.session_state["pages"] = {}
    forecasts.draw()


@pytest.fixture(scope="module")
def planned(
    server: Server, admin: psycopg.Connection, template: str
) -> Iterator[tuple[str, Seller]]:
    """A company with two SKUs in two categories that sell daily, planned just now."""
    with copied_database(admin, template) as name:
        database = Database(server.url(name, DatabaseRole.WRITER))
        seller = make_seller(database)
        seller.run("UPDATE sku SET category = 'Light' WHERE code = 'LAMP'")
        for code in ("LAMP", "CABLE"):
            yesterday = utc_now().date() - timedelta(days=1)
            seller.sold(code, [4, 6, 5, 7, 3, 8, 6] * 26, last_on=yesterday)
        run_planning(database, SYSTEM, now=utc_now(), prophet_seconds=0)
        database.dispose()
        yield name, seller


def hierarchy(app: Served, grain: ForecastGrain) -> Hierarchy:
    with app.database.reading() as conn:
        run = current_run(conn)
        assert run is not None
        found = read_hierarchy(conn, run, grain)
    assert found is not None
    return found


def drawn(app: Served, **address: str) -> AppTest:
    test = AppTest.from_function(forecasts_screen, default_timeout=PATIENCE_SECONDS)
    test.session_state["ticket"] = str(app.ticket(Role.READER))
    for name, value in address.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    assert [one.value for one in test.error] == []
    return test


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rows_add_up_to_the_total_above_them_at_every_grain(
    shop: Served, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIBEN_LANGUAGE", language)
    companies.cache_clear()
    words = catalogue(language)
    for grain in ForecastGrain:
        found = hierarchy(shop, grain)
        test = drawn(shop, grain=grain.value)
        shown = {one.label: one.value for one in test.metric}
        [rows] = [one.value for one in test.dataframe]
        assert shown[words["forecasts.next_weeks"]] == number(found.whole.month, language=language)
        assert rows["month"].sum() == found.whole.month
        assert rows["horizon"].sum() == found.whole.horizon
        periods = "hierarchy.weeks" if found.step_days == 7 else "hierarchy.days"
        sentence = words["hierarchy.adds_up"].format(
            month=number(found.whole.month, language=language),
            horizon=number(found.whole.horizon, language=language),
            periods=t(periods, language=language, count=len(found.whole.mean)),
        )
        assert sentence in [one.value for one in test.caption]


def test_one_part_is_shown_with_what_it_is_made_of(shop: Served) -> None:
    found = hierarchy(shop, ForecastGrain.CATEGORY)
    light = next(one for one in found.sums if one.part == "Light")
    test = drawn(shop, grain="category", part="Light")
    [rows] = [one.value for one in test.dataframe]
    assert rows["sku"].tolist() == ["LAMP"]
    assert rows["month"].sum() == light.month < found.whole.month
    without = drawn(shop, grain="category", part="-")
    [rows] = [one.value for one in without.dataframe]
    assert rows["sku"].tolist() == ["CABLE"]
    unknown = drawn(shop, grain="category", part="Nothing")
    [rows] = [one.value for one in unknown.dataframe]
    assert rows["month"].sum() == found.whole.month
