"""The rule of the list for many shelves at once: what `need` decides, in a replay or a what-if.

Decides orders to a service level from running totals of demand (`covers`). A series may have many
shelves, each with other stock. Periods are days or weeks, as the caller counts them; knows no
calendar and chooses no supplier. A test holds it to the same units as the plan itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from forecasting.covers import Cycle, Levels, Totals
from forecasting.expiry import DatedLot, spoiled_totals
from forecasting.keeping import Keeping, Spoils, worth_having
from forecasting.policy import ROUNDING
from forecasting.projection import EMPTY, lost_so_far
from forecasting.simulate import EXACT, Floats, Terms

Ints = npt.NDArray[np.int64]

BLOCK = 400  # rows worked on at once, so that memory does not grow with them


@dataclass(frozen=True, slots=True)
class Shelves:
    """N shelves at a review, each `of` [N] a series: `on_hand` [N], below zero while customers
    wait; `arriving` [N, > last], column k before period k; `position` [N].
    """

    of: Ints
    on_hand: Floats
    arriving: Floats
    position: Floats

    def select(self, rows: Ints) -> "Shelves":
        """Some of them."""
        return Shelves(self.of[rows], self.on_hand[rows], self.arriving[rows], self.position[rows])


@dataclass(frozen=True, slots=True)
class Asked:
    """[N] units that Replenish would ask of an order of now, 0 where none is due; `most`: beyond
    so many a further unit expires rather than sells, infinite where nothing does.
    """

    units: Floats
    most: Floats


def list_orders(
    shelves: Shelves,
    totals: Totals,
    levels: Levels,
    cycle: Cycle,
    terms: Terms,
    spoils: Spoils | None = None,
) -> Floats:
    """[N] what Replenish would order by itself; of `terms` only MOQ and pack, by shelf."""
    units = asked_of(shelves, totals, levels, cycle, spoils).units
    lots = np.ceil(np.round(np.maximum(units, terms.moq) / terms.pack, EXACT)) * terms.pack
    return np.where(units > 0, lots, 0.0)


def asked_of(
    shelves: Shelves,
    totals: Totals,
    levels: Levels,
    cycle: Cycle,
    spoils: Spoils | None = None,
    keeping: Keeping | None = None,
) -> Asked:
    """To order-up-to, no more than an order can be asked for, or is worth having in time."""
    of, each = shelves.of, cycle.select(shelves.of)
    position = shelves.position - (0.0 if spoils is None else spoils.expiring)
    last = int(each.last.max(initial=0))
    supply = _supply(shelves, last)
    lost = _at(_lost(supply, totals.mean[of, :last], None if spoils is None else spoils.mean),
               each.lead)  # fmt: skip
    to_level = levels.up_to[of] - position - np.floor(lost + ROUNDING)
    below = np.flatnonzero((to_level > 0) & (position <= levels.reorder[of]))
    units, worth = np.zeros(len(of)), np.full(len(of), np.inf)
    for begin in range(0, len(below), BLOCK):
        rows = below[begin : begin + BLOCK]
        asked, some = to_level[rows], each.select(rows)
        gone = None if spoils is None else spoils.select(rows)
        cut, hand = levels.capped[of[rows]], levels.floored[of[rows]]
        chance = _chance_of_empty(supply[rows], totals, of[rows], some, gone)
        due = hand | (chance >= 1 - totals.level[of[rows]] - ROUNDING)
        most = _most_asked(supply[rows], shelves.select(rows), totals, some, gone)
        asked = np.where(cut, np.minimum(asked, most), asked)
        if keeping is not None:
            kept = keeping.select(rows)
            worth[rows] = worth_having(supply[rows], totals, of[rows], some, kept)
            due, asked = due & (worth[rows] > 0), np.minimum(asked, worth[rows])
        units[rows] = np.where(due, np.maximum(asked, 1.0), 0.0)
    return Asked(units, worth)


def _most_asked(
    supply: Floats, shelves: Shelves, totals: Totals, each: Cycle, gone: Spoils | None
) -> Floats:
    """[N] the most that can be asked of an order between its arrival and the next one's."""
    of, last = shelves.of, supply.shape[1]
    mean, high = _from_nothing(totals.mean[of]), _from_nothing(totals.high[of])
    spread = np.maximum(0.0, high - mean)
    wider = np.sqrt(np.maximum(0.0, spread**2 - _at(spread, each.lead)[:, None] ** 2))
    came = _from_nothing(supply - shelves.on_hand[:, None])
    there = shelves.on_hand + _at(came, each.lead)
    asked = (mean + wider)[:, : last + 1] - came
    asked -= (_at(mean, each.lead) - _at(came, each.lead))[:, None]
    if gone is not None:
        asked += gone.high[:, : last + 1] - _at(gone.high, each.lead)[:, None]
    days = np.arange(last + 1)
    within = (days > each.lead[:, None]) & (days <= each.last[:, None])
    most = np.where(within, asked, -np.inf).max(axis=1)
    lost = _lost(supply, totals.high[of, :last], None if gone is None else gone.high)
    spoiled = 0.0 if gone is None else _at(gone.high, each.lead)
    left = np.maximum(0.0, there - spoiled) - _at(high, each.lead) + _at(lost, each.lead)
    more = _at(mean, each.through + each.review) - _at(mean, each.through)
    return np.asarray(
        np.ceil(np.maximum(0.0, most - left) + np.maximum(0.0, -there) + more - ROUNDING)
    )


