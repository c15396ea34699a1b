"""What a global model may know about (series, origin, period ahead), divided by the series' size.

Everything is read at or before the origin, except what is announced: calendar and known
covariates. Decides which columns there are; learns nothing but which covariates vary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.covariates import Covariates, covariate_columns, lookup_states
from forecasting.decay import decayed_mean, same_phase_decayed
from forecasting.feasts import calendar_by_country
from forecasting.filters import gather, ratio, rolling_mean, rolling_sum, since_last
from forecasting.models.statistical import phase_steps
from forecasting.panel import Panel
from forecasting.responses import closed_columns, response_columns

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_CATEGORIES = 200
LONG_HALF_LIFE_CYCLES = 8.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Which forecasts are asked for: series, last seen column and column ahead, all [N].

    Nothing is announced for more than `farthest` periods after the last seen column.
    """

    series: Ints
    last: Ints
    target: Ints
    farthest: int


@dataclass(frozen=True, slots=True)
class Lookback:
    """Everything precomputed on one panel from which feature rows are picked.

    `calendar` name -> [countries, T + F]; `country` [S]: the row that holds for a series.
    """

    panel: Panel
    size: Floats
    states: dict[str, Floats]
    phase: dict[str, Floats]
    calendar: dict[str, Floats]
    country: Ints
    covariates: Covariates


def lookback_of(
    panel: Panel, covariates: Covariates, feasts: Mapping[str, Sequence[str]]
) -> Lookback:
    """Causal arrays of a panel; column t depends on columns up to t (calendar: on none).

    Of the calendar's moving feasts only `feasts` are kept, country by country.
    """
    y, frequency = panel.y, panel.frequency
    size = series_size(panel)
    states: dict[str, Floats] = {}
    for window in frequency.windows:
        states[f"mean_{window}"] = rolling_mean(y, window)
    for half in frequency.half_lives:
        states[f"decayed_{half}"] = decayed_mean(y, half)
    wide = frequency.level_window
    mean = states.get(f"mean_{wide}", rolling_mean(y, wide))
    states["spread"] = np.sqrt(np.maximum(rolling_mean(y**2, wide) - mean**2, 0.0))
    states["top"] = _rolling_top(y, wide)
    shares = {
        "zero_share": rolling_mean(np.where(np.isnan(y), np.nan, (y <= 0) * 1.0), wide),
        "zero_share_long": decayed_mean(
            np.where(np.isnan(y), np.nan, (y <= 0) * 1.0), 2.0 * frequency.level_window
        ),
        "since_sale": since_last(np.nan_to_num(y) > 0),
        "age": np.cumsum(~np.isnan(y), axis=1) * 1.0,
        "log_size": np.log1p(size),
    }
    phase = {"phase_decayed": same_phase_decayed(y, frequency.season, 3.0), "phase_last": y}
    if frequency.season <= 12:
        phase["phase_long"] = same_phase_decayed(y, frequency.season, LONG_HALF_LIFE_CYCLES)
    calendar, country = calendar_by_country(panel, feasts)
    return Lookback(
        panel=panel,
        size=size,
        states={**states, **{f"plain_{name}": values for name, values in shares.items()}},
        phase=phase,
        calendar=calendar,
        country=country,
        covariates=covariates,
    )


def series_size(panel: Panel) -> Floats:
    """[S, T] size of each series as seen at each column: recent and whole mean together.

    The whole mean keeps a floor under series that have been dead for long.
    """
    y = panel.y
    recent = rolling_mean(y, 2 * panel.frequency.level_window)
    whole = rolling_mean(y, y.shape[1])
    size = np.where(np.isnan(recent), whole, 0.7 * recent + 0.3 * whole)
    return np.where(np.nan_to_num(size) > 0, size, np.nan)


def feature_names(lookback: Lookback) -> list[str]:
    """Column names in the order of `feature_matrix`."""
    zero = np.zeros(1, dtype=np.int64)
    return list(_columns(lookback, Rows(series=zero, last=zero, target=zero + 1, farthest=1)))


