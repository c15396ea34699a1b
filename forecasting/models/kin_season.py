"""The season of kin: what a year looks like is learned from all series, how much from each alone.

Made for histories of one to two years, in which a series has seen every season once at most and
many weeks of it not at all. Demand is level times season times what announced days do (see
`announced`): the season of a series leans on that of kin (of the same category, warehouse, whatever
attribute there is, and who sells in the same parts of the year), that of its kin on everybody's,
each as far as its own sales carry; growth is the panel's. Chooses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from forecasting.filters import ratio
from forecasting.models.announced import (
    NOBODY,
    feast_lift,
    feast_weeks,
    felt_weeks,
    promotion_lift,
)
from forecasting.models.contract import presentable
from forecasting.models.season_kinds import kinds_of_season
from forecasting.panel import Bools, Floats, Ints, Panel

# By so many sales around a period the season of a series, or a group, counts for half of itself.
ENOUGH_SALES = 50.0
NEIGHBOURS = 26  # this part of a year on either side tells of a period too
ROUNDS, SETTLED = 5, 2  # rounds; after so many of them sizes tell kinds of season apart
OF_KINDS = 0.5  # share of the kinds in what a series leans on; the rest is its groups'
LEAST_KIN = 3  # series of a group, on average
MOST_GROWTH, GROWTH_SPREAD = 0.5, 0.25  # a year, in logarithms
TOGETHER = 4.0  # periods beside each other stray together: so many tell as much as one alone


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
    lift = _lift(panel, groups, origin, horizon)
    y = after_first_sale(panel.y[:, :origin]) / lift[:, :origin]
    seen = ~np.isnan(panel.y[:, :origin])
    growth = yearly_growth(y, year)
    season, trend = _season(y, growth, year, groups, ROUNDS)
    usual = season[:, np.arange(origin) % year] * trend * lift[:, :origin]
    weight = seen * 0.5 ** ((origin - 1 - np.arange(origin)) / half_life)
    sold = np.nan_to_num(panel.y[:, :origin])
    level = ratio((sold * weight).sum(axis=1), (usual * weight).sum(axis=1))
    ahead = np.arange(horizon)
    path = season[:, (origin + ahead) % year] * np.exp(growth * (ahead + 1) / year)
    return np.asarray(np.nan_to_num(level)[:, None] * path * lift[:, origin:])


def after_first_sale(y: Floats) -> Floats:
    """Without the period that a series was first seen in by a sale: it is known for selling."""
    seen = ~np.isnan(y)
    first = seen & (np.cumsum(seen, axis=1) == 1) & (np.nan_to_num(y) > 0)
    return np.where(first, np.nan, y)


def _season(
    y: Floats, growth: float, year: int, groups: Sequence[Ints], rounds: int
) -> tuple[Floats, Floats]:
    """[S, year] the season, and [T] the trend that was taken out before."""
    seen = ~np.isnan(y)
    trend = np.exp(growth * (np.arange(y.shape[1]) - (y.shape[1] - 1)) / year)
    units = np.where(seen, y, 0.0) / trend
    return season_of_kin(units, seen, year, groups, year // NEIGHBOURS, rounds), trend


def _lift(panel: Panel, groups: Sequence[Ints], origin: int, horizon: int) -> Floats:
    """[S, origin + horizon] by what factor announced days make a period other than its season.

    A feast counts in the season of the weeks around it until it is known: those that stand out
    are left out, and the season fitted again tells by how much.
    """
    year, periods = panel.frequency.year, origin + horizon
    y = after_first_sale(panel.y[:, :origin])
    sale = _units_a_sale(np.nan_to_num(y), ~np.isnan(y))[:, None]
    sales = y / sale
    weeks = feast_weeks(panel, periods)
    lift = np.ones((panel.count, periods))
    if weeks is not None:
        weeks = felt_weeks(weeks, sales)
        usual_weeks = weeks.code[weeks.place] == NOBODY
        lift = feast_lift(
            weeks, *_against_season(sales, year, groups, usual_weeks[:, :origin]), ENOUGH_SALES
        )
    came, usual = _against_season(sales / lift[:, :origin], year, groups)
    return lift * promotion_lift(panel, came, usual, periods)


def _against_season(
    sales: Floats, year: int, groups: Sequence[Ints], told: Bools | None = None
) -> tuple[Floats, Floats]:
    """[S, T] sales that came, and what level and season of each series say; 0 where unseen.

    The season is learned of the cells `told`.
    """
    learned = sales if told is None else np.where(told, sales, np.nan)
    growth = yearly_growth(learned, year)
    season, trend = _season(learned, growth, year, groups, SETTLED)
    usual = season[:, np.arange(sales.shape[1]) % year] * trend
    known = ~np.isnan(learned)
    size = ratio(np.where(known, learned, 0.0).sum(axis=1), (usual * known).sum(axis=1))
    seen = ~np.isnan(sales)
    return np.where(seen, sales, 0.0), np.nan_to_num(size)[:, None] * usual * seen


def yearly_growth(y: Floats, year: int) -> float:
    """Log growth of all series in a year, by the periods seen in both years: believed against what
    growth is at most, the less the more one period differs from the next.
    """
    pairs = y.shape[1] - year
    if pairs <= 0:
        return 0.0
    now, before = y[:, year:], y[:, :pairs]
    both = ~np.isnan(now) & ~np.isnan(before)
    later, earlier = (np.where(both, v, 0.0).sum(axis=0) for v in (now, before))
    told = (later > 0) & (earlier > 0)
    if not told.any():
        return 0.0
    noise = TOGETHER * _change(y) ** 2 / pairs
    believed = GROWTH_SPREAD**2 / (GROWTH_SPREAD**2 + noise)
    growth = float(np.log(later[told].sum() / earlier[told].sum()))
    return float(believed * min(max(growth, -MOST_GROWTH), MOST_GROWTH))


def _change(y: Floats) -> float:
    """How much the sum of all differs from one period to the next, in logarithms."""
    both = ~np.isnan(y[:, 1:]) & ~np.isnan(y[:, :-1])
    later, earlier = (np.where(both, v, 0.0).sum(axis=0) for v in (y[:, 1:], y[:, :-1]))
    known = (later > 0) & (earlier > 0)
    if not known.any():
        return 1.0
    return 1.4826 * float(np.median(np.abs(np.log(later[known] / earlier[known]))))


def season_of_kin(
    units: Floats,
    seen: Bools,
    year: int,
    groups: Sequence[Ints],
    width: int,
    rounds: int = ROUNDS,
) -> Floats:
    """[S, year] factor of each period of the year, mean 1.

    Sizes and seasons are fitted in turns as in a table of counts whose missing cells say nothing
    (iterative proportional fitting: Deming and Stephan 1940); a factor leans on the coarser one
    like a gamma prior on Poisson counts. Demand is counted in sales, by its noise.
    """
    phase = np.arange(units.shape[1]) % year
    sales = units / _units_a_sale(units, seen)[:, None]
    by_phase, exposed = _by_phase(sales, year), _by_phase(seen.astype(np.float64), year)
    came = _around(by_phase, width)
    factor, kinds = np.ones(came.shape), None
    for turn in range(rounds):
        size = sales.sum(axis=1) / np.maximum((seen * factor[:, phase]).sum(axis=1), 1e-9)
        usual = _around(_by_phase(seen * size[:, None], year), width)
        common = _leaning(came.sum(axis=0), usual.sum(axis=0), np.ones(year))
        if turn == SETTLED:
            kinds = kinds_of_season(by_phase, exposed, common, groups, _Shaped(width, common))
        prior = _of_groups(came, usual, common, groups)
        if kinds is not None:
            prior = (1.0 - OF_KINDS) * prior + OF_KINDS * kinds
        factor = _leaning(came, usual, prior)
        factor /= factor.mean(axis=1, keepdims=True)
    return factor


def _of_groups(came: Floats, usual: Floats, common: Floats, groups: Sequence[Ints]) -> Floats:
    """[S, year] the season of each series' groups, the finer leaning on the coarser."""
    prior = np.tile(common, (len(came), 1))
    for codes in groups:
        member = csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))))
        coarser = (member @ prior) / np.bincount(codes)[:, None]
        prior = _leaning(member @ came, member @ usual, coarser)[codes]
    return prior


@dataclass(frozen=True, slots=True)
class _Shaped:
    """What came over what is usual, with the phases around it, drawn to the common season."""

    width: int
    common: Floats

    def __call__(self, came: Floats, usual: Floats) -> Floats:
        return _leaning(_around(came, self.width), _around(usual, self.width), self.common)


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
