"""What forecasts promise, held against demand that is known: a made-up company whose customers are
drawn from rates that the test knows, planned as the nightly job plans.

Bounds leave room for chance; they fail where intervals are a third too narrow, where the blend is
worth no more than a naive forecast, and where quantiles cross or fall below nothing.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from forecasting.demand_panel import choose_period, panel_of_grid
from forecasting.filters import carried, rolling_mean
from forecasting.history import DemandGrid
from forecasting.training import Trained, train
from inventory_core.planning.published import PublishedForecast

SERIES, WEEKS, AHEAD, LEAD_DAYS = 150, 110, 8, 112
DAYS = 7 * WEEKS
WEEKDAYS = np.array([1.1, 1.0, 0.95, 0.95, 0.9, 0.95, 1.15])


@dataclass(frozen=True)
class Judged:
    """What was said of the weeks ahead, and what customers then wanted [S, AHEAD]."""

    trained: Trained
    came: np.ndarray
    seen: np.ndarray  # [S, weeks] as it was learned from, NaN where nothing could be sold

    @property
    def forecasts(self) -> tuple[PublishedForecast, ...]:
        return self.trained.forecasts

    def said(self) -> np.ndarray:
        return np.array([one.mean[:AHEAD] for one in self.forecasts])

    def quantile(self, level: str) -> np.ndarray:
        return np.array([one.quantiles[level][:AHEAD] for one in self.forecasts])

    def total(self, weeks: int, part: str) -> np.ndarray:
        return np.array([one.totals[str(7 * weeks)][part] for one in self.forecasts])


def demand_rates(random: np.random.Generator) -> np.ndarray:
    """[S, days] what customers want of each series: a season of its category, a weekday, growth, a
    level that wanders, and for a third of all so little that most weeks pass without a sale.
    """
    day = np.arange(DAYS + 7 * AHEAD)
    kind = np.arange(SERIES) % 3
    peak = np.array([30.0, 170.0, 330.0])[kind][:, None]
    height = np.array([0.0, 0.8, 0.5])[kind][:, None]
    season = 1.0 + height * np.cos(2 * np.pi * (day - peak) / 365.25)
    growth = np.exp(random.normal(0.05, 0.15, (SERIES, 1)) * day / 365.25)
    steps = random.normal(0.0, 0.1, (SERIES, len(day) // 7))
    wander = np.zeros(steps.shape)
    for week in range(1, len(wander[0])):
        wander[:, week] = 0.9 * wander[:, week - 1] + steps[:, week]
    pace = np.exp(random.normal(0.0, 0.7, (SERIES, 1)))
    rare = (np.arange(SERIES) % 3 == np.arange(SERIES) // 3 % 3)[:, None]
    pace = np.where(rare, 0.04 * pace, pace)
    return np.asarray(
        pace * season * growth * np.exp(np.repeat(wander, 7, axis=1)) * WEEKDAYS[day % 7]
    )


def stock_outs(random: np.random.Generator) -> np.ndarray:
    """[S, days] share of a day without stock: a quarter of all run out three times for a while."""
    out = np.zeros((SERIES, DAYS))
    for row in range(0, SERIES, 4):
        for start in random.integers(100, DAYS - 20, 3):
            out[row, start : start + int(random.integers(5, 35))] = 1.0
    return out


@pytest.fixture(scope="module")
def judged() -> Judged:
    random = np.random.default_rng(20)
    wanted = random.poisson(demand_rates(random)).astype(float)
    out = stock_outs(random)
    nothing = np.zeros((SERIES, DAYS))
    grid = DemandGrid(
        sku_id=np.arange(1, SERIES + 1),
        warehouse_id=np.ones(SERIES, dtype=np.int64),
        part=("",) * SERIES,
        first_on=date(2024, 1, 1),
        y=np.where(out > 0, 0.0, wanted[:, :DAYS]),
        short=nothing,
        bulk=nothing,
        price=np.full((SERIES, DAYS), 10.0),
        out_share=out,
        promotion=nothing,
        live=np.ones((SERIES, DAYS), dtype=bool),
        closed=np.zeros((SERIES, DAYS), dtype=bool),
    )
    period = choose_period(grid, LEAD_DAYS)
    names = {sku: f"kind {sku % 3}" for sku in range(1, SERIES + 1)}
    made = train(grid, period, categories=names, prophet_seconds=0.0)
    came = wanted[:, DAYS:].reshape(SERIES, AHEAD, 7).sum(axis=2)
    return Judged(made, came, panel_of_grid(grid, period).y)


def share_inside(low: np.ndarray, came: np.ndarray, high: np.ndarray) -> float:
    return float(((low <= came) & (came <= high)).mean())


def test_nine_of_ten_weeks_fall_within_the_interval_of_ninety_percent(judged: Judged) -> None:
    inside = share_inside(judged.quantile("0.05"), judged.came, judged.quantile("0.95"))
    assert 0.9 <= inside <= 0.985


def test_of_steady_sellers_the_interval_is_no_wider_than_it_says(judged: Judged) -> None:
    """Whole pieces make every interval wider than nine of ten, of rare sellers most."""
    steady = judged.came.mean(axis=1) > 3
    low, high = (judged.quantile(level)[steady] for level in ("0.05", "0.95"))
    assert 0.88 <= share_inside(low, judged.came[steady], high) <= 0.98


@pytest.mark.parametrize("weeks", [4, AHEAD])
def test_nine_of_ten_totals_fall_within_the_interval_that_orders_stand_on(
    judged: Judged, weeks: int
) -> None:
    came = judged.came[:, :weeks].sum(axis=1)
    inside = share_inside(judged.total(weeks, "0.05"), came, judged.total(weeks, "0.95"))
    assert 0.85 <= inside <= 0.985


def test_forecasts_err_less_than_the_best_naive_one(judged: Judged) -> None:
    seen = judged.seen
    level = [carried(rolling_mean(seen, weeks))[:, -1:] for weeks in (1, 4, 13)]
    naive = [np.repeat(one, AHEAD, axis=1) for one in level]
    naive.append(np.array([(one.naive or [])[:AHEAD] for one in judged.forecasts]))

    def off(said: np.ndarray) -> float:
        return float(np.abs(said.sum(axis=1) - judged.came.sum(axis=1)).sum())

    def off_by_week(said: np.ndarray) -> float:
        return float(((said - judged.came) ** 2).sum())

    assert off(judged.said()) <= 0.85 * min(off(one) for one in naive)
    assert off_by_week(judged.said()) <= 0.85 * min(off_by_week(one) for one in naive)


def test_what_is_planned_by_is_neither_too_much_nor_too_little(judged: Judged) -> None:
    planned = judged.total(AHEAD, "mean").sum() / judged.came.sum()
    assert 0.9 <= planned <= 1.1


def test_quantiles_never_cross_and_nothing_is_below_nothing(judged: Judged) -> None:
    for one in judged.forecasts:
        by_period = np.array([one.quantiles[level] for level in one.quantiles])
        by_total = np.array(
            [[total[level] for level in total if level != "mean"] for total in one.totals.values()]
        )
        for table, across in ((by_period, 0), (by_total, 1)):
            assert (table >= 0).all()
            assert (np.diff(table, axis=across) >= 0).all()
        assert (np.diff(by_total, axis=0) >= 0).all()  # two weeks bring no less than one
        assert min(one.mean) >= 0
