"""Places what lasts for a while (stock-outs, listings, promotions) on the days of each series.

Decides how the part of a day without stock is counted, from when to when a series lives, and which
days a warehouse was closed; knows no models.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.paused_days import paused_share
from forecasting.selling_hours import by_selling_clock, selling_clocks
from inventory_core.db.engine import Reading
from inventory_core.insight import demand

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# A day without any demand is a closed day where a usual day sees at least this many units.
CLOSED_LEAST_UNITS = 20.0


@dataclass(frozen=True, slots=True)
class SeriesDays:
    """The rows and days of a grid under construction; days are counted from 1970-01-01."""

    grain: str
    sku_id: Ints
    warehouse_id: Ints
    first: int
    last: int
    ahead: int

    @property
    def length(self) -> int:
        """Days of history."""
        return self.last - self.first + 1

    def spread(self, series: Ints, day: Ints, values: Any, *, empty: float = 0.0) -> Floats:
        """[series, day] from one row per cell."""
        grid = np.full((len(self.sku_id), self.length), empty)
        grid[series, day - self.first] = np.array(values, dtype=np.float64)
        return grid

    def rows_of(self, sku_id: Iterable[int], warehouse_id: Iterable[int]) -> Ints:
        """Row of each pair, -1 where there is no such series; by SKU alone in that grain."""
        wanted_sku = np.array(list(sku_id), dtype=np.int64)
        wanted = np.array(list(warehouse_id), dtype=np.int64)
        if self.grain == "sku":
            wanted = np.zeros_like(wanted)
        elif self.grain != "sku_warehouse":
            return np.full(len(wanted), -1, dtype=np.int64)
        index = pd.MultiIndex.from_arrays([self.sku_id, self.warehouse_id])
        found = index.get_indexer(pd.MultiIndex.from_arrays([wanted_sku, wanted]))
        return np.asarray(found, dtype=np.int64)


def countries_of(conn: Reading, pairs: SeriesDays, part: Sequence[str]) -> tuple[str, ...]:
    """[S] the country of the warehouse or, where series are markets, the market; else ""."""
    if pairs.grain == "market":
        return tuple(part)
    of_warehouse = {row.id: row.country for row in conn.rows(demand.warehouse_codes())}
    return tuple(of_warehouse.get(int(code), "") for code in pairs.warehouse_id)


def out_share_by_day(conn: Reading, pairs: SeriesDays) -> Floats:
    """Share of each day that could not be sold: without stock, or while a channel was paused."""
    share = _without_stock(conn, pairs)
    if pairs.grain != "sku_warehouse":
        return share
    span = {"first": pairs.first, "length": pairs.length}
    paused = paused_share(conn, pairs.sku_id, pairs.warehouse_id, **span)
    return share if paused is None else np.fmax(share, paused)


def _without_stock(conn: Reading, pairs: SeriesDays) -> Floats:
    """Share of each day's selling without stock, from when stock ran out and when it came back."""
    share = np.full((len(pairs.sku_id), pairs.length), np.nan)
    rows = conn.rows(demand.availability_edges()) if pairs.grain == "sku_warehouse" else []
    if not rows:
        return share
    sku, warehouse, moment, in_stock = zip(*rows, strict=True)
    place = pairs.rows_of(sku, warehouse)
    moments, places = np.array(moment, dtype=np.float64), np.array(warehouse, dtype=np.int64)
    start = by_selling_clock(moments, places, selling_clocks(conn)) - pairs.first
    end = np.full(len(start), float(pairs.length))
    same = place[1:] == place[:-1]
    end[:-1][same] = start[1:][same]
    first = np.concatenate([[True], ~same])
    known = place >= 0
    since = np.clip(np.ceil(start), 0, pairs.length).astype(np.int64)
    for row, day in zip(place[first & known], since[first & known], strict=True):
        share[row, day:] = 0.0
    out = known & ~np.array(in_stock, dtype=bool) & (end > 0) & (start < pairs.length)
    for row, left, right in zip(place[out], start[out], end[out], strict=True):
        _add_interval(share[row], float(max(0.0, left)), float(min(pairs.length, right)))
    return np.asarray(np.clip(share, 0.0, 1.0))


def _add_interval(day_share: Floats, left: float, right: float) -> None:
    """Adds the part of each day that lies in [left, right); days without evidence begin at 0."""
    first, last = int(left), min(int(np.ceil(right)), len(day_share))
    days = np.arange(first, last, dtype=np.float64)
    part = np.minimum(days + 1, right) - np.maximum(days, left)
    day_share[first:last] = np.nan_to_num(day_share[first:last]) + part


def live_days(conn: Reading, pairs: SeriesDays, sold: Bools) -> Bools:
    """Days from the first listing (else the first sale) to the end of the last listing."""
    days = np.arange(pairs.length)
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), pairs.length)
    last = np.full(len(first), pairs.length)
    spans = conn.rows(demand.live_spans())
    if spans:
        sku, warehouse, begins, ends = zip(*spans, strict=True)
        place = pairs.rows_of(sku, warehouse)
        for row, begin, end in zip(place, begins, ends, strict=True):
            if row >= 0 and begin is not None:
                first[row] = min(first[row], max(0, begin - pairs.first))
            if row >= 0 and end is not None:
                last[row] = max(0, end - pairs.first + 1)
    live = (days[None, :] >= first[:, None]) & (days[None, :] < last[:, None])
    return np.asarray(live | sold)


def closed_days(y: Floats, pairs: SeriesDays) -> Bools:
    """Days on which a whole warehouse sold nothing though a usual day there sells a lot."""
    closed = np.zeros(y.shape, dtype=bool)
    for warehouse in np.unique(pairs.warehouse_id):
        rows = pairs.warehouse_id == warehouse
        total = y[rows].sum(axis=0)
        if np.median(total) >= CLOSED_LEAST_UNITS:
            closed[rows] = total == 0
    return closed


def promotion_by_day(conn: Reading, pairs: SeriesDays) -> Floats:
    """Discount in percent of each day, announced days ahead included."""
    found = np.zeros((len(pairs.sku_id), pairs.length + pairs.ahead))
    rows = conn.rows(demand.promotion_days())
    if not rows:
        return found
    sku, warehouse, begins, ends, percent = zip(*rows, strict=True)
    place = pairs.rows_of(sku, warehouse)
    for row, begin, end, discount in zip(place, begins, ends, percent, strict=True):
        if row >= 0:
            days = slice(max(0, begin - pairs.first), max(0, end - pairs.first + 1))
            found[row, days] = np.maximum(found[row, days], max(discount, 0.01))
    return found
