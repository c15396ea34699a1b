"""Sale days seen once, and promotions: what they do is learned of all, and only what shows."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from forecasting.models.announced import NOBODY, feast_weeks, felt_weeks, promotion_lift
from forecasting.models.kin_season import KinSeason, after_first_sale
from forecasting.models.season_kinds import kinds_of_season
from forecasting.panel import Panel
from inventory_core.catalog.sale_events import Feast
from tests.forecasting.panels import plain_panel

SERIES, WEEKS, AHEAD = 80, 62, 8
STARTS = date(2024, 1, 7)  # the first week's last day
# A sale event of the company's own that moves by three weeks from one year to the next.
BEFORE, AGAIN = date(2024, 3, 5), date(2025, 3, 25)
WEEK_BEFORE, WEEK_AGAIN = (
    (-(-(day - STARTS).days // 7)) for day in (BEFORE, AGAIN)
)  # whose last day is the next Sunday


def in_order(y: np.ndarray) -> Panel:
    """A panel whose rows are those of `y`: ids are laid out as texts are."""
    order = sorted(range(len(y)), key=str)
    return plain_panel(y[np.argsort(order)], freq="W-SUN").reaching(AHEAD)


def company(lift: float, *, pace: float = 8.0, felt_in: str = "US", seed: int = 5) -> Panel:
    """Half sell in the US, half in Germany; the event is entered for both."""
    random = np.random.default_rng(seed)
    country = tuple("US" if row % 2 == 0 else "DE" for row in range(SERIES))
    mean = np.full((SERIES, WEEKS), pace)
    mean[:, WEEK_BEFORE] *= np.where(np.asarray(country) == felt_in, lift, 1.0)
    y = random.poisson(mean).astype(float)
    y[:, 0] = np.maximum(y[:, 0], 1.0)
    events = tuple(
        Feast(name="spring_sale", country=where, days=(BEFORE, AGAIN)) for where in ("US", "DE")
    )
    panel = in_order(y)
    assert panel.days[WEEK_BEFORE] == np.datetime64(BEFORE + timedelta(days=5))
    return replace(panel, events=events, country=country)


def said(panel: Panel) -> np.ndarray:
    return np.asarray(KinSeason().fit(panel).predict(panel, AHEAD, [panel.length])[0])


def test_trap_30_a_sale_event_seen_once_is_expected_on_its_new_day_in_its_country() -> None:
    panel = company(2.0)
    found, us = said(panel), np.asarray(panel.country) == "US"
    place = WEEK_AGAIN - WEEKS
    others = [step for step in range(AHEAD) if step != place]
    assert found[us, place].mean() == pytest.approx(16.0, rel=0.12)
    assert found[~us, place].mean() == pytest.approx(8.0, rel=0.12)
    # The weeks around, and those of a year before, keep nothing of it.
    assert found[:, others].mean() == pytest.approx(8.0, rel=0.08)


def test_an_event_that_moved_nothing_is_none() -> None:
    panel = company(1.0)
    weeks = feast_weeks(panel, WEEKS + AHEAD)
    assert weeks is not None
    at = weeks.code[:, WEEK_BEFORE]
    assert (at != NOBODY).all()
    felt = felt_weeks(weeks, panel.y)
    assert (felt.code[:, WEEK_BEFORE] == NOBODY).all()


def test_trap_30_an_event_that_raised_demand_once_and_lowered_it_again_is_none() -> None:
    panel = company(2.0)
    autumn = date(2024, 9, 3)
    y = panel.y.copy()
    y[:, -(-(autumn - STARTS).days // 7)] *= 0.4
    events = tuple(one._replace(days=(BEFORE, autumn)) for one in panel.events)
    weeks = feast_weeks(replace(panel, events=events), WEEKS + AHEAD)
    assert weeks is not None
    assert (felt_weeks(weeks, y).code[:, WEEK_BEFORE] == NOBODY).all()


def test_trap_29_what_promotions_do_is_learned_of_all_and_said_ahead() -> None:
    """Each series has one promotion of its own, in a week of its own; the next is announced."""
    random = np.random.default_rng(4)
    depth = np.zeros((SERIES, WEEKS + AHEAD))
    depth[np.arange(SERIES), random.integers(5, WEEKS, SERIES)] = 20.0
    depth[: SERIES // 2, WEEKS + 3] = 20.0
    y = random.poisson(2.0 * np.where(depth > 0, 1.8, 1.0)[:, :WEEKS]).astype(float)
    panel = replace(in_order(y), known={"promotion": depth})
    lift = promotion_lift(panel, y, np.full(y.shape, 2.0), WEEKS + AHEAD)
    assert lift[depth > 0].mean() == pytest.approx(1.8, rel=0.1)
    assert (lift[depth == 0] == 1.0).all()
    found = said(panel)[:, 3]
    promoted = found[: SERIES // 2].mean() / found[SERIES // 2 :].mean()
    assert promoted == pytest.approx(1.8, rel=0.15)


def test_the_first_sale_says_that_it_sold_and_not_how_much() -> None:
    y = np.array([[np.nan, 3.0, 0.0, 1.0], [0.0, 0.0, 2.0, 1.0], [np.nan] * 4])
    found = after_first_sale(y)
    np.testing.assert_array_equal(np.isnan(found[0]), [True, True, False, False])
    np.testing.assert_array_equal(found[1], y[1])  # lay there unsold: its start is known


def test_who_sells_in_the_same_part_of_the_year_is_known_without_a_category() -> None:
    random = np.random.default_rng(6)
    phase = np.arange(52)
    shapes = 1.0 + 0.9 * np.cos(2 * np.pi * (phase - np.array([[10], [36]])) / 52)
    kind = np.arange(60) % 2
    came = random.poisson(6.0 * shapes[kind]).astype(float)
    common = came.mean(axis=0) / came.mean()

    def shaped(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        return np.asarray((top + 50.0 * common) / (bottom + 50.0))

    found = kinds_of_season(came, np.ones(came.shape), common, [], shaped)
    off = np.abs(found - shapes[kind]).mean()
    assert off < 0.4 * np.abs(common - shapes[kind]).mean()


def test_months_know_no_feasts() -> None:
    months = plain_panel(np.ones((3, 20)), freq="MS")
    assert feast_weeks(months, 20) is None
    assert pd.Timestamp(months.days[0]).day == 1
