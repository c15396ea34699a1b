"""What promotions did: the uplift by depth of discount, the dip after, what siblings lost.

Decides how demand without any promotion is told from history, and how much a thin record counts
beside its category and the whole. Pure: arrays in, effects out; forecasts themselves learn from the
same columns (`promotion_days`) on their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import gamma

from forecasting.promotion_days import days_after, sibling_pressure

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Upper ends of the bands of discount, in percent; the last has none.
BANDS = (10.0, 20.0, 30.0, 101.0)
BAND_NAMES = ("under_10", "10_to_20", "20_to_30", "from_30")
LEVEL_DAYS = 56
LEAST_CALM_DAYS = 14
# Records differ between series by about this share; it sets how fast one counts for itself.
SPREAD_BETWEEN = 0.3
DAY_PRIOR_UNITS = 5.0
LEAST_PRESSURE = 0.5  # percent: a sibling feels the promotions of its group from here on
LOW, HIGH = 0.05, 0.95
SMOOTHINGS = 3


@dataclass(frozen=True, slots=True)
class Effect:
    """Demand as a multiple of what it would have been; 1 is no effect.

    `events`: promotions that speak for it; `expected`: units that would have sold without them.
    `low` and `high` hold it with 90 %, given only what was seen.
    """

    factor: float
    low: float
    high: float
    events: int
    units: float
    expected: float


@dataclass(frozen=True, slots=True)
class PromotionEffects:
    """Effects over everything, per category, per series; missing where nothing was seen.

    `uplift` by (category or "", band); `after` and `siblings` by category or "";
    `series_uplift` [S] multiplies the uplift of the series' category, 1 where nothing is known.
    `after_profile` the days after a promotion one by one.
    """

    uplift: dict[tuple[str, str], Effect]
    after: dict[str, Effect]
    siblings: dict[str, Effect]
    series_uplift: tuple[Effect, ...]
    after_profile: tuple[Effect, ...]


def band_of(percent: float) -> str:
    """The band of a discount; one that nobody stated (0.01) counts as the smallest."""
    return BAND_NAMES[int(np.searchsorted(BANDS, percent, side="right"))]


def learn_promotions(
    y: Floats, promotion: Floats, *, category: Sequence[str], groups: Ints, places: Ints
) -> PromotionEffects:
    """Effects from daily demand `y` [S, T] (NaN unseen) and discounts `promotion` [S, >= T].

    `groups` [S]: siblings, such as category and warehouse; `places` [S]: whose days move together.
    """
    given = promotion[:, : y.shape[1]]
    on, after = given > 0, days_after(given) > 0
    pressure = sibling_pressure(given, y, groups)
    pressed = (pressure >= LEAST_PRESSURE) & ~on & ~after
    calm = ~on & ~after & ~pressed
    expected = expected_without(y, calm=calm, unpromoted=~on & ~after, places=places)
    seen = ~np.isnan(y) & (expected > 0)
    record = _Record(np.nan_to_num(y), expected, given, np.asarray(category))
    noise = record.noise(seen & calm)
    uplift, series = _uplifts(record, seen & on, noise)
    # Where siblings are pushed in those days, the dip would be blamed for what they took.
    dip = seen & after & (pressure < LEAST_PRESSURE)
    dip = dip if dip.any() else seen & after
    return PromotionEffects(
        uplift=uplift,
        after=_by_category(record, dip, noise),
        siblings=_by_category(record, seen & pressed, noise),
        series_uplift=series,
        after_profile=_profile(record, after, dip, noise),
    )


def expected_without(y: Floats, *, calm: Bools, unpromoted: Bools, places: Ints) -> Floats:
    """[S, T] demand that a day would have seen without promotions; NaN where nobody can tell.

    The level is each series' own mean over the calm days around; the day itself is what the calm
    series of the same place sold against their levels. On a great sale day hardly one is calm:
    then all that are not promoted themselves tell the day, and where they are few, nobody.
    """
    known, others = calm & ~np.isnan(y), unpromoted & ~np.isnan(y)
    units = np.where(known, y, 0.0)
    day = np.ones_like(y)
    level = np.full(y.shape, np.nan)
    for _ in range(SMOOTHINGS):
        count = _around(known * day)
        enough = _around(known.astype(np.float64)) >= LEAST_CALM_DAYS
        level = np.where(enough, _around(units) / np.maximum(count, 1e-9), np.nan)
        told = ~np.isnan(level)
        around = np.nan_to_num(level)
        rough = _day_factor(y, around, others & told, places, prior=np.ones_like(day))
        day = _day_factor(y, around, known & told, places, prior=rough)
    return np.asarray(level * day)


@dataclass(frozen=True, slots=True)
class _Record:
    """Demand, what was expected, the discounts, and the category of each series."""

    y: Floats
    expected: Floats
    given: Floats
    category: npt.NDArray[np.str_]

    def noise(self, calm: Bools) -> float:
        """Variance of a calm day over its mean (1 for pure counts), and at least that."""
        expected = self.expected[calm]
        if not len(expected):
            return 1.0
        squares = (self.y[calm] - expected) ** 2
        return float(max(1.0, squares.sum() / max(expected.sum(), 1e-9)))

    def effect(self, of: Bools, noise: float, prior: float = 1.0) -> Effect:
        """Units over expected units of the cells `of`, drawn to `prior`."""
        return self.measured(of, self.expected, noise, prior)

    def measured(self, of: Bools, expected: Floats, noise: float, prior: float) -> Effect:
        """The same against other expectations; a gamma posterior with inflated variance."""
        units, bottom = float(self.y[of].sum()), float(expected[of].sum())
        weight = noise / SPREAD_BETWEEN**2
        factor = (units + weight * prior) / (bottom + weight)
        shape = max((units + weight * prior) / noise, 1e-6)
        low, high = gamma.ppf([LOW, HIGH], shape, scale=noise / (bottom + weight))
        return Effect(factor, float(low), float(high), _starts(of), units, bottom)


def _uplifts(
    record: _Record, on: Bools, noise: float
) -> tuple[dict[tuple[str, str], Effect], tuple[Effect, ...]]:
    """Everything by band, each category by band drawn to it, each series to its category."""
    band = np.searchsorted(BANDS, record.given, side="right")
    found: dict[tuple[str, str], Effect] = {}
    told = np.where(on, record.expected, 0.0)
    whole = record.effect(on, noise).factor
    for place, name in enumerate(BAND_NAMES):
        of = on & (band == place)
        if not of.any():
            continue
        found["", name] = record.effect(of, noise, whole)
        for category, rows in _categories(record):
            mine = of & rows[:, None]
            if mine.any():
                found[category, name] = record.effect(mine, noise, found["", name].factor)
                told = np.where(mine, record.expected * found[category, name].factor, told)
    series = []
    for row in range(len(record.y)):
        of = np.zeros_like(on)
        of[row] = on[row]
        series.append(record.measured(of, told, noise, 1.0))
    return found, tuple(series)


def _by_category(record: _Record, of: Bools, noise: float) -> dict[str, Effect]:
    if not of.any():
        return {}
    found = {"": record.effect(of, noise)}
    for category, rows in _categories(record):
        mine = of & rows[:, None]
        if mine.any():
            found[category] = record.effect(mine, noise, found[""].factor)
    return found


def _profile(record: _Record, after: Bools, of: Bools, noise: float) -> tuple[Effect, ...]:
    """The first, second, … day after a promotion; the days are as far as `days_after` looks."""
    since = np.zeros(after.shape, dtype=np.int64)
    for day in range(1, after.shape[1]):
        since[:, day] = np.where(after[:, day], since[:, day - 1] + 1, 0)
    last = int(since.max(initial=0))
    return tuple(record.effect(of & (since == day), noise) for day in range(1, last + 1))


def _categories(record: _Record) -> Iterator[tuple[str, Bools]]:
    for category in np.unique(record.category):
        if category:
            yield str(category), record.category == category


def _starts(of: Bools) -> int:
    """How many runs of days there are."""
    before = np.hstack([np.zeros((len(of), 1), dtype=bool), of[:, :-1]])
    return int((of & ~before).sum())


def _around(values: Floats) -> Floats:
    """Sums over LEVEL_DAYS centred on each day."""
    half = LEVEL_DAYS // 2
    total = np.cumsum(np.pad(values, ((0, 0), (half + 1, half))), axis=1)
    return np.asarray(total[:, LEVEL_DAYS + 1 :] - total[:, : -LEVEL_DAYS - 1])[
        :, : values.shape[1]
    ]


def _day_factor(y: Floats, level: Floats, of: Bools, places: Ints, *, prior: Floats) -> Floats:
    """[S, T] what the day was worth at the series' place, from its cells `of`, drawn to `prior`."""
    codes = np.unique(places, return_inverse=True)[1]
    top, bottom = np.zeros((2, int(codes.max(initial=-1)) + 1, y.shape[1]))
    np.add.at(top, codes, np.where(of, y, 0.0))
    np.add.at(bottom, codes, np.where(of, level, 0.0))
    few = DAY_PRIOR_UNITS
    return np.asarray((top[codes] + few * prior) / (bottom[codes] + few))
