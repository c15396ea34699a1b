"""How sums of forecasts turned out: error and bias by channel, market, category, company.

Decides that a sum is judged by the weekly sums of the forecasts that were in use, over the SKUs
that were in stock in that week; what was not judged has no error. Forecasts nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from inventory_core.catalog.markets import Markets
from inventory_core.db.engine import Reading
from inventory_core.planning.alarms import newest_week, weeks_by_category, weeks_by_channel
from inventory_core.vocabulary import ForecastGrain

WEEKS_JUDGED = 26


@dataclass(frozen=True, slots=True)
class SumRecord:
    """Forecasts of a sum that were in use, against what came: error and bias in shares of it."""

    weeks: int
    error: float | None
    bias: float | None


NOT_JUDGED = SumRecord(0, None, None)
# What was said and what came of one part in one week.
Told = tuple[str, date, float, float]


@dataclass(frozen=True, slots=True)
class Records:
    """Of every part of a grain, of the company, and of each SKU and warehouse by itself."""

    by_part: dict[str, SumRecord]
    company: SumRecord
    each: SumRecord


def read_records(conn: Reading, grain: ForecastGrain, markets: Markets) -> Records:
    """The record of the last weeks that were judged."""
    newest = newest_week(conn)
    if newest is None:
        return Records({}, NOT_JUDGED, NOT_JUDGED)
    since = newest - timedelta(weeks=WEEKS_JUDGED - 1)
    rows = weeks_by_category(conn, since)
    company = records_of(("", row.week_on, row.model, row.actual) for row in rows)[""]
    actual = sum(row.actual for row in rows)
    each = sum(row.error for row in rows) / actual if actual > 0 else None
    told: list[Told]
    if grain is ForecastGrain.CATEGORY:
        told = [(row.category, row.week_on, row.model, row.actual) for row in rows]
    elif grain is ForecastGrain.COMPANY:
        told = []
    else:
        told = [
            (
                str(row.account_id)
                if grain is ForecastGrain.CHANNEL
                else markets.market(row.account_id, row.warehouse_id),
                row.week_on,
                row.model,
                row.actual,
            )
            for row in weeks_by_channel(conn, since)
        ]
    by_part = {"": company} if grain is ForecastGrain.COMPANY else records_of(told)
    return Records(by_part, company, SumRecord(company.weeks, each, company.bias))


def records_of(told: Iterable[Told]) -> dict[str, SumRecord]:
    """Part -> WAPE and bias of its weekly sums."""
    weeks: dict[str, dict[date, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for part, week_on, said, came in told:
        week = weeks[part][week_on]
        week[0], week[1] = week[0] + said, week[1] + came
    return {part: _measured(list(of_part.values())) for part, of_part in weeks.items()}


def _measured(weeks: list[list[float]]) -> SumRecord:
    said, came = np.array(weeks, dtype=np.float64).T
    actual = float(came.sum())
    if actual <= 0:
        return SumRecord(len(weeks), None, None)
    error = said - came
    return SumRecord(len(weeks), float(np.abs(error).sum()) / actual, float(error.sum()) / actual)
