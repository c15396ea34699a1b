"""The hierarchy as it stands in the book: channels for a plan, sums for a screen.

Decides that sums are added up from the series as they are planned with (from today on, with what
people laid over them), and that the spread of a sum moves with its mean. Fits and keeps nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import mode
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.channel_shares import ChannelCuts, Channels
from forecasting.hierarchy import (
    PARTS,
    Cells,
    cells_of,
    cut_into_cells,
    in_thousandths,
    summed,
    whole_units,
)
from forecasting.hierarchy_record import NOT_JUDGED, SumRecord, read_records
from forecasting.history import DemandGrid, channel_demand
from forecasting.overriding import NOTHING_LAID, Laid, as_planned, laid_over
from inventory_core.catalog.markets import read_markets
from inventory_core.db.engine import Reading
from inventory_core.insight.demand import sku_facts, warehouse_codes
from inventory_core.planning.published import PublishedForecast, PublishedRun, step_days
from inventory_core.planning.published_sums import PublishedSum, means_of, sums_of
from inventory_core.vocabulary import ForecastGrain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MONTH_DAYS = 28
DAY = timedelta(days=1)
LOW, HIGH = "0.1", "0.9"


@dataclass(frozen=True, slots=True)
class Sum:
    """One part of a grain. `mean`, `low`, `high` by period from `starts_on` on; empty: not known.

    month, horizon: whole units of the next four weeks and of all periods; `month_range`: in which
    the month lies 8 of 10 times. `past`: units a day up to the day `past_through`.
    """

    part: str
    starts_on: date
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    month: int
    horizon: int
    month_range: tuple[float, float] | None
    past: tuple[int, ...]
    past_through: date
    record: SumRecord


@dataclass(frozen=True, slots=True)
class Member:
    """What one SKU at one warehouse adds to a part, in whole units."""

    sku_id: int
    warehouse_id: int
    sku: str
    name: str
    warehouse: str
    month: int
    horizon: int


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """All parts of one grain, the largest first, what they are made of, and their sum, as planned
    with from the day `starts_on` on.
    """

    grain: ForecastGrain
    starts_on: date
    step_days: int
    whole: Sum
    sums: tuple[Sum, ...]
    members: Mapping[str, tuple[Member, ...]]
    each: SumRecord


def channels_of(conn: Reading, grid: DemandGrid) -> Channels:
    """Everything that the channels of a grid's series are learned from."""
    return Channels(channel_demand(conn, grid), read_markets(conn))


def read_hierarchy(conn: Reading, run: PublishedRun, grain: ForecastGrain) -> Hierarchy | None:
    """The forecasts of a run added up; None where it has none."""
    days = step_days(run.frequency)
    laid = laid_over(conn, from_on=run.plan_day)
    told = _told(conn, run, laid)
    if not told:
        return None
    skus = {row.id: row for row in conn.rows(sku_facts())}
    markets = read_markets(conn)
    cells = cells_of(
        [one.sku_id for one in told],
        [one.warehouse_id for one in told],
        ChannelCuts(
            tuple(tuple(one.channel_ids) for one in told),
            tuple(tuple(one.channel_cuts) for one in told),
        ),
        [skus[one.sku_id].category for one in told],
        markets,
    )
    mean = planned_cells(told, cells)
    records = read_records(conn, grain, markets)
    found = {}
    for each, record in (
        (grain, records.by_part),
        (ForecastGrain.COMPANY, {"": records.company}),
    ):
        kept = {one.part: one for one in sums_of(conn, run.id, each)}
        found[each] = _sums(run, cells, mean, each, kept, record)
    places = {row.id: row.code for row in conn.rows(warehouse_codes())}
    return Hierarchy(
        grain=grain,
        starts_on=run.plan_day,
        step_days=days,
        whole=found[ForecastGrain.COMPANY][0],
        sums=tuple(sorted(found[grain], key=lambda one: (-one.horizon, one.part))),
        members=_members(cells, mean, grain, days, skus, places),
        each=records.each,
    )


def planned_cells(told: Sequence[PublishedForecast], cells: Cells) -> Ints:
    """[N, H] thousandths of forecasts of one length by cell: by their shares, and where people
    changed a market or a channel by what that made of each.
    """
    mean = cut_into_cells(in_thousandths([one.mean for one in told]), cells)
    for cell, (row, place) in enumerate(zip(cells.row.tolist(), cells.place.tolist(), strict=True)):
        if told[row].channel_means:
            [mean[cell]] = in_thousandths([told[row].channel_means[place]])
    return mean


