"""Warehouses, bins, accounts, listings, promotions and the company itself."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from inventory_core.catalog.company import NewCompany, company, found_company
from inventory_core.catalog.listings import (
    NewAccount,
    NewListing,
    NewPrice,
    change_listing,
    create_accounts,
    create_listings,
    pool_warehouses,
    record_prices,
    set_pool_warehouses,
)
from inventory_core.catalog.locations import (
    NewBin,
    NewWarehouse,
    change_warehouse,
    create_bins,
    create_warehouses,
    warehouse_ids,
    warehouses,
)
from inventory_core.catalog.promotions import NewPromotion, create_promotions
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.db.engine import Database, Writing
from inventory_core.db.schema.channels import promotion_sku
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.vocabulary import Authority, Language, WarehouseId, WarehouseKind

HUB = NewWarehouse("SZ", "深圳仓", WarehouseKind.OWN, "CN", "Asia/Shanghai", priority=20)
US = NewWarehouse("US", "US own", WarehouseKind.OVERSEAS, "us", "America/Los_Angeles", priority=10)
FBA = NewWarehouse(
    "FBA-US", "FBA US", WarehouseKind.FBA, "US", "America/Los_Angeles", Authority.REPORTED
)


def _three(tx: Writing) -> dict[str, WarehouseId]:
    return create_warehouses(tx, SYSTEM, [HUB, US, FBA])


def test_every_warehouse_has_its_own_cost_pool_unless_one_is_shared(database: Database) -> None:
    shared = [
        NewWarehouse(code, code, WarehouseKind.FBA, "DE", "Europe/Berlin", cost_pool="EU")
        for code in ("FBA-DE", "FBA-FR")
    ]
    with database.writing() as tx:
        ids = _three(tx) | create_warehouses(tx, SYSTEM, shared)
        known = {house.code: house for house in warehouses(tx)}
        assert warehouse_ids(tx, ["us", "x"]) == {"us": ids["US"]}
    pools = [known[code].cost_pool_id for code in ("SZ", "US", "FBA-US")]
    assert len(set(pools)) == 3
    assert known["FBA-DE"].cost_pool_id == known["FBA-FR"].cost_pool_id
    assert list(known)[:2] == ["US", "SZ"]
    assert known["US"].country == "US"
    assert known["FBA-US"].authority is Authority.REPORTED
    assert min(ids.values()) >= 100


def test_a_warehouse_code_is_taken_once(database: Database) -> None:
    with database.writing() as tx:
        _three(tx)
    with pytest.raises(Conflict, match="codes_taken"), database.writing() as tx:
        create_warehouses(tx, SYSTEM, [NewWarehouse("sz", "x", WarehouseKind.OWN, None, "UTC")])
    with pytest.raises(Invalid, match="unknown_time_zone"), database.writing() as tx:
        create_warehouses(tx, SYSTEM, [NewWarehouse("x", "x", WarehouseKind.OWN, None, "Moon")])


def test_a_warehouse_is_changed_by_version(database: Database) -> None:
    with database.writing() as tx:
        ids = _three(tx)
        assert change_warehouse(tx, SYSTEM, ids["SZ"], {"active": False}, version=1) == 2
        assert not next(w for w in warehouses(tx) if w.code == "SZ").active


def test_the_same_bin_code_may_stand_in_two_warehouses(database: Database) -> None:
    with database.writing() as tx:
        ids = _three(tx)
        first = create_bins(tx, SYSTEM, ids["SZ"], [NewBin("A-03-05", x_cm=120), NewBin("A-03-06")])
        second = create_bins(tx, SYSTEM, ids["US"], [NewBin("A-03-05")])
        assert first["A-03-05"] != second["A-03-05"]
        with pytest.raises(Conflict) as told:
            create_bins(tx, SYSTEM, ids["US"], [NewBin("A-9"), NewBin("a-03-05")])
    assert told.value.params["rows"] == [2]


def test_an_account_is_served_by_its_pool_in_order(database: Database) -> None:
    with database.writing() as tx:
        ids = _three(tx)
        made = create_accounts(
            tx,
            SYSTEM,
            [
                NewAccount("shop", "Shop", "Shopify", "USD", "UTC", "", [ids["US"], ids["SZ"]]),
                NewAccount("amz", "Amazon", "amazon", "USD", "America/Los_Angeles", "US"),
            ],
        )
        assert pool_warehouses(tx, list(made.values())) == {
            made["shop"]: [ids["US"], ids["SZ"]],
            made["amz"]: [],
        }
        set_pool_warehouses(tx, SYSTEM, made["amz"], [ids["FBA-US"]])
        assert pool_warehouses(tx, [made["amz"]]) == {made["amz"]: [ids["FBA-US"]]}
        with pytest.raises(Conflict, match="codes_taken"):
            create_accounts(tx, SYSTEM, [NewAccount("SHOP", "x", "ebay", "USD", "UTC")])


def test_a_listing_has_live_dates_and_prices(database: Database) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    with database.writing() as tx:
        sku_id = create_skus(tx, SYSTEM, [NewSku("A", "a")])["A"]
        account = create_accounts(tx, SYSTEM, [NewAccount("s", "S", "ebay", "USD", "UTC")])["s"]
        new = [NewListing(account, "m-2", sku_id), NewListing(account, "m-1", sku_id, begin)]
        second, first = create_listings(tx, SYSTEM, new)
        assert second != first
        with pytest.raises(Conflict, match="listings_taken"):
            create_listings(tx, SYSTEM, [NewListing(account, "m-1", sku_id)])
        assert change_listing(tx, SYSTEM, first, {"cap": 5}, version=1) == 2
        price = NewPrice(first, date(2026, 1, 1), Decimal("19.99"), "USD")
        record_prices(tx, SYSTEM, [price, price])
        with pytest.raises(Invalid, match="live_times_out_of_order"):
            create_listings(tx, SYSTEM, [NewListing(account, "m-3", sku_id, begin, begin)])


def test_a_promotion_sent_twice_is_one_promotion(database: Database) -> None:
    with database.writing() as tx:
        ids = create_skus(tx, SYSTEM, [NewSku("A", "a"), NewSku("B", "b")])
        first_on, last_on = date(2026, 11, 27), date(2026, 11, 30)
        friday = NewPromotion("bf", "Black Friday", first_on, last_on, Decimal(30), [*ids.values()])
        made = create_promotions(tx, SYSTEM, [friday])
        assert create_promotions(tx, SYSTEM, [friday]) == made
        assert len(tx.rows(select(promotion_sku))) == 2
        other = NewPromotion("bf", "Other", first_on, last_on, Decimal(30), [])
        with pytest.raises(Conflict, match="key_reused"):
            create_promotions(tx, SYSTEM, [other])


def test_a_company_is_founded_once(database: Database) -> None:
    new = NewCompany("卖家", "cny", "Asia/Shanghai", Language.ZH, simulated=True)
    with database.writing() as tx:
        with pytest.raises(Refused, match="company_not_founded"):
            company(tx)
        made = found_company(tx, SYSTEM, new)
        assert (made.base_currency, made.simulated, made.version) == ("CNY", True, 1)
        assert company(tx) == made
        with pytest.raises(Conflict, match="company_founded"):
            found_company(tx, SYSTEM, new)


def test_the_database_itself_keeps_the_base_currency(database: Database) -> None:
    with database.writing() as tx:
        found_company(tx, SYSTEM, NewCompany("A", "CNY", "Asia/Shanghai", Language.ZH))
        tx.execute(text("UPDATE company SET base_currency = 'USD'"))
        tx.execute(
            text(
                "INSERT INTO operation (key, request_hash, kind, actor_id, occurred_at)"
                " VALUES ('k', 'h', 'opening', 0, now())"
            )
        )
    with pytest.raises(DBAPIError, match="base currency stands"), database.writing() as tx:
        tx.execute(text("UPDATE company SET base_currency = 'CNY'"))
    with database.writing() as tx:
        tx.execute(text("UPDATE company SET base_currency = 'USD', review_days = 3"))
        assert company(tx).review_days == 3
