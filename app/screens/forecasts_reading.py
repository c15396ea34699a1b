"""What the Forecasts screen shows, read once per state of the data. Computes no forecast.

Decides how a history is drawn beside its forecast (in the periods of the run) and how series are
put together for the picture of accuracy: by the class of their SKU.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from forecasting.demand_panel import Period, panel_of_grid
from forecasting.frequency import frequency_of
from forecasting.history import DemandGrid
from forecasting.overriding import NOTHING_LAID, as_planned, laid_over
from forecasting.succession import continued_grid
from inventory_core.db.engine import Reading
from inventory_core.insight.demand import sku_facts, warehouse_codes
from inventory_core.planning.overrides import Override
from inventory_core.planning.published import (
    PublishedForecast,
    PublishedPolicy,
    PublishedRun,
    current_run,
    forecast_digest,
    forecasts_of,
    policies_of,
    step_days,
)
from inventory_core.planning.sku_classes import newest_classes
from inventory_core.vocabulary_planning import AbcClass, XyzClass

Floats = npt.NDArray[np.float64]

BASELINE = "seasonal_naive"
CENSORED_SHARE = 0.1
LEAST_FOR_SALE = 0.5
MOST_PERIODS_SHOWN = {1: 120, 7: 78}


@dataclass(frozen=True, slots=True)
class Listed:
    """One series that can be chosen, most valuable first."""

    sku_id: int
    warehouse_id: int
    sku: str
    name: str
    warehouse: str
    champion: str
    value: float
    continues: tuple[str, ...] = ()
    abc: str = AbcClass.NONE
    xyz: str = XyzClass.NONE


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """Error of the champions and of the baseline in percent of demand, for a class of series."""

    name: str
    series: int
    error: float | None
    baseline: float | None


@dataclass(frozen=True, slots=True)
class Overall:
    """The current run, its series and how good it is."""

    run: PublishedRun
    series: tuple[Listed, ...]
    classes: tuple[ClassAccuracy, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """History and forecast of one series in the periods of its run; days are the ends of periods.

    `forecast` is what is planned with: from the planning day on, with `overrides` laid on;
    `published` is the mean without them. `out`: share of each period without stock, NaN without
    evidence. `left_out`: units of each period in one-off bulk orders; `counted`: what models learn
    of it, NaN where too little was seen. `one_offs`: days of what is shown with units in one-off
    bulk orders, the newest first.
    """

    forecast: PublishedForecast
    policy: PublishedPolicy | None
    step_days: int
    past: tuple[date, ...]
    demand: Floats
    out: Floats
    left_out: Floats
    counted: Floats
    promotion: tuple[tuple[date, date], ...]
    ahead: tuple[date, ...]
    published: tuple[float, ...] = ()
    overrides: tuple[Override, ...] = ()
    one_offs: tuple[tuple[date, int], ...] = ()


def read_overall(conn: Reading) -> Overall | None:
    """The current run with everything that can be chosen; None before the first plan."""
    run = current_run(conn)
    if run is None:
        return None
    skus = {row.id: row for row in conn.rows(sku_facts())}
    places = {row.id: row.code for row in conn.rows(warehouse_codes())}
    classes = newest_classes(conn)
    rows = forecast_digest(conn, run.id)
    listed = [
        Listed(
            row.sku_id,
            row.warehouse_id,
            skus[row.sku_id].code,
            skus[row.sku_id].name,
            places[row.warehouse_id],
            row.champion,
            float(row.mean_total) * float(row.selling_price or Decimal(1)),
            tuple(skus[row.sku_id].continues),
            *((one.abc, one.xyz) if (one := classes.get(row.sku_id)) else ()),
        )
        for row in rows
    ]
    order = sorted(range(len(listed)), key=lambda place: (-listed[place].value, place))
    digest = [
        (listed[place].abc, rows[place].mean_period, rows[place].champion, rows[place].scores)
        for place in order
    ]
    return Overall(run, tuple(listed[place] for place in order), _classes(digest))


def read_series(conn: Reading, run: PublishedRun, sku_id: int, warehouse_id: int) -> Series | None:
    """One series; None where the run has none of this SKU at this warehouse."""
    told = [
        item
        for item in forecasts_of(conn, run.id, sku_ids=[sku_id])
        if item.warehouse_id == warehouse_id
    ]
    if not told:
        return None
    laid = laid_over(conn, from_on=run.plan_day, sku_ids=[sku_id])
    days = step_days(run.frequency)
    [plain] = as_planned(told, NOTHING_LAID, as_of=run.plan_day, days=days)
    [found] = as_planned(told, laid, as_of=run.plan_day, days=days)
    policies = {item.warehouse_id: item for item in policies_of(conn, run.id, sku_ids=[sku_id])}
    step = days
    through = found.starts_on - timedelta(days=1)
    ahead = tuple(through + timedelta(days=step * (place + 1)) for place in range(len(found.mean)))
    ahead_days = step * len(found.mean)
    grid = continued_grid(conn, through=through, ahead_days=ahead_days, sku_ids=[sku_id])
    row = next(iter(np.flatnonzero(grid.warehouse_id == warehouse_id).tolist()), None)
    # A newcomer is forecast and has no past.
    demand, out, left_out, counted = (
        _in_periods(grid, row, run.frequency, step) if row is not None else np.empty((4, 0))
    )
    past = tuple(
        through - timedelta(days=step * (len(demand) - 1 - place)) for place in range(len(demand))
    )
    return Series(
        forecast=found,
        policy=policies.get(warehouse_id),
        step_days=step,
        past=past,
        demand=demand,
        out=out,
        left_out=left_out,
        counted=counted,
        promotion=() if row is None else _promotions(grid, row, past[0] if past else through),
        ahead=ahead,
        published=tuple(plain.mean),
        overrides=tuple(one for one, _ in laid.over(found)),
        one_offs=() if row is None else _one_offs(grid, row, len(demand) * step),
    )


def sold_for_sale(series: Series, periods: int) -> float | None:
    """Units of the last `periods` at the pace of the days on which they could be bought; None where
    that was less than half of them. Periods without evidence count as for sale.
    """
    if not len(series.demand):
        return 0.0
    gone = np.nan_to_num(series.out[-periods:])
    for_sale = float((1 - gone).sum())
    if for_sale < len(gone) * LEAST_FOR_SALE:
        return None
    return float(series.demand[-periods:].sum()) / for_sale * len(gone)


def _in_periods(
    grid: DemandGrid, row: int, frequency: str, step: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Whole periods, the newest last: units, the share of the period without stock, units left out
    as one-off, and what is learned. As in training, but without what moved here from other sites.
    """
    periods = min(grid.length // step, MOST_PERIODS_SHOWN[step])
    days = periods * step
    start = grid.length - days
    y, bulk = (
        values[row, start:].reshape(periods, step).sum(axis=1) for values in (grid.y, grid.bulk)
    )
    share = grid.out_share[row, start:].reshape(periods, step)
    known = ~np.isnan(share)
    out = np.where(known, share, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    period = Period(frequency_of(frequency), step, 1, "shown")
    learned = panel_of_grid(grid.select(np.array([row])), period).y[0]
    return y, np.where(known.any(axis=1), out, np.nan), bulk, learned[len(learned) - periods :]


def _one_offs(grid: DemandGrid, row: int, days: int) -> tuple[tuple[date, int], ...]:
    """The newest first, of the last so many days: what no model learns as usual demand."""
    found = np.flatnonzero(grid.bulk[row] > 0)[::-1]
    return tuple(
        (grid.first_on + timedelta(days=int(place)), int(grid.bulk[row, place]))
        for place in found[found >= grid.length - days]
    )


def _promotions(grid: DemandGrid, row: int, first: date) -> tuple[tuple[date, date], ...]:
    """Runs of promoted days, as first and last day, those announced included."""
    on = np.concatenate([[False], grid.promotion[row] > 0, [False]])
    starts, ends = np.flatnonzero(~on[:-1] & on[1:]), np.flatnonzero(on[:-1] & ~on[1:])
    runs = [
        (grid.first_on + timedelta(days=int(a)), grid.first_on + timedelta(days=int(b) - 1))
        for a, b in zip(starts, ends, strict=True)
    ]
    return tuple(run for run in runs if run[1] >= first)


def _classes(
    digest: list[tuple[str, float, str, Mapping[str, float]]],
) -> tuple[ClassAccuracy, ...]:
    sums: dict[str, list[float]] = {name.value: [0.0, 0.0, 0.0, 0.0] for name in AbcClass}
    for name, level, champion, scores in digest:
        sums[name][0] += 1
        if champion in scores and BASELINE in scores:
            sums[name][1] += scores[champion]
            sums[name][2] += scores[BASELINE]
            sums[name][3] += level
    # What has no class sold next to nothing: its errors are no share of anything.
    classed = {name: one for name, one in sums.items() if name != AbcClass.NONE}
    shown = classed if any(count for count, *_ in classed.values()) else sums
    return tuple(
        ClassAccuracy(
            name,
            int(count),
            ours / level if level > 0 else None,
            theirs / level if level > 0 else None,
        )
        for name, (count, ours, theirs, level) in shown.items()
        if count
    )
