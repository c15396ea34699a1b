"""A market and a channel are changed by themselves from their sums, and told of on the card."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from app.companies import companies
from app.i18n import catalogue
from inventory_core.catalog.listings import NewAccount, create_accounts
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.clock import utc_now
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.overrides import Override, all_overrides
from inventory_core.vocabulary import WarehouseKind
from jobs.planning import run_planning
from tests.app.screens.test_forecasts_learning import drawn, words
from tests.browser import Served

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]


@pytest.fixture
def exporter(desk: Served) -> Served:
    """LAMP sells as much in Germany as in the US, from one warehouse."""
    now = utc_now()
    with desk.database.writing() as tx:
        house = NewWarehouse("US", "US", WarehouseKind.OVERSEAS, "US", "UTC")
        place = create_warehouses(tx, SYSTEM, [house])["US"]
        sku_id = create_skus(tx, SYSTEM, [NewSku("LAMP", "Lamp")])["LAMP"]
        made = create_accounts(
            tx,
            SYSTEM,
            [
                NewAccount("AMZ", "Amazon US", "amazon", "USD", "UTC", "US", [place]),
                NewAccount("ADE", "Amazon *DE*", "amazon", "EUR", "UTC", "DE", [place]),
            ],
        )
        tx.execute(
            text(
                "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on,"
                " quantity, unit_price, currency, warehouse_id, account_id) SELECT 'file',"
                " d::text || a, 'LAMP', :sku, d, d, 5 + extract(day FROM d)::int % 3, 10,"
                " (SELECT base_currency FROM company), :place, a"
                " FROM unnest(CAST(:accounts AS bigint[])) a,"
                " generate_series(CAST(:first AS date), CAST(:last AS date), '1 day') d"
            ),
            {
                "sku": sku_id,
                "place": place,
                "accounts": list(made.values()),
                "first": now.date() - timedelta(days=210),
                "last": now.date() - timedelta(days=1),
            },
        )
    run_planning(desk.database, SYSTEM, now=now, prophet_seconds=0)
    return desk


def press(test: AppTest, label: str) -> AppTest:
    [button] = [one for one in test.button if one.label == label]
    test = button.click().run()
    assert not test.exception
    return test


def made(desk: Served) -> list[Override]:
    with desk.database.reading() as conn:
        return all_overrides(conn)


def test_a_market_is_changed_from_its_sum_and_the_card_says_how_much_is_sold_there(
    exporter: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = catalogue("en")
    test = drawn(exporter, "series", grain="market", part="DE")
    assert said["learning.part_note_market"] in words(test)
    press(test, said["learning.override_do"])
    [one] = made(exporter)
    assert (one.grain, one.part) == ("market", "DE")
    assert one.planned_units / one.model_units == pytest.approx(1.2)
    # Planned as the started plan would: then the card tells.
    run_planning(exporter.database, SYSTEM, now=utc_now(), prophet_seconds=0)
    beside = words(drawn(exporter, "series", grain="channel")).replace("\\", "")
    assert said["learning.part_others"].format(others="market Germany +20%") in beside
    for language, germany, share in (
        ("en", "market Germany", "(50%)"),
        ("zh", "市场 德国", "（50%）"),
    ):
        monkeypatch.setenv("YIBEN_LANGUAGE", language)
        companies.cache_clear()
        card = words(drawn(exporter, "", screen="replenish")).replace("\\", "")
        assert f"{germany}: +20%" in card
        assert share in card
        assert germany in words(drawn(exporter, "series"))
        record = drawn(exporter, "record").dataframe[-1].value
        assert record["series"].tolist() == [germany]
    monkeypatch.setenv("YIBEN_LANGUAGE", "en")
    companies.cache_clear()
    press(drawn(exporter, "series", grain="market"), said["learning.withdraw"])
    assert made(exporter)[0].withdrawn_at is not None


def test_a_change_of_what_nothing_is_forecast_for_any_more_is_seen_and_taken_back(
    exporter: Served,
) -> None:
    said = catalogue("en")
    with exporter.database.reading() as conn:
        find = text("SELECT id FROM channel_account WHERE code = 'ADE'")
        channel = conn.execute(find).scalar_one()
    press(
        drawn(exporter, "series", grain="channel", part=str(channel)), said["learning.override_do"]
    )
    every = drawn(exporter, "series", grain="channel")
    assert "channel Amazon \\*DE\\*: " in words(every)
    assert said["learning.part_without_share"] not in words(every)
    with exporter.database.writing() as tx:
        tx.execute(text("UPDATE forecast_override SET part = '999'"))
    every = drawn(exporter, "series", grain="channel")
    assert said["learning.part_without_share"] in words(every)
    press(every, said["learning.withdraw"])
    assert made(exporter)[0].withdrawn_at is not None
