"""What announced days do to a week: sale days and feasts by country, promotions by all series.

Made for a first year, in which a sale event was seen once, and by each series in one noisy week:
what it does is learned of all series of a country together, and counts where it stands out of the
weeks around it as no ordinary week does. What promotions do is learned of all that had one. Knows
no season; says by what factor a week is other than the days around it.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.calendars import calendar_columns
from forecasting.filters import ratio
from forecasting.panel import Floats, Ints, Panel
from inventory_core.catalog.sale_events import feasts_in

NEAREST_DAYS = 10  # a week whose middle lies farther from a feast is an ordinary one
AROUND, LEAST_AROUND = 3, 2  # weeks on either side that tell what is ordinary
# A feast stands out by so many usual deviations of a week, and moves at least so much.
STANDS_OUT, LEAST_MOVED = 3.0, 0.1
MOST_LIFT = 5.0
# Before anything was seen the effect of a usual promotion is taken to stray by this much around 1.
EFFECT_SPREAD = 0.5
MOSTLY_OFF = 0.5  # covariates that are off for so much of history are events
NEWTON_STEPS = 6
NOBODY = -1


@dataclass(frozen=True, slots=True)
class FeastWeeks:
    """Which feast a week belongs to: codes [countries, T], -1 for none; [S] the row of a series."""

    code: Ints
    place: Ints


def feast_weeks(panel: Panel, periods: int) -> FeastWeeks | None:
    """The nearest feast of every week and how many weeks away it is, as one code; None where a
    period is no week.
    """
    if not panel.frequency.code.startswith("W"):
        return None
    country = panel.country or ("",) * panel.count
    names, place = np.unique(np.asarray(country), return_inverse=True)
    days, codes = panel.days[:periods], np.full((len(names), periods), NOBODY)
    known: dict[tuple[str, int], int] = {}
    for row, name in enumerate(names):
        columns = calendar_columns(days, panel.frequency, 10**6, feasts_in(panel.events, str(name)))
        nearest = np.full(periods, NEAREST_DAYS + 0.5)
        for feast, away in columns.items():
            if not feast.startswith("feast_"):
                continue
            for week in np.flatnonzero(np.nan_to_num(np.abs(away), nan=np.inf) < nearest):
                nearest[week] = abs(away[week])
                key = (feast, int(np.rint(away[week] / 7)))
                codes[row, week] = known.setdefault(key, len(known))
    return FeastWeeks(codes, np.asarray(place, dtype=np.int64))


def felt_weeks(weeks: FeastWeeks, sales: Floats) -> FeastWeeks:
    """Only the feasts that moved demand of their country in every week seen; `sales` [S, T]."""
    found = np.full(weeks.code.shape, NOBODY)
    seen = ~np.isnan(sales)
    came = np.where(seen, sales, 0.0)
    size = came.sum(axis=1, keepdims=True) / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    for row, codes in enumerate(weeks.code):
        here = weeks.place == row
        moved = _against_neighbours(came[here].sum(axis=0), (size * seen)[here].sum(axis=0))
        noise = 1.4826 * float(np.nanmedian(np.abs(moved))) if (~np.isnan(moved)).any() else np.inf
        for code in np.unique(codes[codes != NOBODY]):
            by = moved[codes[: len(moved)] == code]
            by = by[~np.isnan(by)]
            if not len(by) or not ((by > 0).all() or (by < 0).all()):
                continue
            strength = abs(float(by.mean())) * np.sqrt(len(by))
            if strength > STANDS_OUT * noise and np.abs(by).min() > LEAST_MOVED:
                found[row, codes == code] = code
    return FeastWeeks(found, weeks.place)


def feast_lift(felt: FeastWeeks, came: Floats, usual: Floats, enough: float) -> Floats:
    """[S, periods] factor of each week, from what came over what is usual [S, T] in such weeks."""
    lift = np.ones(felt.code.shape)
    seen = came.shape[1]
    for row, codes in enumerate(felt.code):
        here = felt.place == row
        for code in np.unique(codes[codes != NOBODY]):
            at = codes[:seen] == code
            top, bottom = came[here][:, at].sum(), usual[here][:, at].sum()
            lift[row, codes == code] = (top + enough) / (bottom + enough)
    return np.asarray(np.clip(lift, 1.0 / MOST_LIFT, MOST_LIFT)[felt.place])


def promotion_lift(panel: Panel, came: Floats, usual: Floats, periods: int) -> Floats:
    """[S, periods] factor of what was announced for a series: promotions, and the days after.

    Poisson regression on all series together, with `usual` as what is expected without.
    """
    seen = came.shape[1]
    columns = []
    for name in sorted(panel.known):
        values = np.nan_to_num(panel.known[name][:, :periods])
        past = values[:, :seen]
        on = past > 0
        if (past >= 0).all() and on.any() and on.mean() < MOSTLY_OFF:
            columns.append(values / past[on].mean())
    if not columns:
        return np.ones((panel.count, periods))
    x = np.stack(columns)
    at = (x[:, :, :seen] > 0).any(axis=0) & (usual > 0)
    effect = _poisson_effects(x[:, :, :seen][:, at], came[at], usual[at])
    lift = np.exp(np.tensordot(effect, x, 1))
    return np.asarray(np.clip(lift, 1.0 / MOST_LIFT, MOST_LIFT))


def _poisson_effects(x: Floats, came: Floats, usual: Floats) -> Floats:
    """[K] by Newton's method, each drawn to 0 as by a normal prior."""
    effect = np.zeros(len(x))
    for _ in range(NEWTON_STEPS):
        mean = usual * np.exp(np.clip(effect @ x, -2.0, 2.0))
        slope = x @ (came - mean) - effect / EFFECT_SPREAD**2
        bend = (x * mean) @ x.T + np.eye(len(x)) / EFFECT_SPREAD**2
        effect = np.clip(effect + np.linalg.solve(bend, slope), -2.0, 2.0)
    return np.asarray(effect)


def _against_neighbours(came: Floats, usual: Floats) -> Floats:
    """[T] log of came over usual, less its middle in the weeks around."""
    index = np.log(np.maximum(ratio(came, usual, 1e-9), 1e-3))
    moved = np.full(len(index), np.nan)
    for week in range(len(index)):
        sides = (index[max(week - AROUND, 0) : week], index[week + 1 : week + 1 + AROUND])
        known = [side[~np.isnan(side)] for side in sides]
        if all(len(side) >= LEAST_AROUND for side in known):
            moved[week] = index[week] - np.median(np.concatenate(known))
    return moved
