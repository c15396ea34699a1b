"""Promotions: their effects are learned apart, and a planned one moves what it should."""

from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pytest

from forecasting.demand_panel import WEEKDAYS, Period, panel_of_grid
from forecasting.engine import PanelForecast, forecast_panel
from forecasting.frequency import frequency_of
from forecasting.history import DemandGrid
from forecasting.losses import LEVELS
from forecasting.promotion_days import days_after, groups_of, sibling_pressure
from forecasting.promotion_record import effects_of_grid
from forecasting.promotions import band_of, learn_promotions
from inventory_core.db.engine import Database
from inventory_core.planning.promotion_effects import (
    PromotionEffect,
    keep_promotion_effects,
    promotion_effects,
)

Floats = npt.NDArray[np.float64]
UPLIFT, DIP, SIBLING = 3.0, 0.7, 0.8
GROUPS, SIBLINGS, DAYS, AHEAD = 6, 4, 420, 42
PLANNED = slice(DAYS + 7, DAYS + 14)


def simulated(*, planned: bool = True, seed: int = 1) -> DemandGrid:
    """Demand three times as high on promotion, 0.7 for a week after; siblings lose a fifth."""
    random = np.random.default_rng(seed)
    series = GROUPS * SIBLINGS
    discount = np.zeros((series, DAYS + AHEAD))
    for row in range(series):
        day = int(random.integers(30, 80))
        while day < DAYS - 14:
            discount[row, day : day + int(random.integers(5, 9))] = 30.0
            day += int(random.integers(50, 90))
    discount[:, DAYS - 14 :] = 0.0
    if planned:
        discount[0, PLANNED] = 30.0
    on = discount > 0
    group = np.repeat(np.arange(GROUPS), SIBLINGS)
    rival = np.stack([on[group == code].sum(axis=0) for code in group]) - on > 0
    level = 20 * np.exp(random.normal(0, 0.5, series))[:, None]
    season = 1 + 0.2 * np.sin(2 * np.pi * np.arange(DAYS) / 7)
    on, rival = on[:, :DAYS], rival[:, :DAYS]
    dips = days_after(discount)[:, :DAYS] > 0
    effect = np.where(on, UPLIFT, np.where(dips, DIP, 1.0) * np.where(rival, SIBLING, 1.0))
    zeros = np.zeros((series, DAYS))
    return DemandGrid(
        sku_id=np.arange(series, dtype=np.int64) + 1,
        warehouse_id=np.full(series, 100, dtype=np.int64),
        part=("",) * series,
        first_on=date(2025, 1, 6),
        y=random.poisson(level * season * effect).astype(np.float64),
        short=zeros,
        bulk=zeros,
        price=np.full((series, DAYS), 10.0),
        out_share=zeros,
        promotion=discount,
        live=np.ones((series, DAYS), dtype=bool),
        closed=np.zeros((series, DAYS), dtype=bool),
    )


CATEGORY = {sku: f"c{(sku - 1) // SIBLINGS}" for sku in range(1, GROUPS * SIBLINGS + 1)}


