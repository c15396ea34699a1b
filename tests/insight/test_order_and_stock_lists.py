"""The lists of the stock and orders screens: the right rows, page by page, by key."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import TextClause

from inventory_core.db.engine import Database
from inventory_core.insight.order_lists import order_page, order_sums
from inventory_core.insight.stock_lists import ledger_lines, position_page, position_sums
from tests.app.screens.shop import make_shop
from tests.stock.scene import Scene

EVERY = {"skus": None, "warehouses": None, "find": "", "show": ""}
FIRST = {"before_at": datetime(9999, 1, 1, tzinfo=UTC), "before_id": 0}


@pytest.fixture
def shop(database: Database) -> Scene:
    return make_shop(database)


def ask(scene: Scene, statement: TextClause, **params: object) -> list:
    with scene.database.reading() as conn:
        return list(conn.rows(statement, params))


@pytest.mark.parametrize(
    ("state", "numbers"),
    [
        ("", ["1007", "1006", "1005", "1004", "1003", "1002", "1001", "1000"]),
        ("promised", ["1007", "1005", "1004", "1003"]),
        ("waiting", ["1006", "1002"]),
        ("short", ["1006", "1002"]),
        ("shipped", ["1001", "1000"]),
        ("cancelled", []),
    ],
)
def test_orders_are_listed_by_their_state(shop: Scene, state: str, numbers: list[str]) -> None:
    rows = ask(shop, order_page(), account=None, state=state, find="", most=50, **FIRST)
    assert [row.external_id for row in rows] == numbers


def test_pages_of_orders_follow_each_other_without_gap_or_repeat(shop: Scene) -> None:
    seen: list[str] = []
    start = FIRST
    while rows := ask(shop, order_page(), account=None, state="", find="", most=3, **start):
        seen += [row.external_id for row in rows]
        start = {"before_at": rows[-1].placed_at, "before_id": rows[-1].id}
    assert seen == [f"100{n}" for n in reversed(range(8))]


def test_pages_of_positions_follow_each_other_and_their_sums_agree(shop: Scene) -> None:
    seen: list[tuple] = []
    start = {"after_key": "", "after_place": 0, "after_id": 0}
    while rows := ask(shop, position_page(), **EVERY, **start, most=2):
        seen += rows
        last = rows[-1]
        start = {
            "after_key": last.code_key,
            "after_place": last.place,
            "after_id": last.warehouse_id,
        }
    assert len(seen) == len({(row.sku, row.warehouse) for row in seen}) == 7
    (sums,) = ask(shop, position_sums(), **EVERY)
    assert sums.pairs == 7
    for name in ("on_hand", "reserved", "held", "available", "backordered", "value"):
        assert getattr(sums, name) == sum(getattr(row, name) for row in seen)


def test_what_is_promised_and_what_waits_is_summed(shop: Scene) -> None:
    (sums,) = ask(shop, order_sums())
    assert (sums.orders, sums.to_ship, sums.waiting, sums.units_waiting) == (8, 5, 2, 2)


def test_ledger_lines_add_up_to_the_level(shop: Scene) -> None:
    for sku in shop.skus:
        for warehouse in shop.warehouses:
            lines = ask(shop, ledger_lines(), sku=sku, warehouse=warehouse, before=2**62, most=1000)
            assert sum(line.change for line in lines) == shop.level(sku, warehouse)[0]
