"""The book is checked against itself, and each kind of damage is named."""

import pytest
from sqlalchemy import text

from inventory_core.db.engine import Database
from inventory_core.stock.verify import check_names, verify_book
from tests.stock.scene import Scene
from tests.trade.orders_scene import accept, order, ship

DAMAGE = {
    "UPDATE stock_level SET on_hand = on_hand + 1": {"levels"},
    "UPDATE bin_stock SET quantity = quantity + 1": {"bins"},
    "UPDATE stock_level SET reserved = reserved - 1 WHERE reserved > 0": {"reserved"},
    "UPDATE reservation SET released = 1 WHERE state = 'firm'": {"reserved", "promises", "orders"},
    "UPDATE cost_layer SET value_left = value_left + 1 WHERE quantity_left > 0": {"layers"},
    "UPDATE cost_pool_total SET value = value + 0.000001 WHERE quantity > 0": {"totals"},
    "UPDATE sales_order_line SET shipped = 0 WHERE shipped > 0": {"orders"},
    "UPDATE sales_order SET stocked_out = false": {"stock_outs"},
    "DELETE FROM availability_edge": {"edges"},
    "DELETE FROM movement WHERE to_location_id = 3": {
        "levels",
        "bins",
        "layer_units",
        "totals",
        "operations",
    },
    "INSERT INTO transfer (id, key, number, from_warehouse_id, to_warehouse_id, state, person_id)"
    " VALUES (1, 't', 'T', 101, 102, 'shipped', 0); INSERT INTO transfer_line (transfer_id,"
    " line_no, sku_id, quantity, shipped) SELECT 1, 1, min(id), 2, 2 FROM sku": {"transit"},
}


@pytest.fixture
def busy(scene: Scene) -> Scene:
    """Goods, an order shipped, one promised, one short."""
    scene.receive(scene.skus[0], scene.warehouses[0], 10, "10", key="r1")
    first, _, _ = accept(
        scene, order(scene, "A", (0, 4)), order(scene, "B", (0, 3)), order(scene, "C", (1, 1))
    )
    ship(scene, first.order_id)
    return scene


def test_a_book_that_is_right_has_no_problem(busy: Scene) -> None:
    with busy.database.reading() as conn:
        assert verify_book(conn) == []


@pytest.mark.parametrize(("damage", "found"), DAMAGE.items(), ids=[d[:40] for d in DAMAGE])
def test_damage_is_found_and_named(
    busy: Scene, owner_database: Database, damage: str, found: set[str]
) -> None:
    with owner_database.writing() as tx:
        for table in ("movement", "availability_edge"):
            tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in damage.split(";"):
            tx.execute(text(statement))
    with owner_database.reading() as conn:
        problems = verify_book(conn)
    assert {problem.check for problem in problems} >= found
    assert all(problem.key and problem.detail for problem in problems)
    assert {problem.check for problem in problems} <= set(check_names())