def _sums(
    run: PublishedRun,
    cells: Cells,
    mean: Ints,
    grain: ForecastGrain,
    kept: Mapping[str, PublishedSum],
    records: Mapping[str, SumRecord],
) -> list[Sum]:
    days = step_days(run.frequency)
    parts, place = cells.members(grain)
    said = summed(mean, place, len(parts)) / PARTS
    month, horizon = _units_by_cell(mean, days)
    months, horizons = (summed(units, place, len(parts)) for units in (month, horizon))
    found = []
    for row, part in enumerate(parts):
        was = _moved_on(kept[part], run) if part in kept else None
        low, high = (_spread(was, level, said[row]) for level in (LOW, HIGH))
        found.append(
            Sum(
                part=part,
                starts_on=run.plan_day if was is None else was.starts_on,
                mean=tuple(said[row].tolist()),
                low=low,
                high=high,
                month=int(months[row]),
                horizon=int(horizons[row]),
                month_range=_month_range(was, float(said[row, : _month(days)].sum()), days),
                past=tuple(kept[part].past) if part in kept else (),
                past_through=(kept[part].starts_on if part in kept else run.plan_day) - DAY,
                record=records.get(part, NOT_JUDGED),
            )
        )
    return found


def _members(
    cells: Cells,
    mean: Ints,
    grain: ForecastGrain,
    days: int,
    skus: Mapping[int, Any],
    places: Mapping[int, str],
) -> dict[str, tuple[Member, ...]]:
    """By part what each SKU and warehouse adds to it, the largest first."""
    month, horizon = _units_by_cell(mean, days)
    units: dict[str, dict[tuple[int, int], list[int]]] = {}
    for part, sku_id, warehouse_id, near, far in zip(
        cells.part_of[grain].tolist(),
        cells.sku_id.tolist(),
        cells.warehouse_id.tolist(),
        month.tolist(),
        horizon.tolist(),
        strict=True,
    ):
        one = units.setdefault(part, {}).setdefault((sku_id, warehouse_id), [0, 0])
        one[0], one[1] = one[0] + near, one[1] + far
    return {
        part: tuple(
            Member(sku_id, place, skus[sku_id].code, skus[sku_id].name, places[place], near, far)
            for (sku_id, place), (near, far) in sorted(
                of_part.items(), key=lambda item: (-item[1][1], item[0])
            )
        )
        for part, of_part in units.items()
    }


def _units_by_cell(mean: Ints, days: int) -> tuple[Ints, Ints]:
    return whole_units(mean[:, : _month(days)].sum(axis=1)), whole_units(mean.sum(axis=1))


def _month(days: int) -> int:
    return max(1, MONTH_DAYS // days)


def _told(conn: Reading, run: PublishedRun, laid: Laid) -> list[PublishedForecast]:
    """The forecasts of a run as planned with. Series that were added to it later may reach another
    way: they end with most others, before anything is laid over the days that they have.
    """
    days = step_days(run.frequency)
    aged = as_planned(means_of(conn, run.id), NOTHING_LAID, as_of=run.plan_day, days=days)
    length = mode(len(one.mean) for one in aged) if aged else 0
    whole = [replace(one, mean=_of_length(one.mean, length)) for one in aged]
    return as_planned(whole, laid, as_of=run.plan_day, days=days)


def _of_length(mean: Sequence[float], length: int) -> list[float]:
    return [*mean[:length], *[mean[-1]] * (length - len(mean))]


def _moved_on(one: PublishedSum, run: PublishedRun) -> PublishedForecast:
    """A sum as it would have been told on the planning day, like the series it is made of."""
    told = PublishedForecast(
        0, 0, "", one.starts_on, one.mean, one.quantiles, one.totals, scores={}
    )
    [moved] = as_planned([told], NOTHING_LAID, as_of=run.plan_day, days=step_days(run.frequency))
    return moved


def _spread(was: PublishedForecast | None, level: str, mean: Floats) -> tuple[float, ...]:
    """The quantile by period, in the ratio in which the mean has moved since.

    Periods beyond those it was learned for are as sure as the last of them.
    """
    if was is None or level not in was.quantiles:
        return ()
    before = np.asarray(was.mean, dtype=np.float64)
    path = np.asarray(was.quantiles[level], dtype=np.float64)
    ratio = np.where(before > 0, path / np.where(before > 0, before, 1.0), 1.0)
    ratio = np.pad(ratio, (0, max(0, len(mean) - len(ratio))), mode="edge")[: len(mean)]
    return tuple((ratio * mean).tolist())


def _month_range(
    was: PublishedForecast | None, mean: float, days: int
) -> tuple[float, float] | None:
    row = was.totals.get(str(_month(days) * days)) if was is not None else None
    if row is None or row["mean"] <= 0:
        return None
    return row[LOW] * mean / row["mean"], row[HIGH] * mean / row["mean"]
