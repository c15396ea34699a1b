"""Joint paths of demand: real paths of past errors laid over a forecast's quantiles.

Each past forecast is read as ranks (where in its own quantiles the actual fell, period after
period); a sampled path takes such a run of ranks and reads the new quantiles at them. So paths
keep the spread of the quantiles and the way errors hang together over time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.intervals import PATH_LEVELS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_DONORS = 2_000
LEAST_DONORS = 20


@dataclass(frozen=True, slots=True)
class Donors:
    """Runs of ranks [D, H] in (0, 1); of which segment, origin and series [D] each of them is."""

    ranks: Floats
    segment: Ints
    origin: Ints
    series: Ints


def donors_of(actual: Floats, quantiles: Floats, segment: Ints, *, seed: int) -> Donors:
    """Ranks of actuals [O, S, H] in quantiles [O, S, H, P]; unseen periods get a random rank."""
    horizon = actual.shape[2] if actual.ndim == 3 else quantiles.shape[2]
    random = np.random.default_rng(seed)
    if actual.size == 0:
        return Donors(np.empty((0, horizon)), *np.empty((3, 0), dtype=np.int64))
    seen = (~np.isnan(actual)).mean(axis=2) >= 0.5
    origin, series = np.nonzero(seen)
    if len(origin) > MAX_DONORS:
        chosen = np.sort(random.choice(len(origin), MAX_DONORS, replace=False))
        origin, series = origin[chosen], series[chosen]
    y, table = actual[origin, series], quantiles[origin, series]
    ranks = _ranks(y, table, random)
    for code in np.unique(segment[series]):
        ranks[segment[series] == code] = _even(ranks[segment[series] == code])
    return Donors(ranks, segment[series], origin, series)


def sample_paths(
    quantiles: Floats, segment: Ints, donors: Donors, count: int, *, seed: int
) -> Floats:
    """[N, count, H] paths for forecasts with quantiles [N, H, P] at PATH_LEVELS."""
    number, horizon, _ = quantiles.shape
    out = np.empty((number, count, horizon))
    for row in range(number):
        random = np.random.default_rng([seed, row])
        same = np.flatnonzero(donors.segment == segment[row])
        if len(same) < LEAST_DONORS:
            same = np.arange(len(donors.segment))
        if len(same) == 0:
            ranks = np.repeat(random.random((count, 1)), horizon, axis=1)
        else:
            ranks = donors.ranks[random.choice(same, count, replace=len(same) < count)]
        out[row] = _read(quantiles[row], ranks)
    return out


def joint_paths(
    quantiles: Floats, segment: Ints, donors: Donors, count: int, *, seed: int, first: int = 0
) -> Floats:
    """[N, count, H] like `sample_paths`, but path k of every series comes from one past origin.

    A series takes its own run of ranks of that origin where it was kept, else one of its segment:
    what took series by surprise together does so again, so that sums of paths spread as widely as
    sums of demand did. Half of the paths are turned round, since a shared surprise says how far,
    not in which direction. `first`: place of the first row in the panel, for work in pieces.
    """
    number, horizon, _ = quantiles.shape
    shared = np.random.default_rng([seed, 0])
    origins = np.unique(donors.origin)
    drawn = shared.choice(origins, count) if len(origins) else np.zeros(count, dtype=np.int64)
    turned = shared.random(count) < 0.5
    of_origin = [(drawn == one, np.flatnonzero(donors.origin == one)) for one in origins]
    out = np.empty((number, count, horizon))
    for row in range(number):
        random = np.random.default_rng([seed, 1 + first + row])
        ranks = np.repeat(random.random((count, 1)), horizon, axis=1)
        for here, pool in of_origin:
            alike = pool[donors.segment[pool] == segment[row]]
            own = alike[donors.series[alike] == first + row]
            chosen = own if len(own) else alike if len(alike) else pool
            ranks[here] = donors.ranks[random.choice(chosen, int(here.sum()))]
        ranks[turned] = 1.0 - ranks[turned]
        out[row] = _read(quantiles[row], ranks)
    return out


def _even(ranks: Floats) -> Floats:
    """The same order of ranks, spread evenly over (0, 1).

    How often demand lay above its forecast in the trial is no news about the future, and quantiles
    already hold what is; without this, paths would add up to more (or less) than they should.
    """
    place = np.empty(ranks.size)
    place[np.argsort(ranks, axis=None, kind="stable")] = np.arange(ranks.size)
    return np.asarray(((place + 0.5) / max(ranks.size, 1)).reshape(ranks.shape))


def _ranks(y: Floats, quantiles: Floats, random: np.random.Generator) -> Floats:
    """Where y falls among its quantiles; spread at random over levels that say the same."""
    edges = np.concatenate([[0.0], PATH_LEVELS, [1.0]])
    below = (quantiles < y[..., None] - 1e-9).sum(axis=-1)
    reached = (quantiles <= y[..., None] + 1e-9).sum(axis=-1)
    last = quantiles.shape[-1] - 1
    low = np.take_along_axis(quantiles, np.clip(below - 1, 0, last)[..., None], -1)[..., 0]
    high = np.take_along_axis(quantiles, np.clip(below, 0, last)[..., None], -1)[..., 0]
    gap = np.where(high > low, high - low, 1.0)
    share = np.clip((y - low) / gap, 0.0, 1.0)
    between = edges[below] + share * (edges[np.minimum(below + 1, last + 2)] - edges[below])
    chance = random.random(y.shape)
    tied = edges[below] + chance * (edges[np.minimum(reached + 1, last + 2)] - edges[below])
    outside = (below == 0) | (below == last + 1) | (reached > below)
    return np.asarray(np.where(np.isnan(y), chance, np.where(outside, tied, between)))


def _read(quantiles: Floats, ranks: Floats) -> Floats:
    """[count, H] the quantiles [H, P] read at ranks [count, H], tails continued for a step."""
    top = quantiles[:, -1] + (quantiles[:, -1] - quantiles[:, -2])
    floor = np.maximum(2 * quantiles[:, 0] - quantiles[:, 1], 0.0)
    levels = np.concatenate([[0.0], PATH_LEVELS, [1.0]])
    table = np.column_stack([floor, quantiles, top])
    high = np.clip(np.searchsorted(levels, ranks), 1, len(levels) - 1)
    share = (ranks - levels[high - 1]) / (levels[high] - levels[high - 1])
    steps = np.arange(quantiles.shape[0])[None, :]
    low_value, high_value = table[steps, high - 1], table[steps, high]
    return np.asarray(np.maximum(low_value + share * (high_value - low_value), 0.0))
