"""From days of demand to the panel that models learn from. Decides the period and what is missing.

One-off bulk lines and what moved here from an empty site are taken out, days without stock are
missing; a day or week partly out of stock is filled up at the pace of its series. Weeks end on the
last day of history, so that the newest week is always whole.
Forecasts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from forecasting.filters import carried, is_whole
from forecasting.frames import MAX_PERIODS
from forecasting.frequency import Frequency, frequency_of, period_range
from forecasting.history import DemandGrid
from forecasting.paces import HALF_LIFE_WEEKS, selling_pace
from forecasting.panel import Bools, Floats, Panel
from forecasting.promotion_days import days_after, groups_of, sibling_pressure

Ints = npt.NDArray[np.int64]

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
DAYS_PER_WEEK = 7
# Daily models only where the history is small and the decision is near.
MOST_DAILY_CELLS = 60_000
MOST_DAILY_INTERVAL = 28
# A week counts when it could sell for at least a day: what sold out soonest was wanted most, and
# without it the weeks of little demand are left. One that proves a lack of demand needs more.
LEAST_SELLING_DAYS, PROVING_DAYS = 1.0, 3.0
LEAST_LIVE_DAYS = 4
LEAST_PERIODS_SEEN = 4
# An item that lay unsold for so long by a chance below this was not launched yet; how it sells is
# read from so many periods after its first sale.
LAUNCH_CHANCE, LAUNCH_PERIODS = 0.05, 8
# Prices are worth hearing where a tenth of all series were once a twentieth dearer than before.
PRICE_MOVED, SHARE_MOVED = 1.05, 0.1
# A day proves a lack of demand where stock was there for this share of it.
PROVING_DAY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Period:
    """The period of a planning run, and why it was chosen."""

    frequency: Frequency
    days: int
    horizon: int
    why: str


def choose_period(grid: DemandGrid, longest_interval_days: int) -> Period:
    """Days where few series are planned for the near future, weeks for everything else."""
    cells = int(grid.live.sum())
    if cells <= MOST_DAILY_CELLS and longest_interval_days <= MOST_DAILY_INTERVAL:
        return Period(frequency_of("D"), 1, max(14, longest_interval_days), "small_and_near")
    weekday = WEEKDAYS[grid.last_on.weekday()]
    horizon = max(8, ceil(longest_interval_days / DAYS_PER_WEEK))
    why = "many_series" if cells > MOST_DAILY_CELLS else "long_lead_times"
    return Period(frequency_of(f"W-{weekday}"), DAYS_PER_WEEK, horizon, why)


def panel_of_grid(
    grid: DemandGrid, period: Period, static: Mapping[str, Floats] | None = None
) -> Panel:
    """The panel of a grid in days or in weeks; `static` are codes of categories [series]."""
    facts = dict(static or {})
    weekly = period.days == DAYS_PER_WEEK
    y = _weekly(grid) if weekly else _daily(grid)
    periods = y.shape[1] + period.horizon
    skipped = grid.length % DAYS_PER_WEEK if weekly else 0
    ends = np.datetime64(grid.first_on) + np.timedelta64(skipped + period.days - 1, "D")
    last = ends + np.timedelta64((periods - 1) * period.days, "D")
    promotion = _by_period(grid.promotion[:, skipped:], period.days, periods)
    known = {"promotion": promotion} if promotion.any() else {}
    if known:
        known |= _around(grid, period, periods, skipped, facts)
    return Panel(
        ids=grid.ids,
        frequency=period.frequency,
        days=period_range(period.frequency, ends, last),
        y=y,
        known=known,
        past={},
        on_trial=_regular_price(grid, skipped, period.days),
        static=facts,
        categorical=frozenset(facts),
        offered_from=_offered_from(grid, skipped) // period.days,
        closed=None,
        events=grid.events,
        country=grid.country,
        whole=is_whole(grid.y),
    )


def _regular_price(grid: DemandGrid, skipped: int, days: int) -> dict[str, Floats]:
    """The price outside promotions, where prices of several series moved enough to be heard.

    Promotions are announced and heard by themselves; of the price nobody knows what it will be.
    """
    promoted = grid.promotion[:, : grid.length] > 0
    regular = carried(np.where(promoted, np.nan, grid.price))
    whole = regular[:, skipped:].reshape(len(regular), -1, days)
    seen = ~np.isnan(whole)
    mean = np.where(seen, whole, 0.0).sum(axis=2) / np.maximum(seen.sum(axis=2), 1)
    price = np.where(seen.any(axis=2), mean, np.nan)
    moved = np.fmax.reduce(price, axis=1) > PRICE_MOVED * np.fmin.reduce(price, axis=1)
    return {"price": price} if moved.mean() >= SHARE_MOVED else {}


def _around(
    grid: DemandGrid, period: Period, periods: int, skipped: int, facts: Mapping[str, Floats]
) -> dict[str, Floats]:
    """The days after each promotion, and the promotions of siblings, as announced."""
    given = grid.promotion[:, skipped:]
    groups = groups_of(*(facts[name] for name in ("category", "warehouse") if name in facts))
    pressed = (
        sibling_pressure(given, grid.y[:, skipped:], groups)
        if len(groups)
        else np.zeros_like(given)
    )
    around = {"promotion_after": days_after(given), "promotion_siblings": pressed}
    return {
        name: _by_period(values, period.days, periods)
        for name, values in around.items()
        if values.any()
    }


def _offered_from(grid: DemandGrid, skipped: int) -> Ints:
    first = np.maximum(grid.live.argmax(axis=1) - skipped, 0)
    return np.where(grid.live.any(axis=1), first, MAX_PERIODS).astype(np.int64)


def _daily(grid: DemandGrid) -> Floats:
    """[S, days] demand of whole days; NaN where nothing could sell.

    A day counts as far as there was stock, and for the rest what its series would have sold (see
    `selling_pace`): its own sale may have ended it, and the sooner, the more it was wanted. Units
    that were ordered beyond stock were asked for in that rest: with them it may have been seen.
    """
    y = grid.usual()
    in_stock = (1.0 - np.nan_to_num(grid.out_share)) * grid.live
    served = np.where(in_stock > 0, np.maximum(y - grid.short, 0.0), 0.0)
    pace = selling_pace(served, in_stock, half_life=DAYS_PER_WEEK * HALF_LIFE_WEEKS)
    demand = np.where(in_stock < 1.0, np.maximum(y, served + pace * (1.0 - in_stock)), y)
    unseen = ~grid.live | grid.closed | (in_stock <= 0)
    proven = ~unseen & (in_stock >= PROVING_DAY_SHARE) & ~np.isnan(grid.out_share)
    plain = np.where(grid.live, y, np.nan)
    return _from_first_sale(np.where(unseen, np.nan, demand), plain, proven)


def _weekly(grid: DemandGrid) -> Floats:
    """[S, weeks] demand of whole weeks; NaN where too little of a week could sell.

    To what a week sold comes what its days without stock would have sold, at the pace that the
    series has (see `selling_pace`). A day counts as far as there was stock: its own sale may have
    ended it, so that no share of it is too small to be told.
    """
    skipped = grid.length % DAYS_PER_WEEK
    weeks = grid.length // DAYS_PER_WEEK

    def by_week(values: Floats) -> Floats:
        return np.asarray(values[:, skipped:].reshape(len(values), weeks, DAYS_PER_WEEK))

    live = by_week(grid.live.astype(np.float64))
    units = by_week(grid.usual()) * live
    in_stock = by_week(1.0 - np.nan_to_num(grid.out_share)) * live
    selling = in_stock.sum(axis=2)
    sold = np.where(in_stock > 0, units, 0.0).sum(axis=2)
    total = units.sum(axis=2)
    lacking = np.maximum(DAYS_PER_WEEK - selling, 0.0)
    demand = np.maximum(total, sold + selling_pace(sold, selling) * lacking)
    live_days = live.sum(axis=2)
    demand = np.where(selling >= DAYS_PER_WEEK - 1e-9, total, demand)
    demand = np.where((selling <= 0) | (live_days < LEAST_LIVE_DAYS), np.nan, demand)
    plain = np.where(live_days > 0, total, np.nan)
    proven = by_week(~np.isnan(grid.out_share)).any(axis=2) & (selling >= PROVING_DAYS)
    well = np.where(selling < LEAST_SELLING_DAYS, np.nan, demand)
    return _from_first_sale(well, plain, proven, hardly=demand)


def _from_first_sale(
    y: Floats, plain: Floats, proven: Bools | None = None, *, hardly: Floats | None = None
) -> Floats:
    """Nothing before the first sale, but where stock is `proven` to have lain there unsold.

    A series hardly ever seen takes what was seen of it at all (`hardly`); one never seen is taken
    as it was recorded. Counted is what is left.
    """
    sold = np.nan_to_num(plain) > 0
    if proven is not None:
        sold = sold | (proven & ~_launched(y, sold, proven)[:, None])
    since = np.maximum.accumulate(sold, axis=1)
    found = np.where(since, y, np.nan)
    for instead, least in ((hardly, LEAST_PERIODS_SEEN), (plain, 1)):
        if instead is not None:
            few = (~np.isnan(found)).sum(axis=1) < least
            found = np.where(few[:, None] & since, instead, found)
    return np.asarray(found)


def _launched(y: Floats, sold: Bools, proven: Bools) -> Bools:
    """[S] whether the wait for the first sale was one for the launch, and no lack of demand.

    As rarely as it sold in the first periods after that sale, it would hardly have waited so long.
    """
    after = np.cumsum(np.cumsum(sold, axis=1) > 0, axis=1) > 1
    waited = (proven & (np.cumsum(sold, axis=1) == 0)).sum(axis=1)
    later = after & ~np.isnan(y)
    later &= np.cumsum(later, axis=1) <= LAUNCH_PERIODS
    many = later.sum(axis=1)
    share = (later & sold).sum(axis=1) / np.maximum(many, 1)
    return np.asarray((many >= LEAST_PERIODS_SEEN) & ((1.0 - share) ** waited < LAUNCH_CHANCE))


def _by_period(promotion: Floats, days: int, periods: int) -> Floats:
    """[S, periods] share of a period under promotion, weighted by its discount in percent."""
    lack = periods * days - promotion.shape[1]
    if lack > 0:
        promotion = np.hstack([promotion, np.zeros((len(promotion), lack))])
    cut = promotion[:, : periods * days].reshape(len(promotion), periods, days)
    return np.asarray(cut.mean(axis=2))


def codes_of(names: list[str]) -> Floats:
    """Categories as numbers, the same for the same names."""
    places = {name: place for place, name in enumerate(sorted(set(names)))}
    return np.array([places[name] for name in names], dtype=np.float64)


def is_sellable(grid: DemandGrid) -> Bools:
    """[S] whether a series had any demand at all after bulk lines were taken out."""
    return np.asarray((grid.y - grid.bulk).sum(axis=1) > 0)
