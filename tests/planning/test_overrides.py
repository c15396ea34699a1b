"""Overrides are bounded, allowed, planned with, taken back, and kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy.exc import IntegrityError

from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.audit import list_audit
from inventory_core.planning.overrides import (
    NewOverride,
    Override,
    all_overrides,
    live_overrides,
    set_override,
    withdraw_override,
)
from inventory_core.vocabulary import ForecastGrain, OverrideReason, PersonId, Role
from jobs.plan_result import PlanResult
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")

YESTERDAY = date(2026, 3, 1)
LIGHT = {
    "sku_id": None,
    "warehouse_id": None,
    "grain": ForecastGrain.CATEGORY,
    "part": "Light",
    "reason": OverrideReason.MARKET_TREND,
}


def planned(seller: Seller) -> PlanResult:
    return run_planning(seller.database, SYSTEM, now=NOW, prophet_seconds=0)


@pytest.fixture
def seller(database: Database) -> Seller:
    made = make_seller(database)
    made.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
    made.stock("LAMP", 250)
    return made


def override(seller: Seller, actor: Actor = SYSTEM, **changes: object) -> Override:
    facts = {
        "key": "spring",
        "sku_id": seller.skus["LAMP"],
        "warehouse_id": seller.us,
        "first_on": TODAY,
        "last_on": TODAY + timedelta(days=27),
        "reason": OverrideReason.CAMPAIGN,
        "change_percent": Decimal(50),
        "note": "Spring fair",
    }
    with seller.database.writing() as tx:
        return set_override(tx, actor, NewOverride(**facts | changes), now=NOW)  # type: ignore[arg-type]


def test_a_plan_with_an_override_buys_more_and_its_trace_says_why(seller: Seller) -> None:
    planned(seller)
    [(before,)] = seller.rows("SELECT quantity FROM suggestion_revision")
    made = override(seller)
    assert made.model_units == pytest.approx(280, abs=3)
    assert made.planned_units == pytest.approx(made.model_units * 1.5)
    assert made.naive_units == pytest.approx(280, abs=3)
    again = planned(seller)
    assert again.reused, "what people know is laid over; nothing is trained again"
    rows = seller.rows("SELECT quantity, trace FROM suggestion_revision ORDER BY revision")
    assert len(rows) == 2
    # The shelf is empty before goods come: only what is asked for from then on is more.
    assert rows[1][0] > before + 50
    [note] = rows[1][1]["run"]["overrides"]
    assert (note["change_percent"], note["reason"], note["note"]) == (50, "campaign", "Spring fair")
    third = planned(seller)
    assert (third.revised, third.unchanged) == (0, 1)


def test_taken_back_it_is_kept_but_no_longer_planned_with(seller: Seller) -> None:
    planned(seller)
    made = override(seller)
    planned(seller)
    with seller.database.writing() as tx:
        taken = withdraw_override(tx, SYSTEM, made.id, now=NOW)
        assert taken.withdrawn_at == NOW
        assert live_overrides(tx, from_on=TODAY) == []
        assert [one.id for one in all_overrides(tx)] == [made.id]
        acts = [entry.act for entry in list_audit(tx)][:2]
        assert acts == ["forecast_override_withdrawn", "forecast_override_set"]
    assert planned(seller).revised == 1
    first, _, last = seller.rows("SELECT quantity FROM suggestion_revision ORDER BY revision")
    assert first == last
    with (
        pytest.raises(Conflict, match="override_withdrawn_before"),
        seller.database.writing() as tx,
    ):
        withdraw_override(tx, SYSTEM, made.id, now=NOW)


def test_a_market_that_grows_is_said_once_for_a_category_and_reaches_who_joins_it_later(
    seller: Seller,
) -> None:
    seller.sold("CABLE", [5, 6, 4, 5] * 35, last_on=YESTERDAY)
    seller.run("UPDATE sku SET category = 'Light' WHERE code = 'LAMP'")
    planned(seller)
    bought = "SELECT s.code, r.quantity FROM suggestion g JOIN sku s ON s.id = g.sku_id JOIN"
    bought += " suggestion_revision r ON r.suggestion_id = g.id AND r.revision = g.revision"
    before = dict(seller.rows(bought))
    made = override(seller, **LIGHT, last_on=TODAY + timedelta(days=55))
    assert made.planned_units == pytest.approx(made.model_units * 1.5)
    assert made.model_units == pytest.approx(560, abs=6)
    planned(seller)
    after = dict(seller.rows(bought))
    assert after["LAMP"] > before["LAMP"] + 50
    assert after["CABLE"] == before["CABLE"]
    seller.run("UPDATE sku SET category = 'Light' WHERE code = 'CABLE'")
    planned(seller)
    assert dict(seller.rows(bought))["CABLE"] > before["CABLE"]


def test_a_company_is_changed_as_a_whole_only_by_who_is_responsible_for_all_of_it(
    seller: Seller,
) -> None:
    planned(seller)
    some = Actor(PersonId(0), "Buyer", frozenset({Role.BUYER}), frozenset({seller.us}))
    company = {**LIGHT, "grain": ForecastGrain.COMPANY, "part": ""}
    with pytest.raises(Forbidden, match="override_of_every_warehouse"):
        override(seller, some, **company)
    made = override(seller, **company)
    with (
        pytest.raises(Forbidden, match="override_of_every_warehouse"),
        seller.database.writing() as tx,
    ):
        withdraw_override(tx, some, made.id, now=NOW)


def test_the_database_knows_an_override_of_one_series_or_of_one_part_only(seller: Seller) -> None:
    planned(seller)
    override(seller)
    for change, rule in (
        ("grain = 'company'", "one_series_or_one_part"),
        ("warehouse_id = NULL", "one_series_or_one_part"),
        ("sku_id = NULL, warehouse_id = NULL, grain = 'shelf'", "grain_known"),
        ("sku_id = NULL, warehouse_id = NULL, grain = 'channel'", "part_of_its_grain"),
        (
            "sku_id = NULL, warehouse_id = NULL, grain = 'company', part = 'x'",
            "part_of_its_grain",
        ),
        ("part = 'Light'", "part_of_its_grain"),
        (
            "sku_id = NULL, warehouse_id = NULL, grain = 'company', change_percent = NULL,"
            " units_per_day = 1",
            "part_by_percent",
        ),
    ):
        with pytest.raises(IntegrityError, match=rule):
            seller.run(f"UPDATE forecast_override SET {change}")


def test_the_same_click_twice_is_one_override(seller: Seller) -> None:
    planned(seller)
    gate = Barrier(2)

    def click() -> int:
        gate.wait()
        return override(seller).id

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(click) for _ in range(2)]
        assert len({one.result() for one in both}) == 1
    assert seller.rows("SELECT count(*) FROM forecast_override") == [(1,)]


SENSELESS = [
    ({"last_on": TODAY - timedelta(days=1)}, "override_days_reversed"),
    ({"first_on": YESTERDAY}, "override_in_the_past"),
    ({"last_on": TODAY + timedelta(days=365)}, "override_beyond_forecast"),
    ({"last_on": TODAY + timedelta(days=400)}, "override_too_long"),
    ({"units_per_day": Decimal(3)}, "override_one_change"),
    ({"change_percent": None}, "override_one_change"),
    ({"change_percent": Decimal(-101)}, "override_percent_out_of_range"),
    ({"change_percent": Decimal(0)}, "override_changes_nothing"),
    ({"change_percent": None, "units_per_day": Decimal(-1)}, "quantity_negative"),
    ({"reason": OverrideReason.JUDGEMENT, "note": " "}, "override_needs_a_note"),
    ({**LIGHT, "grain": ForecastGrain.CHANNEL}, "override_of_no_such_part"),
    ({**LIGHT, "grain": ForecastGrain.COMPANY}, "override_of_no_such_part"),
    ({"part": "Light"}, "override_of_no_such_part"),
    (
        {**LIGHT, "change_percent": None, "units_per_day": Decimal(3)},
        "override_part_by_percent",
    ),
]


def test_an_override_that_makes_no_sense_is_refused(seller: Seller) -> None:
    planned(seller)
    for changes, code in SENSELESS:
        with pytest.raises(Invalid, match=code):
            override(seller, **changes)


def test_without_a_forecast_there_is_nothing_to_override(seller: Seller) -> None:
    with pytest.raises(Refused, match="override_without_forecast"):
        override(seller)
    planned(seller)
    with pytest.raises(Refused, match="override_without_forecast"):
        override(seller, sku_id=seller.skus["CREAM"])


def test_only_who_may_plan_may_override(seller: Seller) -> None:
    planned(seller)
    keeper = Actor(PersonId(0), "Keeper", frozenset({Role.WAREHOUSE}))
    with pytest.raises(Forbidden):
        override(seller, keeper)
