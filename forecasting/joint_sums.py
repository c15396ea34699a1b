"""How sure a sum of forecasts is: quantiles of sums of joint paths, never sums of quantiles.

Decides what is kept of a run about channels, markets, categories and the company: the quantiles of
every period and of two totals, and the daily history of the same series. Changes no forecast.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from scipy.stats import t as student

from forecasting.channel_shares import Channels, learn_cuts
from forecasting.engine import PanelForecast
from forecasting.hierarchy import (
    GRAINS,
    PARTS,
    Cells,
    cells_of,
    cut_into_cells,
    in_thousandths,
    summed,
)
from forecasting.history import ChannelDemand, DemandGrid
from forecasting.paths import joint_paths
from inventory_core.planning.published import PublishedForecast
from inventory_core.planning.published_sums import PublishedSum
from inventory_core.vocabulary import ForecastGrain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PATHS = 400
# Windows of a trial that do not overlap; measured, see DECISIONS.
WINDOWS = 3
LEVELS_KEPT = (0.05, 0.1, 0.5, 0.9, 0.95)
MONTH_DAYS = 28
PAST_DAYS = 78 * 7
# Numbers of a piece of work: so many paths of so many series at a time.
MOST_NUMBERS = 8_000_000
UNIT_PLACES = 3


def with_channels(
    made: PanelForecast,
    forecasts: Sequence[PublishedForecast],
    grid: DemandGrid,
    channels: Channels,
    categories: Sequence[str],
    period_days: int,
    *,
    seed: int,
) -> tuple[tuple[PublishedForecast, ...], tuple[PublishedSum, ...]]:
    """The forecasts with their channels, and the sums; all arguments in the order of the grid."""
    cut = learn_cuts(grid, channels.demand, categories, channels.markets)
    sku_ids, places = grid.sku_id.tolist(), grid.warehouse_id.tolist()
    cells = cells_of(sku_ids, places, cut, categories, channels.markets)
    told = tuple(
        replace(one, channel_ids=ids, channel_cuts=cuts)
        for one, ids, cuts in zip(forecasts, cut.channels, cut.cuts, strict=True)
    )
    means = in_thousandths([one.mean for one in forecasts])
    mean = cut_into_cells(means, cells)
    groups = [cells.members(grain) for grain in GRAINS]
    paths = _paths_of_groups(made, cells, groups, seed)
    cell, day, units = _sold(cells, grid, channels.demand)
    found: list[PublishedSum] = []
    for grain, (parts, place), path in zip(GRAINS, groups, paths, strict=True):
        said = summed(mean, place, len(parts)) / PARTS
        sold = np.zeros((len(parts), _past_days(grid)), dtype=np.int64)
        np.add.at(sold, (place[cell], day), units)
        found += [
            PublishedSum(
                grain=ForecastGrain(grain),
                part=part,
                starts_on=grid.last_on + timedelta(days=1),
                mean=[_units(value) for value in said[row]],
                quantiles=_quantiles(_moved(path[row], said[row]), said[row]),
                totals=_totals(_moved(path[row], said[row]), said[row], period_days),
                past=sold[row].tolist(),
            )
            for row, part in enumerate(parts)
        ]
    return told, tuple(found)


def _paths_of_groups(
    made: PanelForecast, cells: Cells, groups: Sequence[tuple[list[str], Ints]], seed: int
) -> list[Floats]:
    """Per grain [parts, PATHS, H]: the paths of its cells added up, piece by piece."""
    series, horizon = made.mean.shape
    out = [np.zeros((len(parts), PATHS, horizon)) for parts, _ in groups]
    step = max(1, MOST_NUMBERS // (PATHS * horizon))
    for first in range(0, series, step):
        last = min(series, first + step)
        paths = joint_paths(
            made.spread_table[first:last],
            made.segment[first:last],
            made.donors,
            PATHS,
            seed=seed,
            first=first,
        )
        mine = np.flatnonzero((cells.row >= first) & (cells.row < last))
        for found, (parts, place) in zip(out, groups, strict=True):
            weight = np.zeros((len(parts), last - first))
            np.add.at(weight, (place[mine], cells.row[mine] - first), cells.share[mine])
            found += np.tensordot(weight, paths, axes=1)
    return out


def _sold(cells: Cells, grid: DemandGrid, demand: ChannelDemand) -> tuple[Ints, Ints, Ints]:
    """Place of a cell, day among the last PAST_DAYS, and units that the cell sold on it.

    What a channel sold that is no cell any more (its share is nothing) goes to the first cell of
    its series, so that the past adds up as well.
    """
    accounts = cells.part_of["channel"].astype(np.int64)
    place_of: dict[tuple[int, int | None], int] = {}
    for cell, (row, account) in enumerate(zip(cells.row.tolist(), accounts.tolist(), strict=True)):
        place_of[row, account] = cell
        place_of.setdefault((row, None), cell)
    first = grid.length - _past_days(grid)
    recent = demand.day >= first
    pairs = zip(demand.row[recent].tolist(), demand.account_id[recent].tolist(), strict=True)
    cell_of = [place_of.get(pair, place_of[pair[0], None]) for pair in pairs]
    return np.array(cell_of, dtype=np.int64), demand.day[recent] - first, demand.units[recent]


def _past_days(grid: DemandGrid) -> int:
    return min(grid.length, PAST_DAYS)


def _moved(path: Floats, mean: Floats) -> Floats:
    """Paths [PATHS, H] moved to the forecast of their sum, period by period, in one ratio.

    A published forecast is the least wrong number and not the mean of its quantiles, and the
    difference, small in one series, does not shrink in a sum: only their spread is taken.
    """
    middle = path.mean(axis=0)
    return np.asarray(path * np.where(middle > 0, mean / np.where(middle > 0, middle, 1.0), 0.0))


def _quantiles(path: Floats, mean: Floats) -> dict[str, list[float]]:
    """Level -> units by period, of paths [PATHS, H]."""
    table = _spread(path, mean)
    return {
        str(level): [_units(value) for value in row]
        for level, row in zip(LEVELS_KEPT, table, strict=True)
    }


def _totals(path: Floats, mean: Floats, period_days: int) -> dict[str, dict[str, float]]:
    """Days -> mean or level -> units, of the next four weeks and of the whole horizon."""
    horizon = len(mean)
    month = max(1, min(horizon, MONTH_DAYS // period_days))
    found = {}
    for steps in sorted({month, horizon}):
        total = float(mean[:steps].sum())
        values = _spread(path[:, :steps].sum(axis=1), total)
        found[str(steps * period_days)] = {"mean": _units(total)} | {
            str(level): _units(value) for level, value in zip(LEVELS_KEPT, values, strict=True)
        }
    return found


def _spread(path: Floats, mean: Floats | float) -> Floats:
    """[levels, …] quantiles of paths [PATHS, …], as far from the mean as few windows allow to say.

    What all series share was met in WINDOWS windows only, whatever the number of paths: Student's
    t instead of the normal says how much farther a quantile lies (Student, Biometrika 6, 1908).
    """
    levels = np.asarray(LEVELS_KEPT)
    normal = np.where(levels == 0.5, 1.0, norm.ppf(levels))
    wider = np.where(levels == 0.5, 1.0, student.ppf(levels, WINDOWS) / normal)
    table = np.quantile(path, levels, axis=0)
    shape = (-1, *[1] * (table.ndim - 1))
    farther = np.maximum(mean + (table - mean) * wider.reshape(shape), 0.0)
    return np.asarray(np.maximum.accumulate(farther, axis=0))


def _units(value: float) -> float:
    return round(float(value), UNIT_PLACES)
