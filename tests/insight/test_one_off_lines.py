"""Which order lines are one-off bulk orders: what towers over the others and does not come back."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.insight.demand import daily_demand
from inventory_core.insight.one_off_lines import LEAST_POOLED
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.orders import NewOrder, NewOrderLine, accept_orders
from tests.desk.importing import csv_file, sell
from tests.planning.seller import Seller, make_seller

LAST = date(2026, 3, 1)


@pytest.fixture
def seller(database: Database) -> Seller:
    return make_seller(database)


def lines(
    seller: Seller,
    sku: str,
    units: Sequence[int],
    *,
    every: int = 1,
    last_on: date = LAST,
    numbered: bool = True,
    summed: bool = False,
) -> None:
    """One order line each so many days, the last on `last_on`."""
    for place, quantity in enumerate(reversed(units)):
        on = last_on - timedelta(days=place * every)
        seller.run(
            "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on, quantity,"
            " unit_price, currency, warehouse_id, summed) VALUES ('file', :invoice, :sku, :sku_id,"
            " CAST(:on AS date), :on, :units, 10, 'USD', :place, :summed)",
            invoice=f"{sku}-{on}-{quantity}" if numbered else "", sku=sku,
            sku_id=seller.skus[sku], on=on, units=quantity, place=seller.us, summed=summed,
        )  # fmt: skip


def one_offs(seller: Seller, sku: str, *, last_on: date = LAST) -> dict[int, int]:
    """Units in one-off lines by days before LAST."""
    days = {"first_on": date(2020, 1, 1), "last_on": last_on, "skus": [seller.skus[sku]]}
    with seller.database.reading() as conn:
        rows = conn.rows(daily_demand("sku"), days)
    end = (LAST - date(1970, 1, 1)).days
    return {end - row.day: row.bulk for row in rows if row.bulk}


def test_trap_35_in_a_short_history_a_large_order_is_not_its_own_usual(seller: Seller) -> None:
    lines(seller, "LAMP", [1, 2, 1, 25, 1, 1, 3, 1, 2, 1])
    lines(seller, "CABLE", [1, 29])
    assert one_offs(seller, "LAMP") == {6: 25}
    assert one_offs(seller, "CABLE") == {0: 29}


def test_trap_35_the_only_line_of_a_sku_is_held_against_its_like(seller: Seller) -> None:
    lines(seller, "LAMP", [29])
    lines(seller, "CABLE", [1, 2] * (LEAST_POOLED // 2 - 1))
    assert one_offs(seller, "LAMP") == {}, "nobody knows yet what is usual here"
    lines(seller, "CABLE", [1, 2], last_on=LAST - timedelta(days=90))
    assert one_offs(seller, "LAMP") == {0: 29}


def test_trap_35_goods_that_go_by_the_dozen_have_no_one_offs(seller: Seller) -> None:
    lines(seller, "CABLE", [1] * LEAST_POOLED)
    lines(seller, "LAMP", [10, 12, 9, 24, 11])
    assert one_offs(seller, "LAMP") == {}


@pytest.mark.parametrize("months", [1, 3])
def test_trap_35_a_wholesale_buyer_who_comes_back_is_usual_demand(
    seller: Seller, months: int
) -> None:
    """Ones and twos every other day for eighteen months, and twenty every so many months."""
    retail = np.random.default_rng(35).integers(1, 3, 270).tolist()
    lines(seller, "LAMP", retail, every=2)
    lines(seller, "LAMP", [20] * (18 // months), every=30 * months, last_on=LAST)
    assert one_offs(seller, "LAMP") == {}
    lines(seller, "LAMP", [90], last_on=LAST - timedelta(days=101))
    assert one_offs(seller, "LAMP") == {101: 90}, "what towers over the buyer too is one"


def test_trap_35_several_one_offs_in_a_long_history_are_each_one(seller: Seller) -> None:
    units = np.random.default_rng(35).integers(1, 3, 540)
    units[[100, 240, 420]] = [22, 18, 30]
    lines(seller, "LAMP", units.tolist())
    assert one_offs(seller, "LAMP") == {439: 22, 299: 18, 119: 30}


def test_trap_35_a_line_served_from_two_warehouses_is_one_line(seller: Seller) -> None:
    lines(seller, "LAMP", [1, 2, 1, 1, 2], last_on=LAST - timedelta(days=9))
    seller.stock("LAMP", 9)
    seller.stock("LAMP", 20, warehouse=seller.uk)
    at = datetime(2026, 3, 1, 20, tzinfo=UTC)
    line = NewOrderLine(1, seller.skus["LAMP"], 24, Decimal(10))
    new = NewOrder("a", seller.account, "a", at, "USD", [line], country="US")
    seller.database.write(lambda tx: accept_orders(tx, SYSTEM, [new], now=at))
    assert sum(one_offs(seller, "LAMP").values()) == 24


def test_a_busy_day_without_order_numbers_is_no_single_order(seller: Seller) -> None:
    usual = [2, 3, 1, 2, 4] * 8
    lines(seller, "LAMP", [*usual, 26], numbered=False)
    lines(seller, "CABLE", [*usual, 41], numbered=False)
    assert one_offs(seller, "LAMP") == {}
    assert one_offs(seller, "CABLE") == {0: 41}


def test_the_sum_of_a_month_is_no_order(seller: Seller) -> None:
    lines(seller, "LAMP", [3, 2, 4, 3, 90], summed=True)
    assert one_offs(seller, "LAMP") == {}


def test_trap_36_what_counts_as_one_off_is_decided_by_what_was_known(seller: Seller) -> None:
    lines(seller, "LAMP", [1, 2, 1, 30, 1, 1], last_on=LAST - timedelta(days=60))
    before = one_offs(seller, "LAMP", last_on=LAST - timedelta(days=60))
    lines(seller, "LAMP", [28, 31, 29, 30], every=15)
    assert one_offs(seller, "LAMP", last_on=LAST - timedelta(days=60)) == before == {62: 30}
    assert one_offs(seller, "LAMP") == {}, "it came back"


def test_the_import_notes_the_same_lines_that_are_taken_out(
    database: Database, tmp_path: Path
) -> None:
    rows = [
        f"I{place},SKU-1,{30 if place == 5 else 1},2026-02-{place + 1:02d},10"
        for place in range(20)
    ]
    file = csv_file(tmp_path, "a.csv", ("Order,SKU,Quantity,Date,Price", *rows))
    report = sell(database, file, SalesOptions(currency="USD"))
    assert report.facts["bulk_orders"] == 1
    days = {"first_on": date(2026, 1, 1), "last_on": LAST, "skus": None}
    with database.reading() as conn:
        assert sum(row.bulk for row in conn.rows(daily_demand("sku"), days)) == 30