def forecast(grid: DemandGrid, period: Period) -> PanelForecast:
    static = {
        "category": np.repeat(np.arange(GROUPS), SIBLINGS).astype(np.float64),
        "warehouse": grid.warehouse_id.astype(np.float64),
    }
    return forecast_panel(panel_of_grid(grid, period, static), period.horizon, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("weekly", [True, False], ids=["weeks", "days"])
def test_trap_29_a_planned_promotion_lifts_its_days_lowers_those_after_and_its_siblings(
    weekly: bool,
) -> None:
    grid = simulated()
    day = WEEKDAYS[grid.last_on.weekday()]
    period = (
        Period(frequency_of(f"W-{day}"), 7, 4, "test")
        if weekly
        else Period(frequency_of("D"), 1, 28, "test")
    )
    told = forecast(grid, period)
    none = forecast(simulated(planned=False), period)

    def weeks(values: Floats) -> Floats:
        return np.asarray(values.reshape(len(values), 4, -1).sum(axis=2))

    turn = weeks(told.mean) / weeks(none.mean)
    assert 2.4 < turn[0, 1] < 3.6, "three times as much in the promoted week"
    assert turn[0, 2] < 0.85, "the week after dips"
    assert (turn[1:SIBLINGS, 1] < 0.95).all(), "siblings lose"
    assert (np.abs(turn[SIBLINGS:] - 1) < 0.02).all(), "strangers do not move"
    assert (np.abs(turn[:, [0, 3]] - 1) < 0.1).all(), "other weeks do not move"
    # The quantiles know the promotion too: plenty in its week, no more than usual beside it.
    high = LEVELS.index(0.9)
    plenty = weeks(told.quantiles[:, :, high]) / weeks(none.quantiles[:, :, high])
    assert plenty[0, 1] > 2.0
    assert plenty[0, 2] < 1.0


def test_the_effects_that_made_a_history_are_found_in_it() -> None:
    grid = simulated()
    found = {
        (one.kind, one.category, one.band): one
        for one in effects_of_grid(grid, CATEGORY)
        if one.kind != "series"
    }
    uplift, after = found["uplift", "", "from_30"], found["after", "", ""]
    siblings = found["siblings", "", ""]
    assert uplift.factor == pytest.approx(UPLIFT, rel=0.05)
    assert after.factor == pytest.approx(DIP, rel=0.05)
    assert siblings.factor == pytest.approx(SIBLING, rel=0.05)
    assert uplift.events > 100
    assert uplift.low < uplift.factor < uplift.high
    assert [found["day_after", "", str(day)].factor < 0.8 for day in range(1, 8)] == [True] * 7
    assert ("day_after", "", "8") not in found
    assert {category for kind, category, _ in found if kind == "uplift"} == {
        "", *(f"c{n}" for n in range(GROUPS))
    }  # fmt: skip


def test_a_thin_record_stays_near_its_category_and_a_thick_one_speaks_for_itself() -> None:
    days, on = 200, slice(100, 110)
    y = np.repeat(np.array([30.0] * 6 + [0.2])[:, None], days, axis=1)
    promotion = np.zeros((7, days))
    promotion[[0, 1, 6], on] = 20.0
    y[0, on], y[1, on], y[6, on] = 90.0, 45.0, 0.0
    codes = np.arange(7, dtype=np.int64)
    learned = learn_promotions(
        y,
        promotion,
        category=["a", "a", "b", "b", "b", "b", "a"],
        groups=codes,
        places=np.zeros(7, dtype=np.int64),
    )
    whole = learned.uplift["a", band_of(20.0)].factor
    first, second, thin = (learned.series_uplift[row] for row in (0, 1, 6))
    assert first.factor * whole == pytest.approx(3.0, rel=0.03)
    assert second.factor * whole == pytest.approx(1.5, rel=0.03)
    assert 0.6 < thin.factor < 1.0, "two units that did not come prove little"
    assert thin.high - thin.low > first.high - first.low
    assert learned.series_uplift[3].events == 0


def test_a_great_sale_day_is_not_taken_for_an_uplift() -> None:
    rate = np.full((20, 200), 10.0)
    rate[:, 100:104] *= 2.0
    promotion = np.zeros((20, 200))
    promotion[:6, 100:104] = 25.0
    rate[:6, 100:104] *= 1.5
    learned = learn_promotions(
        rate,
        promotion,
        category=["a"] * 20,
        groups=np.zeros(20, dtype=np.int64),
        places=np.zeros(20, dtype=np.int64),
    )
    assert learned.uplift["", "20_to_30"].factor == pytest.approx(1.5, rel=0.03)


def test_without_promotions_nothing_is_claimed_and_days_are_marked_without_the_future() -> None:
    grid = simulated(planned=False)
    none = replace(grid, promotion=np.zeros_like(grid.promotion))
    assert effects_of_grid(none, CATEGORY) == []
    promotion = np.array([[0, 20, 20, 0, 0, 0], [0, 0, 0, 0, 10, 0]], dtype=np.float64)
    assert days_after(promotion)[0].tolist() == [0, 0, 0, 20, 20, 20]
    y = np.array([[1.0, 1.0], [3.0, 3.0]])
    pressed = sibling_pressure(promotion, y, np.zeros(2, dtype=np.int64))
    assert pressed[1].tolist() == [0, 20, 20, 0, 0, 0]
    later = sibling_pressure(promotion, y * 9, np.zeros(2, dtype=np.int64))
    assert later[:, 0].tolist() == pressed[:, 0].tolist()
    assert sibling_pressure(promotion, y, np.arange(2)).max() == 0
    assert groups_of(np.array([1, 1, 2]), np.array([5, 6, 5])).tolist() == [0, 1, 2]
    assert [band_of(x) for x in (0.01, 10, 29.9, 30, 100)] == [
        "under_10", "10_to_20", "20_to_30", "from_30", "from_30"
    ]  # fmt: skip


def test_effects_are_kept_whole_and_replaced_whole(database: Database) -> None:
    one = PromotionEffect(
        "uplift", "", "from_30", None, None, 3.0, 2.8, 3.2, 4, 300.0, 100.0, date(2026, 3, 1)
    )
    for kept in ([one, replace(one, category="c1")], [one]):
        with database.writing() as tx:
            keep_promotion_effects(tx, kept)
        with database.reading() as conn:
            assert promotion_effects(conn) == kept
            assert promotion_effects(conn, kinds=["after"]) == []