def _chance_of_empty(
    supply: Floats, totals: Totals, of: Ints, each: Cycle, gone: Spoils | None
) -> Floats:
    """[N] how likely an empty shelf is between an arrival and the next, over equally likely
    arrivals and courses.

    Between two days on which goods come stock only falls: the last day before each is enough.
    """
    last, rows = supply.shape[1], np.arange(len(of))[:, None]
    told = np.zeros(supply.shape, dtype=bool)
    told[:, :-1] = np.diff(np.maximum(supply, 0.0), axis=1) > 0
    leads = np.maximum(each.leads, each.lead[:, None])  # none counts on an early arrival
    told[rows, leads + each.gap[:, None] - 1] = True
    days = np.sort(np.where(told, np.arange(last), last - 1), axis=1)[:, : told.sum(axis=1).max()]
    free = -totals.courses[:, of[:, None], days]
    if gone is None:
        free += np.maximum(supply[rows, days], 0.0)
    else:
        free += np.maximum(supply[rows, days] - gone.courses[:, rows, days + 1], 0.0)
    empty = free + lost_so_far(free) < EMPTY
    found = np.zeros(len(of))
    for lead in leads.T:
        within = (days >= lead[:, None]) & (days < (lead + each.gap)[:, None])
        found += (empty & within).any(axis=2).mean(axis=0)
    return np.asarray(found / each.leads.shape[1])


def _supply(shelves: Shelves, last: int) -> Floats:
    """[N, last] all that has come by each period; nothing is known to come beyond what is."""
    coming = np.zeros((len(shelves.of), last))
    known = shelves.arriving[:, :last]
    coming[:, : known.shape[1]] = known
    return np.asarray(shelves.on_hand[:, None] + np.cumsum(coming, axis=1))


def _lost(supply: Floats, totals: Floats, gone: Floats | None) -> Floats:
    """[N, H + 1] units lost after 0 .. H periods without a new order."""
    if gone is not None:
        supply = supply - gone[:, 1 : supply.shape[1] + 1]
    return _from_nothing(lost_so_far(np.maximum(0.0, supply) - totals))


def _at(values: Floats, period: Ints) -> Floats:
    """[N] of values [N, ..] those after so many periods [N]."""
    return np.asarray(values[np.arange(len(period)), period])


def _from_nothing(totals: Floats) -> Floats:
    return np.concatenate([np.zeros((len(totals), 1)), totals], axis=1)


def spoils_of(
    lots: Sequence[Sequence[DatedLot]], of: Ints, totals: Totals, cycle: Cycle, today: date
) -> Spoils:
    """What spoils on shelves [N] with dated `lots`, for periods of a day beginning `today`."""
    mean, high = _from_nothing(totals.mean), _from_nothing(totals.high)
    courses = np.concatenate(
        [np.zeros((len(totals.courses), len(mean), 1)), totals.courses], axis=2
    )
    parts = [
        np.stack(
            [spoiled_totals(mine, demand[..., row, :], today)
             for mine, row in zip(lots, of, strict=True)],
            axis=-2,
        )
        for demand in (mean, high, courses)
    ]  # fmt: skip
    expiring = np.floor(_at(parts[0], cycle.through[of]) + ROUNDING)
    return Spoils(parts[0], parts[1], parts[2], expiring)
