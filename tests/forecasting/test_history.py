"""The data layer: what one day of demand is, and what is known about it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from forecasting.demand_panel import choose_period, panel_of_grid
from forecasting.history import demand_grid, demand_history, planning_day
from inventory_core.catalog.promotions import NewPromotion, create_promotions
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.orders import (
    NewCancel,
    NewOrder,
    NewOrderLine,
    accept_orders,
    cancel_orders,
)
from tests.planning.seller import Seller, make_seller

LAST = date(2026, 3, 1)
FIRST = LAST - timedelta(days=27)


@pytest.fixture
def seller(database: Database) -> Seller:
    return make_seller(database)


def order(
    seller: Seller, key: str, sku: str, quantity: int, *, at: datetime, price: str = "10"
) -> int:
    """One accepted order; its id."""
    line = NewOrderLine(1, seller.skus[sku], quantity, Decimal(price))
    new = NewOrder(key, seller.account, key, at, "USD", [line], country="US")
    return seller.database.write(lambda tx: accept_orders(tx, SYSTEM, [new], now=at))[0].order_id


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 20, tzinfo=UTC)


def history(seller: Seller, **more: object) -> pd.DataFrame:
    with seller.database.reading() as conn:
        return demand_history(conn, as_of=LAST, **more)  # type: ignore[arg-type]


def of(frame: pd.DataFrame, seller: Seller, sku: str, warehouse: int) -> pd.DataFrame:
    rows = (frame["sku_id"] == seller.skus[sku]) & (frame["warehouse_id"] == warehouse)
    return frame[rows].set_index("ds")


def test_orders_and_imported_history_are_one_demand(seller: Seller) -> None:
    seller.sold("LAMP", [4] * 28, last_on=LAST)
    seller.stock("LAMP", 50)
    order(seller, "a", "LAMP", 6, at=noon(LAST))
    lamp = of(history(seller), seller, "LAMP", seller.us)
    assert lamp.loc[pd.Timestamp(LAST), "y"] == 10
    assert lamp["y"].sum() == 28 * 4 + 6
    assert len(lamp) == 28


def test_a_day_is_the_business_day_of_the_warehouse(seller: Seller) -> None:
    seller.stock("LAMP", 50)
    # Three in the morning in London is the day before in Los Angeles, where the stock lies.
    order(seller, "a", "LAMP", 6, at=datetime(2026, 3, 1, 3, tzinfo=UTC))
    lamp = of(history(seller), seller, "LAMP", seller.us)
    assert lamp.loc[pd.Timestamp(2026, 2, 28), "y"] == 6


def test_what_could_not_be_served_is_demand_of_the_first_warehouse(seller: Seller) -> None:
    seller.stock("LAMP", 5, warehouse=seller.uk)
    order(seller, "a", "LAMP", 5, at=noon(LAST))
    order(seller, "b", "LAMP", 7, at=noon(LAST))
    frame = history(seller)
    us, uk = (of(frame, seller, "LAMP", place) for place in (seller.us, seller.uk))
    assert (us["y"].sum(), us["short"].sum()) == (7, 7)
    assert (uk["y"].sum(), uk["short"].sum()) == (5, 0)


def test_trap_27_cancelled_for_lack_of_stock_is_demand_and_changed_mind_is_not(
    seller: Seller,
) -> None:
    seller.stock("LAMP", 10)
    minded = order(seller, "a", "LAMP", 4, at=noon(LAST))
    lacking = order(seller, "b", "LAMP", 30, at=noon(LAST))
    cancels = [NewCancel("c1", minded, "changed_mind"), NewCancel("c2", lacking, "out_of_stock")]
    seller.database.write(lambda tx: cancel_orders(tx, SYSTEM, cancels, now=noon(LAST)))
    assert of(history(seller), seller, "LAMP", seller.us)["y"].sum() == 30


def test_trap_27_a_day_is_censored_only_where_the_book_saw_the_stock_out(seller: Seller) -> None:
    seller.sold("LAMP", [4] * 28, last_on=LAST)
    seller.sold("CABLE", [4] * 28, last_on=LAST)
    # In stock since the 10th, out at six in the evening (local) of the 12th, back at noon of the
    # 14th: a quarter of the 12th, all of the 13th, half of the 14th.
    for moment, present in (
        ("2026-02-10 00:00-08", True),
        ("2026-02-12 18:00-08", False),
        ("2026-02-14 12:00-08", True),
    ):
        seller.run(
            "INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)"
            " VALUES (:sku, :place, :present, CAST(:at AS timestamptz))",
            sku=seller.skus["LAMP"], place=seller.us, present=present, at=moment,
        )  # fmt: skip
    frame = history(seller)
    lamp = of(frame, seller, "LAMP", seller.us)
    share = lamp["out_share"]
    assert share.loc["2026-02-12"] == pytest.approx(0.25)
    assert (share.loc["2026-02-13"], share.loc["2026-02-14"]) == (1.0, pytest.approx(0.5))
    assert (share.loc["2026-02-11"], lamp["censored"].loc["2026-02-11"]) == (0.0, 0)
    assert lamp["censored"].loc["2026-02-12":"2026-02-14"].tolist() == [1, 1, 1]
    assert lamp["censored"].loc["2026-02-05"] is pd.NA
    assert of(frame, seller, "CABLE", seller.us)["censored"].isna().all()


def test_trap_28_zeros_stand_only_on_days_on_which_it_could_be_bought(seller: Seller) -> None:
    seller.sold("LAMP", [4, *[0] * 20, 4], last_on=LAST)
    seller.run(
        "INSERT INTO listing (account_id, seller_sku, sku_id, live_from_at, live_to_at)"
        " VALUES (:account, 'x', :sku, '2026-02-20 12:00Z', '2026-02-27 12:00Z')",
        account=seller.account, sku=seller.skus["CABLE"],
    )  # fmt: skip
    seller.sold("CABLE", [1, 0, 0], last_on=date(2026, 2, 24))
    frame = history(seller)
    lamp, cable = (of(frame, seller, sku, seller.us) for sku in ("LAMP", "CABLE"))
    assert lamp["y"].tolist() == [4, *[0] * 20, 4]
    assert cable.index.min() == pd.Timestamp(2026, 2, 20)
    assert cable.index.max() == pd.Timestamp(2026, 2, 27)


def test_trap_29_promotion_days_are_marked_and_reach_into_the_future(seller: Seller) -> None:
    seller.sold("LAMP", [4] * 28, last_on=LAST)
    new = NewPromotion(
        "p", "March", LAST, LAST + timedelta(days=3), Decimal(20), [seller.skus["LAMP"]]
    )
    seller.database.write(lambda tx: create_promotions(tx, SYSTEM, [new]))
    with seller.database.reading() as conn:
        grid = demand_grid(conn, through=LAST, ahead_days=10)
    assert grid.promotion[0, -11:].tolist() == [20, 20, 20, 20, 0, 0, 0, 0, 0, 0, 0]


def test_trap_30_a_series_belongs_to_the_country_it_is_sold_from(seller: Seller) -> None:
    seller.sold("LAMP", [4] * 28, last_on=LAST)
    seller.sold("LAMP", [2] * 28, last_on=LAST, warehouse=seller.uk)
    with seller.database.reading() as conn:
        grid = demand_grid(conn, through=LAST)
        whole = demand_grid(conn, through=LAST, grain="sku")
    of_country = dict(zip(grid.warehouse_id.tolist(), grid.country, strict=True))
    assert of_country == {seller.us: "US", seller.uk: "GB"}
    assert panel_of_grid(grid, choose_period(grid, 90)).country == grid.country
    assert whole.country == ("",)


def test_trap_35_a_one_off_bulk_line_is_flagged_and_is_not_the_trend(seller: Seller) -> None:
    seller.sold("LAMP", [4, 5, 3, 4] * 6 + [4, 5, 900, 4], last_on=LAST)
    with seller.database.reading() as conn:
        grid = demand_grid(conn, through=LAST)
    assert grid.y[0].max() == 900
    assert grid.bulk[0].sum() == 900
    panel = panel_of_grid(grid, choose_period(grid, 90))
    assert np.nanmax(panel.y) < 40


def test_trap_37_the_warehouses_of_a_sku_sum_to_its_channels(seller: Seller) -> None:
    seller.stock("LAMP", 9)
    seller.stock("LAMP", 9, warehouse=seller.uk)
    for number in range(6):
        order(seller, f"o{number}", "LAMP", 4, at=noon(LAST - timedelta(days=number)))
    by_day = [
        history(seller, grain=grain).groupby("ds")["y"].sum().pipe(lambda y: y[y > 0]).to_dict()
        for grain in ("sku_warehouse", "sku", "channel", "market")
    ]
    assert by_day[0] == by_day[1] == by_day[2] == by_day[3]
    assert sum(by_day[0].values()) == 24


def test_weeks_out_of_stock_are_missing_and_partial_ones_stand_for_the_days_they_could_sell(
    seller: Seller,
) -> None:
    seller.sold("LAMP", [7] * 28 + [7, 7, 7, 7, 0, 0, 0] + [0] * 7 + [7] * 7, last_on=LAST)
    for moment, present in (("01-10", True), ("02-13", False), ("02-23", True)):
        seller.run(
            "INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)"
            " VALUES (:sku, :place, :present, CAST(:at AS timestamptz))",
            sku=seller.skus["LAMP"], place=seller.us, present=present,
            at=f"2026-{moment} 00:00-08",
        )  # fmt: skip
    with seller.database.reading() as conn:
        grid = demand_grid(conn, through=LAST)
    weeks = panel_of_grid(grid, choose_period(grid, 90)).y[0]
    assert weeks[3:5].tolist() == [49, 49]
    assert np.isnan(weeks[5])
    assert weeks[6] == 49


def test_the_planning_day_is_today_or_the_last_day_with_sales(seller: Seller) -> None:
    today = date(2026, 3, 20)
    seller.sold("LAMP", [4] * 28, last_on=LAST)
    with seller.database.reading() as conn:
        now = planning_day(conn, today=today)
        late = planning_day(conn, today=date(2026, 4, 20))
        asked = planning_day(conn, today=today, as_of=date(2026, 2, 10))
    assert (now.as_of, now.through, now.stale) == (today, today - timedelta(days=1), False)
    assert (late.as_of, late.through, late.stale) == (LAST, LAST, True)
    assert (asked.as_of, asked.through) == (date(2026, 2, 10), date(2026, 2, 10))


def test_a_day_is_complete_when_it_is_over_at_every_warehouse_that_sells(seller: Seller) -> None:
    """At night in Shanghai the second of March begins; in Los Angeles it is still the morning of
    the first, and most of that day's orders are to come.
    """
    seller.run("UPDATE company SET time_zone = 'Asia/Shanghai'")
    night = datetime(2026, 3, 1, 18, tzinfo=UTC)
    today = date(2026, 3, 2)
    with seller.database.reading() as conn:
        found = planning_day(conn, today=today, now=night)
        asked = planning_day(conn, today=today, as_of=today, now=night)
        later = planning_day(conn, today=today, now=night + timedelta(hours=14))
    assert (found.as_of, found.through) == (today, date(2026, 2, 28))
    assert asked.through == date(2026, 2, 28)
    assert later.through == date(2026, 3, 1)
    seller.run("DELETE FROM stock_pool_warehouse WHERE warehouse_id = :us", us=seller.us)
    with seller.database.reading() as conn:
        # London's first of March is as good as over, and not yet.
        assert planning_day(conn, today=today, now=night).through == date(2026, 2, 28)
        ended = planning_day(conn, today=today, now=night + timedelta(hours=6))
    assert ended.through == date(2026, 3, 1)


@pytest.mark.slow
def test_three_hundred_skus_in_five_warehouses_are_read_in_seconds(database: Database) -> None:
    made = make_seller(database, [f"S{number:03d}" for number in range(300)])
    made.run(
        "INSERT INTO location (code, code_key, name, kind, warehouse_kind, time_zone,"
        " cost_pool_id) SELECT 'W' || n, 'w' || n, 'w', 'bin', 'own', 'UTC', 1"
        " FROM generate_series(1, 3) n"
    )
    made.run("UPDATE location SET kind = 'warehouse', warehouse_id = id WHERE code LIKE 'W_'")
    made.run(
        "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on, quantity,"
        " unit_price, currency, warehouse_id) SELECT 'file', d::text || w.id, s.code, s.id, d, d,"
        " 1 + (random() * 5)::int, 3, 'USD', w.id FROM sku s, location w,"
        " generate_series(DATE '2024-08-28', DATE '2026-03-01', '1 day') d"
        " WHERE w.kind = 'warehouse' AND random() < 0.3"
    )
    frame = history(made)
    assert len(frame) > 800_000
    assert frame["unique_id"].nunique() == 1500
