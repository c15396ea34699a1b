"""The planning run from end to end on a small seller."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from threading import Barrier, Event

import numpy as np
import pytest
from sqlalchemy import text

from inventory_core.db.engine import Database
from inventory_core.db.leases import Lease
from inventory_core.errors import Refused
from inventory_core.office.actors import SYSTEM
from jobs.planning import TURN, PlanResult, run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")

YESTERDAY = date(2026, 3, 1)
# All that a second planning must leave as it was.
BOOKS = (
    *("suggestion", "suggestion_revision", "approval", "outbox", "policy", "forecast"),
    *("plan_snapshot", "plan_snapshot_suggestion"),
)


def planned(database: Database, **more: object) -> PlanResult:
    return run_planning(database, SYSTEM, now=NOW, prophet_seconds=0, **more)  # type: ignore[arg-type]


@pytest.fixture
def seller(database: Database) -> Seller:
    made = make_seller(database)
    made.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
    made.sold("CABLE", [3, 0, 2, 0, 0, 4, 1] * 20, last_on=YESTERDAY)
    made.stock("LAMP", 250)
    made.stock("CABLE", 2000)
    return made


def test_a_plan_forecasts_publishes_and_suggests(seller: Seller) -> None:
    result = planned(seller.database)
    assert (result.as_of, result.stale, result.reused) == (TODAY, False, False)
    assert (result.series, result.suggested, result.opened) == (2, 1, 1)
    [(sku, quantity, supplier, currency, late)] = seller.rows(
        "SELECT s.sku_id, r.quantity, r.supplier_id, r.currency, r.days_late"
        " FROM suggestion s JOIN suggestion_revision r ON r.suggestion_id = s.id"
    )
    assert (sku, supplier, currency) == (seller.skus["LAMP"], seller.supplier, "CNY")
    assert quantity % 10 == 0
    assert 100 < quantity < 1000
    assert late > 0
    [(mean,)] = seller.rows(
        "SELECT f.mean[1] FROM forecast f WHERE sku_id = :sku", sku=seller.skus["LAMP"]
    )
    assert 60 < mean < 80


def test_a_second_plan_changes_no_row(seller: Seller) -> None:
    planned(seller.database)
    before = seller.books(*BOOKS)
    again = planned(seller.database)
    assert again.reused
    assert (again.opened, again.revised, again.withdrawn, again.unchanged) == (0, 0, 0, 1)
    assert seller.books(*BOOKS) == before


def test_trap_45_two_plans_at_the_same_moment_propose_once(seller: Seller) -> None:
    gate = Barrier(2)

    def plan() -> PlanResult:
        gate.wait()
        return planned(seller.database)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(plan) for _ in range(2)]
        opened = sorted(one.result().opened for one in both)
    assert opened == [0, 1]
    assert seller.rows("SELECT count(*) FROM suggestion") == [(1,)]
    assert seller.rows("SELECT count(*) FROM forecast_run WHERE current") == [(1,)]


def test_trap_45_who_waits_for_another_plan_reads_what_is_known_after_it(seller: Seller) -> None:
    """Of two at once the one that read first could publish last, over what the other knew."""
    waits = Event()

    def note(step: str, share: float) -> None:
        if step == "waiting_for_plan":
            waits.set()

    with ThreadPoolExecutor(1) as pool:
        with Lease(seller.database, TURN) as other:
            assert other.take()
            second = pool.submit(planned, seller.database, progress=note)
            assert waits.wait(timeout=60)
            seller.sold("CREAM", [5] * 60, last_on=YESTERDAY)
        assert second.result().series == 3


def test_who_gives_up_waiting_for_a_plan_leaves_no_trace(seller: Seller) -> None:
    def gone(step: str, share: float) -> None:
        raise KeyboardInterrupt

    with Lease(seller.database, TURN) as other:
        assert other.take()
        with pytest.raises(KeyboardInterrupt):
            planned(seller.database, progress=gone)
    assert seller.rows("SELECT count(*) FROM forecast_run") == [(0,)]
    assert planned(seller.database).opened == 1


def test_what_somebody_was_asked_to_approve_is_left_alone(seller: Seller) -> None:
    planned(seller.database)
    seller.run(
        "INSERT INTO approval (key, subject_kind, subject_id, subject_revision, state, facts,"
        " requested_by_id) SELECT 'a', 'suggestion', id, 1, 'waiting', '{}', 0 FROM suggestion"
    )
    before = seller.books(*BOOKS)
    seller.stock("LAMP", 60, key="more")
    result = planned(seller.database)
    assert (result.revised, result.withdrawn, result.left_alone) == (0, 0, 1)
    assert seller.books(*BOOKS[:2]) == {name: before[name] for name in BOOKS[:2]}


def test_what_was_rejected_is_not_proposed_again_at_once(seller: Seller) -> None:
    planned(seller.database)
    seller.run("UPDATE suggestion SET state = 'rejected', closed_at = :now", now=NOW)
    assert planned(seller.database).opened == 0
    later = run_planning(
        seller.database, SYSTEM, now=NOW + timedelta(days=8), as_of=TODAY, prophet_seconds=0
    )
    assert later.opened == 1


def test_trap_42_a_buyer_can_work_the_quantity_out_from_the_trace(seller: Seller) -> None:
    """Only with what the trace holds: position, demand table, lead time, offer."""
    planned(seller.database)
    [(trace, ordered)] = seller.rows("SELECT trace, quantity FROM suggestion_revision")
    stock = trace["position"]
    assert stock["available"] == stock["on_hand"] - stock["reserved"] - stock["held"]
    inbound = sum(item["quantity"] for item in trace["inbound"])
    position = stock["available"] - stock["backordered"] + inbound
    assert position == stock["inventory_position"]
    table = trace["demand"]

    def total(days: int, row: list[float]) -> float:
        return float(np.interp(days, [0, *table["days"]], [0, *row]))

    policy = trace["policy"]
    mean = np.mean([total(days, table["mean"]) for days in policy["intervals"]])
    assert policy["demand_mean"] == pytest.approx(mean, abs=0.01)
    # The quantile: the level at which the average of the five distributions is the service level.
    by_level, levels = list(zip(*table["quantiles"], strict=True)), table["levels"]

    def chance(units: float) -> float:
        shares = []
        for days in policy["intervals"]:
            ends = [total(days, list(column)) for column in by_level]
            # Beyond the outer levels the line goes on to 0 and to 1.
            low = ends[0] - (ends[1] - ends[0]) * levels[0] / (levels[1] - levels[0])
            top = (ends[-1] - ends[-2]) * (1 - levels[-1]) / (levels[-1] - levels[-2])
            shares.append(np.interp(units, [low, *ends, ends[-1] + top], [0, *levels, 1]))
        return float(np.mean(shares))

    # Whole units are often equally high at several levels: a little less is not enough.
    assert chance(policy["demand_quantile"] + 0.01) >= 0.947
    assert chance(policy["demand_quantile"] - 0.01) <= 0.953
    reorder = ceil(policy["demand_quantile"] - 1e-6)
    assert policy["reorder_point"] == max(reorder, ceil(mean - 1e-6))
    lead, review = policy["lead_time_days"], policy["review_days"]
    more = total(lead + 2 * review, table["mean"]) - total(lead + review, table["mean"])
    up_to = policy["demand_quantile"] + more
    assert policy["order_up_to"] == pytest.approx(up_to, abs=1.01)
    # Stock lasts while mean demand is served; the rest until arrival is lost.
    lost = max(0.0, total(lead, table["mean"]) - stock["available"])
    assert trace["quantity"]["lost_before_arrival"] == pytest.approx(lost, abs=1)
    to_level = policy["order_up_to"] - position - trace["quantity"]["lost_before_arrival"]
    needed = min(to_level, trace["quantity"]["most_asked"])
    assert trace["quantity"]["needed"] == needed
    step = trace["quantity"]["step"]
    assert ordered == max(20, -(-needed // step) * step)
    cost = trace["cost"]
    rates = {one["currency"]: one["rate"] for one in cost["rates"]}
    price, rate = cost["unit_price"], rates[cost["currency"]]
    amount = Decimal(price) * ordered * Decimal(rate)
    assert Decimal(trace["cost"]["amount_base"]) == amount.quantize(Decimal("0.01"))
    days = sum(leg["days"] for leg in trace["lead_time"]["legs"])
    arrives = date.fromisoformat(trace["as_of"]) + timedelta(days=days)
    assert trace["lead_time"]["arrives_on"] == arrives.isoformat()


def test_goods_that_came_in_withdraw_the_suggestion(seller: Seller) -> None:
    planned(seller.database)
    seller.stock("LAMP", 3000, key="more")
    result = planned(seller.database)
    assert (result.withdrawn, result.suggested) == (1, 0)
    assert seller.rows("SELECT state FROM suggestion") == [("withdrawn",)]


def test_what_has_no_history_there_any_more_leaves_the_list(seller: Seller) -> None:
    """An import with the wrong warehouse was undone: its suggestion must not stay for ever."""
    planned(seller.database)
    seller.run("UPDATE sales_line SET treatment = 'undone' WHERE sku_text = 'LAMP'")
    result = planned(seller.database)
    assert (result.series, result.withdrawn) == (1, 1)
    assert seller.rows("SELECT state FROM suggestion") == [("withdrawn",)]


def test_another_stock_makes_a_new_revision_of_the_same_suggestion(seller: Seller) -> None:
    planned(seller.database)
    seller.stock("LAMP", 60, key="more")
    result = planned(seller.database)
    assert (result.opened, result.revised) == (0, 1)
    assert seller.rows("SELECT revision, state FROM suggestion") == [(2, "open")]
    first, second = seller.rows("SELECT quantity FROM suggestion_revision ORDER BY revision")
    assert second < first


def test_trap_32_what_is_discontinued_is_not_bought(seller: Seller) -> None:
    seller.run("UPDATE sku SET state = 'discontinued' WHERE code = 'LAMP'")
    assert planned(seller.database).suggested == 0


def test_an_old_history_is_planned_as_of_its_last_day_and_says_so(database: Database) -> None:
    made = make_seller(database)
    made.sold("LAMP", [10] * 200, last_on=date(2011, 12, 8))
    result = planned(database)
    assert (result.as_of, result.stale) == (date(2011, 12, 8), True)
    [(starts_on,)] = made.rows("SELECT starts_on FROM forecast")
    assert starts_on == date(2011, 12, 9)
    [(assumed,)] = made.rows("SELECT assumed FROM suggestion_revision")
    assert "stock" in assumed


def test_a_sku_without_supplier_is_planned_and_waits_for_one(database: Database) -> None:
    made = make_seller(database, offered=False)
    made.sold("LAMP", [10] * 100, last_on=YESTERDAY)
    result = planned(database)
    assert (result.suggested, result.needs_supplier) == (1, 1)
    rows = made.rows(
        "SELECT s.state, r.supplier_id, r.amount_base, r.assumed FROM suggestion s"
        " JOIN suggestion_revision r ON r.suggestion_id = s.id"
    )
    assert rows == [("needs_supplier", None, None, ["lead_time", "stock"])]


def test_a_company_without_history_says_what_is_missing(database: Database) -> None:
    make_seller(database)
    with pytest.raises(Refused, match="no_history_to_plan_from"):
        planned(database)


def test_killed_before_its_write_the_last_plan_stands(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(seller.database)
    before = seller.books(*BOOKS)
    seller.sold("CREAM", [5] * 60, last_on=YESTERDAY)

    def dies(step: str, share: float) -> None:
        if step == "planning":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_planning(seller.database, SYSTEM, now=NOW, prophet_seconds=0, progress=dies)
    assert seller.books(*BOOKS) == before
    with seller.database.reading() as conn:
        assert conn.scalar(text("SELECT count(*) FROM forecast_run WHERE current")) == 1


@pytest.mark.slow
def test_more_than_a_thousand_series_are_planned_in_one_run(database: Database) -> None:
    names = [f"S{number:04d}" for number in range(1600)]
    made = make_seller(database, names)
    made.run(
        "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on, quantity,"
        " unit_price, currency, warehouse_id) SELECT 'file', d::text, s.code, s.id, d, d,"
        " 1 + (random() * 12)::int, 3, 'USD', :warehouse FROM sku s,"
        " generate_series(DATE '2025-12-01', DATE '2026-03-01', '1 day') d"
        " WHERE random() < 0.4",
        warehouse=made.us,
    )
    result = planned(database)
    assert result.suggested == 1600
