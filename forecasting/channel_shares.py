"""Which channels a SKU at a warehouse sells through: shares learned from recent demand.

Decides which days teach and how far a thin record leans on its like. A day teaches only where
everything that sells the SKU in the same market had stock: when FBA runs out its demand moves to
own shipping and back, and that move says nothing about who will buy here. Forecasts no quantity.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.history import ChannelDemand, DemandGrid
from inventory_core.catalog.markets import Markets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# A share is a number of millionths, so that the shares of a series sum to one exactly.
WHOLE = 1_000_000
RECENT_DAYS = 182
# The like of a series (its category in its warehouse, then the whole warehouse) weigh as much as
# so many units sold. The same SKU elsewhere is no like: other warehouses serve other channels.
PRIOR_UNITS = 20.0
LEAST_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class ChannelCuts:
    """Per series its channels (account ids, ascending; 0: none known) and where they are cut.

    `cuts` are the shares summed up, in millionths; the last is always WHOLE.
    """

    channels: tuple[tuple[int, ...], ...]
    cuts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Channels:
    """What was sold through which channel, and where the channels are."""

    demand: ChannelDemand
    markets: Markets


def learn_cuts(
    grid: DemandGrid, demand: ChannelDemand, categories: Sequence[str], markets: Markets
) -> ChannelCuts:
    """The channels of every series of the grid; `categories` by series.

    Posterior mean of a multinomial share with a Dirichlet prior of PRIOR_UNITS (Gelman et al.,
    Bayesian Data Analysis, 3.4), level by level: warehouse, category in it, series.
    """
    row, account = _pairs(len(grid.sku_id), demand)
    units = _teaching_units(grid, demand, row, account, markets)
    place = grid.warehouse_id[row]
    like = np.unique(np.asarray(categories, dtype=str), return_inverse=True)[1][row]
    prior = _share(_pooled(units, place, account), _pooled(np.ones(len(row)), place, account), row)
    for group in (place * (1 + like.max(initial=0)) + like, row):
        sold = _pooled(units, group, account)
        prior = _share(sold + PRIOR_UNITS * prior, prior, row)
    kept = prior >= np.minimum(LEAST_SHARE, _largest(prior, row))
    return _cut(len(grid.sku_id), row[kept], account[kept], prior[kept])


def _pairs(series: int, demand: ChannelDemand) -> tuple[Ints, Ints]:
    """Every channel that sold or may sell a series; a series nobody sells has channel 0."""
    row = np.concatenate([demand.row, demand.listed_row])
    account = np.concatenate([demand.account_id, demand.listed_account_id])
    alone = np.setdiff1d(np.arange(series), row)
    pairs = np.stack([np.append(row, alone), np.append(account, np.zeros_like(alone))])
    row, account = np.unique(pairs, axis=1)
    return row, account


def _teaching_units(
    grid: DemandGrid, demand: ChannelDemand, row: Ints, account: Ints, markets: Markets
) -> Floats:
    """Units of each pair on the days that teach, one-off lines left out."""
    first = max(0, grid.length - RECENT_DAYS)
    shifted = _shifted_days(grid, row, account, markets, first)
    recent = demand.day >= first
    teaches = recent.copy()
    teaches[recent] = ~shifted[demand.row[recent], demand.day[recent] - first]
    size = 1 + int(account.max(initial=0))
    pair = np.searchsorted(row * size + account, demand.row * size + demand.account_id)
    sold = np.maximum(demand.units - demand.bulk, 0)
    found = np.bincount(pair[teaches], sold[teaches], minlength=len(row))
    return found.astype(np.float64)


def _shifted_days(
    grid: DemandGrid, row: Ints, account: Ints, markets: Markets, first: int
) -> Bools:
    """[S, recent days] days on which something else or itself was out in a market it serves."""
    out = grid.ran_out[:, first:]
    places = grid.warehouse_id[row].tolist()
    names = [markets.market(*pair) for pair in zip(account.tolist(), places, strict=True)]
    code = np.unique(np.asarray(names, dtype=str), return_inverse=True)[1]
    served = np.unique(np.stack([grid.sku_id[row], code]), axis=1, return_inverse=True)[1]
    served = served.reshape(-1)
    anywhere = np.zeros((1 + int(served.max(initial=0)), out.shape[1]), dtype=bool)
    np.logical_or.at(anywhere, served, out[row])
    found = np.zeros_like(out)
    np.logical_or.at(found, row, anywhere[served])
    return found


def _pooled(units: Floats, group: Ints, account: Ints) -> Floats:
    """Per pair: the units of its channel in its whole group."""
    pool = np.unique(np.stack([group, account]), axis=1, return_inverse=True)[1].reshape(-1)
    return np.asarray(np.bincount(pool, units)[pool])


def _share(weight: Floats, otherwise: Floats, row: Ints) -> Floats:
    """Per pair its share of the series; by `otherwise` where nothing has any weight."""
    total = np.bincount(row, weight)
    weight = np.where(total[row] > 0, weight, otherwise)
    return np.asarray(weight / np.bincount(row, weight)[row])


def _largest(share: Floats, row: Ints) -> Floats:
    most = np.zeros(1 + int(row.max(initial=0)))
    np.maximum.at(most, row, share)
    return most[row]


def _cut(series: int, row: Ints, account: Ints, share: Floats) -> ChannelCuts:
    share = _share(share, share, row)
    starts = np.searchsorted(row, np.arange(series + 1))
    running = np.concatenate([[0.0], np.cumsum(share)])
    cuts = np.rint((running[1:] - running[starts[row]]) * WHOLE).astype(np.int64)
    cuts[starts[1:] - 1] = WHOLE
    bounds = list(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True))
    return ChannelCuts(
        tuple(tuple(account[a:b].tolist()) for a, b in bounds),
        tuple(tuple(cuts[a:b].tolist()) for a, b in bounds),
    )
