"""Every decision is judged once its time is over: what ran out, what was left, what was better."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.replanning import replan
from inventory_core.catalog.calendar_records import close_days
from inventory_core.db.engine import Database
from inventory_core.desk.decisions import Choice, approve_suggestions, reject_suggestion
from inventory_core.insight.decisions_made import decisions_made
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.judgement import (
    QuantityFacts,
    QuantityVerdict,
    judge_quantity,
    judged_decisions,
)
from jobs.planning import run_planning
from tests.planning.seller import NOW, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")

YESTERDAY = date(2026, 3, 1)
FACTS = QuantityFacts(
    suggested=600,
    approved=400,
    days=10,
    days_out=0.0,
    per_day=8.0,
    left=0,
    unit_cost=Decimal(4),
    unit_price=Decimal(10),
    holding_rate_year=Decimal("0.25"),
)


def judged(**changes: object) -> QuantityVerdict:
    return judge_quantity(replace(FACTS, **changes))  # type: ignore[arg-type]


def test_fewer_than_suggested_and_it_ran_out() -> None:
    assert judged(days_out=12.0) == QuantityVerdict("suggestion_better", 96, 0, 0, 104)


def test_fewer_than_suggested_and_it_was_enough() -> None:
    assert judged(left=50) == QuantityVerdict("change_better", 0, 50, 0, 250)


def test_more_than_suggested_was_right_where_the_suggestion_would_have_run_out() -> None:
    found = judged(suggested=400, approved=600, left=20)
    assert found == QuantityVerdict("change_better", 0, 20, 180, 0)


def test_more_than_suggested_that_only_lay_about() -> None:
    assert judged(suggested=400, approved=600, left=300).code == "suggestion_better"


def test_a_rejection_is_judged_like_a_quantity_of_nothing() -> None:
    assert judged(approved=0, days_out=6.0) == QuantityVerdict("suggestion_better", 48, 0, 0, 552)
    assert judged(approved=0).code == "change_better"


def test_what_was_ordered_as_suggested_is_judged_by_itself() -> None:
    same = {"approved": 600}
    assert judged(**same, left=60).code == "right"
    assert judged(**same, days_out=1.0).code == "ran_out"
    assert judged(**same, left=400).code == "left_over"


def test_without_prices_a_lost_unit_still_weighs_more_than_one_left_for_days() -> None:
    found = judged(days_out=3.0, unit_cost=None, unit_price=None)
    assert found.code == "suggestion_better"


def test_where_the_book_never_held_a_unit_nothing_is_judged() -> None:
    assert judged(evidence=False) == QuantityVerdict("unknown", 0, 0, 0, 0)


@pytest.fixture
def seller(database: Database) -> Seller:
    made = make_seller(database)
    for code in ("LAMP", "CABLE", "CREAM"):
        made.sold(code, [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
        made.stock(code, 250)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    return made


def choice(seller: Seller, code: str, quantity: int | None = None) -> Choice:
    [(number, revision)] = seller.rows(
        "SELECT id, revision FROM suggestion WHERE sku_id = :sku", sku=seller.skus[code]
    )
    return Choice(number, revision, f"choice-{code}", quantity)


def ran_out(seller: Seller, code: str, first: datetime, last: datetime) -> None:
    for moment, there in ((first, False), (last, True)):
        seller.run(
            "INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)"
            " VALUES (:sku, :place, :there, :moment)",
            sku=seller.skus[code],
            place=seller.us,
            there=there,
            moment=moment,
        )


def test_decisions_are_judged_when_the_next_order_could_have_been_there(seller: Seller) -> None:
    with seller.database.writing() as tx:
        few = [choice(seller, "LAMP", 100), choice(seller, "CABLE")]
        approve_suggestions(tx, SYSTEM, few, replan=replan, now=NOW)
        reject_suggestion(tx, SYSTEM, choice(seller, "CREAM"), reason="last season", now=NOW)
    [(arrives_on,)] = seller.rows(
        "SELECT arrives_on FROM suggestion_revision r JOIN suggestion s ON s.id = r.suggestion_id"
        " WHERE sku_id = :sku",
        sku=seller.skus["LAMP"],
    )
    arrival = datetime.combine(arrives_on, NOW.timetz())
    ran_out(seller, "LAMP", arrival + timedelta(days=2), arrival + timedelta(days=5))
    # Before the goods could be there no quantity would have helped.
    ran_out(seller, "CABLE", arrival - timedelta(days=9), arrival - timedelta(days=3))
    with seller.database.reading() as conn:
        assert judged_decisions(conn, now=arrival + timedelta(days=7)) == []
        found = judged_decisions(conn, now=arrival + timedelta(days=30))
        told = decisions_made(conn, now=NOW)
    by_sku = {one.sku: one for one in found}
    assert set(by_sku) == {"LAMP", "CABLE", "CREAM"}
    lamp = by_sku["LAMP"]
    assert (lamp.approved, lamp.days_out) == (100, pytest.approx(3.0))
    assert lamp.suggested > 100
    assert lamp.verdict.lost == pytest.approx(30, abs=3)
    assert by_sku["CABLE"].days_out == 0
    assert by_sku["CREAM"].approved == 0
    assert by_sku["CREAM"].verdict.left == 250
    assert {one.sku: one.quantity for one in told}["LAMP"] == 100


def test_where_a_factory_shuts_an_order_is_judged_until_the_next_could_be_there(
    database: Database,
) -> None:
    made = make_seller(database, ["LAMP"])
    with database.writing() as tx:
        # Fifteen days of work: an order of today is made by 17 March, one of next week is not.
        close_days(tx, SYSTEM, "customs", first=date(2026, 3, 18), last=date(2026, 4, 6))
    made.run("UPDATE supplier SET calendar_id = (SELECT id FROM calendar LIMIT 1)")
    made.sold("LAMP", [10] * 140, last_on=YESTERDAY)
    made.stock("LAMP", 250)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    with database.writing() as tx:
        reject_suggestion(tx, SYSTEM, choice(made, "LAMP"), reason="no", now=NOW)
    [(policy, arrives_on)] = made.rows(
        "SELECT trace->'policy', arrives_on FROM suggestion_revision"
    )
    gap = policy["protection_days"] - policy["lead_time_days"]
    assert gap > 3 * policy["review_days"]
    begins = datetime.combine(arrives_on, NOW.timetz())
    ran_out(made, "LAMP", begins + timedelta(days=10), begins + timedelta(days=12))
    with database.reading() as conn:
        assert judged_decisions(conn, now=begins + timedelta(days=gap)) == []
        [one] = judged_decisions(conn, now=begins + timedelta(days=gap + 2))
    assert (one.ends_on - one.begins_on).days == gap
    # Two days out at ten a day, not at the whole interval's demand by a day of the usual week.
    assert one.verdict.lost == pytest.approx(20, abs=1)


def test_what_left_the_shelf_after_its_time_counts_as_left_over(seller: Seller) -> None:
    with seller.database.writing() as tx:
        reject_suggestion(tx, SYSTEM, choice(seller, "CREAM"), reason="no", now=NOW)
        later = NOW + timedelta(days=80)
        operation = tx.scalar(
            text(
                "INSERT INTO operation (key, request_hash, kind, actor_id, occurred_at)"
                " VALUES ('gone', '', 'adjustment', 0, :at) RETURNING id"
            ),
            {"at": later},
        )
        tx.execute(
            text(
                "INSERT INTO movement (operation_id, line_no, occurred_at, sku_id,"
                " from_location_id, to_location_id, quantity, value, average_value)"
                " VALUES (:operation, 1, :at, :sku, :place, 5, 70, 0, 0)"
            ),
            {
                "operation": operation,
                "at": later,
                "sku": seller.skus["CREAM"],
                "place": seller.us,
            },
        )
        [one] = judged_decisions(tx, now=NOW + timedelta(days=90))
    assert one.verdict.left == 320
