"""After a plan: what earlier forecasts said of the weeks that are over, and whether they lean.

Decides which run speaks for a week (the newest that was planned with and ended before it began) and
how a week is cut out of its periods. A week is judged once; later plans only add the new ones.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from forecasting.channel_shares import WHOLE
from forecasting.drift import find_alarms
from forecasting.history import ChannelDemand, DemandGrid
from forecasting.overriding import Laid, as_planned
from inventory_core.catalog.markets import read_markets
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor
from inventory_core.planning.alarms import (
    Outcome,
    keep_alarms,
    keep_outcomes,
    newest_week,
    outcomes_since,
    weeks_kept,
)
from inventory_core.planning.learning_limits import learning_limits_of
from inventory_core.planning.override_figures import units_between
from inventory_core.planning.overrides import Override, all_overrides
from inventory_core.planning.published import PublishedForecast, forecasts_in_portions, step_days
from inventory_core.planning.registry import Release, releases
from inventory_core.vocabulary import ReleaseState

Pair = tuple[int, int]

WEEK = 7
# Weeks that are looked at again; older ones were judged or never will be.
WEEKS_BACK = 13
MOST_RELEASES = 200
LOW, HIGH = "0.05", "0.95"
# A week counts as seen where stock was there for nearly all of it.
MOST_OUT_SHARE = 0.05


def learn(
    tx: Writing,
    actor: Actor,
    grid: DemandGrid,
    sold: ChannelDemand,
    *,
    categories: Mapping[int, str],
    now: datetime,
) -> int:
    """Judge the weeks that ended in the grid, renew the alarms; the number of new outcomes.

    `sold`: the demand of the grid by channel.
    """
    found = _new_outcomes(tx, grid, sold, categories)
    keep_outcomes(tx, actor, found)
    newest = newest_week(tx)
    if newest is not None:
        limits = learning_limits_of(tx)
        kept = outcomes_since(tx, newest - timedelta(days=WEEK * (limits.weeks - 1)))
        keep_alarms(tx, actor, find_alarms(kept, categories, limits), now=now)
    return len(found)


def _new_outcomes(
    conn: Reading, grid: DemandGrid, sold: ChannelDemand, categories: Mapping[int, str]
) -> list[Outcome]:
    weeks = _weeks_over(grid)
    if not weeks:
        return []
    kept, spoken = weeks_kept(conn, weeks[0]), _runs_in_force(conn)
    judged: dict[int, list[_Week]] = defaultdict(list)
    overrides, markets = all_overrides(conn, limit=10_000), read_markets(conn)
    for week_on in weeks:
        release = next((one for one in spoken if one.as_of_on <= week_on), None)
        if week_on not in kept and release is not None:
            laid = Laid(_live_then(overrides, week_on), categories, markets)
            judged[release.run_id].append(_week(grid, sold, week_on, laid))
    pairs = zip(grid.sku_id.tolist(), grid.warehouse_id.tolist(), strict=True)
    rows = {pair: row for row, pair in enumerate(pairs)}
    by_run = {one.run_id: one for one in spoken}
    return [
        outcome
        for run_id, mine in judged.items()
        for forecasts in forecasts_in_portions(conn, run_id)
        for week in mine
        for outcome in _of_week(grid, rows, week, by_run[run_id], forecasts)
    ]


def _runs_in_force(conn: Reading) -> list[Release]:
    """Releases that were planned with, the newest day first."""
    held = (one for one in releases(conn, limit=MOST_RELEASES) if _was_champion(one))
    return sorted(held, key=lambda one: (one.as_of_on, one.id), reverse=True)


def _was_champion(release: Release) -> bool:
    return release.state is not ReleaseState.CHALLENGER


def _weeks_over(grid: DemandGrid) -> list[date]:
    """Mondays of the last weeks that lie wholly in the grid, the oldest first."""
    last_sunday = grid.last_on - timedelta(days=(grid.last_on.weekday() + 1) % WEEK)
    mondays = [last_sunday - timedelta(days=WEEK * back + WEEK - 1) for back in range(WEEKS_BACK)]
    return [day for day in reversed(mondays) if day >= grid.first_on]


@dataclass(frozen=True, slots=True)
class _Week:
    """A week that is over: what each channel sold by row of the grid, and the overrides then."""

    starts_on: date
    sold: Mapping[int, Mapping[int, float]]
    laid: Laid


def _week(grid: DemandGrid, sold: ChannelDemand, week_on: date, laid: Laid) -> _Week:
    start = (week_on - grid.first_on).days
    mine = (sold.day >= start) & (sold.day < start + WEEK)
    channels: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row, account, units in zip(
        sold.row[mine].tolist(),
        sold.account_id[mine].tolist(),
        (sold.units - sold.bulk)[mine].tolist(),
        strict=True,
    ):
        channels[row][account] += units
    return _Week(week_on, channels, laid)


def _of_week(
    grid: DemandGrid,
    rows: Mapping[Pair, int],
    week: _Week,
    release: Release,
    forecasts: Sequence[PublishedForecast],
) -> list[Outcome]:
    days, week_on = step_days(release.frequency), week.starts_on
    start = (week_on - grid.first_on).days
    planned = as_planned(forecasts, week.laid, as_of=release.as_of_on, days=days)
    found = []
    for told, changed in zip(forecasts, planned, strict=True):
        row = rows.get((told.sku_id, told.warehouse_id))
        if row is None or not _reaches(told, week_on, days):
            continue
        seven = slice(start, start + WEEK)
        out = np.nan_to_num(grid.out_share[row, seven])
        model = _units(told, told.mean, week_on, days)
        low, high = _interval(told, week_on, days, model)
        outcome = Outcome(
            sku_id=told.sku_id,
            warehouse_id=told.warehouse_id,
            week_on=week_on,
            run_id=release.run_id,
            actual=float((grid.y[row, seven] - grid.bulk[row, seven]).sum()),
            model=round(model, 3),
            planned=round(_units(changed, changed.mean, week_on, days), 3),
            naive=None if told.naive is None else round(_units(told, told.naive, week_on, days), 3),
            low=round(low, 3),
            high=round(high, 3),
            seen=bool(grid.live[row, seven].all() and out.mean() <= MOST_OUT_SHARE),
        )
        found.append(_by_channel(outcome, told, week.sold.get(row, {})))
    return found


def _by_channel(one: Outcome, told: PublishedForecast, came: Mapping[int, float]) -> Outcome:
    """The outcome with what each channel sold, and what had been said of it."""
    shares = np.diff(told.channel_cuts, prepend=0) / WHOLE
    said = dict(zip(told.channel_ids, (shares * one.model).tolist(), strict=True))
    ids = sorted({*came, *said}) if said else []
    return replace(
        one,
        channel_ids=ids,
        channel_actual=[came.get(account, 0.0) for account in ids],
        channel_model=[round(said.get(account, 0.0), 3) for account in ids],
    )


def _reaches(told: PublishedForecast, week_on: date, days: int) -> bool:
    ends_on = told.starts_on + timedelta(days=len(told.mean) * days - 1)
    return told.starts_on <= week_on and week_on + timedelta(days=WEEK - 1) <= ends_on


def _units(told: PublishedForecast, path: Sequence[float], week_on: date, days: int) -> float:
    return units_between(told.starts_on, days, path, week_on, week_on + timedelta(days=WEEK - 1))


def _interval(
    told: PublishedForecast, week_on: date, days: int, model: float
) -> tuple[float, float]:
    """The 90 % interval of the week.

    Of weekly periods the mean of the two it lies in, weighted by days; of daily ones that of the
    first week's total, moved to the level of this week, because quantiles of days do not add up.
    """
    if days == WEEK and LOW in told.quantiles:
        return (
            _units(told, told.quantiles[LOW], week_on, days),
            _units(told, told.quantiles[HIGH], week_on, days),
        )
    first = told.totals[str(WEEK)]
    scale = model / first["mean"] if first["mean"] > 0 else 1.0
    return first[LOW] * scale, first[HIGH] * scale


def _live_then(overrides: Sequence[Override], week_on: date) -> list[Override]:
    """Those that had been made before the week began and were not taken back by then, in order."""
    then = [
        one
        for one in overrides
        if one.recorded_at.date() <= week_on
        and (one.withdrawn_at is None or one.withdrawn_at.date() > week_on)
    ]
    return sorted(then, key=lambda one: one.id)
