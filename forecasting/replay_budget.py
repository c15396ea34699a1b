"""A past played again with so much cash for the orders of each review, shared by all series.

Same timeline as `simulate.play`, but all series move together, because they spend from one purse.
Decides who gets what there is: steps of every order by return per unit of cash, as a plan shares a
budget where no solver helps. Cash that is not spent is gone; late payment and credit are left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.limits import Cap, Item, Level, fill_by_rank
from forecasting.simulate import Floats, Opening, Review, Rule, Terms, full_packs

Ints = npt.NDArray[np.int64]
# At a review: what ordering [S] units is worth, in any measure that all groups share.
WorthOf = Callable[[Floats], Floats]
Value = Callable[[Review], WorthOf]

STEPS = 8  # quantities that an order may be cut to, its least and all that is wanted among them


@dataclass(frozen=True, slots=True)
class Group:
    """Series with one lead time: their `rows` among all, how they order and what that is worth."""

    rows: Ints
    terms: Terms
    opening: Opening
    rule: Rule
    value: Value


@dataclass(slots=True)
class _Stock:
    """What a group has and expects, moved on period by period."""

    on_hand: Floats
    arriving: Floats
    lead: int

    def move(self, ordered: Floats, wanted: Floats, delay: Ints) -> tuple[Floats, Floats]:
        """Orders go out, goods arrive, demand comes; what is left and what was sold."""
        self.arriving[np.arange(len(ordered)), self.lead + delay] += ordered
        self.on_hand = self.on_hand + self.arriving[:, 0]
        self.arriving = np.column_stack([self.arriving[:, 1:], np.zeros(len(self.on_hand))])
        sold = np.minimum(np.maximum(self.on_hand, 0.0), wanted)
        self.on_hand = self.on_hand - sold
        return self.on_hand, sold


def play_within(
    demand: Floats,
    groups: Sequence[Group],
    *,
    cost: Floats,
    budget: float,
    late: Ints,
) -> tuple[Floats, Floats, Floats]:
    """Left, sold and ordered units [S, T] when orders of a period cost at most `budget`.

    `cost` [S] of a unit; `late` [S, T] as in `play`. Reviews come every period.
    """
    left, sold, ordered = (np.zeros(demand.shape) for _ in range(3))
    stocks = [_opened(group, int(late.max(initial=0))) for group in groups]
    for period in range(demand.shape[1]):
        reviews = [Review(period, stock.on_hand, stock.arriving) for stock in stocks]
        asked = [
            full_packs(group.rule(review), group.terms)
            for group, review in zip(groups, reviews, strict=True)
        ]
        given = _given(groups, reviews, asked, cost, budget)
        for group, stock, units in zip(groups, stocks, given, strict=True):
            ordered[group.rows, period] = units
            left[group.rows, period], sold[group.rows, period] = stock.move(
                units, demand[group.rows, period], late[group.rows, period]
            )
    return left, sold, ordered


def _opened(group: Group, latest: int) -> _Stock:
    lead = group.terms.lead
    arriving = np.zeros((len(group.rows), lead + 1 + latest))
    arriving[:, :lead] = group.opening.arriving[:, :lead]
    return _Stock(group.opening.on_hand.astype(np.float64), arriving, lead)


def _given(
    groups: Sequence[Group],
    reviews: Sequence[Review],
    asked: Sequence[Floats],
    cost: Floats,
    budget: float,
) -> list[Floats]:
    """What is asked for where the cash is enough, else the steps that bring most."""
    total = sum(float((units * cost[g.rows]).sum()) for g, units in zip(groups, asked, strict=True))
    if total <= budget:
        return list(asked)
    items: list[Item] = []
    places: list[tuple[int, int]] = []
    for number, (group, review, units) in enumerate(zip(groups, reviews, asked, strict=True)):
        steps = _steps(units, group.terms)
        worth_of = group.value(review)
        worth = [worth_of(step) for step in steps]
        for row in np.flatnonzero(units > 0).tolist():
            unit = float(cost[group.rows[row]])
            amounts = dict.fromkeys(float(step[row]) for step in steps)
            values = {float(s[row]): float(w[row]) for s, w in zip(steps, worth, strict=True)}
            items.append(
                Item(tuple(Level(int(each), each * unit, values[each]) for each in amounts))
            )
            places.append((number, row))
    cap = Cap("budget", "cost", budget, tuple(range(len(items))))
    given = [np.zeros_like(units) for units in asked]
    for (number, row), item, level in zip(
        places, items, fill_by_rank(items, [cap], []), strict=True
    ):
        given[number][row] = item.levels[level].quantity if level >= 0 else 0.0
    return given


def _steps(units: Floats, terms: Terms) -> list[Floats]:
    """Rising quantities from the least order to all that is wanted, in whole packs."""
    least = full_packs(np.minimum(units, 1.0), terms)
    parts = np.linspace(0.0, 1.0, STEPS)
    return [np.minimum(units, full_packs(least + (units - least) * part, terms)) for part in parts]
