"""The played company: its book is right, two plays are one, and it holds what it should."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inventory_core.db.engine import Database, Reading
from inventory_core.db.played_clock import play_at
from inventory_core.office.company import read_company
from inventory_core.stock.verify import verify_book
from jobs.sample import play_sample_company

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
# What happened, by names instead of numbers that a database gives.
FACTS = {
    "orders": """SELECT external_id, placed_at, currency, stocked_out, cancelled_at, recorded_at
        FROM sales_order ORDER BY key""",
    "lines": """SELECT o.key, l.line_no, s.code, l.quantity, l.short_at_acceptance, l.shipped,
        l.returned, l.unit_price, l.tax FROM sales_order_line l JOIN sales_order o
        ON o.id = l.order_id JOIN sku s ON s.id = l.sku_id ORDER BY 1, 2""",
    "movements": """SELECT s.code, f.code, t.code, m.quantity, m.value, m.occurred_at,
        m.recorded_at, m.from_condition, m.to_condition
        FROM movement m JOIN sku s ON s.id = m.sku_id JOIN location f ON f.id = m.from_location_id
        JOIN location t ON t.id = m.to_location_id ORDER BY 6, 1, 2, 3, 4, 5, 7, 8, 9""",
    "levels": """SELECT s.code, w.code, l.on_hand, l.reserved, l.held FROM stock_level l
        JOIN sku s ON s.id = l.sku_id JOIN location w ON w.id = l.warehouse_id ORDER BY 1, 2""",
    "kpis": """SELECT k.on_day, w.code, k.category, k.closing_value, k.sales, k.orders,
        k.short_orders, k.dead_value FROM kpi_day k JOIN location w ON w.id = k.warehouse_id
        WHERE k.account_id = 0 ORDER BY 1, 2, 3""",
}


def facts(conn: Reading) -> dict[str, Sequence[Any]]:
    return {name: [tuple(row) for row in conn.rows(text(sql))] for name, sql in FACTS.items()}


@pytest.mark.slow
def test_two_plays_of_one_seed_are_identical_in_facts(
    database: Database, second_database: Database
) -> None:
    found = []
    for one in (database, second_database):
        play_sample_company(one, now=NOW, days=50, orders=1_500, seed=11)
        with one.reading() as conn:
            found.append(facts(conn))
    for name in FACTS:
        assert found[0][name], name
        assert found[0][name] == found[1][name], name


@pytest.mark.slow
def test_a_short_play_leaves_a_right_book_and_tells_its_progress(database: Database) -> None:
    told: list[tuple[str, int]] = []
    played = play_sample_company(
        database,
        now=NOW,
        days=32,
        orders=700,
        progress=lambda step, done, _of, _day: told.append((step, done)),
    )
    with database.reading() as conn:
        problems = verify_book(conn)
        orders = conn.scalar(text("SELECT count(*) FROM sales_order"))
        simulated = read_company(conn).simulated
        future = conn.scalar(
            text("SELECT count(*) FROM movement WHERE recorded_at > :now"), {"now": NOW}
        )
        late = conn.scalar(text("SELECT count(*) FROM movement WHERE occurred_at > recorded_at"))
    assert problems == []
    assert orders == played.orders
    assert 450 < orders < 950
    assert simulated
    assert (future, late) == (0, 0)
    assert told[0] == ("setup", 0)
    assert [done for step, done in told if step == "day"] == list(range(1, 33))
    assert told[-1][0] == "kpis"


def test_the_recorded_clock_cannot_be_played_in_a_real_company(database: Database) -> None:
    with database.writing() as tx:
        play_at(tx, NOW)
        with pytest.raises(DBAPIError, match="simulated company"):
            tx.scalar(text("SELECT yiben_clock()"))


@pytest.mark.slow
def test_the_sample_company_is_a_believable_seller(sample_database: Database) -> None:
    counts = {
        "skus": "SELECT count(*) FROM sku",
        "warehouses": "SELECT count(*) FROM location WHERE kind = 'warehouse'",
        "accounts": "SELECT count(*) FROM channel_account",
        "currencies": """SELECT count(DISTINCT c) FROM (SELECT currency AS c FROM sales_order
            UNION SELECT currency FROM purchase_order) x""",
        "orders": "SELECT count(*) FROM sales_order",
        "short": "SELECT count(*) FROM sales_order WHERE stocked_out",
        "waiting": "SELECT count(*) FROM sales_order_line WHERE backordered > 0",
        "open_purchases": """SELECT count(*) FROM purchase_order
            WHERE state IN ('sent', 'confirmed')""",
        "underway": "SELECT count(*) FROM transfer WHERE state = 'shipped'",
        "damaged": "SELECT count(*) FROM receipt_line WHERE damaged > 0",
        "returns": "SELECT count(*) FROM sales_return",
        "counts": "SELECT count(*) FROM stock_count WHERE operation_id IS NOT NULL",
        "held_lots": "SELECT count(*) FROM lot WHERE on_hold",
        "promotions": "SELECT count(*) FROM promotion",
        "dead": "SELECT count(*) FROM kpi_day WHERE dead_value > 0 AND category = '*'",
        "lost": "SELECT count(*) FROM transfer_line WHERE lost > 0",
    }
    with sample_database.reading() as conn:
        found = {name: conn.scalar(text(sql)) for name, sql in counts.items()}
        problems = verify_book(conn)
    assert problems == []
    assert found["skus"] == 300
    assert found["warehouses"] == 5
    assert found["accounts"] == 3
    assert found["currencies"] == 4
    assert 36_000 <= found["orders"] <= 44_000
    assert 0.02 < found["short"] / found["orders"] < 0.09
    assert found["held_lots"] == 1
    nothing = [name for name, count in found.items() if count == 0]
    assert nothing == []
