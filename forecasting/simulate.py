"""Plays stock forward against demand, period by period, for many series or paths at once.

One timeline for every replay: at a review an order is placed, then what was ordered `lead` periods
ago arrives, then demand comes, then what is left costs its holding. An order before period t
therefore covers t + lead … t + lead + review - 1. Rules decide orders (`simulate_rules.py`); here
nothing is decided, and nothing here knows a forecast, a database or a calendar.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EXACT = 9  # decimals beyond which a part of a pack is an error of arithmetic


@dataclass(frozen=True, slots=True)
class Terms:
    """What ordering, holding and failing cost; times in periods, amounts per unit.

    `holding` per unit left at the end of a period; `stockout` per unit lost (or, with backorders,
    per unit owed at the end of a period); `order_cost` per order; `moq` and `pack` numbers or [S].
    """

    lead: int
    review: int
    holding: float = 1.0
    stockout: float = 9.0
    order_cost: float = 0.0
    moq: float | Floats = 0.0
    pack: float | Floats = 1.0
    backorders: bool = False

    def __post_init__(self) -> None:
        assert self.lead >= 0, "goods never arrive before they are ordered"
        assert self.review >= 1, "reviews come again"
        assert min(self.holding, self.stockout, self.order_cost) >= 0, "costs cost"


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the stock begins: `on_hand` [S]; `arriving` [S, lead], column k before period k."""

    on_hand: Floats
    arriving: Floats


@dataclass(frozen=True, slots=True)
class Review:
    """What a rule may look at before period `period`: no demand of that period or later.

    `on_hand` [S]; `arriving` [S, > lead], column k arriving before period + k; this review adds
    to column `lead`, and behind it stands only what is late.
    """

    period: int
    on_hand: Floats
    arriving: Floats

    @property
    def position(self) -> Floats:
        """On hand and on order (negative where goods are owed)."""
        return np.asarray(self.on_hand + self.arriving.sum(axis=1))


Rule = Callable[[Review], Floats]


@dataclass(frozen=True, slots=True)
class Played:
    """What happened, each [S, T]: `left` on hand at the end of a period (negative: owed), `sold`,
    `lost` (owed newly, with backorders), `ordered` before it; `charged_from` the first period
    whose costs an order of this play could have changed.
    """

    terms: Terms
    demand: Floats
    left: Floats
    sold: Floats
    lost: Floats
    ordered: Floats
    charged_from: int

    @property
    def cost_by_period(self) -> Floats:
        """[S, T] holding, stock-out and order cost; 0 before `charged_from`.

        An order is charged in the period in which it arrives.
        """
        terms = self.terms
        short = np.maximum(-self.left, 0.0) if terms.backorders else self.lost
        cost = terms.holding * np.maximum(self.left, 0.0) + terms.stockout * short
        if terms.lead < cost.shape[1]:
            placed = self.ordered[:, : cost.shape[1] - terms.lead] > 0
            cost[:, terms.lead :] += terms.order_cost * placed
        cost[:, : self.charged_from] = 0.0
        return cost

    @property
    def cost(self) -> Floats:
        """[S] the sum of `cost_by_period`."""
        return np.asarray(self.cost_by_period.sum(axis=1))


def play(
    demand: Floats,
    terms: Terms,
    opening: Opening,
    rule: Rule,
    *,
    late: Ints | None = None,
) -> Played:
    """Run `rule` over demand [S, T], a row a series or a path; costs count from `lead` on.

    `late` [T] or [S, T]: periods by which an order placed in a period comes after its time, or
    before it (negative). Nobody knows that before it is placed.
    """
    series, periods = demand.shape
    arrives = terms.lead + np.broadcast_to(0 if late is None else late, demand.shape)
    every = np.arange(series)
    on_hand = opening.on_hand.astype(np.float64)
    arriving = np.zeros((series, 1 + max(terms.lead, int(arrives.max(initial=0)))))
    arriving[:, : terms.lead] = opening.arriving[:, : terms.lead]
    left, sold, lost, ordered = (np.zeros((series, periods)) for _ in range(4))
    for period in range(periods):
        if period % terms.review == 0:
            quantity = full_packs(rule(Review(period, on_hand, arriving)), terms)
            arriving[every, arrives[:, period]] += quantity
            ordered[:, period] = quantity
        on_hand = on_hand + arriving[:, 0]
        arriving = np.column_stack([arriving[:, 1:], np.zeros(series)])
        wanted = demand[:, period]
        sold[:, period] = np.minimum(np.maximum(on_hand, 0.0), wanted)
        lost[:, period] = wanted - sold[:, period]
        on_hand = on_hand - (wanted if terms.backorders else sold[:, period])
        left[:, period] = on_hand
    return Played(terms, demand, left, sold, lost, ordered, min(terms.lead, periods))


def full_packs(wanted: Floats, terms: Terms) -> Floats:
    """[S] the quantity ordered where `wanted` is: not less than the MOQ, whole packs, 0 for 0."""
    asked = np.where(wanted > 0, np.maximum(wanted, terms.moq), 0.0)
    return np.asarray(np.ceil(np.round(asked / terms.pack, EXACT)) * terms.pack)


@dataclass(frozen=True, slots=True)
class Result:
    """One play in figures. `norm`: mean over series with demand of cost per unit of demand."""

    cost: float
    holding: float
    stockout: float
    ordering: float
    fill_rate: float
    norm: float


def result_of(played: Played) -> Result:
    """Sums over all series from `charged_from` on; NaN where there was no demand at all."""
    since = slice(played.charged_from, None)
    terms, demand = played.terms, played.demand[:, since].sum(axis=1)
    cost, held = played.cost, np.maximum(played.left[:, since], 0.0).sum()
    short = -np.minimum(played.left[:, since], 0.0) if terms.backorders else played.lost[:, since]
    asked = demand > 0
    holding, stockout = float(terms.holding * held), float(terms.stockout * short.sum())
    total = float(demand.sum())
    return Result(
        cost=float(cost.sum()),
        holding=holding,
        stockout=stockout,
        ordering=float(cost.sum()) - holding - stockout,
        fill_rate=float(played.sold[:, since].sum() / total) if total > 0 else float("nan"),
        norm=float((cost[asked] / demand[asked]).mean()) if asked.any() else float("nan"),
    )
