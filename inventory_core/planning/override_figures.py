"""What a forecast says of the days and the part of it that somebody wants to change.

Decides how periods are cut into days and series into channels and markets, as the sums of forecasts
are cut. Judges nothing and writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select

from inventory_core.catalog.markets import Markets, read_markets
from inventory_core.db.engine import Reading
from inventory_core.db.schema.catalog import sku
from inventory_core.db.schema.planning import forecast
from inventory_core.errors import Invalid, Refused
from inventory_core.planning.published import PublishedRun, step_days
from inventory_core.vocabulary import ForecastGrain

# Of these grains a series belongs to several parts, by the channels through which it sells.
CUT_GRAINS = frozenset({ForecastGrain.CHANNEL, ForecastGrain.MARKET})


@dataclass(frozen=True, slots=True)
class Subject:
    """What is changed: a SKU at a warehouse, or the `part` of a `grain` (company: "")."""

    sku_id: int | None
    warehouse_id: int | None
    grain: ForecastGrain | None
    part: str

    def holds_for(
        self,
        sku_id: int,
        warehouse_id: int,
        category: str,
        channels: Sequence[int],
        markets: Markets,
    ) -> list[bool]:
        """Of each of the channels (account ids) of a series: whether this changes it."""
        if self.grain is ForecastGrain.CHANNEL:
            return [str(one) == self.part for one in channels]
        if self.grain is ForecastGrain.MARKET:
            return [markets.market(one, warehouse_id) == self.part for one in channels]
        if self.grain is None:
            whole = (self.sku_id, self.warehouse_id) == (sku_id, warehouse_id)
        else:
            whole = self.grain is ForecastGrain.COMPANY or self.part == category
        return [whole] * len(channels)


def units_said(
    conn: Reading, run: PublishedRun, subject: Subject, first_on: date, last_on: date
) -> tuple[float, float | None]:
    """Units over the days by the model and by the baseline, of all that is changed; each series
    as far as its own forecast goes.

    Refused where the run says nothing of it; Invalid where no forecast reaches the last day.
    """
    markets = read_markets(conn)
    told = [
        (row, share)
        for row in conn.rows(_FORECASTS.where(*_where(run.id, subject)))
        if (share := _share(row, subject, markets)) > 0
    ]
    if not told:
        code = "override_without_forecast" if subject.grain is None else "override_without_share"
        raise Refused(code)
    days = step_days(run.frequency)
    ends_on = max(row.starts_on + timedelta(days=len(row.mean) * days - 1) for row, _ in told)
    if last_on > ends_on:
        raise Invalid("override_beyond_forecast", field="last_on", last=ends_on.isoformat())

    def units(row: Row[Any], path: Sequence[float]) -> float:
        return units_between(row.starts_on, days, path, first_on, last_on)

    model = sum(share * units(row, row.mean) for row, share in told)
    if any(row.naive is None for row, _ in told):
        return model, None
    return model, sum(share * units(row, row.naive) for row, share in told)


def units_between(
    starts_on: date, step_days: int, values: Sequence[float], first_on: date, last_on: date
) -> float:
    """Units of the days from `first_on` to `last_on` of a path by period; days share evenly."""
    total = 0.0
    for place, units in enumerate(values):
        begin = starts_on + timedelta(days=place * step_days)
        end = begin + timedelta(days=step_days - 1)
        shared = (min(end, last_on) - max(begin, first_on)).days + 1
        total += units * max(0, shared) / step_days
    return total


def _share(row: Row[Any], subject: Subject, markets: Markets) -> float:
    """What of a series is changed; one whose channels nobody knows is one channel 0."""
    channels, cuts = row.channel_ids or (0,), row.channel_cuts or (1,)
    held = subject.holds_for(row.sku_id, row.warehouse_id, row.category, channels, markets)
    begins = (0, *cuts[:-1])
    mine = (high - low for low, high, one in zip(begins, cuts, held, strict=True) if one)
    return float(sum(mine) / cuts[-1])


def _where(run_id: int, subject: Subject) -> list[Any]:
    """Only what may be changed is read; which of it is, says `Subject.holds_for`."""
    mine = [forecast.c.run_id == run_id]
    if subject.grain is None:
        mine.append(forecast.c.sku_id == subject.sku_id)
        mine.append(forecast.c.warehouse_id == subject.warehouse_id)
    if subject.grain is ForecastGrain.CATEGORY:
        mine.append(sku.c.category == subject.part)
    return mine


_FORECASTS = select(
    *(
        forecast.c[name]
        for name in (
            "sku_id",
            "warehouse_id",
            "starts_on",
            "mean",
            "naive",
            "channel_ids",
            "channel_cuts",
        )
    ),
    sku.c.category,
).join_from(forecast, sku, sku.c.id == forecast.c.sku_id)
