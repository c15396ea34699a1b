"""A published forecast as it is planned with: from today on, with the overrides of people laid on.

Decides how a change of the mean carries over to quantiles and totals: they keep their ratio to the
mean. Totals have a mean of their own, above the forecast shown where demand is rare, and keep to
it. What a change of a market or a channel does to a series says `changed_cells`. A forecast older
than the planning day begins on that day. Never edits what was published.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.changed_cells import ChangedCells
from forecasting.channel_shares import WHOLE
from forecasting.hierarchy import PARTS
from forecasting.policy import TotalDemand
from inventory_core.catalog.markets import NO_MARKETS, Markets, read_markets
from inventory_core.db.engine import Reading
from inventory_core.insight.demand import sku_facts
from inventory_core.planning.override_figures import CUT_GRAINS
from inventory_core.planning.overrides import Override, live_overrides
from inventory_core.planning.published import (
    PublishedForecast,
    PublishedRun,
    step_days,
)
from inventory_core.planning.published_sums import totals_of

Floats = npt.NDArray[np.float64]
Pair = tuple[int, int]
UNIT_PLACES = 3


class Laid:
    """Overrides by what they change; `categories`: SKU → category, of SKUs that may be changed."""

    def __init__(
        self,
        overrides: Sequence[Override],
        categories: Mapping[int, str],
        markets: Markets = NO_MARKETS,
    ) -> None:
        self._of_pair: dict[Pair, list[Override]] = defaultdict(list)
        self._of_parts = [one for one in overrides if one.grain is not None]
        self._categories, self._markets = categories, markets
        for one in overrides:
            if one.sku_id is not None and one.warehouse_id is not None:
                self._of_pair[one.sku_id, one.warehouse_id].append(one)

    def over(self, told: PublishedForecast) -> list[tuple[Override, list[bool]]]:
        """Those that change a forecast, in the order in which they were made, each with which of
        its channels (one, where none is known) it changes.
        """
        mine = self._of_pair.get((told.sku_id, told.warehouse_id), [])
        if not mine and not self._of_parts:
            return []
        category = self._categories.get(told.sku_id, "")
        channels = told.channel_ids or (0,)
        found = []
        for one in sorted([*mine, *self._of_parts], key=lambda one: one.id):
            held = one.subject.holds_for(
                told.sku_id, told.warehouse_id, category, channels, self._markets
            )
            if any(held):
                found.append((one, held))
        return found


NOTHING_LAID = Laid((), {})


def laid_over(conn: Reading, *, from_on: date, sku_ids: Sequence[int] | None = None) -> Laid:
    """What holds on `from_on` or later, by the categories and markets of today."""
    overrides = live_overrides(conn, from_on=from_on, sku_ids=sku_ids)
    if all(one.grain is None for one in overrides):
        return Laid(overrides, {})
    categories = {row.id: row.category for row in conn.rows(sku_facts())}
    return Laid(overrides, categories, read_markets(conn))


def planned_forecasts(
    conn: Reading, run: PublishedRun, *, as_of: date, sku_ids: Sequence[int] | None = None
) -> Iterator[PublishedForecast]:
    """The forecasts of a run (all or of some SKUs) as a plan of the day `as_of` must see them."""
    laid = laid_over(conn, from_on=as_of, sku_ids=sku_ids)
    for told in totals_of(conn, run.id, sku_ids=sku_ids):
        yield _planned(told, laid, as_of, step_days(run.frequency))


def demand_of(forecast: PublishedForecast) -> TotalDemand:
    """The totals of a published forecast as planning reads them."""
    days = sorted(forecast.totals, key=int)
    levels = sorted((level for level in forecast.totals[days[0]] if level != "mean"), key=float)
    rows = [[forecast.totals[day][level] for level in levels] for day in days]
    return TotalDemand(
        days=np.array([float(day) for day in days]),
        levels=np.array([float(level) for level in levels]),
        mean=np.array([forecast.totals[day]["mean"] for day in days]),
        quantiles=np.array(rows),
    )


def as_planned(
    forecasts: Sequence[PublishedForecast], laid: Laid, *, as_of: date, days: int
) -> list[PublishedForecast]:
    """The same from `as_of` on with what is laid over them; `days` of a period."""
    return [_planned(told, laid, as_of, days) for told in forecasts]


def _planned(told: PublishedForecast, laid: Laid, as_of: date, days: int) -> PublishedForecast:
    aged = _from_day(told, as_of, days)
    mine = laid.over(aged)
    return _overridden(aged, mine, days) if mine else aged


def _from_day(told: PublishedForecast, as_of: date, days: int) -> PublishedForecast:
    """Cut off the days that have passed; a total keeps the relative spread of its length."""
    passed = (as_of - told.starts_on).days
    left = len(told.mean) * days - passed
    if passed <= 0 or left < days:
        return told
    running = _running(told.totals)
    totals = {
        length: _scaled(row, float(running[passed + int(length)] - running[passed]))
        for length, row in told.totals.items()
        if passed + int(length) < len(running)
    }
    return replace(
        told,
        starts_on=as_of,
        mean=_shifted(told.mean, passed, days),
        quantiles={n: _shifted(path, passed, days) for n, path in told.quantiles.items()},
        totals=_rising(totals) or told.totals,
        naive=None if told.naive is None else _shifted(told.naive, passed, days),
    )


def _overridden(
    told: PublishedForecast, changes: Sequence[tuple[Override, list[bool]]], days: int
) -> PublishedForecast:
    cut = any(one.grain in CUT_GRAINS for one, _ in changes)
    cuts = told.channel_cuts if cut and told.channel_cuts else (WHOLE,)
    cells = ChangedCells(told.mean, np.diff(_running(told.totals)), cuts, days)
    notes = []
    for one, held in changes:
        first = max(0, (one.first_on - told.starts_on).days)
        end = min(len(told.mean) * days, (one.last_on - told.starts_on).days + 1)
        if first < end:
            units = cells.change(one, held if cut else [True], first, end)
            notes.append(_note(one, *units))
    if not notes:
        return told
    by_channel = cells.by_channel() / PARTS if cut else np.empty((0, len(told.mean)))
    mean = by_channel.sum(axis=0) if cut else cells.mean()
    in_totals = cells.totals()
    running = np.concatenate([[0.0], np.cumsum(in_totals)])
    quantiles = {
        level: [
            _units(_quantile(float(q), float(old), float(new), float(level)))
            for q, old, new in zip(path, told.mean, mean, strict=True)
        ]
        for level, path in told.quantiles.items()
    }
    totals = {
        length: _scaled(row, float(running[int(length)])) for length, row in told.totals.items()
    }
    return replace(
        told,
        mean=[_units(value) for value in mean],
        quantiles=quantiles,
        totals=_rising(totals),
        overrides=tuple(notes),
        channel_means=by_channel.tolist(),
    )


def _running(totals: Mapping[str, Mapping[str, float]]) -> Floats:
    """The mean that totals go by, after 0, 1, 2 … days up to the longest of them."""
    lengths = sorted(totals, key=int)
    known = np.array([0, *map(int, lengths)], dtype=np.float64)
    means = [0.0, *(totals[length]["mean"] for length in lengths)]
    return np.interp(np.arange(int(known[-1]) + 1), known, means)


def _scaled(row: Mapping[str, float], mean: float) -> dict[str, float]:
    """A row of totals whose mean becomes `mean`."""
    scaled = {
        level: _quantile(value, row["mean"], mean, float(level))
        for level, value in row.items()
        if level != "mean"
    }
    return {"mean": _units(mean), **{level: _units(value) for level, value in scaled.items()}}


def _quantile(value: float, before: float, after: float, level: float) -> float:
    """The quantile of a demand whose mean moved; where none was expected, counts at random."""
    if before > 0:
        return value * after / before
    return max(0.0, after + NormalDist().inv_cdf(level) * sqrt(after)) if after > 0 else 0.0


def _rising(totals: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Longer totals are never smaller."""
    last: dict[str, float] = {}
    found = {}
    for length in sorted(totals, key=int):
        last = {n: max(value, last.get(n, 0.0)) for n, value in totals[length].items()}
        found[length] = last
    return found


