"""The panel of a grid: whole units stay whole, and what a unit cost is known up to the day."""

from datetime import date

import numpy as np
import pytest

from forecasting.demand_panel import Period, panel_of_grid
from forecasting.engine import forecast_panel
from forecasting.frequency import frequency_of
from forecasting.history import DemandGrid
from forecasting.models.statistical import MovingAverage, SeasonalNaive

SERIES, WEEKS = 8, 60
PERIOD = Period(frequency_of("W-SUN"), 7, 8, "long_lead_times")


def a_grid(**changes: np.ndarray) -> DemandGrid:
    """Whole units sold each day, from a Monday to a Sunday; nobody ran out and no price moved."""
    shape = changes.get("y", np.empty((SERIES, WEEKS * 7))).shape
    facts = {
        "short": np.zeros(shape),
        "y": np.random.default_rng(5).poisson(1.3, shape).astype(np.float64),
        "price": np.full(shape, 10.0),
        "out_share": np.zeros(shape),
        "promotion": np.zeros((shape[0], shape[1] + 56)),
    }
    return DemandGrid(
        sku_id=np.arange(shape[0], dtype=np.int64) + 1,
        warehouse_id=np.full(shape[0], 100, dtype=np.int64),
        part=("",) * shape[0],
        first_on=date(2025, 1, 6),
        bulk=np.zeros(shape),
        live=np.ones(shape, dtype=bool),
        closed=np.zeros(shape, dtype=bool),
        **{**facts, **changes},
    )


def test_a_week_scaled_up_for_a_stock_out_does_not_make_units_divisible() -> None:
    out, y = np.zeros((SERIES, WEEKS * 7)), a_grid().y
    out[2, 203:205] = 1.0
    y[2, 203:210] = [0, 0, 1, 1, 1, 0, 0]
    panel = panel_of_grid(a_grid(out_share=out, y=y), PERIOD)
    assert 3 / 5 * 7 < panel.y[2, 29] < 3 + 2 * 1.3, "two days at the pace of the series"
    assert panel.y[2, 29] % 1
    assert panel.whole
    quantiles = forecast_panel(
        panel, PERIOD.horizon, models=[SeasonalNaive(), MovingAverage()]
    ).quantiles
    assert (quantiles == np.round(quantiles)).all()


def test_what_is_sold_in_parts_of_a_unit_is_forecast_in_parts() -> None:
    metres = a_grid().y * 1.25
    panel = panel_of_grid(a_grid(y=metres), PERIOD)
    assert not panel.whole
    quantiles = forecast_panel(
        panel, PERIOD.horizon, models=[SeasonalNaive(), MovingAverage()]
    ).quantiles
    assert (quantiles != np.round(quantiles)).any()


def test_a_price_is_heard_where_it_moved_outside_promotions() -> None:
    price, promotion = a_grid().price, a_grid().promotion
    assert panel_of_grid(a_grid(), PERIOD).on_trial == {}, "no price moved"
    price[:, 98:105], promotion[:, 98:105] = 7.0, 30.0
    assert panel_of_grid(a_grid(price=price, promotion=promotion), PERIOD).on_trial == {}
    price[0, 200:] = 12.0
    heard = panel_of_grid(a_grid(price=price, promotion=promotion), PERIOD).on_trial["price"]
    assert heard[0, [13, 14, 27, 29]].tolist() == [10, 10, 10, 12]
    assert heard[0, 28] == (10 * 4 + 12 * 3) / 7, "the week in which it rose"
    assert (heard[1:] == 10).all()


DAILY = Period(frequency_of("D"), 1, 14, "small_and_near")


@pytest.mark.parametrize("period", [DAILY, PERIOD], ids=["daily", "weekly"])
@pytest.mark.parametrize("pace", [0.4, 3.0, 20.0])
def test_trap_27_outages_that_know_nothing_of_demand_leave_its_sum_as_it_was(
    pace: float, period: Period
) -> None:
    random = np.random.default_rng(7)
    shape = (400, WEEKS * 7)
    wanted = random.poisson(pace, shape)
    out = np.where(random.random(shape) < 0.5, random.uniform(0, 0.6, shape), 0.0)
    sold = random.binomial(wanted, 1 - out).astype(np.float64)
    grid = a_grid(y=sold, out_share=out)
    panel = panel_of_grid(grid, period)
    asked = wanted.reshape(len(wanted), -1, period.days).sum(axis=2)
    seen = ~np.isnan(panel.y)
    assert 0.5 < seen[:, 8:].mean() <= 1
    # A week keeps what was sold on days that hardly count: a little more than there was.
    most = 0.006 if period is DAILY else 0.02
    assert panel.y[seen].sum() == pytest.approx(asked[seen].sum(), rel=most)


def test_trap_27_a_day_counts_as_far_as_there_was_stock() -> None:
    out, y = np.zeros((SERIES, WEEKS * 7)), a_grid().y + 1
    out[0, 100:104], y[0, 100:104] = [0.45, 0.9, 0.0, 1.0], [11, 11, 11, 0]
    found = panel_of_grid(a_grid(out_share=out, y=y), DAILY).y[0]
    usual = y[0, 86:100].mean()
    # What it sold, and for the rest of the day something between its own pace and the usual one.
    assert 11 + 0.45 * usual < found[100] < 11 / 0.55
    assert 11 + 0.9 * usual < found[101] < 11 + 0.9 * 11 / 0.1
    assert found[102] == 11
    assert np.isnan(found[103])
    assert (found[:100] == y[0, :100]).all()


