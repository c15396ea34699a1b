"""Sums of series as a model sees them: births, closed days and ends leave the course as it was."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting.common_course import common_course
from forecasting.kin import groupings
from forecasting.panel import Panel
from forecasting.sum_panel import sums_of
from tests.forecasting.panels import demand_panel, plain_panel

YEAR = 1.0 + 0.5 * np.sin(2 * np.pi * np.arange(150) / 52.0)
SIZES = np.array([10.0, 20.0, 40.0, 80.0])


def panel_with(holes: list[tuple[int, slice, float]], extra: float = 60.0) -> Panel:
    """Four series of one course and a fifth of size `extra`; `holes` (row, periods, value)."""
    values = np.append(SIZES, extra)[:, None] * YEAR[None, :]
    for row, periods, value in holes:
        values[row, periods] = value
    return plain_panel(values, freq="W")


ALL = (np.arange(5),)


def test_a_sum_is_the_plain_sum_where_everything_was_seen() -> None:
    sums = sums_of(panel_with([]), ALL)
    np.testing.assert_allclose(sums.panel.y[0], (SIZES.sum() + 60.0) * YEAR, rtol=1e-9)
    np.testing.assert_allclose(sums.size / sums.size[0], [1, 2, 4, 8, 6], rtol=1e-9)


@pytest.mark.parametrize(
    "hole",
    [
        pytest.param((4, slice(0, 90), 0.0), id="birth"),
        pytest.param((4, slice(60, 100), np.nan), id="unseen"),
        pytest.param((3, slice(30, 130, 3), np.nan), id="closed now and then"),
    ],
)
def test_births_and_unseen_periods_do_not_bend_a_sum(hole: tuple[int, slice, float]) -> None:
    whole = sums_of(panel_with([]), ALL).panel.y[0]
    np.testing.assert_allclose(sums_of(panel_with([hole]), ALL).panel.y[0], whole, rtol=1e-6)


def test_a_series_that_ended_is_no_part_of_the_sum_and_bends_nothing() -> None:
    sums = sums_of(panel_with([(4, slice(80, None), 0.0)]), ALL)
    assert sums.size[4] == 0.0
    np.testing.assert_allclose(sums.panel.y[0], SIZES.sum() * YEAR, rtol=1e-6)


def test_a_period_that_few_members_saw_stays_unseen() -> None:
    blind = [(row, slice(70, 72), np.nan) for row in (2, 3, 4)]
    y = sums_of(panel_with(blind), ALL).panel.y[0]
    assert np.flatnonzero(np.isnan(y)).tolist() == [70, 71]


def test_announced_facts_are_means_of_the_members_by_their_size() -> None:
    panel = demand_panel(series=6, periods=200)
    sums = sums_of(panel, (np.arange(6),))
    seen = ~np.isnan(panel.y)
    day = int(np.flatnonzero((seen.sum(axis=0) >= 4) & (np.nansum(panel.known["promo"], 0) > 0))[0])
    rows = seen[:, day]
    _, own = common_course(panel.y, seen)
    asked = np.average(panel.known["promo"][rows, day], weights=own[rows])
    assert sums.panel.known["promo"][0, day] == pytest.approx(asked, rel=0.1)
    assert 0.0 < sums.panel.known["promo"][0, day] < 1.0


def test_later_periods_change_nothing_that_was_known_before() -> None:
    panel = panel_with([(4, slice(0, 90), 0.0)])
    early = sums_of(panel.until(110), ALL).panel.y
    changed = panel_with([(4, slice(0, 90), 0.0), (0, slice(110, None), 999.0)])
    np.testing.assert_array_equal(sums_of(changed.until(110), ALL).panel.y, early)


def two_seasons(series: int = 40, seed: int = 1) -> np.ndarray:
    """Noisy series; the first half sells in summer, the other in winter."""
    random = np.random.default_rng(seed)
    turn = np.where(np.arange(series) < series // 2, 0.8, -0.8)[:, None]
    year = 1.0 + turn * np.sin(2 * np.pi * np.arange(150) / 52.0)[None, :]
    return random.poisson(15.0 * year).astype(float)


def summer_of(panel: Panel) -> np.ndarray:
    """[S] 1 for the first half of `two_seasons`, by name: a panel sorts its series."""
    return np.array([float(int(name[1:]) < 20) for name in panel.ids])


def test_without_attributes_series_of_like_year_find_each_other() -> None:
    panel = plain_panel(two_seasons(), freq="W")
    summer = summer_of(panel)
    fine, whole = groupings(panel, 20)
    assert [len(group) for group in whole] == [40]
    assert sum(len(group) for group in fine) >= 35
    assert all(len(np.unique(summer[group])) == 1 for group in fine)


def test_an_attribute_that_tells_courses_apart_makes_the_groups() -> None:
    panel = plain_panel(two_seasons(), freq="W")
    told = {"season": summer_of(panel), "chance": np.arange(40) % 4 * 1.0}
    fine, _ = groupings(replace(panel, static=told), 20)
    assert sorted(map(len, fine)) == [20, 20]
    assert all(len(np.unique(told["season"][group])) == 1 for group in fine)


def test_groups_are_no_more_than_asked_for() -> None:
    assert all(len(groups) <= 2 for groups in groupings(plain_panel(two_seasons(), freq="W"), 2))
    assert groupings(plain_panel(two_seasons()[:2], freq="W"), 2) == []
