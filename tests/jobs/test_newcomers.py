"""What is to sell for the first time is planned by its likes, and nobody else's numbers move."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from inventory_core.catalog.listings import NewListing, NewPrice, create_listings, record_prices
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.overrides import NewOverride, set_override
from inventory_core.planning.rules import ReplenishRule, set_replenish_rules
from inventory_core.vocabulary import OverrideReason, WarehouseKind
from jobs.plan_result import PlanResult
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")

YESTERDAY = TODAY - timedelta(days=1)
SOLD = ("LAMP", "LANTERN", "TORCH", "BULB", "CABLE", "PLUG")


def planned(seller: Seller) -> PlanResult:
    return run_planning(seller.database, SYSTEM, now=NOW, prophet_seconds=0)


@pytest.fixture
def seller(database: Database) -> Seller:
    made = make_seller(database, (*SOLD, "NEON", "SPARE"))
    for place, code in enumerate(SOLD):
        level = 8 + place if code not in ("CABLE", "PLUG") else 60
        made.sold(code, [level - 1, level + 1] * 70, last_on=YESTERDAY)
        made.stock(code, 20 * level)
    for category, codes in (("light", [*SOLD[:4], "NEON"]), ("wire", ["CABLE", "PLUG"])):
        made.run("UPDATE sku SET category = :name WHERE code = ANY(:codes)", name=category,
                 codes=codes)  # fmt: skip
    return made


def listed(seller: Seller, sku: str, since: date = TODAY) -> int:
    """A listing of the shop, live since a day."""
    with seller.database.writing() as tx:
        new = NewListing(seller.account, f"x-{sku}", seller.skus[sku])
        [made] = create_listings(tx, SYSTEM, [new])
        record_prices(tx, SYSTEM, [NewPrice(made, since, Decimal(10), "USD")])
    seller.run("UPDATE listing SET live_from_at = :day WHERE id = :id", day=since, id=made)
    return made


def forecasts(seller: Seller) -> dict[tuple[int, int], tuple[object, ...]]:
    """Everything that the newest run says, by SKU and warehouse."""
    rows = seller.rows(
        "SELECT sku_id, warehouse_id, champion, mean, quantiles, totals, scores, naive"
        " FROM forecast WHERE run_id = (SELECT max(id) FROM forecast_run)"
    )
    return {(row[0], row[1]): row[2:] for row in rows}


def new_pairs(seller: Seller) -> list[tuple[int, int]]:
    return [pair for pair, told in forecasts(seller).items() if told[0] == "analogue"]


def test_trap_31_a_new_listing_is_planned_by_its_likes_and_says_so(seller: Seller) -> None:
    planned(seller)
    before = forecasts(seller)
    listed(seller, "NEON")
    planned(seller)
    after = forecasts(seller)
    neon = (seller.skus["NEON"], seller.us)
    champion, mean, quantiles, *_ = after.pop(neon)
    assert champion == "analogue"
    weekly = 7 * (8 + 9 + 10 + 11 + 60) / 5  # the four other lights, and the nearest of the rest
    assert 7 * 8 <= mean[0] <= weekly  # type: ignore[index]
    assert quantiles["0.05"][0] < mean[0] < quantiles["0.95"][0]  # type: ignore[index]
    assert after == before
    [(assumed, warnings)] = seller.rows(
        "SELECT r.assumed, r.trace->'warnings' FROM suggestion AS s"
        " JOIN suggestion_revision AS r ON r.suggestion_id = s.id WHERE s.sku_id = :sku",
        sku=neon[0],
    )
    assert "demand" in assumed
    assert "judged_by_likes" in warnings
    [(count,)] = seller.rows("SELECT (settings->>'newcomers')::int FROM forecast_run"
                             " ORDER BY id DESC LIMIT 1")  # fmt: skip
    assert count == 1


def test_trap_31_a_buyer_who_knows_better_can_change_it(seller: Seller) -> None:
    listed(seller, "NEON")
    planned(seller)
    new = NewOverride(
        key="fair", sku_id=seller.skus["NEON"], warehouse_id=seller.us, first_on=TODAY,
        last_on=TODAY + timedelta(days=27), reason=OverrideReason.CAMPAIGN,
        units_per_day=Decimal(2),
    )  # fmt: skip
    with seller.database.writing() as tx:
        assert set_override(tx, SYSTEM, new, now=NOW).planned_units == 56


def test_trap_31_nobody_appears_whom_nobody_wants(seller: Seller) -> None:
    planned(seller)
    before = forecasts(seller)
    spare = seller.skus["SPARE"]
    seller.stock("SPARE", 500)  # stock and an offer alone, as of a part
    seller.run("INSERT INTO kit_part VALUES (:kit, :part, 1)", kit=seller.skus["LAMP"], part=spare)
    seller.run("UPDATE sku SET launched_on = :day WHERE id = :part", day=TODAY, part=spare)
    seller.run("UPDATE sku SET launched_on = :day WHERE code = 'CABLE'", day=TODAY)
    ended = listed(seller, "NEON", since=YESTERDAY)
    seller.run("UPDATE listing SET live_to_at = :day WHERE id = :id", day=TODAY, id=ended)
    with seller.database.writing() as tx:
        new = NewWarehouse("HUB", "Hub", WarehouseKind.THIRD_PARTY, "CN", "Asia/Shanghai")
        hub = create_warehouses(tx, SYSTEM, [new])["HUB"]
        set_replenish_rules(tx, SYSTEM, [ReplenishRule(seller.skus["LAMP"], hub, minimum=10)])
    seller.stock("LAMP", 900, warehouse=hub)
    planned(seller)
    assert new_pairs(seller) == []
    assert forecasts(seller) == before


def test_trap_31_whoever_lay_there_for_two_months_unsold_is_no_newcomer(seller: Seller) -> None:
    listed(seller, "NEON", since=TODAY - timedelta(days=90))
    planned(seller)
    assert new_pairs(seller) == [(seller.skus["NEON"], seller.us)], "it never had stock"
    seller.run(
        "INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)"
        " VALUES (:sku, :us, true, :at)",
        sku=seller.skus["NEON"], us=seller.us, at=NOW - timedelta(days=60),
    )  # fmt: skip
    planned(seller)
    assert new_pairs(seller) == []


def test_trap_31_days_on_offer_without_a_sale_are_held_against_it(seller: Seller) -> None:
    listed(seller, "NEON", since=TODAY - timedelta(days=20))
    planned(seller)
    fresh = forecasts(seller)[seller.skus["NEON"], seller.us][1][0]  # type: ignore[index]
    seller.run(
        "INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)"
        " VALUES (:sku, :us, true, :at)",
        sku=seller.skus["NEON"], us=seller.us, at=NOW - timedelta(days=14),
    )  # fmt: skip
    planned(seller)
    stale = forecasts(seller)[seller.skus["NEON"], seller.us][1][0]  # type: ignore[index]
    assert stale < fresh / 10


def test_trap_31_a_launch_day_or_a_minimum_by_hand_says_so_too(seller: Seller) -> None:
    later = TODAY + timedelta(days=21)
    seller.run("UPDATE sku SET launched_on = :day WHERE code = 'NEON'", day=later)
    with seller.database.writing() as tx:
        rule = ReplenishRule(seller.skus["LAMP"], seller.uk, minimum=10)
        set_replenish_rules(tx, SYSTEM, [rule])
    planned(seller)
    told = forecasts(seller)
    assert set(new_pairs(seller)) == {
        (seller.skus["NEON"], seller.us),
        (seller.skus["LAMP"], seller.uk),
    }
    mean = told[seller.skus["NEON"], seller.us][1]
    assert mean[:3] == [0, 0, 0]  # type: ignore[index]
    assert mean[3] > 0  # type: ignore[index]


def test_trap_31_whoever_is_served_from_the_next_warehouse_of_the_pool_is_no_newcomer(
    seller: Seller,
) -> None:
    seller.sold("NEON", [4] * 60, last_on=YESTERDAY, warehouse=seller.uk)
    listed(seller, "NEON", since=TODAY - timedelta(days=30))
    planned(seller)
    assert new_pairs(seller) == []
    assert (seller.skus["NEON"], seller.uk) in forecasts(seller)
