"""How overrides did once their days are over: against the model, and against doing nothing at all.

Decides which overrides can be judged (their days are over, the SKU could be bought on nearly all of
them) and whether one helped: it was nearer to what came than the model. What was said of a market
or a channel is held against what was sold there. Changes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.history import ChannelDemand, DemandGrid
from inventory_core.catalog.markets import NO_MARKETS, Markets
from inventory_core.planning.override_figures import CUT_GRAINS
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


@dataclass(frozen=True, slots=True)
class Came:
    """What came of the days that were changed. `categories`: SKU → category. `sold`: the grid's
    demand by channel; only changes of a market or a channel need it.
    """

    grid: DemandGrid
    categories: Mapping[int, str]
    markets: Markets = NO_MARKETS
    sold: ChannelDemand | None = None


def judge_overrides(overrides: Sequence[Override], came: Came) -> list[JudgedOverride]:
    """Each override with what came, by the demand of its days."""
    channels = _channels(came)
    grid = came.grid
    pairs = list(zip(grid.sku_id.tolist(), grid.warehouse_id.tolist(), strict=True))
    known = {pair: row for row, pair in enumerate(pairs)}

    def held(one: Override) -> dict[int, list[int]]:
        if one.sku_id is not None and one.warehouse_id is not None:
            alone = known.get((one.sku_id, one.warehouse_id))
            return {} if alone is None else {alone: []}
        found = {}
        for row, pair in enumerate(pairs):
            mine = channels.get(row, (0,))
            category = came.categories.get(pair[0], "")
            holds = one.subject.holds_for(*pair, category, mine, came.markets)
            if any(holds):
                found[row] = [account for account, yes in zip(mine, holds, strict=True) if yes]
        return found

    return [_judged(one, came, held(one)) for one in overrides]


def _channels(came: Came) -> dict[int, tuple[int, ...]]:
    """By row of the grid who sold it or may sell it; nobody known: channel 0."""
    if came.sold is None:
        return {}
    sold = came.sold
    found: dict[int, set[int]] = defaultdict(set)
    for rows, accounts in (
        (sold.row, sold.account_id),
        (sold.listed_row, sold.listed_account_id),
    ):
        for row, account in np.unique(np.stack([rows, accounts]), axis=1).T.tolist():
            found[row].add(account)
    return {row: tuple(sorted(accounts)) for row, accounts in found.items()}


def records(judged: Sequence[JudgedOverride], *, by: str) -> list[OverrideRecord]:
    """Summed up by `reason` or by `person`; those that harmed most come last."""
    groups: dict[str, list[JudgedOverride]] = defaultdict(list)
    for one in judged:
        if one.actual is not None:
            name = one.override.reason.value if by == "reason" else one.override.made_by
            groups[name].append(one)
    found = [_record(name, group) for name, group in sorted(groups.items())]
    return sorted(found, key=lambda one: -(one.value_added or 0.0))


def _judged(one: Override, came: Came, held: Mapping[int, Sequence[int]]) -> JudgedOverride:
    """`held`: the rows that it changed, each with the channels that it changed there."""
    grid, rows = came.grid, list(held)
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
    if one.grain not in CUT_GRAINS:
        return JudgedOverride(one, float(grid.y[rows, first:last].sum()), "judged")
    assert came.sold is not None, "a change of a market is judged by what was sold there"
    sold = came.sold
    of_day = (sold.day >= first) & (sold.day < last)
    units = sum(
        amount
        for row, account, amount in zip(
            sold.row[of_day].tolist(),
            sold.account_id[of_day].tolist(),
            sold.units[of_day].tolist(),
            strict=True,
        )
        if account in held.get(row, ())
    )
    return JudgedOverride(one, float(units), "judged")


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
