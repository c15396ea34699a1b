"""How a plan over a stretch of the past is judged: service, cash in stock, dead stock and cost.

What expires costs what it was bought for, and is dead stock too; what really happened is judged by
the same measure. Plays nothing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.past import Past
from forecasting.simulate import Floats

WEEKS_PER_YEAR = 52


@dataclass(frozen=True, slots=True)
class Judged:
    """One plan in figures, base currency; None where a denominator is empty."""

    fill_rate: float | None
    stock_value: float
    dead_value: float
    turnover_year: float | None
    lost_sales: float
    holding_cost: float
    stockout_cost: float
    expired_cost: float
    value_by_week: tuple[float, ...]
    cost_by_week: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """Units over the window, each [S, W]."""

    left: Floats
    sold: Floats
    came: Floats
    expired: Floats

    @classmethod
    def of(cls, left: Floats, sold: Floats, expired: Floats) -> "Total":
        """What came follows from what is left and was sold; the first week is not known."""
        before = np.column_stack([np.full(len(left), np.nan), left[:, :-1]])
        return cls(left, sold, np.nan_to_num(left + sold + expired - before), expired)


def what_happened(past: Past, first: int) -> Total:
    """The window as it was; what has lain longer than it keeps is no stock, as in every plan.

    The oldest was sold first; what lay there at the start counts as just arrived.
    """
    since = slice(first, None)
    sold = np.minimum(past.served[:, since], past.asked[:, since])
    stock, arrived = past.stock[:, since], past.arrived[:, since]
    opening = np.maximum(past.stock[:, [first - 1]], 0.0)
    came = opening + np.cumsum(arrived, axis=1)
    gone = np.maximum.accumulate(np.maximum(came - np.maximum(stock, 0.0), 0.0), axis=1)
    too_old, expired = np.zeros((2, *stock.shape))
    for week in range(stock.shape[1]):
        ended = [_came_until(came, week - past.keeps + 1 - back) for back in (0, 1)]
        too_old[:, week], known = (np.maximum(0.0, each - gone[:, week]) for each in ended)
        expired[:, week] = too_old[:, week] - known
    return Total(stock - too_old, sold, arrived, expired)


def _came_until(came: Floats, week: npt.NDArray[np.int64]) -> Floats:
    rows = np.arange(len(came))
    return np.where(week >= 0, came[rows, np.clip(week, 0, came.shape[1] - 1)], 0.0)


def judge(
    past: Past, asked: Floats, total: Total, holding_rate_year: float, dead_days: int
) -> Judged:
    """Figures of a plan over the window."""
    left, lost = np.maximum(total.left, 0.0), asked - total.sold
    margin = np.maximum(past.price - past.cost, 0.0)
    value = (left * past.cost[:, None]).sum(axis=0)
    holding = value * holding_rate_year / WEEKS_PER_YEAR
    missed = (lost * margin[:, None]).sum(axis=0)
    spoiled = (total.expired * past.cost[:, None]).sum(axis=0)
    weeks = asked.shape[1]
    quiet = max(1, round(dead_days / 7))
    unsold = total.sold[:, -quiet:].sum(axis=1) == 0
    old = np.maximum(left[:, -1] - total.came[:, -quiet:].sum(axis=1), 0.0)
    sold_cost = float((total.sold * past.cost[:, None]).sum())
    mean_value, wanted = float(value.mean()), float(asked.sum())
    turned = sold_cost / mean_value * WEEKS_PER_YEAR / weeks if mean_value > 0 else None
    return Judged(
        fill_rate=float(total.sold.sum()) / wanted if wanted > 0 else None,
        stock_value=mean_value,
        dead_value=float((old * past.cost)[unsold].sum() + spoiled.sum()),
        turnover_year=turned,
        lost_sales=float((lost * past.price[:, None]).sum()),
        holding_cost=float(holding.sum()),
        stockout_cost=float(missed.sum()),
        expired_cost=float(spoiled.sum()),
        value_by_week=tuple(float(each) for each in value),
        cost_by_week=tuple(float(each) for each in np.cumsum(holding + missed + spoiled)),
    )
