"""A stock-out takes away what would have been sold in its hours: from the ledger to a forecast."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from forecasting.demand_panel import choose_period, panel_of_grid
from forecasting.engine import forecast_panel
from forecasting.history import DemandGrid, demand_grid
from forecasting.models.statistical import MovingAverage, SeasonalNaive
from forecasting.selling_hours import by_selling_clock
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.orders import NewOrder, NewOrderLine, accept_orders
from tests.planning.seller import Seller, make_seller

LAST = date(2026, 3, 1)
DAYS = 140


@pytest.fixture
def seller(database: Database) -> Seller:
    return make_seller(database)


def out_between(seller: Seller, sku: str, spans: Iterable[tuple[date, str, str]]) -> None:
    """In stock but from one hour to another of these days, on the clock of the warehouse."""
    moments = [(f"{LAST - timedelta(days=DAYS)} 00:00-08", True)]
    for day, first, last in spans:
        moments += [(f"{day} {first}-08", False), (f"{day} {last}-08", True)]
    for moment, present in moments:
        seller.run(
            "INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)"
            " VALUES (:sku, :place, :present, CAST(:at AS timestamptz))",
            sku=seller.skus[sku], place=seller.us, present=present, at=moment,
        )  # fmt: skip


def grid_of(seller: Seller, sku: str) -> DemandGrid:
    with seller.database.reading() as conn:
        return demand_grid(conn, through=LAST, sku_ids=[seller.skus[sku]])


def test_trap_27_half_of_all_days_half_out_of_stock_are_forecast_at_what_was_wanted(
    seller: Seller,
) -> None:
    """20 a day are wanted; on every other day stock is missing for 45 % of it."""
    random = np.random.default_rng(3)
    wanted = random.poisson(20, DAYS)
    out = np.arange(DAYS) % 2 == 1
    sold = np.where(out, random.binomial(wanted, 0.55), wanted)
    seller.sold("LAMP", sold.tolist(), last_on=LAST)
    days = [LAST - timedelta(days=DAYS - 1 - int(day)) for day in np.flatnonzero(out)]
    out_between(seller, "LAMP", [(day, "06:00:00", "16:48:00") for day in days])
    grid = grid_of(seller, "LAMP")
    period = choose_period(grid, 21)
    assert period.days == 1, "few series and near"
    panel = panel_of_grid(grid, period)
    assert not np.isnan(panel.y).any()
    assert panel.y.mean() == pytest.approx(20, rel=0.03)
    found = forecast_panel(panel, period.horizon, models=[SeasonalNaive(), MovingAverage()])
    assert found.mean.mean() == pytest.approx(20, rel=0.05)


def test_trap_27_a_night_without_stock_costs_less_than_an_evening(seller: Seller) -> None:
    """Orders of the shop come between ten in the morning and ten at night, on its clock."""
    at = datetime(2026, 2, 1, 18, 0, 1, tzinfo=UTC)
    placed = [at + timedelta(hours=hour % 12, seconds=hour) for hour in range(1200)]
    lines = [NewOrderLine(1, seller.skus["CABLE"], 1, Decimal(10))]
    orders = [
        NewOrder(f"o{place}", seller.account, f"o{place}", moment, "USD", lines, country="US")
        for place, moment in enumerate(placed)
    ]
    seller.database.write(lambda tx: accept_orders(tx, SYSTEM, orders, now=placed[-1]))
    seller.sold("LAMP", [4] * 28, last_on=LAST)
    night, evening = date(2026, 2, 10), date(2026, 2, 12)
    spans = [(night, "00:00:00", "08:00:00"), (evening, "16:00:00", "22:00:00")]
    out_between(seller, "LAMP", spans)
    grid = grid_of(seller, "LAMP")
    share = {day: grid.out_share[0, (day - grid.first_on).days] for day in (night, evening)}
    # 240 orders of an even day are mixed with the 1,200: 10 an hour beside 100 an hour.
    assert share[night] == pytest.approx(80 / 1440)
    assert share[evening] == pytest.approx(660 / 1440)
    assert grid.out_share[0, -1] == 0.0


def test_without_hours_every_hour_counts_the_same_and_whole_days_stay_whole() -> None:
    moments, places = np.array([3.25, 4.0, 5.5]), np.array([1, 1, 2])
    assert by_selling_clock(moments, places, {}).tolist() == moments.tolist()
    late = np.concatenate([[0.0], np.cumsum([0.0] * 12 + [1 / 12] * 12)])
    assert by_selling_clock(moments, places, {1: late}).tolist() == [3.0, 4.0, 5.5]
