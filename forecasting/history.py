"""The data layer: the only door between the book and the models. Decides what a day of demand is.

Executes the named SELECTs in a reading connection and gives a dense grid [series x day] or a typed
long frame. Zeros stand only on days on which the SKU could be bought; a day is censored only where
the book has evidence of a stock-out, and unknown where it has none. Trains nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.filters import carried
from forecasting.history_spans import (
    SeriesDays,
    closed_days,
    countries_of,
    live_days,
    out_share_by_day,
    promotion_by_day,
)
from inventory_core.catalog.sale_events import Feasts, own_feasts
from inventory_core.db.engine import Reading
from inventory_core.insight import demand
from inventory_core.insight.demand_days import last_day_over, last_day_with_sales

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
FIRST_DAY = date(1990, 1, 1)
# Where the history ends longer ago, "today" is the last day with sales.
STALE_AFTER_DAYS = 30
# A day out of stock for this share of it is a censored day.
CENSORED_SHARE = 0.1
LONGEST_HISTORY_DAYS = 1200


@dataclass(frozen=True, slots=True)
class PlanningDay:
    """`as_of`: the day on which is planned; `through`: the last complete day of demand."""

    as_of: date
    through: date
    stale: bool


@dataclass(frozen=True, slots=True)
class DemandGrid:
    """Series in rows, days in columns; `live` tells where a day counts at all.

    y: units demanded (0 on live days without demand). short, bulk: parts of y. out_share: share of
    the day without stock or off sale, NaN without evidence. promotion: discount in percent (0.01
    where none is stated), 0 without; it reaches `ahead` days beyond the history. price: NaN where
    unknown. events: sale events that the company entered. country: of the warehouse or market of
    each series, "" where it has none; () where nobody asked. stood_in: part of y that was sold in
    place of a site without stock; None where nobody asked. known_at: as it was read.
    """

    sku_id: Ints
    warehouse_id: Ints
    part: tuple[str, ...]
    first_on: date
    y: Floats
    short: Floats
    bulk: Floats
    price: Floats
    out_share: Floats
    promotion: Floats
    live: Bools
    closed: Bools
    events: Feasts = ()
    country: tuple[str, ...] = ()
    stood_in: Floats | None = None
    known_at: datetime | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """A name for each series: SKU id, then warehouse id, channel or market."""
        rows = zip(self.sku_id.tolist(), self.warehouse_id.tolist(), self.part, strict=True)
        return tuple(
            f"{sku}" + (f"|{warehouse}" if warehouse else "") + (f"|{part}" if part else "")
            for sku, warehouse, part in rows
        )

    @property
    def length(self) -> int:
        """Days of history."""
        return int(self.y.shape[1])

    @property
    def last_on(self) -> date:
        """The last day of history."""
        return self.first_on + timedelta(days=self.length - 1)

    @property
    def ran_out(self) -> Bools:
        """[series, day] days of which a part that counts was without stock."""
        return np.asarray(np.nan_to_num(self.out_share) >= CENSORED_SHARE)

    def hash(self) -> str:
        """A fingerprint of everything a model may learn from: same hash, same history."""
        found = sha256(repr((self.ids, self.first_on, self.country, *self.events)).encode())
        parts = (self.y, self.bulk, self.price, self.out_share, self.promotion, self.live)
        for part in parts if self.stood_in is None else (*parts, self.stood_in):
            found.update(np.ascontiguousarray(part).tobytes())
        return found.hexdigest()

    def select(self, rows: Ints) -> "DemandGrid":
        """The grid of some of its series."""
        return replace(
            self,
            sku_id=self.sku_id[rows],
            warehouse_id=self.warehouse_id[rows],
            part=tuple(self.part[int(row)] for row in rows),
            y=self.y[rows],
            short=self.short[rows],
            bulk=self.bulk[rows],
            price=self.price[rows],
            out_share=self.out_share[rows],
            promotion=self.promotion[rows],
            live=self.live[rows],
            closed=self.closed[rows],
            country=tuple(self.country[int(row)] for row in rows) if self.country else (),
            stood_in=None if self.stood_in is None else self.stood_in[rows],
        )

    def usual(self) -> Floats:
        """[series, day] demand to learn from: without one-off lines and what moved here."""
        moved = 0.0 if self.stood_in is None else self.stood_in
        return np.maximum(self.y - self.bulk - moved, 0.0)


@dataclass(frozen=True, slots=True)
class ChannelDemand:
    """The demand of a grid by channel: one entry per series, channel and day with demand.

    row: of the grid. account_id: 0 where no channel is known. day: column of the grid. units: as
    `y` of the grid; bulk: of these, in one-off lines. listed_*: who may sell what, sold or not.
    """

    row: Ints
    account_id: Ints
    day: Ints
    units: Ints
    bulk: Ints
    listed_row: Ints
    listed_account_id: Ints


def planning_day(
    conn: Reading, *, today: date, as_of: date | None = None, now: datetime | None = None
) -> PlanningDay:
    """The day to plan on: as asked, else today, else the last day with sales of an old history."""
    over = last_day_over(conn, today=today, now=now)
    if as_of is not None:
        return PlanningDay(as_of, min(as_of, over), stale=as_of < today)
    last = last_day_with_sales(conn)
    if last is not None and (today - last).days > STALE_AFTER_DAYS:
        return PlanningDay(last, last, stale=True)
    return PlanningDay(today, over, stale=False)


def demand_grid(
    conn: Reading,
    *,
    through: date,
    grain: str = "sku_warehouse",
    first_on: date | None = None,
    ahead_days: int = 0,
    sku_ids: Sequence[int] | None = None,
    known_at: datetime | None = None,
) -> DemandGrid:
    """Daily demand of every series that ever had any, up to and including `through`; as it
    was known before `known_at` (see `daily_demand`), or is now.
    """
    earliest = max(first_on or FIRST_DAY, through - timedelta(days=LONGEST_HISTORY_DAYS))
    wanted = None if sku_ids is None else list(sku_ids)
    asked = {"first_on": earliest, "last_on": through, "skus": wanted, "known_at": known_at}
    rows = conn.rows(demand.daily_demand(grain), asked)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8
    sku, warehouse = _ints(columns[0]), _ints(columns[1])
    day = _ints(columns[3])
    part_code, parts = _coded(columns[2])
    keys = (sku * (1 + warehouse.max(initial=0)) + warehouse) * (1 + len(parts)) + part_code
    _, seen, series = np.unique(keys, return_index=True, return_inverse=True)
    pairs = SeriesDays(
        grain=grain,
        sku_id=sku[seen],
        warehouse_id=warehouse[seen],
        first=int(day.min()) if len(day) else _day(through),
        last=_day(through),
        ahead=ahead_days,
    )
    part = tuple(parts[int(code)] for code in part_code[seen])
    y, short, bulk = (pairs.spread(series, day, columns[place]) for place in (4, 5, 6))
    price = pairs.spread(series, day, columns[7], empty=np.nan)
    out_share = out_share_by_day(conn, pairs)
    live = live_days(conn, pairs, y > 0)
    return DemandGrid(
        sku_id=pairs.sku_id,
        warehouse_id=pairs.warehouse_id,
        part=part,
        first_on=EPOCH + timedelta(days=pairs.first),
        y=y,
        short=short,
        bulk=bulk,
        price=carried(price),
        out_share=out_share,
        promotion=promotion_by_day(conn, pairs),
        live=live,
        closed=closed_days(y, pairs),
        events=own_feasts(conn),
        country=countries_of(conn, pairs, part),
        known_at=known_at,
    )


def channel_demand(conn: Reading, grid: DemandGrid) -> ChannelDemand:
    """What the series of a grid (SKU and warehouse) sold through each channel."""
    asked = {"first_on": grid.first_on, "last_on": grid.last_on, "known_at": grid.known_at}
    rows = conn.rows(demand.daily_demand("sku_warehouse_channel"), {**asked, "skus": None})
    sold = _ints([(r[0], r[1], int(r[2]), r[3], r[4], r[6]) for r in rows]).reshape(-1, 6)
    listed = _ints(map(tuple, conn.rows(demand.listed_channels(), {"on_day": grid.last_on})))
    listed = listed.reshape(-1, 3)
    series = pd.MultiIndex.from_arrays([grid.sku_id, grid.warehouse_id])
    row = series.get_indexer(pd.MultiIndex.from_arrays([sold[:, 0], sold[:, 1]]))
    listed_row = series.get_indexer(pd.MultiIndex.from_arrays([listed[:, 0], listed[:, 1]]))
    sold, listed = sold[row >= 0], listed[listed_row >= 0]
    return ChannelDemand(
        row=_ints(row[row >= 0]),
        account_id=sold[:, 2],
        day=sold[:, 3] - _day(grid.first_on),
        units=sold[:, 4],
        bulk=sold[:, 5],
        listed_row=_ints(listed_row[listed_row >= 0]),
        listed_account_id=listed[:, 2],
    )


def demand_history(
    conn: Reading,
    *,
    as_of: date,
    grain: str = "sku_warehouse",
    first_on: date | None = None,
) -> pd.DataFrame:
    """The same as a long frame, one row per series and live day.

    Columns: unique_id, sku_id, warehouse_id, part (channel or market), ds, y, short, bulk,
    out_share (0..1, NA without evidence), censored (0, 1 or NA), closed, promotion, price.
    """
    return frame_of(demand_grid(conn, through=as_of, grain=grain, first_on=first_on))


def frame_of(grid: DemandGrid) -> pd.DataFrame:
    """A grid as a long frame; days on which a series did not live are left out."""
    rows, days = np.nonzero(grid.live)
    share = grid.out_share[rows, days]
    censored = pd.array((share >= CENSORED_SHARE).astype(np.int8), dtype="Int8")
    censored[np.isnan(share)] = pd.NA
    return pd.DataFrame(
        {
            "unique_id": pd.Categorical.from_codes(_ints(rows), categories=pd.Index(grid.ids)),
            "sku_id": grid.sku_id[rows],
            "warehouse_id": grid.warehouse_id[rows],
            "part": np.asarray(grid.part, dtype=object)[rows],
            "ds": (np.datetime64(grid.first_on) + days).astype("datetime64[ns]"),
            "y": grid.y[rows, days],
            "short": grid.short[rows, days],
            "bulk": grid.bulk[rows, days],
            "out_share": share,
            "censored": censored,
            "closed": grid.closed[rows, days],
            "promotion": grid.promotion[rows, days],
            "price": grid.price[rows, days],
        }
    )


def _coded(names: Sequence[str]) -> tuple[Ints, list[str]]:
    places = {name: place for place, name in enumerate(sorted(set(names)))}
    return _ints([places[name] for name in names]), list(places)


def _ints(values: Any) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _day(day: date) -> int:
    return (day - EPOCH).days