def _shifted(values: Sequence[float], passed: int, days: int) -> list[float]:
    """A path by period that begins `passed` days later; what is left of the last period goes."""
    daily = np.repeat(np.asarray(values, dtype=np.float64) / days, days)[passed:]
    whole = len(daily) // days * days
    return [_units(value) for value in daily[:whole].reshape(-1, days).sum(axis=1)]


def _note(one: Override, before: float, of_part: float, after: float) -> dict[str, Any]:
    """What the trace and the chart say about it. `part_units`: of those before, what is sold in
    the market or through the channel that was changed; None where the whole series was.
    """
    return {
        "id": one.id,
        "grain": None if one.grain is None else one.grain.value,
        "part": one.part,
        "part_name": one.part_name,
        "first_on": one.first_on.isoformat(),
        "last_on": one.last_on.isoformat(),
        "change_percent": None if one.change_percent is None else float(one.change_percent),
        "units_per_day": None if one.units_per_day is None else float(one.units_per_day),
        "reason": one.reason.value,
        "note": one.note,
        "by": one.made_by,
        "units_before": _units(before),
        "part_units": _units(of_part) if one.grain in CUT_GRAINS else None,
        "units_after": _units(after),
    }


def _units(value: float) -> float:
    return round(float(value), UNIT_PLACES)
