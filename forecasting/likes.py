"""What a newcomer will sell, judged by series that share its attributes. Decides who is alike.

The first periods of its likes are its courses: how far they lie apart says how little is known.
Every day on offer without a sale lowers them: of a rate m a day with an exponential prior, m / (1 +
m t) is left after t days (the Poisson-gamma posterior mean). Leaves every other series as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forecasting.analogue import ANALOGUE, EARLY_CYCLES
from forecasting.engine import PanelForecast
from forecasting.history import DemandGrid
from forecasting.intervals import PATH_LEVELS
from forecasting.losses import LEVELS
from forecasting.newcomers import Newcomers
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]

LEAST_LIKES = 5
COURSES = 400
PRICE_BAND = 2.0


def with_likes(
    made: PanelForecast,
    panel: Panel,
    grid: DemandGrid,
    categories: Sequence[str],
    price: Floats,
    newcomers: Newcomers,
    *,
    seed: int,
) -> PanelForecast:
    """The forecasts of a panel with those of newcomers behind them.

    `categories` and `price` are in the order of the grid, whose last rows are the newcomers.
    """
    if not newcomers.count:
        return made
    attributes = _attributes(grid, categories, price)
    early = [_early(panel, row) for row in range(panel.count)]
    days = int((panel.days[1] - panel.days[0]) / np.timedelta64(1, "D"))
    horizon, whole = made.mean.shape[1], panel.whole
    judged = []
    for place in range(newcomers.count):
        likes = _likes(attributes[: panel.count], attributes[panel.count + place], early)
        random = np.random.default_rng([seed, place])
        level = float(early[likes[len(likes) // 2]].mean())
        kept = 1.0 / (1.0 + newcomers.offered_days[place] * level / days)
        courses = _courses([early[row] for row in likes], horizon, random)
        thinned = random.binomial(courses.astype(int), kept) if whole else courses * kept
        courses, mean = thinned.astype(np.float64), np.full(horizon, level * kept)
        wait = max(0, int(newcomers.begins[place]) - grid.length) // days
        mean[:wait] = courses[:, :wait] = 0.0
        judged.append(_Judged(mean, courses, int(made.segment[likes[len(likes) // 2]])))
    return _extended(made, grid.ids[panel.count :], judged)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A newcomer's mean [H], its courses [COURSES, H], and the segment it is counted to."""

    mean: Floats
    courses: Floats
    segment: int


def _attributes(grid: DemandGrid, categories: Sequence[str], price: Floats) -> Floats:
    """[S, 4] codes of SKU, warehouse, category and price band; NaN, like nothing, where unknown."""
    names = np.asarray(categories, dtype=str)
    category = np.unique(names, return_inverse=True)[1].astype(np.float64)
    category[names == ""] = np.nan
    band = np.floor(np.log(np.where(price > 0, price, np.nan)) / np.log(PRICE_BAND))
    return np.column_stack([grid.sku_id, grid.warehouse_id, category, band])


def _early(panel: Panel, row: int) -> Floats:
    """The first periods that a series was seen in, from its first sale on."""
    seen = panel.y[row][~np.isnan(panel.y[row])]
    return np.asarray(seen[: EARLY_CYCLES * panel.frequency.level_window])


def _likes(attributes: Floats, mine: Floats, early: Sequence[Floats]) -> list[int]:
    """At least LEAST_LIKES series that share the most attributes, by level; all where fewer are."""
    seen = np.array([len(one) > 0 for one in early])
    shared = np.where(seen, (attributes == mine).sum(axis=1), -1)
    least = np.sort(shared[seen])[::-1][:LEAST_LIKES][-1]
    return sorted(np.flatnonzero(shared >= least).tolist(), key=lambda row: early[row].mean())


def _courses(early: Sequence[Floats], horizon: int, random: np.random.Generator) -> Floats:
    """[COURSES, H]: each the course of one like from any of its periods on, begun again at its end.

    Courses are spread evenly over the likes: those who know more do not speak louder.
    """
    out = np.empty((COURSES, horizon))
    for course in range(COURSES):
        like = early[course * len(early) // COURSES]
        out[course] = like[(random.integers(len(like)) + np.arange(horizon)) % len(like)]
    return out


def _extended(made: PanelForecast, ids: Sequence[str], judged: Sequence[_Judged]) -> PanelForecast:
    """The forecast with more rows; quantiles of periods and totals are those of the courses."""
    shown, spread, totals = [], [], []
    for one in judged:
        shown.append(_by_period(one, LEVELS))
        spread.append(_by_period(one, PATH_LEVELS))
        summed = one.courses.cumsum(axis=1)[:, made.total_steps - 1]
        totals.append(np.maximum.accumulate(np.quantile(summed, LEVELS, axis=0).T, axis=0))
    unknown = np.full(len(ids), np.nan)
    losses = {name: np.append(loss, unknown) for name, loss in made.losses.items()}
    if losses:
        losses[ANALOGUE] = np.full(len(made.ids) + len(ids), np.nan)
    return replace(
        made,
        ids=(*made.ids, *ids),
        mean=np.concatenate([made.mean, np.stack([one.mean for one in judged])]),
        quantiles=np.concatenate([made.quantiles, np.stack(shown)]),
        champions=(*made.champions, *(ANALOGUE,) * len(ids)),
        losses=losses,
        segment=np.append(made.segment, [one.segment for one in judged]),
        total_table=np.concatenate([made.total_table, np.stack(totals)]),
        spread_table=np.concatenate([made.spread_table, np.stack(spread)]),
    )


def _by_period(one: _Judged, levels: Sequence[float]) -> Floats:
    """[H, levels] from its first day on, every period is like every other; nothing before."""
    selling = one.mean > 0
    if not selling.any():
        return np.zeros((len(selling), len(levels)))
    return np.outer(selling, np.quantile(one.courses[:, selling], levels))
