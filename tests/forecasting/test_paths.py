"""Joint paths: as wide as the quantiles say, adding up to what they add up to."""

import numpy as np

from forecasting.intervals import PATH_LEVELS
from forecasting.paths import donors_of, sample_paths


def test_paths_have_the_mean_of_their_quantiles_however_wrong_the_trial_was() -> None:
    random = np.random.default_rng(1)
    levels = np.asarray(PATH_LEVELS)
    quantiles = np.broadcast_to(10.0 * levels, (3, 200, 5, len(levels)))
    came = random.uniform(4.0, 10.0, (3, 200, 5))  # always in the upper half of what was said
    donors = donors_of(came, quantiles, np.zeros(200, dtype=np.int64), seed=0)
    paths = sample_paths(quantiles[0, :20], np.zeros(20, dtype=np.int64), donors, 400, seed=0)
    np.testing.assert_allclose(paths.mean(), 5.0, rtol=0.05)


def test_a_path_that_begins_high_stays_high_where_errors_last() -> None:
    random = np.random.default_rng(3)
    levels = np.asarray(PATH_LEVELS)
    quantiles = np.broadcast_to(10.0 * levels, (4, 100, 6, len(levels)))
    came = np.broadcast_to(random.uniform(0.0, 10.0, (4, 100, 1)), (4, 100, 6))
    donors = donors_of(came, quantiles, np.zeros(100, dtype=np.int64), seed=0)
    paths = sample_paths(quantiles[0, :5], np.zeros(5, dtype=np.int64), donors, 300, seed=0)
    assert np.corrcoef(paths[:, :, 0].ravel(), paths[:, :, -1].ravel())[0, 1] > 0.9
