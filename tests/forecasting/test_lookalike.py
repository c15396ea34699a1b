"""The forest of lookalikes: a whole distribution, whole for counts, and how far it is believed."""

import numpy as np

from forecasting.intervals import PATH_LEVELS
from forecasting.models.lookalike import Lookalike, quantiles_of
from forecasting.models.study import Studies
from forecasting.spread_mixing import learn_shares, mixed
from tests.forecasting.panels import demand_panel, plain_panel


def test_quantiles_are_in_order_and_hold_as_often_as_they_say() -> None:
    random = np.random.default_rng(2)
    panel = plain_panel(random.poisson(6.0, (60, 120)).astype(float))
    model = Lookalike(horizon=7).fit(panel.until(113))
    mean, spread = model.predict_spread(panel, 7, [113])
    assert (np.diff(spread, axis=-1) >= 0).all()
    came = panel.y[:, 113:]
    for level, least, most in ((0.1, 0.05, 0.25), (0.5, 0.42, 0.68), (0.9, 0.84, 0.97)):
        held = (came <= spread[0, :, :, PATH_LEVELS.index(level)] + 1e-9).mean()
        assert least <= held <= most, level
    assert 5.0 <= mean.mean() <= 7.0


def test_a_rare_seller_is_told_apart_from_a_frequent_one() -> None:
    random = np.random.default_rng(5)
    rate = np.repeat([[0.1], [8.0]], 40, axis=0)
    panel = plain_panel(random.poisson(rate, (80, 100)).astype(float))
    _, spread = Lookalike(horizon=4).fit(panel).predict_spread(panel.reaching(4), 4, [100])
    middle = spread[0, :, :, PATH_LEVELS.index(0.5)]
    rare = np.nanmean(panel.y, axis=1) < 1.0
    assert rare.sum() == 40
    assert (middle[rare] == 0).all()
    assert (middle[~rare] > 4).all()


def test_a_distribution_without_values_below_a_level_starts_at_its_lowest_value() -> None:
    grid = np.array([0.0, 1.0, 4.0])
    share = np.array([[0.8, 0.9, 1.0]], dtype=np.float32)
    said = dict(zip(PATH_LEVELS, quantiles_of(share, grid)[0], strict=True))
    assert said[0.5] == 0.0
    np.testing.assert_allclose(said[0.9], 1.0, atol=1e-5)
    np.testing.assert_allclose(said[0.95], 2.5, atol=1e-5)


def test_candidates_that_share_their_studies_say_what_they_say_alone() -> None:
    panel = demand_panel(series=8, periods=120).reaching(5)
    shared = Studies()
    together = [Lookalike(horizon=5, seed=seed, studies=shared).fit(panel) for seed in (1, 2)]
    for seed, model in zip((1, 2), together, strict=True):
        alone = Lookalike(horizon=5, seed=seed).fit(panel)
        np.testing.assert_array_equal(
            model.predict(panel, 5, [panel.length]), alone.predict(panel, 5, [panel.length])
        )


def _two_views(right: float, wrong: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Actuals around 10 and two sets of quantiles with the spreads given."""
    random = np.random.default_rng(9)
    actual = 10.0 + random.normal(0.0, 1.0, (4, 50, 6))
    normal = np.quantile(random.normal(0.0, 1.0, 20_000), PATH_LEVELS)
    narrow, wide = (10.0 + spread * normal + np.zeros((4, 50, 6, 1)) for spread in (right, wrong))
    return actual, narrow, wide


def test_the_better_view_gets_the_larger_share() -> None:
    actual, right, wrong = _two_views(1.0, 4.0)
    size, kind = np.full(50, 10.0), np.zeros(50, dtype=np.int64)
    assert (learn_shares(actual, right, wrong, size, kind) <= 0.3).all()
    assert (learn_shares(actual, wrong, right, size, kind) >= 0.7).all()


def test_too_little_seen_leaves_everything_to_the_errors() -> None:
    actual, right, wrong = _two_views(1.0, 4.0)
    size, kind = np.full(50, 10.0), np.zeros(50, dtype=np.int64)
    shares = learn_shares(np.full(actual.shape, np.nan), wrong, right, size, kind)
    assert (shares == 0).all()
    np.testing.assert_array_equal(mixed(wrong, right, shares), wrong)
