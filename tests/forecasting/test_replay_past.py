"""What a company's book says of its past: what was asked for, who served it, what was known."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from forecasting.history import demand_grid
from forecasting.past import KEEPS_ALWAYS, Past
from forecasting.replay_past import read_past
from forecasting.sku_classing import class_skus
from inventory_core.catalog.skus import change_sku, read_sku
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.class_choices import ClassChoice, ClassPolicy, choose_classes
from inventory_core.planning.rules import ReplenishRule, set_replenish_rules
from tests.planning.fulfilment import Fulfilment
from tests.planning.seller import NOW, TODAY, YESTERDAY, Seller, make_seller

WEEKS = 30
OUT = range(20, 23)  # weeks in which FBA is empty


def past_of(database: Database) -> Past:
    with database.reading() as conn:
        return read_past(conn, today=TODAY, now=NOW).past


def three_series(seller: Seller) -> list[tuple[str, int, int]]:
    """SKU, warehouse and units a day."""
    return [("LAMP", seller.us, 9), ("LAMP", seller.uk, 4), ("CABLE", seller.us, 9)]


def row_of(past: Past, sku: int, warehouse: int) -> int:
    return past.panel.ids.index(f"{sku}|{warehouse}")


def test_trap_37_who_was_served_in_place_of_an_empty_site_asked_once_and_was_served(
    database: Database,
) -> None:
    scene = Fulfilment(database, days=7 * WEEKS)
    out = range(7 * OUT.start, 7 * OUT.stop)
    scene.edge("LAMP", 0, scene.fba, in_stock=True)
    scene.edge("LAMP", out.start, scene.fba, in_stock=False)
    scene.edge("LAMP", out.stop, scene.fba, in_stock=True)
    for day in range(7 * WEEKS):
        # Own shipping reaches six of the ten who would have bought from FBA.
        there, units = (scene.own, 6) if day in out else (scene.fba, 10)
        scene.sold("LAMP", day, scene.amazon, there, units)
        scene.sold("LAMP", day, scene.shop, scene.own, 4)
    past = past_of(database)
    lamp = scene.seller.skus["LAMP"]
    own, fba = row_of(past, lamp, scene.own), row_of(past, lamp, scene.fba)
    assert past.asked[own].tolist() == [28.0] * WEEKS
    assert past.asked[fba].tolist() == [70.0] * WEEKS
    assert past.served[own].tolist() == [28.0] * WEEKS
    assert past.served[fba].tolist() == [42.0 if week in OUT else 70.0 for week in range(WEEKS)]


def test_trap_32_a_successor_is_known_by_what_it_continues_from_its_own_first_sale_on(
    database: Database,
) -> None:
    seller = make_seller(database, ("LAMP", "LANTERN"))
    lamp, lantern = (seller.skus[code] for code in ("LAMP", "LANTERN"))
    seller.sold("LAMP", [9] * 7 * 25, last_on=YESTERDAY - timedelta(days=35))
    seller.sold("LANTERN", [3] * 7 * 5, last_on=YESTERDAY)
    assert past_of(database).inherited is None
    with database.writing() as tx:
        known = read_sku(tx, lamp)
        change_sku(tx, SYSTEM, lamp, {"successor_id": lantern}, version=known.version)
    past = past_of(database)
    row = row_of(past, lantern, seller.us)
    # It is asked for what it sold itself.
    assert past.asked[row].tolist() == [0.0] * 25 + [21.0] * 5
    assert np.isnan(past.known(25).y[row]).all()
    assert past.known(26).y[row].tolist() == [63.0] * 25 + [21.0]
    assert past.known(26).y[1 - row, :25].tolist() == [63.0] * 25


def test_orders_of_one_supplier_to_one_warehouse_travel_together(database: Database) -> None:
    seller = make_seller(database, ("LAMP", "CABLE"))
    sites = (("LAMP", seller.us, 9), ("CABLE", seller.us, 9), ("CABLE", seller.uk, 4))
    for sku, warehouse, units in sites:
        seller.sold(sku, [units] * 7 * WEEKS, last_on=YESTERDAY, warehouse=warehouse)
    past = past_of(database)
    ship = {one: int(number) for one, number in zip(past.panel.ids, past.ship, strict=True)}
    lamp, cable = (seller.skus[code] for code in ("LAMP", "CABLE"))
    assert ship[f"{lamp}|{seller.us}"] == ship[f"{cable}|{seller.us}"]
    assert ship[f"{cable}|{seller.uk}"] != ship[f"{cable}|{seller.us}"]
    for table in ("offer_price", "offer"):
        seller.run(f"DELETE FROM {table}")
    assert len(set(past_of(database).ship.tolist())) == 3, "nobody knows whose ship it is"


def test_lead_times_spread_in_whole_weeks_as_the_offer_says(database: Database) -> None:
    seller = make_seller(database, ("LAMP",))
    seller.sold("LAMP", [9] * 7 * WEEKS, last_on=YESTERDAY)
    past = past_of(database)
    # 30 days with a deviation of 3: 26, 28, 30, 32 and 34 days.
    assert (past.lead.tolist(), past.leads.tolist()) == ([5], [[4, 4, 5, 5, 5]])


@pytest.mark.parametrize("offered", [True, False])
def test_every_series_has_as_many_lead_times(database: Database, *, offered: bool) -> None:
    seller = make_seller(database, ("LAMP",), offered=offered)
    seller.sold("LAMP", [9] * 7 * WEEKS, last_on=YESTERDAY)
    assert past_of(database).leads.shape == (1, 5)


def test_the_rules_of_today_are_known_by_hand_then_by_class(database: Database) -> None:
    seller = make_seller(database, ("LAMP", "CABLE"))
    for sku, warehouse, units in three_series(seller):
        seller.sold(sku, [units] * 7 * WEEKS, last_on=YESTERDAY, warehouse=warehouse)
    lamp, cable = (seller.skus[code] for code in ("LAMP", "CABLE"))
    plain = past_of(database).chosen
    assert np.isnan([plain.level, plain.minimum, plain.maximum]).all()
    assert (plain.review.tolist(), plain.buying.tolist()) == ([1] * 3, [True] * 3)
    by_hand = [
        ReplenishRule(lamp, seller.us, service_level=Decimal("0.9"), minimum=5, maximum=70),
        ReplenishRule(lamp, seller.uk, review_days=20, buying=False),
    ]
    policies = {cell: ClassPolicy(Decimal("0.98"), 14) for cell in "ABC"}
    with database.writing() as tx:
        set_replenish_rules(tx, SYSTEM, by_hand)
        choose_classes(tx, SYSTEM, ClassChoice(policies=policies))
        class_skus(tx, SYSTEM, demand_grid(tx, through=YESTERDAY), as_of=TODAY)
    past = past_of(database)
    rows = [
        row_of(past, *one) for one in ((lamp, seller.us), (lamp, seller.uk), (cable, seller.us))
    ]
    found = past.chosen.select(np.array(rows))
    assert found.level.tolist() == [0.9, 0.98, 0.98]
    assert found.review.tolist() == [2, 3, 2]
    assert (found.minimum[0], found.maximum[0]) == (5, 70)
    assert np.isnan([found.minimum[1:], found.maximum[1:]]).all()
    assert found.buying.tolist() == [True, False, True]


def test_sites_of_one_offer_are_made_together_and_goods_keep_whole_weeks(
    database: Database,
) -> None:
    seller = make_seller(database, ("LAMP", "CABLE"))
    for sku, warehouse, units in three_series(seller):
        seller.sold(sku, [units] * 7 * WEEKS, last_on=YESTERDAY, warehouse=warehouse)
    lamp, cable = (seller.skus[code] for code in ("LAMP", "CABLE"))
    seller.run("UPDATE sku SET shelf_life_days = 60 WHERE id = :id", id=lamp)
    past = past_of(database)
    us, uk, other = (
        row_of(past, *one) for one in ((lamp, seller.us), (lamp, seller.uk), (cable, seller.us))
    )
    assert past.production[us] == past.production[uk] != past.production[other]
    assert past.keeps[[us, uk, other]].tolist() == [8, 8, KEEPS_ALWAYS]
    for table in ("offer_price", "offer"):
        seller.run(f"DELETE FROM {table}")
    assert len(set(past_of(database).production.tolist())) == 3
