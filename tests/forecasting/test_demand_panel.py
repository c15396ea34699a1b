"""The panel of a grid: whole units stay whole, and what a unit cost is known up to the day."""

from datetime import date

import numpy as np

from forecasting.demand_panel import Period, panel_of_grid
from forecasting.engine import forecast_panel
from forecasting.frequency import frequency_of
from forecasting.history import DemandGrid
from forecasting.models.statistical import MovingAverage, SeasonalNaive

SERIES, WEEKS = 8, 60
PERIOD = Period(frequency_of("W-SUN"), 7, 8, "long_lead_times")


def a_grid(**changes: np.ndarray) -> DemandGrid:
    """Whole units sold each day, from a Monday to a Sunday; nobody ran out and no price moved."""
    shape = (SERIES, WEEKS * 7)
    facts = {
        "y": np.random.default_rng(5).poisson(1.3, shape).astype(np.float64),
        "price": np.full(shape, 10.0),
        "out_share": np.zeros(shape),
        "promotion": np.zeros((SERIES, shape[1] + 56)),
    }
    return DemandGrid(
        sku_id=np.arange(SERIES, dtype=np.int64) + 1,
        warehouse_id=np.full(SERIES, 100, dtype=np.int64),
        part=("",) * SERIES,
        first_on=date(2025, 1, 6),
        short=np.zeros(shape),
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
    assert panel.y[2, 29] == 3 / 5 * 7, "five days stand for a week"
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