def feature_matrix(lookback: Lookback, rows: Rows) -> npt.NDArray[np.float32]:
    """[N, features]; NaN where nothing is known."""
    columns = _columns(lookback, rows)
    matrix = np.empty((len(rows.series), len(columns)), dtype=np.float32)
    with np.errstate(over="ignore"):
        for place, values in enumerate(columns.values()):
            matrix[:, place] = np.clip(values, -1e30, 1e30)
    return matrix


def categorical_names(panel: Panel) -> list[str]:
    """Static columns that are kinds, not amounts, and few enough to be learned one by one."""
    return [
        f"static_{name}"
        for name in panel.static
        if name in panel.categorical and np.nanmax(panel.static[name], initial=0) < MAX_CATEGORIES
    ]


def _columns(lookback: Lookback, rows: Rows) -> dict[str, Floats]:
    panel = lookback.panel
    series, last, target = rows.series, rows.last, rows.target
    size = gather(lookback.size, series, last)
    ahead = target - last
    columns: dict[str, Floats] = {"ahead": ahead.astype(np.float64)}
    for name, values in lookback.states.items():
        picked = gather(values, series, last)
        columns[name] = picked if name.startswith("plain_") else picked / size
    columns.update(_phase_columns(lookback, rows, size))
    columns.update(_year_columns(lookback, rows, size))
    country = lookback.country[series]
    for name, values in lookback.calendar.items():
        columns[name] = values[country, target]
    known = covariate_columns(lookback.covariates, panel, series, last, target)
    for name, values in known.items():
        columns[name] = (
            np.where(ahead < rows.farthest, values, np.nan) if name.startswith("after_") else values
        )
    for name, values in lookup_states(lookback.covariates, panel, series, last, target).items():
        columns[name] = values / size
    columns.update(
        response_columns(lookback.covariates, panel, lookback.size, series, last, target)
    )
    columns.update(closed_columns(panel, target, series, ahead, rows.farthest))
    for name, values in panel.static.items():
        columns[f"static_{name}"] = values[series]
    return columns


def _phase_columns(lookback: Lookback, rows: Rows, size: Floats) -> dict[str, Floats]:
    season = lookback.panel.frequency.season
    steps = phase_steps(int((rows.target - rows.last).max()), season)
    back = rows.last + steps[rows.target - rows.last - 1]
    columns = {
        name: gather(values, rows.series, back) / size for name, values in lookback.phase.items()
    }
    columns["phase_second"] = gather(lookback.panel.y, rows.series, back - season) / size
    return columns


def _year_columns(lookback: Lookback, rows: Rows, size: Floats) -> dict[str, Floats]:
    """Last year around the target against last year around the origin: the season's turn."""
    panel, year = lookback.panel, lookback.panel.frequency.year
    near = lookback.states[f"mean_{7 if panel.frequency.is_daily else 1}"]
    wide = lookback.states[f"mean_{panel.frequency.windows[3]}"]
    reach = 3 if panel.frequency.is_daily else 0
    ahead = rows.target - rows.last
    target = rows.target - year * ((ahead + year - 1) // year)
    then = gather(near, rows.series, np.minimum(target + reach, rows.last))
    level = gather(wide, rows.series, rows.last - year)
    columns = {"year_ago": then / size, "year_turn": ratio(then, level, 1e-9)}
    if not panel.frequency.is_daily:
        columns["year_before"] = gather(near, rows.series, target - 1) / size
        columns["year_after"] = gather(near, rows.series, np.minimum(target + 1, rows.last)) / size
    return columns


def _rolling_top(y: Floats, window: int) -> Floats:
    """Root mean cube of the window: how heavy the largest sales weigh."""
    seen = ~np.isnan(y)
    cubes = rolling_sum(np.where(seen, y, 0.0) ** 3, window)
    return np.cbrt(np.maximum(ratio(cubes, rolling_sum(seen * 1.0, window), 0.5), 0.0))
