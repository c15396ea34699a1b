"""Which moving feasts a panel's demand answers to: only those that showed it, year after year.

A feast whose market buys nothing different then is noise that a model would learn by heart, so a
feast counts when at least two of its past occurrences moved total demand the same way. One that a
company entered for a country counts for the series of that country alone, by what they sold.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from forecasting.calendars import calendar_columns
from forecasting.filters import ratio, rolling_mean
from forecasting.panel import Panel
from inventory_core.catalog.sale_events import Feasts, feasts_in

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEAR_DAYS = 7
MOVING = ("feast_lunar_new_year", "feast_easter", "feast_eid", "feast_prime_day")
OWN = "feast_own_"
LEAST_EFFECT = 0.05
LEAST_OCCURRENCES = {"feast_eid": 3}  # it drifts through the seasons: two prove nothing
USUAL_OCCURRENCES = 2
SPANS = ((-21, -8), (-7, -1), (0, 6), (7, 21))
MONTH_SPANS = ((-45, -16), (-15, 15), (16, 45))


def countries_of(panel: Panel) -> tuple[tuple[str, ...], Ints]:
    """The countries with a calendar of their own, "" for all others first; [S] which one holds."""
    own = {feast.country for feast in panel.events if feast.country}
    names = ("", *sorted(own & set(panel.country)))
    places = {name: place for place, name in enumerate(names)}
    if not panel.country:
        return names, np.zeros(panel.count, dtype=np.int64)
    return names, np.array([places.get(name, 0) for name in panel.country], dtype=np.int64)


def felt_feasts(panel: Panel) -> dict[str, tuple[str, ...]]:
    """Country -> names of the calendar's feast columns that moved demand before; "" for all others.

    What holds everywhere is judged by all series together.
    """
    names, place = countries_of(panel)
    felt = {"": _felt(panel, feasts_in(panel.events, ""))}
    for at, country in enumerate(names[1:], 1):
        bound = {f"feast_{feast.name}" for feast in panel.events if feast.country == country}
        there = _felt(panel.select(np.flatnonzero(place == at)), feasts_in(panel.events, country))
        felt[country] = tuple(sorted({*felt[""]} - bound | ({*there} & bound)))
    return felt


def calendar_by_country(
    panel: Panel, feasts: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Floats], Ints]:
    """Calendar columns [countries, T + F] with these feasts, and [S] which row is a series' own."""
    names, place = countries_of(panel)
    calendars = [
        with_feasts(
            calendar_columns(panel.days, panel.frequency, 10**6, feasts_in(panel.events, country)),
            feasts[country],
        )
        for country in names
    ]
    unknown = np.full(len(panel.days), np.nan)
    columns = dict.fromkeys(name for calendar in calendars for name in calendar)
    return {
        name: np.stack([calendar.get(name, unknown) for calendar in calendars]) for name in columns
    }, place


def _felt(panel: Panel, events: Feasts) -> tuple[str, ...]:
    days = panel.days[: panel.length]
    columns = calendar_columns(days, panel.frequency, panel.length, events)
    names = [name for name in columns if name.startswith("feast_")]
    if not names:
        return ()
    index = _common_index(panel)
    spans = MONTH_SPANS if panel.frequency.code == "MS" else SPANS
    years = days.astype("datetime64[D]").astype(np.int64) / 365.25
    felt: list[str] = []
    while names:
        # The strongest first; what it explains is no evidence for a feast that lies beside it.
        strength = [_strength(index, columns[name], years, name, spans) for name in names]
        strongest = int(np.argmax(strength))
        if strength[strongest] < LEAST_EFFECT:
            break
        name = names.pop(strongest)
        felt.append(name)
        index = np.where(np.isnan(columns[name]), index, np.nan)
    return tuple(sorted(felt))


def with_feasts(calendar: Mapping[str, Floats], feasts: Sequence[str]) -> dict[str, Floats]:
    """The calendar with these feasts only; near a moving one the day of the year says nothing.

    Otherwise half of a feast's effect would be learned on the dates it had by chance before.
    """
    kept = {
        name: values
        for name, values in calendar.items()
        if name in feasts or not name.startswith("feast_")
    }
    for name in feasts:
        if (name in MOVING or name.startswith(OWN)) and name in kept:
            near = np.abs(kept[name]) <= NEAR_DAYS
            kept["of_year"] = np.where(near, np.nan, kept["of_year"])
    return kept


def _common_index(panel: Panel) -> Floats:
    """[T] log of total demand against what is usual around it and in its phase."""
    size = ratio(np.nansum(panel.y, axis=1), (~np.isnan(panel.y)).sum(axis=1) * 1.0, 0.5)
    share = panel.y / np.where(size > 0, size, np.nan)[:, None]
    seen = ~np.isnan(share)
    level = ratio(np.where(seen, share, 0.0).sum(axis=0), seen.sum(axis=0) * 1.0, 0.5)
    if panel.frequency.is_daily:
        season = panel.frequency.season
        for phase in range(min(season, len(level))):
            mean = np.nanmean(level[phase::season]) if seen[:, phase::season].any() else 1.0
            level[phase::season] /= mean if mean > 0 else 1.0
    width = 2 * panel.frequency.level_window
    usual = rolling_mean(level[None, :], width)[0]
    half = width // 2
    if len(usual) > half:
        usual = np.concatenate([usual[half:], np.repeat(usual[-1], half)])
    return np.log(np.maximum(ratio(level, usual, 1e-9), 1e-3))


def _strength(
    index: Floats, away: Floats, years: Floats, name: str, spans: Sequence[tuple[int, int]]
) -> float:
    """The weakest of the feast's past effects in its clearest span of days around it."""
    least = LEAST_OCCURRENCES.get(name, USUAL_OCCURRENCES)
    best = 0.0
    for low, high in spans:
        inside = (away >= low) & (away <= high) & ~np.isnan(index)
        if not inside.any():
            continue
        occurrence = np.cumsum(np.concatenate([[0], np.diff(years[inside]) > 0.5]))
        moved = index[inside]
        effects = np.array([moved[occurrence == one].mean() for one in np.unique(occurrence)])
        same_way = (effects > 0).all() or (effects < 0).all()
        if len(effects) >= least and same_way:
            best = max(best, float(np.abs(effects).min()))
    return best
