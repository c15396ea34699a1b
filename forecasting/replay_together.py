"""A past played again week by week, all series at once: they share productions, and may a purse.

Same timeline as `simulate.play`, and the same figures where nothing is shared and nothing expires.
Of goods that expire what came first sells first; stock of the first day counts as just arrived.
Decides no order: rules say what is needed, `joint_least` what an MOQ makes of it, `replay_budget`
who gets what cash there is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.joint_least import reach_together
from forecasting.simulate import Floats, Opening, Review

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Moment(Review):
    """A review of goods that may expire. `dated(n)`: [S, n + 1] of what is on hand the units that
    can be sold no longer than 0 .. n periods.
    """

    dated: Callable[[int], Floats]


@dataclass(frozen=True, slots=True)
class Wish:
    """[S] units needed, whatever the supplier's terms; `pace` of a period; `most`: units beyond
    which none are added to reach an MOQ, unless there is nowhere else.
    """

    units: Floats
    pace: Floats
    most: Floats


@dataclass(frozen=True, slots=True)
class Group:
    """Series with one lead time: their `rows` among all, how they order and, in any measure that
    all groups share, what ordering so many units is worth.
    """

    rows: Ints
    lead: int
    opening: Opening
    rule: Callable[[Moment], Wish]
    value: Callable[[Review], Callable[[Floats], Floats]]


@dataclass(frozen=True, slots=True)
class Supply:
    """Terms of all series [S]: `step` units by which an order grows, `moq` of all orders of one
    `production`, `keeps` periods after an arrival.
    """

    step: Floats
    moq: Floats
    production: Ints
    keeps: Ints


@dataclass(frozen=True, slots=True)
class Happened:
    """[S, T] units on hand at the end of a period, sold in it, expired at its end, and ordered."""

    left: Floats
    sold: Floats
    expired: Floats
    ordered: Floats


Share = Callable[[Sequence[Moment], Floats], Floats]


class _Ages:
    """How long goods lie: [S, T + 1] all that came before a period, and [S] all that left."""

    def __init__(self, opening: Floats, periods: int, keeps: Ints) -> None:
        self._came = np.zeros((len(opening), periods + 1))
        self._came[:, 0], self._gone, self._keeps = opening, np.zeros(len(opening)), keeps
        self._some = np.flatnonzero(keeps <= periods)

    def come(self, period: int, units: Floats) -> None:
        self._came[:, period + 1] = self._came[:, period] + units

    def leave(self, period: int, sold: Floats) -> Floats:
        """[S] what expires at the end of the period, when so much was sold in it."""
        expired = np.zeros(len(sold))
        self._gone += sold
        some = self._some
        if len(some):
            old = self._until(some, period + 2 - self._keeps[some], period + 1)
            expired[some] = np.maximum(0.0, old - self._gone[some])
            self._gone += expired
        return expired

    def dated(self, rows: Ints, period: int, periods: int) -> Floats:
        """Of what is on hand before a period the units that expire by the end of 0 .. `periods`."""
        ends = period + 1 - self._keeps[rows, None] + np.arange(periods + 1)
        old = self._until(rows[:, None], ends, period)
        return np.asarray(np.maximum(0.0, old - self._gone[rows, None]))

    def _until(self, rows: Ints, ends: Ints, last: int) -> Floats:
        """Units that came before the periods `ends`, of those that came before `last`; what lay
        there at the start came with the first period.
        """
        return np.where(ends >= 1, self._came[rows, np.clip(ends, 0, last)], 0.0)


def play_together(
    demand: Floats,
    groups: Sequence[Group],
    supply: Supply,
    late: Ints,
    share: Share | None = None,
) -> Happened:
    """Run every group's rule over demand [S, T]. `late` [S, T]: periods by which an order placed in
    a period comes after its time; `share` cuts the orders of a review [S].
    """
    left, sold, expired, ordered = (np.zeros(demand.shape) for _ in range(4))
    periods, latest = demand.shape[1], max(0, int(late.max(initial=0)))
    on_hand = np.zeros(len(demand))
    for one in groups:
        on_hand[one.rows] = one.opening.on_hand
    coming = [_coming(one, latest) for one in groups]
    ages = _Ages(on_hand, periods, supply.keeps)
    for period in range(periods):
        moments = [
            Moment(period, on_hand[one.rows], coming[number], _dated(ages, one.rows, period))
            for number, one in enumerate(groups)
        ]
        units = _asked(groups, moments, supply)
        units = units if share is None else share(moments, units)
        came = np.zeros(len(demand))
        for number, one in enumerate(groups):
            arriving = coming[number]
            delay = one.lead + late[one.rows, period]
            arriving[np.arange(len(one.rows)), delay] += units[one.rows]
            came[one.rows] = arriving[:, 0]
            coming[number] = np.column_stack([arriving[:, 1:], np.zeros(len(one.rows))])
        ages.come(period, came)
        there = on_hand + came
        sold[:, period] = np.minimum(np.maximum(there, 0.0), demand[:, period])
        expired[:, period] = ages.leave(period, sold[:, period])
        on_hand = there - sold[:, period] - expired[:, period]
        left[:, period], ordered[:, period] = on_hand, units
    return Happened(left, sold, expired, ordered)


def _coming(group: Group, latest: int) -> Floats:
    arriving = np.zeros((len(group.rows), group.lead + 1 + latest))
    arriving[:, : group.lead] = group.opening.arriving[:, : group.lead]
    return arriving


def _dated(ages: _Ages, rows: Ints, period: int) -> Callable[[int], Floats]:
    return lambda periods: ages.dated(rows, period, periods)


def _asked(groups: Sequence[Group], moments: Sequence[Moment], supply: Supply) -> Floats:
    """[S] what is ordered where cash is no question: the MOQ of each production is reached."""
    needed, pace, most = np.zeros((3, len(supply.step)))
    for one, moment in zip(groups, moments, strict=True):
        wish = one.rule(moment)
        needed[one.rows], pace[one.rows], most[one.rows] = wish.units, wish.pace, wish.most
    return reach_together(needed, supply.step, supply.moq, supply.production, pace, most)
