"""The season of kin: what a year looks like is learned from all series, how much from each alone.

Made for histories of one to two years, in which a series has seen every season once at most and
many weeks of it not at all. Demand is level times season: the season of a series leans on that of
its kin (the same category, warehouse, whatever attribute there is), that of its kin on everybody's,
each as far as its own sales carry; growth is the panel's. Knows no covariates and chooses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from forecasting.filters import ratio
from forecasting.models.contract import presentable
from forecasting.panel import Bools, Floats, Ints, Panel

# By so many sales around a period the season of a series, or a group, counts for half of itself.
ENOUGH_SALES = 50.0
NEIGHBOURS = 26  # this part of a year on either side tells of a period too
ROUNDS = 5
LEAST_KIN = 3  # series of a group, on average
MOST_GROWTH = 0.5  # a year, in logarithms


@dataclass
class KinSeason:
    """Level of the last periods, growing as all do, through the season of the series' kin."""

    name: str = "kin_season"

    def fit(self, panel: Panel) -> Self:
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        out = np.empty((len(origins), panel.count, horizon))
        groups = _groups(panel)
        for place, origin in enumerate(origins):
            out[place] = _ahead(panel, groups, origin, horizon)
        return presentable(out)


def _ahead(panel: Panel, groups: Sequence[Ints], origin: int, horizon: int) -> Floats:
    year, half_life = panel.frequency.year, panel.frequency.half_lives[1]
    y = panel.y[:, :origin]
    seen = ~np.isnan(y)
    growth = yearly_growth(y, year, panel.frequency.level_window)
    age = np.arange(origin) - (origin - 1)
    trend = np.exp(growth * age / year)
    season = season_of_kin(np.where(seen, y, 0.0) / trend, seen, year, groups, year // NEIGHBOURS)
    usual = season[:, np.arange(origin) % year] * trend
    weight = seen * 0.5 ** (-age / half_life)
    level = ratio((np.nan_to_num(y) * weight).sum(axis=1), (usual * weight).sum(axis=1))
    ahead = np.arange(horizon)
    path = season[:, (origin + ahead) % year] * np.exp(growth * (ahead + 1) / year)
    return np.asarray(np.nan_to_num(level)[:, None] * path)


def yearly_growth(y: Floats, year: int, window: int) -> float:
    """Log growth of all series in a year, by the periods seen in both years; less is believed of
    a few periods: half of as many as half a level window.
    """
    pairs = y.shape[1] - year
    if pairs <= 0:
        return 0.0
    now, before = y[:, year:], y[:, :pairs]
    both = ~np.isnan(now) & ~np.isnan(before)
    now_sum, before_sum = np.where(both, now, 0.0).sum(), np.where(both, before, 0.0).sum()
    if now_sum <= 0 or before_sum <= 0:
        return 0.0
    believed = float(pairs / (pairs + window / 2))
    growth = float(np.log(now_sum / before_sum))
    return believed * min(max(growth, -MOST_GROWTH), MOST_GROWTH)


def season_of_kin(
    units: Floats, seen: Bools, year: int, groups: Sequence[Ints], width: int
) -> Floats:
    """[S, year] factor of each period of the year, mean 1.

    Sizes and seasons are fitted in turns as in a table of counts whose missing cells say nothing
    (iterative proportional fitting: Deming and Stephan 1940); a factor leans on the coarser one
    like a gamma prior on Poisson counts. Demand is counted in sales, by its noise.
    """
    phase = np.arange(units.shape[1]) % year
    sales = units / _units_a_sale(units, seen)[:, None]
    came = _around(_by_phase(sales, year), width)
    factor = np.ones((len(units), year))
    for _ in range(ROUNDS):
        size = sales.sum(axis=1) / np.maximum((seen * factor[:, phase]).sum(axis=1), 1e-9)
        usual = _around(_by_phase(seen * size[:, None], year), width)
        common = _leaning(came.sum(axis=0), usual.sum(axis=0), np.ones(year))
        prior = np.tile(common, (len(units), 1))
        for codes in groups:
            member = csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))))
            coarser = (member @ prior) / np.bincount(codes)[:, None]
            prior = _leaning(member @ came, member @ usual, coarser)[codes]
        factor = _leaning(came, usual, prior)
        factor /= factor.mean(axis=1, keepdims=True)
    return factor


def _leaning(came: Floats, usual: Floats, prior: Floats) -> Floats:
    """What came over what is usual, drawn to `prior` as if enough sales had shown it."""
    return np.asarray((came + ENOUGH_SALES * prior) / (usual + ENOUGH_SALES))


def _by_phase(values: Floats, year: int) -> Floats:
    """[S, year] sums over the years."""
    lack = -values.shape[1] % year
    whole = np.hstack([values, np.zeros((len(values), lack))])
    return np.asarray(whole.reshape(len(values), -1, year).sum(axis=1))


def _around(values: Floats, width: int) -> Floats:
    """[S, year] each period with its neighbours, the farther the less; the year is a circle."""
    total = values.copy()
    for away in range(1, width + 1):
        weight = 1.0 - away / (width + 1)
        total += weight * (np.roll(values, away, axis=1) + np.roll(values, -away, axis=1))
    return total


def _units_a_sale(units: Floats, seen: Bools) -> Floats:
    """[S] variance over mean by what changes from one period to the next, where seasons hardly
    count: 1 for single pieces, four for who sells by fours, more where money is counted.
    """
    both = seen[:, 1:] & seen[:, :-1]
    change = np.where(both, units[:, 1:] - units[:, :-1], 0.0)
    total = np.where(both, units[:, 1:] + units[:, :-1], 0.0).sum(axis=1)
    own = ratio((change**2).sum(axis=1), total, 1e-9)
    usual = np.nanmedian(own) if (~np.isnan(own)).any() else 1.0
    own = np.where(np.isnan(own), usual, own)
    return np.asarray(np.maximum(own, 1e-9))


def _groups(panel: Panel) -> list[Ints]:
    """Codes [S] of every attribute that groups the series, the coarsest first."""
    found = []
    for name in sorted(panel.categorical & set(panel.static)):
        kinds, codes = np.unique(np.nan_to_num(panel.static[name], nan=-1.0), return_inverse=True)
        if 1 < len(kinds) <= panel.count / LEAST_KIN:
            found.append((len(kinds), name, np.asarray(codes, dtype=np.int64)))
    return [codes for _, _, codes in sorted(found, key=lambda one: one[:2])]
