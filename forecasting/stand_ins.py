"""Demand that moved: what a site sold in place of another that was out of stock.

When FBA runs out, its customers are served by own shipping until it is back. Decides how much of a
day's demand was such standing in, so that models do not learn it twice: the empty site's day is
missing already and is forecast as it usually sells. What was sold stays what was sold.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from forecasting.history import ChannelDemand, DemandGrid

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# So many units a channel must have sold of a SKU, on days with stock everywhere, to have a usual.
LEAST_UNITS = 10.0
# Whoever stands in for longer has taken over.
LONGEST_DAYS = 56


def with_stand_ins(grid: DemandGrid, demand: ChannelDemand) -> DemandGrid:
    """The grid (SKU and warehouse) with what each series sold in place of others."""
    if not grid.ran_out.any():
        return grid
    return replace(grid, stood_in=stand_ins(grid, demand))


def stand_ins(grid: DemandGrid, demand: ChannelDemand) -> Floats:
    """[series, day] units of `y` sold in place of a site that was out.

    Of what a channel sold of a SKU while one of its sites was out, every other site keeps the share
    that it has on days on which all had stock; the rest stands in, also on the day on which it sold
    its own last unit that way. A site out itself all day is left alone.
    """
    found = np.zeros(grid.y.shape)
    known = np.flatnonzero(demand.account_id > 0)
    if len(known) == 0:
        return found
    row, day = demand.row[known], demand.day[known]
    units = np.maximum(demand.units - demand.bulk, 0)[known].astype(np.float64)
    out = grid.ran_out
    sku, account = grid.sku_id[row], demand.account_id[known]
    outlet = _numbered(sku, account)
    pair = _numbered(outlet, row)
    quiet = _sites_out(outlet, row, out)[outlet, day] == 0
    lately = _lately(out)
    others_out = _sites_out(outlet, row, lately)[outlet, day] - lately[row, day]
    own = np.bincount(pair[quiet], units[quiet], minlength=1 + int(pair.max()))
    whole = np.bincount(outlet[quiet], units[quiet], minlength=1 + int(outlet.max()))
    usual = own[pair] / np.maximum(whole[outlet], 1.0)
    sold = np.zeros((len(whole), out.shape[1]))
    np.add.at(sold, (outlet, day), units)
    sells = np.nan_to_num(grid.out_share)[row, day] < 1.0
    standing = (others_out > 0) & sells & (whole[outlet] >= LEAST_UNITS)
    moved = np.maximum(units - usual * sold[outlet, day], 0.0)
    np.add.at(found, (row[standing], day[standing]), moved[standing])
    return found


def _lately(out: Bools) -> Bools:
    """[series, day] out of stock, for LONGEST_DAYS at most in one go."""
    days = np.arange(out.shape[1])
    last_in = np.maximum.accumulate(np.where(out, -1, days), axis=1)
    return np.asarray(out & (days - last_in <= LONGEST_DAYS))


def _sites_out(outlet: Ints, row: Ints, out: Bools) -> Ints:
    """[outlets, days] how many of the sites that ever shipped for an outlet had run out."""
    sites = np.unique(np.stack([outlet, row]), axis=1)
    found = np.zeros((1 + int(outlet.max()), out.shape[1]), dtype=np.int64)
    np.add.at(found, sites[0], out[sites[1]].astype(np.int64))
    return found


def _numbered(first: Ints, second: Ints) -> Ints:
    """A number for every pair that occurs, the same for the same pair."""
    pairs = np.unique(np.stack([first, second]), axis=1, return_inverse=True)[1]
    return np.asarray(pairs.reshape(-1), dtype=np.int64)
