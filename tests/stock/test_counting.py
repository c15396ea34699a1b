"""Corrections by hand: once, from where the goods lie, and by the moment of counting."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from inventory_core.catalog.company import NewCompany, found_company
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.counting import (
    Counted,
    NewAdjustment,
    NewCount,
    NewHold,
    adjust_stock,
    count_stock,
    hold_stock,
)
from inventory_core.stock.ledger import Posted
from inventory_core.stock.verify import verify_book
from inventory_core.vocabulary import Language, WarehouseKind
from tests.stock.scene import NOON, Scene

LATER = NOON + timedelta(hours=2)


def adjust(scene: Scene, *asked: NewAdjustment) -> list[Posted]:
    return scene.database.write(lambda tx: adjust_stock(tx, SYSTEM, asked, now=LATER))


def count(scene: Scene, asked: NewCount) -> Counted:
    return scene.database.write(lambda tx: count_stock(tx, SYSTEM, asked, now=LATER))


def test_an_adjustment_happens_once_however_often_it_is_sent(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "20", key="r1")
    lost = NewAdjustment("a1", warehouse, sku, -9, "broken")
    found = NewAdjustment("a2", warehouse, sku, 2, "behind the rack", Decimal(3))
    first = adjust(scene, lost, found)
    assert [answer.values for answer in first] == [(Decimal(18),), (Decimal(6),)]
    assert adjust(scene, lost, found) == [replace(answer, replayed=True) for answer in first]
    with pytest.raises(Conflict, match="key_reused"):
        adjust(scene, replace(lost, quantity_change=-1))
    assert scene.level(sku, warehouse) == (3, 0, 0)
    with scene.database.reading() as conn:
        assert verify_book(conn) == []


def test_more_than_is_there_cannot_be_lost_and_the_refusal_speaks_of_codes(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 3, "3", key="r1")
    with pytest.raises(Refused) as refusal:
        adjust(scene, NewAdjustment("a1", warehouse, sku, -4, "broken"))
    assert refusal.value.code == "not_enough_stock"
    assert refusal.value.params["sku"] == "S1"
    assert refusal.value.params["warehouse"] == "w1"
    assert scene.level(sku, warehouse) == (3, 0, 0)


@pytest.mark.parametrize("change", [{"quantity_change": 0}, {"reason": " "}])
def test_an_adjustment_says_how_much_and_why(scene: Scene, change: dict[str, object]) -> None:
    asked = NewAdjustment("a1", scene.warehouses[0], scene.skus[0], 1, "found")
    with pytest.raises(Invalid):
        adjust(scene, replace(asked, **change))  # type: ignore[arg-type]


def test_a_hold_and_its_release(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "20", key="r1")
    held = NewHold("h1", warehouse, sku, 4, "quarantine", "smells")
    scene.database.write(lambda tx: hold_stock(tx, SYSTEM, [held], now=NOON))
    assert scene.level(sku, warehouse) == (10, 0, 4)
    free = NewHold("h2", warehouse, sku, 3, "good", "aired", "quarantine")
    scene.database.write(lambda tx: hold_stock(tx, SYSTEM, [free], now=NOON))
    assert scene.level(sku, warehouse) == (10, 0, 1)
    again = replace(free, key="h3")
    with pytest.raises(Refused, match="not_enough_stock"):
        scene.database.write(lambda tx: hold_stock(tx, SYSTEM, [again], now=NOON))


def test_trap_53_a_count_is_compared_with_the_moment_of_counting(scene: Scene) -> None:
    sku, other, warehouse = scene.skus[0], scene.skus[1], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "20", key="r1")
    scene.receive(other, warehouse, 5, "5", key="r2")
    scene.receive(sku, warehouse, 7, "14", key="r3", at=NOON + timedelta(hours=1))
    asked = NewCount("c1", warehouse, ((sku, 9), (other, 5)), NOON + timedelta(minutes=30))
    counted = count(scene, asked)
    assert [(line.expected, line.counted) for line in counted.lines] == [(10, 9), (5, 5)]
    assert scene.level(sku, warehouse) == (16, 0, 0)
    assert scene.level(other, warehouse) == (5, 0, 0)
    assert count(scene, asked) == replace(counted, replayed=True)
    with pytest.raises(Conflict, match="key_reused"):
        count(scene, replace(asked, lines=((sku, 8),)))


def test_a_count_that_agrees_posts_nothing(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "20", key="r1")
    assert count(scene, NewCount("c1", warehouse, ((sku, 10),))).operation_id is None
    assert scene.rows("SELECT count(*) FROM operation") == [(1,)]


def test_a_lack_is_taken_from_good_goods_first(scene: Scene) -> None:
    sku, warehouse = scene.skus[0], scene.warehouses[0]
    scene.receive(sku, warehouse, 10, "20", key="r1")
    held = NewHold("h1", warehouse, sku, 4, "damaged", "wet")
    scene.database.write(lambda tx: hold_stock(tx, SYSTEM, [held], now=NOON))
    count(scene, NewCount("c1", warehouse, ((sku, 3),)))
    assert scene.level(sku, warehouse) == (3, 0, 3)


def test_nothing_is_adjusted_before_somebody_said_in_which_currency_costs_are(
    database: Database,
) -> None:
    kept = NewWarehouse("W1", "W1", WarehouseKind.OWN, "CN", "Asia/Shanghai")
    with database.writing() as tx:
        sku = create_skus(tx, SYSTEM, [NewSku("S1", "Thing")])["S1"]
        warehouse = create_warehouses(tx, SYSTEM, [kept])["W1"]
    found = NewAdjustment("a", warehouse, sku, 5, "first goods", Decimal(3))
    with pytest.raises(Refused, match="company_not_founded"), database.writing() as tx:
        adjust_stock(tx, SYSTEM, [found], now=NOON)
    with database.writing() as tx:
        assert tx.scalar(text("SELECT count(*) FROM operation")) == 0
        found_company(tx, SYSTEM, NewCompany("Shop", "USD", "UTC", Language.EN))
        [posted] = adjust_stock(tx, SYSTEM, [found], now=NOON)
    assert posted.values == (Decimal(15),)
