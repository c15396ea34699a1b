"""A newcomer is judged by all that are alike, however many they are, and by nobody else."""

from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.engine import PanelForecast
from forecasting.frequency import frequency_of, period_range
from forecasting.history import DemandGrid
from forecasting.intervals import PATH_LEVELS
from forecasting.likes import with_likes
from forecasting.losses import LEVELS
from forecasting.newcomers import Newcomers
from forecasting.panel import Panel
from forecasting.paths import Donors

WEEKS, HORIZON = 12, 4
FIRST_ON = date(2026, 1, 5)


def judged(levels: list[float], categories: list[str], *, offered_days: float = 0) -> PanelForecast:
    """Series that sell `levels` a week, the newcomer last; the forecast with it."""
    known = len(levels)
    y = np.repeat(np.array(levels)[:, None], WEEKS, axis=1)
    last = FIRST_ON + timedelta(days=7 * (WEEKS - 1))
    weekly = frequency_of("W-MON")
    days = period_range(weekly, FIRST_ON, last)
    offered = np.zeros(known, dtype=np.int64)
    ids = tuple(str(row) for row in range(known))
    panel = Panel(ids, weekly, days, y, {}, {}, {}, frozenset(), offered, None)
    none = np.zeros((known + 1, 7 * WEEKS))
    grid = DemandGrid(
        np.arange(known + 1), np.ones(known + 1, dtype=np.int64), ("",) * (known + 1), FIRST_ON,
        none, none, none, none, none, none, none > 0, none > 0,
    )  # fmt: skip
    made = PanelForecast(
        ids, days[:HORIZON], y[:, :HORIZON], np.zeros((known, HORIZON, len(LEVELS))),
        ("blend",) * known, (), {"blend": np.ones(known)}, None, np.zeros(known, dtype=np.int64),
        np.array([1, HORIZON]), np.zeros((known, 2, len(LEVELS))),
        np.zeros((known, HORIZON, len(PATH_LEVELS))),
        Donors(np.empty((0, HORIZON)), *np.empty((3, 0), dtype=np.int64)),
    )  # fmt: skip
    price = np.full(known + 1, np.nan)
    new = Newcomers(np.array([7 * WEEKS]), np.array([offered_days]))
    return with_likes(made, panel, grid, categories, price, new, seed=1)


def test_a_thousand_likes_are_all_heard() -> None:
    levels = [float(level) for level in range(1, 1001)]
    found = judged(levels, ["lamp"] * 1001)
    totals = found.totals(HORIZON)[-1] / HORIZON
    assert found.mean[-1] == pytest.approx(np.full(HORIZON, 501))
    assert totals[LEVELS.index(0.95)] == pytest.approx(950, abs=5)
    assert totals[LEVELS.index(0.05)] == pytest.approx(50, abs=5)
    assert found.champions[-1] == "analogue"
    assert np.isnan(found.losses["blend"][-1])


def test_those_who_share_more_are_heard_alone() -> None:
    levels, names = [5.0] * 6 + [500.0] * 50, ["lamp"] * 6 + ["wire"] * 50
    assert judged(levels, [*names, "lamp"]).mean[-1, 0] == 5
    assert judged(levels, [*names, ""]).mean[-1, 0] == 500


def test_a_month_on_offer_without_a_sale_leaves_little_of_a_frequent_seller() -> None:
    fresh, stale = (judged([70.0] * 6, ["lamp"] * 7, offered_days=n).mean[-1, 0] for n in (0, 28))
    assert stale == pytest.approx(fresh / (1 + 28 * 10))
