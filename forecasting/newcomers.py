"""Pairs of SKU and warehouse that are to sell and never did. Decides who is such a newcomer.

Whoever lay on offer with stock for LONGEST_OFFER_DAYS and sold nothing is none any more: it sells
nothing. Whoever is served from another warehouse of the same stock pool sells there already. A
newcomer gets a row of zeros at the end of the grid, so that every other series keeps its place and
its numbers. Forecasts nothing.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from forecasting.grid_rows import stacked, unsold_rows
from forecasting.history import EPOCH, DemandGrid
from inventory_core.db.engine import Reading
from inventory_core.insight.newcomers import meant_to_sell

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LONGEST_OFFER_DAYS = 56
# Announced longer ago and never there: nobody waits for it.
LONGEST_WAIT_DAYS = 180


@dataclass(frozen=True, slots=True)
class Newcomers:
    """The last rows of a grid. `begins` [N]: column of the day from which each is to sell, beyond
    the history where that lies ahead; `offered_days` [N]: so long on offer, with stock, unsold.
    """

    begins: Ints
    offered_days: Floats

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.begins)

    def hash(self, history_hash: str) -> str:
        """A fingerprint of a history and its newcomers; without any, that of the history."""
        if not self.count:
            return history_hash
        told = self.begins.tobytes() + self.offered_days.tobytes()
        return sha256(history_hash.encode() + told).hexdigest()


NOBODY = Newcomers(np.empty(0, dtype=np.int64), np.empty(0))


def with_newcomers(
    conn: Reading, grid: DemandGrid, sold: DemandGrid, *, as_of: date
) -> tuple[DemandGrid, Newcomers]:
    """The grid with a row for every newcomer at its end; `sold`: all that ever had any demand."""
    ahead = grid.promotion.shape[1] - grid.length
    first = (grid.first_on - EPOCH).days
    today = (as_of - EPOCH).days
    known = set(zip(sold.sku_id.tolist(), sold.warehouse_id.tolist(), strict=True))
    selling = set(sold.sku_id.tolist())
    found = [
        row
        for row in conn.rows(meant_to_sell(), {"as_of": as_of})
        if known.isdisjoint((row.sku_id, place) for place in (row.warehouse_id, *row.pooled))
        and not (row.launch and row.sku_id in selling)
        and today - LONGEST_WAIT_DAYS <= row.begins <= today + ahead
    ]
    if not found:
        return grid, NOBODY
    begins = np.array([row.begins for row in found], dtype=np.int64) - first
    pairs = [(row.sku_id, row.warehouse_id) for row in found]
    price = [np.nan if row.price is None else row.price for row in found]
    part = unsold_rows(conn, grid, pairs, begins=begins, price=np.array(price))
    kept = np.array([row.stock_kept for row in found])
    # Where stock is kept, no evidence of it means that there was none yet.
    there = np.where(np.isnan(part.out_share), ~kept[:, None], 1.0 - np.nan_to_num(part.out_share))
    offered_days = (there * part.live).sum(axis=1)
    new = np.flatnonzero(offered_days <= LONGEST_OFFER_DAYS)
    return stacked(grid, part.select(new)), Newcomers(begins[new], offered_days[new])
