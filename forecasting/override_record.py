"""How overrides did once their days are over: against the model, and against doing nothing at all.

Decides which overrides can be judged (their days are over, the SKU could be bought on nearly all of
them) and whether one helped: it was nearer to what came than the model. Changes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.history import DemandGrid
from inventory_core.planning.overrides import Override

# Below this share of days in stock, sales say too little about demand.
LEAST_SEEN_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class JudgedOverride:
    """`actual` in units over its days; None: not over yet, taken back, or out of stock too long."""

    override: Override
    actual: float | None
    state: str

    @property
    def helped(self) -> bool | None:
        """Whether it was nearer than the model; None where both were as far off."""
        if self.actual is None:
            return None
        ours = abs(self.override.planned_units - self.actual)
        theirs = abs(self.override.model_units - self.actual)
        return None if ours == theirs else ours < theirs


@dataclass(frozen=True, slots=True)
class OverrideRecord:
    """All judged overrides of one reason or one person; errors in shares of what came."""

    name: str
    judged: int
    helped: int
    model_error: float | None
    planned_error: float | None
    naive_error: float | None

    @property
    def value_added(self) -> float | None:
        """Share of the model's error that the overrides took away; below 0 they did harm."""
        if self.planned_error is None or not self.model_error:
            return None
        return 1.0 - self.planned_error / self.model_error


def judge_overrides(
    overrides: Sequence[Override], grid: DemandGrid, categories: Mapping[int, str]
) -> list[JudgedOverride]:
    """Each override with what came, by the demand of its days; `categories`: SKU → category."""
    pairs = list(zip(grid.sku_id.tolist(), grid.warehouse_id.tolist(), strict=True))
    known = {pair: row for row, pair in enumerate(pairs)}

    def rows_of(one: Override) -> list[int]:
        if one.sku_id is not None and one.warehouse_id is not None:
            row = known.get((one.sku_id, one.warehouse_id))
            return [] if row is None else [row]
        holds = (one.holds_for(*pair, categories.get(pair[0], "")) for pair in pairs)
        return [row for row, held in enumerate(holds) if held]

    return [_judged(one, grid, rows_of(one)) for one in overrides]


def records(judged: Sequence[JudgedOverride], *, by: str) -> list[OverrideRecord]:
    """Summed up by `reason` or by `person`; those that harmed most come last."""
    groups: dict[str, list[JudgedOverride]] = defaultdict(list)
    for one in judged:
        if one.actual is not None:
            name = one.override.reason.value if by == "reason" else one.override.made_by
            groups[name].append(one)
    found = [_record(name, group) for name, group in sorted(groups.items())]
    return sorted(found, key=lambda one: -(one.value_added or 0.0))


def _judged(one: Override, grid: DemandGrid, rows: Sequence[int]) -> JudgedOverride:
    if one.withdrawn_at is not None:
        return JudgedOverride(one, None, "withdrawn")
    if one.last_on > grid.last_on or not rows:
        return JudgedOverride(one, None, "running")
    first = (one.first_on - grid.first_on).days
    last = (one.last_on - grid.first_on).days + 1
    if first < 0:
        return JudgedOverride(one, None, "unknown")
    out = grid.out_share[rows, first:last]
    if (~np.isnan(out)).any() and np.nanmean(out) > 1.0 - LEAST_SEEN_SHARE:
        return JudgedOverride(one, None, "out_of_stock")
    return JudgedOverride(one, float(grid.y[rows, first:last].sum()), "judged")


def _record(name: str, group: Sequence[JudgedOverride]) -> OverrideRecord:
    came = sum(one.actual or 0.0 for one in group)

    def error(figures: Sequence[float | None]) -> float | None:
        if came <= 0 or any(figure is None for figure in figures):
            return None
        pairs = zip(figures, group, strict=True)
        return sum(abs((figure or 0.0) - (one.actual or 0.0)) for figure, one in pairs) / came

    return OverrideRecord(
        name=name,
        judged=len(group),
        helped=sum(one.helped is True for one in group),
        model_error=error([one.override.model_units for one in group]),
        planned_error=error([one.override.planned_units for one in group]),
        naive_error=error([one.override.naive_units for one in group]),
    )
