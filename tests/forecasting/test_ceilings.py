"""No quantile promises a demand that nothing in the history speaks for."""

import numpy as np
import pandas as pd
import pytest

from forecasting.ceilings import believable, most_in
from forecasting.engine import forecast_panel
from forecasting.frames import Columns, panel_of
from forecasting.frequency import frequency_of
from forecasting.panel import Panel


def a_panel(*rows: list[float]) -> Panel:
    days = pd.date_range("2025-01-06", periods=len(rows[0]), freq="W-MON")
    frame = pd.concat(
        pd.DataFrame({"unique_id": f"s{place:03}", "ds": days, "y": row})
        for place, row in enumerate(rows)
    )
    return panel_of(frame, frequency_of("W-MON", 52), Columns())


def test_the_most_ever_sold_in_so_many_periods_is_a_window_sum() -> None:
    panel = a_panel([1, 5, 2, 0, 4, 4])
    assert most_in(panel, np.array([1, 2, 6, 9])).tolist() == [[5, 8, 16, 16]]


def test_a_rare_seller_keeps_room_and_a_big_one_is_bound_by_what_it_sold() -> None:
    panel = a_panel([0, 1, 0, 0, 1, 0], [100, 120, 90, 110, 130, 95])
    bound = believable(panel, np.array([[0.25], [10.0]]), np.array([1]))
    assert bound.tolist() == [[4 * (0.25 + 0.5) + 1], [260.0]]


@pytest.mark.slow
def test_a_sparse_series_among_wild_ones_is_not_covered_with_hundreds() -> None:
    random = np.random.default_rng(3)
    wild = [list(np.where(random.random(80) < 0.05, 400.0, 0.0)) for _ in range(60)]
    calm = [float(value) for value in np.where(np.arange(80) % 9 == 0, 2.0, 0.0)]
    forecast = forecast_panel(a_panel(*wild, calm), 8, seed=1)
    bound = believable(a_panel(calm), forecast.totals(8)[-1:, -1:] * 0 + 2.0, np.array([8]))
    assert forecast.totals(8)[-1, -1] <= bound[0, 0]
    assert forecast.quantiles[-1].max() <= 12
