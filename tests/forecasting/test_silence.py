"""What has been silent for long: its totals are as large as the trial's silent series show."""

import numpy as np
import pytest

from forecasting.backtest import Trial, asleep_in
from forecasting.engine import PanelForecast, forecast_panel
from forecasting.intervals import PATH_LEVELS
from forecasting.losses import LEVELS
from forecasting.panel import Floats, Panel
from forecasting.quantiles import means_of
from forecasting.silence import SILENCES, shares_by_silence, silence_of, with_silence
from tests.forecasting.panels import plain_panel


def planned(made: PanelForecast, steps: int) -> Floats:
    """[S] what plans take as the mean of the total, in the order of the rows of the array."""
    rows = np.argsort([int(one.removeprefix("S")) for one in made.ids])
    return means_of(np.asarray(LEVELS), made.totals(steps))[rows]


def test_silence_is_counted_in_usual_gaps() -> None:
    y = np.array([[1.0, 0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [2, 2, 2, 2, 2, 2, 0, 0]])
    found = silence_of(plain_panel(y, freq="W-MON"), np.array([3, 8]))
    # Two sales in three periods, then in eight: five since, every fourth usual.
    assert found[:, 0].tolist() == pytest.approx([0.0, 5 / 4])
    assert np.isnan(found[:, 1]).all()
    assert found[1, 2] == pytest.approx(2 / (8 / 6))


def test_what_came_of_the_silent_is_pooled_and_never_more_after_longer() -> None:
    table = np.ones((90, len(PATH_LEVELS)))  # one unit was awaited of each, for sure
    silence = np.repeat([0.0, SILENCES[0], SILENCES[1]], 30)
    came = np.repeat([1.0, 0.0, 2.0], 30)
    shares = shares_by_silence(silence, table, came, np.ones(90))
    # Nothing of thirty, with four that are assumed: 4 / 34; nobody silent for longer sells more.
    assert shares.tolist() == pytest.approx([4 / 34] * len(SILENCES))
    unseen = shares_by_silence(silence, table, np.full(90, np.nan), np.ones(90))
    assert unseen.tolist() == [1.0] * len(SILENCES)
    said = with_silence(table[:3, None, :], np.array([np.nan, 1.0, SILENCES[2]]), shares)
    assert said[:, 0, 0].tolist() == pytest.approx([1.0, 1.0, 4 / 34])


def test_trap_35_what_died_is_not_planned_for_by_what_it_once_sold() -> None:
    """Rare, lumpy sellers that die one after the other: hardly anything is planned for those silent
    for twenty weeks, of the others what they will sell. Without the silent series of the trial the
    plan held four times as much for the dead.
    """
    rng, count, weeks, horizon, hazard = np.random.default_rng(2), 200, 110, 9, 0.012
    rate = rng.gamma(1.5, 0.3, count)[:, None]
    sells = rng.random((count, weeks)) < 1 - np.exp(-rate)
    y = np.where(sells, rng.geometric(0.25, (count, weeks)), 0) * 1.0
    ends = np.minimum(weeks, 20 + rng.geometric(hazard, count))
    y *= np.arange(weeks) < ends[:, None]
    plan = planned(forecast_panel(plain_panel(y, freq="W-MON"), horizon, seed=1), horizon)
    lasting = np.mean((1 - hazard) ** np.arange(1, horizon + 1))
    comes = (1 - np.exp(-rate[:, 0])) * 4 * horizon * lasting * (ends >= weeks)
    dead = ends < weeks - 20
    assert plan[dead].sum() < 0.015 * plan[~dead].sum()
    assert plan[~dead].sum() == pytest.approx(comes.sum(), rel=0.1)


def test_what_sold_all_year_and_stopped_is_no_good_of_one_season() -> None:
    """Three sold in these weeks a year ago and nothing in the trial: one only then, one all year
    until it stopped, and of one nobody saw more: it may be asleep.
    """
    weeks, horizon, origins = 120, 8, (96, 104, 112)
    y = np.zeros((3, weeks))
    y[:, weeks - 52 : weeks - 44] = 3.0
    y[1, :90] = 3.0
    y[2, : weeks - 52] = np.nan
    rare = np.ones(3, dtype=np.int64)

    def asleep(panel: Panel, origins: tuple[int, ...]) -> list[bool]:
        actual = np.zeros((len(origins), panel.count, horizon))
        return asleep_in(Trial(origins, actual, {}, np.ones(3), None), panel, rare).tolist()

    panel = plain_panel(y, freq="W-MON")
    assert asleep(panel, origins) == [True, False, True]
    assert asleep(panel, (40, *origins)) == [False] * 3, "a year before that trial nothing is known"
