"""Whether published forecasts lean or are too sure of themselves. Decides the measures and limits.

Error is forecast minus what came, so above zero too much was forecast. Tracking signal: cumulative
error over the mean absolute deviation (Brown 1963; Trigg 1964): n errors of one sign give up to n,
and where errors have no direction it wanders by about 1.25 * sqrt(n). Reads and keeps nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from inventory_core.planning.alarms import FoundAlarm, Outcome
from inventory_core.planning.learning_limits import LearningLimits
from inventory_core.vocabulary import AlarmKind

Floats = npt.NDArray[np.float64]
Pair = tuple[int, int]

LEAST_WEEKS = 6
# The interval that is published covers so much by intent.
PROMISED_COVERAGE = 0.90
ONE_SIDED_SHARE = 0.75
# Below so many units in all its weeks a series is too small to say that it leans.
LEAST_UNITS = 20.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run of weeks says. None where there is nothing to divide by.

    `one_sided`: share of weeks that err to the side of the sum.
    """

    weeks: int
    tracking: float | None
    bias: float | None
    one_sided: float
    coverage: float | None
    error: float | None
    naive_error: float | None
    planned_error: float | None

    @property
    def value_added(self) -> float | None:
        """Share of the baseline's error that the model takes away."""
        return _gain(self.error, self.naive_error)

    @property
    def override_added(self) -> float | None:
        """Share of the model's error that overrides take away."""
        return _gain(self.planned_error, self.error)


def measure(outcomes: Sequence[Outcome]) -> Measured:
    """Measures of some weeks, of one series or of many; weeks partly out of stock do not count.

    For several series tracking and bias are those of the sum of each week, the rest of each row.
    """
    seen = [one for one in outcomes if one.seen]
    if not seen:
        return Measured(0, None, None, 0.0, None, None, None, None)
    weeks = _by_week(seen)
    error = np.array([told - came for came, told in weeks.values()])
    actual = float(sum(one.actual for one in seen))
    deviation = float(np.abs(error).mean())
    with_naive = [one for one in seen if one.naive is not None]
    return Measured(
        weeks=len(weeks),
        tracking=float(error.sum()) / deviation if deviation > 0 else None,
        bias=float(error.sum()) / actual if actual > 0 else None,
        one_sided=float(np.mean(error * error.sum() > 0)),
        coverage=float(np.mean([one.low <= one.actual <= one.high for one in seen])),
        error=_share([abs(one.model - one.actual) for one in seen], actual),
        naive_error=_share([abs((one.naive or 0.0) - one.actual) for one in with_naive], actual)
        if len(with_naive) == len(seen)
        else None,
        planned_error=_share([abs(one.planned - one.actual) for one in seen], actual),
    )


def find_alarms(
    outcomes: Sequence[Outcome], categories: Mapping[int, str], limits: LearningLimits
) -> list[FoundAlarm]:
    """Every limit that is passed in the last weeks, by series and by category.

    What is summed over a category must lean only half as much before it is said.
    """
    by_pair: dict[Pair, list[Outcome]] = defaultdict(list)
    by_category: dict[str, list[Outcome]] = defaultdict(list)
    for one in _latest(outcomes, limits.weeks):
        by_pair[one.sku_id, one.warehouse_id].append(one)
        if categories.get(one.sku_id):
            by_category[categories[one.sku_id]].append(one)
    found = []
    for (sku_id, warehouse_id), weeks in sorted(by_pair.items()):
        for kind, value, limit in _passed(weeks, limits, strictness=1.0):
            found.append(_alarm(kind, value, limit, weeks, sku_id, warehouse_id, None))
    for category, weeks in sorted(by_category.items()):
        for kind, value, limit in _passed(weeks, limits, strictness=0.5):
            found.append(_alarm(kind, value, limit, weeks, None, None, category))
    return found


def _passed(
    outcomes: Sequence[Outcome], limits: LearningLimits, *, strictness: float
) -> list[tuple[AlarmKind, float, float]]:
    measured = measure(outcomes)
    if measured.weeks < min(LEAST_WEEKS, limits.weeks):
        return []
    found = []
    tracking, bias = measured.tracking or 0.0, measured.bias or 0.0
    limit = float(limits.tracking_signal)
    large = sum(max(one.actual, one.model) for one in outcomes if one.seen) >= LEAST_UNITS
    # One enormous week moves both measures to their ends: most weeks must err to the same side.
    leans = large and measured.one_sided >= ONE_SIDED_SHARE
    if leans and abs(tracking) >= limit:
        found.append((AlarmKind.TRACKING, tracking, limit))
    share = float(limits.bias_share) * strictness
    if leans and abs(bias) >= share:
        found.append((AlarmKind.BIAS, bias, share))
    least = float(limits.least_coverage)
    least += (PROMISED_COVERAGE - least) * (1.0 - strictness)
    if measured.coverage is not None and measured.coverage < least:
        found.append((AlarmKind.COVERAGE, measured.coverage, least))
    return found


def _latest(outcomes: Sequence[Outcome], weeks: int) -> list[Outcome]:
    """The newest `weeks` weeks that were kept."""
    newest = sorted({one.week_on for one in outcomes})[-weeks:]
    return [one for one in outcomes if newest and one.week_on >= newest[0]]


def _by_week(outcomes: Sequence[Outcome]) -> dict[date, tuple[float, float]]:
    """What came and what was forecast, week by week."""
    found: dict[date, tuple[float, float]] = {}
    for one in outcomes:
        came, told = found.get(one.week_on, (0.0, 0.0))
        found[one.week_on] = (came + one.actual, told + one.model)
    return found


def _alarm(
    kind: AlarmKind,
    value: float,
    limit: float,
    outcomes: Sequence[Outcome],
    sku_id: int | None,
    warehouse_id: int | None,
    category: str | None,
) -> FoundAlarm:
    seen = {one.week_on for one in outcomes if one.seen}
    return FoundAlarm(
        kind=kind,
        sku_id=sku_id,
        warehouse_id=warehouse_id,
        category=category,
        measure=round(value, 4),
        threshold=round(limit, 4),
        weeks=len(seen),
        last_week_on=max(seen),
    )


def _share(errors: Sequence[float], actual: float) -> float | None:
    return sum(errors) / actual if actual > 0 else None


def _gain(new: float | None, old: float | None) -> float | None:
    return None if new is None or not old else 1.0 - new / old