def test_trap_27_orders_taken_beyond_stock_are_not_counted_twice() -> None:
    out, y, short = (np.zeros((SERIES, WEEKS * 7)) for _ in range(3))
    y += 1
    out[0, 100], y[0, 100], short[0, 100] = 0.45, 20, 9
    assert panel_of_grid(a_grid(out_share=out, y=y, short=short), DAILY).y[0, 100] == 20


def _sold_out(pace: float, lot: int, series: int = 300) -> DemandGrid:
    """Lots of `lot` units at `pace` a week: each lies until it is sold, the next comes weeks later.

    When stock ends is decided by its own last sale, to the hour.
    """
    random = np.random.default_rng(7)
    days = WEEKS * 7
    y, out = np.zeros((series, days)), np.ones((series, days))
    for row in range(series):
        came = random.uniform(0, 21)
        while came < days:
            sales = came + np.cumsum(random.exponential(7.0 / pace, lot))
            np.add.at(y[row], sales[sales < days].astype(int), 1.0)
            edges = np.arange(days)
            there = np.minimum(edges + 1, sales[-1]) - np.maximum(edges, came)
            out[row] -= np.clip(there, 0.0, 1.0)
            came = sales[-1] + random.uniform(5, 25)
    return a_grid(y=y, out_share=np.clip(out, 0.0, 1.0))


@pytest.mark.parametrize(("pace", "lot"), [(1.0, 3), (3.0, 4), (10.0, 10), (30.0, 60)])
def test_trap_27_weeks_that_their_own_sale_ended_are_not_left_out(pace: float, lot: int) -> None:
    """The sooner a lot was gone, the more it was wanted: without them 6 to 17 % less is learned."""
    y = panel_of_grid(_sold_out(pace, lot), PERIOD).y[:, 8:]
    assert np.nanmean(y) == pytest.approx(pace, rel=0.05)


@pytest.mark.parametrize(("pace", "lot"), [(1.0, 3), (3.0, 4), (10.0, 10), (30.0, 60)])
def test_trap_27_days_that_their_own_sale_ended_are_not_left_out(pace: float, lot: int) -> None:
    """Without those that were over before noon up to a sixth less is learned."""
    y = panel_of_grid(_sold_out(pace, lot), DAILY).y[:, 56:]
    assert 7 * np.nanmean(y) == pytest.approx(pace, rel=0.05)


def _seldom(**of_first: tuple[slice, float]) -> DemandGrid:
    """The grid with the first series out of stock but on the days given, without any sale."""
    y, out = a_grid().y, np.zeros((SERIES, WEEKS * 7))
    y[0], out[0] = 0.0, 1.0
    for fact, (days, value) in of_first.items():
        (out if fact.startswith("out") else y)[0, days] = value
    return a_grid(y=y, out_share=out)


def test_trap_27_ten_weeks_unsold_and_one_sale_are_no_ten_a_week() -> None:
    """Six units, sold on the day that emptied the shelf, after nine weeks in stock."""
    grid = _seldom(out=(slice(0, 67), 0.0), sale=(slice(66, 67), 6.0))
    y = panel_of_grid(grid, PERIOD).y[0]
    assert (y[:9] == 0.0).all(), "it was for sale, and nobody bought"
    assert np.isnan(y[10:]).all(), "nobody could buy"
    assert 6 / 67 * 7 < np.nanmean(y) < 1.2 * 6 / 67 * 7
    assert y[9] < 7.0


def test_trap_28_before_the_first_sale_only_proven_stock_makes_a_zero() -> None:
    """Twenty weeks unsold, then one unit every fifth week."""
    y = a_grid().y
    y[0] = 0.0
    y[0, 140::35] = 1.0
    expected = [0.0] * 20 + [1.0, 0.0, 0.0, 0.0, 0.0] * 8
    assert panel_of_grid(a_grid(y=y), PERIOD).y[0].tolist() == expected
    unknown = panel_of_grid(a_grid(y=y, out_share=np.full(y.shape, np.nan)), PERIOD).y[0]
    assert np.isnan(unknown[:20]).all()
    assert unknown[20:].tolist() == expected[20:]


def test_trap_31_what_waited_for_its_launch_did_not_lack_demand() -> None:
    y = a_grid().y
    y[0, :140] = 0.0
    panel = panel_of_grid(a_grid(y=y), PERIOD).y[0]
    assert np.isnan(panel[:20]).all(), "who sells every week would not wait for twenty"
    assert not np.isnan(panel[20:]).any()


def test_trap_27_two_days_in_stock_a_week_are_no_week_without_demand() -> None:
    """Never seen for three days of a week: three times two days, two units on each."""
    days = [slice(at, at + 2) for at in (14, 140, 280)]
    y, out = a_grid().y, np.zeros((SERIES, WEEKS * 7))
    y[0], out[0] = 0.0, 1.0
    for those in days:
        y[0, those], out[0, those] = 2.0, 0.0
    seen = panel_of_grid(a_grid(y=y, out_share=out), PERIOD).y[0]
    assert (~np.isnan(seen)).sum() == 3
    np.testing.assert_allclose(seen[~np.isnan(seen)], 14.0)


def test_who_was_never_seen_in_stock_is_taken_as_recorded() -> None:
    y = panel_of_grid(_seldom(sale=(slice(70, 77), 1.0)), PERIOD).y[0]
    assert np.isnan(y[:10]).all()
    assert y[10:].tolist() == [7.0] + [0.0] * 49
