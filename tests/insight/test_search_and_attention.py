"""Anything is found by any of its codes; what needs a person is named once, urgent first."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.clock import business_day
from inventory_core.db.engine import Database
from inventory_core.insight.attention import Urgency, needs_attention
from inventory_core.insight.decisions_made import decisions_made, judge
from inventory_core.insight.search import find_anything
from inventory_core.office.actors import SYSTEM
from inventory_core.office.company import read_company
from inventory_core.trade.purchase_records import select_purchase_orders
from inventory_core.trade.suppliers import NewSupplier, create_suppliers
from tests.trade.test_deliveries import ordered, ordered_only
from tests.trade.world import make_world

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_a_code_finds_its_sku_before_skus_that_only_begin_so(database: Database) -> None:
    with database.writing() as tx:
        create_skus(
            tx,
            SYSTEM,
            [
                NewSku("LMP-01-B", "Lamp, black"),
                NewSku("LMP-01", "Lamp", barcodes=["4006381333931"]),
                NewSku("100%_A", "Odd (奇怪) sign"),
            ],
        )
        assert [hit.code for hit in find_anything(tx, "lmp-01")] == ["LMP-01", "LMP-01-B"]
        assert [hit.code for hit in find_anything(tx, "4006381333931")] == ["LMP-01"]
        assert [hit.code for hit in find_anything(tx, "奇怪")] == ["100%_A"]
        assert find_anything(tx, "LMP-01")[0].query == {"sku": "LMP-01"}


def test_signs_of_a_pattern_are_only_signs_and_one_letter_finds_nothing(
    database: Database,
) -> None:
    with database.writing() as tx:
        create_skus(tx, SYSTEM, [NewSku("AB", "Alpha"), NewSku("A%B", "Percent")])
        assert find_anything(tx, "%%") == []
        assert find_anything(tx, "__") == []
        assert find_anything(tx, "A") == []
        assert find_anything(tx, "  ") == []
        assert find_anything(tx, "x\x00y") == []
        assert [hit.code for hit in find_anything(tx, "a%")] == ["A%B"]


def test_a_supplier_is_found_by_a_part_of_its_name(database: Database) -> None:
    with database.writing() as tx:
        made = create_suppliers(tx, SYSTEM, [NewSupplier("NB", "Ningbo Brightway(宁波)", "CNY")])
        hits = find_anything(tx, "brightw")
    assert [(hit.kind, hit.id, hit.screen) for hit in hits] == [
        ("supplier", made["NB"], "replenish")
    ]


def test_an_empty_company_needs_nobody(database: Database) -> None:
    with database.reading() as conn:
        assert needs_attention(conn, now=NOW) == []
        assert decisions_made(conn, now=NOW) == []


def test_overdue_orders_are_those_of_the_list_that_is_opened(database: Database) -> None:
    """One of them has come in part, and is waited for all the same."""
    world = make_world(database)
    ordered_only(database, world, "nothing")
    ordered(database, world, "part", (20, 40))
    later = NOW + timedelta(days=120)
    with database.reading() as conn:
        [found] = [one for one in needs_attention(conn, now=later) if one.screen == "purchases"]
        today = business_day(later, read_company(conn).time_zone)
        listed = conn.rows(select_purchase_orders(found.query["state"], today=today))
    assert found.code == "overdue_purchases"
    assert found.params == {"count": 2, "units": 160}
    assert (len(listed), sum(row.open for row in listed)) == (2, 160)


def test_a_job_that_failed_last_is_named_until_it_succeeds(database: Database) -> None:
    add = text("INSERT INTO job_run (job, state, finished_at) VALUES (:job, :state, now())")
    with database.writing() as tx:
        tx.execute(add, {"job": "plan", "state": "failed"})
        found = needs_attention(tx, now=NOW)
        assert [(one.code, one.screen, one.urgency) for one in found] == [
            ("failing_job", "jobs", Urgency.DANGER)
        ]
        tx.execute(add, {"job": "plan", "state": "done"})
        assert needs_attention(tx, now=NOW) == []


def came(units: int, day: int) -> dict[str, object]:
    """A delivery in August of what was due on the 20th."""
    return {
        "arrives_on": date(2026, 8, 20),
        "received": units,
        "received_on": date(2026, 8, day),
    }


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({"approved": False}, "rejected"),
        ({"approved": False, "short_since": 3}, "missed"),
        ({"arrives_on": date(2026, 9, 20)}, "waiting"),
        ({"arrives_on": date(2026, 8, 20)}, "late"),
        (came(10, 23), "helped"),
        (came(10, 24), "late"),
        (came(9, 19), "short"),
        (came(9, 19) | {"today": date(2026, 8, 23)}, "waiting"),
    ],
)
def test_a_decision_is_judged_by_its_own_promise(facts: dict[str, object], verdict: str) -> None:
    usual: dict[str, object] = {
        "approved": True,
        "quantity": 10,
        "received": 0,
        "arrives_on": None,
        "received_on": None,
        "short_since": 0,
        "today": date(2026, 9, 1),
    }
    assert judge(**(usual | facts)) == verdict  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_sample_company_needs_a_person_in_many_places(sample_database: Database) -> None:
    with sample_database.reading() as conn:
        last = conn.scalar(text("SELECT max(recorded_at) FROM operation"))
        found = needs_attention(conn, now=last)
        order = conn.scalar(text("SELECT external_id FROM sales_order ORDER BY id DESC LIMIT 1"))
        number = conn.scalar(text("SELECT number FROM purchase_order ORDER BY id LIMIT 1"))
        lot = conn.scalar(text("SELECT code FROM lot WHERE id <> 0 ORDER BY id LIMIT 1"))
        kinds = {find_anything(conn, code)[0].kind for code in (order, number, lot)}
    codes = [one.code for one in found]
    assert {"late_orders", "short_orders", "lot_on_hold", "overdue_purchases"} <= set(codes)
    assert [one.urgency for one in found] == sorted(one.urgency for one in found)
    assert kinds == {"order", "purchase_order", "lot"}
